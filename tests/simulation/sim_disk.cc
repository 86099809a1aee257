#include "tests/simulation/sim_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

namespace opgang::simulation {
namespace {

constexpr size_t kSector = 512;
constexpr int kShmLocks = 8;

struct Write {
  size_t at = 0;
  std::string bytes;
  bool truncates = false;  // to `at`
};

void Apply(const Write& write, std::string& content) {
  if (write.truncates) {
    content.resize(write.at);
    return;
  }
  if (content.size() < write.at + write.bytes.size()) content.resize(write.at + write.bytes.size());
  content.replace(write.at, write.bytes.size(), write.bytes);
}

struct Handle;

}  // namespace

struct SimFile {
  std::string now;
  std::string durable;
  bool durably_there = false;
  std::vector<Write> unsynced;
  std::vector<Handle*> handles;
  // The WAL's index: memory that the open files share.
  std::vector<std::unique_ptr<char[]>> shm;
  std::array<int, kShmLocks> shared{};
  std::array<Handle*, kShmLocks> exclusive{};
};

namespace {

// What SQLite keeps of an open file.
struct Handle {
  sqlite3_file base;
  SimDisk* disk;  // null: a temporary file, of no disk
  uint64_t life;
  std::shared_ptr<SimFile> file;
  int lock = SQLITE_LOCK_NONE;
  unsigned shm_shared = 0;
  unsigned shm_exclusive = 0;
  bool has_shm = false;
};

std::map<std::string, SimDisk*>& Disks() {
  static auto* disks = new std::map<std::string, SimDisk*>;
  return *disks;
}

SimDisk* DiskOf(std::string_view path, std::string& name) {
  auto after = Disks().upper_bound(std::string(path));
  if (after == Disks().begin()) return nullptr;
  SimDisk* disk = std::prev(after)->second;
  if (!path.starts_with(disk->directory() + "/")) return nullptr;
  name = path.substr(disk->directory().size() + 1);
  return disk;
}

Handle* H(sqlite3_file* file) { return reinterpret_cast<Handle*>(file); }

}  // namespace

// The VFS's way into a disk.
struct DiskAccess {
  static bool Lives(const Handle& handle) {
    return handle.disk == nullptr || (handle.life == handle.disk->life_ && !handle.disk->dead_);
  }
  static int Change(const Handle& handle) {
    return handle.disk == nullptr ? SQLITE_OK : handle.disk->Change();
  }
  static auto& Files(SimDisk& disk) { return disk.files_; }
  static uint64_t Life(const SimDisk& disk) { return disk.life_; }
  static int ChangeNames(SimDisk& disk) { return disk.Change(); }
};

namespace {

int ReleaseShm(Handle* handle) {
  for (int i = 0; i < kShmLocks; ++i) {
    if ((handle->shm_shared >> i) & 1) --handle->file->shared[static_cast<size_t>(i)];
    if ((handle->shm_exclusive >> i) & 1) handle->file->exclusive[static_cast<size_t>(i)] = nullptr;
  }
  handle->shm_shared = handle->shm_exclusive = 0;
  handle->has_shm = false;
  auto& handles = handle->file->handles;
  const bool in_use = std::any_of(handles.begin(), handles.end(), [](Handle* h) { return h->has_shm; });
  if (!in_use) handle->file->shm.clear();
  return SQLITE_OK;
}

int Close(sqlite3_file* f) {
  Handle* handle = H(f);
  ReleaseShm(handle);
  std::erase(handle->file->handles, handle);
  handle->file.~shared_ptr();
  return SQLITE_OK;
}

int Read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  if (!DiskAccess::Lives(*H(f))) return SQLITE_IOERR_READ;
  const std::string& content = H(f)->file->now;
  const auto begin = std::min(static_cast<size_t>(at), content.size());
  const size_t there = std::min(static_cast<size_t>(size), content.size() - begin);
  std::memcpy(to, content.data() + begin, there);
  if (there == static_cast<size_t>(size)) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + there, 0, static_cast<size_t>(size) - there);
  return SQLITE_IOERR_SHORT_READ;
}

// A write whose power goes in mid-way may still reach the platter.
int WriteTo(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  if (!DiskAccess::Lives(*H(f))) return SQLITE_IOERR_WRITE;
  const int rc = DiskAccess::Change(*H(f));
  if (rc != SQLITE_OK && DiskAccess::Lives(*H(f))) return rc;
  Write write{static_cast<size_t>(at),
              std::string(static_cast<const char*>(from), static_cast<size_t>(size))};
  Apply(write, H(f)->file->now);
  if (H(f)->disk != nullptr) H(f)->file->unsynced.push_back(std::move(write));
  return rc;
}

int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  if (!DiskAccess::Lives(*H(f))) return SQLITE_IOERR_TRUNCATE;
  const int rc = DiskAccess::Change(*H(f));
  if (rc != SQLITE_OK) return rc;
  Write write{static_cast<size_t>(size), "", true};
  Apply(write, H(f)->file->now);
  if (H(f)->disk != nullptr) H(f)->file->unsynced.push_back(std::move(write));
  return SQLITE_OK;
}

int Sync(sqlite3_file* f, int) {
  if (!DiskAccess::Lives(*H(f))) return SQLITE_IOERR_FSYNC;
  const int rc = DiskAccess::Change(*H(f));
  if (rc != SQLITE_OK) return rc;
  SimFile& file = *H(f)->file;
  for (const Write& write : file.unsynced) Apply(write, file.durable);
  file.unsynced.clear();
  file.durably_there = true;
  return SQLITE_OK;
}

int FileSize(sqlite3_file* f, sqlite3_int64* size) {
  if (!DiskAccess::Lives(*H(f))) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(H(f)->file->now.size());
  return SQLITE_OK;
}

int Lock(sqlite3_file* f, int level) {
  Handle* handle = H(f);
  if (!DiskAccess::Lives(*handle)) return SQLITE_IOERR_LOCK;
  for (const Handle* other : handle->file->handles) {
    if (other == handle || !DiskAccess::Lives(*other)) continue;
    const bool clash = level == SQLITE_LOCK_SHARED     ? other->lock >= SQLITE_LOCK_PENDING
                       : level == SQLITE_LOCK_RESERVED ? other->lock >= SQLITE_LOCK_RESERVED
                                                       : other->lock >= SQLITE_LOCK_SHARED;
    if (clash) return SQLITE_BUSY;
  }
  handle->lock = std::max(handle->lock, level);
  return SQLITE_OK;
}

int Unlock(sqlite3_file* f, int level) {
  H(f)->lock = std::min(H(f)->lock, level);
  return SQLITE_OK;
}

int CheckReserved(sqlite3_file* f, int* out) {
  const auto& handles = H(f)->file->handles;
  *out = std::any_of(handles.begin(), handles.end(),
                     [](const Handle* h) { return h->lock >= SQLITE_LOCK_RESERVED; });
  return SQLITE_OK;
}

int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return kSector; }
// As the default VFS: a torn write spoils no byte beside it.
int Traits(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int ShmMap(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
  Handle* handle = H(f);
  *out = nullptr;
  if (!DiskAccess::Lives(*handle)) return SQLITE_IOERR_SHMMAP;
  handle->has_shm = true;
  auto& shm = handle->file->shm;
  while (extend != 0 && shm.size() <= static_cast<size_t>(region)) {
    shm.push_back(std::make_unique<char[]>(static_cast<size_t>(size)));
  }
  if (static_cast<size_t>(region) < shm.size()) *out = shm[static_cast<size_t>(region)].get();
  return SQLITE_OK;
}

bool CanLockShm(const SimFile& file, const Handle* handle, size_t slot, bool exclusive) {
  if (file.exclusive[slot] != nullptr && file.exclusive[slot] != handle) return false;
  const int own = static_cast<int>((handle->shm_shared >> slot) & 1);
  return !exclusive || file.shared[slot] == own;
}

int ShmLock(sqlite3_file* f, int at, int n, int flags) {
  Handle* handle = H(f);
  if (!DiskAccess::Lives(*handle)) return SQLITE_IOERR_SHMLOCK;
  SimFile& file = *handle->file;
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
  for (int i = at; locks && i < at + n; ++i) {
    if (!CanLockShm(file, handle, static_cast<size_t>(i), exclusive)) return SQLITE_BUSY;
  }
  for (int i = at; i < at + n; ++i) {
    const auto slot = static_cast<size_t>(i);
    const unsigned bit = 1u << i;
    if (exclusive) {
      file.exclusive[slot] = locks ? handle : nullptr;
      handle->shm_exclusive = locks ? handle->shm_exclusive | bit : handle->shm_exclusive & ~bit;
    } else if (((handle->shm_shared & bit) != 0) != locks) {
      file.shared[slot] += locks ? 1 : -1;
      handle->shm_shared ^= bit;
    }
  }
  return SQLITE_OK;
}

void ShmBarrier(sqlite3_file*) {}
int ShmUnmap(sqlite3_file* f, int) { return ReleaseShm(H(f)); }

const sqlite3_io_methods kMethods = {
    2,           Close,      Read,   WriteTo, Truncate, Sync,       FileSize, Lock,    Unlock, CheckReserved,
    FileControl, SectorSize, Traits, ShmMap,  ShmLock,  ShmBarrier, ShmUnmap, nullptr, nullptr};

int Open(sqlite3_vfs*, const char* path, sqlite3_file* f, int flags, int* out_flags) {
  f->pMethods = nullptr;
  std::string name;
  SimDisk* disk = path == nullptr ? nullptr : DiskOf(path, name);
  if (path != nullptr && disk == nullptr) return SQLITE_CANTOPEN;
  if (disk != nullptr && disk->dead()) return SQLITE_CANTOPEN;
  std::shared_ptr<SimFile> file;
  if (disk == nullptr) {
    file = std::make_shared<SimFile>();
  } else if (auto found = DiskAccess::Files(*disk).find(name); found != DiskAccess::Files(*disk).end()) {
    file = found->second;
  } else {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    if (const int rc = DiskAccess::ChangeNames(*disk); rc != SQLITE_OK) return SQLITE_CANTOPEN;
    file = DiskAccess::Files(*disk)[name] = std::make_shared<SimFile>();
  }
  auto* handle = new (f) Handle{{&kMethods}, disk, disk == nullptr ? 0 : DiskAccess::Life(*disk), file};
  file->handles.push_back(handle);
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs*, const char* path, int) {
  std::string name;
  SimDisk* disk = DiskOf(path, name);
  if (disk == nullptr || disk->dead()) return SQLITE_IOERR_DELETE;
  if (const int rc = DiskAccess::ChangeNames(*disk); rc != SQLITE_OK) return SQLITE_IOERR_DELETE;
  return DiskAccess::Files(*disk).erase(name) == 1 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int Access(sqlite3_vfs*, const char* path, int, int* out) {
  std::string name;
  SimDisk* disk = DiskOf(path, name);
  *out = disk != nullptr && DiskAccess::Files(*disk).contains(name);
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

// Nobody else will let go of a lock meanwhile: there is one thread.
int Sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

void RegisterOnce() {
  static const bool registered = [] {
    static sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
    vfs.zName = kVfs;
    vfs.pNext = nullptr;
    vfs.szOsFile = sizeof(Handle);
    vfs.xOpen = Open;
    vfs.xDelete = Delete;
    vfs.xAccess = Access;
    vfs.xFullPathname = FullPathname;
    vfs.xSleep = Sleep;
    return sqlite3_vfs_register(&vfs, /*makeDflt=*/0) == SQLITE_OK;
  }();
  (void)registered;
}

// What a power cut leaves of the writes since the last sync. The fashion is drawn once for a file: all gone, all
// there, the first of them, or any of their sectors.
int Lose(SimFile& file, Prng& prng) {
  int lost = 0;
  const uint64_t fashion = prng.Below(4);
  const size_t first = file.unsynced.empty() ? 0 : prng.Below(file.unsynced.size());
  for (size_t i = 0; i < file.unsynced.size(); ++i) {
    const Write& write = file.unsynced[i];
    if (fashion == 1 || (fashion == 2 && i < first)) {
      Apply(write, file.durable);
      continue;
    }
    if (fashion == 3 && write.truncates && prng.Percent(50)) Apply(write, file.durable);
    for (size_t at = 0; fashion == 3 && at < write.bytes.size(); at += kSector) {
      if (prng.Percent(50)) Apply({write.at + at, write.bytes.substr(at, kSector)}, file.durable);
    }
    ++lost;
  }
  file.unsynced.clear();
  file.now = file.durable;
  return lost;
}

}  // namespace

SimDisk::SimDisk(std::string directory) : directory_(std::move(directory)) {
  RegisterOnce();
  Disks()[directory_] = this;
}

SimDisk::~SimDisk() { Disks().erase(directory_); }

void SimDisk::FailAfter(int changes, int sqlite_code, int times) {
  changes_left_ = changes;
  code_ = sqlite_code;
  times_ = times;
}

void SimDisk::DieAfter(int changes) { FailAfter(changes, 0, 1); }

void SimDisk::Heal() { changes_left_ = -1; }

int SimDisk::TakeFailed() { return std::exchange(failed_, 0); }

int SimDisk::Change() {
  ++changes_;
  if (changes_left_ < 0) return SQLITE_OK;
  if (changes_left_ > 0) {
    --changes_left_;
    return SQLITE_OK;
  }
  if (code_ == 0) {
    dead_ = true;
    return SQLITE_IOERR;
  }
  failed_ = code_;
  if (--times_ <= 0) changes_left_ = -1;
  return code_;
}

void SimDisk::Kill() {
  ++life_;
  ++changes_;
  dead_ = false;
  Heal();
  for (auto& [name, file] : files_) {
    auto rest = std::make_shared<SimFile>();
    rest->now = file->now;
    rest->durable = file->durable;
    rest->durably_there = file->durably_there;
    rest->unsynced = std::move(file->unsynced);
    file = std::move(rest);
  }
}

int SimDisk::PowerCut(Prng& prng) {
  Kill();
  int lost = 0;
  std::erase_if(files_, [&](auto& item) {
    lost += Lose(*item.second, prng);
    const bool forgotten = !item.second->durably_there && prng.Percent(50);
    item.second->durably_there = true;
    return forgotten;
  });
  return lost;
}

SimDisk::Image SimDisk::Copy() const {
  Image image;
  for (const auto& [name, file] : files_) image[name] = file->now;
  return image;
}

void SimDisk::Restore(const Image& image) {
  Kill();
  files_.clear();
  for (const auto& [name, content] : image) {
    auto file = std::make_shared<SimFile>();
    file->now = file->durable = content;
    file->durably_there = true;
    files_[name] = std::move(file);
  }
}

bool SimDisk::Flip(const std::string& name, uint64_t at) {
  const auto found = files_.find(name);
  if (found == files_.end() || found->second->now.size() <= at) return false;
  found->second->now[at] = static_cast<char>(found->second->now[at] ^ 0x10);
  found->second->durable = found->second->now;
  ++changes_;
  return true;
}

}  // namespace opgang::simulation
