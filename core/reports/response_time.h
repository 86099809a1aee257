// The report `response-time`: is the three-day rule kept? docs/reports.md holds the definition in words.
//
// The cases and their states are those of core/rules/response_case.h, under both policies; nothing of the rule is done
// here anew. The cohort is the cases that were opened in the period, by the date D from which the rule counts. Each case
// has exactly one standing, so that the standings add up to the cohort.
#ifndef OPGANG_CORE_REPORTS_RESPONSE_TIME_H_
#define OPGANG_CORE_REPORTS_RESPONSE_TIME_H_

#include <string_view>

#include "core/reports/report_builder.h"
#include "core/reports/report_input.h"
#include "core/rules/response_case.h"

namespace opgang {

inline constexpr std::string_view kResponseTime = "response-time";
inline constexpr uint32_t kResponseTimeVersion = 2;

// How a case stands in the report.
enum class Standing {
  kMet,           // took part by the due time
  kOverdue,       // breach: the due time has passed, and nothing ended the case
  kMetLate,       // breach: took part after it
  kClosedLate,    // breach: closed after it
  kOpen,          // the due time has not passed
  kClosedInTime,  // closed before it: neither met nor breach, rows of their own by reason
  kMistake,       // closed as recorded by mistake, whenever: nobody asked
  kUndecidable,   // the evidence straddles the due time, of taking part or of the closing
};
std::string_view StandingCode(Standing standing);  // "met", "closed-in-time", ...
Standing StandingOf(const ResponseCase& c);
bool IsBreach(Standing standing);

v1::Report ResponseTimeReport(const ReportInput& input, const ReportQuestion& question);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_RESPONSE_TIME_H_
