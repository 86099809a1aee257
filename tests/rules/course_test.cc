// Courses cut out of what was recorded: begun, ended, begun anew; sessions; to which course what comes later belongs.
#include "core/rules/course.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/rules/succession.h"
#include "tests/rules/course_person.h"

namespace opgang {
namespace {

using testing::ElementsAre;

class CourseTest : public testing::Test {
 protected:
  std::vector<Course> Courses(int today = 300) const { return p.History(DayNumber(today)).courses; }

  CoursePerson p;
};

TEST_F(CourseTest, ACompleteIntakeRegistersAndTakingPartBegins) {
  p.HasIntake(DayNumber(3), v1::INTAKE_STATUS_DRAFT);
  EXPECT_TRUE(Courses().empty());
  p.HasIntake(DayNumber(5));
  ASSERT_EQ(Courses().size(), 1u);
  EXPECT_EQ(Courses()[0].registered.earliest, DayNumber(5));
  EXPECT_EQ(Courses()[0].began, std::nullopt);
  p.Comes(DayNumber(8));
  ASSERT_EQ(Courses().size(), 1u);
  EXPECT_EQ(Courses()[0].began, DayNumber(8));
}

TEST_F(CourseTest, TakingPartNeverWaitsForAnIntake) {
  p.Comes(DayNumber(8));
  p.HasIntake(DayNumber(12));
  ASSERT_EQ(Courses().size(), 1u);
  EXPECT_EQ(Courses()[0].registered.earliest, DayNumber(8));
  EXPECT_TRUE(Courses()[0].intake.has_value());
}

TEST_F(CourseTest, AfterItsEndComingAgainIsANewCourse) {
  p.Comes(DayNumber(0));
  p.Ends(DayNumber(50), v1::COURSE_STATUS_SMOKING, v1::ANSWER_NO);
  p.Comes(DayNumber(50));  // on its last day: still the first
  p.Comes(DayNumber(120));
  ASSERT_EQ(Courses().size(), 2u);
  EXPECT_EQ(Courses()[0].ended, DayNumber(50));
  EXPECT_EQ(Courses()[1].began, DayNumber(120));
  EXPECT_EQ(Courses()[1].status(), v1::COURSE_STATUS_NOT_KNOWN);
}

TEST_F(CourseTest, AnotherIntakeMoreThanEightWeeksAfterTheFirstMeetingBeginsAnew) {
  p.HasIntake(DayNumber(0));
  p.Comes(DayNumber(1));
  p.HasIntake(DayNumber(57));
  EXPECT_EQ(Courses().size(), 1u) << "two tablets asked";
  p.HasIntake(DayNumber(58));
  ASSERT_EQ(Courses().size(), 2u);
  EXPECT_EQ(Courses()[0].ended, DayNumber(57));
  EXPECT_FALSE(Courses()[0].end.has_value());
}

TEST_F(CourseTest, AnEndWithoutACourseIsStray) {
  p.HasIntake(DayNumber(0));
  p.Ends(DayNumber(5), v1::COURSE_STATUS_SMOKING);
  EXPECT_EQ(p.History(DayNumber(9)).stray_ends.size(), 1u);
  EXPECT_EQ(Courses()[0].ended, std::nullopt);
  p.Comes(DayNumber(6));
  p.Ends(DayNumber(60), v1::COURSE_STATUS_SMOKE_FREE);
  p.Ends(DayNumber(61), v1::COURSE_STATUS_SMOKING);  // another device
  EXPECT_EQ(p.History(DayNumber(99)).stray_ends.size(), 2u);
  EXPECT_TRUE(Courses()[0].smoke_free_at_end());
}

TEST_F(CourseTest, PlannedAreTheGroupsMeetingsFromTheFirstTakingPartToTheEnd) {
  std::vector<RecordId> meetings;
  for (int week = 0; week < 10; ++week) meetings.push_back(p.Meeting(DayNumber(7 * week)));
  p.Meeting(DayNumber(15), "group", v1::MEETING_STATE_CANCELLED);
  p.Meeting(DayNumber(16), "another group");
  for (const int week : {2, 3, 4, 5, 6, 7}) p.Comes(DayNumber(7 * week), meetings[static_cast<size_t>(week)]);
  p.Comes(DayNumber(14), meetings[2]);  // ticked by two tablets
  p.Ends(DayNumber(63), v1::COURSE_STATUS_SMOKE_FREE);
  EXPECT_EQ(Courses()[0].sessions.planned, 8);
  EXPECT_EQ(Courses()[0].sessions.attended, 6);
  EXPECT_TRUE(Courses()[0].attended_enough()) << "exactly three quarters";
  p.facts.participations.erase(p.facts.participations.begin());
  p.facts.participations.pop_back();
  EXPECT_FALSE(Courses()[0].attended_enough());
}

TEST_F(CourseTest, AMeetingThatLiesAheadIsNotMissed) {
  const RecordId first = p.Meeting(DayNumber(0));
  p.Meeting(DayNumber(7));
  p.Comes(DayNumber(0), first);
  EXPECT_EQ(Courses(6)[0].sessions.planned, 1);
  EXPECT_EQ(Courses(8)[0].sessions.planned, 2);
}

TEST_F(CourseTest, ComingWithoutAPlanCountsOnBothSidesAndATickElsewhereWasPlanned) {
  p.Comes(DayNumber(0));
  p.Misses(DayNumber(3), p.Meeting(DayNumber(3), "another group"));
  EXPECT_EQ(Courses()[0].sessions.planned, 2);
  EXPECT_EQ(Courses()[0].sessions.attended, 1);
}

TEST_F(CourseTest, WhatTheEndStatesStandsBeforeWhatWasTicked) {
  p.Comes(DayNumber(0));
  p.Ends(DayNumber(50), v1::COURSE_STATUS_SMOKING);
  v1::CourseEnd stated = *p.facts.ends[0].end;
  stated.set_planned_sessions(12);
  stated.set_attended_sessions(8);
  p.facts.ends[0].end = &stated;
  EXPECT_EQ(Courses()[0].sessions.planned, 12);
  EXPECT_FALSE(Courses()[0].attended_enough()) << "8 of 12";
  stated.set_attended_sessions(9);
  EXPECT_TRUE(Courses()[0].attended_enough());
}

TEST_F(CourseTest, TheProgrammeIsTheIntakesElseThatOfTheFirstMeeting) {
  p.Comes(DayNumber(0), p.Meeting(DayNumber(0), "group", v1::MEETING_STATE_PLANNED, v1::PROGRAMME_STANDARD));
  EXPECT_EQ(Courses()[0].programme, v1::PROGRAMME_STANDARD);
  p.HasIntake(DayNumber(2), v1::INTAKE_STATUS_COMPLETE, v1::PROGRAMME_KOM_OG_KVIT);
  EXPECT_EQ(Courses()[0].programme, v1::PROGRAMME_KOM_OG_KVIT);
}

TEST_F(CourseTest, AQuitDateBelongsToTheCourseThatIsTheLatestWhenItIsSetAndTheLastSetCounts) {
  p.Comes(DayNumber(0));
  p.SetsDate(DayNumber(10), DayNumber(1));
  p.SetsDate(DayNumber(20), DayNumber(15));
  p.Ends(DayNumber(50), v1::COURSE_STATUS_SMOKING);
  p.Comes(DayNumber(120));
  p.SetsDate(DayNumber(130), DayNumber(121));
  EXPECT_EQ(Courses()[0].attempt()->date, DayNumber(20));
  EXPECT_EQ(Courses()[0].attempts.size(), 2u);
  EXPECT_EQ(Courses()[1].attempt()->date, DayNumber(130));
}

TEST_F(CourseTest, AReasonWithoutAQuitDateIsOfTheCourseOfItsDay) {
  p.Comes(DayNumber(0));
  p.Ends(DayNumber(50), v1::COURSE_STATUS_SMOKING);
  p.Comes(DayNumber(120));
  p.GivesNoAnswer({}, v1::NO_ANSWER_REASON_DEAD, DayNumber(130));
  EXPECT_EQ(Courses()[0].no_answer, v1::NO_ANSWER_REASON_UNSPECIFIED);
  EXPECT_EQ(Courses()[1].no_answer, v1::NO_ANSWER_REASON_DEAD);
  p.SetsDate(DayNumber(125), DayNumber(121));
  EXPECT_TRUE(Courses()[1].six_months->done) << "nobody rings the dead";
}

TEST_F(CourseTest, TheOrderOfArrivalChangesNothing) {
  const RecordId meeting = p.Meeting(DayNumber(0));
  p.HasIntake(DayNumber(-3));
  p.Comes(DayNumber(0), meeting);
  p.Comes(DayNumber(7));
  p.Ends(DayNumber(50), v1::COURSE_STATUS_SMOKING);
  p.HasIntake(DayNumber(99));
  p.Comes(DayNumber(100));
  const std::vector<Course> forward = Courses();
  std::reverse(p.facts.intakes.begin(), p.facts.intakes.end());
  std::reverse(p.facts.participations.begin(), p.facts.participations.end());
  const std::vector<Course> backward = Courses();
  ASSERT_EQ(forward.size(), 2u);
  ASSERT_EQ(backward.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(forward[i].id, backward[i].id);
    EXPECT_EQ(forward[i].began, backward[i].began);
    EXPECT_EQ(forward[i].sessions.attended, backward[i].sessions.attended);
  }
}

TEST(SuccessionTest, AChainIsFollowedAlsoWhereAMemberHasNotArrivedAndARingEndsSomewhere) {
  const auto id = [](uint8_t n) {
    Uuid bytes{};
    bytes[15] = n;
    return RecordId(bytes);
  };
  const auto at = [](int s) { return absl::FromUnixSeconds(s); };
  const auto chain =
      SuccessionsOf({{id(2), id(1), at(2)}, {id(1), std::nullopt, at(1)}, {id(3), id(2), at(3)}});
  ASSERT_EQ(chain.size(), 1u);
  EXPECT_EQ(chain[0].standing, 2u);
  EXPECT_THAT(chain[0].members, ElementsAre(1u, 0u, 2u));
  EXPECT_FALSE(chain[0].disputed);
  EXPECT_EQ(SuccessionsOf({{id(3), id(2), at(3)}, {id(1), std::nullopt, at(1)}}).size(), 2u);
  const auto ring = SuccessionsOf({{id(1), id(2), at(1)}, {id(2), id(1), at(2)}});
  ASSERT_EQ(ring.size(), 1u);
  EXPECT_EQ(ring[0].standing, 1u);
  EXPECT_EQ(SuccessionsOf({{id(1), id(1), at(1)}})[0].standing, 0u) << "of itself";
}

}  // namespace
}  // namespace opgang
