#include "core/reports/recruitment.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/reports/course_cohort.h"
#include "core/reports/report_facts.h"

namespace opgang {
namespace {

struct CountedDoor {
  uint32_t row = 0;
  std::optional<DoorStep> furthest;  // nullopt: not tried in the period
  std::string area;
};
struct CountedVisit {
  uint32_t row = 0;
  std::string answer;
  bool at_door = false;    // of the register; else an entrance as a whole, or a door that the register lacks
  bool uncertain = false;  // perhaps in the period
  std::string area;
};
struct CountedPerson {
  uint32_t row = 0;
  bool by_door = false;
  bool intake_begun = false;
  bool intake_complete = false;
  bool took_part = false;
  bool completed = false;   // a course from the day of asking on
  bool smoke_free = false;  // at its end
  std::string area;
};
struct Funnel {
  std::vector<CountedDoor> doors;
  std::vector<CountedVisit> visits;
  std::vector<CountedPerson> people;
};

std::string_view StepCode(const std::optional<DoorStep>& step) {
  if (!step) return "not-tried";
  switch (*step) {
    case DoorStep::kTried: return "tried";
    case DoorStep::kAnswered: return "answered";
    case DoorStep::kTalked: return "talked";
    case DoorStep::kInterested: return "interested";
  }
  return "tried";
}

std::map<RecordId, DoorStep> FurthestSteps(const ReportInput& input, const ReportQuestion& question) {
  std::map<RecordId, DoorStep> furthest;
  for (const ReportVisit& visit : input.visits) {
    if (!visit.door) continue;
    if (Against(question, DaysOf(Happened(*visit.visit, visit.recorded))) != InPeriod::kYes) continue;
    const DoorStep step = StepOf(visit.visit->disposition());
    const auto [found, is_new] = furthest.emplace(*visit.door, step);
    if (!is_new) found->second = std::max(found->second, step);
  }
  return furthest;
}

void CountDoors(const ReportInput& input, const ReportQuestion& question, ReportBuilder& report,
                Funnel& funnel) {
  const std::map<RecordId, DoorStep> furthest = FurthestSteps(input, question);
  for (const ReportDoor& door : input.doors) {
    if (!Wanted(question, door.area)) continue;
    CountedDoor counted{.area = door.area};
    const auto found = furthest.find(door.id);
    if (found != furthest.end()) counted.furthest = found->second;
    counted.row =
        report.AddRow(input.pseudonym(door.id), {{"what", "door"},
                                                 {"furthest", std::string(StepCode(counted.furthest))},
                                                 {"area", door.area},
                                                 {"organisation", door.organisation}});
    funnel.doors.push_back(std::move(counted));
  }
}

void CountVisits(const ReportInput& input, const ReportQuestion& question, ReportBuilder& report,
                 Funnel& funnel) {
  for (const ReportVisit& visit : input.visits) {
    const DateSpan days = DaysOf(Happened(*visit.visit, visit.recorded));
    const InPeriod when = Against(question, days);
    if (when == InPeriod::kNo || !Wanted(question, visit.area)) continue;
    CountedVisit counted{
        .at_door = visit.door.has_value(), .uncertain = when == InPeriod::kPerhaps, .area = visit.area};
    counted.answer =
        EnumCode(visit.visit->disposition(), &v1::Disposition_Name<v1::Disposition>, "DISPOSITION_");
    counted.row =
        report.AddRow(input.pseudonym(visit.id), {{"what", "visit"},
                                                  {"date", DatesText(days)},
                                                  {"answer", counted.answer},
                                                  {"door", visit.door ? input.pseudonym(*visit.door) : ""},
                                                  {"area", visit.area}});
    funnel.visits.push_back(std::move(counted));
  }
}

// Was in a group on the day of asking or later, also where the case had been closed by then.
bool TookPartFrom(absl::CivilDay asked, const PersonFacts& facts) {
  return std::ranges::any_of(facts.participations, [&](const ParticipationFact& fact) {
    return LocalDay(Happened(*fact.participation, fact.recorded).earliest) >= asked;
  });
}

bool CameByDoor(const ResponseCase& c, const PersonFacts& facts) {
  return std::ranges::any_of(facts.inquiries, [&](const InquiryFact& fact) {
    return fact.id == c.id && fact.inquiry->channel() == v1::CHANNEL_DOOR;
  });
}

// Cases of the cohort that somebody did ask for.
std::vector<ResponseCase> CasesInPeriod(const ReportPerson& person, const ReportInput& input,
                                        const ReportQuestion& question) {
  std::vector<ResponseCase> cases;
  for (ResponseCase& c : CasesOf(person.facts, question.now, {DuePolicy::kCalendarDays, question.calendar})) {
    const bool in_period = c.asked.earliest >= question.from && c.asked.earliest <= question.to;
    const bool mistake = c.closing_reason == v1::CLOSING_REASON_RECORDED_BY_MISTAKE;
    if (in_period && !mistake && Wanted(question, PlaceOf(input, c.citizen).area))
      cases.push_back(std::move(c));
  }
  return cases;
}

// Whether a course that the person gave an end from that day on is such.
bool AnyCourse(const std::vector<Course>& courses, absl::CivilDay asked, bool (Course::*is_such)() const) {
  return std::ranges::any_of(courses, [&](const Course& course) {
    return course.ended && *course.ended >= asked && course.end && (course.*is_such)();
  });
}

CountedPerson Counted(const ReportPerson& person, const std::vector<ResponseCase>& cases,
                      const ReportInput& input, const std::vector<Course>& courses) {
  CountedPerson counted{.area = PlaceOf(input, cases.front().citizen).area};
  counted.by_door = CameByDoor(cases.front(), person.facts);
  counted.intake_begun = !person.course.intakes.empty();
  counted.intake_complete = std::ranges::any_of(person.course.intakes, [](const IntakeFact& fact) {
    return fact.intake->status() == v1::INTAKE_STATUS_COMPLETE;
  });
  const absl::CivilDay asked = cases.front().asked.earliest;
  counted.took_part = TookPartFrom(asked, person.facts);
  counted.completed = AnyCourse(courses, asked, &Course::went_through);
  counted.smoke_free = AnyCourse(courses, asked, &Course::smoke_free_at_end);
  return counted;
}

void CountPeople(const ReportInput& input, const ReportQuestion& question, ReportBuilder& report,
                 Funnel& funnel) {
  const auto yes = [](bool value) { return std::string(value ? "yes" : "no"); };
  const CourseMeetings meetings = CourseMeetingsOf(input);
  for (const ReportPerson& person : input.persons) {
    const std::vector<ResponseCase> cases = CasesInPeriod(person, input, question);
    if (cases.empty()) continue;
    const CourseHistory history = CoursesOf(person.course, meetings, question.now);
    CountedPerson counted = Counted(person, cases, input, history.courses);
    counted.row = report.AddRow(input.pseudonym(person.id), {{"what", "person"},
                                                             {"cases", std::to_string(cases.size())},
                                                             {"by-door", yes(counted.by_door)},
                                                             {"intake", counted.intake_complete ? "complete"
                                                                        : counted.intake_begun  ? "draft"
                                                                                                : "none"},
                                                             {"took-part", yes(counted.took_part)},
                                                             {"completed", yes(counted.completed)},
                                                             {"smoke-free", yes(counted.smoke_free)},
                                                             {"area", counted.area}});
    funnel.people.push_back(std::move(counted));
  }
}

void AddDoors(ReportBuilder& report, FigurePlace place, const std::vector<CountedDoor>& doors) {
  place.section = "doors";
  const auto at_least = [&](DoorStep step) {
    return RowsWhere(doors, [step](const CountedDoor& d) { return d.furthest && *d.furthest >= step; });
  };
  report.Whole(place, "doors", RowsWhere(doors, [](const CountedDoor&) { return true; }));
  report.Of(place, "tried", "doors", at_least(DoorStep::kTried));
  report.Of(place, "answered", "tried", at_least(DoorStep::kAnswered));
  report.Of(place, "talked", "answered", at_least(DoorStep::kTalked));
  report.Of(place, "interested", "talked", at_least(DoorStep::kInterested));
}

void AddVisits(ReportBuilder& report, FigurePlace place, const std::vector<CountedVisit>& all) {
  place.section = "visits";
  std::map<std::string, RowList> answers;
  for (const CountedVisit& visit : all) {
    if (!visit.uncertain)
      answers["answer." + (visit.answer.empty() ? "not-recorded" : visit.answer)].push_back(visit.row);
  }
  report.Whole(place, "visits", RowsWhere(all, [](const CountedVisit& v) { return !v.uncertain; }));
  for (const auto& [code, rows] : answers) report.Of(place, code, "visits", rows);
  report.Of(place, "not-at-a-door", "visits",
            RowsWhere(all, [](const CountedVisit& v) { return !v.uncertain && !v.at_door; }));
  report.Whole(place, "visits-uncertain", RowsWhere(all, [](const CountedVisit& v) { return v.uncertain; }));
}

void AddPeople(ReportBuilder& report, FigurePlace place, const std::vector<CountedPerson>& people) {
  place.section = "people";
  report.Whole(place, "inquired", RowsWhere(people, [](const CountedPerson&) { return true; }));
  report.Of(place, "by-door", "inquired",
            RowsWhere(people, [](const CountedPerson& p) { return p.by_door; }));
  report.Of(place, "intake-begun", "inquired",
            RowsWhere(people, [](const CountedPerson& p) { return p.intake_begun; }));
  report.Of(place, "intake-complete", "inquired",
            RowsWhere(people, [](const CountedPerson& p) { return p.intake_complete; }));
  report.Of(place, "first-attendance", "inquired",
            RowsWhere(people, [](const CountedPerson& p) { return p.took_part; }));
  report.Of(place, "completed", "inquired",
            RowsWhere(people, [](const CountedPerson& p) { return p.completed; }));
  report.Of(place, "smoke-free", "inquired",
            RowsWhere(people, [](const CountedPerson& p) { return p.smoke_free; }));
}

// Those of one area, or of none where `area` is not recorded.
template <typename Counted>
std::vector<Counted> InArea(const std::vector<Counted>& all, const std::string& area) {
  std::vector<Counted> some;
  std::ranges::copy_if(all, std::back_inserter(some), [&](const Counted& one) { return one.area == area; });
  return some;
}

}  // namespace

DoorStep StepOf(v1::Disposition disposition) {
  switch (disposition) {
    case v1::DISPOSITION_INTERESTED: return DoorStep::kInterested;
    case v1::DISPOSITION_NOT_INTERESTED: return DoorStep::kTalked;
    case v1::DISPOSITION_COME_BACK:
    case v1::DISPOSITION_DO_NOT_CALL:
    case v1::DISPOSITION_LANGUAGE:
    case v1::DISPOSITION_CHILD_ONLY: return DoorStep::kAnswered;
    default: return DoorStep::kTried;  // no answer, vacant, other; and words of a newer release
  }
}

v1::Report RecruitmentReport(const ReportInput& input, const ReportQuestion& question) {
  ReportBuilder report(kRecruitment, kRecruitmentVersion, question);
  Funnel funnel;
  CountDoors(input, question, report, funnel);
  CountVisits(input, question, report, funnel);
  CountPeople(input, question, report, funnel);
  AddDoors(report, {}, funnel.doors);
  AddVisits(report, {}, funnel.visits);
  AddPeople(report, {}, funnel.people);
  std::map<std::string, int> areas;
  for (const CountedDoor& door : funnel.doors) areas[door.area];
  for (const CountedVisit& visit : funnel.visits) areas[visit.area];
  for (const CountedPerson& person : funnel.people) areas[person.area];
  for (const auto& [area, unused] : areas) {
    AddDoors(report, {"", "by-area", area}, InArea(funnel.doors, area));
    AddVisits(report, {"", "by-area", area}, InArea(funnel.visits, area));
    AddPeople(report, {"", "by-area", area}, InArea(funnel.people, area));
  }
  report.AddNote("inquiries-name-no-door");
  return report.Done();
}

}  // namespace opgang
