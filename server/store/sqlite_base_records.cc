// SqliteBaseStore: mutations, records and the feed.
#include "core/base/error.h"
#include "core/base/id_bytes.h"
#include "core/base/status_macros.h"
#include "core/merge/open_conflicts.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"
#include "server/store/sqlite_base_writer.h"

namespace opgang {

// A new citizen is looked at for what comes with her.
absl::StatusOr<std::optional<StoredRecord>> SqliteBaseStore::FindRecord(RecordId id) {
  const auto fresh = new_citizens_.find(id);
  if (fresh != new_citizens_.end()) return fresh->second;
  return queries_.FindRecord(id);
}

// A new citizen has stood nowhere else.
absl::StatusOr<std::vector<Scope>> SqliteBaseStore::FormerScopesOf(RecordId id) {
  if (new_citizens_.contains(id)) return std::vector<Scope>();
  return queries_.FormerScopesOf(id);
}

absl::StatusOr<std::optional<IntentId>> SqliteBaseStore::QuarantinedCreate(RecordId record) {
  if (!has_quarantine_) return std::nullopt;
  return queries_.QuarantinedCreate(record);
}

absl::StatusOr<uint64_t> SqliteBaseStore::NextSeq(ReplicaId replica) {
  ASSIGN_OR_RETURN(auto query, db_->Prepare("SELECT max(seq) FROM log WHERE replica_id = ?"));
  query.BindBlob(1, replica.ToBytes());
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? static_cast<uint64_t>(query.Int(0)) + 1 : 1;
}

absl::Status SqliteBaseStore::AppendLog(const LoggedMutation& mutation) {
  ASSIGN_OR_RETURN(
      auto insert,
      db_->Prepare("INSERT INTO log (intent_id, replica_id, seq, digest, verdict, record_id, subject,"
                   " author, received_us, sealed, earliest_us, latest_us, told)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  const Fate& fate = mutation.fate;
  const std::string_view id = BytesOf(fate.intent);
  last_received_us_ = mutation.received_us;
  std::string sealed;  // of what was erased there is nothing to seal
  if (!fate.verdict.has_erased()) {
    ASSIGN_OR_RETURN(sealed, SealAbout(BytesOf(mutation.subject), "log", id, 0,
                                       PackLogContent(mutation.envelope, mutation.payload)));
  }
  audit_.Pin({fate.intent, fate.replica, fate.seq, mutation.author, mutation.received_us});
  insert.BindBlob(1, id)
      .BindBlob(2, BytesOf(fate.replica))
      .BindInt(3, static_cast<int64_t>(fate.seq))
      .BindBlob(4, fate.digest)
      .BindBlob(5, fate.verdict.SerializeAsString())
      .BindBlob(6, BytesOf(mutation.record))
      .BindBlob(7, BytesOf(mutation.subject))
      .BindText(8, mutation.author)
      .BindInt(9, mutation.received_us)
      .BindBlob(10, sealed)
      .BindInt(11, mutation.recorded.earliest_us())
      .BindInt(12, mutation.recorded.latest_us())
      .BindBlob(13, fate.told.has_value() ? fate.told->SerializeAsString() : "");
  return insert.Run();
}

absl::Status SqliteBaseStore::PutRecord(const StoredRecord& record) {
  const std::string bytes = record.record.SerializeAsString();
  ASSIGN_OR_RETURN(const bool is_new, PutRecordRow(record, bytes));
  RETURN_IF_ERROR(PutSeatRows(*db_, record));
  for (const Scope& scope : record.left) {
    RETURN_IF_ERROR(PutFeedRow(scope, record.id, is_new, record.rev, v1::FEED_CHANGE_LEAVE));
  }
  for (const Scope& scope : record.scopes) {
    if (record.record.deleted()) {
      RETURN_IF_ERROR(PutFeedRow(scope, record.id, is_new, record.rev, v1::FEED_CHANGE_DELETE));
      continue;
    }
    const Sum128 sum = RowSum(SumKeyOf(scope),
                              {BytesOf(record.id), record.type, record.rev, BytesOf(record.subject), bytes});
    RETURN_IF_ERROR(PutFeedRow(scope, record.id, is_new, record.rev, v1::FEED_CHANGE_PUT, sum));
  }
  NoteNew(record, is_new);
  return absl::OkStatus();
}

absl::Status SqliteBaseStore::PutQuarantine(const QuarantinedMutation& item) {
  has_quarantine_ = true;
  RETURN_IF_ERROR(AppendLog(item.mutation));
  v1::MutationPayload payload;
  const bool is_create = item.opened && payload.ParseFromString(item.mutation.payload) &&
                         payload.action() == v1::MUTATION_ACTION_CREATE;
  ASSIGN_OR_RETURN(
      auto insert,
      db_->Prepare("INSERT INTO quarantine (intent_id, record_id, record_type, is_create, opened,"
                   " queue_key_id, wrapped_for_base) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  insert.BindBlob(1, item.mutation.fate.intent.ToBytes())
      .BindBlob(2, item.mutation.record.ToBytes())
      .BindInt(3, item.record_type)
      .BindInt(4, is_create)
      .BindInt(5, item.opened)
      .BindBlob(6, item.queue_key_id)
      .BindBlob(7, item.wrapped_for_base);
  return insert.Run();
}

absl::Status SqliteBaseStore::RemoveQuarantine(IntentId intent) {
  ASSIGN_OR_RETURN(auto remove, db_->Prepare("DELETE FROM quarantine WHERE intent_id = ?"));
  return remove.BindBlob(1, intent.ToBytes()).Run();
}

absl::Status SqliteBaseStore::PutOpened(const QuarantinedMutation& item) {
  const std::string id = item.mutation.fate.intent.ToBytes();
  ASSIGN_OR_RETURN(auto content, db_->Prepare("UPDATE log SET sealed = ?2 WHERE intent_id = ?1"));
  const std::string packed = PackLogContent(item.mutation.envelope, item.mutation.payload);
  ASSIGN_OR_RETURN(const std::string sealed, SealAbout(BytesOf(item.mutation.subject), "log", id, 0, packed));
  RETURN_IF_ERROR(content.BindBlob(1, id).BindBlob(2, sealed).Run());
  v1::MutationPayload payload;
  const bool is_create =
      payload.ParseFromString(item.mutation.payload) && payload.action() == v1::MUTATION_ACTION_CREATE;
  ASSIGN_OR_RETURN(auto mark,
                   db_->Prepare("UPDATE quarantine SET opened = 1, is_create = ?2 WHERE intent_id = ?1"));
  return mark.BindBlob(1, id).BindInt(2, is_create).Run();
}

absl::Status SqliteBaseStore::ChangeFate(IntentId intent, const v1::Verdict& verdict,
                                         const FateDecision& decision) {
  ASSIGN_OR_RETURN(auto note, db_->Prepare("INSERT INTO fate_changes (intent_id, actor, at_us, kind, reason,"
                                           " old_verdict, new_verdict, first_actor)"
                                           " SELECT intent_id, ?2, ?3, ?5, ?6, verdict, ?4, ?7"
                                           " FROM log WHERE intent_id = ?1"));
  const std::string bytes = verdict.SerializeAsString();
  note.BindBlob(1, intent.ToBytes())
      .BindText(2, decision.actor)
      .BindInt(3, decision.at_us)
      .BindBlob(4, bytes)
      .BindInt(5, decision.kind)
      .BindInt(6, decision.reason)
      .BindText(7, decision.first_actor);
  RETURN_IF_ERROR(note.Run());
  ASSIGN_OR_RETURN(auto change, db_->Prepare("UPDATE log SET verdict = ?2 WHERE intent_id = ?1"));
  return change.BindBlob(1, intent.ToBytes()).BindBlob(2, bytes).Run();
}

absl::Status SqliteBaseStore::PutStolenWord(IntentId intent, const v1::StolenWord& word) {
  return PutStolenWordRow(*db_, intent, word);
}

absl::Status SqliteBaseStore::DropStolenWord(IntentId intent) {
  ASSIGN_OR_RETURN(auto drop, db_->Prepare("DELETE FROM stolen_words WHERE intent_id = ?"));
  return drop.BindBlob(1, intent.ToBytes()).Run();
}

absl::Status SqliteBaseStore::PutRevMark(int64_t at_us) {
  ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO rev_marks (at_us, rev) VALUES (?, ?)"));
  return put.BindInt(1, at_us).BindInt(2, static_cast<int64_t>(newest_rev_)).Run();
}

absl::StatusOr<uint64_t> SqliteBaseStore::MarkedRev(int64_t at_us) {
  ASSIGN_OR_RETURN(auto query, db_->Prepare("SELECT max(rev) FROM rev_marks WHERE at_us <= ?"));
  RETURN_IF_ERROR(query.BindInt(1, at_us).Step().status());
  return static_cast<uint64_t>(query.Int(0));  // NULL reads as 0
}

// The numbers are written out so that SQLite takes the index of tombstones.
absl::Status SqliteBaseStore::DropTombstones(uint64_t floor) {
  static_assert(v1::FEED_CHANGE_LEAVE == 2 && v1::FEED_CHANGE_DELETE == 3);
  static_assert(kToldToNobody == 0 && kLeftLongAgo == -1);
  const auto rev = static_cast<int64_t>(floor);
  ASSIGN_OR_RETURN(auto old, db_->Prepare("UPDATE feed SET change = CASE change WHEN 2 THEN -1 ELSE 0 END"
                                          " WHERE change IN (2, 3) AND rev <= ?"));
  RETURN_IF_ERROR(old.BindInt(1, rev).Run());
  ASSIGN_OR_RETURN(auto marks, db_->Prepare("DELETE FROM rev_marks WHERE rev < ?"));
  RETURN_IF_ERROR(marks.BindInt(1, rev).Run());
  return PutMeta(kTombstoneFloor, std::to_string(floor));
}

absl::StatusOr<bool> SqliteBaseStore::PutRecordRow(const StoredRecord& record, std::string_view bytes) {
  const std::string_view id = BytesOf(record.id);
  ASSIGN_OR_RETURN(const std::string sealed,
                   SealAbout(BytesOf(record.subject), "records", id, record.rev, bytes));
  ASSIGN_OR_RETURN(auto insert, db_->Prepare("INSERT INTO records (record_id, type, subject, rev, sealed,"
                                             " open) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"));
  insert.BindBlob(1, id)
      .BindInt(2, record.type)
      .BindBlob(3, BytesOf(record.subject))
      .BindInt(4, static_cast<int64_t>(record.rev))
      .BindBlob(5, sealed)
      .BindInt(6, HasOpenConflict(record.record));
  RETURN_IF_ERROR(insert.Run());
  if (db_->changes() > 0) return true;
  ASSIGN_OR_RETURN(auto update,
                   db_->Prepare("UPDATE records SET rev = ?2, sealed = ?3, open = ?4 WHERE record_id = ?1"));
  update.BindBlob(1, id)
      .BindInt(2, static_cast<int64_t>(record.rev))
      .BindBlob(3, sealed)
      .BindInt(4, HasOpenConflict(record.record));
  RETURN_IF_ERROR(update.Run());
  return false;
}

absl::Status SqliteBaseStore::PutFeedRow(const Scope& scope, RecordId id, bool is_new, uint64_t rev,
                                         v1::FeedChange change, const std::optional<Sum128>& sum) {
  queries_.ForgetStanding(id);
  std::optional<Sum128> before;
  if (!is_new) {
    ASSIGN_OR_RETURN(before, SumInFeed(scope, id));
  }
  if (before.has_value()) ledger_.Remove(scope, id, *before);
  if (sum.has_value()) ledger_.Add(scope, id, *sum);
  ASSIGN_OR_RETURN(
      auto put,
      db_->Prepare("INSERT INTO feed (scope, record_id, rev, change, row_sum) VALUES (?, ?, ?, ?, ?)"
                   " ON CONFLICT (scope, record_id) DO UPDATE SET rev = excluded.rev,"
                   " change = excluded.change, row_sum = excluded.row_sum"));
  return put.BindBlob(1, ScopeKey(scope).bytes())
      .BindBlob(2, BytesOf(id))
      .BindInt(3, static_cast<int64_t>(rev))
      .BindInt(4, change)
      .BindBlob(5, sum.has_value() ? sum->ToBytes() : "")
      .Run();
}

absl::StatusOr<std::optional<Sum128>> SqliteBaseStore::SumInFeed(const Scope& scope, RecordId id) {
  ASSIGN_OR_RETURN(auto row, db_->Prepare("SELECT row_sum FROM feed WHERE scope = ? AND record_id = ?"));
  ASSIGN_OR_RETURN(const bool found,
                   row.BindBlob(1, ScopeKey(scope).bytes()).BindBlob(2, BytesOf(id)).Step());
  if (!found) return std::nullopt;
  return Sum128::FromBytes(row.Blob(0));
}

const SecretBytes& SqliteBaseStore::SumKeyOf(const Scope& scope) {
  const auto known = sum_keys_.find(scope);
  if (known != sum_keys_.end()) return known->second;
  return sum_keys_.emplace(scope, ScopeSumKey(options_.storage_key, scope)).first->second;
}

std::string SqliteBaseStore::SealRow(std::string_view table, std::string_view id, uint64_t rev,
                                     std::string_view plain) {
  return Seal(options_.storage_key, plain, RowBinding(table, id, rev, kRowFormat), *options_.random);
}

absl::StatusOr<std::string> SqliteBaseStore::SealAbout(std::string_view subject, std::string_view table,
                                                       std::string_view id, uint64_t rev,
                                                       std::string_view plain) {
  if (subject.empty()) return SealRow(table, id, rev, plain);
  ASSIGN_OR_RETURN(const SecretBytes* key, KeyAtHand(subject));
  return Seal(*key, plain, RowBinding(table, id, rev, kRowFormat), *options_.random);
}

}  // namespace opgang
