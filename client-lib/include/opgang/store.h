// A store: one staff member's data on one device. Saving works for ever, without a network, locked or not;
// reading needs the passphrase. One process at a time, one thread.
#ifndef OPGANG_STORE_H_
#define OPGANG_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/ids.h"
#include "core/merge/history.h"
#include "core/places/danish_address.h"
#include "core/records/registry.h"
#include "core/records/validation.h"
#include "core/rules/clock_evidence.h"
#include "opgang/bundle.h"
#include "opgang/v1/sync.pb.h"
#include "opgang/view.h"

namespace opgang {

class SyncStore;  // client-lib/src/sync/sync_store.h: what the sync session needs; not for apps

struct StoreInfo {
  StoreId id;
  std::string staff_code;    // e.g. "amal"
  std::string device_label;  // e.g. "tablet-3"
  Role role = Role::kOutreach;
  std::vector<std::string> addresses;  // the base's, "host:port"
};

// Until when the store can be unlocked. Each session with an unlocked store renews it.
struct LeaseInfo {
  absl::Time until;   // base time
  bool over = false;  // the next sync with the passphrase brings it back
};

struct GrantInfo {
  Scope scope;
  v1::GrantMode mode;
  std::string display_name;
};

// What a save made. Returned only when it is durable.
struct SaveReceipt {
  std::vector<IntentId> intents;  // one for each change, in order
  uint64_t first_seq = 0;
};

// What became of a referral into an area that its author may not read: the door as he said it, and no person.
struct Receipt {
  RecordId citizen;
  std::optional<absl::Time> received;  // base time; absent: the base has not answered yet
  std::optional<absl::Time> taken_up;  // when somebody began to follow it up
  Interval recorded;                   // where not yet received: when it was captured
  RecordId entrance;                   // empty: not said
  DoorName door;
};

enum class OutboxState {
  kQueued,          // not yet answered by the base: counts as unsent
  kNeedsAttention,  // refused by the base: fix or withdraw
  kDamaged,         // cannot be read back from this device's disk: withdraw
};

struct OutboxItem {
  IntentId intent;
  uint64_t seq = 0;
  RecordId record;
  const RecordTypeInfo* type = nullptr;  // null: made by a newer app
  OutboxState state = OutboxState::kQueued;
  std::optional<Refusal> refusal;                               // of kNeedsAttention
  v1::MutationAction action = v1::MUTATION_ACTION_UNSPECIFIED;  // while the store is locked
  // The content that was captured; null while the store is locked.
  std::shared_ptr<const google::protobuf::Message> content;
  Interval recorded;
};

struct OutboxCounts {
  uint32_t unsent = 0;  // from the queue, never from the outcome of a call
  uint32_t needs_attention = 0;
  uint32_t damaged = 0;  // rows that cannot be read back
};

// Rows of the copy of the base's records that were found damaged, and were put right by the base.
struct CopyRepair {
  absl::Time at;
  uint32_t records = 0;
};

// A use of what the store shows, for the audit (docs/decisions/0022).
enum class UseKind {
  kLookedAt,  // records were shown in full
  kSearched,  // records were found by what somebody typed
  kListed,    // a list of people
};
struct Use {
  UseKind kind = UseKind::kLookedAt;
  std::string how;                // a code: the command; never what was typed
  std::vector<RecordId> records;  // those that were shown
};
// More of them at once are noted as a list.
inline constexpr size_t kMostNamedRecords = 5;

class Store {
 public:
  virtual ~Store() = default;

  virtual const StoreInfo& info() const = 0;
  // What the base granted at the last sync.
  virtual std::vector<GrantInfo> grants() const = 0;
  // Whether any of them is for such a scope; opens nothing.
  virtual bool HasGrant(v1::ScopeKind kind) const = 0;

  // Unlocking. `remember_for`: how long the key provider keeps the key (a round). kWrongPassphrase; kWaitToGuess after
  // several of these, with the seconds to wait; kRevoked: the store was taken out of use; kLeaseOver: the passphrase alone opens
  // nothing any more. Then the store remembers it for this process, and the next Sync() unlocks, if the base agrees.
  virtual bool unlocked() const = 0;
  virtual absl::Status Unlock(std::string_view passphrase, absl::Duration remember_for = absl::Hours(4)) = 0;
  virtual absl::Status Lock() = 0;
  virtual LeaseInfo lease() const = 0;
  // Set, once the base has said so: this store hands in and shows nothing, and what it held is gone.
  virtual std::optional<v1::Revocation> revoked() const = 0;

  // Checks form and size, then writes: durable when it returns ok, and then nothing short of losing the
  // device undoes it. Errors: kRefused (GetRefusal() tells which field of which change; nothing is saved),
  // kLocked (a patch or delete needs reading), kBadInput (no area for a create: none chosen and not the only
  // one), kDiskFull, kNotWritable; nothing of the bundle is saved on any error.
  virtual absl::StatusOr<SaveReceipt> Save(const Bundle& bundle) = 0;

  // Takes back the last save of this store by a bundle that does the opposite (creates are deleted, patches
  // set back, deletes come back): it too is saved and sent. What somebody else changed meanwhile stays. A
  // save that the base refused is given up instead, and the receipt is empty. kNotFound where there is none,
  // or it was undone, or nothing of it stands any more. kLocked.
  virtual absl::StatusOr<SaveReceipt> UndoLast() = 0;

  virtual OutboxCounts outbox_counts() const = 0;
  // Unanswered, refused and damaged mutations in the order of capture.
  virtual absl::StatusOr<std::vector<OutboxItem>> Outbox() const = 0;
  // Replaces a refused mutation by a corrected one that names it, together with the rest of its bundle and
  // with what was refused because its record's create was. `corrected`: all fields of a create, the touched
  // ones of a patch. kNotFound, kLocked, kRefused.
  virtual absl::StatusOr<SaveReceipt> Fix(IntentId refused, const google::protobuf::Message& corrected) = 0;
  // Gives a refused mutation up, with what Fix() would have sent along. It stays in the base's quarantine
  // until a person there discards it. A damaged one is removed. kNotFound.
  virtual absl::Status Withdraw(IntentId refused) = 0;

  // Referrals into areas that this store may hand in to and not read, newest first: first what the base has not answered,
  // then at most 500 as of the last sync. kLocked.
  virtual absl::StatusOr<std::vector<Receipt>> Receipts() = 0;

  // kLocked.
  virtual absl::StatusOr<const View*> view() = 0;
  // In how many fields of all records that the view shows values of several people stand side by side
  // (core/merge/open_conflicts.h). Where the view was not made, a session that is over answers it without. kLocked.
  virtual absl::StatusOr<size_t> CountOpenConflicts() = 0;

  // What this device can tell of a record's past without the base: every value that this store wrote and still
  // keeps, with its fate, and who wrote what stands now. The base's history is whole (opgangd history).
  // kLocked, kNotFound.
  virtual absl::StatusOr<std::vector<HistoryValue>> History(RecordId record) = 0;

  // Base time now as far as evidence allows, and the last sync's moment (absent: never synced).
  virtual NowEstimate Now() const = 0;
  virtual std::optional<absl::Time> last_sync() const = 0;
  // The last time that it happened; absent: never. Again and again means failing storage.
  virtual std::optional<CopyRepair> last_repair() const = 0;
  // How far the base was in checked backups when it last said so. What lies beyond that horizon is kept here too.
  virtual v1::BackupStatus backup_status() const = 0;

  // The entrance the worker stands in: survives the process; an id only.
  virtual absl::Status SetCurrentEntrance(RecordId entrance, AreaId area) = 0;
  virtual std::optional<RecordId> current_entrance() const = 0;
  virtual std::optional<AreaId> current_area() const = 0;

  // Rule settings for screens: the base's, as of the last sync.
  virtual RuleSettings rule_settings() const = 0;

  // Chairs of a limited meeting that this store can promise now, without asking anybody: Save() takes one with each seat
  // that is saved as promised there, and refuses it (REFUSAL_CODE_NO_CHAIR) where none is left.
  virtual int LentChairs(RecordId meeting) const = 0;

  // To be called before anything is shown: durable when it returns ok, also where the store is locked, and handed in by the
  // next session. Errors: kDiskFull, kNotWritable; then nothing should be shown.
  virtual absl::Status NoteUse(const Use& use) = 0;

  virtual SyncStore& sync_store() = 0;
};

}  // namespace opgang

#endif  // OPGANG_STORE_H_
