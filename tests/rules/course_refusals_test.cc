// What may not be noted about a course beside what is known: each misuse has its code.
#include "core/rules/course_refusals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/course_person.h"

namespace opgang {
namespace {

constexpr v1::RefusalCode kSound = v1::REFUSAL_CODE_UNSPECIFIED;

class CourseRefusalsTest : public testing::Test {
 protected:
  v1::RefusalCode Code(RecordType type, const google::protobuf::Message& content, int day, int hour = 12) {
    const Interval now = At(CoursePerson::Noon(DayNumber(day), hour));
    const auto refusal = RefuseCourseRecord(type, RecordId::FromBytes(std::string(16, 'x')).value(), content,
                                            p.Background(), now);
    return refusal ? refusal->code : kSound;
  }
  v1::RefusalCode HandsOut(int weeks, int day, const RecordId& corrects = {}) {
    return Code(RecordType::kNicotineHandOut, p.HandOut(weeks, corrects), day);
  }
  v1::RefusalCode SetsDate(absl::CivilDay date) {
    v1::QuitDate quit;
    *quit.mutable_date() = ToProto(date);
    return Code(RecordType::kQuitDate, quit, 10);
  }
  v1::RefusalCode Says(const RecordId& quit, int day) {
    v1::SixMonthStatus status;
    status.set_quit_date_id(quit.ToBytes());
    status.set_answer(v1::SIX_MONTH_ANSWER_SMOKING);
    return Code(RecordType::kSixMonthStatus, status, day);
  }
  v1::RefusalCode GivesUp(const RecordId& quit, int day, v1::NoAnswerReason reason) {
    v1::SixMonthStatus status;
    status.set_quit_date_id(quit.ToBytes());
    status.set_reason(reason);
    return Code(RecordType::kSixMonthStatus, status, day);
  }
  v1::RefusalCode Ends(int day) { return Code(RecordType::kCourseEnd, v1::CourseEnd(), day); }

  CoursePerson p;
};

TEST_F(CourseRefusalsTest, AHandOutWithoutParticipationIsRefused) {
  EXPECT_EQ(HandsOut(1, 5), v1::REFUSAL_CODE_NOT_PARTICIPATING);
  p.HasIntake(DayNumber(3));
  EXPECT_EQ(HandsOut(1, 5), v1::REFUSAL_CODE_NOT_PARTICIPATING) << "an intake is no participation";
  p.Comes(DayNumber(5));
  EXPECT_EQ(HandsOut(1, 4), v1::REFUSAL_CODE_NOT_PARTICIPATING);
  EXPECT_EQ(HandsOut(1, 5), kSound);
}

TEST_F(CourseRefusalsTest, NoMoreThanTheWeeksThatAreLeft) {
  p.Comes(DayNumber(0));
  p.IsGiven(6, DayNumber(0));
  EXPECT_EQ(HandsOut(2, 10), kSound);
  EXPECT_EQ(HandsOut(3, 10), v1::REFUSAL_CODE_NICOTINE_WEEKS);
}

TEST_F(CourseRefusalsTest, NotAfterTheWindowAndNotBeforeItSoThatAnotherEntryFallsOut) {
  p.Comes(DayNumber(0));
  p.IsGiven(1, DayNumber(10));
  EXPECT_EQ(HandsOut(1, 65), kSound);
  EXPECT_EQ(HandsOut(1, 66), v1::REFUSAL_CODE_NICOTINE_WINDOW);
  p.IsGiven(1, DayNumber(65));
  EXPECT_NE(HandsOut(1, 9), kSound) << "the entry of day 65 would lie after day 64";
}

TEST_F(CourseRefusalsTest, ACorrectionMayMakeNothingWorse) {
  p.Comes(DayNumber(0));
  const RecordId first = p.IsGiven(8, DayNumber(0));
  const RecordId beyond = p.IsGiven(1, DayNumber(1));
  EXPECT_EQ(HandsOut(1, 2, beyond), kSound) << "somebody has looked";
  EXPECT_EQ(HandsOut(2, 2, beyond), v1::REFUSAL_CODE_NICOTINE_WEEKS);
  EXPECT_EQ(HandsOut(7, 2, first), kSound);
}

TEST_F(CourseRefusalsTest, WhereTheDayIsNotKnownItIsLeftToTheBase) {
  const Interval wide{CoursePerson::Noon(DayNumber(0)), CoursePerson::Noon(DayNumber(2))};
  EXPECT_EQ(RefuseCourseRecord(RecordType::kNicotineHandOut, RecordId(), p.HandOut(1), p.Background(), wide),
            std::nullopt);
}

TEST_F(CourseRefusalsTest, AQuitDateLiesAfterTheYearOfBirth) {
  EXPECT_EQ(SetsDate(Day(1980, 5, 1)), kSound) << "the year is not known";
  p.birth_year = 1980;
  EXPECT_EQ(SetsDate(Day(1980, 12, 31)), v1::REFUSAL_CODE_BEFORE_BIRTH);
  EXPECT_EQ(SetsDate(Day(1979, 1, 1)), v1::REFUSAL_CODE_BEFORE_BIRTH);
  EXPECT_EQ(SetsDate(Day(1981, 1, 1)), kSound);
}

TEST_F(CourseRefusalsTest, AFollowUpBeforeTheIntakeOrItsQuitDateIsRefused) {
  const RecordId quit = p.SetsDate(DayNumber(20), DayNumber(1));
  EXPECT_EQ(Says(quit, 200), v1::REFUSAL_CODE_BEFORE_INTAKE) << "neither intake nor taking part";
  p.HasIntake(DayNumber(5));
  EXPECT_EQ(Says(quit, 4), v1::REFUSAL_CODE_BEFORE_INTAKE);
  EXPECT_EQ(Says(quit, 19), v1::REFUSAL_CODE_BEFORE_INTAKE);
  EXPECT_EQ(Says(quit, 20), kSound) << "too early to count, and no misuse";
  EXPECT_EQ(Says(RecordId::FromBytes(std::string(16, 'q')).value(), 10), kSound)
      << "a quit date that has not arrived is no ground";
  v1::FollowUpCall call;
  call.set_quit_date_id(quit.ToBytes());
  EXPECT_EQ(Code(RecordType::kFollowUpCall, call, 19), v1::REFUSAL_CODE_BEFORE_INTAKE);
  v1::FourWeekStatus four_weeks;
  four_weeks.set_quit_date_id(quit.ToBytes());
  EXPECT_EQ(Code(RecordType::kFourWeekStatus, four_weeks, 19), v1::REFUSAL_CODE_BEFORE_INTAKE);
  EXPECT_EQ(Code(RecordType::kFourWeekStatus, four_weeks, 20), kSound);
}

TEST_F(CourseRefusalsTest, NotReachedTakesItsAttemptsFirst) {
  p.HasIntake(DayNumber(0));
  const RecordId quit = p.SetsDate(DayNumber(0), DayNumber(0));
  const absl::CivilDay last = SixMonthWindow(DayNumber(0)).last;
  const int end = static_cast<int>(last - DayNumber(0));
  EXPECT_EQ(GivesUp(quit, end, v1::NO_ANSWER_REASON_NOT_REACHED), v1::REFUSAL_CODE_ATTEMPTS_MISSING);
  EXPECT_EQ(GivesUp(quit, end + 1, v1::NO_ANSWER_REASON_NOT_REACHED), kSound) << "the window is closed";
  EXPECT_EQ(GivesUp(quit, end, v1::NO_ANSWER_REASON_DECLINED), kSound);
  for (const int day : {1, 2, 3, 4}) p.IsRung(quit, last - day, day == 4 ? 17 : 10);
  EXPECT_EQ(GivesUp(quit, end, v1::NO_ANSWER_REASON_NOT_REACHED), kSound);
}

TEST_F(CourseRefusalsTest, ACourseEndsOnceAndNotBeforeItBegan) {
  EXPECT_EQ(Ends(5), v1::REFUSAL_CODE_COURSE_NOT_BEGUN);
  p.HasIntake(DayNumber(3));
  EXPECT_EQ(Ends(5), v1::REFUSAL_CODE_COURSE_NOT_BEGUN);
  p.Comes(DayNumber(6));
  EXPECT_EQ(Ends(5), v1::REFUSAL_CODE_COURSE_NOT_BEGUN);
  EXPECT_EQ(Ends(6), kSound);
  p.Ends(DayNumber(50), v1::COURSE_STATUS_SMOKE_FREE);
  EXPECT_EQ(Ends(50), v1::REFUSAL_CODE_COURSE_NOT_BEGUN) << "it has its end";
  p.Comes(DayNumber(90));
  EXPECT_EQ(Ends(95), kSound);
}

}  // namespace
}  // namespace opgang
