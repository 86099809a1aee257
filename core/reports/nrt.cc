#include "core/reports/nrt.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/reports/course_cohort.h"
#include "core/reports/report_facts.h"

namespace opgang {
namespace {

struct CountedHandOut {
  uint32_t row = 0;
  std::string area;
  std::string product;
  HandOutFlag flag = HandOutFlag::kNone;
  bool open = false;
  bool is_correction = false;
};
struct CountedReceiver {
  uint32_t row = 0;
  std::string area;
  int weeks = 0;
};
struct Handed {
  std::vector<CountedHandOut> hand_outs;
  std::vector<CountedReceiver> people;
};

uint32_t AddRow(ReportBuilder& report, const ReportInput& input, const ReportPerson& person,
                const LedgerLine& line, const CountedHandOut& counted) {
  const bool flagged = line.flag != HandOutFlag::kNone;
  return report.AddRow(input.pseudonym(person.id),
                       {{"what", "hand-out"},
                        {"date", DateText(line.day)},
                        {"product", counted.product},
                        {"amount", std::to_string(line.hand_out->amount())},
                        {"weeks", std::to_string(line.hand_out->weeks())},
                        {"flag", flagged ? std::string(HandOutFlagName(line.flag)) : ""},
                        {"correction", counted.is_correction ? "yes" : ""},
                        {"area", counted.area}});
}

bool CountsIn(const LedgerLine& line, const ReportQuestion& question) {
  return line.hand_out->weeks() > 0 && question.from <= line.day && line.day <= question.to;
}

// A correction that says that nothing was handed out is no hand-out.
void TakePerson(const ReportInput& input, const ReportQuestion& question, const ReportPerson& person,
                const NicotineLedger& ledger, ReportBuilder& report, Handed& handed) {
  CountedReceiver receiver;
  for (const LedgerLine& line : ledger.lines) {
    CountedHandOut counted{.area = PlaceOf(input, line.hand_out->citizen_id()).area};
    if (!CountsIn(line, question) || !Wanted(question, counted.area)) continue;
    counted.product = EnumCode(line.hand_out->product(), &v1::NicotineProduct_Name<v1::NicotineProduct>,
                               "NICOTINE_PRODUCT_");
    counted.flag = line.flag;
    counted.open = line.open();
    counted.is_correction = line.is_correction;
    counted.row = AddRow(report, input, person, line, counted);
    receiver.weeks += line.hand_out->weeks();
    receiver.area = counted.area;
    handed.hand_outs.push_back(std::move(counted));
  }
  if (receiver.weeks == 0) return;
  receiver.row =
      report.AddRow(input.pseudonym(person.id),
                    {{"what", "person"}, {"weeks", std::to_string(receiver.weeks)}, {"area", receiver.area}});
  handed.people.push_back(std::move(receiver));
}

Handed HandedIn(const ReportInput& input, const ReportQuestion& question, ReportBuilder& report) {
  const CourseMeetings meetings = CourseMeetingsOf(input);
  Handed handed;
  for (const ReportPerson& person : input.persons) {
    if (person.course.hand_outs.empty()) continue;
    const CourseHistory history = CoursesOf(person.course, meetings, question.now);
    TakePerson(input, question, person, history.nicotine, report, handed);
  }
  return handed;
}

void AddHandOuts(ReportBuilder& report, const FigurePlace& place, const std::vector<CountedHandOut>& all) {
  const auto with = [&](HandOutFlag flag) {
    return RowsWhere(all, [flag](const CountedHandOut& h) { return h.flag == flag; });
  };
  std::map<std::string, RowList> products;
  for (const CountedHandOut& one : all) products["product." + one.product].push_back(one.row);
  report.Whole(place, "hand-outs", AllRows(all));
  for (const auto& [code, rows] : products) report.Of(place, code, "hand-outs", rows);
  report.Of(place, "corrections", "hand-outs",
            RowsWhere(all, [](const CountedHandOut& h) { return h.is_correction; }));
  report.Of(place, "flagged", "hand-outs",
            RowsWhere(all, [](const CountedHandOut& h) { return h.flag != HandOutFlag::kNone; }));
  report.Of(place, "too-many-weeks", "flagged", with(HandOutFlag::kTooManyWeeks));
  report.Of(place, "after-window", "flagged", with(HandOutFlag::kAfterWindow));
  report.Of(place, "not-participating", "flagged", with(HandOutFlag::kNotParticipating));
  report.Of(place, "to-check", "hand-outs", RowsWhere(all, [](const CountedHandOut& h) { return h.open; }));
}

void AddPeople(ReportBuilder& report, const FigurePlace& place, const std::vector<CountedReceiver>& all) {
  report.Whole(place, "people", AllRows(all));
  for (int weeks = 1; weeks <= kNicotineWeeks; ++weeks) {
    const RowList rows = RowsWhere(all, [&](const CountedReceiver& r) { return r.weeks == weeks; });
    report.Of(place, "weeks." + std::to_string(weeks), "people", rows);
  }
  report.Of(place, "weeks.more", "people",
            RowsWhere(all, [](const CountedReceiver& r) { return r.weeks > kNicotineWeeks; }));
}

}  // namespace

v1::Report NrtReport(const ReportInput& input, const ReportQuestion& question) {
  ReportBuilder report(kNrt, kNrtVersion, question);
  const Handed handed = HandedIn(input, question, report);
  AddHandOuts(report, {}, handed.hand_outs);
  AddPeople(report, {}, handed.people);
  for (const auto& [area, some] : ByArea(handed.hand_outs)) AddHandOuts(report, {"", "by-area", area}, some);
  report.AddNote("nrt-entries-stand");
  return report.Done();
}

}  // namespace opgang
