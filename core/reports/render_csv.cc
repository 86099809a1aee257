#include <vector>

#include "core/reports/render.h"
#include "core/reports/report_view.h"

namespace opgang {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

// A spreadsheet takes what begins so for a formula; the apostrophe says that it is text.
bool LooksLikeFormula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
}

std::string Cell(std::string_view text) {
  std::string cell = LooksLikeFormula(text) ? "'" : "";
  cell += text;
  if (cell.find_first_of(";\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string Line(const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) line += (i > 0 ? ";" : "") + Cell(cells[i]);
  return line + "\r\n";
}

std::string Comma(double value) { return Decimal(value, ReportLanguage::kDanish); }

std::vector<std::string> FigureCells(const v1::Report& report, const v1::Figure& figure,
                                     ReportLanguage language) {
  const bool count = figure.kind() != v1::FIGURE_KIND_HOURS && !figure.suppressed();
  const std::string& where = figure.section().empty() ? report.name() : figure.section();
  std::string share = ShareText(figure, ReportLanguage::kDanish);
  if (share.ends_with(" %")) share.resize(share.size() - 2);
  return {figure.id(),
          figure.section(),
          figure.group(),
          figure.group().empty() ? "" : ReportKey(figure.group(), figure.key(), language),
          ReportWord(where + "." + figure.code(), language),
          count ? std::to_string(figure.value()) : "",
          figure.of(),
          figure.has_of_value() ? std::to_string(figure.of_value()) : "",
          share == "-" ? "" : share,
          figure.has_low_hours() ? Comma(figure.low_hours()) : "",
          figure.has_high_hours() ? Comma(figure.high_hours()) : "",
          figure.suppressed() ? "*" : ""};
}

std::vector<std::string> Headings(ReportLanguage language) {
  if (language == ReportLanguage::kDanish)
    return {"rapport", "version", "fra",          "til",         "område",     "id",
            "afsnit",  "gruppe",  "nøgle",        "tal",         "antal",      "nævner_id",
            "nævner",  "procent", "timer_mindst", "timer_højst", "ikke_oplyst"};
  return {"report",      "version",  "from",        "to",         "area",    "id",
          "section",     "group",    "key",         "figure",     "number",  "denominator_id",
          "denominator", "per_cent", "hours_least", "hours_most", "not_told"};
}

}  // namespace

std::string ReportAsCsv(const v1::Report& report, ReportLanguage language) {
  std::string csv = kByteOrderMark + Line(Headings(language));
  for (const v1::Figure& figure : report.figures()) {
    std::vector<std::string> cells = {report.name(), std::to_string(report.version()),
                                      DateText(report.from()), DateText(report.to()), report.area()};
    for (std::string& cell : FigureCells(report, figure, language)) cells.push_back(std::move(cell));
    csv += Line(cells);
  }
  return csv;
}

std::string RowsAsCsv(const v1::Report& report, const v1::Figure& figure, ReportLanguage language) {
  std::vector<std::string> headings = {ReportColumn("pseudonym", language)};
  if (!figure.rows().empty()) {
    for (const v1::RowFact& fact : report.rows(static_cast<int>(figure.rows(0))).facts())
      headings.push_back(ReportColumn(fact.column(), language));
  }
  std::string csv = kByteOrderMark + Line(headings);
  for (const uint32_t index : figure.rows()) {
    const v1::ReportRow& row = report.rows(static_cast<int>(index));
    std::vector<std::string> cells = {row.pseudonym()};
    for (const v1::RowFact& fact : row.facts()) cells.push_back(fact.value());
    csv += Line(cells);
  }
  return csv;
}

}  // namespace opgang
