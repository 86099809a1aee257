#include "server/engine/tombstones.h"

#include "core/base/status_macros.h"
#include "server/engine/transaction.h"

namespace opgang {

absl::StatusOr<uint64_t> PruneTombstones(BaseStore& store, absl::Time now) {
  uint64_t floor = 0;
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    RETURN_IF_ERROR(store.PutRevMark(absl::ToUnixMicros(now)));
    ASSIGN_OR_RETURN(floor, store.MarkedRev(absl::ToUnixMicros(now - kTombstonesStay)));
    return floor == 0 ? absl::OkStatus() : store.DropTombstones(floor);
  }));
  return floor;
}

}  // namespace opgang
