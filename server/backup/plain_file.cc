#include "server/backup/plain_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"

namespace opgang {

absl::StatusOr<NewFile> NewFile::Create(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0) return NewFile(path, fd);
  if (errno == EEXIST)
    return MakeError(ErrorCode::kBadInput, "that file is there already, and is never overwritten");
  if (errno == ENOENT) return MakeError(ErrorCode::kNotWritable, "no such directory");
  return StatusOfErrno(errno, "making a file");
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(other.fd_), kept_(other.kept_) {
  other.fd_ = -1;
}

NewFile::~NewFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (!kept_) ::unlink(path_.c_str());
}

absl::Status NewFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return StatusOfErrno(errno, "writing a file");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status NewFile::Keep() {
  if (::fsync(fd_) != 0) return StatusOfErrno(errno, "syncing a file");
  RETURN_IF_ERROR(SyncDirectory(path_.parent_path()));
  kept_ = true;
  return absl::OkStatus();
}

absl::StatusOr<InputFile> InputFile::Open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return StatusOfErrno(errno, "opening a file");
  return InputFile(fd);
}

InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

absl::StatusOr<std::string> InputFile::Read(size_t size) {
  std::string bytes(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(fd_, bytes.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return StatusOfErrno(errno, "reading a file");
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

void ScratchFile::Remove() {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(path_.string() + suffix, ignored);
  }
}

}  // namespace opgang
