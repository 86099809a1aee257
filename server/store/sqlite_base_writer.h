// The one writer of base.db. What is on disk: sqlite_base_schema.h; what each call promises: base_store.h.
#ifndef OPGANG_SERVER_STORE_SQLITE_BASE_WRITER_H_
#define OPGANG_SERVER_STORE_SQLITE_BASE_WRITER_H_

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/error.h"
#include "core/checksum/scope_sum.h"
#include "core/sqlite/database.h"
#include "core/sqlite/transaction.h"
#include "server/store/audit_chain.h"
#include "server/store/citizen_keys.h"
#include "server/store/erasure_ledger.h"
#include "server/store/leaf_ledger.h"
#include "server/store/reads.h"
#include "server/store/sqlite_base_store.h"

namespace opgang {

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
  absl::Status Start();

  // Transactions, parts of them, and what is known until their end: sqlite_base_transaction.cc
  absl::Status Begin() override;
  absl::Status Commit() override;
  bool failed() const override { return db_->failed(); }
  void Rest() override;
  void Rollback() override;
  absl::Status BeginPart() override;
  absl::Status KeepPart() override;
  absl::Status DropPart() override;
  absl::StatusOr<uint64_t> NextRev() override { return ++newest_rev_; }

  // Mutations, records and the feed: sqlite_base_records.cc
  absl::StatusOr<std::optional<StoredRecord>> FindRecord(RecordId id) override;
  absl::StatusOr<std::vector<Scope>> FormerScopesOf(RecordId id) override;
  absl::StatusOr<std::optional<IntentId>> QuarantinedCreate(RecordId record) override;
  absl::StatusOr<uint64_t> NextSeq(ReplicaId replica) override;
  absl::Status AppendLog(const LoggedMutation& mutation) override;
  absl::Status PutRecord(const StoredRecord& record) override;
  absl::Status PutQuarantine(const QuarantinedMutation& item) override;
  absl::Status RemoveQuarantine(IntentId intent) override;
  absl::Status PutOpened(const QuarantinedMutation& item) override;
  absl::Status ChangeFate(IntentId intent, const v1::Verdict& verdict, const FateDecision& decision) override;
  absl::Status PutStolenWord(IntentId intent, const v1::StolenWord& word) override;
  absl::Status DropStolenWord(IntentId intent) override;
  absl::Status PutRevMark(int64_t at_us) override;
  absl::StatusOr<uint64_t> MarkedRev(int64_t at_us) override;
  absl::Status DropTombstones(uint64_t floor) override;

  // Who, what and where: sqlite_base_accounts.cc
  absl::Status PutStaff(const StaffMember& staff) override;
  absl::Status PutFormerRole(std::string_view staff_code, const FormerRole& role) override;
  absl::Status PutStore(const StoreAccount& account) override;
  absl::Status PutMunicipality(const Municipality& municipality) override;
  absl::Status PutReplica(const ReplicaState& replica) override;
  absl::Status PutArea(const Area& area) override;
  absl::Status PutGrant(std::string_view staff_code, const StoredGrant& grant) override;
  absl::Status PutFormerGrant(std::string_view staff_code, const StoredGrant& grant) override;
  absl::Status PutLease(const LeaseEntry& entry) override;
  absl::Status DropLease(ReplicaId replica, RecordId meeting) override;
  absl::Status PutHolding(ReplicaId replica, const Holding& holding) override;
  absl::Status PutReferral(const Referral& referral) override;
  absl::Status NoteTakenUp(RecordId citizen, std::string_view author, int64_t at_us) override;
  absl::Status PutPersonRequest(const v1::PersonRequest& request) override;
  absl::Status PutRetentionPeriod(const v1::RetentionPeriod& period) override;

  // Of the base as a whole: sqlite_base_store.cc
  EpochId epoch() const override { return epoch_; }
  uint64_t authority_rev() const override { return authority_rev_; }
  absl::Status PutBackup(const BackupEntry& backup) override;
  absl::Status PutBackupKey(std::string_view public_key) override;
  absl::Status BeginEpoch(EpochId epoch, int64_t now_us) override;
  absl::Status AcceptLoss() override;
  absl::Status NoteLetGo(uint64_t rev) override { return PutMeta("let_go_rev", std::to_string(rev)); }
  absl::StatusOr<std::unique_ptr<BaseReader>> OpenReader() override;

  // Uses: sqlite_base_audit.cc
  absl::Status Audit(std::string_view actor, std::string_view action, std::string_view about,
                     int64_t at_us) override;
  absl::Status AuditUsed(const AuditUse& use) override { return audit_.Append(use); }
  absl::Status AuditLook(const AuditUse& use) override { return audit_.Look(use); }
  absl::Status AuditDeviceUse(const AuditUse& use, const std::vector<std::string>& links) override;
  absl::StatusOr<bool> KnowsUse(std::string_view link) override { return HoldsUse(*db_, link); }
  absl::StatusOr<UseChainState> FindUseChain(std::string_view chain_id) override;
  absl::Status PutUseChain(const UseChainState& state) override { return WriteUseChain(*db_, state); }
  absl::StatusOr<v1::ExpireAuditResponse> ExpireAudit(int before_month, std::string_view actor,
                                                      int64_t now_us, bool apply) override;

  // Erasures: sqlite_base_erasure.cc
  bool IsErased(RecordId id) const override { return erased_->Holds(id) || erased_records_.contains(id); }
  bool has_erasures() const override { return !erased_->lines().empty(); }
  const ErasureLedger& ledger() const override { return *erased_; }
  v1::Erasure ErasureOf(RecordId citizen) const override { return queries_.ErasureOf(citizen.ToBytes()); }
  absl::Status NoteInLedger(RecordId citizen, ErasureLine line) override;
  absl::Status EraseContents(RecordId citizen, const ErasureLine& line, uint64_t rev,
                             std::set<Scope>& touched) override;
  absl::Status DestroyErasedKeys() override;
  absl::StatusOr<std::vector<RecordId>> ErasuresToFinish() override;
  absl::Status NoteLedgerFollowed() override;
  absl::Status NoteHeeded(ReplicaId replica, RecordId citizen, int64_t at_us) override;
  absl::Status ForgetHeeded(ReplicaId replica) override;

 private:
  // The key of a citizen or of a month; given where there is none yet, in this transaction.
  absl::StatusOr<SecretBytes> KeyFor(const std::string& owner);
  // KeyFor(), for one citizen's rows that come one behind the other in this transaction.
  absl::StatusOr<const SecretBytes*> KeyAtHand(std::string_view owner);
  void TakeBackKeys(size_t keep);
  // Looked up in this transaction, or known from what it wrote.
  void ForgetLooks();
  void NoteNew(const StoredRecord& record, bool is_new);

  // True: the record was not here. `bytes`: the record, serialized.
  absl::StatusOr<bool> PutRecordRow(const StoredRecord& record, std::string_view bytes);
  // The one place that writes the feed: the leaf sums follow it. A new record has no row there yet. `sum`: of PUT, and of
  // PUT only.
  absl::Status PutFeedRow(const Scope& scope, RecordId id, bool is_new, uint64_t rev, v1::FeedChange change,
                          const std::optional<Sum128>& sum = std::nullopt);
  // What the leaf sums hold of this record.
  absl::StatusOr<std::optional<Sum128>> SumInFeed(const Scope& scope, RecordId id);
  const SecretBytes& SumKeyOf(const Scope& scope);
  std::string SealRow(std::string_view table, std::string_view id, uint64_t rev, std::string_view plain);
  // Under the key of the citizen that it is about; `subject` empty: under the storage key.
  absl::StatusOr<std::string> SealAbout(std::string_view subject, std::string_view table, std::string_view id,
                                        uint64_t rev, std::string_view plain);

  absl::Status MakeNew();
  // A key file or a ledger from before would give a wrong key, or bring somebody back.
  absl::Status CheckKeyFiles();
  absl::Status LoadErased();
  absl::Status PutMeta(std::string_view key, std::string_view value);

  absl::StatusOr<std::vector<int>> MonthsBefore(int month);
  // Whatever of these months is still there, because the clock had run backwards, can be read no longer either.
  absl::Status DestroyMonths(const std::vector<int>& months);

  absl::StatusOr<std::vector<RecordId>> FindUnfinishedErasures();

  static ErrorCode GetErrorCodeOr(const absl::Status& status) {
    return status.ok() ? ErrorCode::kInternal : GetErrorCode(status);
  }

  SqliteBaseOptions options_;
  const std::shared_ptr<CitizenKeys> citizens_;
  const std::unique_ptr<ErasureLedger> erased_;
  std::set<RecordId> erased_records_;
  std::set<RecordId> begun_;  // erasures that the ledger names and that may not be brought about yet
  bool looked_for_unfinished_ = false;
  AuditChain audit_;
  std::vector<std::string> given_;  // owners that got a key in this transaction
  // The owner whose key was used last in this transaction, and the key.
  std::pair<std::string, SecretBytes> at_hand_;
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

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_SQLITE_BASE_WRITER_H_
