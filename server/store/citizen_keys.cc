#include "server/store/citizen_keys.h"

#include <algorithm>
#include <mutex>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"

namespace opgang {
namespace {

constexpr size_t kCitizenBytes = 16;

}  // namespace

absl::Status CitizenKeys::Load(sqlite::Database& db, const SecretBytes& storage_key) {
  const std::unique_lock lock(mutex_);
  tag_key_ = storage_key.empty() ? SecretBytes() : DeriveKey(storage_key, "tags of key slots");
  slot_of_.clear();
  tagged_.clear();
  next_ = 0;
  for (const auto& [slot, tag] : slots_->Tagged()) {
    tagged_.emplace(tag, slot);
    next_ = std::max(next_, slot + 1);
  }
  // What a history used that a restore has left behind is nobody's again (BaseStore::BeginEpoch).
  ASSIGN_OR_RETURN(auto spent, db.Prepare("SELECT value FROM meta WHERE key = 'slots_from'"));
  ASSIGN_OR_RETURN(const bool restored, spent.Step());
  if (restored) next_ = std::max(next_, static_cast<uint32_t>(std::stoul(std::string(spent.Blob(0)))));
  ASSIGN_OR_RETURN(auto rows, db.Prepare("SELECT owner, slot FROM data_keys"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return absl::OkStatus();
    const auto slot = static_cast<uint32_t>(rows.Int(1));
    slot_of_.emplace(rows.Blob(0), slot);
    next_ = std::max(next_, slot + 1);
  }
}

std::string CitizenKeys::TagFor(std::string_view owner) const { return KeyedDigest(tag_key_, owner, 16); }

std::optional<uint32_t> CitizenKeys::SlotOf(std::string_view owner) const {
  const std::shared_lock lock(mutex_);
  const auto found = slot_of_.find(std::string(owner));
  return found == slot_of_.end() ? std::nullopt : std::optional(found->second);
}

absl::StatusOr<SecretBytes> CitizenKeys::KeyOf(std::string_view owner) const {
  const auto slot = SlotOf(owner);
  if (!slot.has_value()) return MakeError(ErrorCode::kNotFound, "no key was ever given");
  return slots_->Key(*slot);
}

bool CitizenKeys::IsDestroyed(std::string_view owner) const {
  const auto slot = SlotOf(owner);
  return slot.has_value() && slots_->IsDestroyed(*slot);
}

std::vector<std::string> CitizenKeys::Citizens() const {
  const std::shared_lock lock(mutex_);
  std::vector<std::string> citizens;
  for (const auto& [owner, slot] : slot_of_) {
    if (owner.size() == kCitizenBytes) citizens.push_back(owner);
  }
  std::sort(citizens.begin(), citizens.end());
  return citizens;
}

absl::StatusOr<uint32_t> CitizenKeys::Assign(std::string_view owner, Random& random) {
  const std::unique_lock lock(mutex_);
  const auto tagged = tagged_.empty() ? tagged_.end() : tagged_.find(TagFor(owner));
  uint32_t slot = 0;
  if (tagged != tagged_.end() && !slots_->IsDestroyed(tagged->second)) {
    slot = tagged->second;
  } else {
    ASSIGN_OR_RETURN(slot, NextFree(random));
  }
  slot_of_.emplace(owner, slot);
  return slot;
}

absl::StatusOr<uint32_t> CitizenKeys::NextFree(Random& random) {
  while (true) {
    for (; next_ < slots_->count(); ++next_) {
      if (slots_->IsFresh(next_)) return next_++;
    }
    RETURN_IF_ERROR(slots_->Extend(random));
  }
}

void CitizenKeys::Forget(std::string_view owner) {
  const std::unique_lock lock(mutex_);
  slot_of_.erase(std::string(owner));
}

std::vector<uint32_t> CitizenKeys::AllSlotsOf(std::string_view owner) const {
  const std::shared_lock lock(mutex_);
  std::vector<uint32_t> slots;
  const auto current = slot_of_.find(std::string(owner));
  if (current != slot_of_.end()) slots.push_back(current->second);
  const auto [first, last] = tagged_.equal_range(TagFor(owner));
  for (auto tagged = first; tagged != last; ++tagged) slots.push_back(tagged->second);
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

absl::Status CitizenKeys::TagAll() {
  const std::unique_lock lock(mutex_);
  std::vector<std::pair<uint32_t, std::string>> tags;
  for (const auto& [owner, slot] : slot_of_) {
    const std::string tag = TagFor(owner);
    if (!slots_->IsFresh(slot)) continue;
    tags.emplace_back(slot, tag);
    tagged_.emplace(tag, slot);
  }
  return slots_->Tag(tags);
}

}  // namespace opgang
