// Staff, municipalities and areas: who is there, and in which role. Runs on the writer's thread.
#ifndef OPGANG_SERVER_ADMIN_STAFF_H_
#define OPGANG_SERVER_ADMIN_STAFF_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/random.h"
#include "opgang/v1/admin.pb.h"
#include "server/engine/caller.h"
#include "server/store/base_store.h"

namespace opgang {

// The municipality of that name, made where it is new; the default one for the empty name. Inside the caller's transaction.
absl::StatusOr<MunicipalityId> MunicipalityNamed(BaseStore& store, const std::string& name, absl::Time now,
                                                 Random& random);

// The area of that name in that municipality; made, where it is new.
absl::StatusOr<AreaId> AreaNamed(BaseStore& store, const std::string& name, absl::Time now, Random& random,
                                 MunicipalityId municipality = kDefaultMunicipality);

// Who is there, as far as the caller may know.
absl::StatusOr<v1::ListStaffResponse> ListStaff(BaseReader& store, const Caller& caller);

// The staff member, where the caller may know of him; else kNotFound, the same for one who is not there.
absl::StatusOr<StaffMember> StaffInSight(BaseReader& store, const Caller& caller,
                                         std::string_view staff_code);
// The same of a store.
absl::StatusOr<StoreAccount> StoreInSight(BaseReader& store, const Caller& caller, std::string_view store_id);

// Gives a role, and brings the grants in line with it: what it means in the areas that the person has, and nothing that it may
// not hold. What was captured before is judged by the role that was. Inside the caller's transaction; not audited.
absl::Status GiveRole(BaseStore& store, const StaffMember& staff, Role role, absl::Time now);
// In one durable transaction, audited. kNotFound; kBadInput: no such role. Nobody changes his own role: kBaseRefused.
absl::Status ChangeRole(BaseStore& store, const Caller& caller, const v1::ChangeRoleRequest& request,
                        absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_STAFF_H_
