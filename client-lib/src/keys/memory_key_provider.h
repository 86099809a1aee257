// Remembers within this process only: for tests, and for a program that keeps a store open all day.
#ifndef OPGANG_CLIENT_LIB_KEYS_MEMORY_KEY_PROVIDER_H_
#define OPGANG_CLIENT_LIB_KEYS_MEMORY_KEY_PROVIDER_H_

#include <map>

#include "opgang/key_provider.h"

namespace opgang {

class MemoryKeyProvider : public KeyProvider {
 public:
  // `clock` must outlive it.
  explicit MemoryKeyProvider(Clock& clock) : clock_(clock) {}

  bool available() override { return true; }
  absl::Status Remember(StoreId store, const SecretBytes& key, absl::Duration timeout) override;
  absl::StatusOr<std::optional<SecretBytes>> Recall(StoreId store) override;
  absl::Status Forget(StoreId store) override;

 private:
  struct Remembered {
    SecretBytes key;
    absl::Duration until;  // since boot
  };
  Clock& clock_;
  std::map<StoreId, Remembered> keys_;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_KEYS_MEMORY_KEY_PROVIDER_H_
