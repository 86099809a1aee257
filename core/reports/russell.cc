#include "core/reports/russell.h"

#include <algorithm>
#include <iterator>

#include "core/base/clock.h"

namespace opgang {
namespace {

bool IsDead(const CountedCourse& c) { return HasBegun(c) && c.course.no_answer == v1::NO_ANSWER_REASON_DEAD; }
bool IsUntraceable(const CountedCourse& c) {
  return HasBegun(c) && c.course.no_answer == v1::NO_ANSWER_REASON_MOVED;
}
bool IsContinuous(const CountedCourse& c) { return c.course.six_months && c.course.six_months->continuous(); }
bool IsSuccess(const CountedCourse& c) { return IsContinuous(c) && IsVerified(c.course.six_months->ppm); }
bool HasTest(const CountedCourse& c) { return c.course.six_months && c.course.six_months->ppm.has_value(); }
bool NotVerified(const CountedCourse& c) { return IsContinuous(c) && HasTest(c) && !IsSuccess(c); }
bool NotTested(const CountedCourse& c) { return IsContinuous(c) && !HasTest(c); }
bool HasNoQuitDate(const CountedCourse& c) { return c.course.attempt() == nullptr; }

}  // namespace

void AddRussell(ReportBuilder& report, const FigurePlace& place, const CourseCohort& courses,
                absl::CivilDay today) {
  CourseCohort counted;
  std::ranges::copy_if(courses, std::back_inserter(counted),
                       [](const CountedCourse& c) { return HasBegun(c) && !IsDead(c) && !IsUntraceable(c); });
  const auto still_open = [&](const CountedCourse& c) {
    return c.course.six_months && !c.course.six_months->done && today <= c.course.six_months->window.last;
  };
  report.Whole(place, "started", RowsWhere(courses, HasBegun));
  report.Of(place, "dead", "started", RowsWhere(courses, IsDead));
  report.Of(place, "untraceable", "started", RowsWhere(courses, IsUntraceable));
  report.Of(place, "counted", "started", AllRows(counted));
  report.Of(place, "success", "counted", RowsWhere(counted, IsSuccess));
  report.Share(place, "success-rate", "counted", RowsWhere(counted, IsSuccess));
  report.Of(place, "continuous", "counted", RowsWhere(counted, IsContinuous));
  report.Share(place, "continuous-rate", "counted", RowsWhere(counted, IsContinuous));
  report.Of(place, "point-abstinent", "counted", RowsWhere(counted, IsSmokeFreeAtHalfYear));
  report.Of(place, "who-answered", "counted", RowsWhere(counted, AnsweredAtHalfYear));
  report.Of(place, "no-quit-date", "counted", RowsWhere(counted, HasNoQuitDate));
  report.Of(place, "still-open", "counted", RowsWhere(counted, still_open));
  report.Of(place, "not-verified", "continuous", RowsWhere(counted, NotVerified));
  report.Of(place, "not-tested", "continuous", RowsWhere(counted, NotTested));
}

v1::Report RussellReport(const ReportInput& input, const ReportQuestion& question) {
  ReportBuilder report(kRussell, kRussellVersion, question);
  const CourseCohort courses = RegisteredIn(input, question, report);
  const absl::CivilDay today = LocalDay(question.now);
  AddRussell(report, {}, courses, today);
  for (const auto& [area, some] : ByArea(courses)) AddRussell(report, {"", "by-area", area}, some, today);
  return report.Done();
}

}  // namespace opgang
