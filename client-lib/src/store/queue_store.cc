#include "client-lib/src/store/queue_store.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "client-lib/src/store/schema.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/base/wire_fields.h"
#include "core/sealing/sealing.h"
#include "core/sqlite/transaction.h"

namespace opgang {
namespace {

constexpr char kReadRow[] =
    "SELECT seq, intent_id, envelope, key_id, sealed_payload, state, rev, code, field, settled, why, checksum"
    " FROM mutations WHERE position = ?1";
constexpr char kWriteRow[] =
    "INSERT OR REPLACE INTO mutations(position, seq, intent_id, envelope, key_id, sealed_payload, state, "
    "rev, code,"
    " field, settled, why, checksum) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

// What a verdict or the confirmed copy changes of a row; the rest is as it was captured.
constexpr char kChangeRow[] =
    "UPDATE mutations SET seq = ?2, state = ?3, rev = ?4, code = ?5, field = ?6, settled = ?7, why = ?8,"
    " checksum = ?9 WHERE position = ?1";

bool SameContent(const QueueRow& a, const QueueRow& b) {
  return a.intent_id == b.intent_id && a.key_id == b.key_id && a.envelope == b.envelope &&
         a.sealed_payload == b.sealed_payload;
}

void AppendNumber(std::string& bytes, uint64_t number) {
  std::array<char, 8> text;
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(number >> (8 * i));
  bytes.append(text.data(), text.size());
}

void AppendBytes(std::string& bytes, std::string_view part) {
  AppendNumber(bytes, part.size());
  bytes.append(part);
}

// 32 bytes, not a secret: the checksum tells damage, and what it covers is sealed or clear anyway.
const SecretBytes& ChecksumKey() {
  static const auto* key = new SecretBytes("opgang device checksum version 1");
  return *key;
}

}  // namespace

uint32_t QueueRow::record_type() const {
  uint64_t type = 0;
  const bool sound = ForEachField(envelope, [&](const WireField& field) {
    if (field.number == v1::MutationEnvelope::kRecordTypeFieldNumber) type = field.value;
  });
  return sound ? static_cast<uint32_t>(type) : 0;
}

v1::Bundle QueueRow::bundle() const {
  std::string_view content;
  const bool sound = ForEachField(envelope, [&](const WireField& field) {
    if (field.number == v1::MutationEnvelope::kBundleFieldNumber) content = field.content;
  });
  v1::Bundle bundle;
  const bool parsed = sound && bundle.ParseFromArray(content.data(), static_cast<int>(content.size()));
  if (!parsed) bundle.Clear();
  return bundle;
}

std::string BytesChecksum(std::string_view bytes) { return KeyedDigest(ChecksumKey(), bytes, 16); }

std::string RowChecksum(const QueueRow& row) {
  std::string bytes;
  bytes.reserve(row.envelope.size() + row.sealed_payload.size() + 160);
  for (const uint64_t number :
       {static_cast<uint64_t>(row.position), row.seq, static_cast<uint64_t>(row.state), row.rev,
        static_cast<uint64_t>(row.code), static_cast<uint64_t>(row.field), static_cast<uint64_t>(row.settled),
        static_cast<uint64_t>(row.why)}) {
    AppendNumber(bytes, number);
  }
  for (const std::string* part : {&row.intent_id, &row.envelope, &row.key_id, &row.sealed_payload}) {
    AppendBytes(bytes, *part);
  }
  return BytesChecksum(bytes);
}

absl::StatusOr<std::unique_ptr<QueueStore>> QueueStore::Open(const std::string& path,
                                                             const std::string& vfs) {
  sqlite::DatabaseOptions options;
  options.path = path;
  options.application_id = kQueueApplicationId;
  options.migrations = kQueueMigrations;
  options.secure_delete = true;
  options.most_log_pages = kMostLogPages;
  options.vfs = vfs;
  ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(options));
  auto store = std::unique_ptr<QueueStore>(new QueueStore(std::move(db)));
  RETURN_IF_ERROR(store->Load());
  return store;
}

// In one transaction, or SQLite takes and gives back its locks for each row.
absl::Status QueueStore::Load() {
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginRead(*db_));
  RETURN_IF_ERROR(LoadState());
  RETURN_IF_ERROR(LoadKeys());
  return LoadRows();
}

absl::Status QueueStore::LoadState() {
  ASSIGN_OR_RETURN(auto statement, db_->Prepare("SELECT bytes, checksum FROM state ORDER BY copy"));
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return absl::OkStatus();
    const std::string bytes(statement.Blob(0));
    if (statement.Blob(1) == BytesChecksum(bytes) && state_.ParseFromString(bytes)) return absl::OkStatus();
    state_.Clear();
  }
}

absl::Status QueueStore::LoadKeys() {
  ASSIGN_OR_RETURN(auto statement,
                   db_->Prepare("SELECT key_id, wrapped_for_base, wrapped_for_store FROM queue_keys"));
  std::map<std::string, v1::QueueKey> keys;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) break;
    v1::QueueKey key;
    key.set_queue_key_id(std::string(statement.Blob(0)));
    key.set_wrapped_for_base(std::string(statement.Blob(1)));
    key.set_wrapped_for_store(std::string(statement.Blob(2)));
    keys[key.queue_key_id()] = std::move(key);
  }
  keys_ = std::move(keys);
  return absl::OkStatus();
}

absl::Status QueueStore::LoadRows() {
  ASSIGN_OR_RETURN(const auto positions,
                   Positions("SELECT position FROM mutations INDEXED BY mutations_live WHERE state <> 3"));
  for (const int64_t position : positions) Remember(ReadRow(position));
  ASSIGN_OR_RETURN(const int64_t last, db_->QueryInt("SELECT coalesce(max(position), 0) FROM mutations"));
  next_position_ = last + 1;
  // Where both copies of the state were damaged, no seq is given twice all the same.
  for (const auto& [position, row] : live_) {
    if (row.damaged || row.seq < state_.next_seq()) continue;
    state_.set_next_seq(row.seq + 1);
  }
  if (state_.next_seq() == 0) state_.set_next_seq(1);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> QueueStore::Positions(std::string_view sql) {
  ASSIGN_OR_RETURN(auto statement, db_->Prepare(sql));
  return PositionsIn(statement);
}

absl::StatusOr<std::vector<int64_t>> QueueStore::PositionsIn(sqlite::Statement& rows) {
  std::vector<int64_t> positions;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return positions;
    positions.push_back(rows.Int(0));
  }
}

QueueRow QueueStore::ReadRow(int64_t position) {
  QueueRow row;
  row.position = position;
  row.damaged = true;
  auto statement = db_->Prepare(kReadRow);
  if (!statement.ok()) return row;
  const auto found = statement->BindInt(1, position).Step();
  if (!found.ok() || !*found) return row;
  row.seq = static_cast<uint64_t>(statement->Int(0));
  row.intent_id = std::string(statement->Blob(1));
  row.envelope = std::string(statement->Blob(2));
  row.key_id = std::string(statement->Blob(3));
  row.sealed_payload = std::string(statement->Blob(4));
  row.state = static_cast<RowState>(statement->Int(5));
  row.rev = static_cast<uint64_t>(statement->Int(6));
  row.code = static_cast<int>(statement->Int(7));
  row.field = static_cast<uint32_t>(statement->Int(8));
  row.settled = statement->Int(9) != 0;
  row.why = static_cast<WhyQueued>(statement->Int(10));
  row.damaged = statement->Blob(11) != RowChecksum(row);
  return row;
}

const QueueRow* QueueStore::FindByIntent(std::string_view intent_id) const {
  const auto found = by_intent_.find(std::string(intent_id));
  return found == by_intent_.end() ? nullptr : found->second;
}

const QueueStore::Places& QueueStore::In(RowState state) const {
  static const auto* none = new Places;
  const auto found = in_state_.find(state);
  return found == in_state_.end() ? *none : found->second;
}

void QueueStore::Remember(const QueueRow& row) {
  const auto known = live_.find(row.position);
  const bool only_its_fate = known != live_.end() && !known->second.damaged && !row.damaged &&
                             row.state != RowState::kKept && SameContent(known->second, row);
  if (only_its_fate) {
    in_state_[known->second.state].erase({known->second.seq, row.position});
    in_state_[row.state].emplace(row.seq, row.position);
    known->second = row;
    return;
  }
  Forget(row.position);
  if (row.state == RowState::kKept && !row.damaged) return;
  const QueueRow& kept = live_[row.position] = row;
  if (row.damaged) return;
  by_intent_[row.intent_id] = &kept;
  in_state_[row.state].emplace(row.seq, row.position);
}

void QueueStore::Forget(int64_t position) {
  const auto found = live_.find(position);
  if (found == live_.end()) return;
  const QueueRow& row = found->second;
  if (!row.damaged) {
    by_intent_.erase(row.intent_id);
    in_state_[row.state].erase({row.seq, position});
  }
  live_.erase(found);
}

const v1::QueueKey* QueueStore::FindKey(const std::string& key_id) const {
  const auto found = keys_.find(key_id);
  return found == keys_.end() ? nullptr : &found->second;
}

absl::Status QueueStore::WriteRow(const QueueRow& row) {
  const auto before = live_.find(row.position);
  if (before != live_.end() && !before->second.damaged && SameContent(before->second, row)) {
    RETURN_IF_ERROR(ChangeRow(row));
    if (db_->changes() > 0) return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(auto statement, db_->Prepare(kWriteRow));
  return statement.BindInt(1, row.position)
      .BindInt(2, static_cast<int64_t>(row.seq))
      .BindBlob(3, row.intent_id)
      .BindBlob(4, row.envelope)
      .BindBlob(5, row.key_id)
      .BindBlob(6, row.sealed_payload)
      .BindInt(7, static_cast<int>(row.state))
      .BindInt(8, static_cast<int64_t>(row.rev))
      .BindInt(9, row.code)
      .BindInt(10, row.field)
      .BindInt(11, row.settled ? 1 : 0)
      .BindInt(12, static_cast<int>(row.why))
      .BindBlob(13, RowChecksum(row))
      .Run();
}

absl::Status QueueStore::ChangeRow(const QueueRow& row) {
  ASSIGN_OR_RETURN(auto statement, db_->Prepare(kChangeRow));
  return statement.BindInt(1, row.position)
      .BindInt(2, static_cast<int64_t>(row.seq))
      .BindInt(3, static_cast<int>(row.state))
      .BindInt(4, static_cast<int64_t>(row.rev))
      .BindInt(5, row.code)
      .BindInt(6, row.field)
      .BindInt(7, row.settled ? 1 : 0)
      .BindInt(8, static_cast<int>(row.why))
      .BindBlob(9, RowChecksum(row))
      .Run();
}

absl::Status QueueStore::WriteState(const v1::QueueState& state) {
  const std::string bytes = state.SerializeAsString();
  ASSIGN_OR_RETURN(auto statement,
                   db_->Prepare("INSERT OR REPLACE INTO state(copy, bytes, checksum) VALUES(?1, ?2, ?3)"));
  statement.BindBlob(2, bytes).BindBlob(3, BytesChecksum(bytes));
  RETURN_IF_ERROR(statement.BindInt(1, 1).Run());
  return statement.BindInt(1, 2).Run();
}

absl::Status QueueStore::Commit(const QueueWrite& write) {
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  for (const v1::QueueKey& key : write.keys) {
    ASSIGN_OR_RETURN(auto statement, db_->Prepare("INSERT OR IGNORE INTO queue_keys VALUES(?1, ?2, ?3)"));
    statement.BindBlob(1, key.queue_key_id())
        .BindBlob(2, key.wrapped_for_base())
        .BindBlob(3, key.wrapped_for_store());
    RETURN_IF_ERROR(statement.Run());
  }
  for (const QueueRow& row : write.rows) RETURN_IF_ERROR(WriteRow(row));
  for (const int64_t position : write.removed) {
    ASSIGN_OR_RETURN(auto statement, db_->Prepare("DELETE FROM mutations WHERE position = ?1"));
    RETURN_IF_ERROR(statement.BindInt(1, position).Run());
  }
  if (write.state) RETURN_IF_ERROR(WriteState(*write.state));
  RETURN_IF_ERROR(transaction.Commit());

  for (const v1::QueueKey& key : write.keys) keys_.emplace(key.queue_key_id(), key);
  for (const QueueRow& row : write.rows) {
    next_position_ = std::max(next_position_, row.position + 1);
    Remember(row);
  }
  for (const int64_t position : write.removed) Forget(position);
  if (write.state) state_ = *write.state;
  // It happened, whatever becomes of the checkpoint: a later one, at the latest on close, wipes the rest.
  if (!write.removed.empty()) (void)db_->Checkpoint();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<QueueRow>> QueueStore::KeptRows() {
  ASSIGN_OR_RETURN(const auto positions,
                   Positions("SELECT position FROM mutations WHERE state = 3 ORDER BY position"));
  std::vector<QueueRow> rows;
  for (const int64_t position : positions) {
    QueueRow row = ReadRow(position);
    if (!row.damaged) rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<std::optional<QueueRow>> QueueStore::FindAnswered(uint64_t seq) {
  const Places& places = In(RowState::kAcknowledged);
  const auto found = places.lower_bound({seq, INT64_MIN});
  if (found != places.end() && found->first == seq) return live_.at(found->second);
  ASSIGN_OR_RETURN(auto kept, db_->Prepare("SELECT position FROM mutations WHERE state = 3 AND seq = ?1"));
  ASSIGN_OR_RETURN(const auto positions, PositionsIn(kept.BindInt(1, static_cast<int64_t>(seq))));
  for (const int64_t position : positions) {
    QueueRow row = ReadRow(position);
    if (!row.damaged) return row;
  }
  return std::nullopt;
}

std::set<std::string> QueueStore::DamagedSubjects(size_t most) const {
  std::set<std::string> subjects;
  for (const auto& [position, row] : live_) {
    if (!row.damaged || subjects.size() >= most) continue;
    const std::string subject = row.ParsedEnvelope().subject_id();
    if (RecordId::FromBytes(subject).has_value()) subjects.insert(subject);
  }
  return subjects;
}

absl::Status QueueStore::BringUpDamagedKept() {
  ASSIGN_OR_RETURN(const auto kept, Positions("SELECT position FROM mutations WHERE state = 3"));
  std::vector<int64_t> damaged;
  for (const int64_t position : kept) {
    if (ReadRow(position).damaged) damaged.push_back(position);
  }
  return BringUp(damaged);
}

// Only the state is written: where it was all that was wrong, the row is whole again; else the checksum goes on saying that
// it is damaged.
absl::Status QueueStore::BringUp(const std::vector<int64_t>& positions) {
  if (positions.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  for (const int64_t position : positions) {
    ASSIGN_OR_RETURN(auto statement, db_->Prepare("UPDATE mutations SET state = 1 WHERE position = ?1"));
    RETURN_IF_ERROR(statement.BindInt(1, position).Run());
  }
  RETURN_IF_ERROR(transaction.Commit());
  for (const int64_t position : positions) Remember(ReadRow(position));
  return absl::OkStatus();
}

absl::Status QueueStore::DropKeptUpTo(uint64_t horizon, const std::set<std::string>& except_key_ids) {
  if (horizon == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto never_answered,
                   Positions("SELECT position FROM mutations WHERE state = 3 AND rev = 0"));
  RETURN_IF_ERROR(BringUp(never_answered));
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  ASSIGN_OR_RETURN(auto rows, db_->Prepare("DELETE FROM mutations WHERE state = 3 AND rev <= ?1"));
  RETURN_IF_ERROR(rows.BindInt(1, static_cast<int64_t>(horizon)).Run());
  RETURN_IF_ERROR(DropUnusedKeys(except_key_ids));
  RETURN_IF_ERROR(transaction.Commit());
  return LoadKeys();
}

absl::Status QueueStore::DropUnusedKeys(const std::set<std::string>& except_key_ids) {
  std::vector<std::string> unused;
  {
    ASSIGN_OR_RETURN(auto keys, db_->Prepare("SELECT key_id FROM queue_keys WHERE key_id NOT IN"
                                             " (SELECT key_id FROM mutations)"));
    for (;;) {
      ASSIGN_OR_RETURN(const bool row, keys.Step());
      if (!row) break;
      unused.emplace_back(keys.Blob(0));
    }
  }
  for (const std::string& id : unused) {
    if (except_key_ids.contains(id)) continue;
    ASSIGN_OR_RETURN(auto drop, db_->Prepare("DELETE FROM queue_keys WHERE key_id = ?1"));
    RETURN_IF_ERROR(drop.BindBlob(1, id).Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::set<std::string>> QueueStore::KeysOnlyOf(
    const std::function<bool(const QueueRow&)>& closed) {
  ASSIGN_OR_RETURN(const auto positions, Positions("SELECT position FROM mutations"));
  std::set<std::string> only, others;
  for (const int64_t position : positions) {
    const QueueRow row = ReadRow(position);
    (closed(row) ? only : others).insert(row.key_id);
  }
  std::erase_if(only, [&](const std::string& id) {
    const auto key = keys_.find(id);
    const bool open = key != keys_.end() && !key->second.wrapped_for_store().empty();
    return !open || others.contains(id);
  });
  return only;
}

// Whatever was closed before: an earlier try may have been cut between the commit and the emptying of the log.
absl::Status QueueStore::CloseKeys(const std::set<std::string>& key_ids, const v1::QueueState& state) {
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  for (const std::string& id : key_ids) {
    ASSIGN_OR_RETURN(auto close,
                     db_->Prepare("UPDATE queue_keys SET wrapped_for_store = x'' WHERE key_id = ?1"));
    RETURN_IF_ERROR(close.BindBlob(1, id).Run());
  }
  RETURN_IF_ERROR(WriteState(state));
  RETURN_IF_ERROR(transaction.Commit());
  for (const std::string& id : key_ids) keys_[id].clear_wrapped_for_store();
  state_ = state;
  return db_->Checkpoint();
}

absl::Status QueueStore::RemoveAbout(const std::vector<std::string>& ids) {
  const std::set<std::string> wanted(ids.begin(), ids.end());
  ASSIGN_OR_RETURN(const auto positions, Positions("SELECT position FROM mutations"));
  QueueWrite write;
  for (const int64_t position : positions) {
    const v1::MutationEnvelope envelope = ReadRow(position).ParsedEnvelope();
    if (wanted.contains(envelope.subject_id()) || wanted.contains(envelope.record_id())) {
      write.removed.push_back(position);
    }
  }
  // The note may outlive the row that it takes back.
  if (write.removed.empty() && state_.undo_note().empty()) return absl::OkStatus();
  write.state = state_;
  write.state->clear_undo_note();
  return Commit(write);
}

absl::Status QueueStore::NoteErased(const std::vector<v1::Erasure>& erasures, const std::string& epoch) {
  if (erasures.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  for (const v1::Erasure& erasure : erasures) {
    ASSIGN_OR_RETURN(auto note, db_->Prepare("INSERT OR REPLACE INTO erasures(subject_id, proof, epoch)"
                                             " VALUES(?1, ?2, ?3)"));
    RETURN_IF_ERROR(
        note.BindBlob(1, erasure.subject_id()).BindBlob(2, erasure.proof()).BindBlob(3, epoch).Run());
  }
  return transaction.Commit();
}

absl::StatusOr<std::vector<v1::Erasure>> QueueStore::ErasedBefore(const std::string& epoch, int most) {
  ASSIGN_OR_RETURN(auto rows,
                   db_->Prepare("SELECT subject_id, proof FROM erasures WHERE epoch <> ?1 LIMIT ?2"));
  rows.BindBlob(1, epoch).BindInt(2, most);
  std::vector<v1::Erasure> erasures;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return erasures;
    v1::Erasure& erasure = erasures.emplace_back();
    erasure.set_subject_id(std::string(rows.Blob(0)));
    erasure.set_proof(std::string(rows.Blob(1)));
  }
}

}  // namespace opgang
