// CSV text as rows (RFC 4180): UTF-8 with or without a byte order mark, comma or semicolon, quotes, any line
// end. libcsv does the parsing; what is ours is the bound on memory, the line numbers and words for what is
// wrong.
#ifndef OPGANG_CORE_CSV_CSV_READER_H_
#define OPGANG_CORE_CSV_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace opgang {

// One row is the most that is ever held: a file of any size is read in this much memory.
inline constexpr size_t kMaxCsvRowBytes = 64 * 1024;

struct CsvRow {
  int32_t line = 0;  // in the file, from 1: where the row begins (a quoted field may hold line breaks)
  std::vector<std::string> fields;  // at least one; unquoted ones without spaces around them
};

// Calls `on_row` for each row in order, the header first; blank lines are no rows. Ends early with the first
// error of `on_row`. The delimiter is the one that the header line has more of, semicolon where neither
// occurs. Error kBadInput, with the line and no content: no row at all, not UTF-8, a NUL byte, a quote where
// none may stand or that is never closed, a row over kMaxCsvRowBytes, a stream that cannot be read.
absl::Status ReadCsv(std::istream& in, const std::function<absl::Status(const CsvRow&)>& on_row);

struct WantedColumn {
  std::string name;  // compared without regard to case
  bool required = true;
};

// The position of each wanted column in the header row; nullopt for an optional one that is not there.
// Error kBadInput: required columns are missing (all of them are named), or a wanted one stands there twice.
absl::StatusOr<std::vector<std::optional<size_t>>> FindColumns(const CsvRow& header,
                                                               const std::vector<WantedColumn>& wanted);

}  // namespace opgang

#endif  // OPGANG_CORE_CSV_CSV_READER_H_
