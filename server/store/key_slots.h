// Keys that can be destroyed, in a file of their own: keys/citizens.keys. A slot holds one key; which citizen or which month
// of the audit it belongs to says base.db, and behind each backup also the slot itself, by a keyed tag.
//
//   header   64 bytes: "opgang key slots 1\n", zeros; from 32 on the file's id (16), zeros
//   slot     64 bytes: key (32), tag (16; zeros = none), check (16) over number, key and tag
//            destroyed: 32 zeros, "destroyed slot N\n", zeros
//
// Slots are made ahead, in batches: a batch is durable before its first key seals anything, and a new citizen costs no sync.
// Destroying overwrites in place, and is durable when it returns. The file is never shortened and never written anew: beside
// it there is only its copy (keys_copy.h), which holds the newest state and no older one. A flash disk may keep the bytes that
// were overwritten in blocks that it no longer shows; docs/decisions/0016 says what follows from that.
#ifndef OPGANG_SERVER_STORE_KEY_SLOTS_H_
#define OPGANG_SERVER_STORE_KEY_SLOTS_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sealing/secret.h"

namespace opgang {

inline constexpr char kKeySlotsFile[] = "citizens.keys";

// Thread-safe.
class KeySlots {
 public:
  static constexpr uint32_t kBatch = 1024;

  // Opens the file or makes it. kDamaged: no such file's bytes; kNewerFile; kNotWritable, kDiskFull.
  static absl::StatusOr<std::unique_ptr<KeySlots>> Open(const std::filesystem::path& path, Random& random);
  // For looking up only. kNotFound where there is no file; kDamaged, kNewerFile.
  static absl::StatusOr<std::unique_ptr<KeySlots>> OpenToRead(const std::filesystem::path& path);
  ~KeySlots();
  KeySlots(const KeySlots&) = delete;

  // Made with the file, 16 bytes: base.db remembers it, so that another file is never taken for this one.
  const std::string& id() const { return id_; }
  uint32_t count() const;
  // kNotFound: destroyed, or not in this file; kDamaged: the slot's bytes are neither a key nor a destroyed one.
  absl::StatusOr<SecretBytes> Key(uint32_t slot) const;
  bool IsDestroyed(uint32_t slot) const;
  // Holds a key and bears no tag.
  bool IsFresh(uint32_t slot) const;
  // Every slot with its tag (16 bytes).
  std::vector<std::pair<uint32_t, std::string>> Tagged() const;

  // Adds a batch, durably.
  absl::Status Extend(Random& random);
  // Durable when it returns. What is destroyed already, or lies beyond the file, is left as it is.
  absl::Status Destroy(const std::vector<uint32_t>& slots);
  // Writes tags of 16 bytes, durably; a slot that bears that tag, or is destroyed, is left alone.
  absl::Status Tag(const std::vector<std::pair<uint32_t, std::string>>& tags);

 private:
  enum class State { kKey, kDestroyed, kDamaged };
  struct Slot {
    State state = State::kDamaged;
    SecretBytes key;
    std::string tag;  // 16 bytes; empty: none
  };

  KeySlots(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  static absl::StatusOr<std::unique_ptr<KeySlots>> OpenAs(const std::filesystem::path& path, int flags,
                                                          Random* fill);
  absl::Status Load();
  static Slot Read(uint32_t number, std::string_view bytes);
  static std::string BytesOf(uint32_t number, const Slot& slot);  // to be wiped
  absl::Status WriteSlot(uint32_t number, const Slot& slot);
  absl::Status WriteAt(uint64_t offset, std::string_view bytes);
  absl::Status Sync();

  const std::filesystem::path path_;
  const int fd_;
  std::string id_;
  mutable std::shared_mutex mutex_;
  std::vector<Slot> slots_;  // guarded by mutex_
};

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_KEY_SLOTS_H_
