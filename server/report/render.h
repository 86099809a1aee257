// A report as text for a terminal of 80 columns, as CSV for a Danish spreadsheet, and as a printable page. Pure.
#ifndef OPGANG_SERVER_REPORT_RENDER_H_
#define OPGANG_SERVER_REPORT_RENDER_H_

#include <string>
#include <string_view>

#include "opgang/v1/report.pb.h"
#include "server/report/report_words.h"

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

}  // namespace opgang

#endif  // OPGANG_SERVER_REPORT_RENDER_H_
