#include "server/admin/grants.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

absl::StatusOr<AreaId> KnownArea(BaseStore& store, const std::string& name) {
  ASSIGN_OR_RETURN(const auto areas, store.Areas());
  for (const Area& area : areas) {
    if (area.name == name) return area.id;
  }
  return MakeError(ErrorCode::kNotFound, "no such area at this base");
}

absl::Status Take(BaseStore& store, std::string_view staff_code, const std::vector<StoredGrant>& grants,
                  AreaId area, absl::Time now) {
  for (StoredGrant grant : grants) {
    if (grant.scope.id != area.uuid()) continue;
    grant.taken_us = absl::ToUnixMicros(now);
    RETURN_IF_ERROR(store.PutGrant(staff_code, grant));
  }
  return absl::OkStatus();
}

absl::Status Give(BaseStore& store, const StaffMember& staff, const std::vector<StoredGrant>& grants,
                  AreaId area) {
  for (const StoredGrant& wanted : GrantsFor(staff.role, area)) {
    const bool given = std::any_of(grants.begin(), grants.end(), [&](const StoredGrant& grant) {
      return grant.scope == wanted.scope && grant.mode == wanted.mode;
    });
    if (!given) RETURN_IF_ERROR(GiveGrant(store, staff.staff_code, wanted));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<StoredGrant> GrantsFor(Role role, AreaId area) {
  if (role == Role::kPartner) {
    return {{AreaScope(area), 1, v1::GRANT_MODE_WRITE_ONLY, ""},
            {AreaPlacesScope(area), 1, v1::GRANT_MODE_READ, ""}};
  }
  std::vector<StoredGrant> grants = {{AreaScope(area), 1, v1::GRANT_MODE_READ_WRITE, ""}};
  if (role == Role::kHealth) grants.push_back({AreaHealthScope(area), 1, v1::GRANT_MODE_READ_WRITE, ""});
  return grants;
}

absl::Status GiveGrant(BaseStore& store, std::string_view staff_code, StoredGrant grant) {
  ASSIGN_OR_RETURN(const uint64_t before, store.GrantGeneration(staff_code, grant.scope));
  grant.generation = before + 1;
  grant.taken_us = 0;
  return store.PutGrant(staff_code, grant);
}

absl::StatusOr<uint64_t> ChangeGrant(BaseStore& store, const v1::ChangeGrantRequest& request,
                                     absl::Time now) {
  ASSIGN_OR_RETURN(const auto staff, store.FindStaff(request.staff_code()));
  if (!staff.has_value()) return MakeError(ErrorCode::kNotFound, "no such staff member at this base");
  ASSIGN_OR_RETURN(const AreaId area, KnownArea(store, request.area()));
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto grants, store.Grants(staff->staff_code));
    RETURN_IF_ERROR(request.take() ? Take(store, staff->staff_code, grants, area, now)
                                   : Give(store, *staff, grants, area));
    return store.Audit(
        request.actor(),
        request.take() ? "grant-taken " + staff->staff_code : "grant-given " + staff->staff_code,
        area.ToBytes(), absl::ToUnixMicros(now));
  }));
  ASSIGN_OR_RETURN(const auto grants, store.Grants(staff->staff_code));
  for (const StoredGrant& grant : grants) {
    if (grant.scope == AreaScope(area)) return grant.generation;
  }
  return 0;
}

}  // namespace opgang
