#include "core/reports/occasions.h"

#include <map>
#include <utility>

#include "core/reports/report_facts.h"
#include "core/rules/follow_up.h"
#include "core/rules/seats.h"

namespace opgang {
namespace {

using Kind = OccasionKind;

std::optional<RecordId> MeetingOf(const std::string& meeting_id) { return RecordId::FromBytes(meeting_id); }

const ReportMeeting* FindMeeting(const ReportInput& input, const std::string& meeting_id) {
  const auto id = MeetingOf(meeting_id);
  const auto found = id ? input.meetings.find(*id) : input.meetings.end();
  return found == input.meetings.end() ? nullptr : &found->second;
}

// The day of the planned meeting where it is known, else what was said of the occasion.
DateSpan DaysAt(const ReportMeeting* meeting, const Interval& moment) {
  if (meeting == nullptr) return DaysOf(moment);
  const absl::CivilDay day = LocalDay(MeetingStart(*meeting->meeting));
  return {day, day};
}

// What was recorded of one person, by meeting.
class PersonsOccasions {
 public:
  PersonsOccasions(const ReportPerson& person, const ReportInput& input, const ReportQuestion& question)
      : person_(person), input_(input), question_(question) {}

  Occasions All() {
    for (const ParticipationFact& fact : person_.facts.participations) TakeCame(fact);
    for (const AbsenceFact& fact : person_.course.absences) TakeAbsent(fact);
    for (const SeatFact& fact : person_.seats) TakeSeat(*fact.seat);
    for (auto& [meeting, occasion] : at_meetings_) unplanned_.push_back(std::move(occasion));
    return std::move(unplanned_);
  }

 private:
  Occasion New(Kind kind, const std::string& citizen, const std::string& meeting_id, const Interval& moment) {
    const ReportMeeting* meeting = FindMeeting(input_, meeting_id);
    Occasion occasion{.kind = kind, .person = person_.id, .planned = MeetingOf(meeting_id).has_value()};
    occasion.days = DaysAt(meeting, moment);
    occasion.group = meeting == nullptr ? "" : meeting->group;
    occasion.area = PlaceOf(input_, citizen).area;
    return occasion;
  }

  void TakeCame(const ParticipationFact& fact) {
    const v1::Participation& came = *fact.participation;
    Occasion occasion = New(Kind::kCame, came.citizen_id(), came.meeting_id(), Happened(came, fact.recorded));
    occasion.individual = came.kind() == v1::PARTICIPATION_KIND_INDIVIDUAL_FIRST;
    if (const auto meeting = MeetingOf(came.meeting_id())) {
      at_meetings_.try_emplace(*meeting, std::move(occasion));
    } else {
      unplanned_.push_back(std::move(occasion));
    }
  }

  void TakeAbsent(const AbsenceFact& fact) {
    const v1::Absence& absent = *fact.absence;
    const auto meeting = MeetingOf(absent.meeting_id());
    if (!meeting) return;  // the base takes no such absence
    Occasion occasion =
        New(Kind::kAbsent, absent.citizen_id(), absent.meeting_id(), Happened(absent, fact.recorded));
    occasion.notice =
        EnumCode(absent.notice(), &v1::AbsenceNotice_Name<v1::AbsenceNotice>, "ABSENCE_NOTICE_");
    Judge(fact.id, occasion);
    const auto [there, added] = at_meetings_.try_emplace(*meeting, std::move(occasion));
    if (added) return;
    there->second.contradicted = there->second.kind == Kind::kCame;
    if (there->second.kind == Kind::kAbsent) Merge(occasion, there->second);
  }

  // Two devices ticked the same absence: what was done about either was done about it.
  static void Merge(const Occasion& other, Occasion& kept) {
    if (kept.notice.empty()) kept.notice = other.notice;
    if (other.follow_up >= kept.follow_up) return;
    kept.follow_up = other.follow_up;
    kept.outcome = other.outcome;
  }

  void Judge(const RecordId& absence, Occasion& occasion) const {
    std::vector<const v1::FollowUp*> about;
    for (const v1::FollowUp* follow_up : person_.follow_ups) {
      if (follow_up->absence_id() == absence.ToBytes()) about.push_back(follow_up);
    }
    const FollowUpTask task = FollowUpOf(occasion.days.earliest, about, question_.now, question_.calendar);
    occasion.follow_up = task.done        ? FollowedUp::kDone
                         : !task.overdue  ? FollowedUp::kInTime
                         : task.steps > 0 ? FollowedUp::kMissingTried
                                          : FollowedUp::kMissing;
    for (const v1::FollowUp* follow_up : about) {
      if (follow_up->outcome() == v1::FOLLOW_UP_OUTCOME_NOT_REACHED) continue;
      occasion.outcome = EnumCode(follow_up->outcome(), &v1::FollowUpOutcome_Name<v1::FollowUpOutcome>,
                                  "FOLLOW_UP_OUTCOME_");
    }
  }

  // A seat that was promised in a meeting that is over by now.
  void TakeSeat(const v1::Seat& seat) {
    const auto id = MeetingOf(seat.meeting_id());
    const ReportMeeting* meeting = FindMeeting(input_, seat.meeting_id());
    if (meeting == nullptr || StateOfSeat(seat, meeting->meeting) != PromiseState::kStands) return;
    if (MeetingEnd(*meeting->meeting) > question_.now) return;
    const Interval at{MeetingStart(*meeting->meeting), MeetingStart(*meeting->meeting)};
    at_meetings_.try_emplace(*id, New(Kind::kNotTicked, seat.citizen_id(), seat.meeting_id(), at))
        .first->second.has_seat = true;
  }

  const ReportPerson& person_;
  const ReportInput& input_;
  const ReportQuestion& question_;
  std::map<RecordId, Occasion> at_meetings_;
  Occasions unplanned_;
};

}  // namespace

Occasions OccasionsOf(const ReportPerson& person, const ReportInput& input, const ReportQuestion& question) {
  return PersonsOccasions(person, input, question).All();
}

}  // namespace opgang
