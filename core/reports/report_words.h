// The words of reports, Danish and English. A report itself holds codes.
#ifndef OPGANG_CORE_REPORTS_REPORT_WORDS_H_
#define OPGANG_CORE_REPORTS_REPORT_WORDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "opgang/v1/report.pb.h"

namespace opgang {

enum class ReportLanguage { kEnglish, kDanish };
// "da" and "da_DK.UTF-8" are Danish; everything else English.
ReportLanguage ReportLanguageOf(std::string_view name);

// The words for a code. "calendar-days.closed-in-time.withdrawn" is looked for as it stands, then without its first part,
// and so on; a code without words stands for itself.
std::string ReportWord(std::string_view code, ReportLanguage language);
// What a figure is of, as in "of the 14 ...": "cases".
std::string ReportWhole(std::string_view code, ReportLanguage language);
// A short column heading.
std::string ReportColumn(std::string_view code, ReportLanguage language);
// What stands in a group: the words of a channel, the name of anything else; what is not recorded says so.
std::string ReportKey(std::string_view group, std::string_view key, ReportLanguage language);

// "64.3 %", Danish "64,3 %"; "-" of nothing.
std::string PerCent(int64_t numerator, int64_t denominator, ReportLanguage language);
// One decimal: "12.5", Danish "12,5".
std::string Decimal(double value, ReportLanguage language);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_REPORT_WORDS_H_
