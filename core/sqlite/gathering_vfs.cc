#include "core/sqlite/gathering_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace opgang::sqlite {
namespace {

constexpr int kPiece = 0x1ffff;  // bytes; of a longer one SQLite's layer for Unix writes only the remainder

// A log, followed in memory by the file of the layer below.
struct GatheredFile {
  sqlite3_file base;
  sqlite3_file* below;
  std::unique_ptr<char[]> piece;  // made with the first write: who only reads needs none
  sqlite3_int64 at;               // where the piece belongs
  int size;
};

GatheredFile& Gathered(sqlite3_file* file) { return *reinterpret_cast<GatheredFile*>(file); }

int HandOver(GatheredFile& file) {
  if (file.size == 0) return SQLITE_OK;
  // Not a second time: after an error nothing of the commit counts.
  const int size = std::exchange(file.size, 0);
  return file.below->pMethods->xWrite(file.below, file.piece.get(), size, file.at);
}

int Close(sqlite3_file* f) {
  GatheredFile& file = Gathered(f);
  (void)HandOver(file);  // was never synced, so nobody was promised that it is there
  const int rc = file.below->pMethods->xClose(file.below);
  file.~GatheredFile();
  return rc;
}

int Read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  GatheredFile& file = Gathered(f);
  const int rc = HandOver(file);
  return rc != SQLITE_OK ? rc : file.below->pMethods->xRead(file.below, to, size, at);
}

int Write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  GatheredFile& file = Gathered(f);
  const bool follows = at == file.at + file.size && size <= kPiece - file.size;
  if (!follows) {
    const int rc = HandOver(file);
    if (rc != SQLITE_OK) return rc;
    if (size > kPiece) return file.below->pMethods->xWrite(file.below, from, size, at);
    file.at = at;
  }
  if (file.piece == nullptr) file.piece = std::make_unique_for_overwrite<char[]>(kPiece);
  std::memcpy(file.piece.get() + file.size, from, static_cast<size_t>(size));
  file.size += size;
  return SQLITE_OK;
}

int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  GatheredFile& file = Gathered(f);
  const int rc = HandOver(file);
  return rc != SQLITE_OK ? rc : file.below->pMethods->xTruncate(file.below, size);
}

int Sync(sqlite3_file* f, int flags) {
  GatheredFile& file = Gathered(f);
  const int rc = HandOver(file);
  return rc != SQLITE_OK ? rc : file.below->pMethods->xSync(file.below, flags);
}

int FileSize(sqlite3_file* f, sqlite3_int64* size) {
  GatheredFile& file = Gathered(f);
  const int rc = HandOver(file);
  return rc != SQLITE_OK ? rc : file.below->pMethods->xFileSize(file.below, size);
}

// The calls that SQLite makes for databases only, and those that do not ask what the file holds, go to the layer below.
sqlite3_file* Below(sqlite3_file* f) { return Gathered(f).below; }
int Lock(sqlite3_file* f, int level) { return Below(f)->pMethods->xLock(Below(f), level); }
int Unlock(sqlite3_file* f, int level) { return Below(f)->pMethods->xUnlock(Below(f), level); }
int CheckReserved(sqlite3_file* f, int* out) { return Below(f)->pMethods->xCheckReservedLock(Below(f), out); }
int FileControl(sqlite3_file* f, int op, void* arg) {
  return Below(f)->pMethods->xFileControl(Below(f), op, arg);
}
int SectorSize(sqlite3_file* f) { return Below(f)->pMethods->xSectorSize(Below(f)); }
int Traits(sqlite3_file* f) { return Below(f)->pMethods->xDeviceCharacteristics(Below(f)); }

// Version 1: a log has no shared memory and is not mapped.
const sqlite3_io_methods kMethods = {
    1,           Close,      Read,   Write,   Truncate, Sync,    FileSize, Lock,    Unlock, CheckReserved,
    FileControl, SectorSize, Traits, nullptr, nullptr,  nullptr, nullptr,  nullptr, nullptr};

sqlite3_vfs* BelowOf(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  sqlite3_vfs* const below = BelowOf(vfs);
  if ((flags & SQLITE_OPEN_WAL) == 0) return below->xOpen(below, name, f, flags, out_flags);
  auto* const file = new (f) GatheredFile{};
  file->below = reinterpret_cast<sqlite3_file*>(file + 1);
  const int rc = below->xOpen(below, name, file->below, flags, out_flags);
  // What has methods is closed, even where it could not be opened.
  if (file->below->pMethods != nullptr) file->base.pMethods = &kMethods;
  return rc;
}
int Delete(sqlite3_vfs* vfs, const char* name, int sync) {
  return BelowOf(vfs)->xDelete(BelowOf(vfs), name, sync);
}
int Access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  return BelowOf(vfs)->xAccess(BelowOf(vfs), name, flags, out);
}
int FullPathname(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  return BelowOf(vfs)->xFullPathname(BelowOf(vfs), name, size, out);
}

struct Layer {
  std::string name;
  sqlite3_vfs vfs;
};

}  // namespace

std::string GatheringVfs(const std::string& below) {
  static std::mutex mutex;
  static auto* const layers = new std::map<sqlite3_vfs*, std::unique_ptr<Layer>>;
  sqlite3_vfs* const real = sqlite3_vfs_find(below.empty() ? nullptr : below.c_str());
  if (real == nullptr) return below;
  const std::unique_lock lock(mutex);
  std::unique_ptr<Layer>& layer = (*layers)[real];
  if (layer != nullptr) return layer->name;
  layer = std::make_unique<Layer>(Layer{std::string("gathering over ") + real->zName, *real});
  sqlite3_vfs& vfs = layer->vfs;
  vfs.zName = layer->name.c_str();
  vfs.pNext = nullptr;
  vfs.pAppData = real;
  vfs.szOsFile = static_cast<int>(sizeof(GatheredFile)) + real->szOsFile;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  const int rc = sqlite3_vfs_register(&vfs, /*makeDflt=*/0);
  return rc == SQLITE_OK ? layer->name : below;
}

}  // namespace opgang::sqlite
