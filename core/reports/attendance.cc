#include "core/reports/attendance.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/reports/occasions.h"
#include "core/reports/report_facts.h"

namespace opgang {
namespace {

using Kind = OccasionKind;

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
    for (Occasion& occasion : OccasionsOf(person, input, question)) {
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
