// The report `russell`: the Russell Standard (West et al. 2005) at half a year. docs/reports.md holds the definition in words.
//
//   counted   all who began a course, but for the dead and those who moved and cannot be traced
//   success   from 5 to 7 months after the quit date says not to have taken up smoking, five cigarettes in all at the most,
//             and a breath test of those days shows less than 10 ppm carbon monoxide
//
// Everybody else who is counted smokes: not reached, declined, no quit date, no test.
#ifndef OPGANG_CORE_REPORTS_RUSSELL_H_
#define OPGANG_CORE_REPORTS_RUSSELL_H_

#include <string_view>

#include "core/reports/course_cohort.h"
#include "core/reports/report_builder.h"
#include "core/reports/report_input.h"

namespace opgang {

inline constexpr std::string_view kRussell = "russell";
inline constexpr uint32_t kRussellVersion = 1;

// The figures of these courses, all in `place`. `today`: whose window is still open.
void AddRussell(ReportBuilder& report, const FigurePlace& place, const CourseCohort& courses,
                absl::CivilDay today);

v1::Report RussellReport(const ReportInput& input, const ReportQuestion& question);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_RUSSELL_H_
