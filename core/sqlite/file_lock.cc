#include "core/sqlite/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "absl/time/clock.h"
#include "core/base/error.h"
#include "core/sqlite/durable_file.h"

namespace opgang {
namespace {

// flock has no timeout of its own; the wait is counted in tries, so that no clock is read.
constexpr absl::Duration kBetweenTries = absl::Milliseconds(10);

}  // namespace

absl::StatusOr<FileLock> FileLock::Acquire(const std::string& path, absl::Duration wait) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return StatusOfErrno(errno, "lock file");
  FileLock lock(fd);
  for (absl::Duration waited;; waited += kBetweenTries) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK && errno != EINTR) return StatusOfErrno(errno, "lock file");
    if (waited >= wait) return MakeError(ErrorCode::kStoreBusy, "another process holds the lock");
    absl::SleepFor(kBetweenTries);
  }
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace opgang
