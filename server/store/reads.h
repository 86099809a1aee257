// The reads that a reader of the base and its writer have in common.
#ifndef OPGANG_SERVER_STORE_READS_H_
#define OPGANG_SERVER_STORE_READS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/sqlite/database.h"
#include "server/store/base_store.h"
#include "server/store/sqlite_base_reader.h"

namespace opgang {

// Forwards the reads of `Interface` to the shared queries.
template <typename Interface>
class Reads : public Interface {
 public:
  Reads(std::unique_ptr<sqlite::Database> db, const SecretBytes& key, std::shared_ptr<CitizenKeys> citizens)
      : db_(std::move(db)), queries_(*db_, key, std::move(citizens)) {}

  absl::StatusOr<FeedPage> ReadFeed(const Scope& scope, uint64_t after_rev, size_t max_bytes) override {
    return queries_.ReadFeed(scope, after_rev, max_bytes, /*tombstones_after=*/0);
  }
  absl::StatusOr<FeedPage> ReadFeedAnew(const Scope& scope, uint64_t after_rev, size_t max_bytes,
                                        uint64_t tombstones_after) override {
    return queries_.ReadFeed(scope, after_rev, max_bytes, tombstones_after);
  }
  absl::StatusOr<LeafTallies> ReadLeafSums(const Scope& scope) override {
    return queries_.ReadLeafSums(scope);
  }
  absl::StatusOr<LeafPart> ReadLeaf(const Scope& scope, int leaf, RecordId after, uint64_t at_rev,
                                    size_t max_bytes) override {
    return queries_.ReadLeaf(scope, leaf, after, at_rev, max_bytes);
  }
  absl::StatusOr<uint64_t> NewestRev() override { return queries_.NewestRev(); }
  absl::StatusOr<std::optional<StoreAccount>> FindStore(StoreId id) override {
    return queries_.FindStore(id);
  }
  absl::StatusOr<std::optional<StaffMember>> FindStaff(std::string_view staff_code) override {
    return queries_.FindStaff(staff_code);
  }
  absl::StatusOr<std::vector<StoredGrant>> Grants(std::string_view staff_code) override {
    return queries_.Grants(staff_code);
  }
  absl::StatusOr<std::optional<ReplicaState>> FindReplica(ReplicaId id) override {
    return queries_.FindReplica(id);
  }
  absl::StatusOr<std::vector<std::pair<StoreAccount, ReplicaState>>> Devices() override {
    return queries_.Devices();
  }
  absl::StatusOr<std::vector<QuarantinedMutation>> Quarantine(std::optional<IntentId> only) override {
    return queries_.Quarantine(only);
  }
  absl::StatusOr<std::vector<Area>> Areas() override { return queries_.Areas(); }
  absl::StatusOr<std::string> ScopeName(const Scope& scope) override { return queries_.ScopeName(scope); }
  absl::Status ForEachRecord(const Scope& scope, bool (*is_wanted)(uint32_t type),
                             const std::function<void(StoredRecord&&)>& take) override {
    return queries_.ForEachRecord(scope, is_wanted, take);
  }
  absl::StatusOr<std::vector<StoredRecord>> RecordsOfType(const Scope& scope, uint32_t type) override {
    return queries_.RecordsOfType(scope, type);
  }
  absl::StatusOr<std::optional<StoredRecord>> FindRecord(RecordId id) override {
    return queries_.FindRecord(id);
  }
  absl::StatusOr<std::vector<StoredRecord>> RecordsAbout(RecordId subject, uint32_t type) override {
    return queries_.RecordsAbout(subject, type);
  }
  absl::StatusOr<bool> StandsOutside(RecordId subject, AreaId area) override {
    return queries_.StandsOutside(subject, area);
  }
  absl::StatusOr<std::vector<StoredGrant>> TakenGrants(std::string_view staff_code) override {
    return queries_.TakenGrants(staff_code);
  }
  absl::StatusOr<std::vector<StaffMember>> Staff() override { return queries_.Staff(); }
  absl::StatusOr<std::vector<FormerRole>> FormerRoles(std::string_view staff_code) override {
    return queries_.FormerRoles(staff_code);
  }
  absl::StatusOr<std::vector<Municipality>> Municipalities() override { return queries_.Municipalities(); }
  absl::StatusOr<std::vector<StoreAccount>> Stores(std::string_view staff_code) override {
    return queries_.Stores(staff_code);
  }
  absl::StatusOr<std::vector<RecordId>> PeopleEverIn(const Scope& scope) override {
    return queries_.PeopleEverIn(scope);
  }
  absl::StatusOr<std::optional<v1::StolenWord>> FindStolenWord(IntentId intent) override {
    return queries_.FindStolenWord(intent);
  }
  absl::StatusOr<std::vector<Scope>> ScopesOf(RecordId id) override { return queries_.ScopesOf(id); }
  absl::StatusOr<std::vector<Scope>> FormerScopesOf(RecordId id) override {
    return queries_.FormerScopesOf(id);
  }
  absl::StatusOr<std::vector<Holding>> Holdings(ReplicaId replica) override {
    return queries_.Holdings(replica);
  }
  absl::StatusOr<std::vector<v1::ReferralReceipt>> Receipts(std::string_view staff_code, int most) override {
    return queries_.Receipts(staff_code, most);
  }
  absl::StatusOr<uint64_t> GrantGeneration(std::string_view staff_code, const Scope& scope) override {
    return queries_.GrantGeneration(staff_code, scope);
  }
  absl::StatusOr<std::string> WroteIt(IntentId intent) override { return queries_.WroteIt(intent); }
  absl::StatusOr<std::optional<Fate>> FateOf(IntentId intent) override { return queries_.FateOf(intent); }
  absl::StatusOr<std::optional<LogContent>> ContentOf(IntentId intent) override {
    return queries_.ContentOf(intent);
  }
  absl::StatusOr<std::optional<v1::Provenance>> FindMerged(IntentId intent) override {
    return queries_.FindMerged(intent);
  }
  absl::StatusOr<std::string> DeviceLabelOf(ReplicaId replica) override {
    return queries_.DeviceLabelOf(replica);
  }
  absl::StatusOr<std::vector<LoggedMutation>> MergedInto(RecordId record) override {
    return queries_.MergedInto(record);
  }
  absl::StatusOr<std::vector<StoredRecord>> RecordsInConflict() override {
    return queries_.RecordsInConflict();
  }
  absl::StatusOr<std::vector<v1::Decision>> Decisions(std::optional<IntentId> only) override {
    return queries_.Decisions(only);
  }
  absl::StatusOr<std::vector<v1::Verdict>> ChangedFates(StoreId store, int64_t since_us) override {
    return queries_.ChangedFates(store, since_us);
  }
  absl::StatusOr<std::vector<MeetingPlan>> LimitedMeetings(int64_t after_us, int64_t until_us) override {
    return queries_.LimitedMeetings(after_us, until_us);
  }
  absl::StatusOr<std::optional<MeetingPlan>> FindMeeting(RecordId meeting) override {
    return queries_.FindMeeting(meeting);
  }
  absl::StatusOr<std::optional<SeatPlace>> FindSeat(RecordId seat) override {
    return queries_.FindSeat(seat);
  }
  absl::StatusOr<std::vector<SeatPlace>> SeatsIn(RecordId meeting) override {
    return queries_.SeatsIn(meeting);
  }
  absl::StatusOr<std::vector<MeetingPlan>> MeetingsWithWishes(int64_t after_us) override {
    return queries_.MeetingsWithWishes(after_us);
  }
  absl::StatusOr<std::vector<LeaseEntry>> LeasesIn(RecordId meeting) override {
    return queries_.LeasesIn(meeting);
  }
  absl::StatusOr<std::vector<LeaseEntry>> LeasesOf(ReplicaId replica) override {
    return queries_.LeasesOf(replica);
  }
  absl::StatusOr<std::vector<RecordId>> Citizens() override { return queries_.Citizens(); }
  absl::StatusOr<ErasureFootprint> FootprintOf(RecordId citizen) override {
    return queries_.FootprintOf(citizen);
  }
  absl::StatusOr<std::vector<v1::Erasure>> ErasuresToTell(StoreId store, ReplicaId replica,
                                                          int most) override {
    return queries_.ErasuresToTell(store, replica, most);
  }
  absl::StatusOr<std::vector<v1::ErasureLine>> Erasures() override { return queries_.Erasures(); }
  absl::StatusOr<bool> IsNotedErased(RecordId citizen) override { return queries_.IsNotedErased(citizen); }
  absl::StatusOr<std::vector<v1::PersonRequest>> PersonRequests() override {
    return queries_.PersonRequests();
  }
  absl::StatusOr<std::vector<v1::RetentionPeriod>> RetentionPeriods() override {
    return queries_.RetentionPeriods();
  }
  absl::StatusOr<int64_t> LastWrittenAbout(RecordId citizen) override {
    return queries_.LastWrittenAbout(citizen);
  }
  absl::StatusOr<v1::ListAuditResponse> AuditLines(const v1::ListAuditRequest& request,
                                                   std::optional<RecordId> citizen) override {
    return queries_.AuditLines(request, citizen);
  }
  absl::StatusOr<v1::VerifyAuditResponse> VerifyAudit() override { return queries_.VerifyAudit(); }
  absl::StatusOr<BaseReader::Soundness> Check() override { return queries_.Check(); }
  absl::StatusOr<std::vector<ReplicaState>> ReplicasOf(StoreId store) override {
    return queries_.ReplicasOf(store);
  }
  absl::StatusOr<BackupFacts> Backup() override { return queries_.Backup(); }
  absl::StatusOr<std::vector<BackupEntry>> Backups() override { return queries_.Backups(); }
  absl::StatusOr<std::string> BackupKey() override { return queries_.BackupKey(); }
  absl::Status TagKeys() override { return queries_.TagKeys(); }
  absl::Status CopyTo(const std::string& path) override { return db_->BackupTo(path); }

 protected:
  std::unique_ptr<sqlite::Database> db_;
  SqliteBaseQueries queries_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_READS_H_
