// What the log and the decisions say of the past: for merging, for histories, for the audit.
#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/id_bytes.h"
#include "core/base/status_macros.h"
#include "server/store/sqlite_base_reader.h"

namespace opgang {
namespace {

absl::Status DamagedVerdict() {
  return MakeError(ErrorCode::kDamaged, "a verdict in the log does not parse");
}

absl::StatusOr<v1::Verdict> VerdictIn(std::string_view bytes) {
  v1::Verdict verdict;
  if (!verdict.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return DamagedVerdict();
  return verdict;
}

}  // namespace

absl::StatusOr<std::optional<v1::Provenance>> SqliteBaseQueries::FindMerged(IntentId intent) {
  ASSIGN_OR_RETURN(auto query,
                   db_.Prepare("SELECT l.verdict, l.author, l.received_us, l.earliest_us, l.latest_us,"
                               " s.device_label FROM log l"
                               " LEFT JOIN replicas r ON r.replica_id = l.replica_id"
                               " LEFT JOIN stores s ON s.store_id = r.store_id WHERE l.intent_id = ?"));
  query.BindBlob(1, intent.ToBytes());
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  ASSIGN_OR_RETURN(const v1::Verdict verdict, VerdictIn(query.Blob(0)));
  if (!verdict.has_applied()) return std::nullopt;
  v1::Provenance provenance;
  provenance.set_intent_id(intent.ToBytes());
  provenance.set_author(std::string(query.Text(1)));
  provenance.set_received_us(query.Int(2));
  provenance.mutable_recorded()->set_earliest_us(query.Int(3));
  provenance.mutable_recorded()->set_latest_us(query.Int(4));
  provenance.set_device(std::string(query.Text(5)));
  return provenance;
}

absl::StatusOr<std::string> SqliteBaseQueries::DeviceLabelOf(ReplicaId replica) {
  ASSIGN_OR_RETURN(auto query,
                   db_.Prepare("SELECT s.device_label FROM replicas r"
                               " JOIN stores s ON s.store_id = r.store_id WHERE r.replica_id = ?"));
  query.BindBlob(1, replica.ToBytes());
  ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? std::string(query.Text(0)) : std::string();
}

absl::StatusOr<std::optional<LogContent>> SqliteBaseQueries::ContentOf(IntentId intent) {
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT sealed, subject FROM log WHERE intent_id = ?"));
  row.BindBlob(1, BytesOf(intent));
  ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found || row.Blob(0).empty()) return std::nullopt;
  const auto packed = OpenRow("log", BytesOf(intent), 0, row.Blob(0), row.Blob(1));
  LogContent content;
  if (!packed.ok() || !UnpackLogContent(*packed, content.envelope, content.payload)) return std::nullopt;
  return content;
}

absl::StatusOr<std::vector<LoggedMutation>> SqliteBaseQueries::MergedInto(RecordId record) {
  ASSIGN_OR_RETURN(auto rows,
                   db_.Prepare("SELECT intent_id, replica_id, seq, verdict, author, received_us, earliest_us,"
                               " latest_us, sealed, subject FROM log WHERE record_id = ? ORDER BY rowid"));
  rows.BindBlob(1, record.ToBytes());
  std::vector<LoggedMutation> merged;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) break;
    LoggedMutation logged;
    ASSIGN_OR_RETURN(logged.fate.verdict, VerdictIn(rows.Blob(3)));
    if (!logged.fate.verdict.has_applied()) continue;
    logged.fate.intent = IntentId::FromBytes(rows.Blob(0)).value_or(IntentId());
    logged.fate.replica = ReplicaId::FromBytes(rows.Blob(1)).value_or(ReplicaId());
    logged.fate.seq = static_cast<uint64_t>(rows.Int(2));
    logged.record = record;
    logged.subject = RecordId::FromBytes(rows.Blob(9)).value_or(RecordId());
    logged.author = std::string(rows.Text(4));
    logged.received_us = rows.Int(5);
    logged.recorded.set_earliest_us(rows.Int(6));
    logged.recorded.set_latest_us(rows.Int(7));
    ASSIGN_OR_RETURN(const std::string packed, OpenRow("log", rows.Blob(0), 0, rows.Blob(8), rows.Blob(9)));
    if (!UnpackLogContent(packed, logged.envelope, logged.payload))
      return MakeError(ErrorCode::kDamaged, "a log row does not parse");
    merged.push_back(std::move(logged));
  }
  // What was replayed out of quarantine took effect later than it came. Within a rev: as it came.
  std::stable_sort(merged.begin(), merged.end(), [](const LoggedMutation& a, const LoggedMutation& b) {
    return a.fate.verdict.applied().rev() < b.fate.verdict.applied().rev();
  });
  return merged;
}

absl::StatusOr<std::vector<StoredRecord>> SqliteBaseQueries::RecordsInConflict() {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT record_id FROM records WHERE open = 1 ORDER BY record_id"));
  return FindAll(std::move(rows));
}

absl::StatusOr<std::vector<v1::Decision>> SqliteBaseQueries::Decisions(std::optional<IntentId> only) {
  ASSIGN_OR_RETURN(
      auto rows,
      db_.Prepare("SELECT intent_id, kind, actor, at_us, reason, old_verdict, new_verdict, first_actor"
                  " FROM fate_changes WHERE ?1 IS NULL OR intent_id = ?1 ORDER BY change_id"));
  if (only.has_value()) {
    rows.BindBlob(1, only->ToBytes());
  } else {
    rows.BindNull(1);
  }
  std::vector<v1::Decision> decisions;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return decisions;
    v1::Decision& decision = decisions.emplace_back();
    decision.set_intent_id(std::string(rows.Blob(0)));
    decision.set_kind(static_cast<v1::DecisionKind>(rows.Int(1)));
    decision.set_actor(std::string(rows.Text(2)));
    decision.set_at_us(rows.Int(3));
    decision.set_reason(static_cast<v1::DecisionReason>(rows.Int(4)));
    ASSIGN_OR_RETURN(*decision.mutable_before(), VerdictIn(rows.Blob(5)));
    ASSIGN_OR_RETURN(*decision.mutable_after(), VerdictIn(rows.Blob(6)));
    decision.set_first_actor(std::string(rows.Text(7)));
  }
}

}  // namespace opgang
