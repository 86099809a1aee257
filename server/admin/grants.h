// What staff may use: given by area, in the way of their role. Runs on the writer's thread.
//
//   partner               hand in to the area and read nothing of it but its entrances and doors
//   health                the area and its health part
//   evaluator             reports over the area, and no record
//   auditor, admin        nothing of an area
//   all others            the area
//
// A grant that was taken and is given again has a higher generation: the device's copy of that scope begins anew.
#ifndef OPGANG_SERVER_ADMIN_GRANTS_H_
#define OPGANG_SERVER_ADMIN_GRANTS_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "opgang/v1/admin.pb.h"
#include "server/engine/caller.h"
#include "server/engine/give_grant.h"
#include "server/store/base_store.h"

namespace opgang {

// The grants that giving an area to somebody of this role means.
std::vector<StoredGrant> GrantsFor(Role role, AreaId area);

// Gives or takes an area in one durable transaction, audited. Giving what is given, and taking what is not, changes
// nothing. Returns the generation of the area's grant, 0 where there is none. kNotFound: no such area or staff member, or not
// in the caller's sight: a coordinator's areas are those that he reads, an admin's his municipality's. kBaseRefused: his own.
absl::StatusOr<uint64_t> ChangeGrant(BaseStore& store, const v1::ChangeGrantRequest& request, absl::Time now,
                                     const Caller& caller = {.local = true});

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_GRANTS_H_
