// Every no-show [udeblivelse] is followed up (D1, the Kom & Kvit course). The source names no time; ours is named:
// `next-working-day`: by the end of the first working day after the day of the missed meeting.
//
//   missed Thu 2 Apr 2026 (Easter follows) -> by the end of Tue 7 Apr
//
// An outcome ends it, "not reached" is a step. States are computed from facts and now, never stored; the same function
// on device and base.
#ifndef OPGANG_CORE_RULES_FOLLOW_UP_H_
#define OPGANG_CORE_RULES_FOLLOW_UP_H_

#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/rules/danish_calendar.h"
#include "opgang/v1/group.pb.h"

namespace opgang {

struct FollowUpTask {
  absl::CivilDay due;
  bool done = false;
  bool overdue = false;  // not done, and the due day has passed
  int steps = 0;         // how often the citizen was not reached
};

// `follow_ups`: what was noted about this one absence, in any order.
FollowUpTask FollowUpOf(absl::CivilDay missed, const std::vector<const v1::FollowUp*>& follow_ups,
                        absl::Time now, const CalendarSettings& settings);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_FOLLOW_UP_H_
