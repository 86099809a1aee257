#include "client-lib/src/transport/unary_call.h"
#include "opgang/admin.h"
#include "opgang/v1/admin.grpc.pb.h"

namespace opgang {
namespace {

using Admin = v1::AdminService;

// One for each method: the stub's name and the messages go together.
#define OPGANG_ASKS(Method)                                                                                 \
  absl::StatusOr<v1::Method##Response> Ask(const Store& store, const v1::Method##Request& request)          \
      override {                                                                                            \
    return CallUnary<Admin, v1::Method##Request, v1::Method##Response>(store, kAdministerPatience, request, \
                                                                       &Admin::Stub::Method);               \
  }

class OverGrpc : public Administration {
 public:
  OPGANG_ASKS(ListStaff)
  OPGANG_ASKS(ChangeRole)
  OPGANG_ASKS(ListDevices)
  OPGANG_ASKS(RevokeDevice)
  OPGANG_ASKS(DescribeIncident)
  OPGANG_ASKS(ListGrants)
  OPGANG_ASKS(ChangeGrant)
  OPGANG_ASKS(Invite)
  OPGANG_ASKS(EraseCitizen)
  OPGANG_ASKS(ExportCitizen)
};

#undef OPGANG_ASKS

}  // namespace

Administration& GrpcAdministration() {
  static auto* administration = new OverGrpc;
  return *administration;
}

}  // namespace opgang
