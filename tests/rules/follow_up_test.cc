// A no-show is followed up by the end of the next working day, and an outcome ends it.
#include "core/rules/follow_up.h"

#include "core/base/clock.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

constexpr absl::CivilDay kMaundyThursday(2026, 4, 2);

v1::FollowUp With(v1::FollowUpOutcome outcome) {
  v1::FollowUp follow_up;
  follow_up.set_outcome(outcome);
  return follow_up;
}

TEST(FollowUpTest, IsDueAtTheEndOfTheNextWorkingDay) {
  const absl::CivilDay tuesday(2026, 3, 24);
  const absl::Time due = EndOfLocalDay(tuesday + 1);
  const FollowUpTask open = FollowUpOf(tuesday, {}, due - absl::Microseconds(1), {});
  EXPECT_EQ(open.due, tuesday + 1);
  EXPECT_FALSE(open.overdue || open.done);
  EXPECT_TRUE(FollowUpOf(tuesday, {}, due, {}).overdue);
}

TEST(FollowUpTest, EasterAndTheWeekendDoNotCount) {
  EXPECT_EQ(FollowUpOf(kMaundyThursday, {}, absl::InfinitePast(), {}).due, absl::CivilDay(2026, 4, 7));
}

TEST(FollowUpTest, NotReachedIsAStepAndEveryOtherOutcomeAnEnd) {
  const v1::FollowUp not_reached = With(v1::FOLLOW_UP_OUTCOME_NOT_REACHED);
  const FollowUpTask sought =
      FollowUpOf(kMaundyThursday, {&not_reached, &not_reached}, absl::InfiniteFuture(), {});
  EXPECT_EQ(sought.steps, 2);
  EXPECT_TRUE(sought.overdue && !sought.done);
  for (const auto outcome :
       {v1::FOLLOW_UP_OUTCOME_COMES_AGAIN, v1::FOLLOW_UP_OUTCOME_STOPS, v1::FOLLOW_UP_OUTCOME_OTHER_OFFER}) {
    const v1::FollowUp ended = With(outcome);
    const FollowUpTask task = FollowUpOf(kMaundyThursday, {&ended, &not_reached}, absl::InfiniteFuture(), {});
    EXPECT_TRUE(task.done && !task.overdue) << outcome;
  }
}

}  // namespace
}  // namespace opgang
