#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"

namespace opgang {
namespace {

struct InviteOptions {
  v1::InviteRequest request;
  std::vector<std::string> areas;
  std::vector<std::string> addresses;
  std::filesystem::path out;
};

void Print(const CommandContext& context, const InviteOptions& options, const v1::InviteResponse& response) {
  if (context.json) {
    const nlohmann::json document = {{"schema", "opgangd/invite/1"},
                                     {"file", options.out.string()},
                                     {"code", response.code()},
                                     {"expires_us", response.expires_us()}};
    std::printf("%s\n", document.dump().c_str());
    return;
  }
  std::printf("Invitation for %s on %s: %s\n", options.request.staff_code().c_str(),
              options.request.device_label().c_str(), options.out.c_str());
  std::printf("Code: %s\n", response.code().c_str());
  std::printf("Bring the file to the device. Tell the code by another way. Good once, until %s.\n",
              LocalMinute(response.expires_us()).c_str());
}

absl::Status Invite(const CommandContext& context, InviteOptions& options) {
  for (const auto& area : options.areas) options.request.add_areas(area);
  for (const auto& address : options.addresses) options.request.add_addresses(address);
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::InviteResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::Invite, options.request, &response));
  RETURN_IF_ERROR(WriteFileDurably(options.out, response.sealed_invitation()));
  Print(context, options, response);
  return absl::OkStatus();
}

}  // namespace

void AddInvite(CLI::App& program, CommandContext& context) {
  auto* command =
      program.add_subcommand("invite", "invite a staff member's device; prints the code of the invitation");
  auto options = std::make_shared<InviteOptions>();
  command
      ->add_option("--staff", *options->request.mutable_staff_code(), "staff code: 2 to 20 of a-z, 0-9 and -")
      ->required();
  command->add_option("--device", *options->request.mutable_device_label(), "device label, e.g. tablet-3")
      ->required();
  command
      ->add_option("--role", *options->request.mutable_role(),
                   "outreach, health, instructor, coordinator, partner, evaluator, auditor or admin")
      ->required();
  command->add_option("--area", options->areas, "area to work in; may be repeated");
  command->add_option("--municipality", *options->request.mutable_municipality(),
                      "where the base serves several: whose staff; made if new");
  command->add_option("--address", options->addresses,
                      "host:port that this device dials, instead of the base's own");
  command->add_option("--out", options->out, "where to write the invitation file")->required();
  command->callback(
      [&context, options] { context.run = [&context, options] { return Invite(context, *options); }; });
}

}  // namespace opgang
