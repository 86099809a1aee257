/* kill -9 at a named point: preloaded before a program, it kills the program at the n-th of its calls that change a
 * disk. OPGANG_TEST_KILL_AT="sync-before 3"; the points are {sync,write,rename,unlink,truncate}-{before,after}, and
 * write-half, which leaves half of the bytes. Calls are counted from the start, or, where OPGANG_TEST_KILL_ARMED names a
 * file, from when that exists. Only regular files that have a name count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int Armed(void) {
  const char* file = getenv("OPGANG_TEST_KILL_ARMED");
  return file == NULL || access(file, F_OK) == 0;
}

static int IsFile(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink > 0;
}

/* Whether this call is the one; each call asks for one or two points with the same number. */
static int IsChosen(const char* point, int number) {
  char name[32];
  int wanted = 0;
  const char* chosen = getenv("OPGANG_TEST_KILL_AT");
  if (chosen == NULL || sscanf(chosen, "%31s %d", name, &wanted) != 2) return 0;
  return number == wanted && strcmp(name, point) == 0;
}

static void DieAt(const char* point, int number) {
  if (IsChosen(point, number)) kill(getpid(), SIGKILL);
}

/* The number of this call among those of its kind, from 1; 0 where it does not count. errno stays. */
static int Count(atomic_int* calls, int counts) {
  const int before = errno;
  const int number = counts && Armed() ? atomic_fetch_add(calls, 1) + 1 : 0;
  errno = before;
  return number;
}

#define REAL(type, name, ...)                       \
  static type (*real)(__VA_ARGS__);                 \
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, name)

static atomic_int syncs, writes, renames, unlinks, truncates;

#define AROUND(kind, calls, counts, call)           \
  const int number = Count(&calls, counts);         \
  DieAt(kind "-before", number);                    \
  const int result = call;                          \
  DieAt(kind "-after", number);                     \
  return result

#define AROUND_WRITE(call, half)                    \
  const int number = Count(&writes, IsFile(fd));    \
  DieAt("write-before", number);                    \
  if (IsChosen("write-half", number)) {             \
    if (half >= 0) kill(getpid(), SIGKILL);         \
  }                                                 \
  const ssize_t result = call;                      \
  DieAt("write-after", number);                     \
  return result

int fsync(int fd) {
  REAL(int, "fsync", int);
  AROUND("sync", syncs, 1, real(fd));
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  AROUND("sync", syncs, 1, real(fd));
}

int rename(const char* from, const char* to) {
  REAL(int, "rename", const char*, const char*);
  AROUND("rename", renames, 1, real(from, to));
}

int unlink(const char* path) {
  REAL(int, "unlink", const char*);
  AROUND("unlink", unlinks, 1, real(path));
}

int ftruncate(int fd, off_t size) {
  REAL(int, "ftruncate", int, off_t);
  AROUND("truncate", truncates, IsFile(fd), real(fd, size));
}

int ftruncate64(int fd, off64_t size) {
  REAL(int, "ftruncate64", int, off64_t);
  AROUND("truncate", truncates, IsFile(fd), real(fd, size));
}

ssize_t write(int fd, const void* bytes, size_t size) {
  REAL(ssize_t, "write", int, const void*, size_t);
  AROUND_WRITE(real(fd, bytes, size), real(fd, bytes, size / 2));
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  REAL(ssize_t, "pwrite", int, const void*, size_t, off_t);
  AROUND_WRITE(real(fd, bytes, size, at), real(fd, bytes, size / 2, at));
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  REAL(ssize_t, "pwrite64", int, const void*, size_t, off64_t);
  AROUND_WRITE(real(fd, bytes, size, at), real(fd, bytes, size / 2, at));
}
