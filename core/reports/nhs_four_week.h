// The report `nhs-4-week`: what is returned to the NHS of stop smoking services, four weeks after the quit date.
// docs/reports.md holds the definition in words.
//
//   set a quit date = quit + not quit + not known        each attempt once, by the date that stands
//   quit            says not to have smoked at all on days 15 to 28; asked within days 25 to 42
//   CO-verified     quit, and below 10 ppm within the same days: 10 is not verified
//
// Rates are of all who set a date.
#ifndef OPGANG_CORE_REPORTS_NHS_FOUR_WEEK_H_
#define OPGANG_CORE_REPORTS_NHS_FOUR_WEEK_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/reports/report_builder.h"
#include "core/reports/report_input.h"

namespace opgang {

inline constexpr std::string_view kNhsFourWeek = "nhs-4-week";
inline constexpr uint32_t kNhsFourWeekVersion = 1;

struct CountedAttempt {
  uint32_t row = 0;
  std::string area;
  bool moved = false;  // the date is not the one that was set first
  FourWeekResult result;
  absl::CivilDay today;
};

// The figures of these attempts, all in `place`.
void AddNhs(ReportBuilder& report, const FigurePlace& place, const std::vector<CountedAttempt>& attempts);

v1::Report NhsFourWeekReport(const ReportInput& input, const ReportQuestion& question);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_NHS_FOUR_WEEK_H_
