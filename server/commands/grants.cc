// opgangd grants: what a staff member may use; an area is given or taken.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/ids.h"
#include "core/base/status_macros.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"

namespace opgang {
namespace {

struct GrantOptions {
  std::string staff;
  std::string area;
  std::string actor;
};

const char* PartOf(const v1::Grant& grant) {
  switch (grant.scope().kind()) {
    case v1::SCOPE_KIND_AREA: return "area";
    case v1::SCOPE_KIND_AREA_HEALTH: return "health part";
    case v1::SCOPE_KIND_AREA_PLACES: return "entrances and doors";
    case v1::SCOPE_KIND_GROUP: return "group";
    default: return "other";
  }
}

const char* ModeOf(const v1::Grant& grant) {
  switch (grant.mode()) {
    case v1::GRANT_MODE_READ_WRITE: return "read and write";
    case v1::GRANT_MODE_READ: return "read";
    case v1::GRANT_MODE_WRITE_ONLY: return "hand in only";
    case v1::GRANT_MODE_FIGURES: return "reports only";
    default: return "none";
  }
}

nlohmann::json ToJson(const v1::Grant& grant) {
  return {{"area", grant.display_name()},
          {"part", PartOf(grant)},
          {"mode", ModeOf(grant)},
          {"generation", grant.generation()}};
}

absl::Status List(const CommandContext& context, const GrantOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListGrantsRequest request;
  request.set_staff_code(options.staff);
  v1::ListGrantsResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListGrants, request, &response));
  if (context.json) {
    nlohmann::json document = {{"schema", "opgangd/grants/1"}, {"grants", nlohmann::json::array()}};
    for (const auto& grant : response.grants()) document["grants"].push_back(ToJson(grant));
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  if (response.grants().empty()) std::printf("Nothing is granted to %s.\n", options.staff.c_str());
  for (const auto& grant : response.grants()) {
    std::printf("%-30s %-20s %s\n", grant.display_name().c_str(), PartOf(grant), ModeOf(grant));
  }
  return absl::OkStatus();
}

absl::Status Change(const CommandContext& context, const GrantOptions& options, bool take) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ChangeGrantRequest request;
  request.set_staff_code(options.staff);
  request.set_area(options.area);
  request.set_actor(options.actor);
  request.set_take(take);
  v1::ChangeGrantResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ChangeGrant, request, &response));
  if (context.json) {
    const nlohmann::json document = {{"schema", "opgangd/grants-change/1"},
                                     {"generation", response.generation()}};
    std::printf("%s\n", document.dump().c_str());
  } else if (take) {
    std::printf(
        "Taken. At its next sync the device hands in what is pending, removes the area and says so;\n"
        "'opgangd devices' shows until when it has not.\n");
  } else {
    std::printf("Given. The device fetches the area at its next sync.\n");
  }
  return absl::OkStatus();
}

CLI::App* AddChange(CLI::App* command, const char* name, const char* what, GrantOptions& options) {
  auto* change = command->add_subcommand(name, what);
  change->add_option("staff", options.staff, "the staff member's code")->required();
  change->add_option("--area", options.area, "the area's name")->required();
  change->add_option("--actor", options.actor, "who decides: your staff code")->required();
  return change;
}

}  // namespace

void AddGrants(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand("grants", "what a staff member may use");
  command->require_subcommand(1);
  auto options = std::make_shared<GrantOptions>();
  auto* list = command->add_subcommand("list", "what is granted to a staff member");
  list->add_option("staff", options->staff, "the staff member's code")->required();
  auto* give = AddChange(command, "give", "give an area, in the way of the person's role", *options);
  auto* take = AddChange(command, "take", "take an area: its records go from the devices", *options);
  list->callback(
      [&context, options] { context.run = [&context, options] { return List(context, *options); }; });
  give->callback([&context, options] {
    context.run = [&context, options] { return Change(context, *options, /*take=*/false); };
  });
  take->callback([&context, options] {
    context.run = [&context, options] { return Change(context, *options, /*take=*/true); };
  });
}

}  // namespace opgang
