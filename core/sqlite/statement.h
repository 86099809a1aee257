// A prepared statement on loan from its Database's cache: reset and given back when it goes.
#ifndef OPGANG_CORE_SQLITE_STATEMENT_H_
#define OPGANG_CORE_SQLITE_STATEMENT_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3_stmt;

namespace opgang::sqlite {

class Database;

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
  Statement(Database* db, std::vector<sqlite3_stmt*>* home, sqlite3_stmt* statement)
      : db_(db), home_(home), statement_(statement) {}
  void NoteBind(int rc);
  void Release();

  Database* db_;
  std::vector<sqlite3_stmt*>* home_;
  sqlite3_stmt* statement_;
  int bind_error_ = 0;
};

}  // namespace opgang::sqlite

#endif  // OPGANG_CORE_SQLITE_STATEMENT_H_
