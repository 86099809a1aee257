#include "server/backup/backup_file.h"

#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/stream_sealing.h"
#include "server/backup/plain_file.h"

namespace opgang {
namespace {

constexpr std::string_view kMagic = "opgang backup 1\n";
constexpr std::string_view kMagicOfAnyFormat = "opgang backup ";
constexpr size_t kImageChunk = 64 * 1024;
constexpr size_t kLengthBytes = 4;
constexpr size_t kMaxSealedChunk = kImageChunk + kStreamChunkOverhead;

absl::Status Damaged() {
  return MakeError(ErrorCode::kDamaged, "the backup is damaged, or not all of it is here");
}

std::string LengthOf(std::string_view sealed) {
  std::string length;
  for (int shift = 24; shift >= 0; shift -= 8) length.push_back(static_cast<char>(sealed.size() >> shift));
  return length;
}

class Sealing {
 public:
  Sealing(NewFile& file, std::string_view public_key, Random& random)
      : file_(file), sealer_(public_key, random) {}

  absl::Status Begin() { return Put(std::string(kMagic) + sealer_.header()); }
  absl::Status Add(std::string_view plain, ChunkPlace place) {
    const std::string sealed = sealer_.Seal(plain, place);
    return Put(LengthOf(sealed) + sealed);
  }
  uint64_t bytes() const { return bytes_; }

 private:
  absl::Status Put(const std::string& bytes) {
    bytes_ += bytes.size();
    return file_.Write(bytes);
  }
  NewFile& file_;
  StreamSealer sealer_;
  uint64_t bytes_ = 0;
};

absl::Status AddImage(const std::filesystem::path& image, uint64_t expected, Sealing& sealing) {
  ASSIGN_OR_RETURN(InputFile input, InputFile::Open(image));
  uint64_t taken = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::string chunk, input.Read(kImageChunk));
    if (chunk.empty()) break;
    taken += chunk.size();
    RETURN_IF_ERROR(sealing.Add(chunk, ChunkPlace::kWithin));
  }
  if (taken == expected) return absl::OkStatus();
  return MakeError(ErrorCode::kDamaged, "the image changed while it was sealed");
}

// The chunks of one file, one after the other.
class Opening {
 public:
  static absl::StatusOr<Opening> Begin(const std::filesystem::path& path, const BoxKeyPair& keys) {
    ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
    ASSIGN_OR_RETURN(const std::string magic, file.Read(kMagic.size()));
    if (!magic.starts_with(kMagicOfAnyFormat)) return MakeError(ErrorCode::kBadInput, "this is no backup");
    if (magic != kMagic) return MakeError(ErrorCode::kNewerFile, "a newer opgangd made this backup");
    ASSIGN_OR_RETURN(const std::string header, file.Read(kStreamHeaderBytes));
    if (header.size() != kStreamHeaderBytes) return Damaged();
    ASSIGN_OR_RETURN(StreamOpener opener, StreamOpener::Begin(keys, header));
    return Opening(std::move(file), std::move(opener));
  }

  absl::StatusOr<std::string> Next() {
    ASSIGN_OR_RETURN(const std::string length, file_.Read(kLengthBytes));
    if (length.size() != kLengthBytes) return Damaged();
    size_t size = 0;
    for (const char byte : length) size = size << 8 | static_cast<uint8_t>(byte);
    if (size > kMaxSealedChunk) return Damaged();
    ASSIGN_OR_RETURN(const std::string sealed, file_.Read(size));
    auto plain = opener_.Open(sealed);
    if (!plain.ok() || sealed.size() != size) return Damaged();
    return plain;
  }
  bool whole() const { return opener_.whole(); }
  absl::Status ExpectEnd() {
    ASSIGN_OR_RETURN(const std::string more, file_.Read(1));
    return more.empty() ? absl::OkStatus() : Damaged();
  }

 private:
  Opening(InputFile file, StreamOpener opener) : file_(std::move(file)), opener_(std::move(opener)) {}
  InputFile file_;
  StreamOpener opener_;
};

bool IsSound(const v1::BackupManifest& manifest) {
  return manifest.backup_id().size() == 16 && manifest.epoch().size() == 16 && manifest.image_bytes() > 0;
}

}  // namespace

absl::StatusOr<uint64_t> WriteBackupFile(const std::filesystem::path& path,
                                         const std::filesystem::path& image,
                                         const v1::BackupManifest& manifest, const v1::BackupTrailer& trailer,
                                         std::string_view public_key, Random& random) {
  ASSIGN_OR_RETURN(NewFile file, NewFile::Create(path));
  Sealing sealing(file, public_key, random);
  RETURN_IF_ERROR(sealing.Begin());
  RETURN_IF_ERROR(sealing.Add(manifest.SerializeAsString(), ChunkPlace::kWithin));
  RETURN_IF_ERROR(AddImage(image, manifest.image_bytes(), sealing));
  RETURN_IF_ERROR(sealing.Add(trailer.SerializeAsString(), ChunkPlace::kLast));
  RETURN_IF_ERROR(file.Keep());
  return sealing.bytes();
}

absl::StatusOr<OpenedBackup> OpenBackupFile(const std::filesystem::path& path, const BoxKeyPair& keys,
                                            const std::filesystem::path& image) {
  ASSIGN_OR_RETURN(Opening opening, Opening::Begin(path, keys));
  OpenedBackup backup;
  ASSIGN_OR_RETURN(const std::string manifest, opening.Next());
  if (!backup.manifest.ParseFromString(manifest) || !IsSound(backup.manifest)) return Damaged();
  ASSIGN_OR_RETURN(NewFile file, NewFile::Create(image));
  uint64_t written = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::string chunk, opening.Next());
    if (opening.whole()) {
      if (!backup.trailer.ParseFromString(chunk)) return Damaged();
      break;
    }
    written += chunk.size();
    RETURN_IF_ERROR(file.Write(chunk));
  }
  RETURN_IF_ERROR(opening.ExpectEnd());
  if (written != backup.manifest.image_bytes()) return Damaged();
  RETURN_IF_ERROR(file.Keep());
  return backup;
}

}  // namespace opgang
