#include "client-lib/src/store/handover.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "client-lib/src/store/lease_keeper.h"
#include "client-lib/src/store/store_impl.h"
#include "client-lib/src/store/use_log.h"
#include "core/base/status_macros.h"
#include "core/sealing/lease_sealing.h"
#include "core/sqlite/file_lock.h"

namespace opgang {
namespace {

constexpr absl::Duration kWaitForOtherProcess = absl::Seconds(2);

bool SameOwner(const v1::StoreIdentity& other, const v1::StoreIdentity& mine) {
  return other.store_id() != mine.store_id() && other.staff_code() == mine.staff_code() &&
         other.base_public_key() == mine.base_public_key();
}

// Every row that still means something, oldest first.
absl::StatusOr<std::vector<QueueRow>> RowsOf(QueueStore& queue) {
  ASSIGN_OR_RETURN(std::vector<QueueRow> rows, queue.KeptRows());
  for (const auto& [position, row] : queue.live()) {
    const bool given_up = row.state == RowState::kRefused && row.settled;
    if (!row.damaged && !given_up) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(),
            [](const QueueRow& a, const QueueRow& b) { return a.position < b.position; });
  return rows;
}

// The same key, readable in the new store too where the old one opens.
v1::QueueKey Rewrapped(v1::QueueKey key, const std::optional<StoreKeys>& old_keys,
                       const v1::StoreIdentity& mine) {
  if (!old_keys.has_value()) return key;
  const auto opened = OpenSealedBox(old_keys->box, key.wrapped_for_store());
  if (opened.ok()) key.set_wrapped_for_store(SealToPublicKey(mine.store_public_key(), *opened));
  return key;
}

class Collector {
 public:
  Collector(const v1::StoreIdentity& mine, std::string_view passphrase)
      : mine_(mine), passphrase_(passphrase) {}

  // `share`: of the other store's lease; empty where it is over, and then nothing of it shows before the base has it.
  absl::Status Take(QueueStore& queue, const v1::StoreIdentity& other, const SecretBytes& share) {
    ASSIGN_OR_RETURN(const std::vector<QueueRow> rows, RowsOf(queue));
    const auto stretched = StretchPassphrase(passphrase_, other.wrapped_key());
    std::optional<StoreKeys> old_keys;
    if (stretched.ok() && !share.empty()) {
      const auto store_key = OpenStoreKey(other.wrapped_key(), *stretched, share);
      if (store_key.ok()) old_keys.emplace(*store_key);
    }
    for (const QueueRow& row : rows) {
      if (!intents_.insert(row.intent_id).second) continue;
      if (const auto* key = queue.FindKey(row.key_id); key != nullptr && key_ids_.insert(row.key_id).second) {
        handover_.write.keys.push_back(Rewrapped(*key, old_keys, mine_));
      }
      Add(row);
    }
    NoteTimes(queue.state());
    ASSIGN_OR_RETURN(const auto uses, UseLog(queue.db(), other.base_public_key(), SystemRandom()).All());
    handover_.uses.insert(handover_.uses.end(), uses.begin(), uses.end());
    return absl::OkStatus();
  }

  Handover Done() && { return std::move(handover_); }

 private:
  void Add(QueueRow row) {
    row.position = static_cast<int64_t>(handover_.write.rows.size()) + 1;
    row.seq = static_cast<uint64_t>(row.position);
    row.state = RowState::kQueued;
    row.rev = 0;
    row.settled = false;
    row.why = WhyQueued::kFormerStore;
    handover_.write.rows.push_back(std::move(row));
  }

  void NoteTimes(const v1::QueueState& state) {
    const int64_t since = state.enrolled_us();
    if (since > 0 && (handover_.work_since_us == 0 || since < handover_.work_since_us)) {
      handover_.work_since_us = since;
    }
    const auto order = [](const v1::HybridTime& time) { return std::tuple(time.wall_us(), time.logical()); };
    if (order(handover_.last_stamp) < order(state.last_stamp())) handover_.last_stamp = state.last_stamp();
  }

  const v1::StoreIdentity& mine_;
  const std::string_view passphrase_;
  Handover handover_;
  std::set<std::string> intents_;
  std::set<std::string> key_ids_;
};

}  // namespace

absl::StatusOr<Handover> CollectWork(const DeviceFiles& files, const v1::StoreIdentity& mine,
                                     std::string_view passphrase, const std::string& vfs, Clock& clock) {
  Collector collector(mine, passphrase);
  for (const StoreId& id : files.Stores()) {
    ASSIGN_OR_RETURN(const v1::StoreIdentity other, files.ReadIdentity(id));
    if (!SameOwner(other, mine)) continue;
    const auto directory = files.StoreDirectory(id);
    ASSIGN_OR_RETURN(const FileLock lock,
                     FileLock::Acquire(directory / kStoreLockFile, kWaitForOtherProcess));
    ASSIGN_OR_RETURN(const auto queue, QueueStore::Open(directory / kQueueFile, vfs));
    ASSIGN_OR_RETURN(LeaseKeeper lease, LeaseKeeper::Open(directory, clock));
    (void)lease.Tick();
    RETURN_IF_ERROR(collector.Take(*queue, other, lease.share()));
  }
  return std::move(collector).Done();
}

}  // namespace opgang
