// Capture: from what a worker is about to save to mutations, checked while the worker looks at the screen.
// Pure: it reads nothing but its arguments, and what it returns is not yet written anywhere.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_CAPTURE_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_CAPTURE_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "client-lib/src/store/visible_record.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/random.h"
#include "opgang/bundle.h"
#include "opgang/v1/local_state.pb.h"
#include "opgang/v1/mutation.pb.h"

namespace opgang {

// A record as the worker sees it, and the own mutations behind it.
struct KnownRecord {
  VisibleRecord visible;
  std::vector<OwnMutation> own;
};

// A change, and what else its author means by it.
struct Intention {
  Bundle::Change change;
  std::string replaces;  // intent id of the refused mutation that it corrects; empty = none
  // Intent ids that its author had seen, where that is less than what stands there now: an undo takes back
  // what its save wrote, and not what somebody else wrote meanwhile. What the same bundle wrote before counts
  // as seen.
  std::optional<std::set<std::string>> seen_only;
  // Of a correction: the replica whose chair the refused promise names (16 bytes); it goes along. Empty: none.
  std::string chair;
  // The record to go on from, where it can no longer be found (it was deleted).
  std::optional<KnownRecord> known;
};

struct CaptureContext {
  Clock& clock;
  Random& random;
  bool locked = false;
  std::function<std::optional<KnownRecord>(RecordId)> find;  // finds nothing while locked
  std::function<const View*()> view;                         // null while locked
  std::optional<AreaId> default_area;                        // where a record stands that says nothing of it
  std::optional<Scope> directory;                            // where the offer of groups stands
  absl::CivilDay latest_day;                                 // nothing can have happened after it
  Interval now{absl::InfinitePast(), absl::InfiniteFuture()};  // base time, as far as evidence allows
  v1::HybridTime last_stamp;
  std::optional<v1::BaseTimeAnchor> anchor;
};

struct CapturedMutation {
  v1::MutationEnvelope envelope;
  v1::MutationPayload payload;
  v1::UndoStep undo;
  // It promises a seat in this limited meeting and names no chair yet: the store takes one that was lent to it.
  std::optional<RecordId> needs_chair_in;
};

struct CaptureResult {
  std::vector<CapturedMutation> mutations;  // one for each intention, in order
  v1::HybridTime last_stamp;
};

// Errors: kRefused (GetRefusal() tells), kLocked (a patch or delete of a record that is not in the bundle),
// kNotFound (of a record that is not here), kBadInput (no area to stand in).
absl::StatusOr<CaptureResult> Capture(const std::vector<Intention>& intentions,
                                      const CaptureContext& context);

// The hybrid logical clock: strictly greater than `last` whatever the wall clock says.
v1::HybridTime NextStamp(const v1::HybridTime& last, int64_t wall_us);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_CAPTURE_H_
