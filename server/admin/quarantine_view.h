// A quarantined mutation as a person at the base reads it.
#ifndef OPGANG_SERVER_ADMIN_QUARANTINE_VIEW_H_
#define OPGANG_SERVER_ADMIN_QUARANTINE_VIEW_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "opgang/v1/admin.pb.h"
#include "server/engine/caller.h"
#include "server/store/base_store.h"

namespace opgang {

// With the content as text where it could be opened; holds personal data: for the screen, never for a log.
absl::StatusOr<v1::QuarantineItem> ToItem(BaseReader& store, const QuarantinedMutation& quarantined);

// The caller reads everywhere where its author believed it to stand.
bool IsInSight(const Caller& caller, const QuarantinedMutation& quarantined);
// kNotFound, the same whether it is not there or not in sight.
absl::Status CheckInSight(BaseReader& store, const Caller& caller, IntentId intent);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_QUARANTINE_VIEW_H_
