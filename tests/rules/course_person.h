// A person in the tests of the course: what was recorded is told in any order, and owned here. Days count from
// Thursday 1 January 2026; each thing is recorded at noon of its day unless an hour is said.
#ifndef OPGANG_TESTS_RULES_COURSE_PERSON_H_
#define OPGANG_TESTS_RULES_COURSE_PERSON_H_

#include <deque>
#include <string>

#include "core/rules/course.h"
#include "core/rules/course_refusals.h"
#include "tests/rules/rule_testing.h"

namespace opgang {

inline absl::CivilDay DayNumber(int n) { return absl::CivilDay(2026, 1, 1) + n; }

class CoursePerson {
 public:
  CoursePerson() = default;
  CoursePerson(const CoursePerson&) = delete;
  CoursePerson& operator=(const CoursePerson&) = delete;

  // Each returns the new record's id.
  RecordId HasIntake(absl::CivilDay day, v1::IntakeStatus status = v1::INTAKE_STATUS_COMPLETE,
                     v1::Programme programme = v1::PROGRAMME_UNSPECIFIED) {
    v1::Intake& intake = intakes_.emplace_back();
    intake.set_status(status);
    intake.set_programme(programme);
    return Add(facts.intakes, &intake, day);
  }
  RecordId Comes(absl::CivilDay day, const RecordId& meeting = {}) {
    v1::Participation& came = participations_.emplace_back();
    came.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
    if (!meeting.empty()) came.set_meeting_id(meeting.ToBytes());
    return Add(facts.participations, &came, day);
  }
  RecordId Misses(absl::CivilDay day, const RecordId& meeting) {
    v1::Absence& absence = absences_.emplace_back();
    absence.set_meeting_id(meeting.ToBytes());
    return Add(facts.absences, &absence, day);
  }
  RecordId Meeting(absl::CivilDay day, const std::string& group = "group",
                   v1::MeetingState state = v1::MEETING_STATE_PLANNED,
                   v1::Programme programme = v1::PROGRAMME_KOM_OG_KVIT) {
    v1::Meeting& meeting = meetings_.emplace_back();
    meeting.set_group_id(group);
    *meeting.mutable_start() = Word(day, 17 * 60);
    meeting.set_minutes(120);
    meeting.set_state(state);
    const RecordId id = NextId();
    meetings.Add(id, {&meeting, programme});
    return id;
  }
  RecordId Ends(absl::CivilDay day, v1::CourseStatus status, v1::Answer completed = v1::ANSWER_YES) {
    v1::CourseEnd& end = ends_.emplace_back();
    end.set_status(status);
    end.set_completed(completed);
    return Add(facts.ends, &end, day);
  }
  RecordId SetsDate(absl::CivilDay quit, absl::CivilDay on, const RecordId& moved_from = {}) {
    v1::QuitDate& date = quit_dates_.emplace_back();
    *date.mutable_date() = ToProto(quit);
    if (!moved_from.empty()) date.set_moved_from_id(moved_from.ToBytes());
    return Add(facts.quit_dates, &date, on);
  }
  RecordId IsGiven(int weeks, absl::CivilDay day, const RecordId& corrects = {}, int hour = 12) {
    v1::NicotineHandOut& hand_out = HandOut(weeks, corrects);
    return Add(facts.hand_outs, &hand_out, day, hour);
  }
  v1::NicotineHandOut& HandOut(int weeks, const RecordId& corrects = {}) {
    v1::NicotineHandOut& hand_out = hand_outs_.emplace_back();
    hand_out.set_product(v1::NICOTINE_PRODUCT_PATCH);
    hand_out.set_weeks(weeks);
    hand_out.set_amount(weeks * 7);
    if (!corrects.empty()) hand_out.set_corrects_id(corrects.ToBytes());
    return hand_out;
  }
  RecordId Blows(double ppm, v1::TestOccasion occasion, absl::CivilDay day) {
    v1::CarbonMonoxideTest& test = tests_.emplace_back();
    test.set_ppm(ppm);
    test.set_occasion(occasion);
    return Add(facts.tests, &test, day);
  }
  RecordId SaysAfterFourWeeks(const RecordId& quit, v1::FourWeekAnswer answer, absl::CivilDay day) {
    v1::FourWeekStatus& status = four_weeks_.emplace_back();
    status.set_quit_date_id(quit.ToBytes());
    status.set_answer(answer);
    return Add(facts.four_weeks, &status, day);
  }
  RecordId IsRung(const RecordId& quit, absl::CivilDay day, int hour = 12) {
    v1::FollowUpCall& call = calls_.emplace_back();
    call.set_quit_date_id(quit.ToBytes());
    call.set_outcome(v1::CALL_OUTCOME_NOT_REACHED);
    return Add(facts.calls, &call, day, hour);
  }
  RecordId Answers(const RecordId& quit, v1::SixMonthAnswer answer, absl::CivilDay day,
                   v1::CigarettesSinceQuit cigarettes = v1::CIGARETTES_SINCE_QUIT_NONE) {
    v1::SixMonthStatus& status = six_months_.emplace_back();
    status.set_quit_date_id(quit.ToBytes());
    status.set_answer(answer);
    status.set_cigarettes_since_quit(cigarettes);
    return Add(facts.six_months, &status, day);
  }
  // `quit` may be empty: of the course of that day.
  RecordId GivesNoAnswer(const RecordId& quit, v1::NoAnswerReason reason, absl::CivilDay day) {
    v1::SixMonthStatus& status = six_months_.emplace_back();
    if (!quit.empty()) status.set_quit_date_id(quit.ToBytes());
    status.set_reason(reason);
    return Add(facts.six_months, &status, day);
  }

  CourseHistory History(absl::CivilDay today) const { return CoursesOf(facts, meetings, Noon(today)); }
  std::vector<ActiveSpan> Spans(absl::CivilDay today) const { return ActiveSpans(History(today).courses); }
  CourseBackground Background() const { return {facts, meetings, birth_year}; }

  static absl::Time Noon(absl::CivilDay day, int hour = 12) {
    return absl::FromCivil(absl::CivilSecond(day) + hour * 3600, CopenhagenTime());
  }

  CourseFacts facts;
  CourseMeetings meetings;
  std::optional<int> birth_year;

 private:
  template <typename Fact, typename Message>
  RecordId Add(std::vector<Fact>& to, const Message* message, absl::CivilDay day, int hour = 12) {
    to.push_back(Fact{NextId(), message, At(Noon(day, hour))});
    return to.back().id;
  }
  RecordId NextId() {
    ++last_id_;
    Uuid bytes{};
    bytes[14] = static_cast<uint8_t>(last_id_ >> 8);
    bytes[15] = static_cast<uint8_t>(last_id_);
    return RecordId(bytes);
  }

  int last_id_ = 0;
  std::deque<v1::Intake> intakes_;  // deques: the facts point into them
  std::deque<v1::Participation> participations_;
  std::deque<v1::Absence> absences_;
  std::deque<v1::Meeting> meetings_;
  std::deque<v1::CourseEnd> ends_;
  std::deque<v1::QuitDate> quit_dates_;
  std::deque<v1::NicotineHandOut> hand_outs_;
  std::deque<v1::CarbonMonoxideTest> tests_;
  std::deque<v1::FourWeekStatus> four_weeks_;
  std::deque<v1::FollowUpCall> calls_;
  std::deque<v1::SixMonthStatus> six_months_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_RULES_COURSE_PERSON_H_
