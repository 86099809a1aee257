#include "server/store/sqlite_base_reader.h"

#include <array>
#include <charconv>
#include <utility>

#include "core/base/error.h"
#include "core/base/id_bytes.h"
#include "core/base/status_macros.h"
#include "core/sqlite/transaction.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace opgang {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

namespace {

template <typename IdType>
IdType IdOf(std::string_view bytes) {
  return IdType::FromBytes(bytes).value_or(IdType());
}

ReplicaState ReplicaFrom(const sqlite::Statement& row, int first) {
  ReplicaState replica;
  replica.id = IdOf<ReplicaId>(row.Blob(first));
  replica.store = IdOf<StoreId>(row.Blob(first + 1));
  replica.token = std::string(row.Blob(first + 2));
  replica.previous_token = std::string(row.Blob(first + 3));
  replica.last_sync_us = row.Int(first + 4);
  replica.unsent_count = static_cast<uint32_t>(row.Int(first + 5));
  replica.nearest_due_us = row.Int(first + 6);
  replica.last_earliest_us = row.Int(first + 7);
  replica.retired = row.Int(first + 8) != 0;
  return replica;
}

// As protobuf writes a field of bytes; an empty one is not written.
void AppendField(int number, std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;
  std::array<uint8_t, 16> head;
  uint8_t* end =
      WireFormatLite::WriteTagToArray(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED, head.data());
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(bytes.size()), end);
  out.append(reinterpret_cast<const char*>(head.data()), static_cast<size_t>(end - head.data()));
  out.append(bytes);
}

constexpr char kReplicaColumns[] =
    "r.replica_id, r.store_id, r.token, r.previous_token, r.last_sync_us, r.unsent_count, r.nearest_due_us,"
    " r.last_earliest_us, r.retired";

}  // namespace

// A v1::SealedMutation with these two fields, written without making one.
std::string PackLogContent(std::string_view envelope, std::string_view payload) {
  std::string packed;
  packed.reserve(envelope.size() + payload.size() + 16);
  AppendField(v1::SealedMutation::kEnvelopeFieldNumber, envelope, packed);
  AppendField(v1::SealedMutation::kSealedPayloadFieldNumber, payload, packed);
  return packed;
}

bool UnpackLogContent(std::string_view packed, std::string& envelope, std::string& payload) {
  v1::SealedMutation content;
  if (!content.ParseFromArray(packed.data(), static_cast<int>(packed.size()))) return false;
  envelope = content.envelope();
  payload = content.sealed_payload();
  return true;
}

absl::StatusOr<std::string> SqliteBaseQueries::Meta(std::string_view key) {
  ASSIGN_OR_RETURN(auto query, db_.Prepare("SELECT value FROM meta WHERE key = ?"));
  query.BindText(1, key);
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return MakeError(ErrorCode::kNotFound, "no such entry in meta");
  return std::string(query.Blob(0));
}

absl::StatusOr<uint64_t> SqliteBaseQueries::NewestRev() {
  ASSIGN_OR_RETURN(const std::string text, Meta("newest_rev"));
  uint64_t rev = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), rev);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return rev;
  return MakeError(ErrorCode::kDamaged, "the newest rev is no number");
}

absl::StatusOr<std::string> SqliteBaseQueries::OpenRow(std::string_view table, std::string_view id,
                                                       uint64_t rev, std::string_view sealed,
                                                       std::string_view subject) {
  const std::string binding = RowBinding(table, id, rev, kRowFormat);
  if (subject.empty()) return Open(key_, sealed, binding);
  if (citizens_ == nullptr) return MakeError(ErrorCode::kNotFound, "the citizens' keys are not here");
  ASSIGN_OR_RETURN(const SecretBytes key, citizens_->KeyOf(subject));
  return Open(key, sealed, binding);
}

absl::StatusOr<v1::Record> SqliteBaseQueries::OpenRecord(std::string_view id, uint64_t rev,
                                                         std::string_view sealed, std::string_view subject) {
  ASSIGN_OR_RETURN(const std::string bytes, OpenRow("records", id, rev, sealed, subject));
  v1::Record record;
  if (!record.ParseFromString(bytes)) return MakeError(ErrorCode::kDamaged, "a record row does not parse");
  return record;
}

absl::StatusOr<std::optional<StoreAccount>> SqliteBaseQueries::FindStore(StoreId id) {
  ASSIGN_OR_RETURN(auto query,
                   db_.Prepare(std::string(kStoreColumns) + " FROM stores s WHERE s.store_id = ?"));
  query.BindBlob(1, id.ToBytes());
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return AccountFrom(query);
}

absl::StatusOr<std::vector<Area>> SqliteBaseQueries::Areas() {
  ASSIGN_OR_RETURN(auto rows,
                   db_.Prepare("SELECT area_id, sealed_name, municipality_id FROM areas ORDER BY area_id"));
  std::vector<Area> areas;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return areas;
    ASSIGN_OR_RETURN(std::string name, OpenRow("areas", rows.Blob(0), 0, rows.Blob(1)));
    areas.push_back({IdOf<AreaId>(rows.Blob(0)), std::move(name),
                     MunicipalityId::FromBytes(rows.Blob(2)).value_or(kDefaultMunicipality)});
  }
}

absl::StatusOr<std::optional<ReplicaState>> SqliteBaseQueries::FindReplica(ReplicaId id) {
  ASSIGN_OR_RETURN(auto query, db_.Prepare("SELECT " + std::string(kReplicaColumns) +
                                           " FROM replicas r WHERE r.replica_id = ?"));
  query.BindBlob(1, id.ToBytes());
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return ReplicaFrom(query, 0);
}

absl::StatusOr<std::vector<std::pair<StoreAccount, ReplicaState>>> SqliteBaseQueries::Devices() {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare(std::string(kStoreColumns) + ", " + kReplicaColumns +
                                          " FROM stores s JOIN replicas r ON r.store_id = s.store_id"
                                          " WHERE s.enrolled_us > 0 AND (r.replica_id = s.replica_id OR"
                                          " (s.twin_since_us > 0 AND r.retired = 0 AND r.last_sync_us > 0))"
                                          " ORDER BY r.last_sync_us, s.store_id"));
  std::vector<std::pair<StoreAccount, ReplicaState>> devices;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return devices;
    devices.emplace_back(AccountFrom(rows), ReplicaFrom(rows, kStoreColumnCount));
  }
}

absl::StatusOr<std::optional<StoredRecord>> SqliteBaseQueries::FindRecord(RecordId id) {
  ASSIGN_OR_RETURN(auto query,
                   db_.Prepare("SELECT type, subject, rev, sealed FROM records WHERE record_id = ?"));
  query.BindBlob(1, BytesOf(id));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found || query.Blob(3).empty()) return std::nullopt;  // unknown, or erased
  StoredRecord record;
  record.id = id;
  record.type = static_cast<uint32_t>(query.Int(0));
  record.subject = IdOf<RecordId>(query.Blob(1));
  record.rev = static_cast<uint64_t>(query.Int(2));
  ASSIGN_OR_RETURN(record.record, OpenRecord(BytesOf(id), record.rev, query.Blob(3), query.Blob(1)));
  ASSIGN_OR_RETURN(record.scopes, ScopesOf(id));
  return record;
}

absl::Status SqliteBaseQueries::ForEachRecord(const Scope& scope, bool (*is_wanted)(uint32_t type),
                                              const std::function<void(StoredRecord&&)>& take) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT r.record_id, r.subject, r.rev, r.type, r.sealed FROM feed f"
                                          " JOIN records r ON r.record_id = f.record_id"
                                          " WHERE f.scope = ? AND f.change = ? ORDER BY f.record_id"));
  rows.BindBlob(1, scope.ToKey()).BindInt(2, v1::FEED_CHANGE_PUT);
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return absl::OkStatus();
    StoredRecord record;
    record.type = static_cast<uint32_t>(rows.Int(3));
    if (!is_wanted(record.type)) continue;
    record.id = IdOf<RecordId>(rows.Blob(0));
    record.subject = IdOf<RecordId>(rows.Blob(1));
    record.rev = static_cast<uint64_t>(rows.Int(2));
    ASSIGN_OR_RETURN(record.record, OpenRecord(rows.Blob(0), record.rev, rows.Blob(4), rows.Blob(1)));
    take(std::move(record));
  }
}

absl::StatusOr<std::vector<StoredRecord>> SqliteBaseQueries::RecordsOfType(const Scope& scope,
                                                                           uint32_t type) {
  ASSIGN_OR_RETURN(auto rows,
                   db_.Prepare("SELECT r.record_id, r.subject, r.rev, r.sealed FROM feed f"
                               " JOIN records r ON r.record_id = f.record_id"
                               " WHERE f.scope = ? AND f.change = ? AND r.type = ? ORDER BY r.record_id"));
  rows.BindBlob(1, scope.ToKey()).BindInt(2, v1::FEED_CHANGE_PUT).BindInt(3, type);
  std::vector<StoredRecord> records;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return records;
    StoredRecord record;
    record.id = IdOf<RecordId>(rows.Blob(0));
    record.type = type;
    record.subject = IdOf<RecordId>(rows.Blob(1));
    record.rev = static_cast<uint64_t>(rows.Int(2));
    ASSIGN_OR_RETURN(record.record, OpenRecord(rows.Blob(0), record.rev, rows.Blob(3), rows.Blob(1)));
    ASSIGN_OR_RETURN(record.scopes, ScopesOf(record.id));
    records.push_back(std::move(record));
  }
}

absl::StatusOr<std::optional<Fate>> SqliteBaseQueries::ReadFate(sqlite::Statement& row) {
  ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return std::nullopt;
  Fate fate;
  fate.intent = IdOf<IntentId>(row.Blob(0));
  fate.replica = IdOf<ReplicaId>(row.Blob(1));
  fate.seq = static_cast<uint64_t>(row.Int(2));
  fate.digest = std::string(row.Blob(3));
  const std::string_view verdict = row.Blob(4);
  if (!fate.verdict.ParseFromArray(verdict.data(), static_cast<int>(verdict.size()))) {
    return MakeError(ErrorCode::kDamaged, "a verdict in the log does not parse");
  }
  if (!row.Blob(5).empty()) fate.told.emplace().ParseFromString(std::string(row.Blob(5)));
  return fate;
}

absl::StatusOr<std::optional<Fate>> SqliteBaseQueries::FateOf(IntentId intent) {
  ASSIGN_OR_RETURN(auto query, db_.Prepare("SELECT intent_id, replica_id, seq, digest, verdict, told FROM log"
                                           " WHERE intent_id = ?"));
  query.BindBlob(1, BytesOf(intent));
  return ReadFate(query);
}

absl::StatusOr<std::optional<IntentId>> SqliteBaseQueries::QuarantinedCreate(RecordId record) {
  ASSIGN_OR_RETURN(auto query,
                   db_.Prepare("SELECT intent_id FROM quarantine WHERE record_id = ? AND is_create = 1"));
  query.BindBlob(1, record.ToBytes());
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return IntentId::FromBytes(query.Blob(0));
}

absl::StatusOr<std::vector<v1::Verdict>> SqliteBaseQueries::ChangedFates(StoreId store, int64_t since_us) {
  ASSIGN_OR_RETURN(auto rows,
                   db_.Prepare("SELECT DISTINCT l.intent_id,"
                               " CASE l.told WHEN x'' THEN l.verdict ELSE l.told END FROM fate_changes c"
                               " JOIN log l ON l.intent_id = c.intent_id"
                               " JOIN replicas r ON r.replica_id = l.replica_id"
                               " WHERE c.at_us >= ? AND r.store_id = ? ORDER BY c.change_id"));
  rows.BindInt(1, since_us).BindBlob(2, store.ToBytes());
  std::vector<v1::Verdict> verdicts;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return verdicts;
    if (!verdicts.emplace_back().ParseFromString(std::string(rows.Blob(1)))) {
      return MakeError(ErrorCode::kDamaged, "a verdict in the log does not parse");
    }
  }
}

absl::StatusOr<std::vector<QuarantinedMutation>> SqliteBaseQueries::Quarantine(std::optional<IntentId> only) {
  ASSIGN_OR_RETURN(
      auto rows,
      db_.Prepare("SELECT q.intent_id, q.record_id, q.record_type, q.opened, q.queue_key_id,"
                  " q.wrapped_for_base, l.replica_id, l.seq, l.digest, l.verdict, l.subject, l.author,"
                  " l.received_us, l.sealed, l.earliest_us, l.latest_us FROM quarantine q JOIN log l ON "
                  "l.intent_id = q.intent_id"
                  " WHERE ?1 IS NULL OR q.intent_id = ?1 ORDER BY l.received_us, l.seq"));
  if (only.has_value()) {
    rows.BindBlob(1, only->ToBytes());
  } else {
    rows.BindNull(1);
  }
  std::vector<QuarantinedMutation> items;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return items;
    QuarantinedMutation item;
    item.record_type = static_cast<uint32_t>(rows.Int(2));
    item.opened = rows.Int(3) != 0;
    item.queue_key_id = std::string(rows.Blob(4));
    item.wrapped_for_base = std::string(rows.Blob(5));
    LoggedMutation& logged = item.mutation;
    logged.fate.intent = IdOf<IntentId>(rows.Blob(0));
    logged.fate.replica = IdOf<ReplicaId>(rows.Blob(6));
    logged.fate.seq = static_cast<uint64_t>(rows.Int(7));
    logged.fate.digest = std::string(rows.Blob(8));
    const std::string verdict(rows.Blob(9));
    logged.fate.verdict.ParseFromString(verdict);
    logged.record = IdOf<RecordId>(rows.Blob(1));
    logged.subject = IdOf<RecordId>(rows.Blob(10));
    logged.author = std::string(rows.Text(11));
    logged.received_us = rows.Int(12);
    logged.recorded.set_earliest_us(rows.Int(14));
    logged.recorded.set_latest_us(rows.Int(15));
    ASSIGN_OR_RETURN(const std::string packed, OpenRow("log", rows.Blob(0), 0, rows.Blob(13), rows.Blob(10)));
    if (!UnpackLogContent(packed, logged.envelope, logged.payload)) {
      return MakeError(ErrorCode::kDamaged, "a log row does not parse");
    }
    items.push_back(std::move(item));
  }
}

// About a citizen whose key was destroyed since this image was made, or where no citizen's key is at hand.
bool SqliteBaseQueries::MayBeUnreadable(std::string_view subject) const {
  if (subject.empty()) return false;
  return citizens_ == nullptr || citizens_->IsDestroyed(subject);
}

absl::Status SqliteBaseQueries::CheckRecords(BaseReader::Soundness& result) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT record_id, rev, sealed, subject FROM records"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return absl::OkStatus();
    ++result.records;
    if (key_.empty() || rows.Blob(2).empty() || MayBeUnreadable(rows.Blob(3))) continue;
    if (OpenRecord(rows.Blob(0), static_cast<uint64_t>(rows.Int(1)), rows.Blob(2), rows.Blob(3)).ok())
      continue;
    result.problems.push_back("record " + IdOf<RecordId>(rows.Blob(0)).ToString() + " cannot be opened");
  }
}

absl::Status SqliteBaseQueries::CheckLog(BaseReader::Soundness& result) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT intent_id, sealed, subject FROM log"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return absl::OkStatus();
    ++result.mutations;
    if (key_.empty() || rows.Blob(1).empty() || MayBeUnreadable(rows.Blob(2))) continue;
    if (OpenRow("log", rows.Blob(0), 0, rows.Blob(1), rows.Blob(2)).ok()) continue;
    result.problems.push_back("mutation " + IdOf<IntentId>(rows.Blob(0)).ToString() + " cannot be opened");
  }
}

absl::StatusOr<BaseReader::Soundness> SqliteBaseQueries::Check() {
  ASSIGN_OR_RETURN(auto snapshot, sqlite::Transaction::BeginRead(db_));
  BaseReader::Soundness result;
  ASSIGN_OR_RETURN(auto integrity, db_.Prepare("PRAGMA integrity_check"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, integrity.Step());
    if (!more) break;
    if (integrity.Text(0) != "ok") result.problems.push_back("database: " + std::string(integrity.Text(0)));
  }
  RETURN_IF_ERROR(CheckRecords(result));
  RETURN_IF_ERROR(CheckLog(result));
  RETURN_IF_ERROR(CheckSums(result));
  RETURN_IF_ERROR(CheckReferences(result));
  return result;
}

absl::Status SqliteBaseQueries::CheckReferences(BaseReader::Soundness& result) {
  ASSIGN_OR_RETURN(result.quarantined, db_.QueryInt("SELECT count(*) FROM quarantine"));
  ASSIGN_OR_RETURN(const int64_t orphans,
                   db_.QueryInt("SELECT count(*) FROM feed f LEFT JOIN records r ON r.record_id = f.record_id"
                                " WHERE r.record_id IS NULL OR f.rev > r.rev"));
  if (orphans > 0) result.problems.push_back(std::to_string(orphans) + " feed rows point at no record");
  ASSIGN_OR_RETURN(
      const int64_t strays,
      db_.QueryInt("SELECT count(*) FROM quarantine q LEFT JOIN log l ON l.intent_id = q.intent_id"
                   " WHERE l.intent_id IS NULL"));
  if (strays > 0)
    result.problems.push_back(std::to_string(strays) + " quarantined mutations are not in the log");
  ASSIGN_OR_RETURN(
      const int64_t unseated,
      db_.QueryInt("SELECT count(*) FROM records r LEFT JOIN seats s ON s.seat_id = r.record_id"
                   " WHERE r.type = " +
                   std::to_string(v1::RecordBody::kSeat) + " AND s.seat_id IS NULL AND r.sealed <> x''"));
  if (unseated > 0) result.problems.push_back(std::to_string(unseated) + " seats are counted in no meeting");
  ASSIGN_OR_RETURN(const uint64_t newest, NewestRev());
  ASSIGN_OR_RETURN(const int64_t highest, db_.QueryInt("SELECT coalesce(max(rev), 0) FROM records"));
  if (highest > static_cast<int64_t>(newest))
    result.problems.push_back("a record is newer than the newest rev");
  return absl::OkStatus();
}

}  // namespace opgang
