// A Sync stream over gRPC that says what a test wants, with any certificate and any headers.
#ifndef OPGANG_TESTS_ATTACK_STREAM_BY_HAND_H_
#define OPGANG_TESTS_ATTACK_STREAM_BY_HAND_H_

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "opgang/v1/local_state.pb.h"
#include "server/identity/certificate_authority.h"

namespace opgang {

// The store of the one that lies in a tablet's home, with its certificate and key as a thief finds them.
v1::StoreIdentity StoreIn(const std::filesystem::path& home);
CertifiedKey CertificateIn(const v1::StoreIdentity& identity);

class StreamByHand {
 public:
  struct Caller {
    std::string ca_pem;
    CertifiedKey own;
    std::vector<std::string> forwarded{};  // what a proxy says of the device, one header each
  };
  // The call has begun when it returns; nothing is said.
  StreamByHand(int port, const Caller& caller);
  ~StreamByHand();  // cancelled, where it is still open

  // Says Hello under a replica that nobody has. Returns what the base answers: "known store" (it is given a new name), the
  // reason of a GoAway, or "status CODE: MESSAGE".
  std::string Hello();

 private:
  std::string End();
  struct Open;
  const std::unique_ptr<Open> open_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_ATTACK_STREAM_BY_HAND_H_
