// Making a backup while devices go on working: a consistent copy of the database, opened read-only and checked row by row,
// sealed to the offline key. What lies on the base's disk meanwhile (backup.image, 0600, rows sealed as ever) goes on every
// way out; what a power cut leaves of it goes at the next start.
#ifndef OPGANG_SERVER_BACKUP_MAKE_BACKUP_H_
#define OPGANG_SERVER_BACKUP_MAKE_BACKUP_H_

#include <filesystem>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/random.h"
#include "core/sealing/secret.h"
#include "server/store/base_store.h"

namespace opgang {

inline constexpr char kBackupImage[] = "backup.image";

struct BackupPlan {
  std::filesystem::path directory;  // the base's
  SecretBytes storage_key;          // opens every row of the copy
  std::filesystem::path to;         // a new file
  absl::Time now;                   // base time
  // Brings the copy of key file and ledger up to date, where one is kept: a backup is worth what its keys are.
  std::function<absl::Status()> copy_keys{};
};

struct MadeBackup {
  BackupEntry entry;  // to be recorded: without it the receipt will be of no backup
  BaseReader::Soundness counts;
  uint64_t file_bytes = 0;
};

// `reader`: a connection of its own; the writer goes on. One call at a time. Errors: kNotFound (no offline key was named
// yet), kBadInput (a path that is not absolute, or that holds something), kDamaged (the copy is not sound: nothing was
// written), kDiskFull, kNotWritable.
absl::StatusOr<MadeBackup> MakeBackup(BaseReader& reader, const BackupPlan& plan, Random& random);

}  // namespace opgang

#endif  // OPGANG_SERVER_BACKUP_MAKE_BACKUP_H_
