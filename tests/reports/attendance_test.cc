#include "core/reports/attendance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/cohort.h"

namespace opgang {
namespace {

const RecordId kUnplanned;

// Wednesday 1 April is followed by Easter: an absence of that day is due by Tuesday 7 April. Now it is Friday the 10th.
class AttendanceTest : public testing::Test {
 protected:
  void SetUp() override {
    const RecordId first = c.Meeting(Day(2026, 4, 1), "Onsdag");
    const RecordId second = c.Meeting(Day(2026, 4, 8), "Onsdag");
    const RecordId thursday = c.Meeting(Day(2026, 4, 9), "Torsdag");
    const RecordId ahead = c.Meeting(Day(2026, 4, 10), "Fredag");
    const Interval evening = At(2026, 4, 8, 18);
    c.Person().HasSeat(first).HasSeat(second).TakesPart(evening, first).TakesPart(evening, second);
    c.Person().TakesPart(evening, first).TakesPart(evening, first);           // two tablets ticked
    c.Person().TakesPart(evening, first).AlsoAs().TakesPart(evening, first);  // registered twice, and joined
    c.Person().FollowUp(c.IsAbsent(first), v1::FOLLOW_UP_OUTCOME_COMES_AGAIN);
    c.Person().FollowUp(c.IsAbsent(first), v1::FOLLOW_UP_OUTCOME_NOT_REACHED);
    c.Person().IsAbsent(first, v1::ABSENCE_NOTICE_EXCUSED);
    c.Person().IsAbsent(thursday);                           // may be followed up until midnight
    c.Person().TakesPart(evening, second).IsAbsent(second);  // both were ticked: came
    c.Person()
        .TakesPart(At(2026, 4, 3, 12))
        .TakesPart(At(2026, 3, 15, 12));  // a walk-in; the other is not of the period
    c.Person().BeginsAlone(At(2026, 4, 7, 12));
    c.Person().HasSeat(second);  // nobody ticked
    c.Person().HasSeat(ahead).HasSeat(first, v1::SEAT_STATE_CANCELLED);
    c.Person().TakesPart({Local(2026, 3, 31, 20), Local(2026, 4, 1, 8)});
    c.Person("Vest").IsAbsent(second, v1::ABSENCE_NOTICE_UNSPECIFIED);
  }
  std::string Figure(const std::string& id) { return Told(AttendanceReport(c.input(), question), id); }

  Cohort c;
  ReportQuestion question{.from = Day(2026, 4, 1), .to = Day(2026, 4, 10), .now = Local(2026, 4, 10, 12)};
};

TEST_F(AttendanceTest, OnePersonCountsOnceForAMeetingHoweverOftenTicked) {
  EXPECT_EQ(Figure("attendances"), "7");
  EXPECT_EQ(Figure("at-planned"), "5 of 7");
  EXPECT_EQ(Figure("unplanned"), "2 of 7");
  EXPECT_EQ(Figure("individual-first"), "1 of 7");
  EXPECT_EQ(Figure("people"), "6");
  EXPECT_EQ(Figure("date-uncertain"), "1");
}

TEST_F(AttendanceTest, AbsencesAreOfThoseTickedAndWhoCameIsNotAbsent) {
  EXPECT_EQ(Figure("ticked"), "10");
  EXPECT_EQ(Figure("came"), "5 of 10");
  EXPECT_EQ(Figure("absent"), "5 of 10");
  EXPECT_EQ(Figure("absence-rate"), "5 of 10");
  EXPECT_EQ(Figure("contradicted"), "1 of 10");
  EXPECT_EQ(Figure("notice.none"), "3 of 5");
  EXPECT_EQ(Figure("notice.excused"), "1 of 5");
  EXPECT_EQ(Figure("notice.not-recorded"), "1 of 5");
}

TEST_F(AttendanceTest, AnAbsenceIsFollowedUpOrStillInTimeOrWithout) {
  EXPECT_EQ(Figure("follow-up-done"), "1 of 5");
  EXPECT_EQ(Figure("outcome.comes-again"), "1 of 1");
  EXPECT_EQ(Figure("follow-up-in-time"), "1 of 5");
  EXPECT_EQ(Figure("follow-up-missing"), "3 of 5");
  EXPECT_EQ(Figure("follow-up-tried"), "1 of 3");
  EXPECT_EQ(Figure("follow-up-nothing"), "2 of 3");
  question.now = Local(2026, 4, 11, 0);
  EXPECT_EQ(Figure("follow-up-in-time"), "0 of 5");
  EXPECT_EQ(Figure("follow-up-missing"), "4 of 5");
}

TEST_F(AttendanceTest, APromisedSeatOfAMeetingThatIsOverWasTickedOrNot) {
  EXPECT_EQ(Figure("seats"), "3");
  EXPECT_EQ(Figure("seat-came"), "2 of 3");
  EXPECT_EQ(Figure("seat-absent"), "0 of 3");
  EXPECT_EQ(Figure("seat-not-ticked"), "1 of 3");
  question.now = Local(2026, 4, 10, 19);  // Friday's group is over
  EXPECT_EQ(Figure("seats"), "4");
}

TEST_F(AttendanceTest, ByGroupAndByArea) {
  EXPECT_EQ(Figure("by-group.Onsdag.absent"), "4 of 9");
  EXPECT_EQ(Figure("by-group.Torsdag.absent"), "1 of 1");
  EXPECT_EQ(Figure("by-area.Vest.absent"), "1 of 1");
  question.area = "Vest";
  EXPECT_EQ(Figure("absent"), "1 of 1");
  EXPECT_EQ(Figure("attendances"), "0");
}

}  // namespace
}  // namespace opgang
