// Ids and scopes as the bytes that databases and digests take, without a string for each.
#ifndef OPGANG_CORE_BASE_ID_BYTES_H_
#define OPGANG_CORE_BASE_ID_BYTES_H_

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/ids.h"

namespace opgang {

// Id::ToBytes(), as a view of `id`: the 16 raw bytes; empty for the nil id.
template <typename Tag>
std::string_view BytesOf(const Id<Tag>& id) {
  const Uuid& bytes = id.uuid();
  return id.empty() ? std::string_view()
                    : std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}
template <typename Tag>
std::string_view BytesOf(const Id<Tag>&& id) = delete;

// Scope::ToKey().
class ScopeKey {
 public:
  explicit ScopeKey(const Scope& scope) {
    bytes_[0] = static_cast<char>(scope.kind);
    std::copy(scope.id.begin(), scope.id.end(), bytes_.begin() + 1);
  }
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, 17> bytes_;
};

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_ID_BYTES_H_
