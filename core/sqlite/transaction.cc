#include "core/sqlite/transaction.h"

#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::sqlite {
namespace {

absl::Status RunCached(Database& db, std::string_view sql) {
  ASSIGN_OR_RETURN(Statement statement, db.Prepare(sql));
  return statement.Run();
}

}  // namespace

absl::StatusOr<Transaction> Transaction::BeginWrite(Database& db) {
  if (db.failed()) return MakeError(ErrorCode::kNotWritable, "an earlier write failed: open the file anew");
  RETURN_IF_ERROR(RunCached(db, "BEGIN IMMEDIATE"));
  return Transaction(db);
}

absl::StatusOr<Transaction> Transaction::BeginRead(Database& db) {
  RETURN_IF_ERROR(RunCached(db, "BEGIN DEFERRED"));
  return Transaction(db);
}

absl::Status Transaction::Commit() {
  if (db_ == nullptr) return MakeError(ErrorCode::kInternal, "transaction: it is over already");
  if (!db_->in_transaction()) {
    db_ = nullptr;
    return MakeError(ErrorCode::kInternal, "transaction: the database rolled it back after an error");
  }
  const absl::Status committed = RunCached(*db_, "COMMIT");
  if (!committed.ok()) Rollback();
  db_ = nullptr;
  return committed;
}

void Transaction::Rollback() {
  if (db_ != nullptr && db_->in_transaction()) (void)RunCached(*db_, "ROLLBACK");
  db_ = nullptr;
}

absl::StatusOr<Savepoint> Savepoint::Begin(Database& db) {
  // Without a transaction around it a savepoint would be one of its own, deferred.
  if (!db.in_transaction()) return MakeError(ErrorCode::kInternal, "savepoint: outside a transaction");
  RETURN_IF_ERROR(RunCached(db, "SAVEPOINT part"));
  return Savepoint(db);
}

absl::Status Savepoint::Release() {
  if (db_ == nullptr || !db_->in_transaction()) {
    db_ = nullptr;
    return MakeError(ErrorCode::kInternal, "savepoint: the transaction around it is over");
  }
  const absl::Status released = RunCached(*db_, "RELEASE part");
  if (released.ok()) db_ = nullptr;
  return released;
}

void Savepoint::Rollback() {
  if (db_ != nullptr && db_->in_transaction()) {
    (void)RunCached(*db_, "ROLLBACK TO part");
    (void)RunCached(*db_, "RELEASE part");
  }
  db_ = nullptr;
}

}  // namespace opgang::sqlite
