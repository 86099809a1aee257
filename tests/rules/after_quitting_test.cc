// Windows after the quit date, the protocol by telephone, and what counts as an answer: every boundary from both sides.
#include "core/rules/after_quitting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/course_person.h"

namespace opgang {
namespace {

const absl::CivilDay kQuit(2026, 1, 15);

TEST(QuitWindowsTest, AMonthLaterIsTheSameDayOrTheMonthsLast) {
  EXPECT_EQ(MonthsAfter(Day(2026, 1, 15), 6), Day(2026, 7, 15));
  EXPECT_EQ(MonthsAfter(Day(2025, 9, 30), 5), Day(2026, 2, 28));
  EXPECT_EQ(MonthsAfter(Day(2027, 9, 30), 5), Day(2028, 2, 29));
  EXPECT_EQ(MonthsAfter(Day(2025, 8, 31), 6), Day(2026, 2, 28));
  EXPECT_EQ(MonthsAfter(Day(2025, 12, 1), 1), Day(2026, 1, 1));
  EXPECT_EQ(SixMonthWindow(Day(2025, 8, 31)).first, Day(2026, 1, 31));
  EXPECT_EQ(SixMonthWindow(Day(2025, 8, 31)).last, Day(2026, 3, 31));
  EXPECT_EQ(FourWeekWindow(kQuit).first, kQuit + 25);
  EXPECT_EQ(FourWeekWindow(kQuit).last, kQuit + 42);
}

class AfterQuittingTest : public testing::Test {
 protected:
  AfterQuittingTest() { quit = p.SetsDate(kQuit, kQuit - 10); }

  FourWeekResult FourWeeks() const {
    return FourWeeksAfter(AttemptsOf(p.facts.quit_dates).front(), p.facts.four_weeks, p.facts.tests);
  }
  SixMonthResult SixMonths(absl::CivilDay today = Day(2026, 7, 1)) const {
    return SixMonthsAfter(AttemptsOf(p.facts.quit_dates).front(), p.facts.calls, p.facts.six_months,
                          p.facts.tests, p.facts.follow_up_withdrawn, today);
  }

  CoursePerson p;
  RecordId quit;
};

TEST_F(AfterQuittingTest, AMovedDateIsOneAttemptAndTheLatestStands) {
  const RecordId moved = p.SetsDate(kQuit + 7, kQuit - 3, quit);
  const auto attempts = AttemptsOf(p.facts.quit_dates);
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].id, moved);
  EXPECT_EQ(attempts[0].date, kQuit + 7);
  EXPECT_EQ(attempts[0].first_date, kQuit);
  EXPECT_EQ(attempts[0].set_on, kQuit - 10);
  EXPECT_TRUE(attempts[0].Has(quit.ToBytes())) << "what names the former record is about the attempt";
  p.SetsDate(kQuit + 60, kQuit + 50);
  EXPECT_EQ(AttemptsOf(p.facts.quit_dates).size(), 2u);
}

TEST_F(AfterQuittingTest, MovedByTwoPeopleTheLaterStandsAndItIsToldUntilOneMovesItOnceMore) {
  p.SetsDate(kQuit + 7, kQuit - 3, quit);
  const RecordId later = p.SetsDate(kQuit + 9, kQuit - 2, quit);
  EXPECT_EQ(AttemptsOf(p.facts.quit_dates)[0].date, kQuit + 9);
  EXPECT_TRUE(AttemptsOf(p.facts.quit_dates)[0].disputed);
  p.SetsDate(kQuit + 8, kQuit - 1, later);
  EXPECT_EQ(AttemptsOf(p.facts.quit_dates)[0].date, kQuit + 8);
  EXPECT_FALSE(AttemptsOf(p.facts.quit_dates)[0].disputed);
}

TEST_F(AfterQuittingTest, AfterFourWeeksCountsWhatIsSaidOnDays25To42) {
  for (const int day : {24, 43}) {
    p.facts.four_weeks.clear();
    p.SaysAfterFourWeeks(quit, v1::FOUR_WEEK_ANSWER_NOT_SMOKED, kQuit + day);
    EXPECT_FALSE(FourWeeks().done()) << day;
    EXPECT_TRUE(FourWeeks().outside) << day;
  }
  for (const int day : {25, 42}) {
    p.facts.four_weeks.clear();
    p.SaysAfterFourWeeks(quit, v1::FOUR_WEEK_ANSWER_NOT_SMOKED, kQuit + day);
    EXPECT_TRUE(FourWeeks().quit()) << day;
    EXPECT_FALSE(FourWeeks().outside) << day;
  }
}

TEST_F(AfterQuittingTest, AfterFourWeeksTheLatestWordCountsNotReachedIsAStepAndARefusalTakesNothingBack) {
  p.SaysAfterFourWeeks(quit, v1::FOUR_WEEK_ANSWER_NOT_REACHED, kQuit + 26);
  EXPECT_FALSE(FourWeeks().done());
  p.SaysAfterFourWeeks(quit, v1::FOUR_WEEK_ANSWER_DECLINED, kQuit + 27);
  EXPECT_EQ(FourWeeks().answer, v1::FOUR_WEEK_ANSWER_DECLINED);
  p.SaysAfterFourWeeks(quit, v1::FOUR_WEEK_ANSWER_SMOKED, kQuit + 30);
  p.SaysAfterFourWeeks(quit, v1::FOUR_WEEK_ANSWER_NOT_SMOKED, kQuit + 29);
  p.SaysAfterFourWeeks(quit, v1::FOUR_WEEK_ANSWER_DECLINED, kQuit + 33);
  EXPECT_EQ(FourWeeks().answer, v1::FOUR_WEEK_ANSWER_SMOKED);
}

TEST_F(AfterQuittingTest, CarbonMonoxideVerifiesBelowTenOfItsOccasionInItsDays) {
  EXPECT_TRUE(IsVerified(9.9));
  EXPECT_FALSE(IsVerified(10));
  EXPECT_FALSE(IsVerified(std::nullopt));
  p.Blows(3, v1::TEST_OCCASION_FOUR_WEEKS, kQuit + 24);
  p.Blows(3, v1::TEST_OCCASION_SIX_MONTHS, kQuit + 30);
  EXPECT_EQ(FourWeeks().ppm, std::nullopt);
  p.Blows(4, v1::TEST_OCCASION_FOUR_WEEKS, kQuit + 30);
  p.Blows(12, v1::TEST_OCCASION_FOUR_WEEKS, kQuit + 35);
  EXPECT_EQ(FourWeeks().ppm, 12) << "the latest";
}

TEST_F(AfterQuittingTest, FourAttemptsOnDifferentDaysOneAt17OrLater) {
  for (const int day : {1, 1, 2, 3}) p.IsRung(quit, Day(2026, 6, 15) + day);
  EXPECT_EQ(SixMonths().days_tried, 3);
  EXPECT_EQ(SixMonths().days_left(), 1);
  p.IsRung(quit, Day(2026, 6, 20), 16);
  EXPECT_EQ(SixMonths().days_left(), 0);
  EXPECT_FALSE(SixMonths().may_give_up()) << "none at 17:00 or later";
  p.IsRung(quit, Day(2026, 6, 20), 17);
  EXPECT_TRUE(SixMonths().may_give_up());
  EXPECT_EQ(SixMonths().days_tried, 4);
}

TEST_F(AfterQuittingTest, AMinuteBefore17IsNotLateAndAWordWithoutAnHourIsNotEither) {
  v1::FollowUpCall at;
  at.set_quit_date_id(quit.ToBytes());
  *at.mutable_happened() = Word(Day(2026, 6, 20), 16 * 60 + 59);
  p.facts.calls.push_back({RecordId(), &at, At(2026, 6, 21)});
  EXPECT_FALSE(SixMonths().tried_late);
  *at.mutable_happened() = Word(Day(2026, 6, 20));
  EXPECT_FALSE(SixMonths().tried_late);
  *at.mutable_happened() = Word(Day(2026, 6, 20), 17 * 60);
  EXPECT_TRUE(SixMonths().tried_late);
}

TEST_F(AfterQuittingTest, AttemptsOutsideTheWindowDoNotCount) {
  EXPECT_EQ(SixMonths().window.first, Day(2026, 6, 15));
  EXPECT_EQ(SixMonths().window.last, Day(2026, 8, 15));
  p.IsRung(quit, Day(2026, 6, 14), 18);
  p.IsRung(quit, Day(2026, 8, 16), 18);
  EXPECT_EQ(SixMonths().days_tried, 0);
  EXPECT_FALSE(SixMonths().tried_late);
  EXPECT_FALSE(SixMonths().followed_up());
  p.IsRung(quit, Day(2026, 6, 15));
  p.IsRung(quit, Day(2026, 8, 15));
  EXPECT_EQ(SixMonths().days_tried, 2);
  EXPECT_TRUE(SixMonths().followed_up());
}

TEST_F(AfterQuittingTest, AnAnswerCountsFromFiveToSevenMonthsBothDaysIncluded) {
  for (const absl::CivilDay day : {Day(2026, 6, 14), Day(2026, 8, 16)}) {
    p.facts.six_months.clear();
    p.Answers(quit, v1::SIX_MONTH_ANSWER_CONTINUOUS, day);
    EXPECT_FALSE(SixMonths().smoke_free()) << day;
    EXPECT_TRUE(SixMonths().outside) << day;
    EXPECT_FALSE(SixMonths().followed_up()) << day;
  }
  for (const absl::CivilDay day : {Day(2026, 6, 15), Day(2026, 8, 15)}) {
    p.facts.six_months.clear();
    p.Answers(quit, v1::SIX_MONTH_ANSWER_CONTINUOUS, day);
    EXPECT_TRUE(SixMonths().continuous()) << day;
    EXPECT_TRUE(SixMonths().followed_up()) << day;
  }
}

TEST_F(AfterQuittingTest, AnEarlyAnswerLeavesTheTaskALateOneEndsIt) {
  p.Answers(quit, v1::SIX_MONTH_ANSWER_SMOKING, Day(2026, 6, 14));
  EXPECT_FALSE(SixMonths().done);
  p.Answers(quit, v1::SIX_MONTH_ANSWER_SMOKING, Day(2026, 8, 20));
  EXPECT_TRUE(SixMonths().done);
  EXPECT_FALSE(SixMonths().answer.has_value());
}

TEST_F(AfterQuittingTest, ContinuousIsFiveCigarettesAtTheMostSmokeFreeNowIsMore) {
  const auto with = [&](v1::SixMonthAnswer answer, v1::CigarettesSinceQuit cigarettes) {
    p.facts.six_months.clear();
    p.Answers(quit, answer, Day(2026, 7, 1), cigarettes);
    return std::pair(SixMonths().continuous(), SixMonths().smoke_free());
  };
  constexpr auto kContinuous = v1::SIX_MONTH_ANSWER_CONTINUOUS;
  EXPECT_EQ(with(kContinuous, v1::CIGARETTES_SINCE_QUIT_NONE), std::pair(true, true));
  EXPECT_EQ(with(kContinuous, v1::CIGARETTES_SINCE_QUIT_1_TO_5), std::pair(true, true));
  EXPECT_EQ(with(kContinuous, v1::CIGARETTES_SINCE_QUIT_MORE_THAN_5), std::pair(false, true));
  EXPECT_EQ(with(v1::SIX_MONTH_ANSWER_POINT_ABSTINENT, {}), std::pair(false, true));
  EXPECT_EQ(with(v1::SIX_MONTH_ANSWER_REDUCED, {}), std::pair(false, false));
  EXPECT_EQ(with(v1::SIX_MONTH_ANSWER_SMOKING, {}), std::pair(false, false));
}

TEST_F(AfterQuittingTest, NotReachedCountsAfterTheAttemptsOrWhenTheWindowIsClosed) {
  p.GivesNoAnswer(quit, v1::NO_ANSWER_REASON_NOT_REACHED, Day(2026, 7, 1));
  EXPECT_FALSE(SixMonths(Day(2026, 8, 15)).done);
  EXPECT_TRUE(SixMonths(Day(2026, 8, 16)).done);
  for (const int day : {1, 2, 3, 4}) p.IsRung(quit, Day(2026, 6, 15) + day, 18);
  EXPECT_TRUE(SixMonths(Day(2026, 7, 1)).done);
  EXPECT_EQ(SixMonths().reason, v1::NO_ANSWER_REASON_NOT_REACHED);
}

TEST_F(AfterQuittingTest, EveryOtherReasonEndsItWheneverItIsKnown) {
  p.GivesNoAnswer(quit, v1::NO_ANSWER_REASON_DEAD, Day(2026, 3, 1));
  EXPECT_TRUE(SixMonths().done);
  EXPECT_FALSE(SixMonths().followed_up()) << "nobody has tried at half a year";
}

TEST_F(AfterQuittingTest, AnAnswerCountsBeforeAReasonWhicheverWasNotedLater) {
  p.Answers(quit, v1::SIX_MONTH_ANSWER_CONTINUOUS, Day(2026, 7, 1));
  p.GivesNoAnswer(quit, v1::NO_ANSWER_REASON_DECLINED, Day(2026, 7, 5));
  EXPECT_TRUE(SixMonths().smoke_free());
  EXPECT_EQ(SixMonths().reason, v1::NO_ANSWER_REASON_UNSPECIFIED);
}

TEST_F(AfterQuittingTest, WhoTookTheConsentBackIsNotRung) {
  p.facts.follow_up_withdrawn = true;
  EXPECT_TRUE(SixMonths().done);
  EXPECT_EQ(SixMonths().reason, v1::NO_ANSWER_REASON_CONSENT_WITHDRAWN);
}

TEST_F(AfterQuittingTest, WhatIsAboutAnotherAttemptIsNot) {
  const RecordId other = p.SetsDate(kQuit + 100, kQuit + 90);
  p.Answers(other, v1::SIX_MONTH_ANSWER_SMOKING, Day(2026, 7, 1));
  p.IsRung(other, Day(2026, 7, 1), 18);
  EXPECT_FALSE(SixMonths().done);
  EXPECT_EQ(SixMonths().days_tried, 0);
}

}  // namespace
}  // namespace opgang
