// opgangd backup: the offline key, backups, receipts, and how far the horizon is.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/backup/backup_keys.h"
#include "server/commands/admin_client.h"
#include "server/commands/commands.h"

namespace opgang {
namespace {

struct BackupOptions {
  std::filesystem::path to;
  std::filesystem::path key_file;
  std::filesystem::path public_key;
  std::string receipt;
  std::string actor;
};

void Print(const nlohmann::json& document) { std::printf("%s\n", document.dump().c_str()); }

absl::Status MakeKey(const CommandContext& context, const BackupOptions& options) {
  RETURN_IF_ERROR(MakeBackupKey(options.key_file, SystemRandom()));
  const std::string secret = options.key_file.string();
  if (context.json) {
    Print({{"schema", "opgangd/backup-key/1"}, {"secret", secret}, {"public", secret + ".pub"}});
    return absl::OkStatus();
  }
  std::printf("Secret half: %s\n", secret.c_str());
  std::printf(
      "  Keep it on another machine than the base, and a copy of it in a safe. Whoever has it can open "
      "every\n"
      "  backup; without it no backup opens, ever. Were it made on the base: move it away now.\n");
  std::printf("Public half: %s.pub\n  Bring it to the base: opgangd backup seal-to %s.pub --actor CODE\n",
              secret.c_str(), secret.c_str());
  return absl::OkStatus();
}

absl::Status SealTo(const CommandContext& context, const BackupOptions& options) {
  v1::SealBackupsToRequest request;
  ASSIGN_OR_RETURN(*request.mutable_public_key(), ReadBackupPublicKey(options.public_key));
  request.set_actor(options.actor);
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::SealBackupsToResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::SealBackupsTo, request, &response));
  if (context.json) {
    Print({{"schema", "opgangd/backup-seal-to/1"}});
  } else {
    std::printf(
        "From now on backups are sealed to this key. Those before open with the key they were sealed to.\n");
  }
  return absl::OkStatus();
}

absl::Status Make(const CommandContext& context, const BackupOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::MakeBackupRequest request;
  request.set_path(std::filesystem::absolute(options.to).string());
  v1::MakeBackupResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::MakeBackup, request, &response));
  if (context.json) {
    Print({{"schema", "opgangd/backup/1"},
           {"file", request.path()},
           {"rev", response.rev()},
           {"made_us", response.made_us()},
           {"bytes", response.file_bytes()},
           {"records", response.record_count()},
           {"mutations", response.mutation_count()}});
    return absl::OkStatus();
  }
  std::printf("%s: %lld records, %lld mutations, up to rev %llu; checked, then sealed.\n",
              request.path().c_str(), static_cast<long long>(response.record_count()),
              static_cast<long long>(response.mutation_count()),
              static_cast<unsigned long long>(response.rev()));
  std::printf(
      "It counts when it has been opened: opgangd restore --check FILE --key SECRET, on the machine with "
      "the\n"
      "key; then opgangd backup confirm RECEIPT --actor CODE here. The base's keys/ are not in it.\n");
  return absl::OkStatus();
}

absl::Status Confirm(const CommandContext& context, const BackupOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ConfirmBackupRequest request;
  request.set_receipt(options.receipt);
  request.set_actor(options.actor);
  v1::ConfirmBackupResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ConfirmBackup, request, &response));
  if (context.json) {
    Print({{"schema", "opgangd/backup-confirm/1"},
           {"rev", response.rev()},
           {"made_us", response.made_us()},
           {"durable_horizon", response.durable_horizon()}});
    return absl::OkStatus();
  }
  std::printf(
      "Confirmed: the backup of %s. Devices let go of their copies up to rev %llu at their next syncs.\n",
      LocalMinute(response.made_us()).c_str(), static_cast<unsigned long long>(response.durable_horizon()));
  return absl::OkStatus();
}

absl::Status AcceptLoss(const CommandContext& context, const BackupOptions& options) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::AcceptLossRequest request;
  request.set_actor(options.actor);
  v1::AcceptLossResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::AcceptLoss, request, &response));
  if (context.json) {
    Print({{"schema", "opgangd/backup-accept-loss/1"}});
  } else {
    std::printf("Given up, in the name of %s. No warning about it any longer.\n", options.actor.c_str());
  }
  return absl::OkStatus();
}

nlohmann::json ToJson(const v1::ListBackupsResponse& response) {
  nlohmann::json document = {{"schema", "opgangd/backups/1"},
                             {"durable_horizon", response.status().durable_horizon()},
                             {"horizon_us", response.status().horizon_us()},
                             {"newest_rev", response.newest_rev()},
                             {"overdue", response.status().overdue()},
                             {"restored_too_old", response.status().restored_too_old()},
                             {"has_key", !response.public_key().empty()},
                             {"backups", nlohmann::json::array()}};
  for (const auto& line : response.backups()) {
    document["backups"].push_back({{"rev", line.rev()},
                                   {"made_us", line.made_us()},
                                   {"confirmed_us", line.confirmed_us()},
                                   {"actor", line.actor()}});
  }
  return document;
}

absl::Status List(const CommandContext& context) {
  ASSIGN_OR_RETURN(const auto client, AdminClient::Connect(context.data, false));
  v1::ListBackupsResponse response;
  RETURN_IF_ERROR(client->Call(&v1::AdminService::Stub::ListBackups, v1::ListBackupsRequest(), &response));
  if (context.json) {
    Print(ToJson(response));
    return absl::OkStatus();
  }
  SayBackupStatus(response.status());
  if (response.public_key().empty()) {
    std::printf(
        "No key to seal to yet: opgangd backup key, on another machine; then opgangd backup seal-to.\n");
  }
  const int64_t horizon_us = response.status().horizon_us();
  std::printf(
      "Newest rev %llu; durable horizon %llu, %s.\n", static_cast<unsigned long long>(response.newest_rev()),
      static_cast<unsigned long long>(response.status().durable_horizon()),
      horizon_us == 0 ? "no backup confirmed yet" : ("a backup of " + LocalMinute(horizon_us)).c_str());
  for (const auto& line : response.backups()) {
    std::printf("  %s  rev %-8llu %s\n", LocalMinute(line.made_us()).c_str(),
                static_cast<unsigned long long>(line.rev()),
                line.confirmed_us() == 0
                    ? "not confirmed"
                    : ("confirmed " + LocalMinute(line.confirmed_us()) + " by " + line.actor()).c_str());
  }
  return absl::OkStatus();
}

}  // namespace

void SayBackupStatus(const v1::BackupStatus& status) {
  if (status.overdue()) {
    std::printf(
        "BACKUP OVERDUE: work of more than three days is in no backup that was opened and confirmed.\n");
  }
  if (status.restored_too_old()) {
    std::printf(
        "RESTORED TOO OLD: devices had let go of work, trusting a backup newer than the one restored here.\n"
        "  Restore that one, or 'opgangd backup accept-loss' where there is none (docs/backup.md).\n");
  }
}

void AddBackup(CLI::App& program, CommandContext& context) {
  auto* command = program.add_subcommand(
      "backup", "make a backup (--to), or say how far they are; 'key', 'seal-to' and 'confirm' belong to it");
  auto options = std::make_shared<BackupOptions>();
  command->add_option("--to", options->to, "the file to make; a file that is there is never overwritten");
  command->require_subcommand(0, 1);
  auto* key =
      command->add_subcommand("key", "make the offline key pair; best on the machine that will keep it");
  key->add_option("--out", options->key_file,
                  "where to write the secret half; the public one beside it, as .pub")
      ->required();
  auto* seal_to = command->add_subcommand("seal-to", "seal backups to this key from now on");
  seal_to->add_option("public", options->public_key, "the file with the public half (.pub)")->required();
  auto* confirm =
      command->add_subcommand("confirm", "a backup was opened away from here: moves the durable horizon");
  confirm->add_option("receipt", options->receipt, "what 'opgangd restore --check' printed")->required();
  auto* accept = command->add_subcommand(
      "accept-loss", "restored too old, and no newer backup is left: give up what lies between");
  for (auto* decide : {seal_to, confirm, accept}) {
    decide->add_option("--actor", options->actor, "who decides: your staff code")->required();
  }
  command->callback([&context, options, key, seal_to, confirm, accept] {
    context.run = [&context, options, key, seal_to, confirm, accept] {
      if (key->parsed()) return MakeKey(context, *options);
      if (seal_to->parsed()) return SealTo(context, *options);
      if (confirm->parsed()) return Confirm(context, *options);
      if (accept->parsed()) return AcceptLoss(context, *options);
      return options->to.empty() ? List(context) : Make(context, *options);
    };
  });
}

}  // namespace opgang
