#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"

namespace opgang {
namespace {

absl::Status Check(const CommandContext& context) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::CheckBaseResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::CheckBase, v1::CheckBaseRequest(), &response));
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/check/1"},
                               {"problems", nlohmann::json::array()},
                               {"records", response.record_count()},
                               {"mutations", response.mutation_count()},
                               {"quarantined", response.quarantine_count()}};
    for (const auto& problem : response.problems()) document["problems"].push_back(problem);
    std::printf("%s\n", document.dump().c_str());
  } else {
    std::printf("%lld records, %lld mutations, %lld in quarantine\n",
                static_cast<long long>(response.record_count()),
                static_cast<long long>(response.mutation_count()),
                static_cast<long long>(response.quarantine_count()));
    for (const auto& problem : response.problems()) std::printf("PROBLEM %s\n", problem.c_str());
    if (response.problems().empty()) {
      std::printf("Sound: every row opens, every row that refers finds its match, every sum is its rows'.\n");
    }
  }
  if (response.problems().empty()) return absl::OkStatus();
  return MakeError(ErrorCode::kDamaged, "the base is damaged; keep the files and restore from a backup");
}

}  // namespace

void AddCheck(CLI::App& program, CommandContext& context) {
  auto* command =
      program.add_subcommand("check", "read everything and say whether it is sound; changes nothing");
  command->callback([&context] { context.run = [&context] { return Check(context); }; });
}

}  // namespace opgang
