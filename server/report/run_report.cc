#include "server/report/run_report.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/reports/attendance.h"
#include "core/reports/kom_og_kvit.h"
#include "core/reports/nhs_four_week.h"
#include "core/reports/nrt.h"
#include "core/reports/recruitment.h"
#include "core/reports/response_time.h"
#include "core/reports/russell.h"
#include "core/reports/small_cells.h"
#include "core/reports/stop.h"
#include "core/sealing/sealing.h"
#include "server/report/base_facts.h"

namespace opgang {
namespace {

struct KnownReport {
  std::string_view name;
  v1::Report (*compute)(const ReportInput&, const ReportQuestion&);
};
constexpr KnownReport kReports[] = {{kResponseTime, &ResponseTimeReport},
                                    {kAttendance, &AttendanceReport},
                                    {kRecruitment, &RecruitmentReport},
                                    {kStop, &StopReport},
                                    {kNhsFourWeek, &NhsFourWeekReport},
                                    {kRussell, &RussellReport},
                                    {kNrt, &NrtReport},
                                    {kKomOgKvit, &KomOgKvitReport}};

// "a, b, c": no personal data, areas and reports only.
template <typename Names>
std::string Listed(const Names& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

absl::StatusOr<const KnownReport*> FindReport(const std::string& name) {
  const auto found = std::ranges::find(kReports, name, &KnownReport::name);
  if (found != std::end(kReports)) return &*found;
  return MakeError(ErrorCode::kUsage, "no such report; there are: " + Listed(ReportNames()));
}

absl::Status CheckPeriod(const v1::RunReportRequest& request, absl::Time now) {
  if (!IsValidDate(request.from()) || !IsValidDate(request.to()))
    return MakeError(ErrorCode::kUsage,
                     "a report needs its first and last day: --from 2026-01-01 --to 2026-03-31");
  if (FromProto(request.from()) > FromProto(request.to()))
    return MakeError(ErrorCode::kUsage,
                     "--from lies after --to: name the first day of the period, then the last");
  if (FromProto(request.to()) > LocalDay(now))
    return MakeError(ErrorCode::kUsage,
                     "--to lies ahead: nothing is known of those days; the last possible day is today, " +
                         absl::FormatCivilTime(LocalDay(now)));
  return absl::OkStatus();
}

absl::Status CheckArea(BaseReader& reader, const std::string& name, MunicipalityId municipality) {
  if (name.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto areas, reader.Areas());
  std::vector<std::string> names;
  for (const Area& area : areas) {
    if (area.municipality == municipality) names.push_back(area.name);
  }
  if (std::ranges::find(names, name) != names.end()) return absl::OkStatus();
  return MakeError(ErrorCode::kNotFound, "no such area at this base; there are: " + Listed(names));
}

}  // namespace

std::vector<std::string_view> ReportNames() {
  std::vector<std::string_view> names;
  for (const KnownReport& report : kReports) names.push_back(report.name);
  return names;
}

absl::StatusOr<v1::Report> RunReport(BaseReader& reader, const v1::RunReportRequest& request,
                                     const SecretBytes& storage_key, const CalendarSettings& calendar,
                                     absl::Time now) {
  ASSIGN_OR_RETURN(const KnownReport* report, FindReport(request.name()));
  RETURN_IF_ERROR(CheckPeriod(request, now));
  ASSIGN_OR_RETURN(const MunicipalityId municipality, KnownMunicipality(reader, request.municipality()));
  RETURN_IF_ERROR(CheckArea(reader, request.area(), municipality));
  ASSIGN_OR_RETURN(const auto facts,
                   ReadBaseFacts(reader, DeriveKey(storage_key, "report pseudonyms"), municipality));
  const ReportQuestion question{FromProto(request.from()), FromProto(request.to()), request.area(), now,
                                calendar};
  v1::Report done = report->compute(facts->input(), question);
  return request.for_partner() ? WithoutSmallCells(std::move(done)) : done;
}

}  // namespace opgang
