// What base.db knows of its backups and of who exists twice: the half of the queries that is asked seldom.
#include <charconv>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"

namespace opgang {
namespace {

template <typename Number>
Number NumberIn(const std::string& text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

absl::StatusOr<std::string> SqliteBaseQueries::MetaOr(std::string_view key, std::string_view otherwise) {
  auto value = Meta(key);
  if (!value.ok() && GetErrorCode(value.status()) == ErrorCode::kNotFound) return std::string(otherwise);
  return value;
}

absl::StatusOr<std::vector<ReplicaState>> SqliteBaseQueries::ReplicasOf(StoreId store) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT replica_id FROM replicas WHERE store_id = ?"));
  rows.BindBlob(1, store.ToBytes());
  std::vector<ReplicaState> replicas;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return replicas;
    ASSIGN_OR_RETURN(auto replica, FindReplica(ReplicaId::FromBytes(rows.Blob(0)).value_or(ReplicaId())));
    if (replica.has_value()) replicas.push_back(*std::move(replica));
  }
}

absl::StatusOr<BackupFacts> SqliteBaseQueries::Backup() {
  BackupFacts facts;
  ASSIGN_OR_RETURN(facts.newest_rev, NewestRev());
  ASSIGN_OR_RETURN(const std::string epoch, Meta("epoch"));
  facts.epoch = EpochId::FromBytes(epoch).value_or(EpochId());
  ASSIGN_OR_RETURN(const std::string first_write, MetaOr("first_write_us", "0"));
  facts.first_write_us = NumberIn<int64_t>(first_write);
  ASSIGN_OR_RETURN(const std::string restored_from, MetaOr("restored_from", ""));
  facts.restored_from = EpochId::FromBytes(restored_from).value_or(EpochId());
  ASSIGN_OR_RETURN(const std::string restored_rev, MetaOr("restored_rev", "0"));
  facts.restored_rev = NumberIn<uint64_t>(restored_rev);
  ASSIGN_OR_RETURN(const std::string let_go_rev, MetaOr("let_go_rev", "0"));
  facts.let_go_rev = NumberIn<uint64_t>(let_go_rev);
  ASSIGN_OR_RETURN(const std::string lines, MetaOr(kLedgerLines, "0"));
  facts.ledger_lines = NumberIn<uint64_t>(lines);
  ASSIGN_OR_RETURN(const int64_t slots, db_.QueryInt("SELECT coalesce(max(slot) + 1, 0) FROM data_keys"));
  facts.key_slots = static_cast<uint64_t>(slots);
  {
    ASSIGN_OR_RETURN(auto last, db_.Prepare("SELECT seq, link FROM audit ORDER BY seq DESC LIMIT 1"));
    ASSIGN_OR_RETURN(const bool any, last.Step());
    if (any) facts.audit_seq = static_cast<uint64_t>(last.Int(0));
    if (any) facts.audit_link = std::string(last.Blob(1));
  }
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT rev, made_us FROM backups WHERE confirmed_us > 0 AND epoch ="
                                         " (SELECT value FROM meta WHERE key = 'epoch')"
                                         " ORDER BY rev DESC, made_us DESC LIMIT 1"));
  ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return facts;
  facts.horizon_rev = static_cast<uint64_t>(row.Int(0));
  facts.horizon_us = row.Int(1);
  return facts;
}

absl::StatusOr<std::vector<BackupEntry>> SqliteBaseQueries::Backups() {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT backup_id, epoch, rev, made_us, receipt_hash, confirmed_us,"
                                          " actor FROM backups ORDER BY made_us DESC, backup_id DESC"));
  std::vector<BackupEntry> backups;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return backups;
    BackupEntry& backup = backups.emplace_back();
    backup.backup_id = std::string(rows.Blob(0));
    backup.epoch = EpochId::FromBytes(rows.Blob(1)).value_or(EpochId());
    backup.rev = static_cast<uint64_t>(rows.Int(2));
    backup.made_us = rows.Int(3);
    backup.receipt_hash = std::string(rows.Blob(4));
    backup.confirmed_us = rows.Int(5);
    backup.actor = std::string(rows.Text(6));
  }
}

absl::Status SqliteBaseQueries::TagKeys() {
  return citizens_ == nullptr ? absl::OkStatus() : citizens_->TagAll();
}

absl::StatusOr<std::string> SqliteBaseQueries::BackupKey() { return MetaOr("backup_key", ""); }

}  // namespace opgang
