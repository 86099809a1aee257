// The base's store on SQLite. What is on disk: sqlite_base_schema.h.
#ifndef OPGANG_SERVER_STORE_SQLITE_BASE_STORE_H_
#define OPGANG_SERVER_STORE_SQLITE_BASE_STORE_H_

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sealing/secret.h"
#include "server/store/base_store.h"

namespace opgang {

struct SqliteBaseOptions {
  std::filesystem::path file;  // base.db
  SecretBytes storage_key;     // 32 bytes; seals every content
  Random* random = &SystemRandom();
  std::string vfs;  // empty = SQLite's default
  // Where keys/citizens.keys and keys/erased.ledger lie; empty = in keys/ beside `file`.
  std::filesystem::path keys{};
  // Though the ledger of erasures knows fewer than this database: a person has accepted that (docs/backup.md).
  bool old_ledger = false;
};

// Opens, or makes, the base's file. The caller holds the base directory's lock: one writing process. Errors:
// kNewerFile, kDamaged (also: another storage key; a key file or a ledger of erasures that is not the newest, or not this
// base's), kNotWritable, kDiskFull.
absl::StatusOr<std::unique_ptr<BaseStore>> OpenSqliteBaseStore(const SqliteBaseOptions& options);

// Refuses a file that OpenSqliteBaseStore() would refuse before it touches it: kNewerFile, kDamaged. Ok where there is none.
absl::Status LookAtSqliteBase(const std::filesystem::path& file);

// Opens an image of base.db that nobody writes, read-only. Without a storage key its rows stay sealed: Check() then looks
// at the database and at what refers to what. Errors: kNewerFile, kDamaged (also: another storage key), kNotFound (an
// image of an older version, to be opened by OpenSqliteBaseStore() first).
absl::StatusOr<std::unique_ptr<BaseReader>> OpenSqliteBaseImage(const SqliteBaseOptions& options);

// A reader of a base that another connection may be writing to. Errors as above.
absl::StatusOr<std::unique_ptr<BaseReader>> OpenSqliteBaseReader(const SqliteBaseOptions& options);

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_SQLITE_BASE_STORE_H_
