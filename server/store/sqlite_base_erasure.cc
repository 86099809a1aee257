#include "server/store/sqlite_base_erasure.h"

#include <map>

#include "core/base/status_macros.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"
#include "server/store/sqlite_base_writer.h"

namespace opgang {
namespace {

// What is about a citizen: their records' mutations, and those that never became a record's.
constexpr std::string_view kIntentsAbout =
    "SELECT l.intent_id FROM log l WHERE l.record_id IN (SELECT record_id FROM records WHERE subject = ?1)"
    " UNION SELECT q.intent_id FROM quarantine q JOIN log l ON l.intent_id = q.intent_id WHERE l.subject = ?1"
    " UNION SELECT c.intent_id FROM fate_changes c JOIN log l ON l.intent_id = c.intent_id WHERE l.subject = "
    "?1";

RecordId RecordIn(const sqlite::Statement& row, int column) {
  return RecordId::FromBytes(row.Blob(column)).value_or(RecordId());
}

absl::StatusOr<uint32_t> CountAbout(sqlite::Database& db, std::string_view sql, RecordId citizen) {
  ASSIGN_OR_RETURN(auto row, db.Prepare(sql));
  RETURN_IF_ERROR(row.BindBlob(1, citizen.ToBytes()).Step().status());
  return static_cast<uint32_t>(row.Int(0));
}

absl::Status RunAbout(sqlite::Database& db, std::string_view sql, std::string_view id) {
  ASSIGN_OR_RETURN(auto statement, db.Prepare(sql));
  return statement.BindBlob(1, id).Run();
}

}  // namespace

absl::Status NoteErasure(sqlite::Database& db, RecordId citizen, const ErasureLine& line, uint64_t rev,
                         const std::vector<StoreId>& stores) {
  ASSIGN_OR_RETURN(auto note,
                   db.Prepare("INSERT OR IGNORE INTO erasures (citizen_id, at_us, actor, reason, rev)"
                              " VALUES (?, ?, ?, ?, ?)"));
  note.BindBlob(1, citizen.ToBytes())
      .BindInt(2, line.at_us)
      .BindText(3, line.actor)
      .BindInt(4, line.reason)
      .BindInt(5, static_cast<int64_t>(rev));
  RETURN_IF_ERROR(note.Run());
  for (const StoreId& store : stores) {
    ASSIGN_OR_RETURN(auto put, db.Prepare("INSERT OR IGNORE INTO erasure_stores (store_id, citizen_id)"
                                          " VALUES (?, ?)"));
    RETURN_IF_ERROR(put.BindBlob(1, store.ToBytes()).BindBlob(2, citizen.ToBytes()).Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::pair<Scope, RecordId>>> FeedRowsAbout(sqlite::Database& db,
                                                                      RecordId citizen) {
  ASSIGN_OR_RETURN(auto rows, db.Prepare("SELECT f.scope, f.record_id FROM records r JOIN feed f ON"
                                         " f.record_id = r.record_id WHERE r.subject = ?1 AND"
                                         " r.subject <> x''"));
  rows.BindBlob(1, citizen.ToBytes());
  std::vector<std::pair<Scope, RecordId>> found;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return found;
    const auto scope = Scope::FromKey(rows.Blob(0));
    const auto record = RecordId::FromBytes(rows.Blob(1));
    if (scope.has_value() && record.has_value()) found.emplace_back(*scope, *record);
  }
}

absl::StatusOr<std::vector<RecordId>> EraseRecords(sqlite::Database& db, RecordId citizen, uint64_t rev) {
  std::vector<RecordId> ids;
  {
    ASSIGN_OR_RETURN(auto rows, db.Prepare("SELECT record_id FROM records WHERE subject = ?1 AND"
                                           " subject <> x''"));
    rows.BindBlob(1, citizen.ToBytes());
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) break;
      ids.push_back(RecordIn(rows, 0));
    }
  }
  for (const RecordId& id : ids) {
    ASSIGN_OR_RETURN(auto empty, db.Prepare("UPDATE records SET rev = ?2, open = 0, sealed = x''"
                                            " WHERE record_id = ?1"));
    RETURN_IF_ERROR(empty.BindBlob(1, id.ToBytes()).BindInt(2, static_cast<int64_t>(rev)).Run());
    RETURN_IF_ERROR(RunAbout(db, "DELETE FROM seats WHERE seat_id = ?1", id.ToBytes()));
  }
  return ids;
}

absl::Status EraseMutation(sqlite::Database& db, const std::string& intent_id) {
  v1::Verdict verdict;
  {
    ASSIGN_OR_RETURN(auto row, db.Prepare("SELECT seq FROM log WHERE intent_id = ?1"));
    ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, intent_id).Step());
    if (!found) return absl::OkStatus();
    verdict.set_seq(static_cast<uint64_t>(row.Int(0)));
  }
  verdict.set_intent_id(intent_id);
  verdict.mutable_erased();
  const std::string bytes = verdict.SerializeAsString();
  ASSIGN_OR_RETURN(auto empty, db.Prepare("UPDATE log SET verdict = ?2, told = x'', digest = x'', record_id ="
                                          " x'', subject = x'', earliest_us = 0, latest_us = 0, sealed = x''"
                                          " WHERE intent_id = ?1"));
  RETURN_IF_ERROR(empty.BindBlob(1, intent_id).BindBlob(2, bytes).Run());
  ASSIGN_OR_RETURN(auto decisions, db.Prepare("UPDATE fate_changes SET old_verdict = ?2, new_verdict = ?2"
                                              " WHERE intent_id = ?1"));
  RETURN_IF_ERROR(decisions.BindBlob(1, intent_id).BindBlob(2, bytes).Run());
  return RunAbout(db, "DELETE FROM quarantine WHERE intent_id = ?1", intent_id);
}

absl::Status EraseBeside(sqlite::Database& db, RecordId citizen) {
  RETURN_IF_ERROR(RunAbout(db, "DELETE FROM referrals WHERE citizen_id = ?1", citizen.ToBytes()));
  return RunAbout(db, "DELETE FROM data_keys WHERE owner = ?1", citizen.ToBytes());
}

absl::Status NoteErasureHeeded(sqlite::Database& db, ReplicaId replica, RecordId citizen, int64_t at_us) {
  ASSIGN_OR_RETURN(auto note,
                   db.Prepare("INSERT OR IGNORE INTO erasure_heeded (citizen_id, replica_id, at_us)"
                              " SELECT t.citizen_id, ?2, ?3 FROM erasure_stores t JOIN replicas p ON"
                              " p.store_id = t.store_id WHERE t.citizen_id = ?1 AND"
                              " p.replica_id = ?2"));
  RETURN_IF_ERROR(note.BindBlob(1, citizen.ToBytes()).BindBlob(2, replica.ToBytes()).BindInt(3, at_us).Run());
  ASSIGN_OR_RETURN(auto ask, db.Prepare("INSERT OR IGNORE INTO erasure_stores (store_id, citizen_id)"
                                        " SELECT store_id, ?1 FROM replicas WHERE replica_id = ?2"));
  return ask.BindBlob(1, citizen.ToBytes()).BindBlob(2, replica.ToBytes()).Run();
}

absl::Status PutPersonRequest(sqlite::Database& db, const v1::PersonRequest& request) {
  ASSIGN_OR_RETURN(
      auto put,
      db.Prepare("INSERT OR REPLACE INTO person_requests (request_id, kind, citizen_id, received_us,"
                 " due_us, extended, settled_us, outcome, received_by, settled_by)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  return put.BindBlob(1, request.request_id())
      .BindInt(2, request.kind())
      .BindBlob(3, request.citizen_id())
      .BindInt(4, request.received_us())
      .BindInt(5, request.due_us())
      .BindInt(6, request.extended())
      .BindInt(7, request.settled_us())
      .BindInt(8, request.outcome())
      .BindText(9, request.received_by())
      .BindText(10, request.settled_by())
      .Run();
}

absl::Status PutRetentionPeriod(sqlite::Database& db, const v1::RetentionPeriod& period) {
  if (!period.goes()) {
    ASSIGN_OR_RETURN(auto drop, db.Prepare("DELETE FROM retention WHERE kind = ?"));
    return drop.BindInt(1, period.kind()).Run();
  }
  ASSIGN_OR_RETURN(auto put, db.Prepare("INSERT OR REPLACE INTO retention (kind, days, actor, at_us)"
                                        " VALUES (?, ?, ?, ?)"));
  return put.BindInt(1, period.kind())
      .BindInt(2, period.days())
      .BindText(3, period.decided_by())
      .BindInt(4, period.decided_us())
      .Run();
}

absl::StatusOr<std::vector<RecordId>> SqliteBaseQueries::Citizens() {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT record_id FROM records WHERE type = ? AND sealed <> x''"
                                          " ORDER BY record_id"));
  rows.BindInt(1, v1::RecordBody::kCitizen);
  std::vector<RecordId> citizens;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return citizens;
    citizens.push_back(RecordIn(rows, 0));
  }
}

absl::StatusOr<std::vector<std::pair<std::string, bool>>> SqliteBaseQueries::MutationsAbout(
    RecordId citizen) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT a.intent_id, q.intent_id IS NOT NULL FROM (" +
                                          std::string(kIntentsAbout) +
                                          ") a LEFT JOIN quarantine q ON q.intent_id = a.intent_id"));
  rows.BindBlob(1, citizen.ToBytes());
  std::vector<std::pair<std::string, bool>> found;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return found;
    found.emplace_back(rows.Blob(0), rows.Int(1) != 0);
  }
}

absl::StatusOr<ErasureFootprint> SqliteBaseQueries::FootprintOf(RecordId citizen) {
  ErasureFootprint footprint;
  v1::ErasureCounts& counts = footprint.counts;
  ASSIGN_OR_RETURN(
      const uint32_t records,
      CountAbout(db_, "SELECT count(*) FROM records WHERE subject = ?1 AND sealed <> x''", citizen));
  ASSIGN_OR_RETURN(const uint32_t conflicts,
                   CountAbout(db_, "SELECT count(*) FROM records WHERE subject = ?1 AND open = 1", citizen));
  ASSIGN_OR_RETURN(const uint32_t referrals,
                   CountAbout(db_, "SELECT count(*) FROM referrals WHERE citizen_id = ?1", citizen));
  ASSIGN_OR_RETURN(const uint32_t seats,
                   CountAbout(db_,
                              "SELECT count(*) FROM records r JOIN seats s ON s.seat_id = r.record_id"
                              " WHERE r.subject = ?1 AND s.state = 1",
                              citizen));
  ASSIGN_OR_RETURN(const auto mutations, MutationsAbout(citizen));
  counts.set_record_count(records);
  counts.set_conflict_count(conflicts);
  counts.set_referral_count(referrals);
  counts.set_seat_count(seats);
  counts.set_mutation_count(static_cast<uint32_t>(mutations.size()));
  for (const auto& [intent, waits] : mutations)
    counts.set_quarantine_count(counts.quarantine_count() + waits);
  ASSIGN_OR_RETURN(const auto rows, FeedRowsAbout(db_, citizen));
  std::set<Scope> scopes;
  for (const auto& [scope, record] : rows) scopes.insert(scope);
  footprint.scopes.assign(scopes.begin(), scopes.end());
  counts.set_scope_count(static_cast<uint32_t>(scopes.size()));
  ASSIGN_OR_RETURN(
      auto stores,
      db_.Prepare("SELECT p.store_id FROM holdings h JOIN replicas p ON p.replica_id = h.replica_id"
                  " WHERE h.removed_us = 0 AND h.scope IN (SELECT f.scope FROM records r JOIN feed f"
                  " ON f.record_id = r.record_id WHERE r.subject = ?1)"
                  " UNION SELECT p.store_id FROM log l JOIN replicas p ON p.replica_id ="
                  " l.replica_id WHERE l.intent_id IN (" +
                  std::string(kIntentsAbout) + ")"));
  stores.BindBlob(1, citizen.ToBytes());
  while (true) {
    ASSIGN_OR_RETURN(const bool more, stores.Step());
    if (!more) return footprint;
    footprint.stores.push_back(StoreId::FromBytes(stores.Blob(0)).value_or(StoreId()));
  }
}

absl::StatusOr<std::vector<v1::Erasure>> SqliteBaseQueries::ErasuresToTell(StoreId store, ReplicaId replica,
                                                                           int most) {
  ASSIGN_OR_RETURN(auto rows,
                   db_.Prepare("SELECT s.citizen_id FROM erasure_stores s JOIN erasures e ON"
                               " e.citizen_id = s.citizen_id WHERE s.store_id = ?1 AND NOT EXISTS"
                               " (SELECT 1 FROM erasure_heeded h WHERE h.citizen_id = s.citizen_id AND"
                               " h.replica_id = ?2) ORDER BY e.at_us, s.citizen_id LIMIT ?3"));
  rows.BindBlob(1, store.ToBytes()).BindBlob(2, replica.ToBytes()).BindInt(3, most);
  std::vector<v1::Erasure> erasures;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return erasures;
    erasures.push_back(ErasureOf(rows.Blob(0)));
  }
}

v1::Erasure SqliteBaseQueries::ErasureOf(std::string_view citizen_id) const {
  v1::Erasure erasure;
  erasure.set_subject_id(std::string(citizen_id));
  erasure.set_proof(ErasureProof(key_, citizen_id));
  return erasure;
}

// A store that exists twice has confirmed when all of its replicas that were heard have.
absl::StatusOr<std::vector<v1::ErasureLine>> SqliteBaseQueries::Erasures() {
  ASSIGN_OR_RETURN(
      auto rows,
      db_.Prepare("SELECT e.citizen_id, e.at_us, e.actor, e.reason, s.store_id, s.device_label,"
                  " s.staff_code, max(p.last_sync_us), min(coalesce(h.at_us, 0)), max(h.at_us)"
                  " FROM erasures e"
                  " LEFT JOIN erasure_stores t ON t.citizen_id = e.citizen_id"
                  " LEFT JOIN stores s ON s.store_id = t.store_id"
                  " LEFT JOIN replicas p ON p.store_id = s.store_id AND (p.replica_id = s.replica_id"
                  " OR (s.twin_since_us > 0 AND p.retired = 0 AND p.last_sync_us > 0))"
                  " LEFT JOIN erasure_heeded h ON h.citizen_id = e.citizen_id AND"
                  " h.replica_id = p.replica_id"
                  " GROUP BY e.citizen_id, s.store_id ORDER BY e.at_us, e.citizen_id,"
                  " s.device_label"));
  std::vector<v1::ErasureLine> lines;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return lines;
    if (lines.empty() || lines.back().citizen_id() != rows.Blob(0)) {
      v1::ErasureLine& line = lines.emplace_back();
      line.set_citizen_id(std::string(rows.Blob(0)));
      line.set_at_us(rows.Int(1));
      line.set_actor(std::string(rows.Text(2)));
      line.set_reason(static_cast<v1::ErasureReason>(rows.Int(3)));
    }
    if (rows.Blob(4).empty()) continue;
    v1::ErasureReach& reach = *lines.back().add_reach();
    reach.set_store_id(std::string(rows.Blob(4)));
    reach.set_device_label(std::string(rows.Text(5)));
    reach.set_holder(std::string(rows.Text(6)));
    reach.set_last_sync_us(rows.Int(7));
    if (rows.Int(8) > 0) reach.set_confirmed_us(rows.Int(9));
  }
}

absl::StatusOr<bool> SqliteBaseQueries::IsNotedErased(RecordId citizen) {
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT 1 FROM erasures WHERE citizen_id = ?1"));
  return row.BindBlob(1, citizen.ToBytes()).Step();
}

absl::StatusOr<std::vector<v1::PersonRequest>> SqliteBaseQueries::PersonRequests() {
  ASSIGN_OR_RETURN(
      auto rows, db_.Prepare("SELECT request_id, kind, citizen_id, received_us, due_us, extended, settled_us,"
                             " outcome, received_by, settled_by FROM person_requests"
                             " ORDER BY settled_us > 0, due_us, request_id"));
  std::vector<v1::PersonRequest> requests;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return requests;
    v1::PersonRequest& request = requests.emplace_back();
    request.set_request_id(std::string(rows.Blob(0)));
    request.set_kind(static_cast<v1::PersonRequestKind>(rows.Int(1)));
    request.set_citizen_id(std::string(rows.Blob(2)));
    request.set_received_us(rows.Int(3));
    request.set_due_us(rows.Int(4));
    request.set_extended(rows.Int(5) != 0);
    request.set_settled_us(rows.Int(6));
    request.set_outcome(static_cast<v1::PersonRequestOutcome>(rows.Int(7)));
    request.set_received_by(std::string(rows.Text(8)));
    request.set_settled_by(std::string(rows.Text(9)));
  }
}

absl::StatusOr<std::vector<v1::RetentionPeriod>> SqliteBaseQueries::RetentionPeriods() {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT kind, days, actor, at_us FROM retention ORDER BY kind"));
  std::vector<v1::RetentionPeriod> periods;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return periods;
    v1::RetentionPeriod& period = periods.emplace_back();
    period.set_kind(static_cast<v1::RetentionKind>(rows.Int(0)));
    period.set_days(static_cast<uint32_t>(rows.Int(1)));
    period.set_goes(true);
    period.set_decided_by(std::string(rows.Text(2)));
    period.set_decided_us(rows.Int(3));
  }
}

absl::StatusOr<int64_t> SqliteBaseQueries::LastWrittenAbout(RecordId citizen) {
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT coalesce(max(received_us), 0) FROM log WHERE record_id IN"
                                         " (SELECT record_id FROM records WHERE subject = ?1)"));
  RETURN_IF_ERROR(row.BindBlob(1, citizen.ToBytes()).Step().status());
  return row.Int(0);
}

absl::Status SqliteBaseStore::NoteInLedger(RecordId citizen, ErasureLine line) {
  line.slots = citizens_->AllSlotsOf(citizen.ToBytes());
  RETURN_IF_ERROR(erased_->Append(citizen, std::move(line)));
  begun_.insert(citizen);
  return absl::OkStatus();
}

absl::Status SqliteBaseStore::EraseContents(RecordId citizen, const ErasureLine& line, uint64_t rev,
                                            std::set<Scope>& touched) {
  ASSIGN_OR_RETURN(const ErasureFootprint footprint, FootprintOf(citizen));
  ASSIGN_OR_RETURN(const auto mutations, queries_.MutationsAbout(citizen));
  RETURN_IF_ERROR(NoteErasure(*db_, citizen, line, rev, footprint.stores));
  ASSIGN_OR_RETURN(const auto rows, FeedRowsAbout(*db_, citizen));
  for (const auto& [scope, record] : rows) {
    RETURN_IF_ERROR(PutFeedRow(scope, record, /*is_new=*/false, rev, v1::FEED_CHANGE_ERASE));
    touched.insert(scope);
  }
  ASSIGN_OR_RETURN(const auto records, EraseRecords(*db_, citizen, rev));
  erased_records_.insert(records.begin(), records.end());
  for (const auto& [intent, unused] : mutations) RETURN_IF_ERROR(EraseMutation(*db_, intent));
  ForgetLooks();
  return EraseBeside(*db_, citizen);
}

absl::Status SqliteBaseStore::DestroyErasedKeys() {
  std::vector<uint32_t> slots;
  for (const ErasureLine& line : erased_->lines())
    slots.insert(slots.end(), line.slots.begin(), line.slots.end());
  RETURN_IF_ERROR(citizens_->slots().Destroy(slots));
  for (const std::string& citizen : citizens_->Citizens()) {
    if (erased_->Holds(RecordId::FromBytes(citizen).value_or(RecordId()))) citizens_->Forget(citizen);
  }
  const absl::Status wiped = db_->Checkpoint();  // a reader may stand in the way: what is left has no key
  return GetErrorCodeOr(wiped) == ErrorCode::kStoreBusy ? absl::OkStatus() : wiped;
}

// Whom the file shows at the start, and then those that were begun by this process.
absl::StatusOr<std::vector<RecordId>> SqliteBaseStore::ErasuresToFinish() {
  if (!looked_for_unfinished_) {
    ASSIGN_OR_RETURN(const std::vector<RecordId> left, FindUnfinishedErasures());
    begun_.insert(left.begin(), left.end());
    looked_for_unfinished_ = true;
  }
  return std::vector<RecordId>(begun_.begin(), begun_.end());
}

absl::StatusOr<std::vector<RecordId>> SqliteBaseStore::FindUnfinishedErasures() {
  ASSIGN_OR_RETURN(const std::string followed, queries_.MetaOr(kLedgerLines, "0"));
  const bool all_followed = followed == std::to_string(erased_->lines().size());
  std::vector<RecordId> unfinished;
  for (const std::string& bytes : citizens_->Citizens()) {
    const RecordId citizen = RecordId::FromBytes(bytes).value_or(RecordId());
    const auto slot = citizens_->SlotOf(bytes);
    const bool keyless = slot.has_value() && citizens_->slots().IsDestroyed(*slot);
    if (keyless || (!all_followed && erased_->Holds(citizen))) unfinished.push_back(citizen);
  }
  return unfinished;
}

absl::Status SqliteBaseStore::NoteLedgerFollowed() {
  begun_.clear();
  return PutMeta(kLedgerLines, std::to_string(erased_->lines().size()));
}

absl::Status SqliteBaseStore::NoteHeeded(ReplicaId replica, RecordId citizen, int64_t at_us) {
  return NoteErasureHeeded(*db_, replica, citizen, at_us);
}

absl::Status SqliteBaseStore::ForgetHeeded(ReplicaId replica) {
  ASSIGN_OR_RETURN(auto forget, db_->Prepare("DELETE FROM erasure_heeded WHERE replica_id = ?"));
  return forget.BindBlob(1, replica.ToBytes()).Run();
}

}  // namespace opgang
