#include "client-lib/src/store/store_keys.h"

#include <utility>

#include "core/base/status_macros.h"

namespace opgang {

const v1::QueueKey& QueueKeyring::WriteKey() {
  if (!write_key_.queue_key_id().empty()) return write_key_;
  write_secret_ = SecretBytes(random_.Bytes(32));
  write_key_.set_queue_key_id(random_.Bytes(16));
  write_key_.set_wrapped_for_base(SealToPublicKey(base_public_key_, write_secret_.Reveal()));
  write_key_.set_wrapped_for_store(SealToPublicKey(store_public_key_, write_secret_.Reveal()));
  return write_key_;
}

std::string QueueKeyring::Seal(std::string_view payload, std::string_view envelope) {
  WriteKey();
  return opgang::Seal(write_secret_, payload, envelope, random_);
}

absl::StatusOr<std::string> QueueKeyring::Open(const v1::QueueKey& key, std::string_view sealed,
                                               std::string_view envelope, const BoxKeyPair& box) {
  auto found = opened_.find(key.queue_key_id());
  if (found == opened_.end()) {
    ASSIGN_OR_RETURN(const std::string secret, OpenSealedBox(box, key.wrapped_for_store()));
    found = opened_.emplace(key.queue_key_id(), SecretBytes(secret)).first;
  }
  return opgang::Open(found->second, sealed, envelope);
}

}  // namespace opgang
