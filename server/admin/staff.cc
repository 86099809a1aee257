#include "server/admin/staff.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/enrolment.h"
#include "server/admin/grants.h"
#include "server/engine/authority.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr size_t kMaxName = 80;

std::set<AreaId> AreasOf(const std::vector<StoredGrant>& grants) {
  std::set<AreaId> areas;
  for (const StoredGrant& grant : grants) {
    if (grant.scope.kind == v1::SCOPE_KIND_AREA) areas.insert(AreaId(grant.scope.id));
  }
  return areas;
}

// Of one grant that stands: it goes where the new role does not mean it.
absl::Status TakeIfNotMeant(BaseStore& store, std::string_view staff_code, StoredGrant grant, Role role,
                            absl::Time now) {
  const bool of_area =
      grant.scope.kind != v1::SCOPE_KIND_GROUP && grant.scope.kind != v1::SCOPE_KIND_DIRECTORY;
  const auto meant = GrantsFor(role, AreaId(grant.scope.id));
  const bool stays =
      of_area ? std::ranges::any_of(meant,
                                    [&](const StoredGrant& wanted) {
                                      return wanted.scope == grant.scope && wanted.mode == grant.mode;
                                    })
              : MayHold(role, grant.scope.kind, grant.mode);
  if (stays) return absl::OkStatus();
  grant.taken_us = absl::ToUnixMicros(now);
  return store.PutGrant(staff_code, grant);
}

absl::Status GiveMissing(BaseStore& store, std::string_view staff_code, AreaId area, Role role,
                         absl::Time now) {
  ASSIGN_OR_RETURN(const auto standing, store.Grants(staff_code));
  for (const StoredGrant& wanted : GrantsFor(role, area)) {
    const bool has = std::ranges::any_of(standing, [&](const StoredGrant& grant) {
      return grant.scope == wanted.scope && grant.mode == wanted.mode;
    });
    if (!has) RETURN_IF_ERROR(GiveGrant(store, staff_code, wanted, now));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::StaffLine> LineOf(BaseReader& store, const StaffMember& staff) {
  v1::StaffLine line;
  line.set_staff_code(staff.staff_code);
  line.set_role(std::string(RoleName(staff.role)));
  line.set_role_since_us(staff.role_since_us);
  ASSIGN_OR_RETURN(*line.mutable_municipality(), NameOf(store, staff.municipality));
  ASSIGN_OR_RETURN(const auto grants, store.Grants(staff.staff_code));
  for (const StoredGrant& grant : grants) {
    if (grant.scope.kind == v1::SCOPE_KIND_AREA) line.add_areas(grant.display_name);
  }
  ASSIGN_OR_RETURN(const auto stores, store.Stores(staff.staff_code));
  line.set_device_count(static_cast<uint32_t>(std::ranges::count_if(
      stores, [](const StoreAccount& account) { return account.enrolled_us > 0 && !account.is_revoked(); })));
  return line;
}

}  // namespace

absl::StatusOr<MunicipalityId> MunicipalityNamed(BaseStore& store, const std::string& name, absl::Time now,
                                                 Random& random) {
  auto known = KnownMunicipality(store, name);
  if (known.ok() || GetErrorCode(known.status()) != ErrorCode::kNotFound) return known;
  if (name.size() > kMaxName) return MakeError(ErrorCode::kBadInput, "municipality: 1 to 80 bytes");
  const Municipality municipality{MunicipalityId::Make(now, random), name};
  RETURN_IF_ERROR(store.PutMunicipality(municipality));
  return municipality.id;
}

absl::StatusOr<AreaId> AreaNamed(BaseStore& store, const std::string& name, absl::Time now, Random& random,
                                 MunicipalityId municipality) {
  ASSIGN_OR_RETURN(const auto areas, store.Areas());
  for (const Area& area : areas) {
    if (area.name == name && area.municipality == municipality) return area.id;
  }
  const Area area{AreaId::Make(now, random), name, municipality};
  RETURN_IF_ERROR(store.PutArea(area));
  return area.id;
}

absl::StatusOr<v1::ListStaffResponse> ListStaff(BaseReader& store, const Caller& caller) {
  v1::ListStaffResponse response;
  ASSIGN_OR_RETURN(const auto all, store.Staff());
  for (const StaffMember& staff : all) {
    if (!caller.SeesMunicipality(staff.municipality)) continue;
    ASSIGN_OR_RETURN(*response.add_staff(), LineOf(store, staff));
  }
  return response;
}

absl::StatusOr<StaffMember> StaffInSight(BaseReader& store, const Caller& caller,
                                         std::string_view staff_code) {
  ASSIGN_OR_RETURN(const auto staff, store.FindStaff(staff_code));
  if (staff.has_value() && caller.SeesMunicipality(staff->municipality)) return *staff;
  return MakeError(ErrorCode::kNotFound, "no such staff member at this base");
}

absl::StatusOr<StoreAccount> StoreInSight(BaseReader& store, const Caller& caller,
                                          std::string_view store_id) {
  const auto id = StoreId::FromBytes(store_id);
  ASSIGN_OR_RETURN(const auto account, store.FindStore(id.value_or(StoreId())));
  const absl::Status not_here = MakeError(ErrorCode::kNotFound, "no such device at this base");
  if (!account.has_value()) return not_here;
  if (!StaffInSight(store, caller, account->staff_code).ok()) return not_here;
  return *account;
}

absl::Status GiveRole(BaseStore& store, const StaffMember& staff, Role role, absl::Time now) {
  if (staff.role == role) return absl::OkStatus();
  const int64_t now_us = absl::ToUnixMicros(now);
  RETURN_IF_ERROR(store.PutFormerRole(staff.staff_code, {staff.role, staff.role_since_us, now_us}));
  StaffMember changed = staff;
  changed.role = role;
  changed.role_since_us = now_us;
  RETURN_IF_ERROR(store.PutStaff(changed));
  ASSIGN_OR_RETURN(const auto grants, store.Grants(staff.staff_code));
  for (const StoredGrant& grant : grants)
    RETURN_IF_ERROR(TakeIfNotMeant(store, staff.staff_code, grant, role, now));
  for (const AreaId& area : AreasOf(grants))
    RETURN_IF_ERROR(GiveMissing(store, staff.staff_code, area, role, now));
  return PutDirectoryGrant(store, changed);
}

absl::Status ChangeRole(BaseStore& store, const Caller& caller, const v1::ChangeRoleRequest& request,
                        absl::Time now) {
  ASSIGN_OR_RETURN(const StaffMember staff, StaffInSight(store, caller, request.staff_code()));
  const auto role = RoleFromName(request.role());
  if (!role.has_value() || *role == Role::kBase) return MakeError(ErrorCode::kBadInput, "no such role");
  if (!caller.local && staff.staff_code == caller.staff_code())
    return MakeError(ErrorCode::kBaseRefused, "nobody changes his own role");
  return InTransaction(store, [&]() -> absl::Status {
    RETURN_IF_ERROR(GiveRole(store, staff, *role, now));
    return store.Audit(request.actor(), "role-" + request.role() + " " + staff.staff_code, "",
                       absl::ToUnixMicros(now));
  });
}

}  // namespace opgang
