// opgangd report: numbers that name their denominators, computed from the records that the base holds now.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/time/civil_time.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/reports/render.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/report/run_report.h"

namespace opgang {
namespace {

struct ReportOptions {
  std::string name;
  std::string from;
  std::string to;
  std::string area;
  std::string municipality;
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

ReportForm FormOf(const CommandContext& context, const ReportOptions& options) {
  if (context.json) return ReportForm::kJson;
  if (options.csv) return ReportForm::kCsv;
  return options.html ? ReportForm::kHtml : ReportForm::kText;
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
  request.set_municipality(options.municipality);
  request.set_for_partner(options.for_partner);
  request.set_rows_of(options.rows);
  ASSIGN_OR_RETURN(*request.mutable_from(), DayOf(options.from, "--from"));
  ASSIGN_OR_RETURN(*request.mutable_to(), DayOf(options.to, "--to"));
  return request;
}

absl::Status Report(const CommandContext& context, const ReportOptions& options) {
  RETURN_IF_ERROR(CheckOptions(context, options));
  if (options.name == "list") return List(context, options);
  ASSIGN_OR_RETURN(v1::RunReportRequest request, RequestOf(options));
  request.set_actor(context.looker);
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::RunReportResponse response;
  RETURN_IF_ERROR(client->RunReport(request, &response));
  ASSIGN_OR_RETURN(const std::string text, ReportAs(FormOf(context, options), response.report(), options.rows,
                                                    LanguageOf(options), "opgangd"));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return absl::OkStatus();
}

}  // namespace

void AddReport(CLI::App& program, CommandContext& context) {
  auto* command =
      program.add_subcommand("report", "numbers that name their denominators, and the rows behind them");
  auto options = std::make_shared<ReportOptions>();
  command
      ->add_option("name", options->name,
                   "response-time, attendance, recruitment, stop, ...; list names them all")
      ->required();
  command->add_option("--from", options->from, "first day of the period, e.g. 2026-01-01");
  command->add_option("--to", options->to, "last day of the period, included");
  command->add_option("--area", options->area, "one area's name; else every area");
  command->add_option("--municipality", options->municipality, "where the base serves several: whose areas");
  command->add_option("--rows", options->rows, "the pseudonymised rows behind the figure of this id");
  command->add_option("--lang", options->language, "da or en; else as LANG says");
  command->add_flag("--csv", options->csv, "a table for a Danish spreadsheet");
  command->add_flag("--html", options->html, "a printable page");
  command->add_flag("--for-partner", options->for_partner, "to be given away: small cells are not told");
  command->callback(
      [&context, options] { context.run = [&context, options] { return Report(context, *options); }; });
}

}  // namespace opgang
