// The report `stop`: the five indicators of the Danish national register of smoking cessation (STOPbasen), with the three
// ways of counting who did not answer. docs/reports.md holds the definitions in words.
//
//   1 completed               attended three quarters of the sessions        of all registered      80 %
//   2 smoke-free at the end   of those who completed                                                80 %
//   3 followed up             rung or asked at half a year                   of those who completed 80 %
//   4 smoke-free at half a year                                              of those who completed 50 %
//   5 satisfied               4 or 5 of 5                                    of those who completed 90 %
//
// The register's file format is not claimed: its item codes were not available.
#ifndef OPGANG_CORE_REPORTS_STOP_H_
#define OPGANG_CORE_REPORTS_STOP_H_

#include <string_view>

#include "core/reports/course_cohort.h"
#include "core/reports/report_builder.h"
#include "core/reports/report_input.h"

namespace opgang {

inline constexpr std::string_view kStop = "stop";
inline constexpr uint32_t kStopVersion = 1;

// An indicator is published only about so many people, and 3 to 5 only where half of them were followed up.
inline constexpr size_t kStopLeastPeople = 20;

// The indicators of these courses, in sections whose names begin with `prefix`; `place` says group and key. Notes say which
// may not be published, for the whole only.
void AddStop(ReportBuilder& report, const std::string& prefix, const FigurePlace& place,
             const CourseCohort& courses);

v1::Report StopReport(const ReportInput& input, const ReportQuestion& question);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_STOP_H_
