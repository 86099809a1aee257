#include "tests/matrix/matrix_wire.h"

#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "opgang/v1/admin.pb.h"
#include "opgang/v1/invitation.pb.h"
#include "opgang/v1/report.pb.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);

grpc::ByteBuffer ToBuffer(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

struct Asked {
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call;
  grpc::ByteBuffer response;
  grpc::Status status;
};

Answer AnswerIn(const Asked& asked) {
  Answer answer{asked.status.error_code(),
                asked.status.error_message(),
                asked.status.error_details(),
                {},
                BytesOf(asked.response)};
  for (const auto& [key, value] : asked.context.GetServerTrailingMetadata())
    answer.trailers.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
  return answer;
}

void AddMethods(const google::protobuf::FileDescriptor& file,
                std::map<std::string, const google::protobuf::MethodDescriptor*>& methods) {
  for (int i = 0; i < file.service_count(); ++i) {
    for (int j = 0; j < file.service(i)->method_count(); ++j) {
      const auto* method = file.service(i)->method(j);
      methods[file.service(i)->name() + "/" + method->name()] = method;
    }
  }
}

}  // namespace

std::string Answer::Words() const {
  return ok() ? "ok, " + std::to_string(bytes.size()) + " bytes" : std::to_string(code) + " " + message;
}

std::map<std::string, const google::protobuf::MethodDescriptor*> EveryMethod() {
  std::map<std::string, const google::protobuf::MethodDescriptor*> methods;
  // The files of one package; whatever service they define is there by now.
  for (const google::protobuf::Descriptor* one :
       {v1::InviteRequest::descriptor(), v1::SyncRequest::descriptor(), v1::RunReportRequest::descriptor(),
        v1::EnrollRequest::descriptor()})
    AddMethods(*one->file(), methods);
  return methods;
}

Wire::Wire(const RunningBase& base, const std::string& ca_pem, const CertifiedKey& certificate) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = ca_pem;
  tls.pem_cert_chain = certificate.certificate_pem;
  tls.pem_private_key = std::string(certificate.private_key_pem.Reveal());
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  channel_ = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(base.port()), grpc::SslCredentials(tls),
                                       arguments);
}

Wire::Wire(const std::filesystem::path& directory)
    : channel_(grpc::CreateChannel(AdminTarget(directory), grpc::experimental::LocalCredentials(UDS))) {}

Answer Wire::Call(const std::string& method, const google::protobuf::Message& request,
                  const std::string& proof) const {
  std::shared_ptr<google::protobuf::Message> same(request.New());
  same->CopyFrom(request);
  return CallAll({{method, same}}, proof)[0];
}

std::vector<Answer> Wire::CallAll(const std::vector<Question>& questions, const std::string& proof) const {
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  std::deque<Asked> asked;
  for (const Question& question : questions) {
    Asked& one = asked.emplace_back();
    one.context.set_deadline(std::chrono::system_clock::now() + kPatience);
    if (!proof.empty()) one.context.AddMetadata("opgang-proof-bin", proof);
    one.call = stub.PrepareUnaryCall(&one.context, "/opgang.v1." + question.method,
                                     ToBuffer(*question.request), &queue);
    one.call->StartCall();
    one.call->Finish(&one.response, &one.status, &one);
  }
  void* tag = nullptr;
  bool finished = false;
  for (size_t i = 0; i < asked.size(); ++i) queue.Next(&tag, &finished);
  std::vector<Answer> answers;
  for (const Asked& one : asked) answers.push_back(AnswerIn(one));
  return answers;
}

}  // namespace opgang
