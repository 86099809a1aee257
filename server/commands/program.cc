#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "server/commands/commands.h"

namespace opgang {
namespace {

std::filesystem::path DefaultDirectory() {
  if (const char* named = std::getenv("OPGANGD_DATA"); named != nullptr && *named != '\0') return named;
  return "/var/lib/opgang";
}

// Structured lines on stderr: time in UTC, level, then key=value. No personal data (design: staff codes and ids only).
void StartLog(bool quiet) {
  auto log = spdlog::stderr_logger_mt("opgangd");
  log->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  log->set_level(quiet ? spdlog::level::warn : spdlog::level::info);
  log->flush_on(spdlog::level::info);
  spdlog::set_default_logger(log);
}

}  // namespace

std::string LocalMinute(int64_t time_us) {
  if (time_us == 0) return "never";
  return absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixMicros(time_us), CopenhagenTime());
}

int RunOpgangd(int argc, const char* const* argv) {
  CLI::App program{
      "opgangd: the base of Opgang. Devices sync with it; opgangd's own commands work beside it."};
  program.set_version_flag("--version", "opgangd " OPGANG_VERSION);
  program.require_subcommand(1);
  program.fallthrough();  // --data and --json may follow the command; commands added from here on inherit it
  CommandContext context;
  context.data = DefaultDirectory();
  program.add_option("--data", context.data,
                     "the base's directory (or OPGANGD_DATA); default /var/lib/opgang");
  program.add_flag("--json", context.json, "print JSON");
  program.add_option("--as", context.looker, "your staff code: what you look at is noted under it")
      ->envname("OPGANGD_ACTOR");
  AddServe(program, context);
  AddInvite(program, context);
  AddImport(program, context);
  AddDevices(program, context);
  AddGrants(program, context);
  AddStaff(program, context);
  AddLeases(program, context);
  AddCheck(program, context);
  AddQuarantine(program, context);
  AddConflicts(program, context);
  AddReport(program, context);
  AddBackup(program, context);
  AddRestore(program, context);
  AddErase(program, context);
  AddExport(program, context);
  AddRequests(program, context);
  AddRetention(program, context);
  AddAudit(program, context);
  AddProxyKeys(program, context);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = program.exit(error);
    return code == 0 ? 0 : static_cast<int>(ErrorCode::kUsage);
  }
  StartLog(!program.got_subcommand("serve"));
  const absl::Status status = context.run();
  if (status.ok()) return 0;
  std::fprintf(stderr, "opgangd: %s (%s)\n", std::string(status.message()).c_str(),
               std::string(ErrorCodeName(GetErrorCode(status))).c_str());
  return static_cast<int>(GetErrorCode(status));
}

}  // namespace opgang
