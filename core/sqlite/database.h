// A thin wrapper over SQLite: one connection, its statements, and what a file must be before it is touched.
//
// One writing-and-checkpointing connection per file (SQLite before 3.51.3 can lose a WAL reset when two write
// or checkpoint at once): hold a FileLock for as long as a writing Database is open; readers never
// checkpoint. Every connection: WAL, synchronous=FULL (read back), temp_store=MEMORY, no mmap, foreign keys
// off. A file of a newer version, of another application, or that is no database is refused before it is
// touched.
//
// Errors are ErrorCodes: kDiskFull (FULL), kNotWritable (READONLY, CANTOPEN, PERM, AUTH, IOERR), kDamaged
// (NOTADB, CORRUPT, another application's file), kNewerFile, kStoreBusy (BUSY, LOCKED), kInternal for the
// rest. Messages hold SQLite's words and no bound value. A Database and its statements live on one thread at
// a time.
#ifndef OPGANG_CORE_SQLITE_DATABASE_H_
#define OPGANG_CORE_SQLITE_DATABASE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/sqlite/statement.h"

struct sqlite3;
struct sqlite3_stmt;

namespace opgang::sqlite {

enum class Access {
  kWrite,  // creates the file (mode 0600) and migrates it; TRUNCATE checkpoint on close, or keep_log
  kRead,   // query_only; the file must exist and be at this version; never checkpoints
  kImage,  // a copy that nobody writes: opened read-only and immutable; makes no file beside it
};

struct DatabaseOptions {
  std::string path;
  // PRAGMA application_id: tells our files from others. Not 0.
  uint32_t application_id = 0;
  // Append-only: migrations[i] brings user_version i to i + 1. Each is one or several SQL statements; all
  // that are missing run in one transaction together with the new user_version. Must outlive Open() only.
  std::span<const std::string_view> migrations;
  Access access = Access::kWrite;
  // Overwrites deleted content with zeros.
  bool secure_delete = false;
  // A writer's log of at most so many bytes stays on close, and the next writer goes on in it: a close without a disk sync,
  // and a first commit with one instead of three. For what can be fetched again: a damaged log silently ends at its last sound
  // commit. 0 = every close empties it.
  int64_t keep_log = 0;
  // A commit that finds so many pages in a writer's log copies them into the file, and takes that much longer.
  int most_log_pages = 1000;
  absl::Duration busy_timeout = absl::Seconds(5);
  // A registered VFS; empty = SQLite's default. With another one the mode of a new file is that VFS's
  // business.
  std::string vfs;
};

class Database {
 public:
  // Refuses what Open() would refuse before it touches the file or its journal: kNewerFile, also where only the journal
  // says so (the newer program was cut off before its migration reached the file), kDamaged for another application's. Ok
  // where there is no file, and where only opening can tell.
  static absl::Status Look(const DatabaseOptions& options);

  // On success never null. The Database must outlive every Statement, Transaction and Savepoint made from it.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);

  // A writer checkpoints (TRUNCATE), so that no old page image stays in the WAL; not below DatabaseOptions::keep_log, unless
  // a Checkpoint() went wrong.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // A prepared statement, from a cache by its text. Aborts nothing on bad SQL: kInternal.
  absl::StatusOr<Statement> Prepare(std::string_view sql);
  // Runs one or several statements without parameters.
  absl::Status Execute(const std::string& sql);
  // One number from a query without parameters that gives one row: "PRAGMA user_version".
  absl::StatusOr<int64_t> QueryInt(std::string_view sql);

  // Copies everything into the file and empties the WAL. kStoreBusy where a reader stands in the way.
  absl::Status Checkpoint();
  // Copies what it can into the file where the log has grown by `pages` since that was last tried, so that no commit has to;
  // waits for nobody who reads. The log stays as long as it is, and so complete where this goes wrong.
  void CheckpointAhead(int pages);
  // A consistent copy into a new file at `path` (VACUUM INTO; not in WAL mode; an empty file may be there and keeps its
  // mode). On a kRead connection too, while another one writes. kInternal where the file holds anything.
  absl::Status BackupTo(const std::string& path);

  bool in_transaction() const;
  int64_t changes() const;  // rows changed by the last statement
  // A write or sync failed: nothing may be acknowledged any more, and Transaction::BeginWrite() refuses;
  // close and open anew.
  bool failed() const { return failed_; }

  // `rc` as a status, and failed() with it. OK for SQLITE_OK, ROW and DONE.
  absl::Status Check(int rc);
  sqlite3* handle() { return db_; }

 private:
  friend class Statement;
  Database(sqlite3* db, Access access) : db_(db), access_(access) {}
  void GiveBack(Statement::Idle& home, std::unique_ptr<Prepared> prepared);
  bool KeepsLog() const;
  static int OnCommit(void* self, sqlite3* db, const char* name, int pages);

  struct TextHash {
    using is_transparent = void;
    // Of the end alone, where statements differ most: each statement of each mutation is looked up here.
    size_t operator()(std::string_view text) const {
      const size_t tail = std::min<size_t>(text.size(), 24);
      return text.size() + 31 * std::hash<std::string_view>()(text.substr(text.size() - tail));
    }
  };

  sqlite3* db_;
  Access access_;
  bool failed_ = false;
  int64_t keep_log_ = 0;
  bool owes_checkpoint_ = false;
  int most_log_pages_ = 0;
  int log_pages_ = 0;  // after the last commit
  int tried_at_ = 0;   // of them were there at the last CheckpointAhead(); 0 = none since the log began anew
  // Idle statements by text; several where one text is in use twice at a time.
  std::unordered_map<std::string, Statement::Idle, TextHash, std::equal_to<>> idle_;
};

// A result code of SQLite as a status, with `context` before SQLite's word for the code.
absl::Status StatusOfCode(int rc, std::string_view context);

}  // namespace opgang::sqlite

#endif  // OPGANG_CORE_SQLITE_DATABASE_H_
