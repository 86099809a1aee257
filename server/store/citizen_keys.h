// Which slot's key seals what is about whom (key_slots.h): each citizen's, and each month's of the audit. Base.db says so;
// memory holds it, so that neither sealing nor opening a row asks the database. The writer adds, readers of the same base
// look up.
//
// A key is given at the first row that is sealed about a citizen. What a transaction added and did not commit is forgotten;
// its slots stay free.
#ifndef OPGANG_SERVER_STORE_CITIZEN_KEYS_H_
#define OPGANG_SERVER_STORE_CITIZEN_KEYS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sealing/secret.h"
#include "core/sqlite/database.h"
#include "server/store/key_slots.h"

namespace opgang {

// Thread-safe; only one thread assigns.
class CitizenKeys {
 public:
  // An owner is a citizen (16 bytes: the record id), or a month of the audit ("2026-04").
  explicit CitizenKeys(std::shared_ptr<KeySlots> slots) : slots_(std::move(slots)) {}

  // Reads what base.db says, in place of all that was known.
  absl::Status Load(sqlite::Database& db, const SecretBytes& storage_key);

  KeySlots& slots() { return *slots_; }
  std::optional<uint32_t> SlotOf(std::string_view owner) const;
  // kNotFound: destroyed, or never given.
  absl::StatusOr<SecretBytes> KeyOf(std::string_view owner) const;
  // Had a key once.
  bool IsDestroyed(std::string_view owner) const;
  // Every citizen with a key, by id.
  std::vector<std::string> Citizens() const;

  // Gives `owner`, who has none, a key; the caller writes the slot to base.db in the same transaction. The slot whose tag
  // names this owner where there is one (the base was restored), else the next that was never used.
  absl::StatusOr<uint32_t> Assign(std::string_view owner, Random& random);
  void Forget(std::string_view owner);

  // Every slot that holds or held a key of this owner, those of other histories of the base included.
  std::vector<uint32_t> AllSlotsOf(std::string_view owner) const;
  // Before a backup leaves: each slot that it relies on says itself whose it is, so that whatever is restored later an
  // erasure finds all keys of a citizen.
  absl::Status TagAll();

 private:
  std::string TagFor(std::string_view owner) const;
  absl::StatusOr<uint32_t> NextFree(Random& random);

  const std::shared_ptr<KeySlots> slots_;
  mutable std::shared_mutex mutex_;
  SecretBytes tag_key_;
  std::unordered_map<std::string, uint32_t> slot_of_;
  std::unordered_multimap<std::string, uint32_t> tagged_;
  uint32_t next_ = 0;  // no slot below it is free
};

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_CITIZEN_KEYS_H_
