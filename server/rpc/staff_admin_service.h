// AdminService over mutual TLS: each call passes the gate, in the caller's own name, and goes on to the handler that the socket
// has as well. A method that is not named here, or that the table of authority gives nobody, does nothing.
#ifndef OPGANG_SERVER_RPC_STAFF_ADMIN_SERVICE_H_
#define OPGANG_SERVER_RPC_STAFF_ADMIN_SERVICE_H_

#include <string_view>
#include <type_traits>
#include <utility>

#include "opgang/v1/admin.grpc.pb.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/base_services.h"
#include "server/rpc/gate.h"
#include "server/rpc/peer.h"
#include "server/rpc/refusals.h"

namespace opgang {

class StaffAdminServiceImpl : public v1::AdminService::Service {
 public:
  // Both outlive it.
  StaffAdminServiceImpl(BaseServices& base, AdminServiceImpl& admin) : base_(base), admin_(admin) {}

#define OPGANG_GATED(Method)                                                                       \
  grpc::Status Method(grpc::ServerContext* context, const v1::Method##Request* request,            \
                      v1::Method##Response* response) override {                                   \
    return Gated(context, "AdminService/" #Method, *request, response, &AdminServiceImpl::Method); \
  }
  OPGANG_GATED(Invite)
  OPGANG_GATED(ImportDwellings)
  OPGANG_GATED(ListDevices)
  OPGANG_GATED(ListQuarantine)
  OPGANG_GATED(ReplayQuarantined)
  OPGANG_GATED(DiscardQuarantined)
  OPGANG_GATED(ListDecisions)
  OPGANG_GATED(ListConflicts)
  OPGANG_GATED(SettleConflict)
  OPGANG_GATED(RecordHistory)
  OPGANG_GATED(CheckBase)
  OPGANG_GATED(MakeBackup)
  OPGANG_GATED(SealBackupsTo)
  OPGANG_GATED(ConfirmBackup)
  OPGANG_GATED(ListBackups)
  OPGANG_GATED(AcceptLoss)
  OPGANG_GATED(SettleTwin)
  OPGANG_GATED(ListGrants)
  OPGANG_GATED(ChangeGrant)
  OPGANG_GATED(ListLeases)
  OPGANG_GATED(ReclaimLeases)
  OPGANG_GATED(ListStaff)
  OPGANG_GATED(ChangeRole)
  OPGANG_GATED(RevokeDevice)
  OPGANG_GATED(DescribeIncident)
  OPGANG_GATED(SettleStolen)
  OPGANG_GATED(EraseCitizen)
  OPGANG_GATED(ListErasures)
  OPGANG_GATED(ExportCitizen)
  OPGANG_GATED(NotePersonRequest)
  OPGANG_GATED(SettlePersonRequest)
  OPGANG_GATED(ListPersonRequests)
  OPGANG_GATED(ListRetention)
  OPGANG_GATED(SetRetention)
  OPGANG_GATED(RunRetention)
  OPGANG_GATED(ListAudit)
  OPGANG_GATED(VerifyAudit)
  OPGANG_GATED(ExpireAudit)
#undef OPGANG_GATED

 private:
  template <typename Request, typename Response>
  using Handler = grpc::Status (AdminServiceImpl::*)(grpc::ServerContext*, const Request*, Response*);

  template <typename Request, typename Response>
  grpc::Status Gated(grpc::ServerContext* context, std::string_view method, Request request,
                     Response* response, std::type_identity_t<Handler<Request, Response>> handler) {
    auto caller = AdmitCaller(base_, *context, method);
    if (!caller.ok()) return ToGrpc(caller.status());
    const Credentials who{{caller->staff_code(), caller->author.store}, ""};
    const grpc::Status status = Handled(context, *std::move(caller), std::move(request), response, handler);
    if (IsRefusal(status)) NoteRefusal(base_, who.peer, method);
    return status;
  }

  template <typename Request, typename Response>
  grpc::Status Handled(grpc::ServerContext* context, Caller caller, Request request, Response* response,
                       Handler<Request, Response> handler) {
    if (const absl::Status named = NameActor(caller, request); !named.ok()) return ToGrpc(named);
    const CallsUnderWay::Call call(base_.calls, context, std::move(caller));
    return (admin_.*handler)(context, &request, response);
  }

  BaseServices& base_;
  AdminServiceImpl& admin_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_STAFF_ADMIN_SERVICE_H_
