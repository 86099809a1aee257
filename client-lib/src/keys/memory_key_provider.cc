#include "client-lib/src/keys/memory_key_provider.h"

namespace opgang {
namespace {

absl::Duration SinceBoot(Clock& clock) { return absl::Microseconds(clock.Read().boottime_us()); }

}  // namespace

absl::Status MemoryKeyProvider::Remember(StoreId store, const SecretBytes& key, absl::Duration timeout) {
  if (timeout <= absl::ZeroDuration()) return Forget(store);
  keys_[store] = Remembered{key, SinceBoot(clock_) + timeout};
  return absl::OkStatus();
}

absl::StatusOr<std::optional<SecretBytes>> MemoryKeyProvider::Recall(StoreId store) {
  const auto found = keys_.find(store);
  if (found == keys_.end()) return std::nullopt;
  if (SinceBoot(clock_) < found->second.until) return found->second.key;
  keys_.erase(found);
  return std::nullopt;
}

absl::Status MemoryKeyProvider::Forget(StoreId store) {
  keys_.erase(store);
  return absl::OkStatus();
}

}  // namespace opgang
