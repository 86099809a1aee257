#include "server/admin/grants.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/staff.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

absl::StatusOr<AreaId> KnownArea(BaseStore& store, const std::string& name, MunicipalityId municipality,
                                 const Caller& caller) {
  ASSIGN_OR_RETURN(const auto areas, store.Areas());
  for (const Area& area : areas) {
    const bool named = area.name == name && area.municipality == municipality;
    const bool his = caller.author.role != Role::kCoordinator || caller.Reads(AreaScope(area.id));
    if (named && his) return area.id;
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
                  AreaId area, absl::Time now) {
  for (const StoredGrant& wanted : GrantsFor(staff.role, area)) {
    const bool given = std::any_of(grants.begin(), grants.end(), [&](const StoredGrant& grant) {
      return grant.scope == wanted.scope && grant.mode == wanted.mode;
    });
    if (!given) RETURN_IF_ERROR(GiveGrant(store, staff.staff_code, wanted, now));
  }
  return absl::OkStatus();
}

// The row that the next one takes the place of. One that stood until now ends now.
absl::Status RememberFormer(BaseStore& store, std::string_view staff_code, const Scope& scope,
                            uint64_t generation, int64_t now_us) {
  ASSIGN_OR_RETURN(auto rows, store.Grants(staff_code));
  ASSIGN_OR_RETURN(const auto taken, store.TakenGrants(staff_code));
  rows.insert(rows.end(), taken.begin(), taken.end());
  const auto row = std::ranges::find_if(
      rows, [&](const StoredGrant& grant) { return grant.scope == scope && grant.generation == generation; });
  if (row == rows.end()) return absl::OkStatus();
  if (row->taken_us == 0) row->taken_us = now_us;
  return store.PutFormerGrant(staff_code, *row);
}

}  // namespace

std::vector<StoredGrant> GrantsFor(Role role, AreaId area) {
  if (role == Role::kPartner) {
    return {{AreaScope(area), 1, v1::GRANT_MODE_WRITE_ONLY, ""},
            {AreaPlacesScope(area), 1, v1::GRANT_MODE_READ, ""}};
  }
  if (role == Role::kEvaluator) return {{AreaScope(area), 1, v1::GRANT_MODE_FIGURES, ""}};
  if (role == Role::kAuditor || role == Role::kAdmin) return {};
  std::vector<StoredGrant> grants = {{AreaScope(area), 1, v1::GRANT_MODE_READ_WRITE, ""}};
  if (role == Role::kHealth) grants.push_back({AreaHealthScope(area), 1, v1::GRANT_MODE_READ_WRITE, ""});
  return grants;
}

absl::Status GiveGrant(BaseStore& store, std::string_view staff_code, StoredGrant grant, absl::Time now) {
  ASSIGN_OR_RETURN(const uint64_t before, store.GrantGeneration(staff_code, grant.scope));
  if (before > 0) {
    grant.given_us = absl::ToUnixMicros(now);
    RETURN_IF_ERROR(RememberFormer(store, staff_code, grant.scope, before, grant.given_us));
  }
  grant.generation = before + 1;
  grant.taken_us = 0;
  return store.PutGrant(staff_code, grant);
}

absl::StatusOr<uint64_t> ChangeGrant(BaseStore& store, const v1::ChangeGrantRequest& request, absl::Time now,
                                     const Caller& caller) {
  ASSIGN_OR_RETURN(const StaffMember staff, StaffInSight(store, caller, request.staff_code()));
  ASSIGN_OR_RETURN(const AreaId area, KnownArea(store, request.area(), staff.municipality, caller));
  if (!caller.local && !request.take() && staff.staff_code == caller.staff_code())
    return MakeError(ErrorCode::kBaseRefused, "nobody gives himself an area");
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto grants, store.Grants(staff.staff_code));
    RETURN_IF_ERROR(request.take() ? Take(store, staff.staff_code, grants, area, now)
                                   : Give(store, staff, grants, area, now));
    return store.Audit(request.actor(),
                       request.take() ? "grant-taken " + staff.staff_code : "grant-given " + staff.staff_code,
                       area.ToBytes(), absl::ToUnixMicros(now));
  }));
  ASSIGN_OR_RETURN(const auto grants, store.Grants(staff.staff_code));
  for (const StoredGrant& grant : grants) {
    if (grant.scope == AreaScope(area)) return grant.generation;
  }
  return 0;
}

}  // namespace opgang
