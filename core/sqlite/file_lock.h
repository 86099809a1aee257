// One process at a time: an advisory lock (flock) on a file of its own. Let go when the object or the process
// goes, however it goes.
#ifndef OPGANG_CORE_SQLITE_FILE_LOCK_H_
#define OPGANG_CORE_SQLITE_FILE_LOCK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace opgang {

class FileLock {
 public:
  // Makes the file (mode 0600) where it is missing, and waits at most `wait` for another holder (also one in
  // this process). Errors: kStoreBusy, kNotWritable, kDiskFull.
  static absl::StatusOr<FileLock> Acquire(const std::string& path, absl::Duration wait);

  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;  // -1: moved from
};

}  // namespace opgang

#endif  // OPGANG_CORE_SQLITE_FILE_LOCK_H_
