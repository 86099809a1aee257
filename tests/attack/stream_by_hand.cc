#include "tests/attack/stream_by_hand.h"

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "gtest/gtest.h"
#include "opgang/v1/sync.grpc.pb.h"
#include "server/identity/proxy_certificate.h"
#include "tests/process/support/base_process.h"

namespace opgang {

v1::StoreIdentity StoreIn(const std::filesystem::path& home) {
  v1::StoreIdentity identity;
  for (const auto& store : std::filesystem::directory_iterator(home / "stores"))
    EXPECT_TRUE(identity.ParseFromString(ReadFile(store.path() / "store.pb")));
  return identity;
}

CertifiedKey CertificateIn(const v1::StoreIdentity& identity) {
  return {identity.certificate_pem(), SecretBytes(identity.private_key_pem())};
}

struct StreamByHand::Open {
  grpc::ClientContext context;
  std::unique_ptr<v1::SyncService::Stub> stub;
  std::unique_ptr<grpc::ClientReaderWriter<v1::SyncRequest, v1::SyncResponse>> stream;
  bool ended = false;
};

StreamByHand::StreamByHand(int port, const Caller& caller) : open_(std::make_unique<Open>()) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  open_->stub = v1::SyncService::NewStub(grpc::CreateCustomChannel(
      LoopbackAddress(port),
      grpc::SslCredentials(
          {caller.ca_pem, std::string(caller.own.private_key_pem.Reveal()), caller.own.certificate_pem}),
      arguments));
  open_->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  for (const std::string& header : caller.forwarded)
    open_->context.AddMetadata(kForwardedCertificateHeader, header);
  open_->stream = open_->stub->Sync(&open_->context);
}

StreamByHand::~StreamByHand() {
  open_->context.TryCancel();
  if (!open_->ended) open_->stream->Finish();
}

std::string StreamByHand::Hello() {
  v1::SyncRequest request;
  request.mutable_hello()->set_protocol_version(1);
  request.mutable_hello()->set_replica_id(std::string(16, 'r'));
  request.mutable_hello()->set_token(std::string(32, 't'));
  open_->stream->Write(request);
  v1::SyncResponse response;
  if (!open_->stream->Read(&response)) return End();
  if (response.has_go_away()) return v1::GoAwayReason_Name(response.go_away().reason());
  return response.welcome().new_replica_id().empty() ? "" : "known store";
}

std::string StreamByHand::End() {
  open_->stream->WritesDone();
  v1::SyncResponse ignored;
  while (open_->stream->Read(&ignored)) {
  }
  const grpc::Status status = open_->stream->Finish();
  open_->ended = true;
  if (status.ok()) return "";
  return "status " + std::to_string(status.error_code()) + ": " + status.error_message();
}

}  // namespace opgang
