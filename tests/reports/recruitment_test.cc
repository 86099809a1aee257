#include "core/reports/recruitment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/cohort.h"

namespace opgang {
namespace {

class RecruitmentTest : public testing::Test {
 protected:
  void TellDoors() {
    const Interval noon = At(2026, 4, 3, 12);
    const RecordId first = c.Door("Nord");
    c.Visit(first, v1::DISPOSITION_INTERESTED, noon)
        .Visit(first, v1::DISPOSITION_NO_ANSWER, At(2026, 4, 5, 12));
    c.Visit(c.Door("Nord"), v1::DISPOSITION_NOT_INTERESTED, noon);
    c.Visit(c.Door("Nord"), v1::DISPOSITION_CHILD_ONLY, noon);
    c.Visit(c.Door("Nord"), v1::DISPOSITION_OTHER, noon);
    const RecordId last_month = c.Door("Nord");
    c.Visit(last_month, v1::DISPOSITION_INTERESTED, At(2026, 3, 20, 12));
    c.Visit(last_month, v1::DISPOSITION_INTERESTED, {Local(2026, 3, 31, 23), Local(2026, 4, 1, 1)});
    c.Visit(c.Door("Vest"), v1::DISPOSITION_NO_ANSWER, noon, "Vest");
    c.Visit(std::nullopt, v1::DISPOSITION_FLYERS_ALL, noon);
  }
  void TellPeople() {
    c.Person().Asks(v1::CHANNEL_DOOR, At(2026, 4, 1, 10)).Intake(v1::INTAKE_STATUS_COMPLETE);
    c.TakesPart(At(2026, 4, 2, 17));
    c.Person().Asks(v1::CHANNEL_TELEPHONE, At(2026, 4, 2, 10)).Intake(v1::INTAKE_STATUS_DRAFT);
    c.Person().Asks(v1::CHANNEL_DOOR, At(2026, 4, 1, 10));  // nobody asked
    c.IsClosed(At(2026, 4, 1, 11), v1::CLOSING_REASON_RECORDED_BY_MISTAKE);
    c.Person().Asks(v1::CHANNEL_SELF, At(2026, 4, 1, 10));  // wanted it later, and came later
    c.IsClosed(At(2026, 4, 2, 10), v1::CLOSING_REASON_WANTS_LATER_DATE).TakesPart(At(2026, 4, 9, 17));
    c.Person("Vest")
        .TakesPart(At(2026, 4, 1, 17))
        .Asks(v1::CHANNEL_SELF, At(2026, 4, 3, 10));  // came before asking
    c.Person().Asks(v1::CHANNEL_DOOR, At(2026, 3, 20, 10));
  }
  std::string Figure(const std::string& id) { return Told(RecruitmentReport(c.input(), question), id); }

  Cohort c;
  ReportQuestion question{.from = Day(2026, 4, 1), .to = Day(2026, 4, 10), .now = Local(2026, 4, 10, 12)};
};

TEST_F(RecruitmentTest, ADoorCountsOnceByItsFurthestAnswer) {
  TellDoors();
  EXPECT_EQ(Figure("doors.doors"), "6");
  EXPECT_EQ(Figure("doors.tried"), "5 of 6");
  EXPECT_EQ(Figure("doors.answered"), "3 of 5");
  EXPECT_EQ(Figure("doors.talked"), "2 of 3");
  EXPECT_EQ(Figure("doors.interested"), "1 of 2");
}

TEST_F(RecruitmentTest, EveryVisitCountsByItsAnswer) {
  TellDoors();
  EXPECT_EQ(Figure("visits.visits"), "7");
  EXPECT_EQ(Figure("visits.answer.no-answer"), "2 of 7");
  EXPECT_EQ(Figure("visits.answer.flyers-all"), "1 of 7");
  EXPECT_EQ(Figure("visits.not-at-a-door"), "1 of 7");
  EXPECT_EQ(Figure("visits.visits-uncertain"), "1");
}

TEST_F(RecruitmentTest, PeopleFromAskingToTheGroup) {
  TellPeople();
  EXPECT_EQ(Figure("people.inquired"), "4");
  EXPECT_EQ(Figure("people.by-door"), "1 of 4");
  EXPECT_EQ(Figure("people.intake-begun"), "2 of 4");
  EXPECT_EQ(Figure("people.intake-complete"), "1 of 4");
  EXPECT_EQ(Figure("people.first-attendance"), "2 of 4");
}

TEST_F(RecruitmentTest, OneAreaAloneAndEachApart) {
  TellDoors();
  TellPeople();
  EXPECT_EQ(Figure("doors.by-area.Vest.tried"), "1 of 1");
  EXPECT_EQ(Figure("people.by-area.Vest.first-attendance"), "0 of 1");
  question.area = "Vest";
  EXPECT_EQ(Figure("doors.doors"), "1");
  EXPECT_EQ(Figure("people.inquired"), "1");
  EXPECT_EQ(Figure("visits.visits"), "1");
}

}  // namespace
}  // namespace opgang
