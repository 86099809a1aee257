#include "server/backup/make_backup.h"

#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/backup/backup_file.h"
#include "server/backup/backup_keys.h"
#include "server/backup/plain_file.h"
#include "server/store/sqlite_base_store.h"

namespace opgang {
namespace {

constexpr size_t kReceiptBytes = 32;

absl::Status CheckTarget(const std::filesystem::path& to) {
  if (!to.is_absolute()) return MakeError(ErrorCode::kBadInput, "the backup's path must be absolute");
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(to, ignored))) return absl::OkStatus();
  return MakeError(ErrorCode::kBadInput, "that file is there already, and is never overwritten");
}

// The copy is private before it holds a byte.
absl::Status CopyPrivately(BaseReader& reader, const std::filesystem::path& image) {
  {
    ASSIGN_OR_RETURN(NewFile empty, NewFile::Create(image));
    RETURN_IF_ERROR(empty.Keep());
  }
  return reader.CopyTo(image.string());
}

struct CheckedImage {
  BaseReader::Soundness counts;
  BackupFacts facts;
};

absl::StatusOr<CheckedImage> CheckImage(const std::filesystem::path& image, const SecretBytes& storage_key) {
  SqliteBaseOptions options;
  options.file = image;
  options.storage_key = storage_key;
  ASSIGN_OR_RETURN(const auto copy, OpenSqliteBaseImage(options));
  CheckedImage checked;
  ASSIGN_OR_RETURN(checked.counts, copy->Check());
  ASSIGN_OR_RETURN(checked.facts, copy->Backup());
  if (checked.counts.problems.empty()) return checked;
  return MakeError(ErrorCode::kDamaged,
                   "the base is damaged and was not backed up: 'opgangd check' says where");
}

v1::BackupManifest ManifestOf(const MadeBackup& made, const BackupFacts& facts, uint64_t image_bytes) {
  v1::BackupManifest manifest;
  manifest.set_backup_id(made.entry.backup_id);
  manifest.set_epoch(made.entry.epoch.ToBytes());
  manifest.set_rev(made.entry.rev);
  manifest.set_made_us(made.entry.made_us);
  manifest.set_image_bytes(image_bytes);
  manifest.set_record_count(made.counts.records);
  manifest.set_mutation_count(made.counts.mutations);
  manifest.set_quarantine_count(made.counts.quarantined);
  manifest.set_key_slot_count(facts.key_slots);
  manifest.set_ledger_line_count(facts.ledger_lines);
  manifest.set_audit_seq(facts.audit_seq);
  manifest.set_audit_link(facts.audit_link);
  return manifest;
}

}  // namespace

absl::StatusOr<MadeBackup> MakeBackup(BaseReader& reader, const BackupPlan& plan, Random& random) {
  ASSIGN_OR_RETURN(const std::string public_key, reader.BackupKey());
  if (public_key.empty()) {
    return MakeError(
        ErrorCode::kNotFound,
        "this base has no offline key to seal to: 'opgangd backup key', then 'opgangd backup seal-to'");
  }
  RETURN_IF_ERROR(CheckTarget(plan.to));
  const ScratchFile image(plan.directory / kBackupImage);
  RETURN_IF_ERROR(CopyPrivately(reader, image.path()));
  ASSIGN_OR_RETURN(const CheckedImage checked, CheckImage(image.path(), plan.storage_key));
  RETURN_IF_ERROR(reader.TagKeys());
  if (plan.copy_keys) RETURN_IF_ERROR(plan.copy_keys());
  const std::string secret = random.Bytes(kReceiptBytes);
  MadeBackup made;
  made.counts = checked.counts;
  made.entry.backup_id = IntentId::Make(plan.now, random).ToBytes();
  made.entry.epoch = checked.facts.epoch;
  made.entry.rev = checked.facts.newest_rev;
  made.entry.made_us = absl::ToUnixMicros(plan.now);
  made.entry.receipt_hash = HashOfReceiptSecret(secret);
  v1::BackupTrailer trailer;
  trailer.set_receipt_secret(secret);
  std::error_code error;
  const uint64_t image_bytes = std::filesystem::file_size(image.path(), error);
  ASSIGN_OR_RETURN(made.file_bytes,
                   WriteBackupFile(plan.to, image.path(), ManifestOf(made, checked.facts, image_bytes),
                                   trailer, public_key, random));
  return made;
}

}  // namespace opgang
