// Tombstones: the feed's LEAVE and DELETE rows tell a device what to take away. They stay for kTombstonesStay; a device
// whose cursor is older than those that are gone (below the floor) starts its scope anew, by mark and sweep.
//
// The age of a rev is known by marks: once a day the base notes how far it has come. A base clock that jumps ahead drops
// tombstones early, which costs devices a pull and nothing else; one that falls behind keeps them longer. ERASE stays
// for ever (I12).
#ifndef OPGANG_SERVER_ENGINE_TOMBSTONES_H_
#define OPGANG_SERVER_ENGINE_TOMBSTONES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/base_store.h"

namespace opgang {

// A year away, and a month.
inline constexpr absl::Duration kTombstonesStay = absl::Hours(24 * 400);
inline constexpr absl::Duration kTombstonesEvery = absl::Hours(24);

// One durable transaction: marks how far the base has come by `now` (base time) and drops what is old enough. Returns the
// floor. To be called about every kTombstonesEvery, on the writer's thread.
absl::StatusOr<uint64_t> PruneTombstones(BaseStore& store, absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_TOMBSTONES_H_
