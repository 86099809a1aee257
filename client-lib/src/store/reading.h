// What exists only while a store is unlocked: its keys, its own mutations opened, and the view over
// everything. The view is made at the first question, so that a command that only saves does not pay for it.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_READING_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_READING_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client-lib/src/store/capture.h"
#include "client-lib/src/store/confirmed_store.h"
#include "client-lib/src/store/queue_store.h"
#include "client-lib/src/store/store_keys.h"
#include "client-lib/src/store/store_time.h"
#include "client-lib/src/store/view_index.h"
#include "client-lib/src/store/visible_record.h"

namespace opgang {

class ReadableCopy;

class Reading {
 public:
  // All must outlive it.
  Reading(StoreKeys keys, std::string author, std::string device, QueueStore& queue,
          ConfirmedStore& confirmed, QueueKeyring& keyring, Clock& clock)
      : keys_(std::move(keys)),
        author_(std::move(author)),
        device_(std::move(device)),
        queue_(queue),
        confirmed_(confirmed),
        keyring_(keyring),
        clock_(clock) {}

  const StoreKeys& keys() const { return keys_; }
  // At the end of the process: the view is no longer ours to free.
  void LeaveViewToTheKernel();

  // Every confirmed record, opened. A file that turns out to be damaged begins anew, and there is nothing to take.
  absl::Status ForEachConfirmed(const std::function<void(size_t slot, ConfirmedRecord&&)>& make,
                                const std::function<void(size_t slot)>& take);
  // Opens and indexes everything where that was not done yet, and what has changed since.
  absl::StatusOr<const ViewIndex*> View();
  // When the first open case is due, at the earliest; InfiniteFuture: there is none. Where the view was not made yet, only
  // what cases are made of is opened for it.
  absl::StatusOr<absl::Time> NearestDue(absl::Time now);
  // Store::CountOpenConflicts() where few records come into question and there is no own work on top of them. nullopt: the
  // view is to be asked.
  absl::StatusOr<std::optional<size_t>> OpenConflictsWithoutView();
  // Brings the view up to date where it was made: nothing is held any more that is no longer ours to read.
  void Refresh();
  // The record as visible without the own mutations `except` (intent ids).
  std::optional<KnownRecord> Find(RecordId id, const std::set<std::string>& except);
  // What a queue row's payload says, unpacked: serialized v1::MutationPayload. kDamaged where it does not open.
  absl::StatusOr<std::string> PayloadOf(const QueueRow& row) const;
  // The same as an own mutation; nullopt where it does not open.
  std::optional<OwnMutation> OpenRow(const QueueRow& row, const StoreTime& time) const;

  // Tell it what changed. It is noted, and looked at when somebody asks for the view: while a session brings thousands of
  // records, nobody does.
  void RowsChanged(const std::vector<int64_t>& positions);
  void RowsRemoved();                                     // whichever are gone from the queue
  void KeysClosed(const std::set<std::string>& key_ids);  // what they seal is not ours to read any more
  void RecordsChanged(const std::set<RecordId>& records);
  // Base time became better known: own mutations are dated anew.
  void TimeChanged();

 private:
  using OwnByPosition = std::map<int64_t, OwnMutation>;

  absl::Status Load();
  void TakeRow(int64_t position, const StoreTime& time);
  // Own mutations of the record that the confirmed copy, which is `copy`, may lack, but for `except`: as they lie in `own_`.
  OwnMutations Pending(RecordId id, const std::set<std::string>& except, const ReadableCopy& copy) const;
  void Show(RecordId id, std::optional<ConfirmedRecord> confirmed, const ReadableCopy& copy);

  const StoreKeys keys_;
  const std::string author_;
  const std::string device_;
  QueueStore& queue_;
  ConfirmedStore& confirmed_;
  QueueKeyring& keyring_;
  Clock& clock_;
  std::unique_ptr<ViewIndex> view_;  // null: not made yet
  bool cases_only_ = false;          // the view leaves out what no case is made of
  std::map<RecordId, OwnByPosition> own_;
  std::map<int64_t, RecordId> record_at_;  // queue position -> record, of all in `own_`
  // Confirmed records in which values may stand side by side: those of the last ForEachConfirmed(), and what has changed
  // since. nullopt: there was none.
  std::optional<std::set<RecordId>> may_be_open_;
  // Since the view was looked at last.
  std::set<int64_t> changed_rows_;
  std::set<RecordId> changed_records_;
  bool time_changed_ = false;
};

// Scopes that the store may read, as of the last Welcome that said them.
std::set<Scope> ReadableScopes(const v1::QueueState& state);

// How far the confirmed copy has come, all that this store may read taken together, as of when it was made.
class ReadableCopy {
 public:
  // `confirmed` must outlive it.
  ReadableCopy(const v1::QueueState& state, const ConfirmedStore& confirmed);

  // This store may read one of the scopes that the envelope names.
  bool Reads(const v1::MutationEnvelope& envelope) const;
  // An acknowledged mutation is contained in the copy, whatever that shows of its record: every scope that this store may
  // read has been current at `rev`, and at the newest rev that any of them has heard of, for the record may have left one
  // of them by then for another (a citizen who moved); and the record is not lacking. False where it may read none that
  // the envelope names: then the overlay is all there is to see.
  bool Passed(const v1::MutationEnvelope& envelope, uint64_t rev) const;

 private:
  const ConfirmedStore& confirmed_;
  const std::set<Scope> readable_;
  bool complete_ = true;           // all were current at the newest rev that any of them has heard of
  uint64_t current_ = UINT64_MAX;  // all were, at this rev
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_READING_H_
