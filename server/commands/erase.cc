// opgangd erase: a citizen goes, from the base, from every device, for ever. opgangd erasures: who has not confirmed.
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

constexpr char kReasonPrefix[] = "ERASURE_REASON_";

struct EraseOptions {
  std::string citizen;
  std::string actor;
  std::string reason = "request";
  bool yes = false;
  bool with_duplicates = false;
  bool only_this = false;
  bool open_only = false;
};

nlohmann::json ReachJson(const google::protobuf::RepeatedPtrField<v1::ErasureReach>& reach) {
  nlohmann::json lines = nlohmann::json::array();
  for (const v1::ErasureReach& one : reach) {
    lines.push_back({{"store", IdText(one.store_id())},
                     {"device", one.device_label()},
                     {"holder", one.holder()},
                     {"last_sync_us", one.last_sync_us()},
                     {"confirmed_us", one.confirmed_us()}});
  }
  return lines;
}

nlohmann::json IdsJson(const google::protobuf::RepeatedPtrField<std::string>& ids) {
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& id : ids) list.push_back(IdText(id));
  return list;
}

nlohmann::json ToJson(const v1::EraseCitizenResponse& response) {
  const v1::ErasureCounts& counts = response.counts();
  return {{"schema", "opgangd/erase/1"},
          {"applied", response.applied()},
          {"citizens", IdsJson(response.citizen_ids())},
          {"joined", IdsJson(response.joined_ids())},
          {"records", counts.record_count()},
          {"mutations", counts.mutation_count()},
          {"quarantined", counts.quarantine_count()},
          {"referrals", counts.referral_count()},
          {"conflicts", counts.conflict_count()},
          {"seats", counts.seat_count()},
          {"keys_copied", response.copied()},
          {"devices", ReachJson(response.reach())}};
}

void Describe(const v1::EraseCitizenResponse& response) {
  const v1::ErasureCounts& counts = response.counts();
  std::printf(
      "%s: %u records, %u entries of the log (%u of them in quarantine), %u referrals,\n"
      "%u open conflicts, %u seats.\n",
      response.applied() ? "Erased" : "Would go", counts.record_count(), counts.mutation_count(),
      counts.quarantine_count(), counts.referral_count(), counts.conflict_count(), counts.seat_count());
  if (!response.joined_ids().empty()) {
    std::printf("Joined with this citizen as the same person:\n");
    for (const std::string& id : response.joined_ids()) std::printf("  %s\n", IdText(id).c_str());
  }
  if (!response.reach().empty()) std::printf("Devices that may hold something of it:\n");
  for (const v1::ErasureReach& one : response.reach()) {
    std::printf("  %-20s %-10s last seen %s\n", one.device_label().c_str(), one.holder().c_str(),
                LocalMinute(one.last_sync_us()).c_str());
  }
}

absl::Status Erase(const CommandContext& context, const EraseOptions& options) {
  if (options.with_duplicates && options.only_this)
    return MakeError(ErrorCode::kUsage, "--with-duplicates or --only-this, not both");
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::EraseCitizenRequest request;
  request.set_citizen(options.citizen);
  request.set_actor(options.actor);
  request.set_apply(options.yes);
  ASSIGN_OR_RETURN(const int reason,
                   CodeOfWord(*v1::ErasureReason_descriptor(), kReasonPrefix, options.reason));
  request.set_reason(static_cast<v1::ErasureReason>(reason));
  if (options.with_duplicates) request.set_duplicates(v1::DUPLICATE_CHOICE_TAKE_ALONG);
  if (options.only_this) request.set_duplicates(v1::DUPLICATE_CHOICE_LEAVE);
  v1::EraseCitizenResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::EraseCitizen, request, &response));
  if (context.json) {
    std::printf("%s\n", ToJson(response).dump().c_str());
    return absl::OkStatus();
  }
  Describe(response);
  if (!response.applied()) {
    std::printf("Nothing was changed. It is done, for ever, with --yes.\n");
    return absl::OkStatus();
  }
  std::printf("'opgangd erasures --open' shows which of them have not confirmed.\n");
  if (!response.copied())
    std::printf(
        "No copy of the keys has followed: see 'opgangd erasures', and --keys-copy of 'opgangd serve'.\n");
  return absl::OkStatus();
}

nlohmann::json ToJson(const v1::ListErasuresResponse& response) {
  nlohmann::json document = {{"schema", "opgangd/erasures/1"},
                             {"ledger_lines", response.ledger_line_count()},
                             {"keys_copied_us", response.copied_us()},
                             {"keys_copy_behind", response.copy_behind()},
                             {"erasures", nlohmann::json::array()}};
  for (const v1::ErasureLine& line : response.erasures()) {
    document["erasures"].push_back(
        {{"citizen", IdText(line.citizen_id())},
         {"at_us", line.at_us()},
         {"actor", line.actor()},
         {"reason", CodeWord(v1::ErasureReason_Name(line.reason()), kReasonPrefix)},
         {"devices", ReachJson(line.reach())}});
  }
  return document;
}

absl::Status ListErasures(const CommandContext& context, const EraseOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListErasuresRequest request;
  request.set_open_only(options.open_only);
  v1::ListErasuresResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListErasures, request, &response));
  if (context.json) {
    std::printf("%s\n", ToJson(response).dump().c_str());
    return absl::OkStatus();
  }
  if (response.erasures().empty()) std::printf("None.\n");
  for (const v1::ErasureLine& line : response.erasures()) {
    std::printf("%s  %s  by %s, %s\n", IdText(line.citizen_id()).c_str(), LocalMinute(line.at_us()).c_str(),
                line.actor().c_str(), CodeWord(v1::ErasureReason_Name(line.reason()), kReasonPrefix).c_str());
    for (const v1::ErasureReach& one : line.reach()) {
      std::printf("  %-20s %-10s %s\n", one.device_label().c_str(), one.holder().c_str(),
                  one.confirmed_us() > 0 ? ("confirmed " + LocalMinute(one.confirmed_us())).c_str()
                                         : "not confirmed");
    }
  }
  if (response.copy_behind())
    std::printf("The copy of the keys is BEHIND: what was erased lies there still.\n");
  if (response.copied_us() == 0)
    std::printf("No copy of the keys is kept (opgangd serve --keys-copy DIR).\n");
  return absl::OkStatus();
}

}  // namespace

void AddErase(CLI::App& program, CommandContext& context) {
  auto options = std::make_shared<EraseOptions>();
  auto* erase = program.add_subcommand(
      "erase", "erase a citizen here, on every device and in every backup; without --yes it only counts");
  erase->add_option("citizen", options->citizen, "record id, or the handle that devices show; never a name")
      ->required();
  erase->add_option("--actor", options->actor, "who decides: your staff code")->required();
  erase->add_option("--reason", options->reason, AllWords(*v1::ErasureReason_descriptor(), kReasonPrefix))
      ->capture_default_str();
  erase->add_flag("--with-duplicates", options->with_duplicates, "and all who are joined as the same person");
  erase->add_flag("--only-this", options->only_this, "and none of those who are joined with it");
  erase->add_flag("--yes", options->yes, "do it");
  erase->callback(
      [&context, options] { context.run = [&context, options] { return Erase(context, *options); }; });
  auto* list = program.add_subcommand("erasures", "who was erased, and which devices have not confirmed it");
  list->add_flag("--open", options->open_only, "only those that some device has not confirmed");
  list->callback(
      [&context, options] { context.run = [&context, options] { return ListErasures(context, *options); }; });
}

}  // namespace opgang
