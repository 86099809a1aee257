// The part of AdminService about what staff may use.
#include "core/base/status_macros.h"
#include "server/admin/conflicts.h"
#include "server/admin/grants.h"
#include "server/admin/staff.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/on_writer.h"
#include "spdlog/spdlog.h"

namespace opgang {

grpc::Status AdminServiceImpl::ListGrants(grpc::ServerContext* context, const v1::ListGrantsRequest* request,
                                          v1::ListGrantsResponse* response) {
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    if (!CallerIn(context).local)
      RETURN_IF_ERROR(StaffInSight(store, CallerIn(context), request->staff_code()).status());
    ASSIGN_OR_RETURN(const auto grants, store.Grants(request->staff_code()));
    for (const StoredGrant& stored : grants) {
      v1::Grant& grant = *response->add_grants();
      *grant.mutable_scope() = stored.scope.ToProto();
      grant.set_generation(stored.generation);
      grant.set_mode(stored.mode);
      grant.set_display_name(stored.display_name);
    }
    return absl::OkStatus();
  });
}

// Whoever is connected comes back, and is greeted with what holds now.
grpc::Status AdminServiceImpl::ChangeGrant(grpc::ServerContext* context,
                                           const v1::ChangeGrantRequest* request,
                                           v1::ChangeGrantResponse* response) {
  const grpc::Status status = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    RETURN_IF_ERROR(PersonWhoDecides(store, request->actor()).status());
    ASSIGN_OR_RETURN(const uint64_t generation,
                     opgang::ChangeGrant(store, *request, base_.clock->WallNow(), CallerIn(context)));
    response->set_generation(generation);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  spdlog::info("event=grant-changed staff={} taken={} actor={}", request->staff_code(), request->take(),
               request->actor());
  base_.sessions.DoForAll([](ServerSession& session) { session.CheckAuthority(); });
  return status;
}

}  // namespace opgang
