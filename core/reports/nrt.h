// The report `nrt`: nicotine replacement handed out, and where it went beyond what is allowed (core/rules/nicotine.h).
// docs/reports.md holds the definition in words.
//
//   hand-outs   entries of the ledger that stand, by the day of the hand-out
//   people      who got something in the period, each once; weeks: the sum of a person's weeks in the period
#ifndef OPGANG_CORE_REPORTS_NRT_H_
#define OPGANG_CORE_REPORTS_NRT_H_

#include <string_view>

#include "core/reports/report_builder.h"
#include "core/reports/report_input.h"

namespace opgang {

inline constexpr std::string_view kNrt = "nrt";
inline constexpr uint32_t kNrtVersion = 1;

v1::Report NrtReport(const ReportInput& input, const ReportQuestion& question);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_NRT_H_
