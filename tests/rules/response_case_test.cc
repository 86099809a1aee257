#include "core/rules/response_case.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rules/person.h"
#include "tests/rules/rule_testing.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr v1::ClosingReason kWithdrawn = v1::CLOSING_REASON_WITHDRAWN;

// The week of the stories: Monday 2 to Sunday 8 March 2026. Monday's inquiry is due at the end of Thursday.
absl::Time Mon(int hour, int minute = 0) { return Local(2026, 3, 2, hour, minute); }
absl::Time Tue(int hour, int minute = 0) { return Local(2026, 3, 3, hour, minute); }
absl::Time Wed(int hour, int minute = 0) { return Local(2026, 3, 4, hour, minute); }
absl::Time Thu(int hour, int minute = 0) { return Local(2026, 3, 5, hour, minute); }
absl::Time Fri(int hour, int minute = 0) { return Local(2026, 3, 6, hour, minute); }
absl::Time Sat(int hour, int minute = 0) { return Local(2026, 3, 7, hour, minute); }
const absl::CivilDay kMonday(2026, 3, 2);
const absl::CivilDay kTuesday(2026, 3, 3);
const absl::CivilDay kThursday(2026, 3, 5);

class ResponseCaseTest : public ::testing::Test {
 protected:
  // The only case there is.
  ResponseCase TheCase(absl::Time now, const RuleSettings& settings = {}) {
    const auto cases = person.Cases(now, settings);
    EXPECT_THAT(cases, SizeIs(1));
    return cases.empty() ? ResponseCase() : cases.front();
  }
  CaseState State(absl::Time now) { return TheCase(now).state; }

  Person person;
};

// ---- Waiting

TEST_F(ResponseCaseTest, NobodyAskedSoThereIsNoCase) {
  person.TakesPart(At(Mon(10)));
  person.IsClosed(At(Mon(11)), kWithdrawn);
  person.IsRepliedTo(At(Mon(12)));
  EXPECT_THAT(person.Cases(Tue(0)), IsEmpty());
}

TEST_F(ResponseCaseTest, OpenThenDueSoonThenOverdue) {
  person.Asks(At(Mon(10)));
  EXPECT_EQ(TheCase(Mon(10)).due, On(kThursday));
  EXPECT_EQ(State(Mon(10)), CaseState::kOpen);
  EXPECT_EQ(State(Thu(0)), CaseState::kOpen);  // exactly 24 h left
  EXPECT_EQ(State(Thu(0) + absl::Milliseconds(1)), CaseState::kDueSoon);
  EXPECT_EQ(State(Fri(0) - absl::Milliseconds(1)), CaseState::kDueSoon);
  EXPECT_EQ(State(Fri(0)), CaseState::kOverdue);
  EXPECT_FALSE(TheCase(Fri(0) - absl::Milliseconds(1)).breach);
  EXPECT_TRUE(TheCase(Fri(0)).breach);
}

TEST_F(ResponseCaseTest, AnOverdueCaseStaysOpen) {
  person.Asks(At(Mon(10)));
  EXPECT_TRUE(TheCase(Local(2027, 3, 2)).open());
  EXPECT_TRUE(TheCase(Tue(0)).open());
  EXPECT_TRUE(TheCase(Thu(12)).open());
}

TEST_F(ResponseCaseTest, DueSoonOnALongDayIsStill24Hours) {
  person.Asks(At(2026, 10, 22, 9));  // due at the end of Sunday 25 October, a day of 25 hours
  const absl::Time end = Local(2026, 10, 26);
  EXPECT_EQ(State(end - absl::Hours(24)), CaseState::kOpen);
  EXPECT_EQ(State(end - absl::Hours(24) + absl::Seconds(1)), CaseState::kDueSoon);
}

TEST_F(ResponseCaseTest, WorkingDaysGiveMoreTimeOverEaster) {
  person.Asks(At(2026, 4, 1, 15));
  EXPECT_EQ(TheCase(Local(2026, 4, 5)).state, CaseState::kOverdue);
  const RuleSettings working{.policy = DuePolicy::kWorkingDays};
  EXPECT_EQ(TheCase(Local(2026, 4, 5), working).state, CaseState::kOpen);
  EXPECT_EQ(TheCase(Local(2026, 4, 5), working).due, On(Day(2026, 4, 9)));
}

TEST_F(ResponseCaseTest, WordToTheCaretakerOnThursdayIsTypedOnMonday) {
  person.Asks(At(Mon(9)), Word(Day(2026, 2, 26)));
  EXPECT_EQ(TheCase(Mon(9)).asked, On(Day(2026, 2, 26)));
  EXPECT_EQ(State(Mon(9)), CaseState::kOverdue);
}

// ---- Taking part

TEST_F(ResponseCaseTest, TakingPartUntilTheLastMillisecondIsMet) {
  person.Asks(At(Mon(10)));
  person.TakesPart(At(Fri(0) - absl::Milliseconds(1)));
  EXPECT_EQ(State(Sat(0)), CaseState::kMet);
  EXPECT_FALSE(TheCase(Sat(0)).breach);
  EXPECT_FALSE(TheCase(Sat(0)).open());
}

TEST_F(ResponseCaseTest, TakingPartAtMidnightIsMetLate) {
  person.Asks(At(Mon(10)));
  person.TakesPart(At(Fri(0)));
  EXPECT_EQ(State(Sat(0)), CaseState::kMetLate);
  EXPECT_TRUE(TheCase(Sat(0)).breach);
}

TEST_F(ResponseCaseTest, TakingPartOnTheDueDateWithoutAnHourIsMet) {
  person.Asks(At(Mon(10)));
  person.TakesPart(At(Sat(9)), Word(kThursday));
  EXPECT_EQ(State(Sat(9)), CaseState::kMet);
}

TEST_F(ResponseCaseTest, TookPartFirstAndTheInquiryWasTypedAfterwards) {
  person.TakesPart(At(Tue(10)));
  person.Asks(At(Wed(16)), Word(kMonday));
  EXPECT_EQ(State(Wed(16)), CaseState::kMet);
  EXPECT_EQ(TheCase(Wed(16)).took_part, At(Tue(10)));
}

TEST_F(ResponseCaseTest, DropInTakesPartAndIsTypedAsAnInquiryTheSameDay) {
  person.TakesPart(At(Tue(10)));
  person.Asks(At(Tue(16)));
  EXPECT_EQ(State(Tue(16)), CaseState::kMet);
}

TEST_F(ResponseCaseTest, TakingPartTheDayBeforeAskingDoesNotCount) {
  person.TakesPart(At(Mon(23, 59)));
  person.Asks(At(Tue(0)));
  EXPECT_EQ(State(Tue(12)), CaseState::kOpen);
  EXPECT_EQ(TheCase(Tue(12)).took_part, std::nullopt);
}

TEST_F(ResponseCaseTest, TheFirstMeetingCountsNotTheSecond) {
  person.TakesPart(At(Sat(10)));
  person.Asks(At(Mon(10)));
  person.TakesPart(At(Wed(10)));
  EXPECT_EQ(State(Sat(10)), CaseState::kMet);
  EXPECT_EQ(TheCase(Sat(10)).took_part, At(Wed(10)));
}

// ---- Several inquiries

TEST_F(ResponseCaseTest, AsksAgainWhileOpenAndJoins) {
  const RecordId second = person.Asks(At(Wed(10)));
  const RecordId first = person.Asks(At(Mon(10)));
  const ResponseCase c = TheCase(Thu(10));
  EXPECT_EQ(c.id, first);
  EXPECT_THAT(c.inquiries, ElementsAre(first, second));
  EXPECT_EQ(c.due, On(kThursday));
}

TEST_F(ResponseCaseTest, AsksAgainWhileOverdueAndStillJoins) {
  person.Asks(At(Mon(10)));
  person.Asks(At(Sat(10)));
  EXPECT_EQ(State(Sat(10)), CaseState::kOverdue);
}

TEST_F(ResponseCaseTest, AsksAgainAfterTakingPartAndOpensANewCase) {
  const RecordId first = person.Asks(At(Mon(10)));
  person.TakesPart(At(Tue(10)));
  const RecordId second = person.Asks(At(Wed(10)));
  const auto cases = person.Cases(Thu(10));
  ASSERT_THAT(cases, SizeIs(2));
  EXPECT_EQ(cases[0].id, first);
  EXPECT_EQ(cases[0].state, CaseState::kMet);
  EXPECT_EQ(cases[1].id, second);
  EXPECT_EQ(cases[1].state, CaseState::kOpen);
  EXPECT_EQ(cases[1].took_part, std::nullopt);
}

TEST_F(ResponseCaseTest, OldPaperworkArrivesAndTheCaseCountsFromIt) {
  person.Asks(At(Wed(10)));
  EXPECT_EQ(State(Fri(12)), CaseState::kOpen);
  const RecordId older = person.Asks(At(Fri(11)), Word(kMonday));
  EXPECT_EQ(TheCase(Fri(12)).id, older);
  EXPECT_EQ(State(Fri(12)), CaseState::kOverdue);
}

TEST_F(ResponseCaseTest, OldPaperworkFromBeforeTheMeetingIsMetByIt) {
  person.Asks(At(Mon(10)));
  person.TakesPart(At(Wed(10)));
  person.Asks(At(Fri(10)), Word(kTuesday));
  EXPECT_EQ(State(Fri(10)), CaseState::kMet);
  EXPECT_THAT(TheCase(Fri(10)).inquiries, SizeIs(2));
}

TEST_F(ResponseCaseTest, JoinedPersonsHaveOneCaseFromTheEarliestInquiry) {
  person.Asks(At(Tue(10)), {}, /*citizen=*/2);
  person.Asks(At(Mon(10)), {}, /*citizen=*/1);
  const ResponseCase c = TheCase(Wed(0));
  EXPECT_EQ(c.citizen, Person::Numbered(1001));
  EXPECT_EQ(c.asked, On(kMonday));
  EXPECT_THAT(c.inquiries, SizeIs(2));
}

TEST_F(ResponseCaseTest, JoinedPersonsAreMetOnce) {
  person.Asks(At(Mon(10)), {}, 1);
  person.Asks(At(Tue(10)), {}, 2);
  person.TakesPart(At(Wed(18)));
  EXPECT_EQ(State(Thu(0)), CaseState::kMet);
}

// ---- Closing

TEST_F(ResponseCaseTest, ClosedBeforeDueIsNoBreach) {
  person.Asks(At(Mon(10)));
  person.IsClosed(At(Fri(0) - absl::Milliseconds(1)), kWithdrawn);
  EXPECT_EQ(State(Sat(0)), CaseState::kClosed);
  EXPECT_EQ(TheCase(Sat(0)).closing_reason, kWithdrawn);
  EXPECT_FALSE(TheCase(Sat(0)).breach);
  EXPECT_FALSE(TheCase(Sat(0)).open());
}

TEST_F(ResponseCaseTest, ClosedAfterDueIsABreach) {
  person.Asks(At(Mon(10)));
  person.IsClosed(At(Fri(0)), v1::CLOSING_REASON_NOT_REACHED);
  EXPECT_EQ(State(Sat(0)), CaseState::kClosed);
  EXPECT_TRUE(TheCase(Sat(0)).breach);
}

TEST_F(ResponseCaseTest, RecordedByMistakeIsNeverABreach) {
  person.Asks(At(Mon(10)));
  person.IsClosed(At(Sat(0)), v1::CLOSING_REASON_RECORDED_BY_MISTAKE);
  EXPECT_EQ(State(Sat(0)), CaseState::kClosed);
  EXPECT_FALSE(TheCase(Sat(0)).breach);
}

TEST_F(ResponseCaseTest, ClosingThatStraddlesTheDueTimeIsNoBreach) {
  person.Asks(At(Mon(10)));
  person.IsClosed({Thu(12), Fri(12)}, kWithdrawn);
  EXPECT_EQ(State(Sat(0)), CaseState::kClosed);
  EXPECT_FALSE(TheCase(Sat(0)).breach);
}

TEST_F(ResponseCaseTest, AsksAgainAfterTheClosingOnTheSameDay) {
  person.Asks(At(Mon(10)));
  person.IsClosed(At(Tue(10)), kWithdrawn);
  person.Asks(At(Tue(15)));
  const auto cases = person.Cases(Wed(0));
  ASSERT_THAT(cases, SizeIs(2));
  EXPECT_EQ(cases[0].state, CaseState::kClosed);
  EXPECT_EQ(cases[1].state, CaseState::kOpen);
  EXPECT_EQ(cases[1].asked, On(kTuesday));
}

TEST_F(ResponseCaseTest, AsksAndWithdrawsOnTheSameDay) {
  person.Asks(At(Tue(9)), Word(kTuesday));
  person.IsClosed(At(Tue(16)), kWithdrawn, Word(kTuesday));
  EXPECT_EQ(State(Tue(17)), CaseState::kClosed);
}

TEST_F(ResponseCaseTest, ClosedTodayThenAskedTodayByWordsAloneFollowsTheRecording) {
  person.Asks(At(Mon(9)));
  person.IsClosed(At(Tue(9)), kWithdrawn, Word(kTuesday));
  person.Asks(At(Tue(16)), Word(kTuesday));
  ASSERT_THAT(person.Cases(Tue(17)), SizeIs(2));
  EXPECT_TRUE(person.Cases(Tue(17))[1].open());
}

TEST_F(ResponseCaseTest, TakingPartAfterAClosingChangesNothing) {
  person.Asks(At(Mon(10)));
  person.IsClosed(At(Tue(10)), kWithdrawn);
  person.TakesPart(At(Wed(10)));
  EXPECT_EQ(State(Thu(0)), CaseState::kClosed);
  EXPECT_EQ(TheCase(Thu(0)).took_part, std::nullopt);
}

TEST_F(ResponseCaseTest, ClosedAfterTakingPartStaysMet) {
  person.Asks(At(Mon(10)));
  person.TakesPart(At(Tue(10)));
  person.IsClosed(At(Wed(10)), kWithdrawn);
  EXPECT_EQ(State(Thu(0)), CaseState::kMet);
  EXPECT_EQ(TheCase(Thu(0)).closing_reason, std::nullopt);
}

TEST_F(ResponseCaseTest, TakingPartAndClosingInUnknownOrderIsTakingPart) {
  person.Asks(At(Mon(10)));
  person.IsClosed(At(Tue(15)), kWithdrawn);
  person.TakesPart(At(Tue(18)), Word(kTuesday));
  EXPECT_EQ(State(Thu(0)), CaseState::kMet);
}

TEST_F(ResponseCaseTest, AClosingFromBeforeTheInquiryClosesNothing) {
  person.IsClosed(At(Mon(10)), kWithdrawn);
  person.Asks(At(Tue(10)));
  EXPECT_EQ(State(Tue(12)), CaseState::kOpen);
}

TEST_F(ResponseCaseTest, AClosingThatMayBeOlderThanTheInquiryLeavesItOpen) {
  person.Asks(At(Tue(10)));
  person.IsClosed({Mon(0), Wed(0)}, kWithdrawn);
  EXPECT_EQ(State(Wed(0)), CaseState::kOpen);
  EXPECT_EQ(State(Sat(0)), CaseState::kOverdue);
}

TEST_F(ResponseCaseTest, OneClosingEndsOneCaseAlsoWhereAMeetingMayBeOlderThanHalfOfIt) {
  person.Asks(At(Mon(10)));
  person.TakesPart({Local(2026, 2, 1), Tue(10)});
  person.Asks(At(Wed(10)));
  person.IsClosed(At(Thu(10)), kWithdrawn);
  EXPECT_EQ(State(Fri(0)), CaseState::kClosed);
  EXPECT_THAT(TheCase(Fri(0)).inquiries, SizeIs(2));
}

// ---- Inexact evidence

TEST_F(ResponseCaseTest, AskedSomewhereInThreeDaysIsOverdueOnlyAfterTheLatest) {
  person.Asks({Mon(8), Wed(20)});
  const ResponseCase c = TheCase(Wed(21));
  EXPECT_EQ(c.due, (DateSpan{kThursday, Day(2026, 3, 7)}));
  EXPECT_EQ(c.state, CaseState::kOpen);
  EXPECT_EQ(State(Thu(1)), CaseState::kDueSoon);
  EXPECT_EQ(State(Sat(23, 59)), CaseState::kDueSoon);
  EXPECT_EQ(State(Local(2026, 3, 8)), CaseState::kOverdue);
}

TEST_F(ResponseCaseTest, AnExactInquiryNarrowsAnInexactOneThatItJoins) {
  person.Asks({Mon(8), Fri(20)});
  person.Asks(At(Tue(12)));
  EXPECT_EQ(TheCase(Tue(13)).asked, (DateSpan{kMonday, kTuesday}));
  EXPECT_EQ(State(Sat(0)), CaseState::kOverdue);
}

TEST_F(ResponseCaseTest, TookPartBetweenTheTwoDueDatesIsUndecidable) {
  person.Asks({Mon(8), Wed(20)});
  person.TakesPart(At(Fri(18)));
  EXPECT_EQ(State(Sat(0)), CaseState::kUndecidable);
  EXPECT_FALSE(TheCase(Local(2027, 1, 1)).breach);
  EXPECT_FALSE(TheCase(Sat(0)).open());
}

TEST_F(ResponseCaseTest, TakingPartWhoseEvidenceStraddlesTheDueTimeIsUndecidable) {
  person.Asks(At(Mon(10)));
  person.TakesPart({Thu(10), Fri(10)});
  EXPECT_EQ(State(Sat(0)), CaseState::kUndecidable);
}

TEST_F(ResponseCaseTest, OneCertainMeetingInTimeDecides) {
  person.Asks(At(Mon(10)));
  person.TakesPart({Wed(10), Sat(10)});
  person.TakesPart(At(Thu(10)));
  EXPECT_EQ(State(Sat(11)), CaseState::kMet);
  EXPECT_EQ(TheCase(Sat(11)).took_part, At(Thu(10)));
}

TEST_F(ResponseCaseTest, AMeetingPerhapsBeforeAskingKeepsTheCitizenOnTheListUntilDue) {
  person.Asks(At(Tue(10)));
  person.TakesPart({Local(2026, 2, 1), Wed(10)});
  EXPECT_EQ(State(Wed(12)), CaseState::kOpen);
  EXPECT_EQ(State(Fri(12)), CaseState::kDueSoon);
  EXPECT_EQ(TheCase(Fri(12)).took_part, std::nullopt);
  EXPECT_EQ(State(Sat(0)), CaseState::kUndecidable);
  EXPECT_EQ(TheCase(Sat(0)).took_part, (Interval{Local(2026, 2, 1), Wed(10)}));
}

TEST_F(ResponseCaseTest, AMeetingPerhapsBeforeAskingCannotHideALaterInquiry) {
  person.Asks(At(Tue(10)));
  person.TakesPart({Local(2026, 2, 1), Wed(10)});
  person.Asks(At(Fri(10)));
  const auto cases = person.Cases(Local(2026, 3, 20));
  ASSERT_THAT(cases, SizeIs(2));
  EXPECT_EQ(cases[0].state, CaseState::kUndecidable);
  EXPECT_EQ(cases[1].state, CaseState::kOverdue);
}

TEST_F(ResponseCaseTest, AMeetingPerhapsBeforeAskingAndALateOneAreUndecidable) {
  person.Asks(At(Tue(10)));
  person.TakesPart({Local(2026, 2, 1), Wed(10)});
  person.TakesPart(At(Sat(10)));
  EXPECT_EQ(State(Sat(11)), CaseState::kUndecidable);
}

TEST_F(ResponseCaseTest, AskedAgainPerhapsAfterTheFirstMeetingAndCertainlyMetByTheSecond) {
  person.Asks(At(Mon(10)));
  person.TakesPart({Tue(10), Fri(10)});
  person.Asks(At(Thu(10)));
  person.TakesPart(At(Sat(10)));
  const auto cases = person.Cases(Sat(11));
  ASSERT_THAT(cases, SizeIs(2));
  EXPECT_EQ(cases[0].state, CaseState::kUndecidable);
  EXPECT_EQ(cases[1].state, CaseState::kMet);
}

TEST_F(ResponseCaseTest, InquiryAndMeetingFromATabletThatKnewOnlyItsLastSync) {
  person.Asks({Mon(8), Thu(17)});
  person.TakesPart({Mon(8), Thu(17)});
  EXPECT_EQ(State(Thu(17)), CaseState::kMet);  // wherever the two lie, they are at most three days apart
}

// ---- Steps

TEST_F(ResponseCaseTest, RepliesAreStepsAndStopNothing) {
  person.Asks(At(Mon(10)));
  person.IsRepliedTo(At(Mon(9)));  // typed before the inquiry, the same day
  const RecordId last = person.IsRepliedTo(At(Wed(10)));
  person.IsRepliedTo(At(Wed(16)), Word(kTuesday));
  person.IsRepliedTo(At(2026, 3, 1, 12));  // the day before asking
  const ResponseCase c = TheCase(Fri(0));
  EXPECT_EQ(c.state, CaseState::kOverdue);
  EXPECT_EQ(c.steps, 3);
  ASSERT_TRUE(c.last_step.has_value());
  EXPECT_EQ(c.last_step->id, last);
}

TEST_F(ResponseCaseTest, AReplyAfterTheEndBelongsToTheNextCase) {
  person.Asks(At(Mon(10)));
  person.IsRepliedTo(At(Mon(11)));
  person.TakesPart(At(Tue(10)));
  const RecordId reply = person.IsRepliedTo(At(Thu(10)));
  person.Asks(At(Wed(10)));
  const auto cases = person.Cases(Fri(0));
  ASSERT_THAT(cases, SizeIs(2));
  EXPECT_EQ(cases[0].steps, 1);
  EXPECT_EQ(cases[1].steps, 1);
  EXPECT_EQ(cases[1].last_step->id, reply);
}

// ---- Lists

TEST(MoreUrgentTest, OverdueFirstThenByEarliestDueThenByHandle) {
  const auto make = [](CaseState state, int due_day, int id) {
    ResponseCase c;
    c.state = state;
    c.due = {Day(2026, 3, due_day), Day(2026, 3, 20 - due_day)};
    c.id = Person::Numbered(id);
    return c;
  };
  std::vector<ResponseCase> cases = {make(CaseState::kOpen, 5, 4), make(CaseState::kOverdue, 9, 5),
                                     make(CaseState::kDueSoon, 5, 3), make(CaseState::kOverdue, 8, 6),
                                     make(CaseState::kMet, 1, 2)};
  std::ranges::sort(cases, MoreUrgent);
  std::vector<RecordId> order;
  for (const ResponseCase& c : cases) order.push_back(c.id);
  EXPECT_THAT(order, ElementsAre(Person::Numbered(6), Person::Numbered(5), Person::Numbered(2),
                                 Person::Numbered(3), Person::Numbered(4)));
}

TEST(CaseStateNameTest, AreStable) {
  EXPECT_EQ(CaseStateName(CaseState::kOpen), "open");
  EXPECT_EQ(CaseStateName(CaseState::kDueSoon), "due-soon");
  EXPECT_EQ(CaseStateName(CaseState::kOverdue), "overdue");
  EXPECT_EQ(CaseStateName(CaseState::kMet), "met");
  EXPECT_EQ(CaseStateName(CaseState::kMetLate), "met-late");
  EXPECT_EQ(CaseStateName(CaseState::kClosed), "closed");
  EXPECT_EQ(CaseStateName(CaseState::kUndecidable), "undecidable");
}

}  // namespace
}  // namespace opgang
