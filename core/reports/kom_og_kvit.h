// The report `kom-og-kvit`: the table in which the Kom & Kvit course told its results (D1, Aalborg Øst 2013: 160
// participants, 92 % completed 8 weeks, 51 % smoke-free at the end, 49 % after half a year), of any period and area.
// docs/reports.md holds the definition in words.
//
// The source names no denominator for the last two, so both readings stand side by side: of the participants, and of those
// who completed. Below them stands what the same people give under the other definitions: stop, nhs-4-week, russell.
#ifndef OPGANG_CORE_REPORTS_KOM_OG_KVIT_H_
#define OPGANG_CORE_REPORTS_KOM_OG_KVIT_H_

#include <string_view>

#include "core/reports/report_builder.h"
#include "core/reports/report_input.h"

namespace opgang {

inline constexpr std::string_view kKomOgKvit = "kom-og-kvit";
inline constexpr uint32_t kKomOgKvitVersion = 1;

v1::Report KomOgKvitReport(const ReportInput& input, const ReportQuestion& question);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_KOM_OG_KVIT_H_
