// The public functions that need the network: Sync, ListDevices, RunReport, and enrolment's one call.
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "client-lib/src/store/enroll_transport.h"
#include "client-lib/src/store/store_impl.h"
#include "client-lib/src/sync/sync_loop.h"
#include "client-lib/src/transport/channel.h"
#include "client-lib/src/transport/grpc_sync_stream.h"
#include "core/base/status_macros.h"
#include "opgang/reports.h"
#include "opgang/sync.h"
#include "opgang/v1/invitation.grpc.pb.h"
#include "opgang/v1/report.grpc.pb.h"
#include "opgang/v1/sync.grpc.pb.h"

namespace opgang {
namespace {

constexpr absl::Duration kEnrollTimeout = absl::Seconds(15);

// `Identity`: StoreIdentity or Invitation, which name these alike.
template <typename Identity>
BaseAddress AddressIn(const Identity& identity) {
  BaseAddress base;
  base.addresses.assign(identity.addresses().begin(), identity.addresses().end());
  base.identity.ca_pem = identity.ca_pem();
  base.identity.certificate_pem = identity.certificate_pem();
  base.identity.private_key_pem = SecretBytes(identity.private_key_pem());
  return base;
}

const StoreImpl& ImplOf(const Store& store) { return static_cast<const StoreImpl&>(store); }

void SetDeadline(grpc::ClientContext& context, absl::Duration timeout) {
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
}

class GrpcEnroll : public EnrollTransport {
 public:
  absl::StatusOr<v1::EnrollResponse> Enroll(const v1::Invitation& invitation,
                                            const v1::EnrollRequest& request) override {
    ASSIGN_OR_RETURN(const auto channel, Connect(AddressIn(invitation), kEnrollTimeout));
    grpc::ClientContext context;
    SetDeadline(context, kEnrollTimeout);
    v1::EnrollResponse response;
    RETURN_IF_ERROR(FromGrpc(v1::EnrollService::NewStub(channel)->Enroll(&context, request, &response)));
    return response;
  }
};

}  // namespace

EnrollTransport& GrpcEnrollTransport() {
  static auto* transport = new GrpcEnroll;
  return *transport;
}

absl::StatusOr<SyncResult> Sync(Store& store, const SyncOptions& options) {
  GrpcSyncDialer dialer(AddressIn(ImplOf(store).identity()));
  return RunSync(store.sync_store(), dialer, SystemClock(), SystemRandom(), options,
                 [](absl::Duration pause) { absl::SleepFor(pause); });
}

absl::StatusOr<v1::ListDevicesResponse> ListDevices(const Store& store, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const auto channel, Connect(AddressIn(ImplOf(store).identity()), timeout));
  grpc::ClientContext context;
  SetDeadline(context, timeout);
  v1::ListDevicesResponse response;
  RETURN_IF_ERROR(FromGrpc(
      v1::SyncService::NewStub(channel)->ListDevices(&context, v1::ListDevicesRequest(), &response)));
  return response;
}

absl::StatusOr<v1::Report> RunReport(const Store& store, const v1::RunReportRequest& request,
                                     absl::Duration timeout) {
  ASSIGN_OR_RETURN(const auto channel, Connect(AddressIn(ImplOf(store).identity()), timeout));
  grpc::ClientContext context;
  SetDeadline(context, timeout);
  v1::RunReportRequest signed_request = request;
  RETURN_IF_ERROR(ImplOf(store).ShowThatItReads(*signed_request.mutable_reader()));
  v1::RunReportResponse response;
  RETURN_IF_ERROR(
      FromGrpc(v1::ReportService::NewStub(channel)->RunReport(&context, signed_request, &response)));
  return std::move(*response.mutable_report());
}

}  // namespace opgang
