#include "core/csv/csv_reader.h"

#include <csv.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/places/danish_text.h"
#include "core/records/validation.h"

namespace opgang {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::Status BadLine(int32_t line, std::string_view what) {
  return MakeError(ErrorCode::kBadInput, absl::StrCat("line ", line, ": ", std::string(what)));
}

// Physical lines with their ends: "\n", "\r\n" or "\r". Stops inside a line that is longer than a row may be.
class LineSource {
 public:
  explicit LineSource(std::istream& in) : in_(in) {}

  // False at the end of the stream.
  bool Next(std::string& line) {
    line.clear();
    char c = 0;
    while (in_.get(c)) {
      line += c;
      if (c == '\r' && in_.peek() == '\n') continue;
      if (c == '\n' || c == '\r' || line.size() > kMaxCsvRowBytes) break;
    }
    return !line.empty();
  }

 private:
  std::istream& in_;
};

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == std::string_view::npos; }

unsigned char DelimiterOf(std::string_view header) {
  const auto commas = std::count(header.begin(), header.end(), ',');
  const auto semicolons = std::count(header.begin(), header.end(), ';');
  return commas > semicolons ? ',' : ';';
}

// libcsv with its memory owned and its callbacks made into finished rows.
class Parser {
 public:
  explicit Parser(unsigned char delimiter) {
    ready_ = csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) == 0;
    if (ready_) csv_set_delim(&parser_, delimiter);
  }
  ~Parser() {
    if (ready_) csv_free(&parser_);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // False where a quote stands where none may. Finished rows are in TakeRows.
  bool Feed(std::string_view bytes) {
    return ready_ && csv_parse(&parser_, bytes.data(), bytes.size(), OnField, OnRow, this) == bytes.size();
  }
  // False where a quote was never closed.
  bool Finish() { return ready_ && csv_fini(&parser_, OnField, OnRow, this) == 0; }

  std::vector<std::vector<std::string>> TakeRows() { return std::exchange(rows_, {}); }

 private:
  static void OnField(void* text, size_t size, void* self) {
    const char* bytes = static_cast<const char*>(text);
    static_cast<Parser*>(self)->fields_.emplace_back(bytes, bytes + size);
  }
  static void OnRow(int, void* self) {
    auto* parser = static_cast<Parser*>(self);
    parser->rows_.push_back(std::exchange(parser->fields_, {}));
  }

  csv_parser parser_{};
  bool ready_ = false;
  std::vector<std::string> fields_;
  std::vector<std::vector<std::string>> rows_;
};

// Turns lines into rows and keeps count of where each begins.
class RowAssembler {
 public:
  RowAssembler(unsigned char delimiter, const std::function<absl::Status(const CsvRow&)>& on_row)
      : parser_(delimiter), on_row_(on_row) {}

  absl::Status AddLine(std::string_view line, int32_t number) {
    if (!in_row_) first_line_ = number;
    row_bytes_ = in_row_ ? row_bytes_ + line.size() : line.size();
    if (row_bytes_ > kMaxCsvRowBytes) {
      return BadLine(first_line_,
                     "the row that begins here is longer than 64 KiB; is a closing quote missing?");
    }
    if (!parser_.Feed(line)) return BadLine(number, "a quote stands where none may");
    in_row_ = in_row_ || !IsBlank(line);
    return Deliver();
  }

  absl::Status Finish() {
    if (!parser_.Finish()) return BadLine(first_line_, "a quote in the row that begins here is never closed");
    return Deliver();
  }

 private:
  absl::Status Deliver() {
    for (std::vector<std::string>& fields : parser_.TakeRows()) {
      in_row_ = false;
      RETURN_IF_ERROR(on_row_(CsvRow{first_line_, std::move(fields)}));
    }
    return absl::OkStatus();
  }

  Parser parser_;
  const std::function<absl::Status(const CsvRow&)>& on_row_;
  int32_t first_line_ = 1;
  size_t row_bytes_ = 0;
  bool in_row_ = false;
};

absl::Status CheckBytes(std::string_view line, int32_t number) {
  const bool utf16 = number == 1 && (line.starts_with("\xFF\xFE") || line.starts_with("\xFE\xFF"));
  if (utf16) return BadLine(number, "the file is UTF-16; save it as UTF-8");
  if (line.find('\0') != std::string_view::npos) return BadLine(number, "a NUL byte: this is no text file");
  // A line that was cut for its length may end inside a character; its length is refused next.
  if (line.size() <= kMaxCsvRowBytes && !IsValidUtf8(line)) return BadLine(number, "not UTF-8");
  return absl::OkStatus();
}

// Without the byte order mark; false at the end of the stream. Skips blank lines, counting them.
bool NextHeaderLine(LineSource& lines, std::string& line, int32_t& number) {
  while (lines.Next(line)) {
    ++number;
    if (number == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    if (!IsBlank(line)) return true;
  }
  return false;
}

// Header names as they are compared: "Dør " and "dør" are one. What is no line of text is no name.
std::string HeaderKey(std::string_view name) {
  const std::optional<std::string> line = CleanLine(name);
  return line ? FoldCase(*line) : std::string();
}

}  // namespace

absl::Status ReadCsv(std::istream& in, const std::function<absl::Status(const CsvRow&)>& on_row) {
  LineSource lines(in);
  std::string line;
  int32_t number = 0;
  if (!NextHeaderLine(lines, line, number)) {
    return MakeError(ErrorCode::kBadInput, in.eof() ? "the file is empty" : "the file cannot be read");
  }
  RowAssembler rows(DelimiterOf(line), on_row);
  do {
    RETURN_IF_ERROR(CheckBytes(line, number));
    RETURN_IF_ERROR(rows.AddLine(line, number));
    ++number;
  } while (lines.Next(line));
  if (!in.eof()) return MakeError(ErrorCode::kBadInput, "the file cannot be read to its end");
  return rows.Finish();
}

absl::StatusOr<std::vector<std::optional<size_t>>> FindColumns(const CsvRow& header,
                                                               const std::vector<WantedColumn>& wanted) {
  std::vector<std::string> names;
  for (const std::string& field : header.fields) names.push_back(HeaderKey(field));
  std::vector<std::optional<size_t>> positions;
  std::vector<std::string> missing;
  for (const WantedColumn& column : wanted) {
    const std::string key = HeaderKey(column.name);
    const auto found = std::find(names.begin(), names.end(), key);
    const bool present = found != names.end();
    if (present && std::count(names.begin(), names.end(), key) > 1) {
      return BadLine(header.line, absl::StrCat("the column \"", column.name, "\" stands there twice"));
    }
    if (!present && column.required) missing.push_back(column.name);
    positions.push_back(present ? std::optional<size_t>(found - names.begin()) : std::nullopt);
  }
  if (!missing.empty()) {
    return BadLine(header.line, absl::StrCat("missing columns: ", absl::StrJoin(missing, ", ")));
  }
  return positions;
}

}  // namespace opgang
