#include "server/commands/admin_client.h"

#include <grpcpp/grpcpp.h>

#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr int kMaxMessageBytes = 256 * 1024 * 1024;

absl::Status NoBaseHere() {
  return MakeError(
      ErrorCode::kNotFound,
      "this directory holds no base; 'opgangd serve' makes one, and --data names another directory");
}

}  // namespace

absl::StatusOr<std::unique_ptr<AdminClient>> AdminClient::Connect(const std::filesystem::path& directory,
                                                                  bool make_new) {
  std::error_code ignored;
  if (!make_new && !std::filesystem::exists(directory / "base.db", ignored)) return NoBaseHere();
  auto client = std::make_unique<AdminClient>();
  BaseOptions options;
  options.directory = directory;
  options.lock_wait = absl::ZeroDuration();
  auto own = RunningBase::Start(options);
  if (own.ok()) {
    client->own_ = *std::move(own);
  } else if (GetErrorCode(own.status()) != ErrorCode::kStoreBusy) {
    return own.status();
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  const auto channel =
      grpc::CreateCustomChannel(AdminTarget(directory), grpc::experimental::LocalCredentials(UDS), arguments);
  client->stub_ = v1::AdminService::NewStub(channel);
  client->reports_ = v1::ReportService::NewStub(channel);
  return client;
}

absl::Status AdminClient::RunReport(const v1::RunReportRequest& request, v1::RunReportResponse* response) {
  grpc::ClientContext context;
  return FromGrpc(reports_->RunReport(&context, request, response));
}

absl::Status AdminClient::FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string& message = status.error_message();
  const size_t colon = message.find(": ");
  if (colon != std::string::npos) {
    if (const auto code = ErrorCodeFromName(message.substr(0, colon))) {
      return MakeError(*code, message.substr(colon + 2));
    }
  }
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return MakeError(ErrorCode::kTryLater, "the base does not answer on its admin socket");
  }
  return MakeError(ErrorCode::kInternal, message);
}

}  // namespace opgang
