#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"
#include "server/import/dwelling_csv.h"
#include "server/import/dwelling_mapping.h"
#include "server/import/entrance_areas.h"

namespace opgang {
namespace {

struct ImportOptions {
  std::filesystem::path file;
  std::filesystem::path mapping;
  std::filesystem::path entrances;
  std::string area;
  std::string municipality;
};

absl::StatusOr<std::ifstream> OpenFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return MakeError(ErrorCode::kNotFound, "the file cannot be opened: " + path.string());
  return in;
}

struct ImportFiles {
  DwellingFile dwellings;
  EntranceAreasFile entrances;  // empty without --entrances
};

absl::StatusOr<ImportFiles> ReadFiles(const ImportOptions& options) {
  ASSIGN_OR_RETURN(const std::string toml, ReadWholeFile(options.mapping));
  ASSIGN_OR_RETURN(const DwellingMapping mapping, ParseDwellingMapping(toml));
  ImportFiles files;
  DwellingFileOptions reading;
  if (options.entrances.empty()) {
    reading.default_area = options.area;
  } else {  // a register that lists other housing too: what the table does not name is nobody's area
    ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.entrances));
    ASSIGN_OR_RETURN(files.entrances, ReadEntranceAreas(in));
    reading.entrance_areas = &files.entrances.areas;
  }
  ASSIGN_OR_RETURN(std::ifstream in, OpenFile(options.file));
  ASSIGN_OR_RETURN(files.dwellings, ReadDwellings(in, mapping, reading));
  return files;
}

nlohmann::json ToJson(const RefusedRows& refused) {
  nlohmann::json rows = nlohmann::json::array();
  for (const RefusedRow& row : refused.listed()) {
    rows.push_back({{"line", row.line},
                    {"reason", std::string(RowRefusalName(row.reason))},
                    {"column", row.column},
                    {"why", row.why}});
  }
  return rows;
}

void PrintJson(const v1::ImportDwellingsResponse& counts, const ImportFiles& files) {
  nlohmann::json document = {{"schema", "opgangd/import-dwellings/1"},
                             {"entrances_added", counts.entrances_added()},
                             {"dwellings_added", counts.dwellings_added()},
                             {"changed", counts.changed()},
                             {"closed", counts.closed()},
                             {"unchanged", counts.unchanged()},
                             {"refused", ToJson(files.dwellings.refused)},
                             {"refused_total", files.dwellings.refused.total()},
                             {"entrances_refused", ToJson(files.entrances.refused)},
                             {"entrances_refused_total", files.entrances.refused.total()}};
  std::printf("%s\n", document.dump().c_str());
}

void PrintRefused(const char* file, const RefusedRows& refused) {
  for (const RefusedRow& row : refused.listed()) {
    std::printf("%s line %d refused: %s\n", file, row.line, row.why.c_str());
  }
  const auto more = refused.total() - static_cast<int64_t>(refused.listed().size());
  if (more > 0) std::printf("%s: %lld more refused\n", file, static_cast<long long>(more));
}

void PrintText(const v1::ImportDwellingsResponse& counts, const ImportFiles& files) {
  PrintRefused("entrances", files.entrances.refused);
  PrintRefused("dwellings", files.dwellings.refused);
  std::printf("%d entrances and %d dwellings added, %d changed, %d closed, %d unchanged, %lld rows refused\n",
              counts.entrances_added(), counts.dwellings_added(), counts.changed(), counts.closed(),
              counts.unchanged(), static_cast<long long>(files.dwellings.refused.total()));
}

absl::Status Import(const CommandContext& context, const ImportOptions& options) {
  ASSIGN_OR_RETURN(ImportFiles files, ReadFiles(options));
  if (files.dwellings.rows.empty()) {
    PrintText({}, files);
    return MakeError(ErrorCode::kBadInput, "no row of this file can be imported; nothing was changed");
  }
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, true));
  v1::ImportDwellingsRequest request;
  request.set_area(options.area);
  request.set_source_label(options.file.filename().string());
  request.set_municipality(options.municipality);
  for (v1::DwellingRow& row : files.dwellings.rows) *request.add_rows() = std::move(row);
  v1::ImportDwellingsResponse counts;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ImportDwellings, request, &counts));
  context.json ? PrintJson(counts, files) : PrintText(counts, files);
  return absl::OkStatus();
}

}  // namespace

void AddImport(CLI::App& program, CommandContext& context) {
  auto* import = program.add_subcommand("import", "bring the base in line with a file");
  import->require_subcommand(1);
  auto* command =
      import->add_subcommand("dwellings", "entrances and dwellings from a CSV file; safe to repeat");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("file", options->file, "CSV, UTF-8, comma or semicolon")->required();
  command->add_option("--mapping", options->mapping, "which column is what (examples/mappings)")->required();
  command->add_option("--area", options->area, "the area of rows that name none");
  command->add_option("--municipality", options->municipality,
                      "where the base serves several: whose area; made if new");
  command->add_option("--entrances", options->entrances, "table street;number;area;organisation");
  command->callback(
      [&context, options] { context.run = [&context, options] { return Import(context, *options); }; });
}

}  // namespace opgang
