// People for the tests of reports: each is told in a line or two, and owned here.
#ifndef OPGANG_TESTS_REPORTS_COHORT_H_
#define OPGANG_TESTS_REPORTS_COHORT_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/reports/report_input.h"
#include "opgang/v1/report.pb.h"
#include "tests/rules/rule_testing.h"

namespace opgang {

class Cohort {
 public:
  using Word = std::optional<v1::StatedTime>;

  Cohort() {
    input_.pseudonym = [](const RecordId& id) {
      return "p" + std::to_string(id.uuid()[14] * 256 + id.uuid()[15]);
    };
  }
  Cohort(const Cohort&) = delete;
  Cohort& operator=(const Cohort&) = delete;

  // The next person; what follows is about it.
  Cohort& Person(const std::string& area = "Nord", const std::string& organisation = "") {
    citizen_ = NextId();
    ReportPerson& person = input_.persons.emplace_back();
    person.id = citizen_;
    input_.places[citizen_] = {area, organisation};
    return *this;
  }
  // The same person once more, under another citizen: joined.
  Cohort& AlsoAs(const std::string& area = "Nord") {
    citizen_ = NextId();
    input_.places[citizen_] = {area, ""};
    return *this;
  }
  Cohort& Asks(v1::Channel channel, const Interval& recorded, const Word& word = {}) {
    auto& inquiry = About<v1::Inquiry>();
    inquiry.set_channel(channel);
    if (word) *inquiry.mutable_asked() = *word;
    Now().facts.inquiries.push_back({NextId(), citizen_, &inquiry, recorded});
    return *this;
  }
  Cohort& TakesPart(const Interval& recorded, const RecordId& meeting = {}, const Word& word = {},
                    v1::ParticipationKind kind = v1::PARTICIPATION_KIND_GROUP_MEETING) {
    auto& came = About<v1::Participation>();
    came.set_kind(kind);
    came.set_meeting_id(meeting.ToBytes());
    if (word) *came.mutable_happened() = *word;
    Now().facts.participations.push_back({NextId(), &came, recorded});
    Now().course.participations.push_back(Now().facts.participations.back());
    return *this;
  }
  Cohort& BeginsAlone(const Interval& recorded) {
    return TakesPart(recorded, {}, {}, v1::PARTICIPATION_KIND_INDIVIDUAL_FIRST);
  }
  Cohort& IsClosed(const Interval& recorded, v1::ClosingReason reason, const Word& word = {}) {
    auto& closing = About<v1::Closing>();
    closing.set_reason(reason);
    if (word) *closing.mutable_happened() = *word;
    Now().facts.closings.push_back({NextId(), &closing, recorded});
    return *this;
  }
  Cohort& IsRung(const Interval& recorded) {
    Now().facts.replies.push_back({NextId(), &About<v1::Reply>(), recorded});
    return *this;
  }
  RecordId IsAbsent(const RecordId& meeting, v1::AbsenceNotice notice = v1::ABSENCE_NOTICE_NONE,
                    const Interval& recorded = At(2026, 4, 8, 18)) {
    auto& absence = About<v1::Absence>();
    absence.set_meeting_id(meeting.ToBytes());
    absence.set_notice(notice);
    Now().course.absences.push_back({NextId(), &absence, recorded});
    return Now().course.absences.back().id;
  }
  Cohort& FollowUp(const RecordId& absence, v1::FollowUpOutcome outcome) {
    auto& follow_up = About<v1::FollowUp>();
    follow_up.set_absence_id(absence.ToBytes());
    follow_up.set_outcome(outcome);
    Now().follow_ups.push_back(&follow_up);
    return *this;
  }
  Cohort& HasSeat(const RecordId& meeting, v1::SeatState state = v1::SEAT_STATE_PROMISED) {
    auto& seat = About<v1::Seat>();
    seat.set_meeting_id(meeting.ToBytes());
    seat.set_state(state);
    *seat.mutable_told_start() = input_.meetings.at(meeting).meeting->start();
    Now().seats.push_back({NextId(), &seat});
    return *this;
  }
  // Of the first case whose inquiry this person made.
  Cohort& WasLateFor(v1::CauseOfBreach why, const Interval& recorded) {
    auto& cause = Own<v1::BreachCause>();
    cause.set_inquiry_id(Now().facts.inquiries.front().id.ToBytes());
    cause.set_cause(why);
    Now().causes.push_back({NextId(), &cause, recorded});
    return *this;
  }
  Cohort& Intake(v1::IntakeStatus status) {
    auto& intake = About<v1::Intake>();
    intake.set_status(status);
    Now().course.intakes.push_back({NextId(), &intake, At(2026, 4, 1, 12)});
    return *this;
  }
  RecordId Meeting(absl::CivilDay day, const std::string& group,
                   v1::Programme programme = v1::PROGRAMME_UNSPECIFIED) {
    auto& meeting = Own<v1::Meeting>();
    *meeting.mutable_start() = opgang::Word(day, 17 * 60);
    meeting.set_minutes(120);
    meeting.set_state(v1::MEETING_STATE_PLANNED);
    const RecordId id = NextId();
    meeting.set_group_id(group);
    input_.meetings[id] = {&meeting, group, programme};
    return id;
  }
  // --- The course. ---
  Cohort& CompletesIntake(absl::CivilDay day, v1::Programme programme, double cigarettes_a_day) {
    auto& intake = About<v1::Intake>();
    intake.set_status(v1::INTAKE_STATUS_COMPLETE);
    intake.set_programme(programme);
    v1::ProductUse& use = *intake.add_products();
    use.set_product(v1::PRODUCT_CIGARETTES);
    use.set_daily_amount(cigarettes_a_day);
    Add(Now().course.intakes, intake, day);
    return *this;
  }
  Cohort& EndsCourse(absl::CivilDay day, v1::CourseStatus status, bool completed, int satisfaction = 0) {
    auto& end = About<v1::CourseEnd>();
    end.set_status(status);
    end.set_completed(completed ? v1::ANSWER_YES : v1::ANSWER_NO);
    if (satisfaction > 0) end.set_satisfaction(satisfaction);
    Add(Now().course.ends, end, day, 20);
    return *this;
  }
  RecordId SetsQuitDate(absl::CivilDay quit, absl::CivilDay on, const RecordId& moved_from = {}) {
    auto& date = About<v1::QuitDate>();
    *date.mutable_date() = ToProto(quit);
    if (!moved_from.empty()) date.set_moved_from_id(moved_from.ToBytes());
    return Add(Now().course.quit_dates, date, on);
  }
  Cohort& SaysAfterFourWeeks(const RecordId& quit, v1::FourWeekAnswer answer, absl::CivilDay day) {
    auto& status = About<v1::FourWeekStatus>();
    status.set_quit_date_id(quit.ToBytes());
    status.set_answer(answer);
    Add(Now().course.four_weeks, status, day);
    return *this;
  }
  Cohort& Blows(double ppm, v1::TestOccasion occasion, absl::CivilDay day) {
    auto& test = About<v1::CarbonMonoxideTest>();
    test.set_ppm(ppm);
    test.set_occasion(occasion);
    Add(Now().course.tests, test, day);
    return *this;
  }
  Cohort& IsRungHalfAYearLater(const RecordId& quit, absl::CivilDay day, int hour) {
    auto& call = About<v1::FollowUpCall>();
    call.set_quit_date_id(quit.ToBytes());
    call.set_outcome(v1::CALL_OUTCOME_NOT_REACHED);
    Add(Now().course.calls, call, day, hour);
    return *this;
  }
  Cohort& SaysAfterHalfAYear(const RecordId& quit, v1::SixMonthAnswer answer,
                             v1::CigarettesSinceQuit cigarettes, absl::CivilDay day) {
    auto& status = About<v1::SixMonthStatus>();
    status.set_quit_date_id(quit.ToBytes());
    status.set_answer(answer);
    status.set_cigarettes_since_quit(cigarettes);
    Add(Now().course.six_months, status, day);
    return *this;
  }
  // `quit` may be empty: of the course of that day.
  Cohort& GivesNoAnswer(const RecordId& quit, v1::NoAnswerReason reason, absl::CivilDay day) {
    auto& status = About<v1::SixMonthStatus>();
    if (!quit.empty()) status.set_quit_date_id(quit.ToBytes());
    status.set_reason(reason);
    Add(Now().course.six_months, status, day);
    return *this;
  }
  Cohort& TakesBackFollowUpConsent() {
    Now().course.follow_up_withdrawn = true;
    return *this;
  }
  RecordId IsGivenNicotine(int weeks, absl::CivilDay day, const RecordId& corrects = {}) {
    auto& hand_out = About<v1::NicotineHandOut>();
    hand_out.set_product(v1::NICOTINE_PRODUCT_PATCH);
    hand_out.set_weeks(weeks);
    hand_out.set_amount(7 * weeks);
    if (!corrects.empty()) hand_out.set_corrects_id(corrects.ToBytes());
    return Add(Now().course.hand_outs, hand_out, day);
  }

  RecordId Door(const std::string& area) {
    input_.doors.push_back({NextId(), area, ""});
    return input_.doors.back().id;
  }
  Cohort& Visit(const std::optional<RecordId>& door, v1::Disposition answer, const Interval& recorded,
                const std::string& area = "Nord") {
    auto& visit = Own<v1::Visit>();
    visit.set_disposition(answer);
    input_.visits.push_back({NextId(), &visit, recorded, door, area});
    return *this;
  }

  ReportInput& input() { return input_; }

 private:
  ReportPerson& Now() { return input_.persons.back(); }
  template <typename Message>
  Message& Own() {
    owned_.push_back(std::make_unique<Message>());
    return static_cast<Message&>(*owned_.back());
  }
  // About the citizen.
  template <typename Message>
  Message& About() {
    auto& message = Own<Message>();
    message.set_citizen_id(citizen_.ToBytes());
    return message;
  }
  // Recorded at noon, unless an hour is said.
  template <typename Fact, typename Message>
  RecordId Add(std::vector<Fact>& to, const Message& message, absl::CivilDay day, int hour = 12) {
    to.push_back(Fact{NextId(), &message,
                      At(absl::FromCivil(absl::CivilSecond(day) + hour * 3600, CopenhagenTime()))});
    return to.back().id;
  }
  RecordId NextId() {
    ++last_;
    Uuid bytes{};
    bytes[14] = static_cast<uint8_t>(last_ >> 8);
    bytes[15] = static_cast<uint8_t>(last_);
    return RecordId(bytes);
  }

  int last_ = 0;
  RecordId citizen_;
  ReportInput input_;
  std::vector<std::unique_ptr<google::protobuf::Message>> owned_;  // the facts point into them
};

// The figure of that id; a failure where there is none.
inline v1::Figure FigureOf(const v1::Report& report, const std::string& id) {
  for (const v1::Figure& figure : report.figures()) {
    if (figure.id() == id) return figure;
  }
  ADD_FAILURE() << "no figure " << id;
  return {};
}
// "10 of 16"; a whole: "21"; "none" where there is no such figure.
inline std::string Told(const v1::Report& report, const std::string& id) {
  for (const v1::Figure& figure : report.figures()) {
    if (figure.id() != id) continue;
    const std::string value = figure.suppressed() ? "*" : std::to_string(figure.value());
    if (figure.of().empty()) return value;
    return value + " of " + (figure.has_of_value() ? std::to_string(figure.of_value()) : "*");
  }
  return "none";
}

}  // namespace opgang

#endif  // OPGANG_TESTS_REPORTS_COHORT_H_
