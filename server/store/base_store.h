// What the base keeps. One writing connection: everything that changes lives on the writer's thread; readers have a
// BaseReader each and see committed state only. Content goes in and comes out in clear; the implementation seals it.
//
// Free of SQLite types: PostgreSQL comes behind this interface later.
#ifndef OPGANG_SERVER_STORE_BASE_STORE_H_
#define OPGANG_SERVER_STORE_BASE_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/ids.h"
#include "core/checksum/scope_sum.h"
#include "core/records/registry.h"
#include "core/rules/seat_escrow.h"
#include "opgang/v1/admin.pb.h"
#include "opgang/v1/audit.pb.h"
#include "opgang/v1/group.pb.h"
#include "opgang/v1/privacy.pb.h"
#include "opgang/v1/record.pb.h"
#include "opgang/v1/sync.pb.h"
#include "server/store/erasure_ledger.h"
#include "server/store/staff.h"

namespace opgang {

// A mutation's fate: told once, told again for ever (I1, I2).
struct Fate {
  IntentId intent;
  ReplicaId replica;
  uint64_t seq = 0;
  std::string digest;   // keyed, over the mutation's bytes: tells the same from other
  v1::Verdict verdict;  // APPLIED, QUARANTINED or ERASED; its seq is the first one
  // What its author is told, where that is another: APPLIED, because the truth would tell him about other people's data.
  std::optional<v1::Verdict> told;
};

// The log: with the receive time and the recorded interval, all that merging depends on (I8).
struct LoggedMutation {
  Fate fate;
  RecordId record;
  RecordId subject;
  std::string author;            // staff code
  int64_t received_us = 0;       // base time, microseconds since 1970-01-01 UTC
  v1::InstantInterval recorded;  // what was known at receipt of when it was recorded
  std::string envelope;          // serialized MutationEnvelope
  std::string payload;           // serialized MutationPayload; as it came where it could not be opened
};

// The two byte strings that were captured.
struct LogContent {
  std::string envelope;  // serialized MutationEnvelope
  std::string payload;   // serialized MutationPayload; as it came where it could not be opened
};

struct QuarantinedMutation {
  LoggedMutation mutation;
  uint32_t record_type = 0;
  bool opened = true;  // false: payload holds the sealed bytes as they came
  // For a payload that could not be opened: which queue key, as it came.
  std::string queue_key_id;
  std::string wrapped_for_base;
};

// A person's decision on a refused mutation, for the audit.
struct FateDecision {
  v1::DecisionKind kind = v1::DECISION_KIND_UNSPECIFIED;
  std::string actor;  // staff code
  int64_t at_us = 0;  // base time
  v1::DecisionReason reason = v1::DECISION_REASON_UNSPECIFIED;
  std::string first_actor{};  // staff code of the other person, where two have decided
};

struct StoredRecord {
  RecordId id;
  uint32_t type = 0;
  RecordId subject;
  uint64_t rev = 0;
  v1::Record record;
  std::vector<Scope> scopes;  // where it stands
  std::vector<Scope> left;    // for PutRecord(): where it stood until now
};

// A scope that a replica was given to read, and what became of it.
struct Holding {
  Scope scope;
  // When the device was first told that it may read it no longer; base time, 0 = not yet.
  int64_t told_us = 0;
  // When it confirmed that nothing of it is left; 0: it may still hold it.
  int64_t removed_us = 0;
  friend bool operator==(const Holding&, const Holding&) = default;
};

// What a write-only author handed in, for the receipt.
struct Referral {
  std::string author;
  v1::ReferralReceipt receipt;
};

// What the base holds of a citizen.
struct ErasureFootprint {
  v1::ErasureCounts counts;
  std::vector<Scope> scopes;    // where anything of it stands or stood
  std::vector<StoreId> stores;  // that may hold something of it
  bool empty() const { return counts.record_count() == 0 && counts.mutation_count() == 0; }
};

// A use of what the base holds, for the audit.
struct AuditUse {
  v1::AuditNote note;
  std::optional<v1::AuditPersonPart> person;
};

// How far a device's own chain of uses has come (engine/device_uses.h).
struct UseChainState {
  std::string chain_id;  // 16 bytes
  uint64_t next_number = 1;
  std::string last_link;  // 16 bytes; empty at the beginning
};

// What the base remembers of a replica between its sessions.
struct ReplicaState {
  ReplicaId id;
  StoreId store;
  std::string token;           // what the next Hello must return
  std::string previous_token;  // accepted once, if the Welcome with `token` was lost
  int64_t last_sync_us = 0;
  uint32_t unsent_count = 0;
  int64_t nearest_due_us = 0;
  int64_t last_earliest_us = 0;  // earliest instant of its last mutation: narrows the next one's interval
  // Nobody should come with it any more: it was settled away, or belongs to an epoch before this one.
  bool retired = false;
};

// A backup that left this base. That it can be opened is known only once its receipt has come back.
struct BackupEntry {
  std::string backup_id;  // 16 bytes
  EpochId epoch;
  uint64_t rev = 0;          // everything at or below it is in the backup
  int64_t made_us = 0;       // base time
  std::string receipt_hash;  // 32 bytes
  int64_t confirmed_us = 0;  // 0: not yet
  std::string actor;         // who confirmed it
};

// What the durable horizon is computed from (engine/horizon.h).
struct BackupFacts {
  EpochId epoch;
  uint64_t newest_rev = 0;
  uint64_t horizon_rev = 0;    // greatest rev of a confirmed backup of this epoch
  int64_t horizon_us = 0;      // when that backup was made; 0: none
  int64_t first_write_us = 0;  // since when this epoch has had anything to back up; 0: nothing yet
  EpochId restored_from;       // the epoch before a restore; nil: never restored
  uint64_t restored_rev = 0;   // the newest rev of the backup that was restored
  uint64_t let_go_rev = 0;     // the greatest horizon of `restored_from` that any device had heard of
  uint64_t key_slots = 0;      // of keys/citizens.keys, that this database relies on
  uint64_t ledger_lines = 0;   // of keys/erased.ledger, brought about here
  uint64_t audit_seq = 0;      // where the audit's chain stands
  std::string audit_link;      // 32 bytes; empty at its beginning
};

// A meeting as far as its chairs are concerned: derived from the records of the meeting and its group.
struct MeetingPlan {
  RecordId meeting;
  int64_t start_us = 0;  // planned beginning
  bool planned = false;  // and neither cancelled nor deleted
  int capacity = 0;      // where it is a limit; 0: no limit, or the group is not known
  AreaId area;           // for which the group is held; nil: for every area
};

struct SeatPlace {
  RecordId seat;
  RecordId meeting;
  // What stands in front; SEAT_STATE_UNSPECIFIED for a deleted one.
  v1::SeatState state = v1::SEAT_STATE_UNSPECIFIED;
};

struct LeaseEntry {
  ReplicaId replica;
  RecordId meeting;
  SeatLease lease;
};

struct FeedPage {
  std::vector<v1::FeedEntry> entries;
  uint64_t to_rev = 0;
  bool more = false;
  uint64_t living_records = 0;  // in the scope, as of to_rev; only where there is no more
  Sum128 sum;                   // over them; the same snapshot
  // LEAVE and DELETE at or below it are told no longer: whoever may lack one starts anew.
  uint64_t tombstone_floor = 0;
  uint64_t newest_rev = 0;  // of the whole base
};

// The living records of one leaf of a scope, or of a part of it.
struct LeafPart {
  std::vector<v1::FeedEntry> entries;  // rising record id
  std::vector<RecordId> later;         // stand or stood in the leaf, and changed after the asked rev
  std::optional<RecordId> through;     // the part ends with this id; nullopt: with the leaf
};

// Reads of committed state. One thread at a time; each thread its own.
class BaseReader {
 public:
  virtual ~BaseReader() = default;
  // Entries of `scope` above `after_rev`, about `max_bytes` (at least one rev), never ending inside a rev. `to_rev` is
  // the last rev covered: the newest of the whole base where there is no more (I9).
  virtual absl::StatusOr<FeedPage> ReadFeed(const Scope& scope, uint64_t after_rev, size_t max_bytes) = 0;
  // The same for a copy that starts anew: LEAVE and DELETE at or below `tombstones_after` are left out, because what is
  // not named is swept.
  virtual absl::StatusOr<FeedPage> ReadFeedAnew(const Scope& scope, uint64_t after_rev, size_t max_bytes,
                                                uint64_t tombstones_after) = 0;
  // What the base holds of each leaf.
  virtual absl::StatusOr<LeafTallies> ReadLeafSums(const Scope& scope) = 0;
  // Records of a leaf with ids above `after` (nil: all), about `max_bytes`; those that changed after `at_rev` are named
  // and not told.
  virtual absl::StatusOr<LeafPart> ReadLeaf(const Scope& scope, int leaf, RecordId after, uint64_t at_rev,
                                            size_t max_bytes) = 0;
  virtual absl::StatusOr<uint64_t> NewestRev() = 0;

  virtual absl::StatusOr<std::optional<StoreAccount>> FindStore(StoreId id) = 0;
  virtual absl::StatusOr<std::optional<StaffMember>> FindStaff(std::string_view staff_code) = 0;
  virtual absl::StatusOr<std::vector<StoredGrant>> Grants(std::string_view staff_code) = 0;
  // What a person could use once, without names and keys.
  virtual absl::StatusOr<std::vector<StoredGrant>> TakenGrants(std::string_view staff_code) = 0;
  virtual absl::StatusOr<std::vector<StaffMember>> Staff() = 0;  // by code
  virtual absl::StatusOr<std::vector<FormerRole>> FormerRoles(std::string_view staff_code) = 0;
  virtual absl::StatusOr<std::vector<Municipality>> Municipalities() = 0;  // but for the default one
  // Stores of one staff member, or of all where it is empty; also those that are not enrolled.
  virtual absl::StatusOr<std::vector<StoreAccount>> Stores(std::string_view staff_code) = 0;
  // Whom something in a scope is or was about: citizens that stand there, stood there, or were told to leave it since.
  virtual absl::StatusOr<std::vector<RecordId>> PeopleEverIn(const Scope& scope) = 0;
  virtual absl::StatusOr<std::optional<v1::StolenWord>> FindStolenWord(IntentId intent) = 0;
  virtual absl::StatusOr<std::optional<ReplicaState>> FindReplica(ReplicaId id) = 0;
  virtual absl::StatusOr<std::vector<std::pair<StoreAccount, ReplicaState>>> Devices() = 0;
  virtual absl::StatusOr<std::vector<QuarantinedMutation>> Quarantine(std::optional<IntentId> only) = 0;
  virtual absl::StatusOr<std::vector<Area>> Areas() = 0;
  // Of the area or the group that a scope is of; empty: it is of none that is known.
  virtual absl::StatusOr<std::string> ScopeName(const Scope& scope) = 0;
  // Living records of a type in a scope.
  // The living records of a scope whose type `is_wanted`, in id order, without their scopes: for whoever reads everything.
  virtual absl::Status ForEachRecord(const Scope& scope, bool (*is_wanted)(uint32_t type),
                                     const std::function<void(StoredRecord&&)>& take) = 0;
  virtual absl::StatusOr<std::vector<StoredRecord>> RecordsOfType(const Scope& scope, uint32_t type) = 0;
  virtual absl::StatusOr<std::optional<StoredRecord>> FindRecord(RecordId id) = 0;
  // Every record about a citizen, hers included, deleted ones too; of one type where `type` is not 0.
  virtual absl::StatusOr<std::vector<StoredRecord>> RecordsAbout(RecordId subject, uint32_t type) = 0;
  // Something about a citizen stands in another area, or in the health part of one.
  virtual absl::StatusOr<bool> StandsOutside(RecordId subject, AreaId area) = 0;
  // Where a record stands, and where it stood before; both empty for an unknown one.
  virtual absl::StatusOr<std::vector<Scope>> ScopesOf(RecordId id) = 0;
  virtual absl::StatusOr<std::vector<Scope>> FormerScopesOf(RecordId id) = 0;
  virtual absl::StatusOr<std::optional<Fate>> FateOf(IntentId intent) = 0;
  // nullopt: not in the log, or erased, or it cannot be read.
  virtual absl::StatusOr<std::optional<LogContent>> ContentOf(IntentId intent) = 0;
  // The staff code that the log names; empty: not known.
  virtual absl::StatusOr<std::string> WroteIt(IntentId intent) = 0;
  // Who wrote a mutation that took effect, on which device, when; nullopt where it did not, or is not known.
  virtual absl::StatusOr<std::optional<v1::Provenance>> FindMerged(IntentId intent) = 0;
  virtual absl::StatusOr<std::string> DeviceLabelOf(
      ReplicaId replica) = 0;  // empty: the base's own, or unknown
  // Every mutation of a record that took effect, in the order in which it did.
  virtual absl::StatusOr<std::vector<LoggedMutation>> MergedInto(RecordId record) = 0;
  // Living records in which values of several people stand side by side, by id.
  virtual absl::StatusOr<std::vector<StoredRecord>> RecordsInConflict() = 0;
  // What people decided on refused mutations, oldest first; of one where `only` names it.
  virtual absl::StatusOr<std::vector<v1::Decision>> Decisions(std::optional<IntentId> only) = 0;

  // What the author is told of this store's mutations that a person's decision changed at or after `since_us`, oldest first.
  virtual absl::StatusOr<std::vector<v1::Verdict>> ChangedFates(StoreId store, int64_t since_us) = 0;

  virtual absl::StatusOr<std::vector<Holding>> Holdings(ReplicaId replica) = 0;
  // An author's receipts, newest first.
  virtual absl::StatusOr<std::vector<v1::ReferralReceipt>> Receipts(std::string_view staff_code,
                                                                    int most) = 0;
  // Of the grant that a person has or had; 0: never.
  virtual absl::StatusOr<uint64_t> GrantGeneration(std::string_view staff_code, const Scope& scope) = 0;

  // Limited, planned meetings that begin after one instant and not after another, soonest first.
  virtual absl::StatusOr<std::vector<MeetingPlan>> LimitedMeetings(int64_t after_us, int64_t until_us) = 0;
  virtual absl::StatusOr<std::optional<MeetingPlan>> FindMeeting(RecordId meeting) = 0;
  virtual absl::StatusOr<std::optional<SeatPlace>> FindSeat(RecordId seat) = 0;
  virtual absl::StatusOr<std::vector<SeatPlace>> SeatsIn(RecordId meeting) = 0;  // by id: oldest first
  // Limited, planned meetings that begin after this instant and have a seat to be confirmed.
  virtual absl::StatusOr<std::vector<MeetingPlan>> MeetingsWithWishes(int64_t after_us) = 0;
  virtual absl::StatusOr<std::vector<LeaseEntry>> LeasesIn(RecordId meeting) = 0;
  virtual absl::StatusOr<std::vector<LeaseEntry>> LeasesOf(ReplicaId replica) = 0;

  // Living citizens, by id.
  virtual absl::StatusOr<std::vector<RecordId>> Citizens() = 0;
  virtual absl::StatusOr<ErasureFootprint> FootprintOf(RecordId citizen) = 0;
  // Erasures that concern a store and that this replica of it has not confirmed, oldest first.
  virtual absl::StatusOr<std::vector<v1::Erasure>> ErasuresToTell(StoreId store, ReplicaId replica,
                                                                  int most) = 0;
  virtual absl::StatusOr<std::vector<v1::ErasureLine>> Erasures() = 0;  // oldest first
  // This database says so, whatever the ledger does.
  virtual absl::StatusOr<bool> IsNotedErased(RecordId citizen) = 0;
  virtual absl::StatusOr<std::vector<v1::PersonRequest>> PersonRequests() = 0;      // soonest due first
  virtual absl::StatusOr<std::vector<v1::RetentionPeriod>> RetentionPeriods() = 0;  // those that are set
  // When anything about a citizen was last taken in; base time, 0 = never.
  virtual absl::StatusOr<int64_t> LastWrittenAbout(RecordId citizen) = 0;
  // The audit (audit_chain.h): its entries, and whether they are all there as they were written.
  // About one citizen only where one is named; then `request.citizen` is not looked at, nor otherwise.
  virtual absl::StatusOr<v1::ListAuditResponse> AuditLines(const v1::ListAuditRequest& request,
                                                           std::optional<RecordId> citizen) = 0;
  virtual absl::StatusOr<v1::VerifyAuditResponse> VerifyAudit() = 0;

  struct Soundness {
    std::vector<std::string> problems;
    int64_t records = 0;
    int64_t mutations = 0;
    int64_t quarantined = 0;
  };
  // Opens every row and compares what refers to what.
  virtual absl::StatusOr<Soundness> Check() = 0;

  virtual absl::StatusOr<std::vector<ReplicaState>> ReplicasOf(StoreId store) = 0;
  virtual absl::StatusOr<BackupFacts> Backup() = 0;
  virtual absl::StatusOr<std::vector<BackupEntry>> Backups() = 0;  // of every epoch, newest first
  // The public half of the offline key; empty: none was named yet.
  virtual absl::StatusOr<std::string> BackupKey() = 0;
  // Before a backup leaves: see CitizenKeys::TagAll().
  virtual absl::Status TagKeys() = 0;
  // A consistent copy of the committed state into a new file, or an empty one; sealed rows stay sealed.
  virtual absl::Status CopyTo(const std::string& path) = 0;
};

// The writer's own connection. Everything between Begin and Commit is one durable transaction (synchronous=FULL).
class BaseStore : public BaseReader {
 public:
  virtual EpochId epoch() const = 0;
  // Rises with each commit that changed what somebody may do: staff, grants, stores taken out of use. From 1. Thread-safe.
  virtual uint64_t authority_rev() const = 0;

  virtual absl::Status Begin() = 0;
  virtual absl::Status Commit() = 0;  // durable when it returns ok
  virtual void Rollback() = 0;
  // A write or sync has failed (not: the disk is full): nothing becomes durable through this store any more. Close it and
  // open it anew.
  virtual bool failed() const = 0;
  // Nobody waits: what a later commit would have to stop for is done now. Outside of a transaction.
  virtual void Rest() = 0;
  // A part of the transaction that can be taken back alone.
  virtual absl::Status BeginPart() = 0;
  virtual absl::Status KeepPart() = 0;
  virtual absl::Status DropPart() = 0;

  virtual absl::StatusOr<uint64_t> NextRev() = 0;
  // One more than the greatest seq that the log holds of this replica.
  virtual absl::StatusOr<uint64_t> NextSeq(ReplicaId replica) = 0;
  virtual absl::Status AppendLog(const LoggedMutation& mutation) = 0;
  // Writes the record, its feed rows in all of its scopes, (deleted) tombstones, and LEAVE where it stood until now.
  virtual absl::Status PutRecord(const StoredRecord& record) = 0;
  virtual absl::Status PutQuarantine(const QuarantinedMutation& mutation) = 0;
  virtual absl::Status RemoveQuarantine(IntentId intent) = 0;
  // Notes a person's decision on a quarantined mutation beside its old verdict, and puts `verdict` in its place.
  virtual absl::Status ChangeFate(IntentId intent, const v1::Verdict& verdict,
                                  const FateDecision& decision) = 0;
  // The quarantined create of a record, if there is one.
  virtual absl::StatusOr<std::optional<IntentId>> QuarantinedCreate(RecordId record) = 0;

  // Tombstones (engine/tombstones.h). A mark says that at `at_us` the base had come to its newest rev.
  virtual absl::Status PutRevMark(int64_t at_us) = 0;
  // The newest rev that was marked at or before `at_us`; 0 where there is none.
  virtual absl::StatusOr<uint64_t> MarkedRev(int64_t at_us) = 0;
  // Drops LEAVE and DELETE at or below `floor`, and marks that only a lower floor would need.
  virtual absl::Status DropTombstones(uint64_t floor) = 0;

  virtual absl::Status PutStaff(const StaffMember& staff) = 0;
  virtual absl::Status PutStore(const StoreAccount& account) = 0;
  virtual absl::Status PutReplica(const ReplicaState& replica) = 0;
  virtual absl::Status PutArea(const Area& area) = 0;
  virtual absl::Status PutMunicipality(const Municipality& municipality) = 0;
  virtual absl::Status PutFormerRole(std::string_view staff_code, const FormerRole& role) = 0;
  // Beside the grant that stands: one that was taken, and given anew since.
  virtual absl::Status PutFormerGrant(std::string_view staff_code, const StoredGrant& grant) = 0;
  virtual absl::Status PutStolenWord(IntentId intent, const v1::StolenWord& word) = 0;
  virtual absl::Status DropStolenWord(IntentId intent) = 0;
  // A quarantined mutation whose payload lay there as it came has been opened: payload and `opened` are put.
  virtual absl::Status PutOpened(const QuarantinedMutation& mutation) = 0;
  // A grant that is taken stays known: its generation, and what was captured under it.
  virtual absl::Status PutGrant(std::string_view staff_code, const StoredGrant& grant) = 0;
  virtual absl::Status PutLease(const LeaseEntry& entry) = 0;
  virtual absl::Status DropLease(ReplicaId replica, RecordId meeting) = 0;
  virtual absl::Status PutHolding(ReplicaId replica, const Holding& holding) = 0;
  virtual absl::Status PutReferral(const Referral& referral) = 0;
  // Somebody other than its author wrote about a referred citizen: the first time is kept.
  virtual absl::Status NoteTakenUp(RecordId citizen, std::string_view author, int64_t at_us) = 0;

  virtual absl::Status PutBackup(const BackupEntry& backup) = 0;
  virtual absl::Status PutBackupKey(std::string_view public_key) = 0;
  // After a restore: the history may have gone back. Every replica is retired, no backup counts, the horizon is 0.
  virtual absl::Status BeginEpoch(EpochId epoch, int64_t now_us) = 0;
  // A device had heard of this horizon in the epoch before the restore.
  virtual absl::Status NoteLetGo(uint64_t rev) = 0;
  // What devices have been heard to let go of by now is given up, by a person.
  virtual absl::Status AcceptLoss() = 0;
  // Erasure (engine/erasure.h). A citizen who was erased, or a record of one. No query.
  virtual bool IsErased(RecordId id) const = 0;
  virtual bool has_erasures() const = 0;
  virtual const ErasureLedger& ledger() const = 0;
  // What a device is told of a citizen who stands in the ledger.
  virtual v1::Erasure ErasureOf(RecordId citizen) const = 0;
  // Outside of a transaction, durable at once: from here on the citizen is erased, whatever happens. The keys to be
  // destroyed are filled in.
  virtual absl::Status NoteInLedger(RecordId citizen, ErasureLine line) = 0;
  // Takes all content about a citizen out: records, log, referrals, quarantine; their fates become ERASED, the feed says ERASE
  // under `rev` wherever they stood or had stood.
  virtual absl::Status EraseContents(RecordId citizen, const ErasureLine& line, uint64_t rev,
                                     std::set<Scope>& touched) = 0;
  // Outside of a transaction: destroys the keys that the ledger names, and empties the log of page images.
  virtual absl::Status DestroyErasedKeys() = 0;
  // Citizens of whom there is content here although the ledger names them, or although their key is gone.
  virtual absl::StatusOr<std::vector<RecordId>> ErasuresToFinish() = 0;
  // Everything that the ledger says has been brought about.
  virtual absl::Status NoteLedgerFollowed() = 0;
  // A replica of which nobody had asked it is asked at its next Hello: so it hears that the base knows.
  virtual absl::Status NoteHeeded(ReplicaId replica, RecordId citizen, int64_t at_us) = 0;
  // It may have been put back to an image from before it heeded: it is asked again.
  virtual absl::Status ForgetHeeded(ReplicaId replica) = 0;

  virtual absl::Status PutPersonRequest(const v1::PersonRequest& request) = 0;
  // Without `goes`: no period any longer.
  virtual absl::Status PutRetentionPeriod(const v1::RetentionPeriod& period) = 0;

  // A use of what is here, in the chain. The time is the note's.
  virtual absl::Status AuditUsed(const AuditUse& use) = 0;
  // The same, but where that person looked at that record within the hour before, it is counted there.
  virtual absl::Status AuditLook(const AuditUse& use) = 0;
  // Uses on a device, one entry for what its own chain has under these links.
  virtual absl::Status AuditDeviceUse(const AuditUse& use, const std::vector<std::string>& links) = 0;
  virtual absl::StatusOr<bool> KnowsUse(std::string_view link) = 0;
  virtual absl::StatusOr<UseChainState> FindUseChain(
      std::string_view chain_id) = 0;  // unknown: at its beginning
  virtual absl::Status PutUseChain(const UseChainState& state) = 0;
  // Destroys the keys of the months before this one (year * 100 + month), and puts a signed checkpoint in their place.
  virtual absl::StatusOr<v1::ExpireAuditResponse> ExpireAudit(int before_month, std::string_view actor,
                                                              int64_t now_us, bool apply) = 0;
  // What an administrator did: `about` is an id's bytes.
  virtual absl::Status Audit(std::string_view actor, std::string_view action, std::string_view about,
                             int64_t at_us) = 0;

  // A reader on a connection of its own.
  virtual absl::StatusOr<std::unique_ptr<BaseReader>> OpenReader() = 0;
};

// By its name; the default one by the empty name. kNotFound.
absl::StatusOr<MunicipalityId> KnownMunicipality(BaseReader& store, std::string_view name);
absl::StatusOr<std::string> NameOf(BaseReader& store, MunicipalityId id);

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_BASE_STORE_H_
