// Small files that are there whole or not at all, also after a power cut.
#ifndef OPGANG_CORE_SQLITE_DURABLE_FILE_H_
#define OPGANG_CORE_SQLITE_DURABLE_FILE_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace opgang {

// Writes a temporary file beside `path` (mode 0600), syncs it, renames it over `path`, syncs the directory.
// On error `path` is as it was. Errors: kDiskFull, kNotWritable.
absl::Status WriteFileDurably(const std::filesystem::path& path, std::string_view bytes);

// The whole file. kNotFound, kNotWritable (no permission, I/O error), kDamaged (over `max_bytes`).
absl::StatusOr<std::string> ReadWholeFile(const std::filesystem::path& path, size_t max_bytes = 1 << 20);

// Makes `path` and its missing parents with mode 0700 and syncs the parent. kDiskFull, kNotWritable.
absl::Status MakePrivateDirectory(const std::filesystem::path& path);

// Makes earlier creations, renames and removals in `directory` durable.
absl::Status SyncDirectory(const std::filesystem::path& directory);

// errno as a status: ENOSPC and EDQUOT -> kDiskFull, ENOENT -> kNotFound, the rest -> kNotWritable. `what`
// holds no personal data.
absl::Status StatusOfErrno(int error, std::string_view what);

}  // namespace opgang

#endif  // OPGANG_CORE_SQLITE_DURABLE_FILE_H_
