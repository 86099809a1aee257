// opgangd restore: opens a backup, to check it away from the base or to put it in the base's place.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/backup/backup_keys.h"
#include "server/backup/restore_backup.h"
#include "server/commands/commands.h"
#include "server/identity/key_store.h"

namespace opgang {
namespace {

struct RestoreOptions {
  std::filesystem::path backup;
  std::filesystem::path key_file;
  std::filesystem::path keys_copy;
  std::filesystem::path scratch;
  bool check = false;
  bool replace = false;
  bool older = false;
  bool old_ledger = false;
};

nlohmann::json ToJson(const char* schema, const v1::BackupManifest& manifest) {
  return {{"schema", schema},
          {"rev", manifest.rev()},
          {"made_us", manifest.made_us()},
          {"records", manifest.record_count()},
          {"mutations", manifest.mutation_count()}};
}

void Describe(const v1::BackupManifest& manifest) {
  std::printf("A backup of %s: %lld records, %lld mutations, up to rev %llu.\n",
              LocalMinute(manifest.made_us()).c_str(), static_cast<long long>(manifest.record_count()),
              static_cast<long long>(manifest.mutation_count()),
              static_cast<unsigned long long>(manifest.rev()));
}

absl::Status Check(const CommandContext& context, const RestoreOptions& options) {
  ASSIGN_OR_RETURN(const BoxKeyPair keys, ReadBackupSecret(options.key_file));
  SecretBytes storage_key;
  if (!options.keys_copy.empty()) {
    ASSIGN_OR_RETURN(const BaseKeys base_keys, LoadKeysCopy(options.keys_copy));
    storage_key = base_keys.storage_key;
  }
  const auto scratch =
      options.scratch.empty() ? std::filesystem::absolute(options.backup).parent_path() : options.scratch;
  ASSIGN_OR_RETURN(const CheckedBackup checked,
                   CheckBackup(options.backup, keys, storage_key, scratch, options.keys_copy));
  if (context.json) {
    nlohmann::json document = ToJson("opgangd/restore-check/1", checked.manifest);
    document["receipt"] = checked.receipt;
    document["rows_opened"] = checked.rows_opened;
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  Describe(checked.manifest);
  std::printf(checked.rows_opened
                  ? "Whole: every part and every row opens, and it is what its base said it was.\n"
                  : "Whole: every part opens, and it is what its base said it was. Its rows are sealed under "
                    "the base's\n"
                    "own keys; the base opened each of them before it sealed the backup (--keys opens them "
                    "here too).\n");
  std::printf("Receipt: %s\nBring it to the base: opgangd backup confirm RECEIPT --actor CODE\n",
              checked.receipt.c_str());
  return absl::OkStatus();
}

absl::Status Restore(const CommandContext& context, const RestoreOptions& options) {
  RestorePlan plan;
  plan.backup = options.backup;
  ASSIGN_OR_RETURN(plan.keys, ReadBackupSecret(options.key_file));
  plan.directory = context.data;
  if (!options.keys_copy.empty()) plan.keys_copy = options.keys_copy;
  plan.replace = options.replace;
  plan.older = options.older;
  plan.old_ledger = options.old_ledger;
  ASSIGN_OR_RETURN(const RestoredBase restored, RestoreBase(plan, SystemClock(), SystemRandom()));
  if (context.json) {
    nlohmann::json document = ToJson("opgangd/restore/1", restored.manifest);
    document["epoch"] = restored.epoch.ToString();
    document["set_aside"] = restored.set_aside.string();
    document["erased_again"] = restored.erased;
    std::printf("%s\n", document.dump().c_str());
    return absl::OkStatus();
  }
  Describe(restored.manifest);
  std::printf(
      "Restored, under a new epoch. Start the base; each device hands in at its next sync what came "
      "after.\n");
  if (restored.erased > 0) {
    std::printf("%d erased since this backup was made were taken out of it again.\n", restored.erased);
  }
  if (!restored.set_aside.empty()) {
    std::printf("The former base lies in %s.\n", restored.set_aside.c_str());
  }
  std::printf(
      "Devices that were enrolled after this backup are to be invited again; their work goes along.\n"
      "Grants, decisions on quarantine and imports after it are to be made again. See docs/backup.md.\n");
  return absl::OkStatus();
}

}  // namespace

void AddRestore(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand(
      "restore",
      "put a backup in the base's place (the base is stopped), or only --check it, on any machine");
  auto options = std::make_shared<RestoreOptions>();
  command->add_option("backup", options->backup, "the backup's file; it is only read")->required();
  command->add_option("--key", options->key_file, "the file with the secret half of the offline key")
      ->required();
  command->add_flag("--check", options->check, "open and check it, print its receipt, restore nothing");
  command->add_option("--keys", options->keys_copy,
                      "a copy of the base's keys/: opens every row; needed where the directory has no keys/");
  command->add_option("--scratch", options->scratch,
                      "with --check: where the image may lie meanwhile; default: beside the backup");
  command->add_flag("--replace", options->replace, "a base is there: set it aside (never deleted)");
  command->add_flag("--older", options->older,
                    "though a newer backup was confirmed, and what lies between is lost");
  command->add_flag(
      "--old-ledger", options->old_ledger,
      "though keys/erased.ledger is not the newest: who was erased since comes back until a device "
      "says so");
  command->callback([&context, options] {
    context.run = [&context, options] {
      return options->check ? Check(context, *options) : Restore(context, *options);
    };
  });
}

}  // namespace opgang
