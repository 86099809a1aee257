#include "client-lib/src/transport/channel.h"

#include <chrono>

#include "core/base/error.h"
#include "core/tls/lean_handshake.h"

namespace opgang {
namespace {

// Those of a session are at most 256 KiB; a report is as long as the rows that were asked for.
constexpr int kMaxResponseBytes = 16 * 1024 * 1024;

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, const TlsIdentity& identity) {
  LeanHandshakes();
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = identity.ca_pem;
  tls.pem_cert_chain = identity.certificate_pem;
  tls.pem_private_key = std::string(identity.private_key_pem.Reveal());
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // Messages are packed by ourselves, with a bound (core/packing/packing.h); gRPC's own compression is not even offered.
  arguments.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY,
                   0);  // the base is at the project base, never behind a proxy variable
  return grpc::CreateCustomChannel(address, grpc::SslCredentials(tls), arguments);
}

// Waits until the channel is ready or has failed once.
bool BecomesReady(grpc::Channel& channel, absl::Duration timeout) {
  const auto deadline = std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout);
  while (true) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return true;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    if (!channel.WaitForStateChange(state, deadline)) return false;
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const BaseAddress& base, absl::Duration timeout) {
  absl::Status worst = MakeError(ErrorCode::kNoBase, "no address of the base is known");
  for (const std::string& address : base.addresses) {
    const auto channel = MakeChannel(address, base.identity);
    if (BecomesReady(*channel, timeout)) return channel;
    absl::Status why = TlsPreflight(address, base.identity, timeout);
    if (why.ok()) why = MakeError(ErrorCode::kNoBase, "the connection failed, and would work now");
    if (GetErrorCode(worst) == ErrorCode::kNoBase) worst = why;
  }
  return worst;
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string& message = status.error_message();
  const size_t colon = message.find(": ");
  if (colon != std::string::npos) {
    if (const auto code = ErrorCodeFromName(message.substr(0, colon))) {
      return MakeError(*code, message.substr(colon + 2));
    }
  }
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED:
      return MakeError(ErrorCode::kNoBase, "the connection to the base was cut");
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return MakeError(ErrorCode::kTryLater, "the base is overloaded");
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNIMPLEMENTED:
      return MakeError(ErrorCode::kBaseRefused, "the base refused the call");
    default: return MakeError(ErrorCode::kInternal, "the call to the base failed");
  }
}

}  // namespace opgang
