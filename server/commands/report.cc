// opgangd report: numbers that name their denominators, computed from the records that the base holds now.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/time/civil_time.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/report/render.h"
#include "server/report/report_view.h"
#include "server/report/run_report.h"

namespace opgang {
namespace {

struct ReportOptions {
  std::string name;
  std::string from;
  std::string to;
  std::string area;
  std::string rows;  // id of a figure
  std::string language;
  bool csv = false;
  bool html = false;
  bool for_partner = false;
};

ReportLanguage LanguageOf(const ReportOptions& options) {
  if (!options.language.empty()) return ReportLanguageOf(options.language);
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return ReportLanguageOf(value);
  }
  return ReportLanguage::kEnglish;
}

absl::StatusOr<v1::LocalDate> DayOf(const std::string& text, const char* option) {
  absl::CivilDay day;
  const bool is_day = text.size() == 10 && absl::ParseCivilTime(text, &day);
  if (is_day && IsValidDate(ToProto(day))) return ToProto(day);
  return MakeError(ErrorCode::kUsage, std::string(option) + " is a date such as 2026-03-31");
}

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
  if (!figure.of().empty()) json["denominator_id"] = figure.of();
  if (figure.target_percent() > 0) json["target_percent"] = figure.target_percent();
  if (figure.unpublishable()) json["publishable"] = false;
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

nlohmann::json HeadJson(const v1::Report& report, const char* schema) {
  return {{"schema", schema},
          {"report", report.name()},
          {"version", report.version()},
          {"from", DateText(report.from())},
          {"to", DateText(report.to())},
          {"as_of_us", report.as_of_us()},
          {"area", report.area().empty() ? nlohmann::json() : nlohmann::json(report.area())},
          {"for_partner", report.for_partner()}};
}

std::string ReportAsJson(const v1::Report& report) {
  nlohmann::json document = HeadJson(report, "opgangd/report/1");
  document["figures"] = nlohmann::json::array();
  for (const v1::Figure& figure : report.figures()) document["figures"].push_back(ToJson(figure));
  document["notes"] = nlohmann::json::array();
  for (const std::string& note : report.notes()) document["notes"].push_back(note);
  return document.dump() + "\n";
}

std::string RowsAsJson(const v1::Report& report, const v1::Figure& figure) {
  nlohmann::json document = HeadJson(report, "opgangd/report-rows/1");
  document["figure"] = ToJson(figure);
  document["rows"] = nlohmann::json::array();
  for (const uint32_t row : figure.rows())
    document["rows"].push_back(ToJson(report.rows(static_cast<int>(row))));
  return document.dump() + "\n";
}

std::string Written(const CommandContext& context, const ReportOptions& options, const v1::Report& report) {
  if (context.json) return ReportAsJson(report);
  const ReportLanguage language = LanguageOf(options);
  if (options.csv) return ReportAsCsv(report, language);
  return options.html ? ReportAsHtml(report, language) : ReportAsText(report, language);
}

absl::StatusOr<std::string> RowsWritten(const CommandContext& context, const ReportOptions& options,
                                        const v1::Report& report) {
  const auto figure = std::ranges::find(report.figures(), options.rows, &v1::Figure::id);
  if (figure == report.figures().end())
    return MakeError(ErrorCode::kNotFound,
                     "this report has no figure of that id; without --rows the id stands beside each figure");
  if (context.json) return RowsAsJson(report, *figure);
  const ReportLanguage language = LanguageOf(options);
  if (options.csv) return RowsAsCsv(report, *figure, language);
  return options.html ? RowsAsHtml(report, *figure, language) : RowsAsText(report, *figure, language);
}

absl::Status List(const CommandContext& context, const ReportOptions& options) {
  nlohmann::json document = {{"schema", "opgangd/reports/1"}, {"reports", nlohmann::json::array()}};
  for (const std::string_view name : ReportNames()) {
    document["reports"].push_back(name);
    if (!context.json)
      std::printf("%-16s %s\n", std::string(name).c_str(), ReportWord(name, LanguageOf(options)).c_str());
  }
  if (context.json) std::printf("%s\n", document.dump().c_str());
  return absl::OkStatus();
}

absl::Status CheckOptions(const CommandContext& context, const ReportOptions& options) {
  if (context.json + options.csv + options.html > 1)
    return MakeError(ErrorCode::kUsage, "one form at a time: --json, --csv or --html");
  if (options.for_partner && !options.rows.empty())
    return MakeError(ErrorCode::kUsage, "--rows shows single people's rows, which no partner is told");
  if (!options.language.empty() && options.language != "da" && options.language != "en")
    return MakeError(ErrorCode::kUsage, "--lang is da or en");
  return absl::OkStatus();
}

absl::StatusOr<v1::RunReportRequest> RequestOf(const ReportOptions& options) {
  v1::RunReportRequest request;
  request.set_name(options.name);
  request.set_area(options.area);
  request.set_for_partner(options.for_partner);
  ASSIGN_OR_RETURN(*request.mutable_from(), DayOf(options.from, "--from"));
  ASSIGN_OR_RETURN(*request.mutable_to(), DayOf(options.to, "--to"));
  return request;
}

absl::Status Report(const CommandContext& context, const ReportOptions& options) {
  RETURN_IF_ERROR(CheckOptions(context, options));
  if (options.name == "list") return List(context, options);
  ASSIGN_OR_RETURN(const v1::RunReportRequest request, RequestOf(options));
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::RunReportResponse response;
  RETURN_IF_ERROR(client->RunReport(request, &response));
  std::string text = Written(context, options, response.report());
  if (!options.rows.empty()) {
    ASSIGN_OR_RETURN(text, RowsWritten(context, options, response.report()));
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return absl::OkStatus();
}

}  // namespace

void AddReport(CLI::App& program, CommandContext& context) {
  auto* command =
      program.add_subcommand("report", "numbers that name their denominators, and the rows behind them");
  auto options = std::make_shared<ReportOptions>();
  command->add_option("name", options->name, "response-time, attendance, recruitment; or list")->required();
  command->add_option("--from", options->from, "first day of the period, e.g. 2026-01-01");
  command->add_option("--to", options->to, "last day of the period, included");
  command->add_option("--area", options->area, "one area's name; else every area");
  command->add_option("--rows", options->rows, "the pseudonymised rows behind the figure of this id");
  command->add_option("--lang", options->language, "da or en; else as LANG says");
  command->add_flag("--csv", options->csv, "a table for a Danish spreadsheet");
  command->add_flag("--html", options->html, "a printable page");
  command->add_flag("--for-partner", options->for_partner, "to be given away: small cells are not told");
  command->callback(
      [&context, options] { context.run = [&context, options] { return Report(context, *options); }; });
}

}  // namespace opgang
