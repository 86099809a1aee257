#include "tests/support/fault_vfs.h"

#include <sqlite3.h>

#include <climits>
#include <cstring>

namespace opgang {
namespace {

struct Dial {
  int changes_left = INT_MAX;
  int code = SQLITE_OK;
  bool failed = false;
  int ios_left = -1;  // before the one that fails; negative: none does
};
Dial dial;

// Of FailOnce().
bool IsTheOne() {
  const bool chosen = dial.ios_left == 0;
  if (dial.ios_left >= 0) --dial.ios_left;
  dial.failed = dial.failed || chosen;
  return chosen;
}

int Change(int once) {
  if (IsTheOne()) return once;
  if (dial.code == SQLITE_OK) return SQLITE_OK;
  if (dial.changes_left-- > 0) return SQLITE_OK;
  dial.changes_left = 0;
  dial.failed = true;
  return dial.code;
}

// A file of this VFS, followed in memory by the default VFS's own.
struct FaultFile {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_file* Real(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file)->real; }
sqlite3_vfs* RealVfs(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int Close(sqlite3_file* f) { return Real(f)->pMethods->xClose(Real(f)); }
int Read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  if (IsTheOne()) return SQLITE_IOERR_READ;
  return Real(f)->pMethods->xRead(Real(f), to, size, at);
}
int Write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  const int rc = Change(SQLITE_IOERR_WRITE);
  return rc != SQLITE_OK ? rc : Real(f)->pMethods->xWrite(Real(f), from, size, at);
}
int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  const int rc = Change(SQLITE_IOERR_TRUNCATE);
  return rc != SQLITE_OK ? rc : Real(f)->pMethods->xTruncate(Real(f), size);
}
int Sync(sqlite3_file* f, int flags) {
  const int rc = Change(SQLITE_IOERR_FSYNC);
  return rc != SQLITE_OK ? rc : Real(f)->pMethods->xSync(Real(f), flags);
}
int FileSize(sqlite3_file* f, sqlite3_int64* size) { return Real(f)->pMethods->xFileSize(Real(f), size); }
int Lock(sqlite3_file* f, int level) { return Real(f)->pMethods->xLock(Real(f), level); }
int Unlock(sqlite3_file* f, int level) { return Real(f)->pMethods->xUnlock(Real(f), level); }
int CheckReserved(sqlite3_file* f, int* out) { return Real(f)->pMethods->xCheckReservedLock(Real(f), out); }
int FileControl(sqlite3_file* f, int op, void* arg) {
  return Real(f)->pMethods->xFileControl(Real(f), op, arg);
}
int SectorSize(sqlite3_file* f) { return Real(f)->pMethods->xSectorSize(Real(f)); }
int Traits(sqlite3_file* f) { return Real(f)->pMethods->xDeviceCharacteristics(Real(f)); }
int ShmMap(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return Real(f)->pMethods->xShmMap(Real(f), page, size, extend, out);
}
int ShmLock(sqlite3_file* f, int at, int n, int flags) {
  return Real(f)->pMethods->xShmLock(Real(f), at, n, flags);
}
void ShmBarrier(sqlite3_file* f) { Real(f)->pMethods->xShmBarrier(Real(f)); }
int ShmUnmap(sqlite3_file* f, int erase) { return Real(f)->pMethods->xShmUnmap(Real(f), erase); }

const sqlite3_io_methods kMethods = {
    2,           Close,      Read,   Write,  Truncate, Sync,       FileSize, Lock,    Unlock, CheckReserved,
    FileControl, SectorSize, Traits, ShmMap, ShmLock,  ShmBarrier, ShmUnmap, nullptr, nullptr};

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* fault = reinterpret_cast<FaultFile*>(file);
  fault->real = reinterpret_cast<sqlite3_file*>(fault + 1);
  const int rc = RealVfs(vfs)->xOpen(RealVfs(vfs), name, fault->real, flags, out_flags);
  fault->base.pMethods = fault->real->pMethods == nullptr ? nullptr : &kMethods;
  return rc;
}
int Delete(sqlite3_vfs* vfs, const char* name, int sync) {
  return RealVfs(vfs)->xDelete(RealVfs(vfs), name, sync);
}
int Access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  return RealVfs(vfs)->xAccess(RealVfs(vfs), name, flags, out);
}
int FullPathname(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  return RealVfs(vfs)->xFullPathname(RealVfs(vfs), name, size, out);
}

}  // namespace

void FaultVfs::Register() {
  if (sqlite3_vfs_find(kName) != nullptr) return;
  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs vfs = *real;
  vfs.zName = kName;
  vfs.pNext = nullptr;
  vfs.pAppData = real;
  vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + real->szOsFile;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  sqlite3_vfs_register(&vfs, /*makeDflt=*/0);
}

void FaultVfs::FailAfter(int changes, int sqlite_code) { dial = {changes, sqlite_code}; }
void FaultVfs::FailOnce(int ios) {
  dial = {};
  dial.ios_left = ios;
}
void FaultVfs::Heal() { dial = {}; }
bool FaultVfs::failed() { return dial.failed; }

}  // namespace opgang
