#include "server/engine/horizon.h"

#include <algorithm>
#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

bool IsOverdue(const BackupFacts& facts, absl::Time now) {
  if (facts.newest_rev <= facts.horizon_rev) return false;
  const int64_t since_us = facts.horizon_us > 0 ? facts.horizon_us : facts.first_write_us;
  return since_us > 0 && now - absl::FromUnixMicros(since_us) > kHorizonMayLag;
}

}  // namespace

v1::BackupStatus BackupStatusOf(const BackupFacts& facts, absl::Time now) {
  v1::BackupStatus status;
  status.set_durable_horizon(facts.horizon_rev);
  status.set_horizon_us(facts.horizon_us);
  status.set_overdue(IsOverdue(facts, now));
  status.set_restored_too_old(facts.let_go_rev > facts.restored_rev);
  return status;
}

absl::StatusOr<BackupEntry> ConfirmBackup(BaseStore& store, std::string_view receipt_hash,
                                          std::string_view actor, absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<BackupEntry> backups, store.Backups());
  const auto found = std::find_if(backups.begin(), backups.end(), [&](const BackupEntry& backup) {
    return backup.receipt_hash == receipt_hash;
  });
  if (found == backups.end()) {
    return MakeError(ErrorCode::kReceiptRefused, "this is the receipt of no backup of this base");
  }
  if (found->epoch != store.epoch()) {
    return MakeError(ErrorCode::kReceiptRefused,
                     "that backup was made before the base was restored; it says nothing about today's work");
  }
  BackupEntry confirmed = *found;
  if (confirmed.confirmed_us > 0) return confirmed;
  confirmed.confirmed_us = absl::ToUnixMicros(now);
  confirmed.actor = std::string(actor);
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    RETURN_IF_ERROR(store.PutBackup(confirmed));
    return store.Audit(actor, "backup-confirmed", confirmed.backup_id, confirmed.confirmed_us);
  }));
  return confirmed;
}

}  // namespace opgang
