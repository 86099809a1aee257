#include "client-lib/src/store/store_keys.h"

#include <utility>

#include "core/base/status_macros.h"

namespace opgang {

QueueKeyring::WritingKey& QueueKeyring::KeyFor(const std::set<Scope>& scopes) {
  WritingKey& writing = writing_[scopes];
  if (!writing.key.queue_key_id().empty()) return writing;
  writing.secret = SecretBytes(random_.Bytes(32));
  writing.key.set_queue_key_id(random_.Bytes(16));
  writing.key.set_wrapped_for_base(SealToPublicKey(base_public_key_, writing.secret.Reveal()));
  writing.key.set_wrapped_for_store(SealToPublicKey(store_public_key_, writing.secret.Reveal()));
  return writing;
}

const v1::QueueKey& QueueKeyring::WriteKey(const std::set<Scope>& scopes) { return KeyFor(scopes).key; }

std::string QueueKeyring::Seal(const std::set<Scope>& scopes, std::string_view payload,
                               std::string_view envelope) {
  return opgang::Seal(KeyFor(scopes).secret, payload, envelope, random_);
}

void QueueKeyring::Forget(const std::string& key_id) {
  opened_.erase(key_id);
  std::erase_if(writing_, [&](const auto& entry) { return entry.second.key.queue_key_id() == key_id; });
}

std::set<std::string> QueueKeyring::write_key_ids() const {
  std::set<std::string> ids;
  for (const auto& [scopes, writing] : writing_) ids.insert(writing.key.queue_key_id());
  return ids;
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
