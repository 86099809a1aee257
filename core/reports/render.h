// A report as text for a terminal of 80 columns, as CSV for a Danish spreadsheet, and as a printable page. Pure.
#ifndef OPGANG_CORE_REPORTS_RENDER_H_
#define OPGANG_CORE_REPORTS_RENDER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/reports/report_words.h"
#include "opgang/v1/report.pb.h"

namespace opgang {

std::string ReportAsText(const v1::Report& report, ReportLanguage language);

// UTF-8 with a byte order mark, semicolons, CRLF; numbers with a decimal comma in Danish, and in English too, because the
// file is made for a spreadsheet with Danish settings. A name that a spreadsheet would take for a formula is quoted.
std::string ReportAsCsv(const v1::Report& report, ReportLanguage language);

// One file without any outside resource: nothing is fetched, no script runs. Everything from records is escaped.
std::string ReportAsHtml(const v1::Report& report, ReportLanguage language);

// The rows behind one figure.
std::string RowsAsText(const v1::Report& report, const v1::Figure& figure, ReportLanguage language);
std::string RowsAsCsv(const v1::Report& report, const v1::Figure& figure, ReportLanguage language);
std::string RowsAsHtml(const v1::Report& report, const v1::Figure& figure, ReportLanguage language);

// `program`: whose document it is, "opgang" or "opgangd" (docs/json.md).
std::string ReportAsJson(const v1::Report& report, std::string_view program);
std::string RowsAsJson(const v1::Report& report, const v1::Figure& figure, std::string_view program);

enum class ReportForm { kText, kCsv, kHtml, kJson };
// The report, or where `rows_of` is not empty the rows behind the figure of that id (kNotFound).
absl::StatusOr<std::string> ReportAs(ReportForm form, const v1::Report& report, const std::string& rows_of,
                                     ReportLanguage language, std::string_view program);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_RENDER_H_
