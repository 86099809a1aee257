// Opening: look at the file without touching it, then open it, make it what it must be, and check that it is.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/database.h"
#include "core/sqlite/durable_file.h"
#include "core/sqlite/gathering_vfs.h"
#include "core/sqlite/journal_version.h"

namespace opgang::sqlite {
namespace {

struct FileIdentity {
  int64_t application_id = 0;
  int64_t user_version = 0;
  bool empty = true;  // no table yet
};

absl::StatusOr<FileIdentity> ReadIdentity(Database& db) {
  FileIdentity identity;
  ASSIGN_OR_RETURN(identity.application_id, db.QueryInt("PRAGMA application_id"));
  ASSIGN_OR_RETURN(identity.user_version, db.QueryInt("PRAGMA user_version"));
  ASSIGN_OR_RETURN(const int64_t tables, db.QueryInt("SELECT count(*) FROM sqlite_schema"));
  identity.empty = tables == 0;
  return identity;
}

absl::Status CheckIdentity(const FileIdentity& identity, const DatabaseOptions& options) {
  if (identity.empty && identity.application_id == 0 && identity.user_version == 0) return absl::OkStatus();
  if (identity.application_id != static_cast<int64_t>(options.application_id)) {
    return MakeError(ErrorCode::kDamaged, "the file belongs to another application");
  }
  if (identity.user_version > static_cast<int64_t>(options.migrations.size())) {
    return MakeError(ErrorCode::kNewerFile, "the file was written by a newer version");
  }
  return absl::OkStatus();
}

std::string UriOf(const std::string& path, std::string_view parameters) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const unsigned char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += {'%', kHex[c >> 4], kHex[c & 15]};
    } else {
      uri += static_cast<char>(c);
    }
  }
  return uri.append(parameters);
}

absl::StatusOr<sqlite3*> OpenHandle(const std::string& name, int flags, const DatabaseOptions& options) {
  sqlite3* db = nullptr;
  // Counting SQLite's memory takes a lock of the whole process at each allocation. Refused once anything is open: then it
  // is counted.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  const bool writes = options.access == Access::kWrite;
  const std::string vfs = writes ? GatheringVfs(options.vfs) : options.vfs;
  const int rc = sqlite3_open_v2(name.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                 vfs.empty() ? nullptr : vfs.c_str());
  if (rc == SQLITE_OK) return db;
  sqlite3_close(db);
  return StatusOfCode(rc, "opening a database");
}

absl::StatusOr<sqlite3*> OpenFor(const DatabaseOptions& options) {
  if (options.access == Access::kImage) {
    return OpenHandle(UriOf(options.path, "?immutable=1"), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, options);
  }
  const int create = options.access == Access::kWrite ? SQLITE_OPEN_CREATE : 0;
  return OpenHandle(options.path, SQLITE_OPEN_READWRITE | create, options);
}

// A new file gets its mode before it holds a byte; SQLite gives WAL and shm the same.
absl::Status CreatePrivately(const DatabaseOptions& options) {
  if (options.access != Access::kWrite || !options.vfs.empty()) return absl::OkStatus();
  const int fd = ::open(options.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return errno == ENOENT ? MakeError(ErrorCode::kNotWritable, "no such directory")
                           : StatusOfErrno(errno, "creating a database");
  ::close(fd);
  return absl::OkStatus();
}

absl::Status Migrate(Database& db, const DatabaseOptions& options, int64_t from) {
  const int64_t to = static_cast<int64_t>(options.migrations.size());
  if (from == to) return absl::OkStatus();
  if (options.access != Access::kWrite) {
    return MakeError(ErrorCode::kNotFound, "the file was not brought up to date by a writer yet");
  }
  std::string script = "BEGIN IMMEDIATE;";
  if (from == 0) script += "PRAGMA application_id=" + std::to_string(options.application_id) + ";";
  for (int64_t i = from; i < to; ++i) script.append(options.migrations[i]).append(";");
  script += "PRAGMA user_version=" + std::to_string(to) + ";COMMIT;";
  const absl::Status migrated = db.Execute(script);
  if (!migrated.ok() && db.in_transaction()) (void)db.Execute("ROLLBACK");
  return migrated;
}

absl::Status UseWal(Database& db) {
  ASSIGN_OR_RETURN(Statement statement, db.Prepare("PRAGMA journal_mode=WAL"));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (row && statement.Text(0) == "wal") return absl::OkStatus();
  return MakeError(ErrorCode::kNotWritable, "the database does not take write-ahead logging here");
}

absl::Status ApplyPragmas(Database& db, const DatabaseOptions& options) {
  RETURN_IF_ERROR(db.Execute(
      "PRAGMA synchronous=FULL;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=0;PRAGMA foreign_keys=OFF;"
      "PRAGMA trusted_schema=OFF;PRAGMA cell_size_check=ON;"));
  RETURN_IF_ERROR(db.Execute(options.secure_delete ? "PRAGMA secure_delete=ON" : "PRAGMA secure_delete=OFF"));
  ASSIGN_OR_RETURN(const int64_t synchronous, db.QueryInt("PRAGMA synchronous"));
  ASSIGN_OR_RETURN(const int64_t temp_store, db.QueryInt("PRAGMA temp_store"));
  if (synchronous == 2 && temp_store == 2) return absl::OkStatus();
  return MakeError(ErrorCode::kInternal, "the database did not take its settings");
}

void KeepWalOnClose(Database& db) {
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace

// Takes no lock and makes no file: immutable reads the main file alone.
absl::Status Database::Look(const DatabaseOptions& options) {
  auto look =
      OpenHandle(UriOf(options.path, "?immutable=1"), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, options);
  if (!look.ok()) return absl::OkStatus();
  Database db(*look, Access::kRead);
  absl::StatusOr<FileIdentity> identity = ReadIdentity(db);
  // A torn page may only look damaged until its journal is played back: that is for the real open to say.
  if (!identity.ok()) return absl::OkStatus();
  if (options.access != Access::kImage && options.vfs.empty()) {
    identity->user_version = std::max(identity->user_version, VersionInJournal(options.path + "-wal"));
  }
  return CheckIdentity(*identity, options);
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  RETURN_IF_ERROR(Look(options));
  RETURN_IF_ERROR(CreatePrivately(options));
  ASSIGN_OR_RETURN(sqlite3* const handle, OpenFor(options));
  // Not a writer until it has proven to be ours: a refused file is closed without a checkpoint.
  auto db = std::unique_ptr<Database>(new Database(handle, Access::kRead));
  KeepWalOnClose(*db);
  sqlite3_busy_timeout(handle, static_cast<int>(absl::ToInt64Milliseconds(options.busy_timeout)));
  ASSIGN_OR_RETURN(const FileIdentity identity, ReadIdentity(*db));
  RETURN_IF_ERROR(CheckIdentity(identity, options));
  RETURN_IF_ERROR(ApplyPragmas(*db, options));
  RETURN_IF_ERROR(Migrate(*db, options, identity.user_version));
  if (options.access != Access::kWrite) {
    RETURN_IF_ERROR(db->Execute("PRAGMA wal_autocheckpoint=0;PRAGMA query_only=ON;"));
    return db;
  }
  RETURN_IF_ERROR(UseWal(*db));
  db->access_ = Access::kWrite;
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  db->keep_log_ = options.keep_log;
  db->most_log_pages_ = options.most_log_pages;
  sqlite3_wal_hook(handle, &Database::OnCommit, db.get());
  // A migration counts at once in the main file, where an older version looks first.
  if (identity.user_version < static_cast<int64_t>(options.migrations.size()))
    RETURN_IF_ERROR(db->Checkpoint());
  return db;
}

}  // namespace opgang::sqlite
