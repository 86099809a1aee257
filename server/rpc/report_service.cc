#include "server/rpc/report_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/uses.h"
#include "server/report/run_report.h"
#include "server/rpc/gate.h"
#include "server/rpc/on_writer.h"
#include "server/rpc/peer.h"
#include "server/rpc/refusals.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

// How often a report is read beside the writer, before it makes the writer wait for it.
constexpr int kTriesBeside = 3;

struct Asked {
  const v1::RunReportRequest& request;
  const BaseServices& base;
  absl::StatusOr<v1::Report> Run(BaseReader& reader) const {
    return RunReport(reader, request, base.keys.storage_key, base.calendar, base.clock->WallNow());
  }
};

// On a connection of its own, while devices go on handing in. nullopt: something was committed meanwhile each time, so that
// what was read may be of two states.
absl::StatusOr<std::optional<v1::Report>> RunBeside(BaseReader& reader, const Asked& asked) {
  for (int i = 0; i < kTriesBeside; ++i) {
    ASSIGN_OR_RETURN(const uint64_t before, reader.NewestRev());
    ASSIGN_OR_RETURN(v1::Report report, asked.Run(reader));
    ASSIGN_OR_RETURN(const uint64_t after, reader.NewestRev());
    if (before == after) return std::optional(std::move(report));
  }
  return std::nullopt;
}

void LogRun(const v1::Report& report, const std::string& actor) {
  spdlog::info("event=report name={} version={} partner={} actor={}", report.name(), report.version(),
               report.for_partner(), actor);
}

// Of which areas the person is told figures: a grant of any mode that the role may hold.
std::set<AreaId> AreasOf(const std::vector<StoredGrant>& grants) {
  std::set<AreaId> areas;
  for (const StoredGrant& grant : grants) {
    if (grant.scope.kind == v1::SCOPE_KIND_AREA) areas.insert(AreaId(grant.scope.id));
  }
  return areas;
}

// An area that is not the person's and one that is not there get the same answer.
absl::Status CheckAreas(BaseReader& reader, const Caller& caller, const std::string& wanted) {
  ASSIGN_OR_RETURN(auto areas, reader.Areas());
  std::erase_if(areas, [&](const Area& area) { return !caller.SeesMunicipality(area.municipality); });
  const std::set<AreaId> granted = AreasOf(caller.author.grants);
  const auto may = [&](const Area& area) { return granted.contains(area.id); };
  if (wanted.empty()) {
    if (std::ranges::all_of(areas, may)) return absl::OkStatus();
    return MakeError(ErrorCode::kUsage, "you may not read every area of this base: name one with --area");
  }
  const auto found = std::ranges::find(areas, wanted, &Area::name);
  if (found != areas.end() && may(*found)) return absl::OkStatus();
  return MakeError(ErrorCode::kNotFound, "no such area among those that you may read");
}

// What the caller may ask: his own municipality's areas in his own name, a partner without small cells and rows.
absl::Status Narrow(BaseReader& reader, const Caller& caller, v1::RunReportRequest& request) {
  RETURN_IF_ERROR(CheckAreas(reader, caller, request.area()));
  ASSIGN_OR_RETURN(*request.mutable_municipality(), NameOf(reader, caller.author.municipality));
  if (caller.author.role == Role::kPartner) request.set_for_partner(true);
  return NameActor(caller, request);
}

// Positions of rows stay those of the answer.
absl::Status KeepRowsOf(const std::string& id, v1::Report& report) {
  const auto figure = std::ranges::find(report.figures(), id, &v1::Figure::id);
  if (!id.empty() && figure == report.figures().end())
    return MakeError(ErrorCode::kNotFound,
                     "this report has no figure of that id; without --rows the id stands beside each figure");
  google::protobuf::RepeatedPtrField<v1::ReportRow> kept;
  for (v1::Figure& one : *report.mutable_figures()) {
    if (one.id() == id) {
      for (uint32_t& row : *one.mutable_rows()) {
        *kept.Add() = report.rows(static_cast<int>(row));
        row = static_cast<uint32_t>(kept.size() - 1);
      }
    } else {
      one.clear_rows();
    }
  }
  *report.mutable_rows() = std::move(kept);
  return absl::OkStatus();
}

}  // namespace

grpc::Status ReportServiceImpl::RunReport(grpc::ServerContext* context, const v1::RunReportRequest* asked_for,
                                          v1::RunReportResponse* response) {
  v1::RunReportRequest request = *asked_for;
  absl::StatusOr<Visit> visit;
  if (access_ == Access::kStaff) visit = VisitOf(base_, *context);
  if (access_ == Access::kStaff && !visit.ok()) return ToGrpc(visit.status());
  std::unique_ptr<BaseReader> reader;
  const grpc::Status opened = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(reader, store.OpenReader());
    return absl::OkStatus();
  });
  if (!opened.ok()) return opened;
  if (access_ == Access::kStaff) {
    const auto caller = AdmitCaller(base_, *reader, visit->who, "ReportService/RunReport");
    if (!caller.ok()) return ToGrpc(caller.status());
    const grpc::Status narrowed = ToGrpc(Narrow(*reader, *caller, request));
    if (IsRefusal(narrowed)) NoteRefusal(base_, visit->who.peer, "ReportService/RunReport");
    if (!narrowed.ok()) return narrowed;
  }
  const Asked asked{request, base_};
  auto report = RunBeside(*reader, asked);
  if (!report.ok()) return ToGrpc(report.status());
  if (!report->has_value()) {
    const grpc::Status done = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
      ASSIGN_OR_RETURN(*report, asked.Run(store));
      return absl::OkStatus();
    });
    if (!done.ok()) return done;
  }
  const absl::Status kept = KeepRowsOf(request.rows_of(), **report);
  if (!kept.ok()) return ToGrpc(kept);
  // Before it leaves.
  const grpc::Status noted = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) {
    return NoteReport(store, request.actor(), request.name(), base_.clock->WallNow());
  });
  if (!noted.ok()) return noted;
  *response->mutable_report() = **std::move(report);
  LogRun(response->report(), request.actor());
  return grpc::Status::OK;
}

}  // namespace opgang
