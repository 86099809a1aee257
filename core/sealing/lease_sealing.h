// Unlocking by two halves: what the passphrase makes, and the share that the base renews with the lease
// (docs/decisions/0018). Neither half says whether the other is right: where the share is gone, no passphrase can be tried
// on the device.
//
//   stretched    Argon2id of the passphrase
//   store key    XChaCha20-Poly1305 under BLAKE2b(stretched, "lease share" || share)
//   lease proof  Ed25519 over "opgang read proof 1" || replica id || "opgang lease proof 1" || token, with a key that `stretched` makes alone; the base
//                knows its public half, the device keeps nothing of it
//
// Thread-safe; a key of a wrong size aborts (sealing.h).
#ifndef OPGANG_CORE_SEALING_LEASE_SEALING_H_
#define OPGANG_CORE_SEALING_LEASE_SEALING_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/sealing/sealing.h"

namespace opgang {

inline constexpr size_t kLeaseShareSize = 32;

// The store's share at the base: derived from its storage key, so that a restored base gives the same one.
SecretBytes LeaseShareOf(const SecretBytes& storage_key, StoreId store);

// Puts the sealed key into `wrapping`.
void SealStoreKey(const SecretBytes& store_key, const SecretBytes& stretched, const SecretBytes& share,
                  Random& random, v1::WrappedStoreKey& wrapping);
// kWrongPassphrase where it does not open: one of the halves is another.
absl::StatusOr<SecretBytes> OpenStoreKey(const v1::WrappedStoreKey& wrapped, const SecretBytes& stretched,
                                         const SecretBytes& share);

SignKeyPair LeaseKeysFrom(const SecretBytes& stretched);
std::string MakeLeaseProof(const SignKeyPair& keys, ReplicaId replica, std::string_view token);
bool CheckLeaseProof(std::string_view public_key, ReplicaId replica, std::string_view token,
                     std::string_view proof);

}  // namespace opgang

#endif  // OPGANG_CORE_SEALING_LEASE_SEALING_H_
