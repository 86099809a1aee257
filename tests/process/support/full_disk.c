/* A disk that fills up: preloaded before a program, it makes every write to a regular file fail with ENOSPC
 * for as long as the file named by OPGANG_TEST_DISK_FULL exists. Works for any user, where a small file
 * system needs root. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int IsFull(int fd) {
  const int before = errno;
  const char* when = getenv("OPGANG_TEST_DISK_FULL");
  struct stat info;
  const int full = when != NULL && access(when, F_OK) == 0 && fstat(fd, &info) == 0 &&
                   S_ISREG(info.st_mode) &&
                   info.st_nlink > 0; /* memory files, where the tests catch output, have no link */
  errno = full ? ENOSPC : before;
  return full;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  static ssize_t (*real)(int, const void*, size_t);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "write");
  return IsFull(fd) ? -1 : real(fd, bytes, size);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  static ssize_t (*real)(int, const void*, size_t, off_t);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "pwrite");
  return IsFull(fd) ? -1 : real(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  static ssize_t (*real)(int, const void*, size_t, off64_t);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "pwrite64");
  return IsFull(fd) ? -1 : real(fd, bytes, size, at);
}
