// Whether a person is still waited for: the one rule of core, asked of what the base holds.
#ifndef OPGANG_SERVER_ENGINE_OPEN_CASE_H_
#define OPGANG_SERVER_ENGINE_OPEN_CASE_H_

#include <set>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/base_store.h"

namespace opgang {

// The citizen, and those who are joined to her as the same person. Both of two who are joined say so of each other.
absl::StatusOr<std::set<RecordId>> SamePersons(BaseStore& store, RecordId citizen);

// A case of one of them is open at `now` (base time). Deleted records are no facts; what would end a case does not while
// it is disputed whether it was taken back.
absl::StatusOr<bool> HasOpenCase(BaseStore& store, const std::set<RecordId>& persons, absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_OPEN_CASE_H_
