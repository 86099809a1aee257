// Free nicotine replacement: 56 days from the first hand-out, 8 weeks in all, only for those who take part.
#include "core/rules/nicotine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/course_person.h"

namespace opgang {
namespace {

using testing::ElementsAre;

// Came first on day 0 and goes on coming.
class NicotineTest : public testing::Test {
 protected:
  NicotineTest() { p.Comes(DayNumber(0)); }

  NicotineAllowance On(int day) const {
    const CourseHistory history = p.History(DayNumber(day));
    return AllowanceOn(DayNumber(day), history.nicotine, ActiveSpans(history.courses));
  }
  std::vector<std::string> Flags(int today = 300) const {
    std::vector<std::string> flags;
    for (const LedgerLine& line : p.History(DayNumber(today)).nicotine.lines)
      flags.push_back(std::string(HandOutFlagName(line.flag)) + (line.open() ? " open" : ""));
    return flags;
  }

  CoursePerson p;
};

TEST_F(NicotineTest, BeforeTheFirstHandOutEightWeeksAreLeftAndNoWindowIsOpen) {
  EXPECT_EQ(On(5).weeks, 8);
  EXPECT_EQ(On(5).last_day, std::nullopt);
  EXPECT_EQ(On(5).refused, HandOutFlag::kNone);
}

TEST_F(NicotineTest, TheWindowIsFiftySixDaysTheFirstIncluded) {
  p.IsGiven(2, DayNumber(4));
  EXPECT_EQ(On(4).last_day, DayNumber(59));
  EXPECT_EQ(On(59).refused, HandOutFlag::kNone);
  EXPECT_EQ(On(59).weeks, 6);
  EXPECT_EQ(On(60).refused, HandOutFlag::kAfterWindow);
  EXPECT_EQ(On(60).weeks, 0);
}

TEST_F(NicotineTest, AnEntryOnTheLastDayIsSoundAndOnTheNextIsFlagged) {
  p.IsGiven(1, DayNumber(0));
  p.IsGiven(1, DayNumber(55));
  EXPECT_THAT(Flags(), ElementsAre("none", "none"));
  p.IsGiven(1, DayNumber(56));
  EXPECT_THAT(Flags(), ElementsAre("none", "none", "after-window open"));
}

TEST_F(NicotineTest, EightWeeksInAllAreAllowedAndTheNinthIsFlagged) {
  p.IsGiven(4, DayNumber(0));
  p.IsGiven(3, DayNumber(20));
  EXPECT_EQ(On(21).weeks, 1);
  p.IsGiven(1, DayNumber(30));
  EXPECT_EQ(On(31).refused, HandOutFlag::kTooManyWeeks);
  EXPECT_THAT(Flags(), ElementsAre("none", "none", "none"));
  p.IsGiven(1, DayNumber(40));
  EXPECT_THAT(Flags(), ElementsAre("none", "none", "none", "too-many-weeks open"));
}

TEST_F(NicotineTest, OnlyWhoTakesPartGetsAny) {
  p.IsGiven(1, DayNumber(-1));
  EXPECT_THAT(Flags(), ElementsAre("not-participating open"));
  EXPECT_EQ(On(-1).refused, HandOutFlag::kNotParticipating);
  p.Ends(DayNumber(50), v1::COURSE_STATUS_SMOKE_FREE);
  EXPECT_EQ(On(50).refused, HandOutFlag::kNone) << "on the last day of the course still";
  EXPECT_EQ(On(51).refused, HandOutFlag::kNotParticipating);
}

TEST_F(NicotineTest, ASecondCourseHasAWindowOfItsOwn) {
  p.IsGiven(8, DayNumber(0));
  p.Ends(DayNumber(56), v1::COURSE_STATUS_SMOKING);
  p.Comes(DayNumber(200));
  EXPECT_EQ(On(200).weeks, 8);
  p.IsGiven(8, DayNumber(210));
  EXPECT_THAT(Flags(), ElementsAre("none", "none"));
}

TEST_F(NicotineTest, TwoTabletsHandOutAtOnceBothStayAndTheLaterIsFlagged) {
  p.IsGiven(6, DayNumber(0), {}, 9);
  p.IsGiven(2, DayNumber(10), {}, 15);  // each rightly, as far as its tablet knew
  p.IsGiven(2, DayNumber(10), {}, 14);
  EXPECT_THAT(Flags(), ElementsAre("none", "none", "too-many-weeks open"));
  EXPECT_EQ(p.History(DayNumber(20)).nicotine.lines[2].id, p.facts.hand_outs[1].id);
}

TEST_F(NicotineTest, ACorrectionStandsInThePlaceOfWhatItCorrects) {
  const RecordId wrong = p.IsGiven(8, DayNumber(0));
  p.IsGiven(2, DayNumber(0), wrong);
  EXPECT_EQ(On(1).weeks, 6);
  EXPECT_EQ(p.History(DayNumber(9)).nicotine.corrected, 1);
}

TEST_F(NicotineTest, ACorrectionThatNothingWasHandedOutOpensNoWindow) {
  p.IsGiven(0, DayNumber(0), p.IsGiven(2, DayNumber(0)));
  EXPECT_EQ(On(70).refused, HandOutFlag::kNone);
  EXPECT_EQ(On(70).weeks, 8);
}

TEST_F(NicotineTest, SomebodyHasLookedAtAFlaggedEntryWhoCorrectsItBeItByTheSameWords) {
  p.IsGiven(8, DayNumber(0));
  const RecordId beyond = p.IsGiven(1, DayNumber(1));
  EXPECT_THAT(Flags(), ElementsAre("none", "too-many-weeks open"));
  p.IsGiven(1, DayNumber(1), beyond);
  EXPECT_THAT(Flags(), ElementsAre("none", "too-many-weeks"));
}

TEST_F(NicotineTest, TwoCorrectionsOfOneEntryAreToldUntilOneCorrectsThem) {
  const RecordId wrong = p.IsGiven(1, DayNumber(0));
  p.IsGiven(2, DayNumber(0), wrong, 13);
  const RecordId later = p.IsGiven(3, DayNumber(0), wrong, 14);
  EXPECT_THAT(Flags(), ElementsAre("none open"));
  EXPECT_EQ(On(1).weeks, 5) << "the one recorded later stands";
  p.IsGiven(3, DayNumber(0), later, 15);
  EXPECT_THAT(Flags(), ElementsAre("none"));
}

TEST_F(NicotineTest, TheOrderOfArrivalChangesNothing) {
  p.IsGiven(6, DayNumber(0));
  p.IsGiven(2, DayNumber(10));
  p.IsGiven(2, DayNumber(20));
  const auto flags = Flags();
  std::reverse(p.facts.hand_outs.begin(), p.facts.hand_outs.end());
  EXPECT_EQ(Flags(), flags);
}

}  // namespace
}  // namespace opgang
