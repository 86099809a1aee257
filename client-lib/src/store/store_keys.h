// The keys of one store: what the passphrase opens, and the queue keys that a locked store can write under.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_STORE_KEYS_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_STORE_KEYS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/sealing/sealing.h"
#include "opgang/v1/mutation.pb.h"

namespace opgang {

// Everything that the store key opens, one derived key for each purpose.
struct StoreKeys {
  explicit StoreKeys(const SecretBytes& store_key)
      : confirmed_rows(DeriveKey(store_key, "confirmed rows")),
        settings(DeriveKey(store_key, "settings")),
        box(BoxKeyPairFromSeed(DeriveKey(store_key, "box seed"))),
        proof(SignKeyPairFromSeed(DeriveKey(store_key, "proof seed"))) {}

  SecretBytes confirmed_rows;  // seals confirmed.db's records
  SecretBytes settings;        // seals display names
  BoxKeyPair box;              // opens queue keys; its public half is StoreIdentity.store_public_key
  SignKeyPair proof;           // signs read proofs; its public half is registered at the base
};

// Queue keys. Writing needs public keys only: for each set of scopes one key is made lazily and used until the process
// ends, so that what was written in one scope can be closed for this store alone (I11). Reading needs the store's box
// keys.
class QueueKeyring {
 public:
  QueueKeyring(std::string base_public_key, std::string store_public_key, Random& random)
      : base_public_key_(std::move(base_public_key)),
        store_public_key_(std::move(store_public_key)),
        random_(random) {}

  // The key that new mutations standing in these scopes are sealed under, to be stored beside them.
  const v1::QueueKey& WriteKey(const std::set<Scope>& scopes);
  std::string Seal(const std::set<Scope>& scopes, std::string_view payload, std::string_view envelope);
  // kDamaged where the key or the payload does not open.
  absl::StatusOr<std::string> Open(const v1::QueueKey& key, std::string_view sealed,
                                   std::string_view envelope, const BoxKeyPair& box);
  // Forgets what reading has opened; the write keys stay.
  void ForgetOpened() { opened_.clear(); }
  // Forgets one key altogether, a write key too: the next mutation there gets another.
  void Forget(const std::string& key_id);
  std::set<std::string> write_key_ids() const;

 private:
  const std::string base_public_key_;
  const std::string store_public_key_;
  Random& random_;
  struct WritingKey {
    v1::QueueKey key;
    SecretBytes secret;
  };
  WritingKey& KeyFor(const std::set<Scope>& scopes);
  std::map<std::set<Scope>, WritingKey> writing_;
  std::map<std::string, SecretBytes> opened_;  // by key id
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_STORE_KEYS_H_
