#include <algorithm>

#include "core/reports/html.h"
#include "core/reports/render.h"
#include "core/reports/report_view.h"

namespace opgang {
namespace {

constexpr char kStyle[] =
    "body{font:14px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111}"
    "h1{font-size:1.4em;margin-bottom:0}h2{font-size:1.15em;border-bottom:1px solid #999;margin-top:1.6em}"
    "h3{font-size:1em;margin-bottom:.2em}table{border-collapse:collapse;margin:.4em 0 1em}"
    "th,td{padding:.15em .6em;border-bottom:1px solid #ddd;text-align:right}"
    "th:first-child,td:first-child{text-align:left}td.id{color:#666;font-size:.8em;text-align:left}"
    "svg text{font:12px sans-serif}p.note{color:#444}"
    "@media print{body{margin:0;max-width:none}h2{break-after:avoid}table,svg{break-inside:avoid}}";

std::string Tag(const std::string& name, std::string_view text) {
  return "<" + name + ">" + HtmlEscaped(text) + "</" + name + ">";
}

std::string BlockHtml(const ViewBlock& block) {
  std::string html = block.heading.empty() ? "" : Tag("h3", block.heading);
  html += "<table>\n";
  for (const ViewLine& line : block.lines) {
    html += "<tr>" + Tag("td", line.label) + Tag("td", line.value) + Tag("td", line.share) +
            "<td class=\"id\">" + HtmlEscaped(line.id) + "</td></tr>\n";
  }
  return html + "</table>\n";
}

std::string TableHtml(const ViewTable& table) {
  std::string html = Tag("h3", table.heading) + "<table>\n<tr>";
  for (const std::string& column : table.columns) html += Tag("th", column);
  html += "</tr>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (const std::string& cell : row) html += Tag("td", cell);
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string Attribute(const char* name, int64_t value) {
  return std::string(" ") + name + "=\"" + std::to_string(value) + "\"";
}

// Horizontal bars on one scale, the number beside each: it can be read without the colour.
std::string BarsSvg(const std::vector<ViewBar>& bars) {
  constexpr int64_t kLabel = 300;
  constexpr int64_t kLongest = 320;
  constexpr int64_t kRow = 20;
  int64_t most = 1;
  for (const ViewBar& bar : bars) most = std::max(most, bar.value);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"" + Attribute("width", 680) +
                    Attribute("height", kRow * static_cast<int64_t>(bars.size()) + 4) + ">\n";
  int64_t y = 2;
  for (const ViewBar& bar : bars) {
    const int64_t length = bar.value * kLongest / most;
    svg += "<text" + Attribute("x", 0) + Attribute("y", y + 14) + ">" + HtmlEscaped(bar.label) +
           "</text><rect" + Attribute("x", kLabel) + Attribute("y", y + 2) + Attribute("width", length) +
           Attribute("height", kRow - 5) + " fill=\"#356\"/><text" + Attribute("x", kLabel + length + 6) +
           Attribute("y", y + 14) + ">" + std::to_string(bar.value) + "</text>\n";
    y += kRow;
  }
  return svg + "</svg>\n";
}

std::string Page(const std::string& title, const std::string& body, ReportLanguage language) {
  const std::string lang = language == ReportLanguage::kDanish ? "da" : "en";
  return "<!DOCTYPE html>\n<html lang=\"" + lang +
         "\">\n<head><meta charset=\"utf-8\">"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">" +
         Tag("title", title) + "<style>" + kStyle + "</style></head>\n<body>\n" + body + "</body>\n</html>\n";
}

}  // namespace

std::string ReportAsHtml(const v1::Report& report, ReportLanguage language) {
  const ReportView view = ViewOf(report, language);
  std::string body = Tag("h1", view.title) + "\n" + Tag("p", view.about) + "\n";
  for (const ViewSection& section : view.sections) {
    if (!section.heading.empty()) body += Tag("h2", section.heading) + "\n";
    if (!section.bars.empty()) body += BarsSvg(section.bars);
    for (const ViewBlock& block : section.blocks) body += BlockHtml(block);
    for (const ViewTable& table : section.tables) body += TableHtml(table);
  }
  for (const std::string& note : view.notes) body += "<p class=\"note\">" + HtmlEscaped(note) + "</p>\n";
  return Page(view.title, body, language);
}

std::string RowsAsHtml(const v1::Report& report, const v1::Figure& figure, ReportLanguage language) {
  const ReportView view = ViewOf(report, language);
  ViewTable table{.heading = figure.id() + ": " + ValueText(figure, language)};
  table.columns = {ReportColumn("pseudonym", language)};
  for (const uint32_t index : figure.rows()) {
    const v1::ReportRow& row = report.rows(static_cast<int>(index));
    std::vector<std::string> cells = {row.pseudonym()};
    for (const v1::RowFact& fact : row.facts()) {
      if (table.rows.empty()) table.columns.push_back(ReportColumn(fact.column(), language));
      cells.push_back(fact.value());
    }
    table.rows.push_back(std::move(cells));
  }
  const std::string body = Tag("h1", view.title) + "\n" + Tag("p", view.about) + "\n" + TableHtml(table);
  return Page(view.title, body, language);
}

}  // namespace opgang
