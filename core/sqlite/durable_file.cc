#include "core/sqlite/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

absl::Status WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return StatusOfErrno(errno, "writing a file");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status WriteAndSync(const std::filesystem::path& path, std::string_view bytes) {
  OpenFile file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!file.ok()) return StatusOfErrno(errno, "creating a file");
  RETURN_IF_ERROR(WriteAll(file.fd(), bytes));
  return ::fsync(file.fd()) == 0 ? absl::OkStatus() : StatusOfErrno(errno, "syncing a file");
}

}  // namespace

absl::Status StatusOfErrno(int error, std::string_view what) {
  const std::string message = std::string(what) + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT) return MakeError(ErrorCode::kDiskFull, message);
  if (error == ENOENT) return MakeError(ErrorCode::kNotFound, message);
  return MakeError(ErrorCode::kNotWritable, message);
}

absl::Status WriteFileDurably(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path temporary = path.string() + ".new";
  const absl::Status written = WriteAndSync(temporary, bytes);
  if (!written.ok()) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return StatusOfErrno(error, "renaming a file");
  }
  return SyncDirectory(path.parent_path());
}

absl::StatusOr<std::string> ReadWholeFile(const std::filesystem::path& path, size_t max_bytes) {
  OpenFile file(path, O_RDONLY);
  if (!file.ok()) return StatusOfErrno(errno, "opening a file");
  std::string bytes;
  char block[16384];
  for (;;) {
    const ssize_t got = ::read(file.fd(), block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return StatusOfErrno(errno, "reading a file");
    if (got == 0) return bytes;
    bytes.append(block, static_cast<size_t>(got));
    if (bytes.size() > max_bytes) return MakeError(ErrorCode::kDamaged, "a file is larger than it can be");
  }
}

absl::Status MakePrivateDirectory(const std::filesystem::path& path) {
  std::error_code unknown;  // mkdir says it better
  if (path.empty() || std::filesystem::is_directory(path, unknown)) return absl::OkStatus();
  RETURN_IF_ERROR(MakePrivateDirectory(path.parent_path()));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return StatusOfErrno(errno, "making a directory");
  return path.has_parent_path() ? SyncDirectory(path.parent_path()) : absl::OkStatus();
}

absl::Status SyncDirectory(const std::filesystem::path& directory) {
  OpenFile handle(directory.empty() ? "." : directory, O_RDONLY | O_DIRECTORY);
  if (!handle.ok()) return StatusOfErrno(errno, "opening a directory");
  return ::fsync(handle.fd()) == 0 ? absl::OkStatus() : StatusOfErrno(errno, "syncing a directory");
}

}  // namespace opgang
