// opgangd retention: how long data about citizens is kept, and erasing what is over it.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/commands/words.h"

namespace opgang {
namespace {

constexpr char kKindPrefix[] = "RETENTION_KIND_";

struct RetentionOptions {
  std::string kind;
  std::string actor;
  uint32_t days = 0;
  bool keep = false;
  bool yes = false;
};

std::string KindWord(v1::RetentionKind kind) { return CodeWord(v1::RetentionKind_Name(kind), kKindPrefix); }

absl::Status List(const CommandContext& context) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListRetentionResponse response;
  RETURN_IF_ERROR(
      client->Call(&v1::AdminService::Stub::ListRetention, v1::ListRetentionRequest(), &response));
  nlohmann::json document = {{"schema", "opgangd/retention/1"}, {"periods", nlohmann::json::array()}};
  for (const v1::RetentionPeriod& period : response.periods()) {
    document["periods"].push_back({{"kind", KindWord(period.kind())},
                                   {"goes", period.goes()},
                                   {"days", period.days()},
                                   {"decided_by", period.decided_by()},
                                   {"decided_us", period.decided_us()}});
    if (context.json) continue;
    if (period.goes()) {
      std::printf("%-18s %5u days  by %s, %s\n", KindWord(period.kind()).c_str(), period.days(),
                  period.decided_by().c_str(), LocalMinute(period.decided_us()).c_str());
    } else {
      std::printf("%-18s no period was set: nothing goes\n", KindWord(period.kind()).c_str());
    }
  }
  if (context.json) std::printf("%s\n", document.dump().c_str());
  return absl::OkStatus();
}

absl::Status Set(const CommandContext& context, const RetentionOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::SetRetentionRequest request;
  ASSIGN_OR_RETURN(const int kind, CodeOfWord(*v1::RetentionKind_descriptor(), kKindPrefix, options.kind));
  request.set_kind(static_cast<v1::RetentionKind>(kind));
  request.set_days(options.days);
  request.set_keep(options.keep);
  request.set_actor(options.actor);
  v1::SetRetentionResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::SetRetention, request, &response));
  return List(context);
}

absl::Status Run(const CommandContext& context, const RetentionOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::RunRetentionRequest request;
  request.set_apply(options.yes);
  request.set_actor(options.actor);
  v1::RunRetentionResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::RunRetention, request, &response));
  nlohmann::json document = {{"schema", "opgangd/retention-run/1"},
                             {"applied", response.applied()},
                             {"records", response.counts().record_count()},
                             {"due", nlohmann::json::array()}};
  for (const v1::RetentionLine& line : response.due()) {
    document["due"].push_back({{"citizen", IdText(line.citizen_id())},
                               {"kind", KindWord(line.kind())},
                               {"since_us", line.since_us()}});
    if (!context.json)
      std::printf("%s  %-18s since %s\n", IdText(line.citizen_id()).c_str(), KindWord(line.kind()).c_str(),
                  LocalMinute(line.since_us()).c_str());
  }
  if (context.json) {
    std::printf("%s\n", document.dump().c_str());
  } else if (response.due().empty()) {
    std::printf("Nobody is over a period.\n");
  } else {
    std::printf("%d citizens, %u records: %s\n", response.due_size(), response.counts().record_count(),
                response.applied() ? "erased." : "nothing was changed. It is done, for ever, with --yes.");
  }
  return absl::OkStatus();
}

}  // namespace

void AddRetention(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("retention", "how long data about citizens is kept");
  command->require_subcommand(1);
  auto options = std::make_shared<RetentionOptions>();
  auto* list = command->add_subcommand("list", "the periods");
  list->callback([&context] { context.run = [&context] { return List(context); }; });
  auto* set = command->add_subcommand("set", "set a period, or --keep for none");
  set->add_option("kind", options->kind, AllWords(*v1::RetentionKind_descriptor(), kKindPrefix))->required();
  auto* days = set->add_option("--days", options->days, "after so many days");
  auto* keep = set->add_flag("--keep", options->keep, "nothing of this kind goes");
  days->excludes(keep);
  set->callback([&context, options, days, keep] {
    if (days->empty() && keep->empty()) throw CLI::RequiredError("--days or --keep");
    context.run = [&context, options] { return Set(context, *options); };
  });
  auto* run = command->add_subcommand("run", "who is over a period; with --yes they are erased");
  run->add_flag("--yes", options->yes, "do it");
  run->callback(
      [&context, options] { context.run = [&context, options] { return Run(context, *options); }; });
  for (auto* changes : {set, run})
    changes->add_option("--actor", options->actor, "who decides: your staff code")->required();
}

}  // namespace opgang
