#include "server/store/sqlite_base_store.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/merge/open_conflicts.h"
#include "core/sqlite/database.h"
#include "core/sqlite/durable_file.h"
#include "core/sqlite/transaction.h"
#include "server/store/audit_chain.h"
#include "server/store/citizen_keys.h"
#include "server/store/leaf_ledger.h"
#include "server/store/reads.h"
#include "server/store/sqlite_base_erasure.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"

namespace opgang {
namespace {

sqlite::DatabaseOptions DatabaseOptionsFor(const SqliteBaseOptions& options, sqlite::Access access) {
  sqlite::DatabaseOptions database;
  database.path = options.file.string();
  database.application_id = kBaseApplicationId;
  database.migrations = kBaseMigrations;
  database.access = access;
  database.vfs = options.vfs;
  return database;
}

using SqliteBaseReader = Reads<BaseReader>;

class SqliteBaseStore : public Reads<BaseStore> {
 public:
  SqliteBaseStore(std::unique_ptr<sqlite::Database> db, SqliteBaseOptions options,
                  std::shared_ptr<CitizenKeys> citizens, std::unique_ptr<ErasureLedger> ledger)
      : Reads(std::move(db), options.storage_key, citizens),
        options_(std::move(options)),
        citizens_(std::move(citizens)),
        erased_(std::move(ledger)),
        audit_(
            *db_, options_.storage_key, [this](const std::string& owner) { return KeyFor(owner); },
            *options_.random) {}

  // Reads the epoch and the newest rev, or makes them for a new base. Another storage key opens nothing.
  absl::Status Start() {
    // KiB: a decision looks at a dozen places. Pages, 16 MiB: a checkpoint makes the writer wait, syncs twice, and writes
    // a page once however often it was changed since the last.
    RETURN_IF_ERROR(db_->Execute("PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4096"));
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

  EpochId epoch() const override { return epoch_; }
  uint64_t authority_rev() const override { return authority_rev_; }

  absl::Status Begin() override {
    ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
    transaction_.emplace(std::move(transaction));
    rev_at_begin_ = newest_rev_;
    given_.clear();
    ForgetLooks();
    audit_.Begin();
    return absl::OkStatus();
  }

  absl::Status Commit() override {
    absl::Status status = absl::OkStatus();
    const bool wrote = newest_rev_ != rev_at_begin_;
    if (wrote) status = PutMeta("newest_rev", std::to_string(newest_rev_));
    if (status.ok() && wrote && !first_write_known_)
      status = PutMeta("first_write_us", std::to_string(last_received_us_));
    ledger_.KeepPart();  // what was written outside of any part
    if (status.ok()) status = ledger_.WriteTo(*db_);
    if (status.ok()) status = audit_.Finish();
    if (status.ok()) status = transaction_->Commit();
    if (!status.ok()) newest_rev_ = rev_at_begin_;
    if (!status.ok()) ForgetLooks();
    if (!status.ok()) TakeBackKeys(0);
    if (!status.ok()) audit_.Rollback();
    if (status.ok() && wrote) first_write_known_ = true;
    if (status.ok() && authority_changed_) ++authority_rev_;
    authority_changed_ = false;
    ledger_.Forget();
    transaction_.reset();
    return status;
  }

  bool failed() const override { return db_->failed(); }

  void Rollback() override {
    authority_changed_ = false;
    ledger_.Forget();
    part_.reset();
    transaction_.reset();
    newest_rev_ = rev_at_begin_;
    ForgetLooks();
    TakeBackKeys(0);
    audit_.Rollback();
  }

  absl::Status BeginPart() override {
    ASSIGN_OR_RETURN(auto part, sqlite::Savepoint::Begin(*db_));
    part_.emplace(std::move(part));
    ledger_.KeepPart();
    rev_at_part_ = newest_rev_;
    given_at_part_ = given_.size();
    audit_.BeginPart();
    return absl::OkStatus();
  }

  absl::Status KeepPart() override {
    const absl::Status status = part_->Release();
    part_.reset();
    ledger_.KeepPart();
    return status;
  }

  absl::Status DropPart() override {
    part_.reset();
    ledger_.DropPart();
    newest_rev_ = rev_at_part_;
    ForgetLooks();
    TakeBackKeys(given_at_part_);
    audit_.DropPart();
    return absl::OkStatus();
  }

  absl::StatusOr<uint64_t> NextRev() override { return ++newest_rev_; }

  // A new citizen is looked at for what comes with her.
  absl::StatusOr<std::optional<StoredRecord>> FindRecord(RecordId id) override {
    const auto fresh = new_citizens_.find(id);
    if (fresh != new_citizens_.end()) return fresh->second;
    return queries_.FindRecord(id);
  }

  // A new citizen has stood nowhere else.
  absl::StatusOr<std::vector<Scope>> FormerScopesOf(RecordId id) override {
    if (new_citizens_.contains(id)) return std::vector<Scope>();
    return queries_.FormerScopesOf(id);
  }

  absl::StatusOr<std::optional<IntentId>> QuarantinedCreate(RecordId record) override {
    if (!has_quarantine_) return std::nullopt;
    return queries_.QuarantinedCreate(record);
  }

  absl::StatusOr<uint64_t> NextSeq(ReplicaId replica) override {
    ASSIGN_OR_RETURN(auto query, db_->Prepare("SELECT max(seq) FROM log WHERE replica_id = ?"));
    query.BindBlob(1, replica.ToBytes());
    ASSIGN_OR_RETURN(const bool found, query.Step());
    return found ? static_cast<uint64_t>(query.Int(0)) + 1 : 1;
  }

  absl::Status AppendLog(const LoggedMutation& mutation) override {
    ASSIGN_OR_RETURN(
        auto insert,
        db_->Prepare("INSERT INTO log (intent_id, replica_id, seq, digest, verdict, record_id, subject,"
                     " author, received_us, sealed, earliest_us, latest_us, told)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    const std::string id = mutation.fate.intent.ToBytes();
    last_received_us_ = mutation.received_us;
    std::string sealed;  // of what was erased there is nothing to seal
    if (!mutation.fate.verdict.has_erased()) {
      ASSIGN_OR_RETURN(sealed, SealAbout(mutation.subject.ToBytes(), "log", id, 0,
                                         PackLogContent(mutation.envelope, mutation.payload)));
    }
    audit_.Pin(
        {id, mutation.fate.replica.ToBytes(), mutation.fate.seq, mutation.author, mutation.received_us});
    insert.BindBlob(1, id)
        .BindBlob(2, mutation.fate.replica.ToBytes())
        .BindInt(3, static_cast<int64_t>(mutation.fate.seq))
        .BindBlob(4, mutation.fate.digest)
        .BindBlob(5, mutation.fate.verdict.SerializeAsString())
        .BindBlob(6, mutation.record.ToBytes())
        .BindBlob(7, mutation.subject.ToBytes())
        .BindText(8, mutation.author)
        .BindInt(9, mutation.received_us)
        .BindBlob(10, sealed)
        .BindInt(11, mutation.recorded.earliest_us())
        .BindInt(12, mutation.recorded.latest_us())
        .BindBlob(13, mutation.fate.told.has_value() ? mutation.fate.told->SerializeAsString() : "");
    return insert.Run();
  }

  absl::Status PutRecord(const StoredRecord& record) override {
    const std::string id = record.id.ToBytes();
    const std::string bytes = record.record.SerializeAsString();
    ASSIGN_OR_RETURN(const bool is_new, PutRecordRow(record, id, bytes));
    RETURN_IF_ERROR(PutSeatRows(*db_, record));
    for (const Scope& scope : record.left) {
      RETURN_IF_ERROR(PutFeedRow(scope, id, is_new, record.rev, v1::FEED_CHANGE_LEAVE));
    }
    for (const Scope& scope : record.scopes) {
      if (record.record.deleted()) {
        RETURN_IF_ERROR(PutFeedRow(scope, id, is_new, record.rev, v1::FEED_CHANGE_DELETE));
        continue;
      }
      const Sum128 sum =
          RowSum(SumKeyOf(scope), {id, record.type, record.rev, record.subject.ToBytes(), bytes});
      RETURN_IF_ERROR(PutFeedRow(scope, id, is_new, record.rev, v1::FEED_CHANGE_PUT, sum));
    }
    NoteNew(record, is_new);
    return absl::OkStatus();
  }

  absl::Status PutQuarantine(const QuarantinedMutation& item) override {
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

  absl::Status RemoveQuarantine(IntentId intent) override {
    ASSIGN_OR_RETURN(auto remove, db_->Prepare("DELETE FROM quarantine WHERE intent_id = ?"));
    return remove.BindBlob(1, intent.ToBytes()).Run();
  }

  absl::Status ChangeFate(IntentId intent, const v1::Verdict& verdict,
                          const FateDecision& decision) override {
    ASSIGN_OR_RETURN(auto note,
                     db_->Prepare("INSERT INTO fate_changes (intent_id, actor, at_us, kind, reason,"
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

  absl::Status PutRevMark(int64_t at_us) override {
    ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO rev_marks (at_us, rev) VALUES (?, ?)"));
    return put.BindInt(1, at_us).BindInt(2, static_cast<int64_t>(newest_rev_)).Run();
  }

  absl::StatusOr<uint64_t> MarkedRev(int64_t at_us) override {
    ASSIGN_OR_RETURN(auto query, db_->Prepare("SELECT max(rev) FROM rev_marks WHERE at_us <= ?"));
    RETURN_IF_ERROR(query.BindInt(1, at_us).Step().status());
    return static_cast<uint64_t>(query.Int(0));  // NULL reads as 0
  }

  // The numbers are written out so that SQLite takes the index of tombstones.
  absl::Status DropTombstones(uint64_t floor) override {
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

  absl::Status PutStaff(const StaffMember& staff) override {
    authority_changed_ = true;
    return PutStaffRow(*db_, staff);
  }

  absl::Status PutFormerRole(std::string_view staff_code, const FormerRole& role) override {
    return PutFormerRoleRow(*db_, staff_code, role);
  }

  absl::Status PutStore(const StoreAccount& account) override {
    authority_changed_ |= account.is_revoked();
    return PutStoreRow(*db_, account);
  }

  absl::Status PutMunicipality(const Municipality& municipality) override {
    ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT INTO municipalities (municipality_id, sealed_name)"
                                            " VALUES (?, ?)"));
    const std::string id = municipality.id.ToBytes();
    return put.BindBlob(1, id).BindBlob(2, SealRow("municipalities", id, 0, municipality.name)).Run();
  }

  absl::Status PutStolenWord(IntentId intent, const v1::StolenWord& word) override {
    return PutStolenWordRow(*db_, intent, word);
  }

  absl::Status DropStolenWord(IntentId intent) override {
    ASSIGN_OR_RETURN(auto drop, db_->Prepare("DELETE FROM stolen_words WHERE intent_id = ?"));
    return drop.BindBlob(1, intent.ToBytes()).Run();
  }

  absl::Status PutOpened(const QuarantinedMutation& item) override {
    const std::string id = item.mutation.fate.intent.ToBytes();
    ASSIGN_OR_RETURN(auto content, db_->Prepare("UPDATE log SET sealed = ?2 WHERE intent_id = ?1"));
    const std::string packed = PackLogContent(item.mutation.envelope, item.mutation.payload);
    ASSIGN_OR_RETURN(const std::string sealed,
                     SealAbout(item.mutation.subject.ToBytes(), "log", id, 0, packed));
    RETURN_IF_ERROR(content.BindBlob(1, id).BindBlob(2, sealed).Run());
    v1::MutationPayload payload;
    const bool is_create =
        payload.ParseFromString(item.mutation.payload) && payload.action() == v1::MUTATION_ACTION_CREATE;
    ASSIGN_OR_RETURN(auto mark,
                     db_->Prepare("UPDATE quarantine SET opened = 1, is_create = ?2 WHERE intent_id = ?1"));
    return mark.BindBlob(1, id).BindInt(2, is_create).Run();
  }

  absl::Status PutReplica(const ReplicaState& replica) override {
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

  absl::Status PutArea(const Area& area) override {
    ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO areas (area_id, municipality_id,"
                                            " sealed_name) VALUES (?, ?, ?)"));
    const std::string id = area.id.ToBytes();
    return put.BindBlob(1, id)
        .BindBlob(2, area.municipality.ToBytes())
        .BindBlob(3, SealRow("areas", id, 0, area.name))
        .Run();
  }

  absl::Status PutGrant(std::string_view staff_code, const StoredGrant& grant) override {
    authority_changed_ = true;
    return PutGrantRow(*db_, staff_code, grant);
  }

  absl::Status PutFormerGrant(std::string_view staff_code, const StoredGrant& grant) override {
    return PutFormerGrantRow(*db_, staff_code, grant);
  }

  absl::Status PutLease(const LeaseEntry& entry) override {
    ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO leases (replica_id, meeting_id, granted,"
                                            " promised, returned) VALUES (?, ?, ?, ?, ?)"));
    return put.BindBlob(1, entry.replica.ToBytes())
        .BindBlob(2, entry.meeting.ToBytes())
        .BindInt(3, entry.lease.granted)
        .BindInt(4, entry.lease.promised)
        .BindInt(5, entry.lease.returned)
        .Run();
  }

  absl::Status DropLease(ReplicaId replica, RecordId meeting) override {
    ASSIGN_OR_RETURN(auto drop, db_->Prepare("DELETE FROM leases WHERE replica_id = ? AND meeting_id = ?"));
    return drop.BindBlob(1, replica.ToBytes()).BindBlob(2, meeting.ToBytes()).Run();
  }

  absl::Status PutHolding(ReplicaId replica, const Holding& holding) override {
    ASSIGN_OR_RETURN(auto put,
                     db_->Prepare("INSERT OR REPLACE INTO holdings (replica_id, scope, told_us, removed_us)"
                                  " VALUES (?, ?, ?, ?)"));
    put.BindBlob(1, replica.ToBytes())
        .BindBlob(2, holding.scope.ToKey())
        .BindInt(3, holding.told_us)
        .BindInt(4, holding.removed_us);
    return put.Run();
  }

  absl::Status PutReferral(const Referral& referral) override {
    has_referrals_ = true;
    ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO referrals (intent_id, author, citizen_id,"
                                            " received_us, taken_up_us, sealed) VALUES (?, ?, ?, ?, ?, ?)"));
    const v1::ReferralReceipt& receipt = referral.receipt;
    ASSIGN_OR_RETURN(
        const std::string sealed,
        SealAbout(receipt.citizen_id(), "referrals", receipt.intent_id(), 0, receipt.SerializeAsString()));
    put.BindBlob(1, receipt.intent_id())
        .BindText(2, referral.author)
        .BindBlob(3, receipt.citizen_id())
        .BindInt(4, receipt.received_us())
        .BindInt(5, receipt.taken_up_us())
        .BindBlob(6, sealed);
    return put.Run();
  }

  // Only where the referral took effect: what was kept back may name a citizen whom its author never met.
  absl::Status NoteTakenUp(RecordId citizen, std::string_view author, int64_t at_us) override {
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

  absl::Status PutBackup(const BackupEntry& backup) override {
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

  absl::Status PutBackupKey(std::string_view public_key) override {
    return PutMeta("backup_key", public_key);
  }

  absl::Status BeginEpoch(EpochId epoch, int64_t now_us) override {
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

  absl::Status AcceptLoss() override {
    ASSIGN_OR_RETURN(const BackupFacts facts, queries_.Backup());
    return PutMeta("restored_rev", std::to_string(std::max(facts.restored_rev, facts.let_go_rev)));
  }

  absl::Status NoteLetGo(uint64_t rev) override { return PutMeta("let_go_rev", std::to_string(rev)); }

  absl::Status Audit(std::string_view actor, std::string_view action, std::string_view about,
                     int64_t at_us) override {
    AuditUse use;
    use.note.set_actor(std::string(actor));
    use.note.set_action(v1::AUDIT_ACTION_ADMINISTERED);
    use.note.set_detail(std::string(action));
    use.note.set_about(std::string(about));
    use.note.set_at_us(at_us);
    return audit_.Append(use);
  }

  absl::Status AuditUsed(const AuditUse& use) override { return audit_.Append(use); }
  absl::Status AuditLook(const AuditUse& use) override { return audit_.Look(use); }
  absl::Status AuditDeviceUse(const AuditUse& use, const std::vector<std::string>& links) override {
    return audit_.AppendDeviceUse(use, links);
  }
  absl::StatusOr<bool> KnowsUse(std::string_view link) override { return HoldsUse(*db_, link); }
  absl::StatusOr<UseChainState> FindUseChain(std::string_view chain_id) override {
    return ReadUseChain(*db_, chain_id);
  }
  absl::Status PutUseChain(const UseChainState& state) override { return WriteUseChain(*db_, state); }

  absl::StatusOr<v1::ExpireAuditResponse> ExpireAudit(int before_month, std::string_view actor,
                                                      int64_t now_us, bool apply) override {
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

  bool IsErased(RecordId id) const override { return erased_->Holds(id) || erased_records_.contains(id); }
  bool has_erasures() const override { return !erased_->lines().empty(); }
  const ErasureLedger& ledger() const override { return *erased_; }
  v1::Erasure ErasureOf(RecordId citizen) const override { return queries_.ErasureOf(citizen.ToBytes()); }

  absl::Status NoteInLedger(RecordId citizen, ErasureLine line) override {
    line.slots = citizens_->AllSlotsOf(citizen.ToBytes());
    RETURN_IF_ERROR(erased_->Append(citizen, std::move(line)));
    begun_.insert(citizen);
    return absl::OkStatus();
  }

  absl::Status EraseContents(RecordId citizen, const ErasureLine& line, uint64_t rev,
                             std::set<Scope>& touched) override {
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

  absl::Status DestroyErasedKeys() override {
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
  absl::StatusOr<std::vector<RecordId>> ErasuresToFinish() override {
    if (!looked_for_unfinished_) {
      ASSIGN_OR_RETURN(const std::vector<RecordId> left, FindUnfinishedErasures());
      begun_.insert(left.begin(), left.end());
      looked_for_unfinished_ = true;
    }
    return std::vector<RecordId>(begun_.begin(), begun_.end());
  }

  absl::StatusOr<std::vector<RecordId>> FindUnfinishedErasures() {
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

  absl::Status NoteLedgerFollowed() override {
    begun_.clear();
    return PutMeta(kLedgerLines, std::to_string(erased_->lines().size()));
  }

  absl::Status NoteHeeded(ReplicaId replica, RecordId citizen, int64_t at_us) override {
    return NoteErasureHeeded(*db_, replica, citizen, at_us);
  }

  absl::Status ForgetHeeded(ReplicaId replica) override {
    ASSIGN_OR_RETURN(auto forget, db_->Prepare("DELETE FROM erasure_heeded WHERE replica_id = ?"));
    return forget.BindBlob(1, replica.ToBytes()).Run();
  }

  absl::Status PutPersonRequest(const v1::PersonRequest& request) override {
    return opgang::PutPersonRequest(*db_, request);
  }

  absl::Status PutRetentionPeriod(const v1::RetentionPeriod& period) override {
    return opgang::PutRetentionPeriod(*db_, period);
  }

  absl::StatusOr<std::unique_ptr<BaseReader>> OpenReader() override {
    ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(DatabaseOptionsFor(options_, sqlite::Access::kRead)));
    return std::make_unique<SqliteBaseReader>(std::move(db), options_.storage_key, citizens_);
  }

 private:
  absl::Status MakeNew() {
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

  // A key file or a ledger from before would give a wrong key, or bring somebody back.
  absl::Status CheckKeyFiles() {
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

  absl::Status LoadErased() {
    ASSIGN_OR_RETURN(auto rows, db_->Prepare("SELECT record_id FROM records WHERE subject IN"
                                             " (SELECT citizen_id FROM erasures)"));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) return absl::OkStatus();
      if (const auto id = RecordId::FromBytes(rows.Blob(0))) erased_records_.insert(*id);
    }
  }

  // The key of a citizen or of a month; given where there is none yet, in this transaction.
  absl::StatusOr<SecretBytes> KeyFor(const std::string& owner) {
    auto known = citizens_->KeyOf(owner);
    if (known.ok() || citizens_->SlotOf(owner).has_value()) return known;
    ASSIGN_OR_RETURN(const uint32_t slot, citizens_->Assign(owner, *options_.random));
    given_.push_back(owner);
    ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT INTO data_keys (owner, slot) VALUES (?, ?)"));
    RETURN_IF_ERROR(put.BindBlob(1, owner).BindInt(2, slot).Run());
    return citizens_->KeyOf(owner);
  }

  // KeyFor(), for one citizen's rows that come one behind the other in this transaction.
  absl::StatusOr<const SecretBytes*> KeyAtHand(const std::string& owner) {
    if (at_hand_.first == owner) return &at_hand_.second;
    ASSIGN_OR_RETURN(at_hand_.second, KeyFor(owner));
    at_hand_.first = owner;
    return &at_hand_.second;
  }

  void TakeBackKeys(size_t keep) {
    for (size_t i = keep; i < given_.size(); ++i) citizens_->Forget(given_[i]);
    given_.resize(std::min(keep, given_.size()));
  }

  // Looked up in this transaction, or known from what it wrote.
  void ForgetLooks() {
    queries_.RememberStanding();
    new_citizens_.clear();
    at_hand_ = {};
  }

  void NoteNew(const StoredRecord& record, bool is_new) {
    new_citizens_.erase(record.id);
    if (!is_new || !record.left.empty()) return;
    const std::set<Scope> scopes(record.scopes.begin(), record.scopes.end());
    queries_.KnowStanding(record.id, {scopes.begin(), scopes.end()});
    if (record.type != static_cast<uint32_t>(RecordType::kCitizen)) return;
    StoredRecord& known = new_citizens_[record.id] = record;
    known.scopes.assign(scopes.begin(), scopes.end());
  }

  absl::StatusOr<std::vector<int>> MonthsBefore(int month) {
    ASSIGN_OR_RETURN(auto rows, db_->Prepare("SELECT month FROM audit GROUP BY month HAVING month < ?"));
    rows.BindInt(1, month);
    std::vector<int> months;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) return months;
      months.push_back(static_cast<int>(rows.Int(0)));
    }
  }

  // Whatever of these months is still there, because the clock had run backwards, can be read no longer either.
  absl::Status DestroyMonths(const std::vector<int>& months) {
    std::vector<uint32_t> slots;
    for (const int month : months) {
      const auto of_month = citizens_->AllSlotsOf(AuditMonthOwner(month));
      slots.insert(slots.end(), of_month.begin(), of_month.end());
    }
    RETURN_IF_ERROR(citizens_->slots().Destroy(slots));
    const absl::Status wiped = db_->Checkpoint();
    return GetErrorCodeOr(wiped) == ErrorCode::kStoreBusy ? absl::OkStatus() : wiped;
  }

  static ErrorCode GetErrorCodeOr(const absl::Status& status) {
    return status.ok() ? ErrorCode::kInternal : GetErrorCode(status);
  }

  absl::Status PutMeta(std::string_view key, std::string_view value) {
    ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"));
    return put.BindText(1, key).BindBlob(2, value).Run();
  }

  // True: the record was not here. `bytes`: the record, serialized.
  absl::StatusOr<bool> PutRecordRow(const StoredRecord& record, std::string_view id, std::string_view bytes) {
    ASSIGN_OR_RETURN(const std::string sealed,
                     SealAbout(record.subject.ToBytes(), "records", id, record.rev, bytes));
    ASSIGN_OR_RETURN(auto insert, db_->Prepare("INSERT INTO records (record_id, type, subject, rev, sealed,"
                                               " open) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"));
    insert.BindBlob(1, id)
        .BindInt(2, record.type)
        .BindBlob(3, record.subject.ToBytes())
        .BindInt(4, static_cast<int64_t>(record.rev))
        .BindBlob(5, sealed)
        .BindInt(6, HasOpenConflict(record.record));
    RETURN_IF_ERROR(insert.Run());
    if (db_->changes() > 0) return true;
    ASSIGN_OR_RETURN(
        auto update,
        db_->Prepare("UPDATE records SET rev = ?2, sealed = ?3, open = ?4 WHERE record_id = ?1"));
    update.BindBlob(1, id)
        .BindInt(2, static_cast<int64_t>(record.rev))
        .BindBlob(3, sealed)
        .BindInt(4, HasOpenConflict(record.record));
    RETURN_IF_ERROR(update.Run());
    return false;
  }

  // The one place that writes the feed: the leaf sums follow it. A new record has no row there yet. `sum`: of PUT, and of
  // PUT only.
  absl::Status PutFeedRow(const Scope& scope, std::string_view record_id, bool is_new, uint64_t rev,
                          v1::FeedChange change, const std::optional<Sum128>& sum = std::nullopt) {
    const RecordId id = RecordId::FromBytes(record_id).value_or(RecordId());
    queries_.ForgetStanding(id);
    std::optional<Sum128> before;
    if (!is_new) {
      ASSIGN_OR_RETURN(before, SumInFeed(scope, record_id));
    }
    if (before.has_value()) ledger_.Remove(scope, id, *before);
    if (sum.has_value()) ledger_.Add(scope, id, *sum);
    ASSIGN_OR_RETURN(
        auto put,
        db_->Prepare("INSERT INTO feed (scope, record_id, rev, change, row_sum) VALUES (?, ?, ?, ?, ?)"
                     " ON CONFLICT (scope, record_id) DO UPDATE SET rev = excluded.rev,"
                     " change = excluded.change, row_sum = excluded.row_sum"));
    return put.BindBlob(1, scope.ToKey())
        .BindBlob(2, record_id)
        .BindInt(3, static_cast<int64_t>(rev))
        .BindInt(4, change)
        .BindBlob(5, sum.has_value() ? sum->ToBytes() : "")
        .Run();
  }

  // What the leaf sums hold of this record.
  absl::StatusOr<std::optional<Sum128>> SumInFeed(const Scope& scope, std::string_view record_id) {
    ASSIGN_OR_RETURN(auto row, db_->Prepare("SELECT row_sum FROM feed WHERE scope = ? AND record_id = ?"));
    ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, scope.ToKey()).BindBlob(2, record_id).Step());
    if (!found) return std::nullopt;
    return Sum128::FromBytes(row.Blob(0));
  }

  const SecretBytes& SumKeyOf(const Scope& scope) {
    const auto known = sum_keys_.find(scope);
    if (known != sum_keys_.end()) return known->second;
    return sum_keys_.emplace(scope, ScopeSumKey(options_.storage_key, scope)).first->second;
  }

  std::string SealRow(std::string_view table, std::string_view id, uint64_t rev, std::string_view plain) {
    return Seal(options_.storage_key, plain, RowBinding(table, id, rev, kRowFormat), *options_.random);
  }

  // Under the key of the citizen that it is about; `subject` empty: under the storage key.
  absl::StatusOr<std::string> SealAbout(const std::string& subject, std::string_view table,
                                        std::string_view id, uint64_t rev, std::string_view plain) {
    if (subject.empty()) return SealRow(table, id, rev, plain);
    ASSIGN_OR_RETURN(const SecretBytes* key, KeyAtHand(subject));
    return Seal(*key, plain, RowBinding(table, id, rev, kRowFormat), *options_.random);
  }

  SqliteBaseOptions options_;
  const std::shared_ptr<CitizenKeys> citizens_;
  const std::unique_ptr<ErasureLedger> erased_;
  std::set<RecordId> erased_records_;
  std::set<RecordId> begun_;  // erasures that the ledger names and that may not be brought about yet
  bool looked_for_unfinished_ = false;
  AuditChain audit_;
  std::vector<std::string> given_;  // owners that got a key in this transaction
  std::pair<std::string, SecretBytes>
      at_hand_;  // the owner whose key was used last in this transaction, and the key
  size_t given_at_part_ = 0;
  EpochId epoch_;
  uint64_t newest_rev_ = 0;
  uint64_t rev_at_begin_ = 0;
  uint64_t rev_at_part_ = 0;
  LeafLedger ledger_;
  std::map<Scope, SecretBytes> sum_keys_;
  int64_t last_received_us_ = 0;
  std::map<RecordId, StoredRecord> new_citizens_;  // of this transaction, as they are stored
  bool first_write_known_ = false;
  bool has_referrals_ = false;      // or had some
  bool has_quarantine_ = false;     // the same
  bool authority_changed_ = false;  // in this transaction
  std::atomic<uint64_t> authority_rev_ = 1;
  std::optional<sqlite::Transaction> transaction_;
  std::optional<sqlite::Savepoint> part_;
};

}  // namespace

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
