// opgangd staff: who works here, and in which role, on the base's own machine; from a device it is `opgang admin staff`.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"

namespace opgang {
namespace {

absl::Status List(const CommandContext& context) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListStaffResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListStaff, v1::ListStaffRequest(), &response));
  nlohmann::json document = {{"schema", "opgangd/staff/1"}, {"staff", nlohmann::json::array()}};
  for (const auto& line : response.staff()) {
    document["staff"].push_back({{"staff", line.staff_code()},
                                 {"role", line.role()},
                                 {"role_since_us", line.role_since_us()},
                                 {"municipality", line.municipality()},
                                 {"devices", line.device_count()}});
    if (context.json) continue;
    std::printf("%-20s %-12s %3u devices  %s\n", line.staff_code().c_str(), line.role().c_str(),
                line.device_count(), line.municipality().c_str());
  }
  if (context.json) std::printf("%s\n", document.dump().c_str());
  return absl::OkStatus();
}

absl::Status ChangeRole(const CommandContext& context, const v1::ChangeRoleRequest& request) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ChangeRoleResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ChangeRole, request, &response));
  if (context.json) {
    std::printf("%s\n", nlohmann::json({{"schema", "opgangd/staff-role/1"}}).dump().c_str());
  } else {
    std::printf("%s is %s from now on. What was captured before counts as before.\n",
                request.staff_code().c_str(), request.role().c_str());
  }
  return absl::OkStatus();
}

}  // namespace

void AddStaff(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("staff", "who works here, and in which role");
  command->require_subcommand(1);
  command->add_subcommand("list", "all of them")->callback([&context] {
    context.run = [&context] { return List(context); };
  });
  auto request = std::make_shared<v1::ChangeRoleRequest>();
  auto* role = command->add_subcommand("role", "give somebody another role");
  role->add_option("staff", *request->mutable_staff_code(), "the staff member's code")->required();
  role->add_option("role", *request->mutable_role(), "outreach, health, instructor, coordinator, ...")
      ->required();
  role->add_option("--actor", *request->mutable_actor(), "who decides: your staff code")->required();
  role->callback(
      [&context, request] { context.run = [&context, request] { return ChangeRole(context, *request); }; });
}

}  // namespace opgang
