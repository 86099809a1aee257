// confirmed.db: the store's copy of what the base holds. What is on disk: schema.h.
//
// A file that cannot be read is deleted and begins anew; its cursors are gone with it, so the base sends
// everything again. A single row that cannot be opened, or is missing, is lacking until the next session puts it
// right by its leaf (scope_audit.h, I18); meanwhile own work on it is shown from the queue.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_CONFIRMED_STORE_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_CONFIRMED_STORE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/records/known_schema.h"
#include "core/sealing/secret.h"
#include "core/sqlite/database.h"
#include "opgang/decisions.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

struct ConfirmedRecord {
  RecordId id;
  uint32_t record_type = 0;
  RecordId subject;  // the citizen it is about; empty = none
  uint64_t rev = 0;
  bool stale = false;  // of a former epoch: its rev says nothing about this one's
  std::string record;  // serialized v1::Record
  std::vector<Scope> scopes;
  // Where it stood until now, and where it is shown until the scope that it went to has come.
  std::vector<Scope> left_scopes;
};

struct StoredCursor {
  uint64_t generation = 0;
  uint64_t rev = 0;  // 0: the base is to send the scope from the beginning
  // The last Current: all that the scope held then is here. Between two pages a cursor may have passed the rev at which
  // a record was written, while the record itself comes later because it was changed since.
  uint64_t current = 0;
  int64_t sweep = 0;
  bool sweeping = false;
  uint32_t skipped = 0;  // schema of the app that did not know a change in it; 0: none was skipped

  bool operator==(const StoredCursor&) const = default;
};

// What a page or a sweep did to the copy.
struct ConfirmedChange {
  std::set<RecordId> records;  // put, moved or gone: to be looked at again
  Scope scope;                 // of the page
  // Of `records`, those that are now as the page says and whose last entry it is; points into the page.
  std::map<RecordId, const v1::FeedEntry*> put;
  std::map<RecordId, uint64_t> gone;    // out of sight for good, and by which rev
  std::vector<std::string> erased;      // record and subject ids, 16 bytes each: erased everywhere
  uint32_t repaired = 0;                // of a leaf's content: rows that were not as the base has them
  std::vector<SyncDecision> decisions;  // where they were asked for
};

class ConfirmedStore {
 public:
  // A damaged file begins anew, without a cursor. Errors: kNewerFile (untouched), kNotWritable,
  // kDiskFull, kStoreBusy.
  static absl::StatusOr<std::unique_ptr<ConfirmedStore>> Open(const std::string& path, const std::string& vfs,
                                                              Random& random, const KnownSchema& schema = {});

  // Whether what comes says in ConfirmedChange::decisions why.
  void NoteDecisions(bool wanted) { noting_ = wanted; }

  // Throws everything away: for a file that turned out to be damaged while it was open.
  absl::Status StartAnew();

  // Every record, opened with `key`: `make` on any thread and in any order, then `take` of the same slot on the caller's
  // thread and in id order, before the slot is used again. Slots are below kSlots. What does not open, or is missing, is
  // lacking() from then on; a row that stands in no scope is removed. Records of types that are not `wanted` (null: all are)
  // are neither opened nor given; of them lacking() says what it said before.
  static constexpr size_t kSlots = 1024;
  absl::Status ForEach(const SecretBytes& key,
                       const std::function<void(size_t slot, ConfirmedRecord&&)>& make,
                       const std::function<void(size_t slot)>& take,
                       bool (*wanted)(uint32_t record_type) = nullptr);
  // nullopt where it is not here or does not open.
  absl::StatusOr<std::optional<ConfirmedRecord>> Find(RecordId id, const SecretBytes& key);

  // Records that should be here, as of the last ForEach(), and the scopes that name them.
  const std::map<RecordId, std::vector<Scope>>& lacking() const { return lacking_; }

  const std::map<Scope, StoredCursor>& cursors() const { return cursors_; }
  // The scope has been current at or beyond `rev`: what was written then is here, or gone for good.
  bool Passed(const Scope& scope, uint64_t rev) const;
  // The record has gone at or beyond `rev`, no page brought it back, and it is not lacking. Known to this process only:
  // after a restart Passed() says it at the next Current.
  bool IsGone(RecordId id, uint64_t rev) const;

  // Entries and cursor in one durable commit.
  absl::StatusOr<ConfirmedChange> ApplyPage(const v1::Page& page, const SecretBytes& key);
  // Ends a sweep, and notes how far the scope has come. `generation` is the grant's, for a scope without a page
  // yet. That it has come further and nothing else is written down once, for all scopes together: a file that does not say
  // so yet says too little, and that is harmless.
  absl::StatusOr<ConfirmedChange> ApplyCurrent(const v1::Current& current, uint64_t generation);
  // Brings a leaf, or a part of it, in line with the base in one durable commit: puts what is missing or differs,
  // takes out of the scope what is not named, and touches no other row. The cursor stays.
  absl::StatusOr<ConfirmedChange> ApplyLeafContent(const v1::LeafContent& content, const SecretBytes& key);
  // The base has another history: no cursor holds, and any rev replaces what is here. Records stay until they
  // are replaced or swept.
  absl::Status BecomeStale();
  // Removes everything about these citizens (16 bytes each), in one durable commit; then it is nowhere in the files. Needs no
  // key.
  absl::StatusOr<ConfirmedChange> EraseAbout(const std::vector<std::string>& citizens);
  // Removes all scopes but `kept`, with their records.
  absl::StatusOr<ConfirmedChange> KeepOnly(const std::set<Scope>& kept);
  // Empties the log of page images: what was removed is nowhere in the files once it returns ok.
  absl::Status Wipe() { return db_->Checkpoint(); }
  // Every scope that has a cursor or a record here.
  absl::StatusOr<std::set<Scope>> Scopes();
  // The scopes that the store may read: what leaves one of them may be on its way from another.
  void Expect(std::set<Scope> readable) { expected_ = std::move(readable); }

 private:
  ConfirmedStore(std::string path, std::string vfs, Random& random, const KnownSchema& schema)
      : path_(std::move(path)), vfs_(std::move(vfs)), random_(random), schema_(schema) {}
  absl::Status OpenFile();
  absl::Status LoadCursors();
  absl::Status WriteCursor(const Scope& scope, const StoredCursor& cursor);
  absl::Status WriteMovedCursors();
  absl::Status Put(const v1::FeedEntry& entry, const std::string& scope_key, int64_t mark,
                   const SecretBytes& key, ConfirmedChange& change);
  absl::Status Take(const v1::FeedEntry& entry, const Scope& scope, StoredCursor& cursor,
                    const SecretBytes& key, ConfirmedChange& change);
  absl::Status NoteEntry(const v1::FeedEntry& entry, const Scope& scope, ConfirmedChange& change);
  absl::StatusOr<uint64_t> RevHere(const std::string& record_id);
  SyncDecision* Note(SyncStep step, const std::string& record_id, const Scope& scope,
                     ConfirmedChange& change) const;
  absl::Status Leave(const std::string& record_id, const std::string& scope_key);
  absl::Status LeaveAt(const std::string& record_id, const Scope& scope, uint64_t rev);
  absl::Status LetGoOfLeft(const StoredCursor& moved, const Scope& scope, ConfirmedChange& change);
  absl::Status NoteIfGone(const std::string& id, uint64_t rev, ConfirmedChange& change);
  absl::Status Erase(const v1::FeedEntry& entry, ConfirmedChange& change);
  absl::Status PutRow(std::string_view sql, const v1::FeedEntry& entry, const SecretBytes& key);
  absl::Status Join(const std::string& record_id, const std::string& scope_key, int64_t mark);
  absl::StatusOr<bool> HoldsExactly(const v1::FeedEntry& entry, const Scope& scope, const SecretBytes& key);
  absl::Status TakeOutUnnamed(const v1::LeafContent& content, const std::string& scope_key,
                              ConfirmedChange& change);
  absl::Status Sweep(const Scope& scope, const StoredCursor& cursor, ConfirmedChange& change);
  absl::Status Remove(const std::string& record_id);
  absl::Status RemoveStrays(const std::vector<std::string>& record_ids);
  uint64_t Awaited(const Scope& left, uint64_t rev) const;
  bool MayCome(const Scope& left, uint64_t awaited) const;
  void NoteGone(const v1::Page& page);
  absl::StatusOr<std::vector<std::string>> ScopeKeys();
  absl::StatusOr<std::vector<std::string>> RecordIds(std::string_view sql, std::string_view parameter);
  absl::StatusOr<std::vector<Scope>> ScopesOf(const std::string& record_id, bool left);

  const std::string path_;
  const std::string vfs_;
  Random& random_;
  const KnownSchema schema_;
  bool noting_ = false;
  std::unique_ptr<sqlite::Database> db_;  // never null after Open() or StartAnew() went well
  std::map<Scope, StoredCursor> cursors_;
  std::set<Scope>
      moved_;  // whose cursors the file does not have yet: `current` is further, and `rev` perhaps
  std::map<RecordId, std::vector<Scope>> lacking_;
  std::map<RecordId, uint64_t> gone_;  // at which rev
  std::set<Scope> expected_;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_CONFIRMED_STORE_H_
