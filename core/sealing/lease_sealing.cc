#include "core/sealing/lease_sealing.h"

#include <utility>

#include "core/base/error.h"

namespace opgang {
namespace {

constexpr char kBinding[] = "opgang leased store key 1";
constexpr std::string_view kProofPrefix = "opgang lease proof 1";

SecretBytes KeyFor(const SecretBytes& stretched, const SecretBytes& share) {
  return DeriveKey(stretched, "lease share" + std::string(share.Reveal()));
}

// A lease proof is a read proof over another token, which no base ever hands out: tokens have 32 bytes.
std::string TokenFor(std::string_view token) { return std::string(kProofPrefix) + std::string(token); }

}  // namespace

SecretBytes LeaseShareOf(const SecretBytes& storage_key, StoreId store) {
  return DeriveKey(storage_key, "lease share of " + store.ToBytes());
}

void SealStoreKey(const SecretBytes& store_key, const SecretBytes& stretched, const SecretBytes& share,
                  Random& random, v1::WrappedStoreKey& wrapping) {
  wrapping.set_sealed_key(Seal(KeyFor(stretched, share), store_key.Reveal(), kBinding, random));
}

absl::StatusOr<SecretBytes> OpenStoreKey(const v1::WrappedStoreKey& wrapped, const SecretBytes& stretched,
                                         const SecretBytes& share) {
  const auto opened = Open(KeyFor(stretched, share), wrapped.sealed_key(), kBinding);
  if (!opened.ok()) return MakeError(ErrorCode::kWrongPassphrase, "the store key does not open");
  return SecretBytes(*opened);
}

SignKeyPair LeaseKeysFrom(const SecretBytes& stretched) {
  return SignKeyPairFromSeed(DeriveKey(stretched, "lease proof seed"));
}

std::string MakeLeaseProof(const SignKeyPair& keys, ReplicaId replica, std::string_view token) {
  return MakeReadProof(keys, replica, TokenFor(token));
}

bool CheckLeaseProof(std::string_view public_key, ReplicaId replica, std::string_view token,
                     std::string_view proof) {
  return CheckReadProof(public_key, replica, TokenFor(token), proof);
}

}  // namespace opgang
