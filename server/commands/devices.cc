#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"

namespace opgang {
namespace {

nlohmann::json ToJson(const v1::DeviceStatus& device) {
  return {{"device", device.device_label()},
          {"holder", device.holder()},
          {"last_sync_us", device.last_sync_us()},
          {"unsent", device.unsent_count()},
          {"nearest_due_us", device.nearest_due_us()},
          {"silent", device.silent()},
          {"online", device.online()}};
}

const char* StateOf(const v1::DeviceStatus& device) {
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
              DueDate(device.nearest_due_us()).c_str(), StateOf(device));
}

absl::Status Devices(const CommandContext& context) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListDevicesResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListDevices, v1::ListDevicesRequest(), &response));
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/devices/1"}, {"devices", nlohmann::json::array()}};
    for (const auto& device : response.devices()) document["devices"].push_back(ToJson(device));
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  if (response.devices().empty()) {
    std::printf("No device is enrolled yet. 'opgangd invite' invites one.\n");
    return absl::OkStatus();
  }
  std::printf("%-16s %-12s %-17s %6s  %-17s\n", "device", "holder", "last sync", "unsent", "nearest due");
  for (const auto& device : response.devices()) Print(device);
  return absl::OkStatus();
}

}  // namespace

void AddDevices(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("devices", "the devices that this base knows, longest silent first");
  command->callback([&context] { context.run = [&context] { return Devices(context); }; });
}

}  // namespace opgang
