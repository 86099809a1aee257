// Reading the stores' files from outside, by SQL of the simulator's own: what is really there, whatever the
// engine says about it.
#ifndef OPGANG_TESTS_SIMULATION_AUDIT_H_
#define OPGANG_TESTS_SIMULATION_AUDIT_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client-lib/src/store/queue_row.h"
#include "core/sealing/sealing.h"
#include "core/sqlite/database.h"
#include "opgang/v1/local_state.pb.h"
#include "server/store/base_store.h"

namespace opgang::simulation {

// A tablet's queue.db and confirmed.db.
class TabletAudit {
 public:
  struct Row {
    uint64_t seq = 0;
    RowState state = RowState::kQueued;
    uint64_t rev = 0;
    bool settled = false;
    RecordId record;
    RecordId subject;
    Scope scope;
    std::set<Scope> scopes;
    bool closed = false;  // the store has destroyed its own wrapping of the key: only the base opens it
  };
  struct Record {
    uint64_t rev = 0;
    bool stale = false;
    std::string bytes;  // opened; empty where it does not open
  };
  struct Confirmed {
    std::map<RecordId, Record> records;
    std::map<Scope, std::set<RecordId>> members;
    std::map<Scope, uint64_t> cursors;
    std::set<Scope> sweeping;
  };

  TabletAudit(std::string queue_path, std::string confirmed_path)
      : queue_path_(std::move(queue_path)), confirmed_path_(std::move(confirmed_path)) {}

  // Brings rows and state up to date.
  absl::Status ReadQueue();
  absl::StatusOr<Confirmed> ReadConfirmed(const SecretBytes& row_key);
  void Close();

  const std::map<IntentId, Row>& rows() const { return rows_; }
  const v1::QueueState& state() const { return state_; }

 private:
  const std::string queue_path_;
  const std::string confirmed_path_;
  std::unique_ptr<sqlite::Database> queue_;
  std::unique_ptr<sqlite::Database> confirmed_;
  std::map<IntentId, Row> rows_;
  v1::QueueState state_;
};

// The base's log, opened.
class BaseAudit {
 public:
  struct Entry {
    LoggedMutation logged;
    bool opened = true;    // the base could read the payload
    bool decided = false;  // by a person, or by a correction
    int place = 0;         // order of arrival, from 0
  };

  BaseAudit(std::string path, SecretBytes storage_key)
      : path_(std::move(path)), key_(std::move(storage_key)) {}

  absl::Status Read(const std::string& epoch);
  // What was read is forgotten, but for the placements of former epochs: the file is another one now.
  void StartAnew();
  void Close() { db_.reset(); }

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* Find(IntentId intent) const;
  const std::set<IntentId>& quarantined() const { return quarantined_; }
  uint64_t newest_rev() const { return newest_rev_; }

  struct FeedRow {
    uint64_t rev = 0;
    int change = 0;
    RecordId subject = {};  // whom the record is about, while the base holds it
    // In that scope, and not: stood there.
    bool Stands() const { return change != v1::FEED_CHANGE_LEAVE && change >= 0; }
  };
  // scope -> record -> its row.
  using FeedRows = std::map<Scope, std::map<RecordId, FeedRow>>;
  absl::StatusOr<FeedRows> ReadFeedRows();
  // Where the record stood, and since which rev, in the order in which pages could tell it.
  using Placements = std::map<Scope, std::vector<FeedRow>>;
  const Placements& PlacementsOf(RecordId record, const std::string& epoch) {
    return placements_[epoch][record];
  }

 private:
  absl::StatusOr<SecretBytes> KeyFor(std::string_view subject);
  absl::Status ReadLog();
  absl::Status ReadChanges();
  absl::Status ReadQuarantine();
  absl::Status ReadPlacements(std::map<RecordId, Placements>& placements);

  const std::string path_;
  const SecretBytes key_;
  std::map<std::string, SecretBytes> citizens_;  // their keys, by id
  std::unique_ptr<sqlite::Database> db_;
  std::vector<Entry> entries_;
  std::map<IntentId, size_t> index_;
  std::set<IntentId> quarantined_;
  std::map<std::string, std::map<RecordId, Placements>> placements_;  // by epoch
  int64_t last_row_ = 0;
  int64_t last_change_ = 0;
  uint64_t newest_rev_ = 0;
};

}  // namespace opgang::simulation

#endif  // OPGANG_TESTS_SIMULATION_AUDIT_H_
