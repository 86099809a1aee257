#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/commands/words.h"

namespace opgang {
namespace {

constexpr char kReasonPrefix[] = "REVOCATION_REASON_";

nlohmann::json RemovalsOf(const v1::DeviceStatus& device) {
  nlohmann::json removals = nlohmann::json::array();
  for (const auto& removal : device.unconfirmed_removals()) {
    removals.push_back({{"area", removal.display_name()}, {"told_us", removal.told_us()}});
  }
  return removals;
}

nlohmann::json ToJson(const v1::DeviceStatus& device) {
  return {{"device", device.device_label()},
          {"holder", device.holder()},
          {"last_sync_us", device.last_sync_us()},
          {"unsent", device.unsent_count()},
          {"nearest_due_us", device.nearest_due_us()},
          {"silent", device.silent()},
          {"online", device.online()},
          {"unconfirmed_removals", RemovalsOf(device)},
          {"municipality", device.municipality()},
          {"lease_until_us", device.lease_until_us()},
          {"enrolment_alarm_us", device.enrolment_alarm_us()},
          {"revoked_us", device.revoked().at_us()},
          {"revoked", CodeWord(v1::RevocationReason_Name(device.revoked().reason()), kReasonPrefix)},
          {"exists_twice", device.twin_since_us() != 0},
          {"exists_twice_since_us", device.twin_since_us()}};
}

std::string StateOf(const v1::DeviceStatus& device) {
  if (device.has_revoked())
    return "OUT OF USE: " + CodeWord(v1::RevocationReason_Name(device.revoked().reason()), kReasonPrefix);
  if (device.enrolment_alarm_us() != 0) return "ALARM: ANOTHER KEY";
  if (device.twin_since_us() != 0) return device.silent() ? "EXISTS TWICE, SILENT" : "EXISTS TWICE";
  if (device.online()) return "online";
  return device.silent() ? "SILENT" : "";
}

// "by 2026-11-22": the due instant is the first one after that date.
std::string DueDate(int64_t due_us) {
  if (due_us == 0) return "-";
  return absl::FormatTime("by %Y-%m-%d", absl::FromUnixMicros(due_us - 1), CopenhagenTime());
}

void Print(const v1::DeviceStatus& device) {
  std::printf("%-16s %-12s %-17s %6u  %-17s %s\n", device.device_label().c_str(), device.holder().c_str(),
              LocalMinute(device.last_sync_us()).c_str(), device.unsent_count(),
              DueDate(device.nearest_due_us()).c_str(), StateOf(device).c_str());
  for (const auto& removal : device.unconfirmed_removals()) {
    std::printf("    may still hold %s, which was taken: %s\n", removal.display_name().c_str(),
                removal.told_us() == 0 ? "it has not heard of it yet"
                                       : ("told " + LocalMinute(removal.told_us())).c_str());
  }
}

absl::Status Devices(const CommandContext& context) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListDevicesResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListDevices, v1::ListDevicesRequest(), &response));
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/devices/1"},
                               {"devices", nlohmann::json::array()},
                               {"backup_overdue", response.backup().overdue()},
                               {"restored_too_old", response.backup().restored_too_old()}};
    for (const auto& device : response.devices()) document["devices"].push_back(ToJson(device));
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  SayBackupStatus(response.backup());
  if (response.devices().empty()) {
    std::printf("No device is enrolled yet. 'opgangd invite' invites one.\n");
    return absl::OkStatus();
  }
  std::printf("%-16s %-12s %-17s %6s  %-17s\n", "device", "holder", "last sync", "unsent", "nearest due");
  for (const auto& device : response.devices()) Print(device);
  const bool twins = std::any_of(response.devices().begin(), response.devices().end(),
                                 [](const v1::DeviceStatus& device) { return device.twin_since_us() != 0; });
  if (twins)
    std::printf("A device that exists twice was copied or put back: look into it, then 'devices settle'.\n");
  return absl::OkStatus();
}

struct SettleOptions {
  std::string device;
  std::string holder;
  std::string actor;
  std::string reason;
};

bool NeedsSettling(const v1::DeviceStatus& device) {
  return device.twin_since_us() != 0 || device.enrolment_alarm_us() != 0;
}

bool IsAny(const v1::DeviceStatus&) { return true; }

// The store that is meant, among those that `may_be` meant.
absl::StatusOr<std::string> StoreMeant(const v1::ListDevicesResponse& devices, const SettleOptions& options,
                                       bool (*may_be)(const v1::DeviceStatus&)) {
  std::set<std::string> stores;
  for (const auto& device : devices.devices()) {
    const bool meant = may_be(device) && device.device_label() == options.device &&
                       (options.holder.empty() || device.holder() == options.holder);
    if (meant) stores.insert(device.store_id());
  }
  if (stores.empty()) return MakeError(ErrorCode::kNotFound, "no such device, or nothing to settle about it");
  if (stores.size() == 1) return *stores.begin();
  return MakeError(ErrorCode::kAmbiguous,
                   "several staff members have one of that name; name the holder with --staff");
}

absl::Status Settle(const CommandContext& context, const SettleOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListDevicesResponse devices;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListDevices, v1::ListDevicesRequest(), &devices));
  v1::SettleTwinRequest request;
  ASSIGN_OR_RETURN(*request.mutable_store_id(), StoreMeant(devices, options, &NeedsSettling));
  request.set_actor(options.actor);
  v1::SettleTwinResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::SettleTwin, request, &response));
  if (context.json) {
    std::printf("%s\n", nlohmann::json({{"schema", "opgangd/devices-settle/1"}}).dump().c_str());
  } else {
    std::printf("Settled, in the name of %s. If a second one is still in use, its next sync says so again.\n",
                options.actor.c_str());
  }
  return absl::OkStatus();
}

absl::Status Revoke(const CommandContext& context, const SettleOptions& options) {
  ASSIGN_OR_RETURN(const int reason,
                   CodeOfWord(*v1::RevocationReason_descriptor(), kReasonPrefix, options.reason));
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListDevicesResponse devices;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListDevices, v1::ListDevicesRequest(), &devices));
  v1::RevokeDeviceRequest request;
  ASSIGN_OR_RETURN(*request.mutable_store_id(), StoreMeant(devices, options, &IsAny));
  request.set_reason(static_cast<v1::RevocationReason>(reason));
  request.set_actor(options.actor);
  v1::RevokeDeviceResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::RevokeDevice, request, &response));
  if (context.json) {
    std::printf("%s\n", nlohmann::json({{"schema", "opgangd/devices-revoke/1"}}).dump().c_str());
  } else {
    std::printf("Out of use, in the name of %s. What it hands in waits in quarantine.\n",
                options.actor.c_str());
  }
  return absl::OkStatus();
}

}  // namespace

void AddDevices(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("devices", "the devices that this base knows, longest silent first");
  command->require_subcommand(0, 1);
  auto options = std::make_shared<SettleOptions>();
  auto* settle = command->add_subcommand(
      "settle", "you have looked into a device that exists twice, or an alarm about its invitation");
  settle->add_option("device", options->device, "its label, e.g. tablet-3")->required();
  settle->add_option("--staff", options->holder, "its holder, where several have one of that name");
  settle->add_option("--actor", options->actor, "who decides: your staff code")->required();
  auto* revoke = command->add_subcommand("revoke", "take a device out of use, for ever");
  revoke->add_option("device", options->device, "its label, e.g. tablet-3")->required();
  revoke->add_option("--staff", options->holder, "its holder, where several have one of that name");
  revoke->add_option("--actor", options->actor, "who decides: your staff code")->required();
  revoke->add_option("--reason", options->reason, AllWords(*v1::RevocationReason_descriptor(), kReasonPrefix))
      ->required();
  command->callback([&context, options, settle, revoke] {
    context.run = [&context, options, settle, revoke] {
      if (revoke->parsed()) return Revoke(context, *options);
      return settle->parsed() ? Settle(context, *options) : Devices(context);
    };
  });
}

}  // namespace opgang
