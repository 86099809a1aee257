// The words and files of the offline key and of receipts: what people carry between the base and the machine that holds the
// key. Letters and digits of Crockford's base 32 in groups of four, with a check at the end, so that a slip of the hand is
// told from a receipt of something else.
#ifndef OPGANG_SERVER_BACKUP_BACKUP_KEYS_H_
#define OPGANG_SERVER_BACKUP_BACKUP_KEYS_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sealing/sealing.h"

namespace opgang {

// Makes a key pair: the secret half at `path` (mode 0600), the public one at `path` with ".pub" behind it. Never over a
// file: kBadInput. kNotWritable, kDiskFull.
absl::Status MakeBackupKey(const std::filesystem::path& path, Random& random);
// kBadInput where the file is no secret (public) half.
absl::StatusOr<BoxKeyPair> ReadBackupSecret(const std::filesystem::path& path);
absl::StatusOr<std::string> ReadBackupPublicKey(const std::filesystem::path& path);

// `secret`: 32 bytes.
std::string ReceiptText(std::string_view secret);
// What the base keeps of it; 32 bytes. kReceiptRefused: garbled.
absl::StatusOr<std::string> ReceiptHash(std::string_view text);
std::string HashOfReceiptSecret(std::string_view secret);

}  // namespace opgang

#endif  // OPGANG_SERVER_BACKUP_BACKUP_KEYS_H_
