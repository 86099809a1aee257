// Opening a backup: to check it, away from the base, or to put it in the base's place.
#ifndef OPGANG_SERVER_BACKUP_RESTORE_BACKUP_H_
#define OPGANG_SERVER_BACKUP_RESTORE_BACKUP_H_

#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/sealing/sealing.h"
#include "opgang/v1/backup.pb.h"

namespace opgang {

// Stands in the base's directory while files are exchanged: a base with it does not start, and the restore is run again.
inline constexpr char kRestoringMark[] = "restoring";

struct CheckedBackup {
  v1::BackupManifest manifest;
  std::string receipt;       // for 'opgangd backup confirm'
  bool rows_opened = false;  // false: without the base's storage key every row stayed sealed
};

// Opens every chunk, the database in it (read-only: integrity, what refers to what), and with `storage_key` (empty: none)
// every row; compares all with what the base said it had put in. What is about citizens opens with the copy of keys/ in
// `citizens_keys`, and stays sealed without. `scratch`: a directory for the image, which goes again.
// Errors: backup_file.h's; kDamaged also where the image is not what the manifest says, or another storage key's.
absl::StatusOr<CheckedBackup> CheckBackup(const std::filesystem::path& backup, const BoxKeyPair& keys,
                                          const SecretBytes& storage_key,
                                          const std::filesystem::path& scratch,
                                          const std::filesystem::path& citizens_keys = {});

struct RestorePlan {
  std::filesystem::path backup;
  BoxKeyPair keys;                  // the offline key
  std::filesystem::path directory;  // the base's
  // A copy of the base's keys/, for a directory that has none.
  std::optional<std::filesystem::path> keys_copy;
  bool replace = false;  // set a base that is there aside
  bool older = false;    // though a newer backup was confirmed
  // Though the ledger of erasures is not the newest: who was erased since comes back, until a device says so.
  bool old_ledger = false;
};

struct RestoredBase {
  v1::BackupManifest manifest;
  EpochId epoch;                    // the new one
  std::filesystem::path set_aside;  // where the former base lies; empty: there was none
  int erased = 0;                   // citizens whom the backup brought along, and who were erased since
};

// Checks the backup as above, gives it a new epoch and puts it in place. Until then nothing in the directory changes; the
// former base is moved, never deleted. Errors: kStoreBusy (a base runs there), kBadInput (a base is there and `replace` is
// false; a newer backup was confirmed and `older` is false; other keys), kNotFound (no keys), and CheckBackup()'s.
absl::StatusOr<RestoredBase> RestoreBase(const RestorePlan& plan, Clock& clock, Random& random);

}  // namespace opgang

#endif  // OPGANG_SERVER_BACKUP_RESTORE_BACKUP_H_
