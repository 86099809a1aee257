// The durable horizon: revs at or below it are in a backup that somebody opened away from the base. Devices let go of what
// it has passed, so it moves only by the receipt of such an opening, and never falls within an epoch (I13).
#ifndef OPGANG_SERVER_ENGINE_HORIZON_H_
#define OPGANG_SERVER_ENGINE_HORIZON_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "opgang/v1/sync.pb.h"
#include "server/store/base_store.h"

namespace opgang {

// So long may work be without a checked backup before the board and the devices say so.
inline constexpr absl::Duration kHorizonMayLag = absl::Hours(72);

// Overdue: something was committed beyond the horizon, and the backup behind the horizon (where there is none: the first
// commit of this epoch) is more than kHorizonMayLag old. A fresh base and one that nobody writes to are never overdue.
v1::BackupStatus BackupStatusOf(const BackupFacts& facts, absl::Time now);

// Takes a receipt's hash (32 bytes): the backup it belongs to counts from now on. On the writer's thread. Confirming again
// changes nothing. kReceiptRefused: no backup of this base, or one of an epoch before the last restore.
absl::StatusOr<BackupEntry> ConfirmBackup(BaseStore& store, std::string_view receipt_hash,
                                          std::string_view actor, absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_HORIZON_H_
