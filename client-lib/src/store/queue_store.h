// queue.db: the store's own mutations and where its replica stands. What is on disk: schema.h.
//
// All that is not kept lies in memory as well, so that reading costs no query; every change is one durable
// transaction, and memory follows only after the commit. A row that cannot be read costs no other row (I18).
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_QUEUE_STORE_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_QUEUE_STORE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client-lib/src/store/queue_row.h"
#include "core/sqlite/database.h"
#include "opgang/v1/local_state.pb.h"
#include "opgang/v1/mutation.pb.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

// What one transaction does.
struct QueueWrite {
  std::vector<v1::QueueKey> keys;  // added where they are missing
  std::vector<QueueRow> rows;      // added, or replaced by position
  std::vector<int64_t> removed;    // positions; the pages that held them are wiped
  std::optional<v1::QueueState> state;
};

class QueueStore {
 public:
  // Makes the file where it is missing. Errors: database.h's.
  static absl::StatusOr<std::unique_ptr<QueueStore>> Open(const std::string& path, const std::string& vfs);

  const v1::QueueState& state() const { return state_; }
  // For what else lies in the same file (use_log.h).
  sqlite::Database& db() { return *db_; }
  // Everything but the kept ones, by position; damaged ones are marked.
  const std::map<int64_t, QueueRow>& live() const { return live_; }
  // Those of them that can be read and are in this state, as (seq, position): what is asked of each message of a session
  // must not cost a walk over the whole queue.
  using Places = std::set<std::pair<uint64_t, int64_t>>;
  const Places& In(RowState state) const;
  const QueueRow* FindByIntent(std::string_view intent_id) const;
  // The acknowledged or kept one at this place of the replica that the store is now.
  absl::StatusOr<std::optional<QueueRow>> FindAnswered(uint64_t seq);
  int64_t next_position() const { return next_position_; }
  const v1::QueueKey* FindKey(const std::string& key_id) const;  // null: there is none

  absl::Status Commit(const QueueWrite& write);

  // Whom the damaged ones among the live say that they are about, each once, at most `most`.
  std::set<std::string> DamagedSubjects(size_t most) const;
  // Kept rows, which memory does not hold. Damaged ones are left out.
  absl::StatusOr<std::vector<QueueRow>> KeptRows();
  // Kept rows that cannot be read come among the live ones, where they are seen: before the kept log is handed in again,
  // nothing of it may be missing in silence (I18).
  absl::Status BringUpDamagedKept();
  // Removes kept rows with rev <= horizon and the queue keys that no row needs, `except` some. A row that calls itself kept
  // and has no rev was never answered: its state was damaged, and it is brought up instead.
  absl::Status DropKeptUpTo(uint64_t horizon, const std::set<std::string>& except_key_ids);
  // From now on only the base opens what these keys seal: the store's own wrapping is destroyed, and the log emptied of
  // page images (I11). With `state` in the same transaction.
  absl::Status CloseKeys(const std::set<std::string>& key_ids, const v1::QueueState& state);
  // The keys under which rows lie that this store may look into no longer, by `closed` of a row. A key that seals any
  // other row too is left out.
  absl::StatusOr<std::set<std::string>> KeysOnlyOf(const std::function<bool(const QueueRow&)>& closed);
  // Citizens who were erased, for good: what the base of `epoch` said.
  absl::Status NoteErased(const std::vector<v1::Erasure>& erasures, const std::string& epoch);
  // Those of whom a base of this epoch has not spoken.
  absl::StatusOr<std::vector<v1::Erasure>> ErasedBefore(const std::string& epoch, int most);
  // Removes every row, kept ones too, whose envelope names one of these subjects or records (16 bytes each),
  // and the undo note with them.
  absl::Status RemoveAbout(const std::vector<std::string>& ids);

 private:
  explicit QueueStore(std::unique_ptr<sqlite::Database> db) : db_(std::move(db)) {}
  absl::Status Load();
  absl::Status LoadState();
  absl::Status LoadKeys();
  absl::Status LoadRows();
  QueueRow ReadRow(int64_t position);
  absl::StatusOr<std::vector<int64_t>> Positions(std::string_view sql);
  static absl::StatusOr<std::vector<int64_t>> PositionsIn(sqlite::Statement& rows);
  absl::Status BringUp(const std::vector<int64_t>& positions);
  void Remember(const QueueRow& row);
  void Forget(int64_t position);
  absl::Status DropUnusedKeys(const std::set<std::string>& except_key_ids);
  absl::Status WriteRow(const QueueRow& row);
  absl::Status ChangeRow(const QueueRow& row);
  absl::Status WriteState(const v1::QueueState& state);

  std::unique_ptr<sqlite::Database> db_;
  v1::QueueState state_;
  std::map<int64_t, QueueRow> live_;
  std::map<RowState, Places> in_state_;
  std::unordered_map<std::string, const QueueRow*> by_intent_;  // those of live_ that can be read
  std::map<std::string, v1::QueueKey> keys_;
  int64_t next_position_ = 1;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_QUEUE_STORE_H_
