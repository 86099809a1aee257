#include "server/rpc/report_service.h"

#include <memory>
#include <optional>
#include <utility>

#include "core/base/status_macros.h"
#include "server/report/run_report.h"
#include "server/rpc/on_writer.h"
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

// On a connection of its own, while devices go on handing in. nullopt: something was committed meanwhile, so that what
// was read may be of two states.
absl::StatusOr<std::optional<v1::Report>> RunBeside(BaseReader& reader, const Asked& asked) {
  ASSIGN_OR_RETURN(const uint64_t before, reader.NewestRev());
  ASSIGN_OR_RETURN(v1::Report report, asked.Run(reader));
  ASSIGN_OR_RETURN(const uint64_t after, reader.NewestRev());
  return before == after ? std::optional(std::move(report)) : std::nullopt;
}

void LogRun(const v1::Report& report) {
  spdlog::info("event=report name={} version={} partner={}", report.name(), report.version(),
               report.for_partner());
}

}  // namespace

grpc::Status ReportServiceImpl::RunReport(grpc::ServerContext*, const v1::RunReportRequest* request,
                                          v1::RunReportResponse* response) {
  std::unique_ptr<BaseReader> reader;
  const grpc::Status opened = OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(reader, store.OpenReader());
    return absl::OkStatus();
  });
  if (!opened.ok()) return opened;
  const Asked asked{*request, base_};
  for (int i = 0; i < kTriesBeside; ++i) {
    auto report = RunBeside(*reader, asked);
    if (!report.ok()) return ToGrpc(report.status());
    if (!report->has_value()) continue;
    *response->mutable_report() = **std::move(report);
    LogRun(response->report());
    return grpc::Status::OK;
  }
  return OnWriter(*base_.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_report(), asked.Run(store));
    LogRun(response->report());
    return absl::OkStatus();
  });
}

}  // namespace opgang
