// The public functions that need the network: Sync, ListDevices, RunReport, and enrolment's one call.
#include <utility>

#include "absl/time/clock.h"
#include "client-lib/src/store/enroll_transport.h"
#include "client-lib/src/sync/sync_loop.h"
#include "client-lib/src/transport/grpc_sync_stream.h"
#include "client-lib/src/transport/unary_call.h"
#include "core/base/status_macros.h"
#include "opgang/reports.h"
#include "opgang/sync.h"
#include "opgang/v1/invitation.grpc.pb.h"
#include "opgang/v1/report.grpc.pb.h"
#include "opgang/v1/sync.grpc.pb.h"

namespace opgang {
namespace {

constexpr absl::Duration kEnrollTimeout = absl::Seconds(15);

// Good for enrolling and nothing else.
BaseAddress AddressIn(const v1::Invitation& invitation) {
  return {{invitation.addresses().begin(), invitation.addresses().end()},
          {invitation.ca_pem(), invitation.bootstrap_certificate_pem(),
           SecretBytes(invitation.bootstrap_key_pem())}};
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
  return CallUnary<v1::SyncService, v1::ListDevicesRequest, v1::ListDevicesResponse>(
      store, timeout, v1::ListDevicesRequest(), &v1::SyncService::Stub::ListDevices);
}

absl::StatusOr<v1::Report> RunReport(const Store& store, const v1::RunReportRequest& request,
                                     absl::Duration timeout) {
  ASSIGN_OR_RETURN(v1::RunReportResponse response,
                   (CallUnary<v1::ReportService, v1::RunReportRequest, v1::RunReportResponse>(
                       store, timeout, request, &v1::ReportService::Stub::RunReport)));
  return std::move(*response.mutable_report());
}

}  // namespace opgang
