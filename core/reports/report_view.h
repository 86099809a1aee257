// A report as people read it, in words: what text and HTML have in common.
#ifndef OPGANG_CORE_REPORTS_REPORT_VIEW_H_
#define OPGANG_CORE_REPORTS_REPORT_VIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/reports/report_words.h"
#include "opgang/v1/report.pb.h"

namespace opgang {

struct ViewLine {
  std::string label;
  std::string value;  // "9"; hours "12.0-36.0 h"; "*" where it is suppressed
  std::string share;  // "64.3 %"; empty for a whole and for hours
  std::string id;
};
// The figures that have one denominator, which the heading names: "Of the 14 cases". Wholes stand without a heading.
struct ViewBlock {
  std::string heading;
  std::vector<ViewLine> lines;
};
// One line for each key of a group; the first column is the key.
struct ViewTable {
  std::string heading;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
struct ViewBar {
  std::string label;
  int64_t value = 0;
};
struct ViewSection {
  std::string code;     // what the ids of its figures begin with
  std::string heading;  // empty: the report has one section
  std::vector<ViewBlock> blocks;
  std::vector<ViewBar> bars;
  std::vector<ViewTable> tables;
};
struct ReportView {
  std::string title;
  std::string about;  // definition and version, period, area, time
  std::vector<ViewSection> sections;
  std::vector<std::string> notes;
};

ReportView ViewOf(const v1::Report& report, ReportLanguage language);

// How a figure's number is written, without its denominator.
std::string ValueText(const v1::Figure& figure, ReportLanguage language);
std::string ShareText(const v1::Figure& figure, ReportLanguage language);
std::string DateText(const v1::LocalDate& date);

}  // namespace opgang

#endif  // OPGANG_CORE_REPORTS_REPORT_VIEW_H_
