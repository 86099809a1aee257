#include "server/store/key_slots.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"
#include "core/sqlite/durable_file.h"

namespace opgang {
namespace {

constexpr size_t kSlotBytes = 64, kKeyBytes = 32, kTagBytes = 16;
constexpr size_t kIdAt = 32, kIdBytes = 16;
constexpr std::string_view kHeader = "opgang key slots 1\n";
constexpr std::string_view kHeaderOfAnyVersion = "opgang key slots ";
constexpr size_t kMostBytes = size_t{1} << 30;

uint64_t OffsetOf(uint32_t slot) { return kSlotBytes * (uint64_t{slot} + 1); }

std::string Padded(std::string bytes, size_t size) {
  bytes.resize(size, '\0');
  return bytes;
}

std::string CheckOf(const SecretBytes& key, uint32_t slot, std::string_view tag) {
  return KeyedDigest(key, "opgang key slot " + std::to_string(slot) + " " + std::string(tag), 16);
}

std::string DestroyedSlot(uint32_t slot) {
  return Padded(std::string(kKeyBytes, '\0') + "destroyed slot " + std::to_string(slot) + "\n", kSlotBytes);
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeySlots>> KeySlots::Open(const std::filesystem::path& path, Random& random) {
  std::error_code error;
  const bool fresh = !std::filesystem::exists(path, error);
  if (fresh) {
    const std::string header = Padded(std::string(kHeader), kIdAt) + random.Bytes(kIdBytes);
    RETURN_IF_ERROR(WriteFileDurably(path, Padded(header, kSlotBytes)));
  }
  return OpenAs(path, O_RDWR, fresh ? &random : nullptr);
}

absl::StatusOr<std::unique_ptr<KeySlots>> KeySlots::OpenToRead(const std::filesystem::path& path) {
  return OpenAs(path, O_RDONLY, nullptr);
}

absl::StatusOr<std::unique_ptr<KeySlots>> KeySlots::OpenAs(const std::filesystem::path& path, int flags,
                                                           Random* fill) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return StatusOfErrno(errno, "opening the citizens' keys");
  auto slots = std::unique_ptr<KeySlots>(new KeySlots(path, fd));
  RETURN_IF_ERROR(slots->Load());
  if (fill != nullptr) RETURN_IF_ERROR(slots->Extend(*fill));
  return slots;
}

KeySlots::~KeySlots() { ::close(fd_); }

KeySlots::Slot KeySlots::Read(uint32_t number, std::string_view bytes) {
  if (bytes == DestroyedSlot(number)) return {State::kDestroyed, {}, ""};
  const SecretBytes key(bytes.substr(0, kKeyBytes));
  const std::string tag(bytes.substr(kKeyBytes, kTagBytes));
  if (bytes.substr(kKeyBytes + kTagBytes) != CheckOf(key, number, tag)) return {State::kDamaged, {}, ""};
  return {State::kKey, key, tag == std::string(kTagBytes, '\0') ? "" : tag};
}

// What a power cut left of a batch at the end was never used, and is written over by the next.
absl::Status KeySlots::Load() {
  ASSIGN_OR_RETURN(std::string bytes, ReadWholeFile(path_, kMostBytes));
  const std::string_view all = bytes;
  if (!all.starts_with(kHeader) || all.size() < kSlotBytes) {
    return all.starts_with(kHeaderOfAnyVersion) && !all.starts_with(kHeader)
               ? MakeError(ErrorCode::kNewerFile, "keys/citizens.keys is of a newer version")
               : MakeError(ErrorCode::kDamaged, "keys/citizens.keys is damaged; restore its newest copy");
  }
  id_ = std::string(all.substr(kIdAt, kIdBytes));
  for (size_t at = kSlotBytes; at + kSlotBytes <= all.size(); at += kSlotBytes)
    slots_.push_back(Read(static_cast<uint32_t>(slots_.size()), all.substr(at, kSlotBytes)));
  sodium_memzero(bytes.data(), bytes.size());
  return absl::OkStatus();
}

uint32_t KeySlots::count() const {
  const std::shared_lock lock(mutex_);
  return static_cast<uint32_t>(slots_.size());
}

absl::StatusOr<SecretBytes> KeySlots::Key(uint32_t slot) const {
  const std::shared_lock lock(mutex_);
  if (slot >= slots_.size())
    return MakeError(ErrorCode::kNotFound, "keys/citizens.keys is older than the base");
  const Slot& found = slots_[slot];
  if (found.state == State::kKey) return found.key;
  if (found.state == State::kDestroyed) return MakeError(ErrorCode::kNotFound, "the key was destroyed");
  return MakeError(ErrorCode::kDamaged, "a slot of keys/citizens.keys is damaged");
}

bool KeySlots::IsDestroyed(uint32_t slot) const {
  const std::shared_lock lock(mutex_);
  return slot < slots_.size() && slots_[slot].state == State::kDestroyed;
}

bool KeySlots::IsFresh(uint32_t slot) const {
  const std::shared_lock lock(mutex_);
  return slot < slots_.size() && slots_[slot].state == State::kKey && slots_[slot].tag.empty();
}

std::vector<std::pair<uint32_t, std::string>> KeySlots::Tagged() const {
  const std::shared_lock lock(mutex_);
  std::vector<std::pair<uint32_t, std::string>> tagged;
  for (uint32_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].tag.empty()) tagged.emplace_back(i, slots_[i].tag);
  }
  return tagged;
}

absl::Status KeySlots::Extend(Random& random) {
  const std::unique_lock lock(mutex_);
  std::vector<Slot> batch;
  for (uint32_t i = 0; i < kBatch; ++i) {
    std::string bytes = random.Bytes(kKeyBytes);
    batch.push_back({State::kKey, SecretBytes(bytes), ""});
    sodium_memzero(bytes.data(), bytes.size());
  }
  const auto first = static_cast<uint32_t>(slots_.size());
  std::string bytes;
  bytes.reserve(kBatch * kSlotBytes);  // grown, it would leave copies of keys behind
  for (uint32_t i = 0; i < kBatch; ++i) {
    std::string slot = BytesOf(first + i, batch[i]);
    bytes += slot;
    sodium_memzero(slot.data(), slot.size());
  }
  absl::Status written = WriteAt(OffsetOf(first), bytes);
  sodium_memzero(bytes.data(), bytes.size());
  if (written.ok()) written = Sync();
  RETURN_IF_ERROR(written);
  std::move(batch.begin(), batch.end(), std::back_inserter(slots_));
  return absl::OkStatus();
}

absl::Status KeySlots::Destroy(const std::vector<uint32_t>& slots) {
  const std::unique_lock lock(mutex_);
  bool changed = false;
  for (const uint32_t slot : slots) {
    if (slot >= slots_.size() || slots_[slot].state == State::kDestroyed) continue;
    RETURN_IF_ERROR(WriteAt(OffsetOf(slot), DestroyedSlot(slot)));
    slots_[slot] = {State::kDestroyed, {}, ""};
    changed = true;
  }
  return changed ? Sync() : absl::OkStatus();
}

absl::Status KeySlots::Tag(const std::vector<std::pair<uint32_t, std::string>>& tags) {
  const std::unique_lock lock(mutex_);
  bool changed = false;
  for (const auto& [number, tag] : tags) {
    if (number >= slots_.size() || slots_[number].state != State::kKey || slots_[number].tag == tag) continue;
    slots_[number].tag = tag;
    RETURN_IF_ERROR(WriteSlot(number, slots_[number]));
    changed = true;
  }
  return changed ? Sync() : absl::OkStatus();
}

std::string KeySlots::BytesOf(uint32_t number, const Slot& slot) {
  const std::string tag = Padded(slot.tag, kTagBytes);
  const std::string check = CheckOf(slot.key, number, tag);
  std::string bytes;
  bytes.reserve(kSlotBytes);
  return bytes.append(slot.key.Reveal()).append(tag).append(check);
}

absl::Status KeySlots::WriteSlot(uint32_t number, const Slot& slot) {
  std::string bytes = BytesOf(number, slot);
  const absl::Status written = WriteAt(OffsetOf(number), bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return written;
}

absl::Status KeySlots::WriteAt(uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return StatusOfErrno(errno, "writing the citizens' keys");
    offset += static_cast<uint64_t>(written);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status KeySlots::Sync() {
  return ::fdatasync(fd_) == 0 ? absl::OkStatus() : StatusOfErrno(errno, "writing the citizens' keys");
}

}  // namespace opgang
