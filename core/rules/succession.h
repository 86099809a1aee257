// Records that stand in the place of earlier ones: a quit date that is moved, an entry of a ledger that is corrected. Nothing
// is overwritten; which one stands is computed.
//
//   a <- b <- c      c stands
//   a <- b, a <- c   two people took a's place without knowing of each other: the one recorded later stands, and it is told
//   ... c <- d       until somebody takes the place of that one: d
#ifndef OPGANG_CORE_RULES_SUCCESSION_H_
#define OPGANG_CORE_RULES_SUCCESSION_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "core/base/ids.h"

namespace opgang {

struct SuccessionEntry {
  RecordId id;
  std::optional<RecordId>
      replaces;  // one that is not among the entries has not arrived: then this one begins a chain
  absl::Time recorded;
};

struct Succession {
  std::vector<size_t> members;  // positions of entries, by (recorded, id): the first is the oldest
  size_t standing = 0;          // position of the entry that stands
  bool disputed = false;  // another one that nobody replaced is newer than what the standing one replaces
};

// Every entry is in exactly one; by the oldest member's (recorded, id).
std::vector<Succession> SuccessionsOf(const std::vector<SuccessionEntry>& entries);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_SUCCESSION_H_
