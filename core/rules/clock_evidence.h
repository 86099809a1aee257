// From what a device's clocks said to what is known of the instant. Wall clocks are never believed: a due time
// depends only on the since-boot clock within one boot, and on base times that the replica or the base knew (I14).
#ifndef OPGANG_CORE_RULES_CLOCK_EVIDENCE_H_
#define OPGANG_CORE_RULES_CLOCK_EVIDENCE_H_

#include <optional>

#include "absl/time/time.h"
#include "core/rules/three_day_rule.h"
#include "opgang/v1/mutation.pb.h"

namespace opgang {

// A moment at which base time and device clocks were seen together.
struct Anchor {
  absl::Time base;
  v1::ClockReading reading;
  absl::Duration uncertainty;
};

// What is known of the instant of `evidence`, asked when base time is known to be at or before `not_after`.
//  - the anchor in the evidence lies in the same boot: exact, anchor + elapsed (± uncertainty is dropped below 1 s);
//  - `session` (the Hello that brought it, or the present moment on the device) lies in the same boot: exact as well;
//  - else [anchor's base time or `epoch_start`, not_after].
// Never after `not_after`, never before `epoch_start` (when this replica was enrolled); a since-boot clock that runs
// backwards inside one boot is no evidence.
Interval RecordedInterval(const v1::ClockEvidence& evidence, const std::optional<Anchor>& session,
                          absl::Time epoch_start, absl::Time not_after);

// Narrows intervals by neighbouring seqs: a mutation was captured not before its predecessor's earliest instant
// and not after its successor's latest. `earliest_of_previous` is absent for the first.
Interval NarrowByPrevious(const Interval& interval, const std::optional<Interval>& previous);

// The device's best estimate of base time now, for screens and for resolving "fri". Exact within the boot of the
// last sync; else the interval [last base time, wall clock if later ...]: see the .cc for the fallback order.
struct NowEstimate {
  Interval now;         // what evidence allows; latest = absl::InfiniteFuture() where nothing bounds it
  absl::Time best;      // what to show: exact instant, else the wall clock where it lies in `now`, else now.earliest
  bool exact = false;   // evidence is not wider than a minute
};
NowEstimate EstimateNow(const v1::ClockReading& reading, const std::optional<Anchor>& last_sync);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_CLOCK_EVIDENCE_H_
