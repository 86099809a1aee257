#include "server/backup/backup_keys.h"

#include <cctype>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"
#include "server/backup/plain_file.h"

namespace opgang {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kSecretBytes = 32;
constexpr size_t kCheckBytes = 3;
constexpr size_t kMaxKeyFile = 4096;
constexpr std::string_view kSecretTitle = "opgang backup key 1 secret";
constexpr std::string_view kPublicTitle = "opgang backup key 1 public";

// Not a secret: it separates this use of the digest from others.
const SecretBytes& HashKey() {
  static const auto* key = new SecretBytes("opgang backup receipt version 1.");
  return *key;
}

std::string CheckOf(std::string_view bytes) {
  return KeyedDigest(HashKey(), std::string("check") + std::string(bytes), 16).substr(0, kCheckBytes);
}

// 32 bytes and their check as 56 characters: 280 bits, five a character.
std::string Encode(std::string_view secret) {
  const std::string bytes = std::string(secret) + CheckOf(secret);
  std::string text;
  uint32_t buffer = 0;
  int bits = 0;
  size_t written = 0;
  for (const char byte : bytes) {
    buffer = buffer << 8 | static_cast<uint8_t>(byte);
    for (bits += 8; bits >= 5; bits -= 5) {
      if (written > 0 && written % 4 == 0) text.push_back('-');
      text.push_back(kDigits[buffer >> (bits - 5) & 31]);
      ++written;
    }
  }
  return text;
}

char Normal(char typed) {
  const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(typed)));
  if (upper == 'O') return '0';
  return upper == 'I' || upper == 'L' ? '1' : upper;
}

std::optional<std::string> Decode(std::string_view text) {
  std::string bytes;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char typed : text) {
    if (typed == '-' || std::isspace(static_cast<unsigned char>(typed))) continue;
    const size_t digit = kDigits.find(Normal(typed));
    if (digit == std::string_view::npos || bytes.size() > kSecretBytes + kCheckBytes) return std::nullopt;
    buffer = buffer << 5 | static_cast<uint32_t>(digit);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<char>(buffer >> bits));
  }
  if (bits != 0 || bytes.size() != kSecretBytes + kCheckBytes) return std::nullopt;
  std::string secret = bytes.substr(0, kSecretBytes);
  if (CheckOf(secret) != bytes.substr(kSecretBytes)) return std::nullopt;
  return secret;
}

absl::Status WriteKeyFile(const std::filesystem::path& path, std::string_view title, std::string_view bytes) {
  ASSIGN_OR_RETURN(NewFile file, NewFile::Create(path));
  RETURN_IF_ERROR(file.Write(std::string(title) + "\n" + Encode(bytes) + "\n"));
  return file.Keep();
}

absl::StatusOr<std::string> ReadKeyFile(const std::filesystem::path& path, std::string_view title) {
  ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path, kMaxKeyFile));
  const std::string wanted = std::string(title) + "\n";
  const auto bytes =
      text.starts_with(wanted) ? Decode(std::string_view(text).substr(wanted.size())) : std::nullopt;
  if (bytes.has_value()) return *bytes;
  return MakeError(ErrorCode::kBadInput, "this file is not the " +
                                             std::string(title == kSecretTitle ? "secret" : "public") +
                                             " half of a backup key");
}

}  // namespace

absl::Status MakeBackupKey(const std::filesystem::path& path, Random& random) {
  const std::string public_path = path.string() + ".pub";
  if (std::filesystem::exists(public_path)) {
    return MakeError(ErrorCode::kBadInput, "a public half is there already, and is never overwritten");
  }
  const SecretBytes seed(random.Bytes(kSecretBytes));
  RETURN_IF_ERROR(WriteKeyFile(path, kSecretTitle, seed.Reveal()));
  return WriteKeyFile(public_path, kPublicTitle, BoxKeyPairFromSeed(seed).public_key);
}

absl::StatusOr<BoxKeyPair> ReadBackupSecret(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const std::string seed, ReadKeyFile(path, kSecretTitle));
  return BoxKeyPairFromSeed(SecretBytes(seed));
}

absl::StatusOr<std::string> ReadBackupPublicKey(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(std::string key, ReadKeyFile(path, kPublicTitle));
  if (IsBoxPublicKey(key)) return key;
  return MakeError(ErrorCode::kBadInput, "these bytes are no public key");
}

std::string HashOfReceiptSecret(std::string_view secret) { return KeyedDigest(HashKey(), secret, 32); }

std::string ReceiptText(std::string_view secret) { return Encode(secret); }

absl::StatusOr<std::string> ReceiptHash(std::string_view text) {
  const auto secret = Decode(text);
  if (secret.has_value()) return HashOfReceiptSecret(*secret);
  return MakeError(
      ErrorCode::kReceiptRefused,
      "this is no whole receipt: 14 groups of 4 characters, as 'opgangd restore --check' prints them");
}

}  // namespace opgang
