// SqliteBaseStore: who used what (audit_chain.h), and the months that are destroyed.
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/store/sqlite_base_writer.h"

namespace opgang {

absl::Status SqliteBaseStore::Audit(std::string_view actor, std::string_view action, std::string_view about,
                                    int64_t at_us) {
  AuditUse use;
  use.note.set_actor(std::string(actor));
  use.note.set_action(v1::AUDIT_ACTION_ADMINISTERED);
  use.note.set_detail(std::string(action));
  use.note.set_about(std::string(about));
  use.note.set_at_us(at_us);
  return audit_.Append(use);
}

absl::Status SqliteBaseStore::AuditDeviceUse(const AuditUse& use, const std::vector<std::string>& links) {
  return audit_.AppendDeviceUse(use, links);
}

absl::StatusOr<UseChainState> SqliteBaseStore::FindUseChain(std::string_view chain_id) {
  return ReadUseChain(*db_, chain_id);
}

absl::StatusOr<v1::ExpireAuditResponse> SqliteBaseStore::ExpireAudit(int before_month, std::string_view actor,
                                                                     int64_t now_us, bool apply) {
  ASSIGN_OR_RETURN(const std::vector<int> months, MonthsBefore(before_month));
  v1::ExpireAuditResponse response;
  RETURN_IF_ERROR(Begin());
  const auto expired = audit_.Expire(before_month, actor, now_us, apply);
  absl::Status status = expired.status();
  if (status.ok() && apply) status = Audit(actor, "audit-expired", "", now_us);
  if (!status.ok()) {
    Rollback();
    return status;
  }
  RETURN_IF_ERROR(Commit());
  if (apply) RETURN_IF_ERROR(DestroyMonths(months));
  return *expired;
}

absl::StatusOr<std::vector<int>> SqliteBaseStore::MonthsBefore(int month) {
  ASSIGN_OR_RETURN(auto rows, db_->Prepare("SELECT month FROM audit GROUP BY month HAVING month < ?"));
  rows.BindInt(1, month);
  std::vector<int> months;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return months;
    months.push_back(static_cast<int>(rows.Int(0)));
  }
}

absl::Status SqliteBaseStore::DestroyMonths(const std::vector<int>& months) {
  std::vector<uint32_t> slots;
  for (const int month : months) {
    const auto of_month = citizens_->AllSlotsOf(AuditMonthOwner(month));
    slots.insert(slots.end(), of_month.begin(), of_month.end());
  }
  RETURN_IF_ERROR(citizens_->slots().Destroy(slots));
  const absl::Status wiped = db_->Checkpoint();
  return GetErrorCodeOr(wiped) == ErrorCode::kStoreBusy ? absl::OkStatus() : wiped;
}

}  // namespace opgang
