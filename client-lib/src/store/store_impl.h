// The one Store: a directory with queue.db and confirmed.db, held by a lock file.
//
//   store_impl.cc         opening, locking, saving, what screens ask
//   store_impl_outbox.cc  outbox, fix, withdraw
//   store_impl_undo.cc    taking back the last save
//   store_impl_history.cc what the device can tell of a record's past
//   store_impl_sync.cc    what the sync session needs
//   store_impl_erasures.cc  citizens who were erased at the base
//   store_impl_explain.cc telling why it did what it did
//   store_impl_scopes.cc  scopes that are lost, and what was handed in where nothing may be read
//   store_impl_uses.cc    what it was used for, for the audit
//   store_impl_access.cc  unlocking, the lease, being taken out of use
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_STORE_IMPL_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_STORE_IMPL_H_

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client-lib/src/store/guess_brake.h"
#include "client-lib/src/store/lease_keeper.h"
#include "client-lib/src/store/reading.h"
#include "client-lib/src/store/scope_audit.h"
#include "client-lib/src/store/use_log.h"
#include "client-lib/src/sync/sync_store.h"
#include "core/sqlite/file_lock.h"
#include "opgang/device.h"
#include "opgang/store.h"
#include "opgang/sync.h"
#include "opgang/v1/local_state.pb.h"
#include "opgang/v1/report.pb.h"

namespace opgang {

// Names in a store's directory.
inline constexpr char kIdentityFile[] = "store.pb";
inline constexpr char kQueueFile[] = "queue.db";
inline constexpr char kConfirmedFile[] = "confirmed.db";
inline constexpr char kStoreLockFile[] = "lock";

StoreInfo InfoOf(const v1::StoreIdentity& identity);

class StoreImpl : public Store, public SyncStore {
 public:
  // `directory` holds a whole store.pb. Errors as Device::OpenStore's.
  static absl::StatusOr<std::unique_ptr<StoreImpl>> Open(const std::filesystem::path& directory,
                                                         const v1::StoreIdentity& identity,
                                                         const DeviceOptions& options, absl::Duration wait);

  ~StoreImpl() override {
    if (options_.ends_with_process && reading_ != nullptr) reading_->LeaveViewToTheKernel();
  }

  // How the base is reached: for the transport.
  const v1::StoreIdentity& identity() const { return identity_; }

  // A read proof over the last token, for a call beside the session. kLocked.
  absl::Status ShowThatItReads(v1::ReaderProof& proof) const;

  // Store.
  const StoreInfo& info() const override { return info_; }
  std::vector<GrantInfo> grants() const override;
  bool HasGrant(v1::ScopeKind kind) const override;
  bool unlocked() const override { return reading_ != nullptr; }
  absl::Status Unlock(std::string_view passphrase, absl::Duration remember_for) override;
  absl::Status Lock() override;
  LeaseInfo lease() const override { return {lease_.until(), lease_.over()}; }
  std::optional<v1::Revocation> revoked() const override;
  absl::StatusOr<SaveReceipt> Save(const Bundle& bundle) override;
  absl::StatusOr<SaveReceipt> UndoLast() override;
  OutboxCounts outbox_counts() const override;
  absl::StatusOr<std::vector<OutboxItem>> Outbox() const override;
  absl::StatusOr<SaveReceipt> Fix(IntentId refused, const google::protobuf::Message& corrected) override;
  absl::Status Withdraw(IntentId refused) override;
  absl::StatusOr<std::vector<Receipt>> Receipts() override;
  absl::StatusOr<const View*> view() override;
  absl::StatusOr<size_t> CountOpenConflicts() override;
  absl::StatusOr<std::vector<HistoryValue>> History(RecordId record) override;
  NowEstimate Now() const override;
  std::optional<absl::Time> last_sync() const override;
  std::optional<CopyRepair> last_repair() const override;
  v1::BackupStatus backup_status() const override { return queue_->state().backup(); }
  absl::Status SetCurrentEntrance(RecordId entrance, AreaId area) override;
  std::optional<RecordId> current_entrance() const override;
  std::optional<AreaId> current_area() const override;
  RuleSettings rule_settings() const override { return {}; }
  int LentChairs(RecordId meeting) const override;
  absl::Status NoteUse(const Use& use) override;
  SyncStore& sync_store() override { return *this; }

  // SyncStore.
  void ExplainTo(SyncObserver* observer) override;
  absl::StatusOr<v1::Hello> MakeHello() override;
  absl::StatusOr<v1::NearestDue> FindNearestDue() override;
  absl::StatusOr<v1::Push> NextPush(uint64_t after_seq, size_t max_bytes) override;
  uint32_t unsent_count() override;
  uint32_t base_opens_packing() override;
  absl::Status ApplyWelcome(const v1::Welcome& welcome, const v1::ClockReading& sent,
                            const v1::ClockReading& received) override;
  absl::StatusOr<VerdictCounts> ApplyAck(const v1::Ack& ack) override;
  absl::Status ApplyPage(const v1::Page& sent) override;
  absl::Status ApplyCurrent(const v1::Current& current) override;
  absl::StatusOr<std::optional<v1::LeafSums>> FindDifference(const v1::Current& current) override;
  absl::StatusOr<uint32_t> ApplyLeafContent(const v1::LeafContent& content) override;
  absl::StatusOr<std::vector<Scope>> RemoveLostScopes() override;
  absl::Status BecomeReplica(ReplicaId replica) override;
  absl::StatusOr<v1::ErasuresHeeded> NextErasuresHeeded() override;
  absl::StatusOr<v1::DeviceUses> NextUses() override;
  absl::Status ApplyUsesTaken(const v1::UsesTaken& taken) override;

 private:
  StoreImpl(v1::StoreIdentity identity, const DeviceOptions& options, FileLock lock, LeaseKeeper lease,
            const std::filesystem::path& directory);

  StoreTime Time() const { return StoreTime(*options_.clock, queue_->state()); }
  void TakeKeys(const SecretBytes& store_key);
  void RecallKey();
  // store_impl_access.cc
  absl::Status TakeLease(const v1::Welcome& welcome, const v1::ClockReading& received);
  absl::Status Remove(const v1::Welcome& welcome, v1::QueueState& state);
  absl::StatusOr<std::vector<Scope>> RemoveEverything();
  void TakeRole(const v1::QueueState& state);

  struct SavePlan {
    std::vector<Intention> intentions;
    std::set<std::string> hidden;  // intent ids of own mutations that the new ones replace
    QueueWrite write;              // what belongs to the same transaction
    bool undoable = true;          // false: this save cannot be taken back
    WhyQueued why = WhyQueued::kSaved;
  };
  // Captures, seals and writes in one transaction.
  absl::StatusOr<SaveReceipt> Write(SavePlan plan);
  CaptureContext ContextFor(const std::set<std::string>& hidden);
  std::optional<AreaId> DefaultArea() const;
  // store_impl_leases.cc. A chair of this replica's lease goes with the mutation; kRefused where none is left.
  static absl::Status TakeChair(RecordId meeting, v1::QueueState& state, v1::MutationPayload& payload);
  static void TakeLoans(const v1::Welcome& welcome, int64_t last_sync_us, v1::QueueState& state);
  static void GiveLeasesUp(v1::QueueState& state);
  QueueRow Sealed(const CapturedMutation& mutation);
  // Commits and tells the reading part which rows changed.
  absl::Status Commit(const QueueWrite& write);

  // A refused mutation with all that was refused because of it, in order of capture. Empty where there is
  // none.
  std::vector<QueueRow> RefusedTogether(IntentId refused) const;
  absl::StatusOr<Intention> Again(const QueueRow& row, const google::protobuf::Message* corrected) const;
  // The opposite of one change; nullopt where nothing of it stands any more.
  std::optional<Intention> Undoing(const v1::UndoStep& step);
  std::optional<Intention> UndoingDelete(const v1::UndoStep& step, Intention undo);
  std::optional<Intention> UndoingPatch(const v1::UndoStep& step, Intention undo);
  OutboxItem ItemOf(const QueueRow& row, const StoreTime& time) const;

  // To whoever wants to know (opgang/decisions.h), once what was decided is durable.
  void Tell(const SyncDecision& decision) const;
  void TellSent(const v1::Push& push);
  SyncDecision VerdictDecision(const v1::Verdict& verdict, const QueueRow& row) const;
  void TellTakenIn(const QueueRow& row) const;
  void TellScope(SyncStep step, const v1::ScopeId& scope) const;
  void TellWhole(SyncStep step, uint64_t count) const;

  absl::Status TakeErasures(const std::vector<v1::Erasure>& erasures, const std::string& epoch);
  absl::Status TakeConfirmedChange(const ConfirmedChange& change);
  absl::Status AuditAgain(const ConfirmedChange& change);
  absl::Status TakeReplayed(const std::set<RecordId>& records);
  absl::Status TakeEpoch(const std::string& epoch, QueueWrite& write);
  std::vector<v1::SealedMutation> ForPush(const std::vector<const QueueRow*>& rows) const;
  v1::SealedMutation Opened(const QueueRow& row) const;
  absl::Status PutBackOwn(v1::Page& page) const;
  void TakeGrants(const v1::Welcome& welcome, v1::QueueState& state);
  void TakeSumKeys(const v1::Welcome& welcome);
  void TakeReceipts(const v1::Welcome& welcome, v1::QueueState& state);
  absl::Status NoteLostScopes(const v1::Welcome& welcome);
  std::set<Scope> AnsweredLostScopes() const;
  absl::Status CloseQueue(const std::set<Scope>& gone);
  std::vector<Receipt> UnansweredReferrals() const;
  // Moves to kKept what the confirmed copy contains, and what stands in scopes that the base grants no
  // longer.
  absl::Status Settle(bool grants_known);
  // The other way round: where a scope is fetched again from the beginning, or a record is lacking, what was kept is
  // shown meanwhile.
  absl::Status Unsettle();
  // Whatever is kept of a readable scope that has not passed it.
  absl::Status BringBackKept();

  const v1::StoreIdentity identity_;
  StoreInfo info_;
  const DeviceOptions options_;
  const FileLock lock_;
  LeaseKeeper lease_;
  GuessBrake brake_;
  // What a passphrase made while the lease was over, and for how long to remember what it will open.
  std::optional<SecretBytes> stretched_;
  absl::Duration remember_for_;
  std::unique_ptr<QueueStore> queue_;
  std::unique_ptr<UseLog> uses_;
  std::unique_ptr<ConfirmedStore> confirmed_;
  mutable QueueKeyring keyring_;
  std::unique_ptr<Reading> reading_;       // null: locked
  std::map<Scope, SecretBytes> sum_keys_;  // as the last Welcome told them
  std::vector<v1::Erasure> heeded_;        // to be confirmed to the base
  bool told_erased_before_ = false;        // in this session: what a base with another epoch had erased
  std::set<Scope> lost_;                   // as the last Welcome told: still to be removed
  std::unique_ptr<ScopeAudit> audit_;      // null: not counted yet in this session
  SyncObserver* explained_to_ = nullptr;
  std::set<std::string> told_sent_;  // intent ids, since ExplainTo()
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_STORE_IMPL_H_
