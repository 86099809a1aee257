// Runs a report by name: checks the question, reads the base, computes, and suppresses where a partner asks.
#ifndef OPGANG_SERVER_REPORT_RUN_REPORT_H_
#define OPGANG_SERVER_REPORT_RUN_REPORT_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/rules/danish_calendar.h"
#include "core/sealing/secret.h"
#include "opgang/v1/report.pb.h"
#include "server/store/base_store.h"

namespace opgang {

// "response-time", ...: what there is, in the order of docs/reports.md.
std::vector<std::string_view> ReportNames();

// Of the municipality that the request names. kUsage: no such report, no period, `from` after `to`, a period that is not over
// today at the latest. kNotFound: no such area or municipality. `storage_key`: the base's, from which that of the pseudonyms is derived. `now`: base time.
absl::StatusOr<v1::Report> RunReport(BaseReader& reader, const v1::RunReportRequest& request,
                                     const SecretBytes& storage_key, const CalendarSettings& calendar,
                                     absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_REPORT_RUN_REPORT_H_
