#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/records/registry.h"
#include "google/protobuf/util/json_util.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/commands/words.h"

namespace opgang {
namespace {

constexpr size_t kMaxInputBytes = 64 * 1024;

struct ConflictOptions {
  std::string record;
  std::string field;
  std::string actor;
  std::string reason;
  size_t take = 0;  // 0: not said
  bool keep = false;
  bool remove = false;
  bool json_input = false;
};

nlohmann::json WhoJson(const v1::Provenance& provenance) {
  return {{"author", provenance.author()},
          {"device", provenance.device()},
          {"recorded_earliest_us", provenance.recorded().earliest_us()},
          {"recorded_latest_us", provenance.recorded().latest_us()},
          {"received_us", provenance.received_us()}};
}

// "amal on tablet-3, recorded 2026-04-01 14:05, received 2026-04-01 15:00"
std::string WhoText(const v1::Provenance& provenance) {
  std::string text = provenance.author().empty() ? "somebody" : provenance.author();
  if (!provenance.device().empty()) text += " on " + provenance.device();
  text += ", recorded " + LocalMinute(provenance.recorded().earliest_us());
  if (provenance.recorded().latest_us() - provenance.recorded().earliest_us() > 60'000'000)
    text += " to " + LocalMinute(provenance.recorded().latest_us());
  return text + ", received " + LocalMinute(provenance.received_us());
}

// What a value of a conflict is called: its text, or for the record itself what choosing it does.
std::string ValueText(const v1::ConflictItem& item, int index) {
  if (item.field() == 0) return index == 0 ? "keep it" : "delete it";
  const std::string& content = item.values(index).content();
  return content.empty() ? "(cleared)" : content;
}

nlohmann::json ToJson(const v1::ConflictItem& item) {
  nlohmann::json json = {{"record", IdText(item.record_id())},
                         {"type", TypeWord(item.record_type())},
                         {"field", FieldWord(item.record_type(), item.field())},
                         {"field_number", item.field()}};
  for (int i = 0; i < item.values_size(); ++i) {
    nlohmann::json value = WhoJson(item.values(i).provenance());
    value["number"] = i + 1;
    value["value"] = ValueText(item, i);
    json["values"].push_back(std::move(value));
  }
  return json;
}

absl::StatusOr<v1::ListConflictsResponse> Fetch(const CommandContext& context, AdminClient& client,
                                                const std::string& record) {
  v1::ListConflictsRequest request;
  request.set_actor(context.looker);
  if (!record.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_record_id(), IdBytes(record));
  }
  v1::ListConflictsResponse response;
  RETURN_IF_ERROR(client.Call(&v1::AdminService::Stub::ListConflicts, request, &response));
  return response;
}

absl::Status List(const CommandContext& context, const ConflictOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  ASSIGN_OR_RETURN(const auto response, Fetch(context, *client, options.record));
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/conflicts/1"}, {"conflicts", nlohmann::json::array()}};
    for (const auto& item : response.items()) document["conflicts"].push_back(ToJson(item));
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  if (response.items().empty()) std::printf("No open conflicts.\n");
  for (const auto& item : response.items()) {
    std::printf("%s  %s  %s\n", IdText(item.record_id()).c_str(), TypeWord(item.record_type()).c_str(),
                FieldWord(item.record_type(), item.field()).c_str());
    for (int i = 0; i < item.values_size(); ++i) {
      std::printf("  %d  %s\n     %s\n", i + 1, ValueText(item, i).c_str(),
                  WhoText(item.values(i).provenance()).c_str());
    }
  }
  return absl::OkStatus();
}

// The item that is meant: the only one, or the named field's.
absl::StatusOr<v1::ConflictItem> ItemOf(const v1::ListConflictsResponse& response, const std::string& field) {
  if (response.items().empty())
    return MakeError(ErrorCode::kNotFound, "nothing is in conflict in that record");
  if (field.empty() && response.items_size() == 1) return response.items(0);
  for (const auto& item : response.items()) {
    if (!field.empty() && FieldWord(item.record_type(), item.field()) == field) return item;
  }
  return MakeError(ErrorCode::kUsage, "--field says which: 'opgangd conflicts show' names them");
}

// {"telephone": "20304050"}: a message of the record's type with this field alone; {}: cleared.
absl::StatusOr<std::string> NewValue(const v1::ConflictItem& item) {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  const RecordTypeInfo* info = FindRecordType(item.record_type());
  const absl::Status bad = MakeError(
      ErrorCode::kBadInput, "stdin holds one JSON object with the new value of the field and nothing else");
  if (info == nullptr || text.size() > kMaxInputBytes) return bad;
  const std::unique_ptr<google::protobuf::Message> message(info->prototype->New());
  if (!google::protobuf::util::JsonStringToMessage(text, message.get()).ok()) return bad;
  std::vector<const google::protobuf::FieldDescriptor*> set;
  message->GetReflection()->ListFields(*message, &set);
  const bool only = set.empty() || (set.size() == 1 && set[0]->number() == static_cast<int>(item.field()));
  return only ? absl::StatusOr<std::string>(message->SerializeAsString()) : bad;
}

absl::Status Choose(const ConflictOptions& options, const v1::ConflictItem& item,
                    v1::SettleConflictRequest& request) {
  if (item.field() == 0) {
    if (options.keep == options.remove)
      return MakeError(ErrorCode::kUsage, "somebody deleted it: --keep or --delete");
    request.set_delete_record(options.remove);
    return absl::OkStatus();
  }
  if (options.keep || options.remove || (options.take > 0) == options.json_input)
    return MakeError(ErrorCode::kUsage, "--take NUMBER, or --json-input with a new value on stdin");
  if (options.json_input) {
    ASSIGN_OR_RETURN(*request.mutable_new_value(), NewValue(item));
    return absl::OkStatus();
  }
  if (options.take > static_cast<size_t>(item.values_size()))
    return MakeError(ErrorCode::kUsage, "no such number: 'opgangd conflicts show' lists the values");
  request.set_take_version(item.values(static_cast<int>(options.take) - 1).version());
  return absl::OkStatus();
}

absl::Status Settle(const CommandContext& context, const ConflictOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  ASSIGN_OR_RETURN(const auto shown, Fetch(context, *client, options.record));
  ASSIGN_OR_RETURN(const v1::ConflictItem item, ItemOf(shown, options.field));
  v1::SettleConflictRequest request;
  request.set_record_id(item.record_id());
  request.set_field(item.field());
  request.set_actor(options.actor);
  RETURN_IF_ERROR(Choose(options, item, request));
  if (!options.reason.empty()) {
    ASSIGN_OR_RETURN(const int reason,
                     CodeOfWord(*v1::CorrectionReason_descriptor(), "CORRECTION_REASON_", options.reason));
    request.set_correction_reason(static_cast<uint32_t>(reason));
  }
  v1::SettleConflictResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::SettleConflict, request, &response));
  std::printf("Settled, in the name of %s. Devices hear of it at their next sync.\n", options.actor.c_str());
  return absl::OkStatus();
}

std::string FateWord(v1::ValueFate fate) { return CodeWord(v1::ValueFate_Name(fate), "VALUE_FATE_"); }

nlohmann::json ToJson(const v1::HistoryItem& item, uint32_t type) {
  nlohmann::json json = WhoJson(item.value().provenance());
  json["intent"] = IdText(item.value().version());
  json["field"] = FieldWord(type, item.field());
  json["value"] = item.value().content();
  json["fate"] = FateWord(item.fate());
  json["replaced_by"] = IdText(item.replaced_by());
  json["replaced_by_author"] = item.replaced_by_author();
  return json;
}

void Print(const v1::HistoryItem& item) {
  const std::string by = item.replaced_by_author().empty() ? "" : " by " + item.replaced_by_author();
  std::printf("  %s\n     %s; %s%s\n",
              item.value().content().empty() ? "(cleared)" : item.value().content().c_str(),
              WhoText(item.value().provenance()).c_str(), FateWord(item.fate()).c_str(), by.c_str());
}

absl::Status History(const CommandContext& context, const ConflictOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::RecordHistoryRequest request;
  request.set_actor(context.looker);
  ASSIGN_OR_RETURN(*request.mutable_record_id(), IdBytes(options.record));
  v1::RecordHistoryResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::RecordHistory, request, &response));
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/history/1"},
                               {"record", options.record},
                               {"type", TypeWord(response.record_type())},
                               {"values", nlohmann::json::array()}};
    for (const auto& item : response.items())
      document["values"].push_back(ToJson(item, response.record_type()));
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  std::string field;
  for (const auto& item : response.items()) {
    const std::string word = FieldWord(response.record_type(), item.field());
    if (word != field) std::printf("%s\n", word.c_str());
    field = word;
    Print(item);
  }
  return absl::OkStatus();
}

}  // namespace

void AddConflicts(CLI::App& program, CommandContext& context) {
  auto options = std::make_shared<ConflictOptions>();
  auto* command = program.add_subcommand("conflicts", "values of several people that stand side by side");
  command->require_subcommand(1);
  auto* list = command->add_subcommand("list", "which fields of which records");
  list->callback(
      [&context, options] { context.run = [&context, options] { return List(context, *options); }; });
  auto* show =
      command->add_subcommand("show", "one record's, with the values (personal data: for your eyes)");
  show->callback(
      [&context, options] { context.run = [&context, options] { return List(context, *options); }; });
  auto* settle = command->add_subcommand("settle", "choose a value, or give a new one on stdin");
  for (auto* one : {show, settle}) one->add_option("record", options->record, "the record's id")->required();
  settle->add_option("--actor", options->actor, "who decides: a staff code of this base")->required();
  settle->add_option("--field", options->field, "which field, where several are open");
  settle->add_option("--take", options->take, "number of the value, as show lists them");
  settle->add_flag("--json-input", options->json_input,
                   R"(a new value on stdin: {"telephone": "..."}; {}: none)");
  settle->add_flag("--keep", options->keep, "a record that somebody deleted: keep it");
  settle->add_flag("--delete", options->remove, "the same: delete it");
  settle->add_option("--reason", options->reason, "for an inquiry's asked date: why it is moved");
  settle->callback(
      [&context, options] { context.run = [&context, options] { return Settle(context, *options); }; });
  auto* history =
      program.add_subcommand("history", "every value a record ever held (personal data: for your eyes)");
  history->add_option("record", options->record, "the record's id")->required();
  history->callback(
      [&context, options] { context.run = [&context, options] { return History(context, *options); }; });
}

}  // namespace opgang
