#include "core/sealing/sealing.h"

#include <sodium.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "core/base/big_endian.h"
#include "core/base/error.h"

namespace opgang {
namespace {

constexpr size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view kReadProofPrefix = "opgang read proof 1";

static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32);
static_assert(crypto_box_PUBLICKEYBYTES == 32 && crypto_box_SECRETKEYBYTES == 32 &&
              crypto_box_SEEDBYTES == 32);
static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64 &&
              crypto_sign_SEEDBYTES == 32);

// For what only a mistake in this program can cause, e.g. a key of the wrong size.
void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "opgang: sealing: %s\n", what);
  std::abort();
}

// libsodium chooses its fast implementations here, before main and so before any thread.
[[maybe_unused]] const bool kSodiumReady = [] {
  Require(sodium_init() >= 0, "libsodium cannot be initialised");
  return true;
}();

const uint8_t* Bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }
uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

// Takes what a libsodium call wrote into `raw`, and wipes `raw`.
template <size_t kSize>
SecretBytes TakeSecret(std::array<uint8_t, kSize>& raw) {
  SecretBytes secret(std::string_view(reinterpret_cast<const char*>(raw.data()), kSize));
  sodium_memzero(raw.data(), kSize);
  return secret;
}

// The length first, so that ("ab", "c") and ("a", "bc") bind differently.
void AppendSized(std::string_view part, std::string& out) {
  AppendBigEndian(part.size(), 4, out);
  out.append(part);
}

absl::Status CannotOpen() { return MakeError(ErrorCode::kDamaged, "sealed bytes do not open"); }

std::string ReadProofText(ReplicaId replica, std::string_view token) {
  std::string text(kReadProofPrefix);
  text.append(replica.uuid().begin(), replica.uuid().end());
  text.append(token);
  return text;
}

}  // namespace

std::string Seal(const SecretBytes& key, std::string_view plain, std::string_view associated,
                 Random& random) {
  Require(key.size() == 32, "a sealing key has 32 bytes");
  std::string sealed(kNonceSize + plain.size() + kTagSize, '\0');
  random.Fill(Bytes(sealed), kNonceSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(sealed) + kNonceSize, nullptr, Bytes(plain), plain.size(),
                                             Bytes(associated), associated.size(), nullptr, Bytes(sealed),
                                             key.data());
  return sealed;
}

absl::StatusOr<std::string> Open(const SecretBytes& key, std::string_view sealed,
                                 std::string_view associated) {
  Require(key.size() == 32, "a sealing key has 32 bytes");
  if (sealed.size() < kNonceSize + kTagSize) return CannotOpen();
  const std::string_view ciphertext = sealed.substr(kNonceSize);
  std::string plain(ciphertext.size() - kTagSize, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(Bytes(plain), nullptr, nullptr, Bytes(ciphertext),
                                                 ciphertext.size(), Bytes(associated), associated.size(),
                                                 Bytes(sealed), key.data()) != 0) {
    return CannotOpen();
  }
  return plain;
}

std::string RowBinding(std::string_view table, std::string_view record_id, uint64_t rev, uint32_t format) {
  std::string binding;
  binding.reserve(64);
  binding += "opgang row";
  AppendSized(table, binding);
  AppendSized(record_id, binding);
  AppendBigEndian(rev, 8, binding);
  AppendBigEndian(format, 4, binding);
  return binding;
}

SecretBytes DeriveKey(const SecretBytes& master, std::string_view purpose) {
  static constexpr std::array<uint8_t, crypto_generichash_blake2b_PERSONALBYTES> kPersonal = {
      'o', 'p', 'g', 'a', 'n', 'g', ' ', 'd', 'e', 'r', 'i', 'v', 'e', ' ', '1', ' '};
  Require(master.size() == 32, "a master key has 32 bytes");
  std::array<uint8_t, 32> derived;
  crypto_generichash_blake2b_salt_personal(derived.data(), derived.size(), Bytes(purpose), purpose.size(),
                                           master.data(), master.size(), nullptr, kPersonal.data());
  return TakeSecret(derived);
}

std::string KeyedDigest(const SecretBytes& key, std::string_view data, size_t size) {
  Require(key.size() == 32, "a digest key has 32 bytes");
  Require(size == 16 || size == 32, "a digest has 16 or 32 bytes");
  std::string digest(size, '\0');
  crypto_generichash(Bytes(digest), size, Bytes(data), data.size(), key.data(), key.size());
  return digest;
}

BoxKeyPair MakeBoxKeyPair(Random& random) {
  std::array<uint8_t, crypto_box_SEEDBYTES> seed;
  random.Fill(seed.data(), seed.size());
  return BoxKeyPairFromSeed(TakeSecret(seed));
}

BoxKeyPair BoxKeyPairFromSeed(const SecretBytes& seed32) {
  Require(seed32.size() == crypto_box_SEEDBYTES, "a box seed has 32 bytes");
  BoxKeyPair keys;
  keys.public_key.resize(crypto_box_PUBLICKEYBYTES);
  std::array<uint8_t, crypto_box_SECRETKEYBYTES> secret;
  crypto_box_seed_keypair(Bytes(keys.public_key), secret.data(), seed32.data());
  keys.secret_key = TakeSecret(secret);
  return keys;
}

// A point of small order multiplies to zero whatever the scalar, which libsodium reports.
bool IsBoxPublicKey(std::string_view bytes) {
  if (bytes.size() != crypto_box_PUBLICKEYBYTES) return false;
  static constexpr std::array<uint8_t, 32> kAnyScalar = {1};
  std::array<uint8_t, 32> product;
  return crypto_scalarmult(product.data(), kAnyScalar.data(), Bytes(bytes)) == 0;
}

std::string SealToPublicKey(std::string_view public_key, std::string_view plain) {
  Require(public_key.size() == crypto_box_PUBLICKEYBYTES, "a box public key has 32 bytes");
  std::string sealed(plain.size() + crypto_box_SEALBYTES, '\0');
  Require(crypto_box_seal(Bytes(sealed), Bytes(plain), plain.size(), Bytes(public_key)) == 0,
          "not a usable box public key");
  return sealed;
}

absl::StatusOr<std::string> OpenSealedBox(const BoxKeyPair& keys, std::string_view sealed) {
  Require(keys.public_key.size() == 32 && keys.secret_key.size() == 32, "a box key pair has 32 + 32 bytes");
  if (sealed.size() < crypto_box_SEALBYTES) return CannotOpen();
  std::string plain(sealed.size() - crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal_open(Bytes(plain), Bytes(sealed), sealed.size(), Bytes(keys.public_key),
                           keys.secret_key.data()) != 0) {
    return CannotOpen();
  }
  return plain;
}

SignKeyPair SignKeyPairFromSeed(const SecretBytes& seed32) {
  Require(seed32.size() == crypto_sign_SEEDBYTES, "a signing seed has 32 bytes");
  SignKeyPair keys;
  keys.public_key.resize(crypto_sign_PUBLICKEYBYTES);
  std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  crypto_sign_seed_keypair(Bytes(keys.public_key), secret.data(), seed32.data());
  keys.secret_key = TakeSecret(secret);
  return keys;
}

std::string MakeReadProof(const SignKeyPair& keys, ReplicaId replica, std::string_view token) {
  Require(keys.secret_key.size() == crypto_sign_SECRETKEYBYTES, "a signing key has 64 bytes");
  const std::string text = ReadProofText(replica, token);
  std::string proof(crypto_sign_BYTES, '\0');
  crypto_sign_detached(Bytes(proof), nullptr, Bytes(text), text.size(), keys.secret_key.data());
  return proof;
}

bool CheckReadProof(std::string_view public_key, ReplicaId replica, std::string_view token,
                    std::string_view proof) {
  if (public_key.size() != crypto_sign_PUBLICKEYBYTES || proof.size() != crypto_sign_BYTES) return false;
  const std::string text = ReadProofText(replica, token);
  return crypto_sign_verify_detached(Bytes(proof), Bytes(text), text.size(), Bytes(public_key)) == 0;
}

}  // namespace opgang
