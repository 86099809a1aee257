// People for the tests of reports: each is told in a line or two, and owned here.
#ifndef OPGANG_TESTS_REPORTS_COHORT_H_
#define OPGANG_TESTS_REPORTS_COHORT_H_

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

#include "core/reports/report_input.h"
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
    v1::Inquiry& inquiry = Own(inquiries_);
    inquiry.set_channel(channel);
    if (word) *inquiry.mutable_asked() = *word;
    Now().facts.inquiries.push_back({NextId(), citizen_, &inquiry, recorded});
    return *this;
  }
  Cohort& TakesPart(const Interval& recorded, const RecordId& meeting = {}, const Word& word = {},
                    v1::ParticipationKind kind = v1::PARTICIPATION_KIND_GROUP_MEETING) {
    v1::Participation& came = Own(participations_);
    came.set_kind(kind);
    came.set_meeting_id(meeting.ToBytes());
    if (word) *came.mutable_happened() = *word;
    Now().facts.participations.push_back({NextId(), &came, recorded});
    return *this;
  }
  Cohort& BeginsAlone(const Interval& recorded) {
    return TakesPart(recorded, {}, {}, v1::PARTICIPATION_KIND_INDIVIDUAL_FIRST);
  }
  Cohort& IsClosed(const Interval& recorded, v1::ClosingReason reason, const Word& word = {}) {
    v1::Closing& closing = Own(closings_);
    closing.set_reason(reason);
    if (word) *closing.mutable_happened() = *word;
    Now().facts.closings.push_back({NextId(), &closing, recorded});
    return *this;
  }
  Cohort& IsRung(const Interval& recorded) {
    Now().facts.replies.push_back({NextId(), &Own(replies_), recorded});
    return *this;
  }
  RecordId IsAbsent(const RecordId& meeting, v1::AbsenceNotice notice = v1::ABSENCE_NOTICE_NONE) {
    v1::Absence& absence = Own(absences_);
    absence.set_meeting_id(meeting.ToBytes());
    absence.set_notice(notice);
    Now().absences.push_back({NextId(), &absence, At(2026, 4, 8, 18)});
    return Now().absences.back().id;
  }
  Cohort& FollowUp(const RecordId& absence, v1::FollowUpOutcome outcome) {
    v1::FollowUp& follow_up = Own(follow_ups_);
    follow_up.set_absence_id(absence.ToBytes());
    follow_up.set_outcome(outcome);
    Now().follow_ups.push_back(&follow_up);
    return *this;
  }
  Cohort& HasSeat(const RecordId& meeting, v1::SeatState state = v1::SEAT_STATE_PROMISED) {
    v1::Seat& seat = Own(seats_);
    seat.set_meeting_id(meeting.ToBytes());
    seat.set_state(state);
    *seat.mutable_told_start() = input_.meetings.at(meeting).meeting->start();
    Now().seats.push_back({NextId(), &seat});
    return *this;
  }
  // Of the first case whose inquiry this person made.
  Cohort& WasLateFor(v1::CauseOfBreach why, const Interval& recorded) {
    v1::BreachCause& cause = Own(causes_);
    cause.set_inquiry_id(Now().facts.inquiries.front().id.ToBytes());
    cause.set_cause(why);
    Now().causes.push_back({NextId(), &cause, recorded});
    return *this;
  }
  Cohort& Intake(v1::IntakeStatus status) {
    v1::Intake& intake = intakes_.emplace_back();
    intake.set_status(status);
    Now().intakes.push_back({NextId(), &intake});
    return *this;
  }
  RecordId Meeting(absl::CivilDay day, const std::string& group) {
    v1::Meeting& meeting = meetings_.emplace_back();
    *meeting.mutable_start() = opgang::Word(day, 17 * 60);
    meeting.set_minutes(120);
    meeting.set_state(v1::MEETING_STATE_PLANNED);
    const RecordId id = NextId();
    input_.meetings[id] = {&meeting, group};
    return id;
  }
  RecordId Door(const std::string& area) {
    input_.doors.push_back({NextId(), area, ""});
    return input_.doors.back().id;
  }
  Cohort& Visit(const std::optional<RecordId>& door, v1::Disposition answer, const Interval& recorded,
                const std::string& area = "Nord") {
    v1::Visit& visit = visits_.emplace_back();
    visit.set_disposition(answer);
    input_.visits.push_back({NextId(), &visit, recorded, door, area});
    return *this;
  }

  ReportInput& input() { return input_; }

 private:
  ReportPerson& Now() { return input_.persons.back(); }
  template <typename Message>
  Message& Own(std::deque<Message>& owned) {
    Message& message = owned.emplace_back();
    message.set_citizen_id(citizen_.ToBytes());
    return message;
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
  std::deque<v1::Inquiry> inquiries_;  // deques: the facts point into them
  std::deque<v1::Participation> participations_;
  std::deque<v1::Closing> closings_;
  std::deque<v1::Reply> replies_;
  std::deque<v1::Absence> absences_;
  std::deque<v1::FollowUp> follow_ups_;
  std::deque<v1::BreachCause> causes_;
  std::deque<v1::Seat> seats_;
  std::deque<v1::Intake> intakes_;
  std::deque<v1::Meeting> meetings_;
  std::deque<v1::Visit> visits_;
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
