// Short handles: the random tail of a record id in Crockford's base 32, as few characters as make it unique
// among the records that are shown with one.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_HANDLES_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_HANDLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"

namespace opgang {

class Handles {
 public:
  // Replaces all ids.
  void Assign(std::vector<RecordId> ids);

  // At least three characters.
  std::string Of(RecordId id) const;
  // All ids whose handle begins with `typed` (case, O for 0, I and L for 1 do not matter); none where it is
  // no handle or shorter than three characters. At most `limit`.
  std::vector<RecordId> Matching(std::string_view typed, size_t limit) const;

 private:
  std::vector<std::pair<uint64_t, RecordId>> sorted_;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_HANDLES_H_
