// What opens with something a person types: the store key (a passphrase) and the invitation (a code).
//
// An invitation file:
//   "opgang invitation\n"   18 bytes, so that a person who opens the file sees what it is
//   format                   4 bytes, big-endian: 1
//   salt                    16 bytes
//   ops_limit, mem_limit     8 bytes each, big-endian: what Argon2id is asked to spend
//   nonce || XChaCha20-Poly1305 of v1.Invitation, associated data = all bytes before it
#include <sodium.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/big_endian.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"

namespace opgang {
namespace {

// A file says what its key costs, and a file can be hostile: more than this is never spent (about a second).
constexpr uint64_t kMaxOpsLimit = 4;
constexpr uint64_t kMaxMemLimit = uint64_t{256} << 20;
constexpr size_t kSaltSize = crypto_pwhash_argon2id_SALTBYTES;
constexpr size_t kStoreKeySize = 32;

constexpr std::string_view kMagic = "opgang invitation\n";
constexpr uint32_t kInvitationFormat = 1;
constexpr size_t kHeaderSize = kMagic.size() + 4 + kSaltSize + 8 + 8;
constexpr size_t kMaxInvitationSize = 256 << 10;  // the content is a few KiB

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kCodeLength = 13;  // of 5 bits: 65 bits

static_assert(kSaltSize == 16 && kCrockford.size() == 32);

bool IsPayable(const PassphraseCost& cost) {
  return cost.ops_limit >= crypto_pwhash_argon2id_OPSLIMIT_MIN && cost.ops_limit <= kMaxOpsLimit &&
         cost.mem_limit >= crypto_pwhash_argon2id_MEMLIMIT_MIN && cost.mem_limit <= kMaxMemLimit;
}

// Argon2id; only memory can be missing. A cost that could not be paid again would lock the content for ever.
SecretBytes Stretch(std::string_view typed, std::string_view salt, const PassphraseCost& cost) {
  if (!IsPayable(cost) || salt.size() != kSaltSize) {
    std::fputs("opgang: sealing: not a cost that can be paid\n", stderr);
    std::abort();
  }
  std::array<uint8_t, 32> key;
  if (crypto_pwhash(key.data(), key.size(), typed.data(), typed.size(),
                    reinterpret_cast<const uint8_t*>(salt.data()), cost.ops_limit, cost.mem_limit,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();
  }
  SecretBytes secret(std::string_view(reinterpret_cast<const char*>(key.data()), key.size()));
  sodium_memzero(key.data(), key.size());
  return secret;
}

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

std::string SaltAndCost(std::string_view salt, const PassphraseCost& cost) {
  std::string bytes(salt);
  AppendBigEndian(cost.ops_limit, 8, bytes);
  AppendBigEndian(cost.mem_limit, 8, bytes);
  return bytes;
}

std::string StoreKeyBinding(const v1::WrappedStoreKey& wrapped) {
  return "opgang store key 1" + SaltAndCost(wrapped.salt(), {wrapped.ops_limit(), wrapped.mem_limit()});
}

std::string InvitationHeader(std::string_view salt, const PassphraseCost& cost) {
  std::string header(kMagic);
  AppendBigEndian(kInvitationFormat, 4, header);
  return header + SaltAndCost(salt, cost);
}

struct InvitationFile {
  std::string_view header, salt, sealed;
  PassphraseCost cost;
};

absl::Status NoInvitation(std::string_view why) { return MakeError(ErrorCode::kInvitationDamaged, why); }

absl::StatusOr<InvitationFile> ParseInvitationFile(std::string_view file) {
  if (file.size() <= kHeaderSize || file.size() > kMaxInvitationSize || !file.starts_with(kMagic)) {
    return NoInvitation("not an invitation file");
  }
  std::string_view rest = file.substr(kMagic.size(), kHeaderSize - kMagic.size());
  if (ReadBigEndian(rest.substr(0, 4)) != kInvitationFormat)
    return NoInvitation("another format of invitation");
  InvitationFile parsed;
  parsed.header = file.substr(0, kHeaderSize);
  parsed.salt = rest.substr(4, kSaltSize);
  parsed.cost.ops_limit = ReadBigEndian(rest.substr(4 + kSaltSize, 8));
  parsed.cost.mem_limit = ReadBigEndian(rest.substr(4 + kSaltSize + 8, 8));
  parsed.sealed = file.substr(kHeaderSize);
  if (!IsPayable(parsed.cost)) return NoInvitation("the invitation asks for too much work");
  return parsed;
}

bool IsSeparator(char c) { return c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The symbol that a person meant by `c`; nullopt where there is none (U is not in the alphabet).
std::optional<char> CodeSymbol(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return '0';
  if (c == 'I' || c == 'L') return '1';
  if (kCrockford.find(c) == std::string_view::npos) return std::nullopt;
  return c;
}

}  // namespace

PassphraseCost PassphraseCost::Interactive() {
  return {crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE, crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE};
}

PassphraseCost PassphraseCost::ForTests() {
  return {crypto_pwhash_argon2id_OPSLIMIT_MIN, crypto_pwhash_argon2id_MEMLIMIT_MIN};
}

v1::WrappedStoreKey NewWrapping(PassphraseCost cost, Random& random) {
  v1::WrappedStoreKey wrapping;
  wrapping.set_salt(random.Bytes(kSaltSize));
  wrapping.set_ops_limit(cost.ops_limit);
  wrapping.set_mem_limit(cost.mem_limit);
  return wrapping;
}

absl::StatusOr<SecretBytes> StretchPassphrase(std::string_view passphrase,
                                              const v1::WrappedStoreKey& wrapping) {
  const PassphraseCost cost{wrapping.ops_limit(), wrapping.mem_limit()};
  if (wrapping.salt().size() != kSaltSize || !IsPayable(cost)) {
    return MakeError(ErrorCode::kDamaged, "the wrapped store key is not one");
  }
  return Stretch(passphrase, wrapping.salt(), cost);
}

v1::WrappedStoreKey WrapStoreKey(const SecretBytes& store_key, std::string_view passphrase,
                                 PassphraseCost cost, Random& random) {
  v1::WrappedStoreKey wrapped = NewWrapping(cost, random);
  const SecretBytes key = Stretch(passphrase, wrapped.salt(), cost);
  wrapped.set_sealed_key(Seal(key, store_key.Reveal(), StoreKeyBinding(wrapped), random));
  return wrapped;
}

absl::StatusOr<SecretBytes> UnwrapStoreKey(const v1::WrappedStoreKey& wrapped, std::string_view passphrase) {
  ASSIGN_OR_RETURN(const SecretBytes key, StretchPassphrase(passphrase, wrapped));
  absl::StatusOr<std::string> opened = Open(key, wrapped.sealed_key(), StoreKeyBinding(wrapped));
  if (!opened.ok()) return MakeError(ErrorCode::kWrongPassphrase, "the store key does not open");
  SecretBytes store_key(*opened);
  sodium_memzero(opened->data(), opened->size());
  if (store_key.size() != kStoreKeySize)
    return MakeError(ErrorCode::kDamaged, "the store key has a wrong size");
  return store_key;
}

// Five bits of each random byte: every symbol is equally likely.
std::string MakeInvitationCode(Random& random) {
  std::array<uint8_t, kCodeLength> drawn;
  random.Fill(drawn.data(), drawn.size());
  std::string code;
  for (size_t i = 0; i < kCodeLength; ++i) {
    if (i == 4 || i == 8) code.push_back('-');
    code.push_back(kCrockford[drawn[i] & 31]);
  }
  sodium_memzero(drawn.data(), drawn.size());
  return code;
}

absl::StatusOr<std::string> NormalizeInvitationCode(std::string_view typed) {
  const absl::Status no_code =
      MakeError(ErrorCode::kInvitationWrongCode, "this cannot be an invitation code");
  std::string code;
  for (const char c : typed) {
    if (IsSeparator(c)) continue;
    const std::optional<char> symbol = CodeSymbol(c);
    if (!symbol.has_value() || code.size() == kCodeLength) return no_code;
    code.push_back(*symbol);
  }
  if (code.size() != kCodeLength) return no_code;
  return code;
}

std::string SealInvitation(std::string_view invitation, std::string_view code, PassphraseCost cost,
                           Random& random) {
  const std::string normal = NormalizeInvitationCode(code).value();
  const std::string salt = random.Bytes(kSaltSize);
  const std::string header = InvitationHeader(salt, cost);
  return header + Seal(Stretch(normal, salt, cost), invitation, header, random);
}

absl::StatusOr<std::string> OpenInvitation(std::string_view file, std::string_view code) {
  ASSIGN_OR_RETURN(const InvitationFile parsed, ParseInvitationFile(file));
  ASSIGN_OR_RETURN(const std::string normal, NormalizeInvitationCode(code));
  absl::StatusOr<std::string> opened =
      Open(Stretch(normal, parsed.salt, parsed.cost), parsed.sealed, parsed.header);
  if (!opened.ok()) {
    return MakeError(ErrorCode::kInvitationWrongCode, "the invitation does not open with this code");
  }
  return opened;
}

}  // namespace opgang
