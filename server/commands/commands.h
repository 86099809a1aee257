// opgangd's commands. Each registers its options on the program and runs when it was chosen.
#ifndef OPGANG_SERVER_COMMANDS_COMMANDS_H_
#define OPGANG_SERVER_COMMANDS_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

struct CommandContext {
  std::filesystem::path data;         // --data: the base's directory
  bool json = false;                  // --json
  std::string looker;                 // --as: who looks, for the audit
  std::function<absl::Status()> run;  // set by the command that was chosen
};

// `context` outlives `program`.
void AddServe(CLI::App& program, CommandContext& context);
void AddInvite(CLI::App& program, CommandContext& context);
void AddImport(CLI::App& program, CommandContext& context);
void AddDevices(CLI::App& program, CommandContext& context);
void AddGrants(CLI::App& program, CommandContext& context);
void AddStaff(CLI::App& program, CommandContext& context);
void AddLeases(CLI::App& program, CommandContext& context);
void AddCheck(CLI::App& program, CommandContext& context);
void AddQuarantine(CLI::App& program, CommandContext& context);
void AddConflicts(CLI::App& program, CommandContext& context);
void AddReport(CLI::App& program, CommandContext& context);
void AddBackup(CLI::App& program, CommandContext& context);
void AddRestore(CLI::App& program, CommandContext& context);
void AddErase(CLI::App& program, CommandContext& context);  // erase, erasures
void AddExport(CLI::App& program, CommandContext& context);
void AddRequests(CLI::App& program, CommandContext& context);
void AddRetention(CLI::App& program, CommandContext& context);
void AddAudit(CLI::App& program, CommandContext& context);
void AddProxyKeys(CLI::App& program, CommandContext& context);

// Runs the program; returns its exit code: 0, or an ErrorCode's number. Errors go to stderr as "opgangd: ...".
int RunOpgangd(int argc, const char* const* argv);

// "2026-04-04 14:30" in Europe/Copenhagen; "never" for 0.
std::string LocalMinute(int64_t time_us);

// Says what is wrong with the backups, where something is.
void SayBackupStatus(const v1::BackupStatus& status);

}  // namespace opgang

#endif  // OPGANG_SERVER_COMMANDS_COMMANDS_H_
