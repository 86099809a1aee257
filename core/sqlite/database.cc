#include "core/sqlite/database.h"

#include <sqlite3.h>

#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::sqlite {
namespace {

ErrorCode ErrorCodeOf(int rc) {
  if (rc == SQLITE_IOERR_SHMSIZE)
    return ErrorCode::kDiskFull;  // no room for the WAL's index, met when opening
  switch (rc & 0xff) {
    case SQLITE_FULL: return ErrorCode::kDiskFull;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_IOERR: return ErrorCode::kNotWritable;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return ErrorCode::kDamaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorCode::kStoreBusy;
    default: return ErrorCode::kInternal;
  }
}

// A read that fails costs what was to be read; a write or sync that fails leaves unknown what the disk holds.
bool EndsTrust(int rc) {
  return (rc & 0xff) == SQLITE_IOERR && rc != SQLITE_IOERR_READ && rc != SQLITE_IOERR_SHORT_READ;
}

}  // namespace

absl::Status StatusOfCode(int rc, std::string_view context) {
  if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE) return absl::OkStatus();
  std::string message(context);
  message += ": ";
  message += sqlite3_errstr(rc);
  message += " (" + std::to_string(rc) + ")";
  return MakeError(ErrorCodeOf(rc), message);
}

absl::Status Database::Check(int rc) {
  if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE) return absl::OkStatus();
  failed_ = failed_ || EndsTrust(rc);
  // Names tables, columns and tokens of our own SQL, never a bound value.
  const bool says_more = (rc & 0xff) == SQLITE_ERROR || (rc & 0xff) == SQLITE_CONSTRAINT;
  return StatusOfCode(rc, says_more ? std::string("database: ") + sqlite3_errmsg(db_) : "database");
}

Database::~Database() {
  for (auto& [sql, statements] : idle_) {
    for (const auto& prepared : statements) sqlite3_finalize(prepared->statement);
  }
  if (KeepsLog()) {
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  } else if (access_ == Access::kWrite && !failed_) {
    (void)Checkpoint();
  }
  sqlite3_close(db_);
}

bool Database::KeepsLog() const {
  if (keep_log_ == 0 || owes_checkpoint_) return false;
  sqlite3_file* log = nullptr;
  if (sqlite3_file_control(db_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK) return false;
  if (log == nullptr || log->pMethods == nullptr) return false;
  sqlite3_int64 size = 0;
  return log->pMethods->xFileSize(log, &size) == SQLITE_OK && size <= keep_log_;
}

absl::StatusOr<Statement> Database::Prepare(std::string_view sql) {
  auto found = idle_.find(sql);
  if (found != idle_.end() && !found->second.empty()) {
    std::unique_ptr<Prepared> prepared = std::move(found->second.back());
    found->second.pop_back();
    return Statement(this, &found->second, std::move(prepared));
  }
  auto prepared = std::make_unique<Prepared>();
  RETURN_IF_ERROR(Check(sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                           SQLITE_PREPARE_PERSISTENT, &prepared->statement, nullptr)));
  if (found == idle_.end()) found = idle_.try_emplace(std::string(sql)).first;
  return Statement(this, &found->second, std::move(prepared));
}

void Database::GiveBack(Statement::Idle& home, std::unique_ptr<Prepared> prepared) {
  sqlite3_reset(prepared->statement);
  sqlite3_clear_bindings(prepared->statement);
  prepared->bound_bytes = 0;
  home.push_back(std::move(prepared));
}

absl::Status Database::Execute(const std::string& sql) {
  return Check(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr));
}

absl::StatusOr<int64_t> Database::QueryInt(std::string_view sql) {
  ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return MakeError(ErrorCode::kInternal, "database: a query for one number gave no row");
  return statement.Int(0);
}

absl::Status Database::Checkpoint() {
  const int rc = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  owes_checkpoint_ = rc != SQLITE_OK;
  if (rc == SQLITE_OK) log_pages_ = tried_at_ = 0;
  return Check(rc);
}

void Database::CheckpointAhead(int pages) {
  if (log_pages_ - tried_at_ < pages) return;
  tried_at_ = log_pages_;
  (void)sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

// As SQLite does it by itself where nobody else listens.
int Database::OnCommit(void* self, sqlite3* db, const char* name, int pages) {
  auto& that = *static_cast<Database*>(self);
  if (pages < that.log_pages_) that.tried_at_ = 0;
  that.log_pages_ = pages;
  if (pages >= that.most_log_pages_)
    (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return SQLITE_OK;
}

absl::Status Database::BackupTo(const std::string& path) {
  // query_only would also hold the copy back; the source is only read either way.
  const bool query_only = access_ == Access::kRead;
  if (query_only) RETURN_IF_ERROR(Execute("PRAGMA query_only=OFF"));
  const auto copy = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Statement statement, Prepare("VACUUM INTO ?1"));
    return statement.BindText(1, path).Run();
  };
  const absl::Status copied = copy();
  if (query_only) RETURN_IF_ERROR(Execute("PRAGMA query_only=ON"));
  return copied;
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

int64_t Database::changes() const { return sqlite3_changes64(db_); }

}  // namespace opgang::sqlite
