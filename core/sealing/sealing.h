// Sealing: libsodium's primitives in the five shapes that Opgang uses. No keys are made or kept here.
//
//   row          XChaCha20-Poly1305, nonce || ciphertext; associated data binds table, record, rev and format
//   mutation     the same under a queue key; associated data = the envelope's bytes
//   queue key    crypto_box_seal to a public key (X25519 + XSalsa20-Poly1305)
//   passphrase   Argon2id -> key -> XChaCha20-Poly1305 of the store key
//   read proof   Ed25519 over "opgang read proof 1" || replica id || token
//
// Every open that fails says kDamaged (or kWrongPassphrase) and nothing about the content. A key of a wrong
// size is a mistake in the program and aborts: check keys that come from outside. Thread-safe. The source is
// sealing.cc, and passphrase_sealing.cc for what opens with something a person types.
#ifndef OPGANG_CORE_SEALING_SEALING_H_
#define OPGANG_CORE_SEALING_SEALING_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/sealing/secret.h"
#include "opgang/v1/local_state.pb.h"

namespace opgang {

// Symmetric sealing. `key` is 32 bytes.
std::string Seal(const SecretBytes& key, std::string_view plain, std::string_view associated, Random& random);
absl::StatusOr<std::string> Open(const SecretBytes& key, std::string_view sealed,
                                 std::string_view associated);

// What binds a stored row to its place: a row can be neither swapped nor rolled back in place.
std::string RowBinding(std::string_view table, std::string_view record_id, uint64_t rev, uint32_t format);

// A key of its own for each purpose: BLAKE2b keyed with `master` (32 bytes) over `purpose`; 32 bytes. It is
// personalised, so that no KeyedDigest under the same key ever gives a derived key away.
SecretBytes DeriveKey(const SecretBytes& master, std::string_view purpose);

// Keyed digest, 16 or 32 bytes: tells same from other without telling what.
std::string KeyedDigest(const SecretBytes& key, std::string_view data, size_t size);

// Sealed boxes.
struct BoxKeyPair {
  std::string public_key;  // 32 bytes
  SecretBytes secret_key;
};
BoxKeyPair MakeBoxKeyPair(Random& random);
BoxKeyPair BoxKeyPairFromSeed(const SecretBytes& seed32);
// Whether sealing to these bytes works and means anything: 32 bytes, and no point of small order. To be asked
// of every public key that comes from outside.
bool IsBoxPublicKey(std::string_view bytes);
std::string SealToPublicKey(std::string_view public_key, std::string_view plain);
absl::StatusOr<std::string> OpenSealedBox(const BoxKeyPair& keys, std::string_view sealed);

// Read proof.
struct SignKeyPair {
  std::string public_key;  // 32 bytes
  SecretBytes secret_key;  // 64 bytes
};
SignKeyPair SignKeyPairFromSeed(const SecretBytes& seed32);
std::string MakeReadProof(const SignKeyPair& keys, ReplicaId replica, std::string_view token);
bool CheckReadProof(std::string_view public_key, ReplicaId replica, std::string_view token,
                    std::string_view proof);

// The store key (32 bytes) under a passphrase. `cost` is kept beside the key. kWrongPassphrase where it does
// not open; kDamaged where it is no wrapped key, or asks for more than 256 MiB or 4 passes. Running out of
// memory throws std::bad_alloc, as any allocation does.
struct PassphraseCost {
  uint64_t ops_limit;
  uint64_t mem_limit;                   // bytes
  static PassphraseCost Interactive();  // 64 MiB, 2 passes: about 0.1 s
  static PassphraseCost ForTests();     // the smallest that libsodium takes
};
v1::WrappedStoreKey NewWrapping(PassphraseCost cost, Random& random);  // salt and cost; no key yet
// What Argon2id makes of a passphrase with that salt and cost; 32 bytes. kDamaged as below.
absl::StatusOr<SecretBytes> StretchPassphrase(std::string_view passphrase,
                                              const v1::WrappedStoreKey& wrapping);
v1::WrappedStoreKey WrapStoreKey(const SecretBytes& store_key, std::string_view passphrase,
                                 PassphraseCost cost, Random& random);
absl::StatusOr<SecretBytes> UnwrapStoreKey(const v1::WrappedStoreKey& wrapped, std::string_view passphrase);

// An invitation under its code. The code has at least 60 bits: 13 characters of Crockford's base 32, in
// groups.
std::string MakeInvitationCode(Random& random);  // "K7F2-9QXM-3TBHW": 65 bits
// Upper case, no separators, O -> 0, I and L -> 1; kInvitationWrongCode where it cannot be a code.
absl::StatusOr<std::string> NormalizeInvitationCode(std::string_view typed);
// `code` is one that MakeInvitationCode made.
std::string SealInvitation(std::string_view invitation, std::string_view code, PassphraseCost cost,
                           Random& random);
// kInvitationDamaged: no invitation file, a newer format, or more work to open than UnwrapStoreKey would do.
// kInvitationWrongCode: does not open with this code (or was changed on its way, which cannot be told apart).
absl::StatusOr<std::string> OpenInvitation(std::string_view file, std::string_view code);

}  // namespace opgang

#endif  // OPGANG_CORE_SEALING_SEALING_H_
