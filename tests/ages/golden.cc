#include "tests/ages/golden.h"

#include <algorithm>
#include <iterator>

#include "core/base/error.h"

namespace opgang::ages {

std::vector<Golden> GoldenOfThisBuild() {
  std::vector<Golden> all = GoldenMessages();
  std::vector<Golden> sealed = SealedGolden();
  std::move(sealed.begin(), sealed.end(), std::back_inserter(all));
  std::sort(all.begin(), all.end(), [](const Golden& a, const Golden& b) { return a.name < b.name; });
  return all;
}

absl::StatusOr<std::string> ReadGolden(std::string_view name, const std::string& bytes) {
  return name.starts_with("message/") ? ReadMessage(name, bytes) : ReadSealed(name, bytes);
}

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const unsigned char c : bytes) hex += {kDigits[c >> 4], kDigits[c & 15]};
  return hex;
}

}  // namespace opgang::ages
