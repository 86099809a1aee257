// The report `attendance`: who came, who did not, and whether each absence was followed up. docs/reports.md holds the
// definition in words.
//
// Somebody is counted once for a meeting, however many devices ticked the list and however often the same person was
// registered; and who was both ticked as present and as absent was present. Presence without a planned meeting counts as
// often as it was recorded.
#ifndef OPGANG_CORE_REPORTS_ATTENDANCE_H_
#define OPGANG_CORE_REPORTS_ATTENDANCE_H_

#include <string_view>

#include "core/reports/report_builder.h"
#include "core/reports/report_input.h"

namespace opgang {

inline constexpr std::string_view kAttendance = "attendance";
inline constexpr uint32_t kAttendanceVersion = 1;

v1::Report AttendanceReport(const ReportInput& input, const ReportQuestion& question);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_ATTENDANCE_H_
