#include "tests/simulation/audit.h"

#include <filesystem>
#include <utility>

#include "client-lib/src/store/schema.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/store/key_slots.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"
#include "tests/simulation/sim_disk.h"

namespace opgang::simulation {
namespace {

absl::StatusOr<std::unique_ptr<sqlite::Database>> Look(const std::string& path, uint32_t application_id,
                                                       std::span<const std::string_view> migrations) {
  sqlite::DatabaseOptions options;
  options.path = path;
  options.application_id = application_id;
  options.migrations = migrations;
  options.access = sqlite::Access::kRead;
  options.busy_timeout = absl::ZeroDuration();
  options.vfs = kVfs;
  return sqlite::Database::Open(options);
}

template <typename IdType>
IdType IdOf(std::string_view bytes) {
  return IdType::FromBytes(bytes).value_or(IdType());
}

// Calls `take` for each row.
template <typename Take>
absl::Status ForEachRow(sqlite::Database& db, std::string_view sql, Take&& take) {
  ASSIGN_OR_RETURN(auto rows, db.Prepare(sql));
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return absl::OkStatus();
    take(rows);
  }
}

}  // namespace

void TabletAudit::Close() {
  queue_.reset();
  confirmed_.reset();
}

absl::Status TabletAudit::ReadQueue() {
  if (queue_ == nullptr) {
    ASSIGN_OR_RETURN(queue_, Look(queue_path_, kQueueApplicationId, kQueueMigrations));
  }
  rows_.clear();
  RETURN_IF_ERROR(ForEachRow(*queue_,
                             "SELECT m.intent_id, m.seq, m.state, m.rev, m.settled, m.envelope,"
                             " coalesce(k.wrapped_for_store = x'', 0) FROM mutations m LEFT JOIN queue_keys "
                             "k ON k.key_id = m.key_id",
                             [&](const sqlite::Statement& row) {
                               v1::MutationEnvelope envelope;
                               envelope.ParseFromString(std::string(row.Blob(5)));
                               std::set<Scope> scopes;
                               for (const v1::ScopeId& id : envelope.scopes())
                                 scopes.insert(Scope::FromProto(id).value_or(Scope()));
                               rows_[IdOf<IntentId>(row.Blob(0))] = {
                                   static_cast<uint64_t>(row.Int(1)),
                                   static_cast<RowState>(row.Int(2)),
                                   static_cast<uint64_t>(row.Int(3)),
                                   row.Int(4) != 0,
                                   IdOf<RecordId>(envelope.record_id()),
                                   IdOf<RecordId>(envelope.subject_id()),
                                   Scope::FromProto(envelope.scopes(0)).value_or(Scope()),
                                   std::move(scopes),
                                   row.Int(6) != 0};
                             }));
  return ForEachRow(*queue_, "SELECT bytes FROM state WHERE copy = 1",
                    [&](const sqlite::Statement& row) { state_.ParseFromString(std::string(row.Blob(0))); });
}

absl::StatusOr<TabletAudit::Confirmed> TabletAudit::ReadConfirmed(const SecretBytes& row_key) {
  if (confirmed_ == nullptr) {
    ASSIGN_OR_RETURN(confirmed_, Look(confirmed_path_, kConfirmedApplicationId, kConfirmedMigrations));
  }
  Confirmed confirmed;
  RETURN_IF_ERROR(ForEachRow(
      *confirmed_, "SELECT record_id, rev, stale, sealed FROM records", [&](const sqlite::Statement& row) {
        const auto rev = static_cast<uint64_t>(row.Int(1));
        auto opened = opgang::Open(row_key, row.Blob(3), RowBinding("records", row.Blob(0), rev, 1));
        confirmed.records[IdOf<RecordId>(row.Blob(0))] = {rev, row.Int(2) != 0,
                                                          opened.ok() ? *std::move(opened) : ""};
      }));
  RETURN_IF_ERROR(ForEachRow(*confirmed_, "SELECT scope, record_id FROM memberships WHERE left_rev = 0",
                             [&](const sqlite::Statement& row) {
                               const auto scope = Scope::FromKey(row.Blob(0)).value_or(Scope());
                               confirmed.members[scope].insert(IdOf<RecordId>(row.Blob(1)));
                             }));
  RETURN_IF_ERROR(
      ForEachRow(*confirmed_, "SELECT scope, rev, sweeping FROM cursors", [&](const sqlite::Statement& row) {
        const auto scope = Scope::FromKey(row.Blob(0)).value_or(Scope());
        confirmed.cursors[scope] = static_cast<uint64_t>(row.Int(1));
        if (row.Int(2) != 0) confirmed.sweeping.insert(scope);
      }));
  return confirmed;
}

void BaseAudit::StartAnew() {
  db_.reset();
  entries_.clear();
  index_.clear();
  quarantined_.clear();
  last_row_ = last_change_ = 0;
  citizens_.clear();
}

const BaseAudit::Entry* BaseAudit::Find(IntentId intent) const {
  const auto found = index_.find(intent);
  return found == index_.end() ? nullptr : &entries_[found->second];
}

absl::Status BaseAudit::Read(const std::string& epoch) {
  if (db_ == nullptr) {
    ASSIGN_OR_RETURN(db_, Look(path_, kBaseApplicationId, kBaseMigrations));
  }
  RETURN_IF_ERROR(ReadLog());
  RETURN_IF_ERROR(ReadChanges());
  RETURN_IF_ERROR(ReadQuarantine());
  RETURN_IF_ERROR(ReadPlacements(placements_[epoch]));
  return ForEachRow(
      *db_, "SELECT value FROM meta WHERE key = 'newest_rev'",
      [&](const sqlite::Statement& row) { newest_rev_ = std::stoull(std::string(row.Blob(0))); });
}

// What seals what is about this citizen; about nobody: the storage key.
absl::StatusOr<SecretBytes> BaseAudit::KeyFor(std::string_view subject) {
  if (subject.empty()) return key_;
  const auto known = citizens_.find(std::string(subject));
  if (known != citizens_.end()) return known->second;
  ASSIGN_OR_RETURN(auto row, db_->Prepare("SELECT slot FROM data_keys WHERE owner = ?1"));
  ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, subject).Step());
  if (!found) return MakeError(ErrorCode::kDamaged, "a citizen has no key");
  const auto keys = std::filesystem::path(path_).parent_path() / "keys" / kKeySlotsFile;
  ASSIGN_OR_RETURN(const auto slots, KeySlots::OpenToRead(keys));
  ASSIGN_OR_RETURN(SecretBytes key, slots->Key(static_cast<uint32_t>(row.Int(0))));
  return citizens_.emplace(subject, std::move(key)).first->second;
}

// The log only grows; its verdicts change beside it (ReadChanges).
absl::Status BaseAudit::ReadLog() {
  ASSIGN_OR_RETURN(auto rows,
                   db_->Prepare("SELECT rowid, intent_id, replica_id, seq, digest, verdict, record_id,"
                                " subject, author, received_us, earliest_us, latest_us, sealed, told"
                                " FROM log WHERE rowid > ?1 ORDER BY rowid"));
  rows.BindInt(1, last_row_);
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return absl::OkStatus();
    last_row_ = rows.Int(0);
    Entry entry;
    LoggedMutation& logged = entry.logged;
    logged.fate.intent = IdOf<IntentId>(rows.Blob(1));
    logged.fate.replica = IdOf<ReplicaId>(rows.Blob(2));
    logged.fate.seq = static_cast<uint64_t>(rows.Int(3));
    logged.fate.digest = std::string(rows.Blob(4));
    logged.fate.verdict.ParseFromString(std::string(rows.Blob(5)));
    logged.record = IdOf<RecordId>(rows.Blob(6));
    logged.subject = IdOf<RecordId>(rows.Blob(7));
    logged.author = std::string(rows.Text(8));
    logged.received_us = rows.Int(9);
    logged.recorded.set_earliest_us(rows.Int(10));
    logged.recorded.set_latest_us(rows.Int(11));
    if (!rows.Blob(13).empty()) logged.fate.told.emplace().ParseFromString(std::string(rows.Blob(13)));
    if (!rows.Blob(12).empty()) {  // else erased
      ASSIGN_OR_RETURN(const SecretBytes key, KeyFor(rows.Blob(7)));
      ASSIGN_OR_RETURN(const std::string packed,
                       opgang::Open(key, rows.Blob(12), RowBinding("log", rows.Blob(1), 0, kRowFormat)));
      if (!UnpackLogContent(packed, logged.envelope, logged.payload)) {
        return MakeError(ErrorCode::kDamaged, "a log row does not parse");
      }
    }
    entry.place = static_cast<int>(entries_.size());
    index_[logged.fate.intent] = entries_.size();
    entries_.push_back(std::move(entry));
  }
}

absl::Status BaseAudit::ReadChanges() {
  ASSIGN_OR_RETURN(auto rows, db_->Prepare("SELECT change_id, intent_id, new_verdict FROM fate_changes"
                                           " WHERE change_id > ?1 ORDER BY change_id"));
  rows.BindInt(1, last_change_);
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return absl::OkStatus();
    last_change_ = rows.Int(0);
    const auto found = index_.find(IdOf<IntentId>(rows.Blob(1)));
    if (found == index_.end()) return MakeError(ErrorCode::kDamaged, "a changed fate is of no mutation");
    Entry& entry = entries_[found->second];
    entry.decided = true;
    entry.logged.fate.verdict.ParseFromString(std::string(rows.Blob(2)));
  }
}

absl::Status BaseAudit::ReadQuarantine() {
  quarantined_.clear();
  return ForEachRow(*db_, "SELECT intent_id, opened FROM quarantine", [&](const sqlite::Statement& row) {
    const auto intent = IdOf<IntentId>(row.Blob(0));
    quarantined_.insert(intent);
    if (const auto found = index_.find(intent); found != index_.end()) {
      entries_[found->second].opened = row.Int(1) != 0;
    }
  });
}

// The feed keeps the newest place only; what devices may have heard of those before is kept here.
absl::Status BaseAudit::ReadPlacements(std::map<RecordId, Placements>& placements) {
  ASSIGN_OR_RETURN(const auto feed, ReadFeedRows());
  for (const auto& [scope, rows] : feed) {
    for (const auto& [record, row] : rows) {
      std::vector<FeedRow>& heard = placements[record][scope];
      if (heard.empty() || heard.back().rev != row.rev) heard.push_back(row);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<Scope, std::map<RecordId, BaseAudit::FeedRow>>> BaseAudit::ReadFeedRows() {
  std::map<Scope, std::map<RecordId, FeedRow>> feed;
  constexpr std::string_view kRows =
      "SELECT scope, feed.record_id, feed.rev, change, coalesce(subject, x'')"
      " FROM feed LEFT JOIN records ON records.record_id = feed.record_id";
  RETURN_IF_ERROR(ForEachRow(*db_, kRows, [&](const sqlite::Statement& row) {
    const auto scope = Scope::FromKey(row.Blob(0)).value_or(Scope());
    feed[scope][IdOf<RecordId>(row.Blob(1))] = {.rev = static_cast<uint64_t>(row.Int(2)),
                                                .change = static_cast<int>(row.Int(3)),
                                                .subject = IdOf<RecordId>(row.Blob(4))};
  }));
  return feed;
}

}  // namespace opgang::simulation
