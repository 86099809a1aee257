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
#include "server/rpc/on_writer.h"
#include "server/rpc/peer.h"
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

// Which of the base's areas the person may read.
std::set<AreaId> ReadableAreas(const std::vector<StoredGrant>& grants) {
  std::set<AreaId> areas;
  for (const StoredGrant& grant : grants) {
    const bool reads = grant.mode != v1::GRANT_MODE_WRITE_ONLY && grant.scope.kind == v1::SCOPE_KIND_AREA;
    if (reads) areas.insert(AreaId(grant.scope.id));
  }
  return areas;
}

// An area that the person may not read and one that is not there get the same answer.
absl::Status CheckAreas(BaseReader& reader, const std::string& staff_code, const std::string& wanted) {
  ASSIGN_OR_RETURN(const auto grants, reader.Grants(staff_code));
  ASSIGN_OR_RETURN(const auto areas, reader.Areas());
  const std::set<AreaId> readable = ReadableAreas(grants);
  const auto may = [&](const Area& area) { return readable.contains(area.id); };
  if (wanted.empty()) {
    if (std::ranges::all_of(areas, may)) return absl::OkStatus();
    return MakeError(ErrorCode::kUsage, "you may not read every area of this base: name one with --area");
  }
  const auto found = std::ranges::find(areas, wanted, &Area::name);
  if (found != areas.end() && may(*found)) return absl::OkStatus();
  return MakeError(ErrorCode::kNotFound, "no such area among those that you may read");
}

// A disk without its passphrase shows nobody a number. The token stays good: no session turns here.
absl::Status CheckReader(BaseReader& reader, const StoreAccount& account, const v1::ReaderProof& proof) {
  const ReplicaId id = ReplicaId::FromBytes(proof.replica_id()).value_or(ReplicaId());
  ASSIGN_OR_RETURN(const auto replica, reader.FindReplica(id));
  const bool own = replica.has_value() && replica->store == account.id && !replica->retired;
  const bool reads = own && !proof.token().empty() && proof.token() == replica->token &&
                     CheckReadProof(account.proof_public_key, id, proof.token(), proof.read_proof());
  if (reads) return absl::OkStatus();
  return MakeError(ErrorCode::kTryLater, "the base does not know this store's last session: sync first");
}

// The staff code of the coordinator who asks.
absl::StatusOr<std::string> WhoAsks(BaseReader& reader, const Peer& peer,
                                    const v1::RunReportRequest& request) {
  ASSIGN_OR_RETURN(const auto account, reader.FindStore(peer.store));
  const bool enrolled = account.has_value() && account->enrolled_us > 0;
  if (!enrolled) return MakeError(ErrorCode::kBaseRefused, "this store is not enrolled here");
  ASSIGN_OR_RETURN(const auto staff, reader.FindStaff(account->staff_code));
  if (!staff.has_value() || staff->role != Role::kCoordinator)
    return MakeError(ErrorCode::kBaseRefused, "reports are run by coordinators");
  RETURN_IF_ERROR(CheckReader(reader, *account, request.reader()));
  RETURN_IF_ERROR(CheckAreas(reader, account->staff_code, request.area()));
  return account->staff_code;
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

grpc::Status ReportServiceImpl::RunReport(grpc::ServerContext* context, const v1::RunReportRequest* request,
                                          v1::RunReportResponse* response) {
  std::unique_ptr<BaseReader> reader;
  const grpc::Status opened = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(reader, store.OpenReader());
    return absl::OkStatus();
  });
  if (!opened.ok()) return opened;
  std::string actor;
  if (access_ == Access::kStaff) {
    const auto peer = PeerOf(*context);
    const auto asks = peer.ok() ? WhoAsks(*reader, *peer, *request) : peer.status();
    if (!asks.ok()) return ToGrpc(asks.status());
    actor = *asks;
  }
  const Asked asked{*request, base_};
  auto report = RunBeside(*reader, asked);
  if (!report.ok()) return ToGrpc(report.status());
  if (!report->has_value()) {
    const grpc::Status done = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
      ASSIGN_OR_RETURN(*report, asked.Run(store));
      return absl::OkStatus();
    });
    if (!done.ok()) return done;
  }
  const absl::Status kept = KeepRowsOf(request->rows_of(), **report);
  if (!kept.ok()) return ToGrpc(kept);
  // Before it leaves.
  const grpc::Status noted = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) {
    return NoteReport(store, actor.empty() ? request->actor() : actor, request->name(),
                      base_.clock->WallNow());
  });
  if (!noted.ok()) return noted;
  *response->mutable_report() = **std::move(report);
  LogRun(response->report(), actor);
  return grpc::Status::OK;
}

}  // namespace opgang
