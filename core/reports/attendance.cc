#include "core/reports/attendance.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/reports/report_facts.h"
#include "core/rules/follow_up.h"
#include "core/rules/seats.h"

namespace opgang {
namespace {

enum class Kind { kCame, kAbsent, kNotTicked };
enum class FollowedUp { kDone, kInTime, kMissingTried, kMissing };

// Somebody at one meeting, or there without a planned one.
struct Occasion {
  uint32_t row = 0;
  Kind kind = Kind::kCame;
  RecordId person;
  bool planned = false;
  bool has_seat = false;
  bool individual = false;    // the first meeting of an individual course
  bool contradicted = false;  // came, and was ticked as absent too
  std::string notice;         // of an absence
  FollowedUp follow_up = FollowedUp::kMissing;
  std::string outcome;  // of a follow-up that is done
  DateSpan days;
  std::string group;
  std::string area;
};
using Occasions = std::vector<Occasion>;

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

std::string_view KindCode(Kind kind) {
  return kind == Kind::kCame ? "came" : kind == Kind::kAbsent ? "absent" : "not-ticked";
}
std::string_view FollowUpCode(const Occasion& occasion) {
  if (occasion.kind != Kind::kAbsent) return "";
  switch (occasion.follow_up) {
    case FollowedUp::kDone: return "follow-up-done";
    case FollowedUp::kInTime: return "follow-up-in-time";
    case FollowedUp::kMissingTried: return "follow-up-tried";
    case FollowedUp::kMissing: return "follow-up-nothing";
  }
  return "";
}

struct Counted {
  Occasions in_period;
  Occasions perhaps;  // known to a span of days only, which straddles the period's edge
  std::vector<std::pair<RecordId, uint32_t>> people;  // who came in the period, each once
};

uint32_t AddRow(ReportBuilder& report, const ReportInput& input, const Occasion& occasion) {
  const std::string person = input.pseudonym(occasion.person);
  return report.AddRow(person, {{"what", std::string(KindCode(occasion.kind))},
                                {"date", DatesText(occasion.days)},
                                {"group", occasion.group},
                                {"area", occasion.area},
                                {"planned", occasion.planned ? "yes" : "no"},
                                {"seat", occasion.has_seat ? "yes" : "no"},
                                {"notice", occasion.notice},
                                {"follow-up", std::string(FollowUpCode(occasion))},
                                {"outcome", occasion.outcome}});
}

void AddPerson(ReportBuilder& report, const ReportInput& input, const RecordId& person, Counted& counted) {
  int times = 0;
  for (const Occasion& one : counted.in_period) times += one.person == person && one.kind == Kind::kCame;
  if (times == 0) return;
  counted.people.emplace_back(
      person, report.AddRow(input.pseudonym(person), {{"what", "person"}, {"times", std::to_string(times)}}));
}

Counted CountedIn(const ReportInput& input, const ReportQuestion& question, ReportBuilder& report) {
  Counted counted;
  for (const ReportPerson& person : input.persons) {
    Counted own;
    for (Occasion& occasion : PersonsOccasions(person, input, question).All()) {
      const InPeriod when = Against(question, occasion.days);
      if (when == InPeriod::kNo || !Wanted(question, occasion.area)) continue;
      occasion.row = AddRow(report, input, occasion);
      (when == InPeriod::kYes ? own.in_period : own.perhaps).push_back(std::move(occasion));
    }
    AddPerson(report, input, person.id, own);
    std::ranges::move(own.in_period, std::back_inserter(counted.in_period));
    std::ranges::move(own.perhaps, std::back_inserter(counted.perhaps));
    std::ranges::move(own.people, std::back_inserter(counted.people));
  }
  return counted;
}

template <typename Condition>
RowList RowsWhere(const Occasions& occasions, Condition condition) {
  RowList rows;
  for (const Occasion& occasion : occasions) {
    if (condition(occasion)) rows.push_back(occasion.row);
  }
  return rows;
}

bool Came(const Occasion& o) { return o.kind == Kind::kCame; }
bool Absent(const Occasion& o) { return o.kind == Kind::kAbsent; }

void AddCame(ReportBuilder& report, const FigurePlace& place, const Occasions& all) {
  const auto came_and = [&](auto condition) {
    return RowsWhere(all, [&](const Occasion& o) { return Came(o) && condition(o); });
  };
  report.Whole(place, "attendances", RowsWhere(all, Came));
  report.Of(place, "at-planned", "attendances", came_and([](const Occasion& o) { return o.planned; }));
  report.Of(place, "unplanned", "attendances", came_and([](const Occasion& o) { return !o.planned; }));
  report.Of(place, "individual-first", "attendances",
            came_and([](const Occasion& o) { return o.individual; }));
}

void AddExpected(ReportBuilder& report, const FigurePlace& place, const Occasions& all) {
  const RowList absent = RowsWhere(all, Absent);
  report.Whole(place, "ticked",
               RowsWhere(all, [](const Occasion& o) { return Absent(o) || (Came(o) && o.planned); }));
  report.Of(place, "came", "ticked", RowsWhere(all, [](const Occasion& o) { return Came(o) && o.planned; }));
  report.Of(place, "absent", "ticked", absent);
  report.Of(place, "contradicted", "ticked",
            RowsWhere(all, [](const Occasion& o) { return o.contradicted; }));
  report.Share(place, "absence-rate", "ticked", absent);
}

void AddFollowUps(ReportBuilder& report, const FigurePlace& place, const Occasions& all) {
  const auto absent_and = [&](auto condition) {
    return RowsWhere(all, [&](const Occasion& o) { return Absent(o) && condition(o); });
  };
  const auto is = [](FollowedUp follow_up) {
    return [follow_up](const Occasion& o) { return o.follow_up == follow_up; };
  };
  report.Of(place, "follow-up-done", "absent", absent_and(is(FollowedUp::kDone)));
  report.Of(place, "follow-up-in-time", "absent", absent_and(is(FollowedUp::kInTime)));
  report.Of(place, "follow-up-missing", "absent",
            absent_and([](const Occasion& o) { return o.follow_up >= FollowedUp::kMissingTried; }));
  report.Of(place, "follow-up-tried", "follow-up-missing", absent_and(is(FollowedUp::kMissingTried)));
  report.Of(place, "follow-up-nothing", "follow-up-missing", absent_and(is(FollowedUp::kMissing)));
}

void AddDetails(ReportBuilder& report, const Occasions& all) {
  std::map<std::string, RowList> notices;
  std::map<std::string, RowList> outcomes;
  for (const Occasion& o : all) {
    if (!Absent(o)) continue;
    notices["notice." + (o.notice.empty() ? "not-recorded" : o.notice)].push_back(o.row);
    if (o.follow_up == FollowedUp::kDone) outcomes["outcome." + o.outcome].push_back(o.row);
  }
  for (const auto& [code, rows] : notices) report.Of({}, code, "absent", rows);
  for (const auto& [code, rows] : outcomes) report.Of({}, code, "follow-up-done", rows);
}

void AddSeats(ReportBuilder& report, const Occasions& all) {
  const auto seat_and = [&](Kind kind) {
    return RowsWhere(all, [&](const Occasion& o) { return o.has_seat && o.kind == kind; });
  };
  report.Whole({}, "seats", RowsWhere(all, [](const Occasion& o) { return o.has_seat; }));
  report.Of({}, "seat-came", "seats", seat_and(Kind::kCame));
  report.Of({}, "seat-absent", "seats", seat_and(Kind::kAbsent));
  report.Of({}, "seat-not-ticked", "seats", seat_and(Kind::kNotTicked));
}

void AddFigures(ReportBuilder& report, const FigurePlace& place, const Occasions& all) {
  AddCame(report, place, all);
  AddExpected(report, place, all);
  AddFollowUps(report, place, all);
}

template <typename KeyOf>
void AddGroups(ReportBuilder& report, const std::string& group, const Occasions& all, KeyOf key_of) {
  std::map<std::string, Occasions> by_key;
  for (const Occasion& occasion : all) by_key[key_of(occasion)].push_back(occasion);
  for (const auto& [key, occasions] : by_key) AddFigures(report, {"", group, key}, occasions);
}

}  // namespace

v1::Report AttendanceReport(const ReportInput& input, const ReportQuestion& question) {
  ReportBuilder report(kAttendance, kAttendanceVersion, question);
  const Counted counted = CountedIn(input, question, report);
  RowList people;
  for (const auto& [person, row] : counted.people) people.push_back(row);
  report.Whole({}, "people", people);
  AddFigures(report, {}, counted.in_period);
  AddDetails(report, counted.in_period);
  AddSeats(report, counted.in_period);
  report.Whole({}, "date-uncertain", RowsWhere(counted.perhaps, [](const Occasion&) { return true; }));
  AddGroups(report, "by-group", counted.in_period, [](const Occasion& o) { return o.group; });
  AddGroups(report, "by-area", counted.in_period, [](const Occasion& o) { return o.area; });
  report.AddNote("follow-up-time-not-judged");
  return report.Done();
}

}  // namespace opgang
