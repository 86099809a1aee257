// Somebody at the other end of a connection who does as he likes: says half of things, speaks HTTP/2 by hand, reads nothing.
// For loopback; waits at most ten seconds for anything.
#ifndef OPGANG_TESTS_ATTACK_INTRUDER_H_
#define OPGANG_TESTS_ATTACK_INTRUDER_H_

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/sealing/openssl_handles.h"
#include "server/identity/certificate_authority.h"

namespace opgang {

class Intruder {
 public:
  // Connects from `address`, any of 127.0.0.0/8.
  explicit Intruder(int port, const std::string& address = "127.0.0.2");
  ~Intruder();
  Intruder(const Intruder&) = delete;
  Intruder& operator=(const Intruder&) = delete;

  // As they are, before or instead of TLS. False: the connection has gone.
  bool Say(std::string_view bytes);
  // The first record of a TLS handshake, and no more: a whole ClientHello.
  bool SayClientHello();
  // TLS, with a certificate of his own or without one. With TLS 1.3 it is the first thing heard that tells whether the
  // other end accepts it.
  bool Handshake(const std::optional<CertifiedKey>& own = std::nullopt);
  // Within TLS. False: the connection has gone.
  bool SayInTls(std::string_view bytes);
  // HTTP/2's preface, and a header block for a Sync session that does not end.
  bool BeginEndlessHeader();
  // Some more of it, about 64 KiB.
  bool GoOnWithTheHeader();
  // Within TLS: HTTP/2's preface, then so many Sync sessions that are begun and reset at once (CVE-2023-44487). Numbers go on
  // with each call.
  bool BeginAndReset(int streams);
  // "127.0.0.2:41000", as the base knows him.
  std::string Name() const;
  // Waits until something comes, as it is. False: hung up on, or ten seconds are over.
  bool Hears();
  // Reads until the other end has hung up (true) or ten seconds are over (false). What came is in heard().
  bool IsHungUpOn();
  const std::string& heard() const { return heard_; }

 private:
  int fd_;
  std::string heard_;
  uint32_t next_stream_ = 1;
  std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, OpensslFree<SSL_free>> ssl_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_ATTACK_INTRUDER_H_
