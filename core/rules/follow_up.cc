#include "core/rules/follow_up.h"

#include "core/base/clock.h"

namespace opgang {

FollowUpTask FollowUpOf(absl::CivilDay missed, const std::vector<const v1::FollowUp*>& follow_ups,
                        absl::Time now, const CalendarSettings& settings) {
  FollowUpTask task;
  task.due = WorkingDayAfter(missed, 1, settings);
  for (const v1::FollowUp* follow_up : follow_ups) {
    if (follow_up->outcome() == v1::FOLLOW_UP_OUTCOME_NOT_REACHED) {
      ++task.steps;
    } else {
      task.done = true;
    }
  }
  task.overdue = !task.done && now >= EndOfLocalDay(task.due);
  return task;
}

}  // namespace opgang
