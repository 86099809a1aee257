// Calls to a running base as anybody could make them: any method of any service by its name, with any certificate and any proof,
// and the whole of what comes back.
#ifndef OPGANG_TESTS_MATRIX_MATRIX_WIRE_H_
#define OPGANG_TESTS_MATRIX_MATRIX_WIRE_H_

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "server/identity/certificate_authority.h"
#include "server/rpc/running_base.h"

namespace opgang {

// Every byte that the caller is told.
struct Answer {
  int code = 0;
  std::string message;
  std::string details;
  std::multimap<std::string, std::string> trailers;
  std::string bytes;  // of the response
  friend bool operator==(const Answer&, const Answer&) = default;
  bool ok() const { return code == 0; }
  // "not-found: no such record": what a failing test prints.
  std::string Words() const;
};

struct Question {
  std::string method;  // "AdminService/Invite"
  std::shared_ptr<google::protobuf::Message> request;
};

// Of the package, by name: "AdminService/Invite".
std::map<std::string, const google::protobuf::MethodDescriptor*> EveryMethod();

class Wire {
 public:
  // To a base on this machine, with that certificate; which one signs the base's is always known.
  Wire(const RunningBase& base, const std::string& ca_pem, const CertifiedKey& certificate);
  // Over the socket, as the base's own user.
  explicit Wire(const std::filesystem::path& directory);

  // `proof`: a serialized v1::ReaderProof; empty = none.
  Answer Call(const std::string& method, const google::protobuf::Message& request,
              const std::string& proof = "") const;
  // All at once; the answers in the order of the questions.
  std::vector<Answer> CallAll(const std::vector<Question>& questions, const std::string& proof) const;

 private:
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_MATRIX_MATRIX_WIRE_H_
