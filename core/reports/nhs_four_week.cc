#include "core/reports/nhs_four_week.h"

#include <utility>

#include "core/reports/course_cohort.h"
#include "core/reports/report_facts.h"

namespace opgang {
namespace {

bool IsQuit(const CountedAttempt& a) { return a.result.quit(); }
bool IsVerifiedQuit(const CountedAttempt& a) { return a.result.quit() && IsVerified(a.result.ppm); }
bool IsNotQuit(const CountedAttempt& a) { return a.result.answer == v1::FOUR_WEEK_ANSWER_SMOKED; }
bool IsNotKnown(const CountedAttempt& a) { return !IsQuit(a) && !IsNotQuit(a); }
bool Declined(const CountedAttempt& a) { return a.result.answer == v1::FOUR_WEEK_ANSWER_DECLINED; }
bool IsOpen(const CountedAttempt& a) { return !a.result.done() && a.today <= a.result.window.last; }
bool SaidOutside(const CountedAttempt& a) { return !a.result.done() && !IsOpen(a) && a.result.outside; }
bool NothingSaid(const CountedAttempt& a) { return !a.result.done() && !IsOpen(a) && !a.result.outside; }

uint32_t AddRow(ReportBuilder& report, const ReportInput& input, const ReportPerson& person,
                const QuitAttempt& attempt, const CountedAttempt& counted) {
  const std::string answer =
      EnumCode(counted.result.answer, &v1::FourWeekAnswer_Name<v1::FourWeekAnswer>, "FOUR_WEEK_ANSWER_");
  return report.AddRow(input.pseudonym(person.id),
                       {{"what", "attempt"},
                        {"quit-date", DateText(attempt.date)},
                        {"first-date", counted.moved ? DateText(attempt.first_date) : ""},
                        {"four-weeks", answer},
                        {"outside", counted.result.outside ? "yes" : ""},
                        {"ppm-four-weeks", PpmText(counted.result.ppm)},
                        {"area", counted.area}});
}

// Where the person lives who set it.
std::string AreaOf(const ReportInput& input, const ReportPerson& person, const QuitAttempt& attempt) {
  for (const QuitDateFact& fact : person.course.quit_dates) {
    if (fact.id == attempt.id) return PlaceOf(input, fact.quit->citizen_id()).area;
  }
  return {};
}

std::vector<CountedAttempt> AttemptsIn(const ReportInput& input, const ReportQuestion& question,
                                       ReportBuilder& report) {
  std::vector<CountedAttempt> counted;
  for (const ReportPerson& person : input.persons) {
    for (const QuitAttempt& attempt : AttemptsOf(person.course.quit_dates)) {
      CountedAttempt one{.area = AreaOf(input, person, attempt)};
      const bool in_period = question.from <= attempt.date && attempt.date <= question.to;
      if (!in_period || !Wanted(question, one.area)) continue;
      one.moved = attempt.date != attempt.first_date;
      one.result = FourWeeksAfter(attempt, person.course.four_weeks, person.course.tests);
      one.today = LocalDay(question.now);
      one.row = AddRow(report, input, person, attempt, one);
      counted.push_back(std::move(one));
    }
  }
  return counted;
}

}  // namespace

void AddNhs(ReportBuilder& report, const FigurePlace& place, const std::vector<CountedAttempt>& attempts) {
  report.Whole(place, "set-date", AllRows(attempts));
  report.Of(place, "quit", "set-date", RowsWhere(attempts, IsQuit));
  report.Of(place, "co-verified", "set-date", RowsWhere(attempts, IsVerifiedQuit));
  report.Of(place, "not-quit", "set-date", RowsWhere(attempts, IsNotQuit));
  report.Of(place, "not-known", "set-date", RowsWhere(attempts, IsNotKnown));
  report.Of(place, "moved-date", "set-date",
            RowsWhere(attempts, [](const CountedAttempt& a) { return a.moved; }));
  report.Share(place, "quit-rate", "set-date", RowsWhere(attempts, IsQuit));
  report.Share(place, "co-rate", "set-date", RowsWhere(attempts, IsVerifiedQuit));
  report.Of(place, "declined", "not-known", RowsWhere(attempts, Declined));
  report.Of(place, "said-outside", "not-known", RowsWhere(attempts, SaidOutside));
  report.Of(place, "nothing-said", "not-known", RowsWhere(attempts, NothingSaid));
  report.Of(place, "still-open", "not-known", RowsWhere(attempts, IsOpen));
}

v1::Report NhsFourWeekReport(const ReportInput& input, const ReportQuestion& question) {
  ReportBuilder report(kNhsFourWeek, kNhsFourWeekVersion, question);
  const std::vector<CountedAttempt> attempts = AttemptsIn(input, question, report);
  AddNhs(report, {}, attempts);
  for (const auto& [area, some] : ByArea(attempts)) AddNhs(report, {"", "by-area", area}, some);
  return report.Done();
}

}  // namespace opgang
