// The part of AdminService about staff, roles, and devices that are lost.
#include <set>

#include "core/base/status_macros.h"
#include "server/admin/conflicts.h"
#include "server/admin/quarantine_view.h"
#include "server/admin/revocation.h"
#include "server/admin/staff.h"
#include "server/admin/stolen.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/on_writer.h"
#include "server/rpc/sync_service.h"
#include "spdlog/spdlog.h"

namespace opgang {

grpc::Status AdminServiceImpl::ListStaff(grpc::ServerContext* context, const v1::ListStaffRequest*,
                                         v1::ListStaffResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response, opgang::ListStaff(store, CallerIn(context)));
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::ChangeRole(grpc::ServerContext* context, const v1::ChangeRoleRequest* request,
                                          v1::ChangeRoleResponse*) {
  spdlog::info("event=role-change staff={} role={} actor={}", request->staff_code(), request->role(),
               request->actor());
  const grpc::Status status = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    RETURN_IF_ERROR(PersonWhoDecides(store, request->actor()).status());
    return opgang::ChangeRole(store, CallerIn(context), *request, base_.clock->WallNow());
  });
  base_.sessions.DoForAll([](ServerSession& session) { session.CheckAuthority(); });
  return status;
}

grpc::Status AdminServiceImpl::RevokeDevice(grpc::ServerContext* context,
                                            const v1::RevokeDeviceRequest* request,
                                            v1::RevokeDeviceResponse* response) {
  const StoreId id = StoreId::FromBytes(request->store_id()).value_or(StoreId());
  spdlog::info("event=device-revoke store={} reason={} actor={}", id.ToString(),
               v1::RevocationReason_Name(request->reason()), request->actor());
  const grpc::Status status = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    RETURN_IF_ERROR(PersonWhoDecides(store, request->actor()).status());
    ASSIGN_OR_RETURN(*response,
                     opgang::RevokeDevice(store, CallerIn(context), *request, base_.clock->WallNow()));
    return absl::OkStatus();
  });
  base_.sessions.DoForAll([](ServerSession& session) { session.CheckAuthority(); });
  return status;
}

grpc::Status AdminServiceImpl::DescribeIncident(grpc::ServerContext* context,
                                                const v1::DescribeIncidentRequest* request,
                                                v1::DescribeIncidentResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    const Caller caller = CallerIn(context);
    const absl::Time now = base_.clock->WallNow();
    RETURN_IF_ERROR(PersonWhoDecides(store, request->actor()).status());
    ASSIGN_OR_RETURN(*response, opgang::DescribeIncident(store, caller, *request, now));
    ASSIGN_OR_RETURN(const auto all, DevicesOf(store, caller, base_.sessions, base_.calendar, now));
    for (const v1::DeviceStatus& device : all.devices()) {
      if (device.store_id() == request->store_id()) *response->mutable_device() = device;
    }
    return absl::OkStatus();
  });
}

grpc::Status AdminServiceImpl::SettleStolen(grpc::ServerContext* context,
                                            const v1::SettleStolenRequest* request,
                                            v1::SettleStolenResponse* response) {
  const IntentId intent = IntentId::FromBytes(request->intent_id()).value_or(IntentId());
  spdlog::info("event=stolen-settle intent={} discard={} actor={}", intent.ToString(), request->discard(),
               request->actor());
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer& committer) -> absl::Status {
    RETURN_IF_ERROR(CheckInSight(store, CallerIn(context), intent));
    std::set<Scope> touched;
    auto settled =
        opgang::SettleStolen(store, committer, base_.keys.box, *request, base_.clock->WallNow(), touched);
    base_.writer->Announce(touched);
    RETURN_IF_ERROR(settled.status());
    *response = *std::move(settled);
    return absl::OkStatus();
  });
}

}  // namespace opgang
