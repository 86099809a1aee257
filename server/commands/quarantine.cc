#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/status_macros.h"
#include "core/records/registry.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"

namespace opgang {
namespace {

struct QuarantineOptions {
  std::string intent;
  std::string actor;
};

// "REFUSAL_CODE_CPR_IN_TEXT" -> "cpr-in-text"
std::string CodeWord(v1::RefusalCode code) {
  std::string word = v1::RefusalCode_Name(code).substr(sizeof("REFUSAL_CODE_") - 1);
  for (char& c : word) c = c == '_' ? '-' : static_cast<char>(std::tolower(c));
  return word;
}

std::string FieldWord(const v1::QuarantineItem& item) {
  const RecordTypeInfo* info = FindRecordType(item.record_type());
  if (info == nullptr || item.field() == 0) return "";
  const auto* field = info->prototype->GetDescriptor()->FindFieldByNumber(static_cast<int>(item.field()));
  return field == nullptr ? "field " + std::to_string(item.field()) : field->name();
}

std::string TypeWord(uint32_t type) {
  const RecordTypeInfo* info = FindRecordType(type);
  return info == nullptr ? "type " + std::to_string(type) : std::string(info->name);
}

std::string IntentText(const std::string& bytes) {
  const auto id = IntentId::FromBytes(bytes);
  return id.has_value() ? id->ToString() : "";
}

absl::StatusOr<std::string> IntentBytes(const std::string& text) {
  const auto uuid = UuidFromString(text);
  if (!uuid.has_value())
    return MakeError(ErrorCode::kUsage, "an intent id looks like 0190a6e0-1111-7222-8333-444455556666");
  return IntentId(*uuid).ToBytes();
}

nlohmann::json ToJson(const v1::QuarantineItem& item, bool with_content) {
  nlohmann::json json = {{"intent", IntentText(item.intent_id())},
                         {"type", TypeWord(item.record_type())},
                         {"code", CodeWord(item.code())},
                         {"field", FieldWord(item)},
                         {"author", item.author()},
                         {"received_us", item.received_us()}};
  if (with_content) json["content"] = item.content();
  return json;
}

absl::StatusOr<v1::ListQuarantineResponse> Fetch(AdminClient& client, const std::string& intent) {
  v1::ListQuarantineRequest request;
  if (!intent.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_intent_id(), IntentBytes(intent));
  }
  v1::ListQuarantineResponse response;
  RETURN_IF_ERROR(client.Call(&v1::AdminService::Stub::ListQuarantine, request, &response));
  return response;
}

absl::Status List(const CommandContext& context, const QuarantineOptions& options, bool with_content) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  ASSIGN_OR_RETURN(const auto response, Fetch(*client, options.intent));
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
    std::printf("%s  %s  %s\n    by %s, received %s%s%s\n", IntentText(item.intent_id()).c_str(),
                TypeWord(item.record_type()).c_str(), CodeWord(item.code()).c_str(), item.author().c_str(),
                LocalMinute(item.received_us()).c_str(), FieldWord(item).empty() ? "" : ", field ",
                FieldWord(item).c_str());
    if (with_content) std::printf("%s", item.content().c_str());
  }
  return absl::OkStatus();
}

absl::Status Replay(const CommandContext& context, const QuarantineOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ReplayQuarantinedRequest request;
  ASSIGN_OR_RETURN(*request.mutable_intent_id(), IntentBytes(options.intent));
  request.set_actor(options.actor);
  v1::ReplayQuarantinedResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ReplayQuarantined, request, &response));
  if (response.verdict().has_applied()) {
    std::printf("Applied. Its device hears of it at its next sync.\n");
    return absl::OkStatus();
  }
  const std::string why = CodeWord(response.verdict().quarantined().code());
  return MakeError(ErrorCode::kRefused,
                   "still refused (" + why + "); it stays in quarantine, nothing is lost");
}

absl::Status Discard(const CommandContext& context, const QuarantineOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::DiscardQuarantinedRequest request;
  ASSIGN_OR_RETURN(*request.mutable_intent_id(), IntentBytes(options.intent));
  request.set_actor(options.actor);
  v1::DiscardQuarantinedResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::DiscardQuarantined, request, &response));
  std::printf("Discarded, in the name of %s. Its bytes stay in the base's log.\n", options.actor.c_str());
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
  auto* discard = command->add_subcommand("discard", "give it up");
  for (auto* decide : {replay, discard}) {
    decide->add_option("intent", options->intent, "its intent id")->required();
    decide->add_option("--actor", options->actor, "who decides: your staff code")->required();
  }
  replay->callback(
      [&context, options] { context.run = [&context, options] { return Replay(context, *options); }; });
  discard->callback(
      [&context, options] { context.run = [&context, options] { return Discard(context, *options); }; });
}

}  // namespace opgang
