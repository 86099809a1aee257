#include "server/backup/restore_backup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"
#include "core/sqlite/file_lock.h"
#include "server/backup/backup_file.h"
#include "server/backup/backup_keys.h"
#include "server/backup/plain_file.h"
#include "server/engine/erasure.h"
#include "server/engine/transaction.h"
#include "server/identity/key_store.h"
#include "server/identity/keys_copy.h"
#include "server/store/key_slots.h"
#include "server/store/sqlite_base_store.h"

namespace opgang {
namespace {

namespace fs = std::filesystem;

constexpr char kDatabase[] = "base.db";
constexpr char kImage[] = "restore.image";

SqliteBaseOptions OptionsFor(const fs::path& file, const SecretBytes& storage_key, Random& random) {
  SqliteBaseOptions options;
  options.file = file;
  options.storage_key = storage_key;
  options.random = &random;
  return options;
}

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

// The image says of itself what the base said it had put in.
absl::Status CheckImage(const fs::path& image, const v1::BackupManifest& manifest,
                        const SecretBytes& storage_key, const fs::path& citizens_keys) {
  SqliteBaseOptions options = OptionsFor(image, storage_key, SystemRandom());
  options.keys = citizens_keys;
  ASSIGN_OR_RETURN(const auto copy, OpenSqliteBaseImage(options));
  ASSIGN_OR_RETURN(const BaseReader::Soundness found, copy->Check());
  ASSIGN_OR_RETURN(const BackupFacts facts, copy->Backup());
  if (!found.problems.empty()) return MakeError(ErrorCode::kDamaged, "the image: " + found.problems.front());
  const bool same = facts.epoch.ToBytes() == manifest.epoch() && facts.newest_rev == manifest.rev() &&
                    found.records == manifest.record_count() &&
                    found.mutations == manifest.mutation_count() &&
                    found.quarantined == manifest.quarantine_count();
  return same ? absl::OkStatus()
              : MakeError(ErrorCode::kDamaged, "the image is not what its base said it was");
}

absl::StatusOr<CheckedBackup> CheckInto(const fs::path& image, const fs::path& backup, const BoxKeyPair& keys,
                                        const SecretBytes& storage_key, const fs::path& citizens_keys) {
  ASSIGN_OR_RETURN(const OpenedBackup opened, OpenBackupFile(backup, keys, image));
  RETURN_IF_ERROR(CheckImage(image, opened.manifest, storage_key, citizens_keys));
  return CheckedBackup{opened.manifest, ReceiptText(opened.trailer.receipt_secret()), !storage_key.empty()};
}

// The keys that the base will run with.
absl::StatusOr<BaseKeys> KeysFor(const RestorePlan& plan) {
  const bool has_own = Exists(plan.directory / "keys");
  if (!has_own && !plan.keys_copy.has_value()) {
    return MakeError(ErrorCode::kNotFound,
                     "the base's keys are not here: put their copy into keys/, or name it with --keys");
  }
  if (!plan.keys_copy.has_value()) return LoadKeysCopy(plan.directory / "keys");
  ASSIGN_OR_RETURN(BaseKeys copy, LoadKeysCopy(*plan.keys_copy));
  if (!has_own) return copy;
  ASSIGN_OR_RETURN(const BaseKeys own, LoadKeysCopy(plan.directory / "keys"));
  if (own.storage_key == copy.storage_key) return copy;
  return MakeError(ErrorCode::kBadInput, "this directory has other keys than those that --keys names");
}

// Of the directory's own and the named copy, the one that knows more of citizens: its ledger grows, and is never shortened.
fs::path CitizensKeysOf(const RestorePlan& plan) {
  const fs::path own = plan.directory / "keys";
  if (!plan.keys_copy.has_value()) return own;
  std::error_code ignored;
  const auto size_in = [&](const fs::path& keys) -> uint64_t {
    const auto bytes = fs::file_size(keys / kErasureLedgerFile, ignored);
    return ignored ? 0 : bytes;
  };
  return size_in(*plan.keys_copy) > size_in(own) || !Exists(own / kKeySlotsFile) ? *plan.keys_copy : own;
}

// A copy without them cannot tell whom it may not bring back.
absl::Status AdoptKeys(const RestorePlan& plan) {
  const fs::path newest = CitizensKeysOf(plan);
  if (!Exists(newest / kKeySlotsFile) || !Exists(newest / kErasureLedgerFile)) {
    return MakeError(ErrorCode::kNotFound,
                     "citizens.keys or erased.ledger is not in the copy of keys/: name the newest copy");
  }
  const fs::path own = plan.directory / "keys";
  if (!Exists(own)) RETURN_IF_ERROR(AdoptKeysCopy(*plan.keys_copy, plan.directory));
  return newest == own ? absl::OkStatus() : CopyCitizensKeys(newest, own);
}

// Devices have let go of what the newest confirmed backup holds. A former base that cannot be read cannot be asked.
absl::Status CheckAge(const RestorePlan& plan, const v1::BackupManifest& manifest,
                      const SecretBytes& storage_key) {
  if (plan.older || !Exists(plan.directory / kDatabase)) return absl::OkStatus();
  const auto former =
      OpenSqliteBaseReader(OptionsFor(plan.directory / kDatabase, storage_key, SystemRandom()));
  if (!former.ok()) return absl::OkStatus();
  const auto facts = (*former)->Backup();
  const bool newer =
      facts.ok() && facts->epoch.ToBytes() == manifest.epoch() && facts->horizon_rev > manifest.rev();
  if (!newer) return absl::OkStatus();
  return MakeError(
      ErrorCode::kBadInput,
      "a newer backup than this was confirmed, and devices have let go of what lies between; restore "
      "that one, or say --older");
}

// Whoever was erased since is gone before the new epoch begins.
absl::StatusOr<EpochId> BeginNewEpoch(const RestorePlan& plan, const fs::path& image,
                                      const SecretBytes& storage_key, Clock& clock, Random& random,
                                      int& erased) {
  // Closing the store at the end of this leaves one whole file: nothing beside it has to move along.
  SqliteBaseOptions options = OptionsFor(image, storage_key, random);
  options.keys = plan.directory / "keys";
  options.old_ledger = plan.old_ledger;
  ASSIGN_OR_RETURN(const auto store, OpenSqliteBaseStore(options));
  const absl::Time now = clock.WallNow();
  ASSIGN_OR_RETURN(erased, FinishErasures(*store, now));
  const EpochId epoch = EpochId::Make(now, random);
  RETURN_IF_ERROR(InTransaction(*store, [&]() -> absl::Status {
    RETURN_IF_ERROR(store->BeginEpoch(epoch, absl::ToUnixMicros(now)));
    RETURN_IF_ERROR(store->NoteLedgerFollowed());
    return store->Audit("restore", "restored", epoch.ToBytes(), absl::ToUnixMicros(now));
  }));
  return epoch;
}

absl::Status Move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return StatusOfErrno(errno, "moving a file of the base");
}

absl::StatusOr<fs::path> MakeAside(const fs::path& directory, absl::Time now) {
  const std::string stamp = absl::FormatTime("replaced-%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone());
  for (int n = 1;; ++n) {
    const fs::path aside = directory / (n == 1 ? stamp : stamp + "-" + std::to_string(n));
    if (::mkdir(aside.c_str(), 0700) == 0) return aside;
    if (errno != EEXIST) return StatusOfErrno(errno, "making a directory for the former base");
  }
}

// The log before the database: no file of one base is ever met by those of another.
absl::StatusOr<fs::path> SetAside(const fs::path& directory, absl::Time now) {
  ASSIGN_OR_RETURN(const fs::path aside, MakeAside(directory, now));
  for (const char* suffix : {"-wal", "-shm", ""}) {
    const std::string name = std::string(kDatabase) + suffix;
    RETURN_IF_ERROR(Move(directory / name, aside / name));
  }
  RETURN_IF_ERROR(SyncDirectory(aside));
  RETURN_IF_ERROR(SyncDirectory(directory));
  return aside;
}

absl::Status RemoveMark(const fs::path& directory) {
  std::error_code error;
  fs::remove(directory / kRestoringMark, error);
  if (error) return StatusOfErrno(error.value(), "removing the mark of the restore");
  return SyncDirectory(directory);
}

// From the mark on the directory is no base until this has come to its end; running it again brings it there.
absl::StatusOr<fs::path> Exchange(const fs::path& directory, const fs::path& image, absl::Time now) {
  const bool former = Exists(directory / kDatabase) || Exists(directory / (std::string(kDatabase) + "-wal"));
  RETURN_IF_ERROR(WriteFileDurably(directory / kRestoringMark, "run 'opgangd restore' again\n"));
  fs::path aside;
  if (former) {
    ASSIGN_OR_RETURN(aside, SetAside(directory, now));
  }
  if (::rename(image.c_str(), (directory / kDatabase).c_str()) != 0)
    return StatusOfErrno(errno, "putting the restored base in place");
  RETURN_IF_ERROR(SyncDirectory(directory));
  RETURN_IF_ERROR(RemoveMark(directory));
  return aside;
}

}  // namespace

absl::StatusOr<CheckedBackup> CheckBackup(const fs::path& backup, const BoxKeyPair& keys,
                                          const SecretBytes& storage_key, const fs::path& scratch,
                                          const fs::path& citizens_keys) {
  const ScratchFile image(scratch / ("opgang-check-" + std::to_string(getpid()) + ".image"));
  return CheckInto(image.path(), backup, keys, storage_key, citizens_keys);
}

absl::StatusOr<RestoredBase> RestoreBase(const RestorePlan& plan, Clock& clock, Random& random) {
  RETURN_IF_ERROR(MakePrivateDirectory(plan.directory));
  const auto lock = FileLock::Acquire(plan.directory / "lock", absl::ZeroDuration());
  if (!lock.ok() && GetErrorCode(lock.status()) == ErrorCode::kStoreBusy) {
    return MakeError(ErrorCode::kStoreBusy, "a base runs on this directory: stop it first");
  }
  RETURN_IF_ERROR(lock.status());
  const bool interrupted = Exists(plan.directory / kRestoringMark);
  if (Exists(plan.directory / kDatabase) && !plan.replace && !interrupted) {
    return MakeError(ErrorCode::kBadInput, "there is a base in this directory; --replace sets it aside");
  }
  ASSIGN_OR_RETURN(const BaseKeys base_keys, KeysFor(plan));
  const ScratchFile image(plan.directory / kImage);
  ASSIGN_OR_RETURN(const CheckedBackup checked, CheckInto(image.path(), plan.backup, plan.keys,
                                                          base_keys.storage_key, CitizensKeysOf(plan)));
  RETURN_IF_ERROR(CheckAge(plan, checked.manifest, base_keys.storage_key));
  RestoredBase restored;
  restored.manifest = checked.manifest;
  RETURN_IF_ERROR(AdoptKeys(plan));
  ASSIGN_OR_RETURN(restored.epoch,
                   BeginNewEpoch(plan, image.path(), base_keys.storage_key, clock, random, restored.erased));
  ASSIGN_OR_RETURN(restored.set_aside, Exchange(plan.directory, image.path(), clock.WallNow()));
  return restored;
}

}  // namespace opgang
