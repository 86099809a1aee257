// From what a device's clocks said to what is known of the instant. Wall clocks are never believed: a due
// time depends only on the since-boot clock within one boot, and on base times that the replica or the base
// knew (I14).
//
//   same boot as a known base time   base time + what the since-boot clock counted: exact
//   another boot, or a clock that    [last base time that the replica knew, time by which the base had it],
//   ran backwards within its boot    narrowed by neighbouring seqs
//
// All instants are base time; all functions are pure, total (any foreign numbers are allowed) and return
// earliest <= latest. Uncertainty below one second is dropped: no rule counts finer, and an exact instant
// stays one.
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
  absl::Duration uncertainty;  // the base time may be off by this much either way
};
Anchor ToAnchor(const v1::BaseTimeAnchor& proto);
v1::BaseTimeAnchor ToProto(const Anchor& anchor);

// What is known of the instant of `evidence`.
//  - `session`: an anchor seen after the capture (the Hello that brought it, or the present moment on the
//    device); absent where there is none.
//  - `epoch_start`: when this replica was enrolled; nothing was captured before.
//  - `not_after`: nothing was captured later (the receive time at the base); absl::InfiniteFuture() where it
//    is unknown.
// In this order:
//  1. the anchor in the evidence lies in the boot of the capture, and not after it: anchor + elapsed;
//  2. `session` lies in that boot, and not before the capture: session - elapsed;
//     where both hold, the less uncertain of the two, the evidence's own if equal;
//  3. else [the evidence's anchor if any, else epoch_start, not_after].
// Always cut to [epoch_start, not_after]; `not_after` wins where the two cross.
Interval RecordedInterval(const v1::ClockEvidence& evidence, const std::optional<Anchor>& session,
                          absl::Time epoch_start, absl::Time not_after);

// Narrow an interval by a neighbour in seq: a mutation was captured not before its predecessor's earliest
// instant and not after its successor's latest. A neighbour that contradicts the interval moves it to its
// nearer end, no further. `previous` and `next` are absent for the first and the last.
Interval NarrowByPrevious(const Interval& interval, const std::optional<Interval>& previous);
Interval NarrowByNext(const Interval& interval, const std::optional<Interval>& next);

// The device's best estimate of base time now, for screens and for resolving "fri".
struct NowEstimate {
  Interval now;  // what evidence allows; infinite on the sides where nothing bounds it
  // What to show: the exact instant, else the wall clock where it lies in `now`, else now.earliest.
  absl::Time best;
  bool exact = false;  // `now` is not wider than a minute
};
// Exact within the boot of the last sync. In another boot, or where the since-boot clock ran backwards, only
// that the last sync is past: [last_sync, infinite). Before the first sync nothing is known: (infinite past,
// infinite future).
NowEstimate EstimateNow(const v1::ClockReading& reading, const std::optional<Anchor>& last_sync);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_CLOCK_EVIDENCE_H_
