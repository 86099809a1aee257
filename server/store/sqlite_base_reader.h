// Reads of base.db on one connection. Shared by the readers' connections and the writer's own.
#ifndef OPGANG_SERVER_STORE_SQLITE_BASE_READER_H_
#define OPGANG_SERVER_STORE_SQLITE_BASE_READER_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/sealing/sealing.h"
#include "core/sqlite/database.h"
#include "server/store/base_store.h"
#include "server/store/citizen_keys.h"

namespace opgang {

// The writer reads its own uncommitted rows by the same code as the readers read committed ones.
class SqliteBaseQueries {
 public:
  // `db` must outlive this. `key` is the storage key; without one Check() counts rows and opens none.
  // `citizens`: null where nothing about a citizen is to be opened.
  SqliteBaseQueries(sqlite::Database& db, SecretBytes key, std::shared_ptr<CitizenKeys> citizens)
      : db_(db), key_(std::move(key)), citizens_(std::move(citizens)) {}

  // sqlite_feed.cc
  absl::StatusOr<FeedPage> ReadFeed(const Scope& scope, uint64_t after_rev, size_t max_bytes,
                                    uint64_t tombstones_after);
  absl::StatusOr<LeafTallies> ReadLeafSums(const Scope& scope);
  absl::StatusOr<LeafPart> ReadLeaf(const Scope& scope, int leaf, RecordId after, uint64_t at_rev,
                                    size_t max_bytes);
  absl::Status CheckSums(BaseReader::Soundness& result);

  absl::StatusOr<uint64_t> NewestRev();
  absl::StatusOr<std::optional<StoreAccount>> FindStore(StoreId id);
  absl::StatusOr<std::optional<StaffMember>> FindStaff(std::string_view staff_code);
  absl::StatusOr<std::optional<ReplicaState>> FindReplica(ReplicaId id);
  absl::StatusOr<std::vector<std::pair<StoreAccount, ReplicaState>>> Devices();
  absl::StatusOr<std::vector<QuarantinedMutation>> Quarantine(std::optional<IntentId> only);
  absl::StatusOr<std::vector<Area>> Areas();
  absl::StatusOr<std::string> ScopeName(const Scope& scope);
  absl::Status ForEachRecord(const Scope& scope, bool (*is_wanted)(uint32_t type),
                             const std::function<void(StoredRecord&&)>& take);
  absl::StatusOr<std::vector<StoredRecord>> RecordsOfType(const Scope& scope, uint32_t type);
  absl::StatusOr<std::optional<StoredRecord>> FindRecord(RecordId id);
  absl::StatusOr<std::optional<Fate>> FateOf(IntentId intent);
  // sqlite_base_scopes.cc
  absl::StatusOr<std::vector<StoredRecord>> RecordsAbout(RecordId subject, uint32_t type);
  absl::StatusOr<bool> StandsOutside(RecordId subject, AreaId area);
  absl::StatusOr<std::vector<Scope>> ScopesOf(RecordId id);
  // For whoever alone writes the feed, on this connection, and says so: where a record stands is looked up once, until there
  // are more than `most`.
  void RememberStanding(size_t most) {
    if (!standing_.has_value() || standing_->size() > most) standing_.emplace();
  }
  void ForgetStanding() {
    if (standing_.has_value()) standing_->clear();
  }
  void ForgetStanding(RecordId id) {
    if (standing_.has_value()) standing_->erase(id);
  }
  void KnowStanding(RecordId id, std::vector<Scope> scopes) {
    if (standing_.has_value()) (*standing_)[id] = std::move(scopes);
  }
  absl::StatusOr<std::vector<Scope>> FormerScopesOf(RecordId id);
  absl::StatusOr<std::vector<Holding>> Holdings(ReplicaId replica);
  absl::StatusOr<std::vector<v1::ReferralReceipt>> Receipts(std::string_view staff_code, int most);
  absl::StatusOr<std::vector<StoredGrant>> Grants(std::string_view staff_code);
  absl::StatusOr<std::vector<StoredGrant>> TakenGrants(std::string_view staff_code);
  absl::StatusOr<uint64_t> GrantGeneration(std::string_view staff_code, const Scope& scope);
  absl::StatusOr<std::string> WroteIt(IntentId intent);

  // sqlite_base_staff.cc
  absl::StatusOr<std::vector<StaffMember>> Staff();
  absl::StatusOr<std::vector<FormerRole>> FormerRoles(std::string_view staff_code);
  absl::StatusOr<std::vector<Municipality>> Municipalities();
  absl::StatusOr<std::vector<StoreAccount>> Stores(std::string_view staff_code);
  absl::StatusOr<std::vector<RecordId>> PeopleEverIn(const Scope& scope);
  absl::StatusOr<std::optional<v1::StolenWord>> FindStolenWord(IntentId intent);

  // sqlite_base_seats.cc
  absl::StatusOr<std::vector<MeetingPlan>> LimitedMeetings(int64_t after_us, int64_t until_us);
  absl::StatusOr<std::optional<MeetingPlan>> FindMeeting(RecordId meeting);
  absl::StatusOr<std::optional<SeatPlace>> FindSeat(RecordId seat);
  absl::StatusOr<std::vector<SeatPlace>> SeatsIn(RecordId meeting);
  absl::StatusOr<std::vector<MeetingPlan>> MeetingsWithWishes(int64_t after_us);
  absl::StatusOr<std::vector<LeaseEntry>> LeasesIn(RecordId meeting);
  absl::StatusOr<std::vector<LeaseEntry>> LeasesOf(ReplicaId replica);

  // sqlite_base_history.cc
  absl::StatusOr<std::optional<LogContent>> ContentOf(IntentId intent);
  absl::StatusOr<std::optional<v1::Provenance>> FindMerged(IntentId intent);
  absl::StatusOr<std::string> DeviceLabelOf(ReplicaId replica);
  absl::StatusOr<std::vector<LoggedMutation>> MergedInto(RecordId record);
  absl::StatusOr<std::vector<StoredRecord>> RecordsInConflict();
  absl::StatusOr<std::vector<v1::Decision>> Decisions(std::optional<IntentId> only);
  absl::StatusOr<std::optional<IntentId>> QuarantinedCreate(RecordId record);
  absl::StatusOr<std::vector<v1::Verdict>> ChangedFates(StoreId store, int64_t since_us);
  absl::StatusOr<BaseReader::Soundness> Check();
  absl::StatusOr<std::vector<ReplicaState>> ReplicasOf(StoreId store);
  absl::StatusOr<BackupFacts> Backup();
  absl::StatusOr<std::vector<BackupEntry>> Backups();
  absl::StatusOr<std::string> BackupKey();
  absl::Status TagKeys();
  absl::StatusOr<std::string> Meta(std::string_view key);
  absl::StatusOr<std::string> MetaOr(std::string_view key, std::string_view otherwise);
  // `subject`: the citizen that the row is about, 16 bytes; empty = nobody.
  absl::StatusOr<std::string> OpenRow(std::string_view table, std::string_view id, uint64_t rev,
                                      std::string_view sealed, std::string_view subject = {});

  // sqlite_base_erasure.cc
  absl::StatusOr<ErasureFootprint> FootprintOf(RecordId citizen);
  absl::StatusOr<std::vector<v1::Erasure>> ErasuresToTell(StoreId store, ReplicaId replica, int most);
  v1::Erasure ErasureOf(std::string_view citizen_id) const;
  absl::StatusOr<std::vector<v1::ErasureLine>> Erasures();
  absl::StatusOr<bool> IsNotedErased(RecordId citizen);
  absl::StatusOr<std::vector<RecordId>> Citizens();
  absl::StatusOr<std::vector<v1::PersonRequest>> PersonRequests();
  absl::StatusOr<std::vector<v1::RetentionPeriod>> RetentionPeriods();
  absl::StatusOr<int64_t> LastWrittenAbout(RecordId citizen);
  // The mutations that hold something about a citizen: (intent, waits in quarantine).
  absl::StatusOr<std::vector<std::pair<std::string, bool>>> MutationsAbout(RecordId citizen);

  // audit_reader.cc
  absl::StatusOr<v1::ListAuditResponse> AuditLines(const v1::ListAuditRequest& request,
                                                   std::optional<RecordId> citizen);
  absl::StatusOr<v1::VerifyAuditResponse> VerifyAudit();

 private:
  absl::StatusOr<std::optional<Fate>> ReadFate(sqlite::Statement& row);
  v1::AuditLine LineFrom(uint64_t seq, int month, const std::string& sealed_note);
  // The records that the rows name in their first column, by id.
  absl::StatusOr<std::vector<StoredRecord>> FindAll(sqlite::Statement rows);
  // Rows of (scope, generation, mode, taken_us, given_us).
  static absl::StatusOr<std::vector<StoredGrant>> GrantsFrom(sqlite::Statement rows);
  absl::StatusOr<v1::Record> OpenRecord(std::string_view id, uint64_t rev, std::string_view sealed,
                                        std::string_view subject);
  absl::StatusOr<std::vector<Scope>> ScopesWhere(RecordId id, bool standing);
  absl::StatusOr<v1::FeedEntry> EntryFrom(const sqlite::Statement& row);
  absl::StatusOr<bool> AddFeedEntry(const sqlite::Statement& row, size_t max_bytes, size_t& bytes,
                                    FeedPage& page);
  absl::StatusOr<uint64_t> TombstoneFloor();
  absl::StatusOr<Sum128> SumOfRow(const Scope& scope, const sqlite::Statement& row);
  bool MayBeUnreadable(std::string_view subject) const;
  absl::Status CheckRecords(BaseReader::Soundness& result);
  absl::Status CheckLog(BaseReader::Soundness& result);
  absl::Status CheckReferences(BaseReader::Soundness& result);

  sqlite::Database& db_;
  SecretBytes key_;
  std::shared_ptr<CitizenKeys> citizens_;
  std::optional<std::map<RecordId, std::vector<Scope>>> standing_;  // ScopesOf(), where it is remembered
};

// What the chairs need of a record, in the transaction that writes it (sqlite_base_seats.cc).
absl::Status PutSeatRows(sqlite::Database& db, const StoredRecord& record);

// Rows of staff and stores (sqlite_base_staff.cc).
absl::Status PutStaffRow(sqlite::Database& db, const StaffMember& staff);
absl::Status PutFormerRoleRow(sqlite::Database& db, std::string_view staff_code, const FormerRole& role);
absl::Status PutStoreRow(sqlite::Database& db, const StoreAccount& account);
absl::Status PutGrantRow(sqlite::Database& db, std::string_view staff_code, const StoredGrant& grant);
absl::Status PutFormerGrantRow(sqlite::Database& db, std::string_view staff_code, const StoredGrant& grant);
absl::Status PutStolenWordRow(sqlite::Database& db, IntentId intent, const v1::StolenWord& word);
// Of a row whose columns begin with kStoreColumns.
StoreAccount AccountFrom(const sqlite::Statement& row);
inline constexpr char kStoreColumns[] =
    "SELECT s.store_id, s.staff_code, s.device_label, s.invitation_id, s.invited_us, s.enrolled_us,"
    " s.proof_public_key, s.store_public_key, s.replica_id, s.twin_since_us, s.work_since_us, s.tls_key,"
    " s.alarm_us, s.lease_public_key, s.lease_until_us, s.lease_wrong_count, s.lease_wrong_us,"
    " s.last_read_us, s.revoked_us, s.revoked_reason";
inline constexpr int kStoreColumnCount = 20;

// Sealed bytes of a log row: envelope and payload in one.
std::string PackLogContent(std::string_view envelope, std::string_view payload);
bool UnpackLogContent(std::string_view packed, std::string& envelope, std::string& payload);

inline constexpr uint32_t kRowFormat = 1;

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_SQLITE_BASE_READER_H_
