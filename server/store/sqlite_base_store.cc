#include "server/store/sqlite_base_store.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/database.h"
#include "core/sqlite/durable_file.h"
#include "server/store/citizen_keys.h"
#include "server/store/reads.h"
#include "server/store/sqlite_base_erasure.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"
#include "server/store/sqlite_base_writer.h"

namespace opgang {
namespace {

// A checkpoint makes the writer wait: it syncs twice, and writes a page once however often it was changed since the last. So one is
// made when nothing waits for the writer and 16 MiB are there; and at 64 MiB, whoever waits.
constexpr int kCheckpointPages = 4096;
constexpr int kMostLogPages = 16384;

sqlite::DatabaseOptions DatabaseOptionsFor(const SqliteBaseOptions& options, sqlite::Access access) {
  sqlite::DatabaseOptions database;
  database.path = options.file.string();
  database.application_id = kBaseApplicationId;
  database.migrations = kBaseMigrations;
  database.access = access;
  database.vfs = options.vfs;
  database.most_log_pages = kMostLogPages;
  return database;
}

using SqliteBaseReader = Reads<BaseReader>;

}  // namespace

absl::Status SqliteBaseStore::Start() {
  RETURN_IF_ERROR(db_->Execute("PRAGMA cache_size=-16384"));  // KiB: a decision looks at a dozen places
  auto epoch = queries_.Meta("epoch");
  if (!epoch.ok() && GetErrorCode(epoch.status()) == ErrorCode::kNotFound) return MakeNew();
  if (!epoch.ok()) return epoch.status();
  epoch_ = EpochId::FromBytes(*epoch).value_or(EpochId());
  ASSIGN_OR_RETURN(newest_rev_, NewestRev());
  ASSIGN_OR_RETURN(const BackupFacts facts, queries_.Backup());
  first_write_known_ = facts.first_write_us > 0;
  ASSIGN_OR_RETURN(const std::string check, queries_.Meta("key_check"));
  RETURN_IF_ERROR(queries_.OpenRow("meta", "key_check", 0, check).status());
  RETURN_IF_ERROR(CheckKeyFiles());
  RETURN_IF_ERROR(citizens_->Load(*db_, options_.storage_key));
  RETURN_IF_ERROR(audit_.Load());
  ASSIGN_OR_RETURN(const int64_t referrals, db_->QueryInt("SELECT EXISTS (SELECT 1 FROM referrals)"));
  has_referrals_ = referrals > 0;
  ASSIGN_OR_RETURN(const int64_t quarantined, db_->QueryInt("SELECT EXISTS (SELECT 1 FROM quarantine)"));
  has_quarantine_ = quarantined > 0;
  return LoadErased();
}

void SqliteBaseStore::Rest() { db_->CheckpointAhead(kCheckpointPages); }

absl::Status SqliteBaseStore::MakeNew() {
  epoch_ = EpochId::Make(absl::UnixEpoch(), *options_.random);
  RETURN_IF_ERROR(Begin());
  RETURN_IF_ERROR(PutMeta("epoch", epoch_.ToBytes()));
  RETURN_IF_ERROR(PutMeta("newest_rev", "0"));
  RETURN_IF_ERROR(PutMeta("key_check", SealRow("meta", "key_check", 0, "")));
  RETURN_IF_ERROR(PutMeta("key_slots", citizens_->slots().id()));
  RETURN_IF_ERROR(NoteLedgerFollowed());
  RETURN_IF_ERROR(Commit());
  return citizens_->Load(*db_, options_.storage_key);
}

absl::Status SqliteBaseStore::CheckKeyFiles() {
  ASSIGN_OR_RETURN(const std::string slots, queries_.Meta("key_slots"));
  if (slots != citizens_->slots().id()) {
    return MakeError(ErrorCode::kDamaged,
                     "keys/citizens.keys is missing or another base's; put its newest copy there");
  }
  ASSIGN_OR_RETURN(const int64_t highest, db_->QueryInt("SELECT coalesce(max(slot), -1) FROM data_keys"));
  if (highest >= static_cast<int64_t>(citizens_->slots().count())) {
    return MakeError(ErrorCode::kDamaged,
                     "keys/citizens.keys is older than the base; put its newest copy there");
  }
  ASSIGN_OR_RETURN(const std::string followed, queries_.MetaOr(kLedgerLines, "0"));
  if (!options_.old_ledger && std::stoull(followed) > erased_->lines().size()) {
    return MakeError(ErrorCode::kDamaged,
                     "keys/erased.ledger is older than the base; put its newest copy there");
  }
  return absl::OkStatus();
}

absl::Status SqliteBaseStore::LoadErased() {
  ASSIGN_OR_RETURN(auto rows, db_->Prepare("SELECT record_id FROM records WHERE subject IN"
                                           " (SELECT citizen_id FROM erasures)"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return absl::OkStatus();
    if (const auto id = RecordId::FromBytes(rows.Blob(0))) erased_records_.insert(*id);
  }
}

absl::Status SqliteBaseStore::PutBackup(const BackupEntry& backup) {
  ASSIGN_OR_RETURN(
      auto put, db_->Prepare("INSERT OR REPLACE INTO backups (backup_id, epoch, rev, made_us, receipt_hash,"
                             " confirmed_us, actor) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  put.BindBlob(1, backup.backup_id)
      .BindBlob(2, backup.epoch.ToBytes())
      .BindInt(3, static_cast<int64_t>(backup.rev))
      .BindInt(4, backup.made_us)
      .BindBlob(5, backup.receipt_hash)
      .BindInt(6, backup.confirmed_us)
      .BindText(7, backup.actor);
  return put.Run();
}

absl::Status SqliteBaseStore::PutBackupKey(std::string_view public_key) {
  return PutMeta("backup_key", public_key);
}

absl::Status SqliteBaseStore::BeginEpoch(EpochId epoch, int64_t now_us) {
  RETURN_IF_ERROR(PutMeta("restored_from", epoch_.ToBytes()));
  RETURN_IF_ERROR(PutMeta("restored_rev", std::to_string(newest_rev_)));
  RETURN_IF_ERROR(PutMeta("let_go_rev", "0"));
  RETURN_IF_ERROR(PutMeta("epoch", epoch.ToBytes()));
  // What is there waits for a backup from now on; nothing does where the backup was empty.
  if (newest_rev_ > 0) RETURN_IF_ERROR(PutMeta("first_write_us", std::to_string(now_us)));
  // Slots that are free by this file may have been given in the history that it does not know.
  RETURN_IF_ERROR(PutMeta("slots_from", std::to_string(citizens_->slots().count())));
  RETURN_IF_ERROR(citizens_->Load(*db_, options_.storage_key));
  ASSIGN_OR_RETURN(auto retire, db_->Prepare("UPDATE replicas SET retired = 1"));
  RETURN_IF_ERROR(retire.Run());
  epoch_ = epoch;
  return absl::OkStatus();
}

absl::Status SqliteBaseStore::AcceptLoss() {
  ASSIGN_OR_RETURN(const BackupFacts facts, queries_.Backup());
  return PutMeta("restored_rev", std::to_string(std::max(facts.restored_rev, facts.let_go_rev)));
}

absl::Status SqliteBaseStore::PutMeta(std::string_view key, std::string_view value) {
  ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"));
  return put.BindText(1, key).BindBlob(2, value).Run();
}

absl::StatusOr<std::unique_ptr<BaseReader>> SqliteBaseStore::OpenReader() {
  ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(DatabaseOptionsFor(options_, sqlite::Access::kRead)));
  return std::make_unique<SqliteBaseReader>(std::move(db), options_.storage_key, citizens_);
}

namespace {

std::filesystem::path KeysOf(const SqliteBaseOptions& options) {
  return options.keys.empty() ? options.file.parent_path() / "keys" : options.keys;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BaseStore>> OpenSqliteBaseStore(const SqliteBaseOptions& options) {
  ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(DatabaseOptionsFor(options, sqlite::Access::kWrite)));
  const std::filesystem::path keys = KeysOf(options);
  RETURN_IF_ERROR(MakePrivateDirectory(keys));
  ASSIGN_OR_RETURN(std::shared_ptr<KeySlots> slots, KeySlots::Open(keys / kKeySlotsFile, *options.random));
  ASSIGN_OR_RETURN(auto ledger, ErasureLedger::Open(keys / kErasureLedgerFile, options.storage_key));
  auto store = std::make_unique<SqliteBaseStore>(
      std::move(db), options, std::make_shared<CitizenKeys>(std::move(slots)), std::move(ledger));
  RETURN_IF_ERROR(store->Start());
  return store;
}

namespace {

// Null where the citizens' keys are not at hand: what is about them stays sealed.
absl::StatusOr<std::shared_ptr<CitizenKeys>> CitizensToRead(sqlite::Database& db,
                                                            const SqliteBaseOptions& options) {
  auto slots = KeySlots::OpenToRead(KeysOf(options) / kKeySlotsFile);
  if (!slots.ok() && GetErrorCode(slots.status()) == ErrorCode::kNotFound) return nullptr;
  if (!slots.ok()) return slots.status();
  auto citizens = std::make_shared<CitizenKeys>(*std::move(slots));
  RETURN_IF_ERROR(citizens->Load(db, options.storage_key));
  return citizens;
}

absl::StatusOr<std::unique_ptr<BaseReader>> OpenToRead(const SqliteBaseOptions& options,
                                                       sqlite::Access access) {
  ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(DatabaseOptionsFor(options, access)));
  SqliteBaseQueries queries(*db, options.storage_key, nullptr);
  ASSIGN_OR_RETURN(const std::string check, queries.Meta("key_check"));
  std::shared_ptr<CitizenKeys> citizens;
  if (!options.storage_key.empty()) {
    RETURN_IF_ERROR(queries.OpenRow("meta", "key_check", 0, check).status());
    ASSIGN_OR_RETURN(citizens, CitizensToRead(*db, options));
  }
  return std::make_unique<SqliteBaseReader>(std::move(db), options.storage_key, std::move(citizens));
}

}  // namespace

absl::Status LookAtSqliteBase(const std::filesystem::path& file) {
  SqliteBaseOptions options;
  options.file = file;
  return sqlite::Database::Look(DatabaseOptionsFor(options, sqlite::Access::kWrite));
}

absl::StatusOr<std::unique_ptr<BaseReader>> OpenSqliteBaseImage(const SqliteBaseOptions& options) {
  return OpenToRead(options, sqlite::Access::kImage);
}

absl::StatusOr<std::unique_ptr<BaseReader>> OpenSqliteBaseReader(const SqliteBaseOptions& options) {
  return OpenToRead(options, sqlite::Access::kRead);
}

}  // namespace opgang
