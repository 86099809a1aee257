#include "core/sqlite/statement.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "core/sqlite/database.h"

namespace opgang::sqlite {

Statement::Statement(Database* db, Idle* home, std::unique_ptr<Prepared> prepared)
    : db_(db), home_(home), prepared_(std::move(prepared)), statement_(prepared_->statement) {}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_),
      home_(other.home_),
      prepared_(std::move(other.prepared_)),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_error_(other.bind_error_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this == &other) return *this;
  Release();
  db_ = other.db_;
  home_ = other.home_;
  prepared_ = std::move(other.prepared_);
  statement_ = std::exchange(other.statement_, nullptr);
  bind_error_ = other.bind_error_;
  return *this;
}

Statement::~Statement() { Release(); }

void Statement::Release() {
  if (prepared_ != nullptr) db_->GiveBack(*home_, std::move(prepared_));
  statement_ = nullptr;
}

void Statement::NoteBind(int rc) {
  if (rc != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = rc;
}

const char* Statement::Keep(std::string_view bytes) {
  if (bytes.size() > prepared_->bound.size() - prepared_->bound_bytes) return nullptr;
  char* const kept = prepared_->bound.data() + prepared_->bound_bytes;
  std::copy(bytes.begin(), bytes.end(), kept);
  prepared_->bound_bytes += bytes.size();
  return kept;
}

Statement& Statement::BindInt(int index, int64_t value) {
  NoteBind(sqlite3_bind_int64(statement_, index, value));
  return *this;
}

Statement& Statement::BindBlob(int index, std::string_view bytes) {
  const char* kept = Keep(bytes);
  NoteBind(sqlite3_bind_blob64(statement_, index, kept != nullptr ? kept : bytes.data(), bytes.size(),
                               kept != nullptr ? SQLITE_STATIC : SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::BindText(int index, std::string_view utf8) {
  const char* kept = Keep(utf8);
  NoteBind(sqlite3_bind_text64(statement_, index, kept != nullptr ? kept : utf8.data(), utf8.size(),
                               kept != nullptr ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::BindNull(int index) {
  NoteBind(sqlite3_bind_null(statement_, index));
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  if (bind_error_ != SQLITE_OK) return db_->Check(bind_error_);
  const int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return db_->Check(rc);
}

absl::Status Statement::Run() {
  absl::StatusOr<bool> row = true;
  while (row.ok() && *row) row = Step();
  sqlite3_reset(statement_);
  return row.status();
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  prepared_->bound_bytes = 0;
  bind_error_ = SQLITE_OK;
}

int64_t Statement::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::Blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

bool Statement::IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

}  // namespace opgang::sqlite
