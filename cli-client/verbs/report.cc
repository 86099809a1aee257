// opgang report: a report of the base, for coordinators. Computed there, from what the base holds now.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/time/civil_time.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/reports/render.h"

namespace opgang::cli {
namespace {

// A year of a large municipality takes seconds.
constexpr absl::Duration kReportPatience = absl::Minutes(2);

struct ReportArgs {
  v1::RunReportRequest request;
  std::string from;
  std::string to;
  bool csv = false;
  bool html = false;
};

absl::StatusOr<v1::LocalDate> DayOf(const Context& context, const std::string& text,
                                    std::string_view option) {
  absl::CivilDay day;
  const bool is_day = text.size() == 10 && absl::ParseCivilTime(text, &day);
  if (is_day && IsValidDate(ToProto(day))) return ToProto(day);
  return ErrorWithWords(ErrorCode::kUsage, context.T("report.day", {{"option", std::string(option)}}));
}

absl::StatusOr<ReportForm> FormOf(const Context& context, const ReportArgs& args) {
  if (context.options().json + args.csv + args.html > 1)
    return ErrorWithWords(ErrorCode::kUsage, context.T("report.one-form"));
  if (context.options().json) return ReportForm::kJson;
  if (args.csv) return ReportForm::kCsv;
  return args.html ? ReportForm::kHtml : ReportForm::kText;
}

// What is wrong with the request the base says best: names of reports and areas, nothing personal.
absl::Status InTheBasesWords(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  const bool about_request = code == ErrorCode::kUsage || code == ErrorCode::kNotFound;
  return about_request ? ErrorWithWords(code, std::string(status.message())) : status;
}

absl::Status RunReportVerb(Context& context, const ReportArgs& args) {
  ASSIGN_OR_RETURN(const ReportForm form, FormOf(context, args));
  v1::RunReportRequest request = args.request;
  if (request.for_partner() && !request.rows_of().empty())
    return ErrorWithWords(ErrorCode::kUsage, context.T("report.no-partner-rows"));
  ASSIGN_OR_RETURN(*request.mutable_from(), DayOf(context, args.from, "--from"));
  ASSIGN_OR_RETURN(*request.mutable_to(), DayOf(context, args.to, "--to"));
  RETURN_IF_ERROR(context.OpenView().status());
  auto report = context.wiring().run_report(context.store(), request, kReportPatience);
  if (!report.ok()) return InTheBasesWords(report.status());
  const bool danish = context.texts().language() == Language::kDanish;
  const ReportLanguage language = danish ? ReportLanguage::kDanish : ReportLanguage::kEnglish;
  ASSIGN_OR_RETURN(const std::string text, ReportAs(form, *report, request.rows_of(), language, "opgang"));
  context.terminal().Out(text);
  return absl::OkStatus();
}

}  // namespace

void AddReport(VerbTable& verbs) {
  auto args = std::make_shared<ReportArgs>();
  CLI::App* verb = verbs.Add("report", [args](Context& context) { return RunReportVerb(context, *args); });
  verb->add_option("name", *args->request.mutable_name(), verbs.T("help.report.name"))->required();
  verb->add_option("--from", args->from, verbs.T("help.report.from"))->required();
  verb->add_option("--to", args->to, verbs.T("help.report.to"))->required();
  verb->add_option("--area", *args->request.mutable_area(), verbs.T("help.report.area"));
  verb->add_option("--rows", *args->request.mutable_rows_of(), verbs.T("help.report.rows"));
  verb->add_flag("--csv", args->csv, verbs.T("help.report.csv"));
  verb->add_flag("--html", args->html, verbs.T("help.report.html"));
  verb->add_flag_callback(
      "--for-partner", [args] { args->request.set_for_partner(true); }, verbs.T("help.report.for-partner"));
}

}  // namespace opgang::cli
