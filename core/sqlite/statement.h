// A prepared statement on loan from its Database's cache: reset and given back when it goes.
#ifndef OPGANG_CORE_SQLITE_STATEMENT_H_
#define OPGANG_CORE_SQLITE_STATEMENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3_stmt;

namespace opgang::sqlite {

class Database;

// What is bound lies beside its statement, as long as there is room: SQLite's own copies are an allocation each, and a decision
// at the base binds nearly forty values.
struct Prepared {
  sqlite3_stmt* statement = nullptr;
  std::array<char, 1024> bound;
  size_t bound_bytes = 0;
};

class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  // Parameters count from 1. Values are copied. A failed bind is reported by the next Step() or Run().
  Statement& BindInt(int index, int64_t value);
  Statement& BindBlob(int index, std::string_view bytes);  // empty = a blob of no bytes, never NULL
  Statement& BindText(int index, std::string_view utf8);
  Statement& BindNull(int index);

  // True: there is a row to read. False: done. After false or an error, Reset() before the next use.
  absl::StatusOr<bool> Step();
  // Steps to the end, ignoring rows, and resets: for inserts, updates, deletes. Bound values stay bound.
  absl::Status Run();
  // Ready for new values; the old ones are cleared.
  void Reset();

  // Columns of the current row count from 0. Views are valid until the next Step() or Reset(); NULL reads as
  // 0 or "".
  int64_t Int(int column) const;
  std::string_view Blob(int column) const;
  std::string_view Text(int column) const { return Blob(column); }
  bool IsNull(int column) const;

 private:
  friend class Database;
  // `home`: where idle statements of the same text wait; lives as long as the Database.
  using Idle = std::vector<std::unique_ptr<Prepared>>;
  Statement(Database* db, Idle* home, std::unique_ptr<Prepared> prepared);
  void NoteBind(int rc);
  // A copy that lives as long as the binding. Null: no room.
  const char* Keep(std::string_view bytes);
  void Release();

  Database* db_;
  Idle* home_;
  std::unique_ptr<Prepared> prepared_;
  sqlite3_stmt* statement_;  // prepared_'s
  int bind_error_ = 0;
};

}  // namespace opgang::sqlite

#endif  // OPGANG_CORE_SQLITE_STATEMENT_H_
