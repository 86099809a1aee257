// opgangd leases: chairs of limited meetings, lent to devices; a lost device's chairs are taken back by a person.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/commands/words.h"

namespace opgang {
namespace {

struct LeaseOptions {
  std::string device;
  std::string meeting;
  std::string holder;
  std::string actor;
  bool accept_risk = false;
};

int64_t FreeChairs(const v1::MeetingChairs& meeting) {
  int64_t free = int64_t{meeting.capacity()} - meeting.promised_count();
  for (const auto& holder : meeting.holders()) free -= holder.left_count();
  return free;
}

nlohmann::json ToJson(const v1::MeetingChairs& meeting) {
  nlohmann::json holders = nlohmann::json::array();
  for (const auto& holder : meeting.holders()) {
    holders.push_back({{"device", holder.device_label()},
                       {"holder", holder.holder()},
                       {"left", holder.left_count()},
                       {"last_sync_us", holder.last_sync_us()}});
  }
  return {{"meeting", IdText(meeting.meeting_id())},
          {"start_us", meeting.start_us()},
          {"capacity", meeting.capacity()},
          {"promised", meeting.promised_count()},
          {"wishes", meeting.wish_count()},
          {"free", FreeChairs(meeting)},
          {"lent", holders}};
}

void Print(const v1::MeetingChairs& meeting) {
  const int64_t free = FreeChairs(meeting);
  std::printf("%s  %u chairs, %u promised, %u wished for, %lld free%s\n    meeting %s\n",
              LocalMinute(meeting.start_us()).c_str(), meeting.capacity(), meeting.promised_count(),
              meeting.wish_count(), static_cast<long long>(free > 0 ? free : 0),
              meeting.promised_count() > meeting.capacity() ? ", OVERBOOKED" : "",
              IdText(meeting.meeting_id()).c_str());
  for (const auto& holder : meeting.holders()) {
    std::printf("    %u lent to %s (%s), last sync %s\n", holder.left_count(), holder.device_label().c_str(),
                holder.holder().c_str(), LocalMinute(holder.last_sync_us()).c_str());
  }
}

absl::Status List(const CommandContext& context) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListLeasesResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListLeases, v1::ListLeasesRequest(), &response));
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/leases/1"}, {"meetings", nlohmann::json::array()}};
    for (const auto& meeting : response.meetings()) document["meetings"].push_back(ToJson(meeting));
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  if (response.meetings().empty()) std::printf("No limited meeting lies ahead.\n");
  for (const auto& meeting : response.meetings()) Print(meeting);
  return absl::OkStatus();
}

// The store that is meant, by its device's label.
absl::StatusOr<std::string> StoreCalled(const v1::ListDevicesResponse& devices, const LeaseOptions& options) {
  std::set<std::string> stores;
  for (const auto& device : devices.devices()) {
    const bool meant = device.device_label() == options.device &&
                       (options.holder.empty() || device.holder() == options.holder);
    if (meant) stores.insert(device.store_id());
  }
  if (stores.empty()) return MakeError(ErrorCode::kNotFound, "no such device; 'opgangd devices' lists them");
  if (stores.size() == 1) return *stores.begin();
  return MakeError(ErrorCode::kAmbiguous,
                   "several staff members have one of that name; name the holder with --staff");
}

void SayReclaimed(const LeaseOptions& options, const v1::ReclaimLeasesResponse& response) {
  if (response.chairs_at_risk() == 0) {
    std::printf("Nothing is lent to that device of a meeting that lies ahead.\n");
    return;
  }
  std::printf(
      "Chairs: %u, in meetings: %u. The device may have promised each of them, or may still promise it,\n"
      "and nobody has heard: as many seats may turn out to be promised twice.\n",
      response.chairs_at_risk(), response.meeting_count());
  if (options.accept_risk) {
    std::printf(
        "Reclaimed, in the name of %s. If it comes to that, 'opgang tasks' shows the overbooked meeting.\n",
        options.actor.c_str());
  } else {
    std::printf("Nothing is changed yet. To reclaim them all the same, add --accept-risk.\n");
  }
}

absl::Status Reclaim(const CommandContext& context, const LeaseOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListDevicesResponse devices;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListDevices, v1::ListDevicesRequest(), &devices));
  v1::ReclaimLeasesRequest request;
  ASSIGN_OR_RETURN(*request.mutable_store_id(), StoreCalled(devices, options));
  if (options.meeting != "all") {
    ASSIGN_OR_RETURN(*request.mutable_meeting_id(), IdBytes(options.meeting));
  }
  request.set_actor(options.actor);
  request.set_accept_risk(options.accept_risk);
  v1::ReclaimLeasesResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ReclaimLeases, request, &response));
  if (!context.json) {
    SayReclaimed(options, response);
    return absl::OkStatus();
  }
  const nlohmann::json document = {{"schema", "opgangd/leases-reclaim/1"},
                                   {"chairs_at_risk", response.chairs_at_risk()},
                                   {"meetings", response.meeting_count()},
                                   {"reclaimed", options.accept_risk}};
  std::printf("%s\n", document.dump().c_str());
  return absl::OkStatus();
}

}  // namespace

void AddLeases(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("leases", "chairs of limited meetings that are lent to devices");
  command->require_subcommand(1);
  auto options = std::make_shared<LeaseOptions>();
  auto* list = command->add_subcommand("list", "limited meetings ahead, and who holds chairs of them");
  auto* reclaim = command->add_subcommand("reclaim", "a device is lost: take its chairs back");
  reclaim->add_option("device", options->device, "its label, e.g. tablet-3")->required();
  reclaim->add_option("meeting", options->meeting, "the meeting's id as 'leases list' shows it, or all")
      ->required();
  reclaim->add_option("--staff", options->holder, "its holder, where several have one of that name");
  reclaim->add_option("--actor", options->actor, "who decides: your staff code")->required();
  reclaim->add_flag("--accept-risk", options->accept_risk, "do it; else only the risk is told");
  list->callback([&context] { context.run = [&context] { return List(context); }; });
  reclaim->callback(
      [&context, options] { context.run = [&context, options] { return Reclaim(context, *options); }; });
}

}  // namespace opgang
