// SqliteBaseStore: staff, stores, replicas, areas and what they may read, hold and lend.
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/store/sqlite_base_erasure.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"
#include "server/store/sqlite_base_writer.h"

namespace opgang {

absl::Status SqliteBaseStore::PutStaff(const StaffMember& staff) {
  authority_changed_ = true;
  return PutStaffRow(*db_, staff);
}

absl::Status SqliteBaseStore::PutFormerRole(std::string_view staff_code, const FormerRole& role) {
  return PutFormerRoleRow(*db_, staff_code, role);
}

absl::Status SqliteBaseStore::PutStore(const StoreAccount& account) {
  authority_changed_ |= account.is_revoked();
  return PutStoreRow(*db_, account);
}

absl::Status SqliteBaseStore::PutMunicipality(const Municipality& municipality) {
  ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT INTO municipalities (municipality_id, sealed_name)"
                                          " VALUES (?, ?)"));
  const std::string id = municipality.id.ToBytes();
  return put.BindBlob(1, id).BindBlob(2, SealRow("municipalities", id, 0, municipality.name)).Run();
}

absl::Status SqliteBaseStore::PutReplica(const ReplicaState& replica) {
  ASSIGN_OR_RETURN(
      auto put, db_->Prepare("INSERT OR REPLACE INTO replicas (replica_id, store_id, token, previous_token,"
                             " last_sync_us, unsent_count, nearest_due_us, last_earliest_us, retired)"
                             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  put.BindBlob(1, replica.id.ToBytes())
      .BindBlob(2, replica.store.ToBytes())
      .BindBlob(3, replica.token)
      .BindBlob(4, replica.previous_token)
      .BindInt(5, replica.last_sync_us)
      .BindInt(6, replica.unsent_count)
      .BindInt(7, replica.nearest_due_us)
      .BindInt(8, replica.last_earliest_us)
      .BindInt(9, replica.retired);
  return put.Run();
}

absl::Status SqliteBaseStore::PutArea(const Area& area) {
  ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO areas (area_id, municipality_id,"
                                          " sealed_name) VALUES (?, ?, ?)"));
  const std::string id = area.id.ToBytes();
  return put.BindBlob(1, id)
      .BindBlob(2, area.municipality.ToBytes())
      .BindBlob(3, SealRow("areas", id, 0, area.name))
      .Run();
}

absl::Status SqliteBaseStore::PutGrant(std::string_view staff_code, const StoredGrant& grant) {
  authority_changed_ = true;
  return PutGrantRow(*db_, staff_code, grant);
}

absl::Status SqliteBaseStore::PutFormerGrant(std::string_view staff_code, const StoredGrant& grant) {
  return PutFormerGrantRow(*db_, staff_code, grant);
}

absl::Status SqliteBaseStore::PutLease(const LeaseEntry& entry) {
  ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO leases (replica_id, meeting_id, granted,"
                                          " promised, returned) VALUES (?, ?, ?, ?, ?)"));
  return put.BindBlob(1, entry.replica.ToBytes())
      .BindBlob(2, entry.meeting.ToBytes())
      .BindInt(3, entry.lease.granted)
      .BindInt(4, entry.lease.promised)
      .BindInt(5, entry.lease.returned)
      .Run();
}

absl::Status SqliteBaseStore::DropLease(ReplicaId replica, RecordId meeting) {
  ASSIGN_OR_RETURN(auto drop, db_->Prepare("DELETE FROM leases WHERE replica_id = ? AND meeting_id = ?"));
  return drop.BindBlob(1, replica.ToBytes()).BindBlob(2, meeting.ToBytes()).Run();
}

absl::Status SqliteBaseStore::PutHolding(ReplicaId replica, const Holding& holding) {
  ASSIGN_OR_RETURN(auto put,
                   db_->Prepare("INSERT OR REPLACE INTO holdings (replica_id, scope, told_us, removed_us)"
                                " VALUES (?, ?, ?, ?)"));
  put.BindBlob(1, replica.ToBytes())
      .BindBlob(2, holding.scope.ToKey())
      .BindInt(3, holding.told_us)
      .BindInt(4, holding.removed_us);
  return put.Run();
}

absl::Status SqliteBaseStore::PutReferral(const Referral& referral) {
  has_referrals_ = true;
  ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO referrals (intent_id, author, citizen_id,"
                                          " received_us, taken_up_us, sealed) VALUES (?, ?, ?, ?, ?, ?)"));
  const v1::ReferralReceipt& receipt = referral.receipt;
  ASSIGN_OR_RETURN(const std::string sealed, SealAbout(receipt.citizen_id(), "referrals", receipt.intent_id(),
                                                       0, receipt.SerializeAsString()));
  put.BindBlob(1, receipt.intent_id())
      .BindText(2, referral.author)
      .BindBlob(3, receipt.citizen_id())
      .BindInt(4, receipt.received_us())
      .BindInt(5, receipt.taken_up_us())
      .BindBlob(6, sealed);
  return put.Run();
}

// Only where the referral took effect: what was kept back may name a citizen whom its author never met.
absl::Status SqliteBaseStore::NoteTakenUp(RecordId citizen, std::string_view author, int64_t at_us) {
  if (!has_referrals_) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto rows, db_->Prepare("SELECT r.intent_id, l.verdict FROM referrals r JOIN log l"
                                           " ON l.intent_id = r.intent_id WHERE r.citizen_id = ?1 AND"
                                           " r.author <> ?2 AND r.taken_up_us = 0"));
  rows.BindBlob(1, citizen.ToBytes()).BindText(2, author);
  std::vector<std::string> taken_up;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) break;
    v1::Verdict verdict;
    const bool applied = verdict.ParseFromString(std::string(rows.Blob(1))) && verdict.has_applied();
    if (applied) taken_up.emplace_back(rows.Blob(0));
  }
  for (const std::string& intent : taken_up) {
    ASSIGN_OR_RETURN(auto note, db_->Prepare("UPDATE referrals SET taken_up_us = ? WHERE intent_id = ?"));
    RETURN_IF_ERROR(note.BindInt(1, at_us).BindBlob(2, intent).Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteBaseStore::PutPersonRequest(const v1::PersonRequest& request) {
  return opgang::PutPersonRequest(*db_, request);
}

absl::Status SqliteBaseStore::PutRetentionPeriod(const v1::RetentionPeriod& period) {
  return opgang::PutRetentionPeriod(*db_, period);
}

}  // namespace opgang
