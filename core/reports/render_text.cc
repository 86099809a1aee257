#include <algorithm>
#include <vector>

#include "core/reports/render.h"
#include "core/reports/report_view.h"

namespace opgang {
namespace {

constexpr size_t kLabelWidth = 40;
constexpr size_t kNumberWidth = 8;
constexpr size_t kShareWidth = 9;
constexpr size_t kKeyWidth = 18;
constexpr size_t kLineWidth = 80;

// Columns on the screen: every code point is one.
size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}
std::string Left(const std::string& text, size_t width) {
  return text + std::string(width > WidthOf(text) ? width - WidthOf(text) : 1, ' ');
}
std::string Right(const std::string& text, size_t width) {
  return std::string(width > WidthOf(text) ? width - WidthOf(text) : 0, ' ') + text;
}

// Whole words, at most 80 columns to a line; further lines are indented by two.
std::string Wrapped(const std::string& text) {
  std::string out;
  size_t width = 0;
  for (size_t from = 0; from < text.size();) {
    const size_t space = std::min(text.find(' ', from), text.size());
    const std::string word = text.substr(from, space - from);
    const bool fits = width == 0 || width + 1 + WidthOf(word) <= kLineWidth;
    if (width > 0) out += fits ? " " : "\n  ";
    width = fits ? width + (width > 0) + WidthOf(word) : 2 + WidthOf(word);
    out += word;
    from = space + 1;
  }
  return out + "\n";
}

std::string WithoutEndSpaces(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// The id without its section, which the heading names: ".met".
std::string LineText(const ViewLine& line, size_t section_size) {
  const std::string id = "  " + line.id.substr(section_size);
  const std::string text =
      Left("  " + line.label, kLabelWidth) + Right(line.value, kNumberWidth) + Right(line.share, kShareWidth);
  if (WidthOf(text) + WidthOf(id) <= kLineWidth) return text + id + "\n";
  return WithoutEndSpaces(text) + "\n" + Right(id, kLineWidth) + "\n";
}

size_t ColumnWidth(const ViewTable& table, size_t column) {
  size_t width = WidthOf(table.columns[column]);
  for (const auto& row : table.rows) width = std::max(width, WidthOf(row[column]));
  return width + 1;
}

// The key stands on a line of its own where it is long.
std::string RowText(const std::vector<std::string>& row, const std::vector<size_t>& widths) {
  const bool own_line = WidthOf(row[0]) > kKeyWidth - 2;
  std::string text = "  " + row[0];
  if (own_line) text += "\n";
  text += std::string(own_line ? kKeyWidth : kKeyWidth - 2 - WidthOf(row[0]), ' ');
  for (size_t i = 1; i < row.size(); ++i) text += Right(row[i], widths[i]);
  return text + "\n";
}

std::string TableText(const ViewTable& table) {
  std::vector<size_t> widths = {0};
  for (size_t i = 1; i < table.columns.size(); ++i) widths.push_back(ColumnWidth(table, i));
  std::string text = table.heading + "\n" + RowText(table.columns, widths);
  for (const auto& row : table.rows) text += RowText(row, widths);
  return text;
}

std::string SectionText(const ViewSection& section) {
  std::string text;
  if (!section.code.empty()) text = "\n== " + section.heading + " [" + section.code + "]\n";
  for (const ViewBlock& block : section.blocks) {
    if (!block.heading.empty()) text += block.heading + ":\n";
    for (const ViewLine& line : block.lines) text += LineText(line, section.code.size());
  }
  for (const ViewTable& table : section.tables) text += "\n" + TableText(table);
  return text;
}

}  // namespace

std::string ReportAsText(const v1::Report& report, ReportLanguage language) {
  const ReportView view = ViewOf(report, language);
  std::string text = view.title + "\n" + Wrapped(view.about);
  for (const ViewSection& section : view.sections) text += SectionText(section);
  text += "\n";
  for (const std::string& note : view.notes) text += Wrapped(note);
  if (report.for_partner()) return text;
  std::string more = ReportWord("page.more", language);
  return text + Wrapped(more.replace(more.find("%s"), 2, report.name()));
}

std::string RowsAsText(const v1::Report& report, const v1::Figure& figure, ReportLanguage language) {
  std::string text = figure.id() + ": " + ValueText(figure, language) + "\n";
  if (figure.rows().empty()) return text + ReportWord("page.no-rows", language) + "\n";
  for (const uint32_t index : figure.rows()) {
    const v1::ReportRow& row = report.rows(static_cast<int>(index));
    std::string line = row.pseudonym();
    for (const v1::RowFact& fact : row.facts()) {
      if (!fact.value().empty()) line += "; " + ReportColumn(fact.column(), language) + " " + fact.value();
    }
    text += Wrapped(line);
  }
  return text;
}

}  // namespace opgang
