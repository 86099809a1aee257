// The courses that a report counts, each one row: what stop, russell and kom-og-kvit have in common.
#ifndef OPGANG_CORE_REPORTS_COURSE_COHORT_H_
#define OPGANG_CORE_REPORTS_COURSE_COHORT_H_

#include <map>
#include <string>
#include <vector>

#include "core/reports/report_builder.h"
#include "core/reports/report_input.h"
#include "core/rules/course.h"

namespace opgang {

struct CountedCourse {
  uint32_t row = 0;
  RecordId person;
  std::string area;  // of the citizen who began it
  Course course;
};
using CourseCohort = std::vector<CountedCourse>;

CourseMeetings CourseMeetingsOf(const ReportInput& input);

// Those that were registered in the period, in the wanted area: by the earliest day that the evidence allows. A row for each.
CourseCohort RegisteredIn(const ReportInput& input, const ReportQuestion& question, ReportBuilder& report);

template <typename Counted, typename Condition>
RowList RowsWhere(const std::vector<Counted>& all, Condition condition) {
  RowList rows;
  for (const Counted& one : all) {
    if (condition(one)) rows.push_back(one.row);
  }
  return rows;
}
template <typename Counted>
RowList AllRows(const std::vector<Counted>& all) {
  return RowsWhere(all, [](const Counted&) { return true; });
}
// By `area`, in its order.
template <typename Counted>
std::map<std::string, std::vector<Counted>> ByArea(const std::vector<Counted>& all) {
  std::map<std::string, std::vector<Counted>> areas;
  for (const Counted& one : all) areas[one.area].push_back(one);
  return areas;
}

// What is asked of a course in several reports.
bool HasBegun(const CountedCourse& c);
bool IsSmokeFreeAtEnd(const CountedCourse& c);
bool AnsweredAtEnd(const CountedCourse& c);
bool IsSmokeFreeAtHalfYear(const CountedCourse& c);
bool AnsweredAtHalfYear(const CountedCourse& c);

// "28", "9.5"; empty where nothing was measured.
std::string PpmText(const std::optional<double>& ppm);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_COURSE_COHORT_H_
