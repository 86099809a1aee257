// The part of StoreImpl that tells a record's past, from the store's own mutations: those that are on their way, and
// those that are kept until the base's backups hold them.
#include <algorithm>
#include <utility>

#include "client-lib/src/store/store_impl.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {

absl::StatusOr<std::vector<HistoryValue>> StoreImpl::History(RecordId record) {
  ASSIGN_OR_RETURN(const View* const shown, view());
  const VisibleRecord* const visible = shown->Find(record);
  if (visible == nullptr) return MakeError(ErrorCode::kNotFound, "no such record here");
  ASSIGN_OR_RETURN(std::vector<QueueRow> rows, queue_->KeptRows());
  for (const auto& [position, row] : queue_->live()) {
    if (!row.damaged && row.state != RowState::kRefused) rows.push_back(row);
  }
  std::erase_if(rows,
                [&](const QueueRow& row) { return row.ParsedEnvelope().record_id() != record.ToBytes(); });
  std::sort(rows.begin(), rows.end(),
            [](const QueueRow& a, const QueueRow& b) { return a.position < b.position; });
  std::vector<LoggedChange> changes;
  const StoreTime time = Time();
  for (const QueueRow& row : rows) {
    if (auto own = reading_->OpenRow(row, time)) {
      changes.push_back({std::move(own->payload), std::move(own->provenance)});
    }
  }
  return HistoryOf(changes, *visible->record);
}

}  // namespace opgang
