// Why a row of an imported file was not taken. The list goes to the person who imports; it quotes no content,
// because a column may hold anything.
#ifndef OPGANG_SERVER_IMPORT_ROW_REFUSAL_H_
#define OPGANG_SERVER_IMPORT_ROW_REFUSAL_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace opgang {

enum class RowRefusal {
  kColumnCount,    // more or fewer fields than the header
  kMissing,        // a value that is needed is empty
  kBadForm,        // a value is not what its column should hold
  kTooLong,        // a value is longer than a record may hold
  kStatusRefused,  // the mapping refuses this status
  kStatusUnknown,  // the mapping does not know this status
  kDuplicate,      // the same address stands further up
  kNoArea,         // neither the row, nor the table of entrances, nor the caller names an area
  kAreaConflict,   // the same entrance stands in another area further up
};

// "bad-form": in listings and JSON.
std::string_view RowRefusalName(RowRefusal reason);

struct RefusedRow {
  int32_t line = 0;  // in the file, from 1
  RowRefusal reason = RowRefusal::kBadForm;
  std::string column;  // header name; empty = the row as a whole
  std::string why;     // English, without content
};

// The first kMaxListed of them, and how many there were of each reason.
class RefusedRows {
 public:
  static constexpr size_t kMaxListed = 1000;

  void Add(RefusedRow row);
  const std::vector<RefusedRow>& listed() const { return listed_; }
  const std::map<RowRefusal, int64_t>& counts() const { return counts_; }
  int64_t total() const;

 private:
  std::vector<RefusedRow> listed_;
  std::map<RowRefusal, int64_t> counts_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_IMPORT_ROW_REFUSAL_H_
