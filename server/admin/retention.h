// Who is due to be erased because a period has run out, or a consent was withdrawn. The periods are data: a municipality sets
// its own, and until it has set one nothing of that kind goes.
//
//   consent-withdrawn   every consent that the person gave is withdrawn; counted from the last withdrawal
//   never-took-part     nothing was written about the person since, and she never took part in a meeting
//   took-part           the same, where she did
//
// Joined citizens are one person: none of them is due before all are, and they go together.
#ifndef OPGANG_SERVER_ADMIN_RETENTION_H_
#define OPGANG_SERVER_ADMIN_RETENTION_H_

#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/engine/committer.h"
#include "server/store/base_store.h"

namespace opgang {

// One line for each kind, set or not.
absl::StatusOr<v1::ListRetentionResponse> ListRetention(BaseReader& store);
absl::Status SetRetention(BaseStore& store, const v1::SetRetentionRequest& request, absl::Time now);
// Without `apply`: who would go.
absl::StatusOr<v1::RunRetentionResponse> RunRetention(BaseStore& store, Committer& committer,
                                                      const v1::RunRetentionRequest& request, absl::Time now,
                                                      std::set<Scope>& touched);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_RETENTION_H_
