// Transactions that roll back unless they were committed.
//
// After FULL, IOERR, NOMEM or BUSY SQLite may have rolled back by itself: Commit() then fails and the
// destructors do nothing more, because they ask sqlite3_get_autocommit() first.
#ifndef OPGANG_CORE_SQLITE_TRANSACTION_H_
#define OPGANG_CORE_SQLITE_TRANSACTION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sqlite/database.h"

namespace opgang::sqlite {

class Transaction {
 public:
  // BEGIN IMMEDIATE: takes the write lock at once, because a later upgrade fails with BUSY without waiting.
  static absl::StatusOr<Transaction> BeginWrite(Database& db);
  // One consistent snapshot, from the first read on. Keep it short: the WAL grows meanwhile.
  static absl::StatusOr<Transaction> BeginRead(Database& db);

  Transaction(Transaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() { Rollback(); }

  // Ok: durable (synchronous=FULL). Error: nothing of it happened, and it is rolled back.
  absl::Status Commit();
  void Rollback();

 private:
  explicit Transaction(Database& db) : db_(&db) {}
  Database* db_;  // null: over
};

// A part of a transaction that can be taken back by itself. They nest.
class Savepoint {
 public:
  static absl::StatusOr<Savepoint> Begin(Database& db);

  Savepoint(Savepoint&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  Savepoint& operator=(Savepoint&&) = delete;
  ~Savepoint() { Rollback(); }

  // Keeps what was done; durable only with the transaction's Commit().
  absl::Status Release();
  void Rollback();

 private:
  explicit Savepoint(Database& db) : db_(&db) {}
  Database* db_;  // null: over
};

}  // namespace opgang::sqlite

#endif  // OPGANG_CORE_SQLITE_TRANSACTION_H_
