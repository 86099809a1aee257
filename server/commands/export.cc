// opgangd export: everything about a citizen, for the citizen, as two files.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/commands/words.h"

namespace opgang {
namespace {

struct ExportOptions {
  std::string citizen;
  std::string actor;
  std::filesystem::path out;
};

absl::Status Export(const CommandContext& context, const ExportOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ExportCitizenRequest request;
  request.set_citizen(options.citizen);
  request.set_actor(options.actor);
  v1::ExportCitizenResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ExportCitizen, request, &response));
  // Named by the id: a file's name is seen by everybody who sees the directory.
  const std::string name = "citizen-" + IdText(response.citizen_ids(0));
  RETURN_IF_ERROR(MakePrivateDirectory(std::filesystem::absolute(options.out)));
  const auto json = options.out / (name + ".json"), html = options.out / (name + ".html");
  RETURN_IF_ERROR(WriteFileDurably(json, response.json()));
  RETURN_IF_ERROR(WriteFileDurably(html, response.html()));
  if (context.json) {
    const nlohmann::json document = {{"schema", "opgangd/export-files/1"},
                                     {"json", json.string()},
                                     {"html", html.string()},
                                     {"citizens", response.citizen_ids_size()}};
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  std::printf("%s\n%s\nOnly you may read them (mode 0600). Hand them over, and delete them.\n", html.c_str(),
              json.c_str());
  if (response.citizen_ids_size() > 1)
    std::printf("%d citizens who were joined as the same person are in them.\n", response.citizen_ids_size());
  return absl::OkStatus();
}

}  // namespace

void AddExport(CLI::App& program, CommandContext& context) {
  auto options = std::make_shared<ExportOptions>();
  auto* command =
      program.add_subcommand("export", "everything about a citizen, with who used it, as JSON and as a page");
  command->add_option("citizen", options->citizen, "record id, or the handle that devices show; never a name")
      ->required();
  command->add_option("--actor", options->actor, "who hands it out: your staff code")->required();
  command->add_option("--out", options->out, "a directory; the files in it are named by the record id")
      ->required();
  command->callback(
      [&context, options] { context.run = [&context, options] { return Export(context, *options); }; });
}

}  // namespace opgang
