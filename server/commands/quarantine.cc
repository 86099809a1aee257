#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/commands/words.h"

namespace opgang {
namespace {

struct QuarantineOptions {
  std::string intent;
  std::string actor;
  std::string why;
};

constexpr char kRefusalPrefix[] = "REFUSAL_CODE_";
constexpr char kReasonPrefix[] = "DECISION_REASON_";

std::string RefusalWord(v1::RefusalCode code) { return CodeWord(v1::RefusalCode_Name(code), kRefusalPrefix); }

std::string ReasonWord(v1::DecisionReason reason) {
  return CodeWord(v1::DecisionReason_Name(reason), kReasonPrefix);
}

std::string RefusedField(const v1::QuarantineItem& item) {
  return item.field() == 0 ? "" : FieldWord(item.record_type(), item.field());
}

nlohmann::json ToJson(const v1::QuarantineItem& item, bool with_content) {
  nlohmann::json json = {{"intent", IdText(item.intent_id())},
                         {"type", TypeWord(item.record_type())},
                         {"code", RefusalWord(item.code())},
                         {"field", RefusedField(item)},
                         {"author", item.author()},
                         {"received_us", item.received_us()},
                         {"record", IdText(item.record_id())},
                         {"bundle", IdText(item.bundle_id())},
                         {"replaces", IdText(item.replaces_intent_id())}};
  if (with_content) json["content"] = item.content();
  return json;
}

absl::StatusOr<v1::ListQuarantineResponse> Fetch(const CommandContext& context, AdminClient& client,
                                                 const std::string& intent) {
  v1::ListQuarantineRequest request;
  request.set_actor(context.looker);
  if (!intent.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_intent_id(), IdBytes(intent));
  }
  v1::ListQuarantineResponse response;
  RETURN_IF_ERROR(client.Call(&v1::AdminService::Stub::ListQuarantine, request, &response));
  return response;
}

absl::Status List(const CommandContext& context, const QuarantineOptions& options, bool with_content) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  ASSIGN_OR_RETURN(const auto response, Fetch(context, *client, options.intent));
  if (with_content && response.items().empty())
    return MakeError(ErrorCode::kNotFound, "nothing with that id in quarantine");
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/quarantine/1"}, {"items", nlohmann::json::array()}};
    for (const auto& item : response.items()) document["items"].push_back(ToJson(item, with_content));
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  if (response.items().empty()) std::printf("Quarantine is empty.\n");
  for (const auto& item : response.items()) {
    std::printf("%s  %s  %s\n    by %s, received %s%s%s\n", IdText(item.intent_id()).c_str(),
                TypeWord(item.record_type()).c_str(), RefusalWord(item.code()).c_str(), item.author().c_str(),
                LocalMinute(item.received_us()).c_str(), RefusedField(item).empty() ? "" : ", field ",
                RefusedField(item).c_str());
    if (with_content) std::printf("%s", item.content().c_str());
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::DecisionReason> ReasonOf(const QuarantineOptions& options) {
  if (options.why.empty()) return v1::DECISION_REASON_UNSPECIFIED;
  ASSIGN_OR_RETURN(const int reason,
                   CodeOfWord(*v1::DecisionReason_descriptor(), kReasonPrefix, options.why));
  return static_cast<v1::DecisionReason>(reason);
}

absl::Status Replay(const CommandContext& context, const QuarantineOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ReplayQuarantinedRequest request;
  ASSIGN_OR_RETURN(*request.mutable_intent_id(), IdBytes(options.intent));
  request.set_actor(options.actor);
  ASSIGN_OR_RETURN(const v1::DecisionReason reason, ReasonOf(options));
  request.set_reason(reason);
  v1::ReplayQuarantinedResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ReplayQuarantined, request, &response));
  if (response.verdict().has_applied()) {
    std::printf("Applied. Its device hears of it at its next sync.\n");
    return absl::OkStatus();
  }
  const std::string why = RefusalWord(response.verdict().quarantined().code());
  return MakeError(ErrorCode::kRefused,
                   "still refused (" + why + "); it stays in quarantine, nothing is lost");
}

// What a stolen device handed in: the first person's word is noted, the second one's does it.
absl::Status SettleStolen(AdminClient& client, const QuarantineOptions& options, bool discard) {
  v1::SettleStolenRequest request;
  ASSIGN_OR_RETURN(*request.mutable_intent_id(), IdBytes(options.intent));
  request.set_actor(options.actor);
  request.set_discard(discard);
  ASSIGN_OR_RETURN(const v1::DecisionReason reason, ReasonOf(options));
  request.set_reason(reason);
  v1::SettleStolenResponse response;
  RETURN_IF_ERROR(client.Call(&v1::AdminService::Stub::SettleStolen, request, &response));
  if (response.waits_for_second()) {
    std::printf(
        "It came from a stolen device: noted in the name of %s. Another person has to say the same.\n",
        options.actor.c_str());
    return absl::OkStatus();
  }
  if (discard) {
    std::printf("Discarded with its bundle: %d, by two people. The bytes stay in the base's log.\n",
                response.discarded());
    return absl::OkStatus();
  }
  if (response.verdict().has_applied()) {
    std::printf("Released by two people, and applied.\n");
    return absl::OkStatus();
  }
  return MakeError(ErrorCode::kRefused, "released, and refused for itself (" +
                                            RefusalWord(response.verdict().quarantined().code()) +
                                            "); it stays in quarantine, nothing is lost");
}

absl::Status Release(const CommandContext& context, const QuarantineOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  return SettleStolen(*client, options, /*discard=*/false);
}

absl::StatusOr<bool> CameFromStolen(AdminClient& client, const QuarantineOptions& options) {
  v1::ListQuarantineRequest request;
  ASSIGN_OR_RETURN(*request.mutable_intent_id(), IdBytes(options.intent));
  request.set_actor(options.actor);
  v1::ListQuarantineResponse response;
  RETURN_IF_ERROR(client.Call(&v1::AdminService::Stub::ListQuarantine, request, &response));
  return response.items_size() == 1 && response.items(0).code() == v1::REFUSAL_CODE_STOLEN;
}

absl::Status Discard(const CommandContext& context, const QuarantineOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  ASSIGN_OR_RETURN(const bool stolen, CameFromStolen(*client, options));
  if (stolen) return SettleStolen(*client, options, /*discard=*/true);
  v1::DiscardQuarantinedRequest request;
  ASSIGN_OR_RETURN(*request.mutable_intent_id(), IdBytes(options.intent));
  request.set_actor(options.actor);
  ASSIGN_OR_RETURN(const v1::DecisionReason reason, ReasonOf(options));
  request.set_reason(reason);
  v1::DiscardQuarantinedResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::DiscardQuarantined, request, &response));
  std::printf("Discarded with its bundle: %d, in the name of %s. The bytes stay in the base's log.\n",
              response.discarded(), options.actor.c_str());
  return absl::OkStatus();
}

nlohmann::json ToJson(const v1::Decision& decision) {
  const auto code = [](const v1::Verdict& verdict) {
    return verdict.has_applied() ? "applied" : RefusalWord(verdict.quarantined().code());
  };
  return {{"intent", IdText(decision.intent_id())},
          {"decision", CodeWord(v1::DecisionKind_Name(decision.kind()), "DECISION_KIND_")},
          {"actor", decision.actor()},
          {"at_us", decision.at_us()},
          {"why", ReasonWord(decision.reason())},
          {"before", code(decision.before())},
          {"after", code(decision.after())}};
}

absl::Status Decisions(const CommandContext& context, const QuarantineOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListDecisionsRequest request;
  if (!options.intent.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_intent_id(), IdBytes(options.intent));
  }
  v1::ListDecisionsResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListDecisions, request, &response));
  nlohmann::json document = {{"schema", "opgangd/decisions/1"}, {"decisions", nlohmann::json::array()}};
  for (const auto& decision : response.decisions()) document["decisions"].push_back(ToJson(decision));
  if (context.json) {
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  if (response.decisions().empty()) std::printf("Nobody has decided anything yet.\n");
  for (const auto& one : document["decisions"]) {
    const auto word = [&](const char* name) { return one[name].get<std::string>(); };
    const std::string actor = word("actor").empty() ? "nobody" : word("actor");
    std::printf("%s  %s by %s, %s (%s)\n    %s -> %s\n", word("intent").c_str(), word("decision").c_str(),
                actor.c_str(), LocalMinute(one["at_us"].get<int64_t>()).c_str(), word("why").c_str(),
                word("before").c_str(), word("after").c_str());
  }
  return absl::OkStatus();
}

}  // namespace

void AddQuarantine(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("quarantine", "what was refused and waits for a person");
  command->require_subcommand(1);
  auto options = std::make_shared<QuarantineOptions>();
  auto* list = command->add_subcommand("list", "all of it, oldest first");
  list->callback(
      [&context, options] { context.run = [&context, options] { return List(context, *options, false); }; });
  auto* show = command->add_subcommand("show", "one, with its content (personal data: for your eyes)");
  show->add_option("intent", options->intent, "its intent id")->required();
  show->callback(
      [&context, options] { context.run = [&context, options] { return List(context, *options, true); }; });
  auto* replay = command->add_subcommand("replay", "try it again, with its bundle and what waits for it");
  auto* discard = command->add_subcommand("discard", "give it up, with its bundle");
  auto* release =
      command->add_subcommand("release", "from a stolen device: open it and try it; takes two people");
  for (auto* decide : {replay, discard, release}) {
    decide->add_option("intent", options->intent, "its intent id")->required();
    decide->add_option("--actor", options->actor, "who decides: a staff code of this base")->required();
    auto* why =
        decide->add_option("--why", options->why, AllWords(*v1::DecisionReason_descriptor(), kReasonPrefix));
    if (decide == discard) why->required();
  }
  auto* decisions = command->add_subcommand("decisions", "who decided what, when and why; oldest first");
  decisions->add_option("intent", options->intent, "of this one only");
  decisions->callback(
      [&context, options] { context.run = [&context, options] { return Decisions(context, *options); }; });
  release->callback(
      [&context, options] { context.run = [&context, options] { return Release(context, *options); }; });
  replay->callback(
      [&context, options] { context.run = [&context, options] { return Replay(context, *options); }; });
  discard->callback(
      [&context, options] { context.run = [&context, options] { return Discard(context, *options); }; });
}

}  // namespace opgang
