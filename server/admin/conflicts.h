// Conflicts and histories as a person at the base sees them, and settling one there. Holds personal data: for the
// screen, never for a log.
#ifndef OPGANG_SERVER_ADMIN_CONFLICTS_H_
#define OPGANG_SERVER_ADMIN_CONFLICTS_H_

#include <set>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "opgang/v1/admin.pb.h"
#include "server/engine/caller.h"
#include "server/engine/committer.h"
#include "server/store/base_store.h"

namespace opgang {

// Every open conflict that the caller may read, without its values, or those of one record with them. kNotFound: no such
// record.
absl::StatusOr<v1::ListConflictsResponse> ListConflicts(BaseStore& store, const Caller& caller,
                                                        std::optional<RecordId> only);

// kNotFound, the same whether the record is not there or stands where the caller may not read.
absl::Status CheckRecordInSight(BaseReader& store, const Caller& caller, RecordId record);

// One patch (or delete) by `actor` that saw all versions, committed like any other. kNotFound: no such record or no
// open conflict in that field; kBadInput: no such value; kRefused: as the verdict of a device's patch would say, and
// nothing is kept. Over mutual TLS the caller writes by his own grants: to the record, and to the area that a citizen moves to.
absl::StatusOr<v1::SettleConflictResponse> SettleConflict(BaseStore& store, Committer& committer,
                                                          const v1::SettleConflictRequest& request,
                                                          Clock& clock, Random& random,
                                                          std::set<Scope>& touched,
                                                          const Caller& caller = {.local = true});

// kNotFound: no such record.
absl::StatusOr<v1::RecordHistoryResponse> RecordHistory(BaseStore& store, RecordId record);

// A decision is made by somebody: kBadInput where the base knows no staff member of that code.
absl::StatusOr<StaffMember> PersonWhoDecides(BaseReader& store, std::string_view staff_code);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_CONFLICTS_H_
