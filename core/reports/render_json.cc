// A report for programs, and the choice of a form.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/reports/render.h"
#include "core/reports/report_view.h"

namespace opgang {
namespace {

nlohmann::json ToJson(const v1::Figure& figure) {
  nlohmann::json json = {{"id", figure.id()},
                         {"section", figure.section()},
                         {"group", figure.group()},
                         {"key", figure.key()},
                         {"code", figure.code()},
                         {"denominator_id", nullptr},
                         {"denominator", nullptr},
                         {"suppressed", figure.suppressed()},
                         {"kind", figure.kind() == v1::FIGURE_KIND_SHARE   ? "share"
                                  : figure.kind() == v1::FIGURE_KIND_HOURS ? "hours"
                                                                           : "count"}};
  if (figure.target_percent() > 0) json["target_percent"] = figure.target_percent();
  if (figure.unpublishable()) json["publishable"] = false;
  if (!figure.of().empty()) json["denominator_id"] = figure.of();
  if (figure.has_of_value()) json["denominator"] = figure.of_value();
  if (figure.kind() == v1::FIGURE_KIND_HOURS) {
    json["low_hours"] = figure.has_low_hours() ? nlohmann::json(figure.low_hours()) : nlohmann::json();
    json["high_hours"] = figure.has_high_hours() ? nlohmann::json(figure.high_hours()) : nlohmann::json();
  } else {
    json["value"] = figure.suppressed() ? nlohmann::json() : nlohmann::json(figure.value());
  }
  return json;
}

nlohmann::json ToJson(const v1::ReportRow& row) {
  nlohmann::json facts = nlohmann::json::object();
  for (const v1::RowFact& fact : row.facts()) facts[fact.column()] = fact.value();
  return {{"pseudonym", row.pseudonym()}, {"facts", std::move(facts)}};
}

nlohmann::json HeadJson(const v1::Report& report, std::string_view program, const char* what) {
  return {{"schema", std::string(program) + "/" + what + "/1"},
          {"report", report.name()},
          {"version", report.version()},
          {"from", DateText(report.from())},
          {"to", DateText(report.to())},
          {"as_of_us", report.as_of_us()},
          {"area", report.area().empty() ? nlohmann::json() : nlohmann::json(report.area())},
          {"for_partner", report.for_partner()}};
}

}  // namespace

std::string ReportAsJson(const v1::Report& report, std::string_view program) {
  nlohmann::json document = HeadJson(report, program, "report");
  document["figures"] = nlohmann::json::array();
  for (const v1::Figure& figure : report.figures()) document["figures"].push_back(ToJson(figure));
  document["notes"] = nlohmann::json::array();
  for (const std::string& note : report.notes()) document["notes"].push_back(note);
  return document.dump() + "\n";
}

std::string RowsAsJson(const v1::Report& report, const v1::Figure& figure, std::string_view program) {
  nlohmann::json document = HeadJson(report, program, "report-rows");
  document["figure"] = ToJson(figure);
  document["rows"] = nlohmann::json::array();
  for (const uint32_t row : figure.rows())
    document["rows"].push_back(ToJson(report.rows(static_cast<int>(row))));
  return document.dump() + "\n";
}

absl::StatusOr<std::string> ReportAs(ReportForm form, const v1::Report& report, const std::string& rows_of,
                                     ReportLanguage language, std::string_view program) {
  if (rows_of.empty()) {
    switch (form) {
      case ReportForm::kText: return ReportAsText(report, language);
      case ReportForm::kCsv: return ReportAsCsv(report, language);
      case ReportForm::kHtml: return ReportAsHtml(report, language);
      case ReportForm::kJson: return ReportAsJson(report, program);
    }
  }
  const auto figure = std::ranges::find(report.figures(), rows_of, &v1::Figure::id);
  if (figure == report.figures().end()) return MakeError(ErrorCode::kNotFound, "no figure of that id");
  switch (form) {
    case ReportForm::kCsv: return RowsAsCsv(report, *figure, language);
    case ReportForm::kHtml: return RowsAsHtml(report, *figure, language);
    case ReportForm::kJson: return RowsAsJson(report, *figure, program);
    case ReportForm::kText: break;
  }
  return RowsAsText(report, *figure, language);
}

}  // namespace opgang
