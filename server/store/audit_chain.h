// The audit at the base: every use of what it holds, in a chain that cannot be changed unnoticed.
//
//   entry N     in clear: its number, its month, a tag by which the entries about one citizen are found (keyed with the
//               citizen's own key, so that it means nothing once that is gone), two sealed parts, its link
//   note        who, when, what, how: sealed under the key of the month
//   person      about whom: sealed under the citizen's key; empty where it is about nobody
//   link N      keyed hash over link N-1 and everything above, in cipher: erasing a citizen or letting a month expire destroys
//               a key, changes no entry, and the chain goes on holding
//
// A change is noted in the transaction that makes it, one entry for each replica and author in a commit: the log itself says
// of each mutation who, when and about whom, and the entry pins its rows (AuditedChanges). What was read is noted before the
// answer leaves, in a commit that is under way anyway: a device's scopes with its greeting.
//
// How far the chain has come stands in meta, keyed, and in the manifest of every backup: cutting its end off is seen by
// the first, putting an older database in place by the second. Who holds the base's storage key can make another chain; to
// notice that, note the last link elsewhere (`opgangd audit verify` prints it).
#ifndef OPGANG_SERVER_STORE_AUDIT_CHAIN_H_
#define OPGANG_SERVER_STORE_AUDIT_CHAIN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sealing/sealing.h"
#include "core/sqlite/database.h"
#include "server/store/base_store.h"

namespace opgang {

// year * 100 + month, in Europe/Copenhagen.
int AuditMonthOf(int64_t at_us);
// Whose key seals the notes of a month: an owner of CitizenKeys.
std::string AuditMonthOwner(int month);

// What chain and checkpoints are made with.
struct AuditKeys {
  explicit AuditKeys(const SecretBytes& storage_key);
  SecretBytes chain;
  SignKeyPair checkpoint;
};

struct AuditRow {
  uint64_t seq = 0;
  int month = 0;
  std::string person_tag, note, person;
};
std::string AuditLinkOf(const AuditKeys& keys, std::string_view before, const AuditRow& row);
std::string AuditNoteBinding(uint64_t seq);
std::string AuditPersonBinding(uint64_t seq);
// Keyed with the citizen's key; 16 bytes.
std::string AuditTagOf(const SecretBytes& citizen_key);
// Over a look's entry, how often it was repeated, and when last.
std::string AuditLookMark(const AuditKeys& keys, uint64_t seq, int64_t count, int64_t last_us);

// What meta says of where the chain ends: seq (8 bytes, big-endian), link, and a mark over both.
std::string AuditHeadBytes(const AuditKeys& keys, uint64_t seq, std::string_view link);

// One mutation of the log, as the chain pins it.
struct PinnedMutation {
  IntentId intent;
  ReplicaId replica;
  uint64_t seq = 0;
  std::string author;
  int64_t received_us = 0;
};
// `pinned`: of one replica and author, in seq order.
std::string AuditDigestOf(const AuditKeys& keys, const std::vector<PinnedMutation>& pinned);

// The chains in which devices note their own uses, as far as they were handed in.
absl::StatusOr<bool> HoldsUse(sqlite::Database& db, std::string_view link);
absl::StatusOr<UseChainState> ReadUseChain(sqlite::Database& db, std::string_view chain_id);
absl::Status WriteUseChain(sqlite::Database& db, const UseChainState& state);

// The writing end. One thread: the writer's; every call inside its transaction.
class AuditChain {
 public:
  // Gives the key of an owner, made where it has none yet.
  using KeyGiver = std::function<absl::StatusOr<SecretBytes>(const std::string& owner)>;

  AuditChain(sqlite::Database& db, const SecretBytes& storage_key, KeyGiver give_key, Random& random)
      : db_(db), keys_(storage_key), give_key_(std::move(give_key)), random_(random) {}

  // Where the chain stands, by the file.
  absl::Status Load();

  absl::Status Append(const AuditUse& use);
  absl::Status Look(const AuditUse& use);
  absl::Status AppendDeviceUse(const AuditUse& use, const std::vector<std::string>& links);
  void Pin(PinnedMutation mutation) { pinned_.push_back(std::move(mutation)); }

  // Around the transaction, and a part of it.
  void Begin();
  void BeginPart();
  void DropPart();
  // Before the commit: entries for what was pinned, and how far the chain has come.
  absl::Status Finish();
  void Rollback();

  // The entries before a month, replaced by a checkpoint; the caller destroys the months' keys.
  absl::StatusOr<v1::ExpireAuditResponse> Expire(int before_month, std::string_view actor, int64_t now_us,
                                                 bool apply);

 private:
  struct Head {
    uint64_t seq = 0;
    std::string link;  // 32 bytes; empty at the beginning
  };
  struct RecentLook {
    uint64_t seq = 0;
    int64_t first_us = 0;
    int64_t count = 1;
  };
  using LookKey = std::tuple<std::string, std::string, std::string>;  // who, which record, how
  absl::Status NotePinned();

  sqlite::Database& db_;
  const AuditKeys keys_;
  const KeyGiver give_key_;
  Random& random_;
  Head head_, at_begin_, at_part_;
  std::vector<PinnedMutation> pinned_;
  size_t pinned_at_part_ = 0;
  std::map<LookKey, RecentLook> looks_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_AUDIT_CHAIN_H_
