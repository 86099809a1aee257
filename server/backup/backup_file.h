// A backup of the base as one file, sealed to the offline key. Written and read chunk by chunk, so that memory stays bounded
// whatever the base has grown to.
//
//   "opgang backup 1\n"
//   stream header (core/sealing/stream_sealing.h): which key it is sealed to, and what only that key opens
//   chunks, each behind its sealed length (4 bytes, big-endian):
//     BackupManifest   what the image is
//     the image        base.db as VACUUM INTO wrote it, 64 KiB a chunk
//     BackupTrailer    the secret whose receipt proves that somebody opened all of the above
#ifndef OPGANG_SERVER_BACKUP_BACKUP_FILE_H_
#define OPGANG_SERVER_BACKUP_BACKUP_FILE_H_

#include <cstdint>
#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sealing/sealing.h"
#include "opgang/v1/backup.pb.h"

namespace opgang {

// Seals `image` into a new file at `path` (mode 0600), durable when it returns ok; its size. A file that is there is never
// touched: kBadInput. On any error nothing of ours is left at `path`. kDiskFull, kNotWritable.
absl::StatusOr<uint64_t> WriteBackupFile(const std::filesystem::path& path,
                                         const std::filesystem::path& image,
                                         const v1::BackupManifest& manifest, const v1::BackupTrailer& trailer,
                                         std::string_view public_key, Random& random);

struct OpenedBackup {
  v1::BackupManifest manifest;
  v1::BackupTrailer trailer;
};

// Opens every chunk and writes the image to a new file at `image` (mode 0600), synced. On any error no `image` is left. The
// backup is only read. kBadInput: no backup, or sealed to another key. kNewerFile: of a newer format. kDamaged: changed, or
// not all of it. kNotFound, kDiskFull, kNotWritable.
absl::StatusOr<OpenedBackup> OpenBackupFile(const std::filesystem::path& path, const BoxKeyPair& keys,
                                            const std::filesystem::path& image);

}  // namespace opgang

#endif  // OPGANG_SERVER_BACKUP_BACKUP_FILE_H_
