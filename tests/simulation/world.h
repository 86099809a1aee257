// One simulated world: a base, its tablets, the network between them, their clocks and disks. One thread; what
// happens follows from the plan alone.
//
//   world.cc          the cast, the steps in order, the calm at the end
//   world_work.cc     what staff do on their tablets
//   world_network.cc  streams and sessions, message by message
//   world_faults.cc   crashes, disks, copies, clocks, hostile clients
//   world_uses.cc     what tablets were used for, and that the base's audit has it once
//   world_damage.cc   flipped bytes and lost rows on a tablet
//   world_base.cc     what people do at the base
//   world_scopes.cc   citizens who move, areas that are given and taken
//   world_seats.cc    limited groups, bookings and leases; no meeting overbooked without a cause
//   checks*.cc        what must hold
#ifndef OPGANG_TESTS_SIMULATION_WORLD_H_
#define OPGANG_TESTS_SIMULATION_WORLD_H_

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client-lib/src/keys/memory_key_provider.h"
#include "client-lib/src/store/store_keys.h"
#include "client-lib/src/sync/session_run.h"
#include "opgang/device.h"
#include "tests/simulation/audit.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/prng.h"
#include "tests/simulation/sim_clock.h"
#include "tests/simulation/sim_disk.h"
#include "tests/support/test_base.h"
#include "tests/support/test_device.h"

namespace opgang::simulation {

// Two queues of messages, in wire form and in order.
struct Stream {
  int id = 0;
  int tablet = 0;
  int epoch = 0;                      // how many the base had had when it began
  std::shared_ptr<BaseSession> base;  // null: the base's end is gone
  std::deque<std::string> up;
  std::deque<std::string> down;
  bool tablet_open = true;   // false: the tablet hears and says no more; what is in `up` may still arrive
  bool half_closed = false;  // the tablet said its last
  bool told_half_close = false;
  bool stalled = false;  // the tablet takes nothing from `down`
  bool hostile = false;
};

// What a tablet is from one parting to the next: a clone, and a tablet that was put back to an old image, begin a
// life of their own, with what its parent had captured by then.
using LifeId = std::pair<int, int>;  // tablet, which of its lives
struct Parting {
  LifeId from;
  int captured = 0;  // by everybody, so far
};

// A tablet with its one store. A process runs on it, or none.
struct Tablet {
  Tablet(TestBase& base, const absl::Time& now, int number, const std::filesystem::path& root);

  int number;
  int life = 0;
  int parent = -1;  // of a clone: which tablet its disk was copied from
  Peer peer;
  std::filesystem::path home;
  SimClock clock;
  SimDisk disk;
  DirectEnroll enroll;
  std::unique_ptr<MemoryKeyProvider> keys;
  std::unique_ptr<Store> store;  // null: no process
  std::unique_ptr<TabletAudit> audit;
  std::optional<StoreKeys> store_keys;
  std::filesystem::path store_directory;

  // The sync that runs, if one does.
  SyncOptions sync_options{.attempts = 3};
  std::optional<SyncAttempts> attempts;
  std::unique_ptr<SessionRun> run;
  std::shared_ptr<Stream> stream;
  bool pausing = false;  // another attempt comes

  absl::Status last_sync = absl::OkStatus();
  int syncs_done = 0;
  bool save_failed = false;  // a save whose outcome nobody was told: its mutations may turn up
  uint64_t audited_at = ~0ull;
  std::optional<SimDisk::Image> image;
  std::map<std::string, std::string> image_files;  // the files outside of databases
  std::set<IntentId> image_holds;
  Parting image_parting;
  size_t image_uses = 0;            // how many uses there were by then, on all tablets
  std::set<RecordId> damaged;       // rows of the copy that were, since a session last compared it whole
  std::set<RecordId> lost;          // of these: rows that are gone, which nothing on the tablet can tell
  std::set<IntentId> damaged_work;  // rows of the queue that were
  std::set<IntentId> image_damaged_work;  // and those of the image
  std::set<RecordId> image_damaged;
  std::set<RecordId> image_lost;
  bool compared = true;    // the sync that runs began after the last damage, and unlocked
  std::set<RecordId> own;  // records that were made here, in this life
};

struct Failure {
  std::string check;  // "I4"
  std::string what;
};

// What the run must stand up to, beside the plan.
struct WorldOptions {
  bool keep_log = true;
};

class World {
 public:
  World(const Plan& plan, WorldOptions options);
  ~World();

  // Everything: chaos, calm, the final checks. The first failure ends it.
  void Run();

  const std::optional<Failure>& failure() const { return failure_; }
  size_t steps_done() const { return steps_done_; }
  const std::string& log() const { return log_; }
  const std::map<std::string, uint64_t>& reached() const { return reached_; }

 private:
  // world.cc
  void Enroll(int number);
  std::unique_ptr<Tablet> MakeTablet(int number, const Peer& peer);
  void Do(const Step& step);
  void AfterStep();
  void Calm();
  bool SyncRound(int round);
  void DrainSync(Tablet& tablet);
  void Pass(absl::Duration time);
  Tablet* Who(const Step& step);
  DeviceOptions OptionsOf(Tablet& tablet);
  bool OpenTablet(Tablet& tablet);
  void CloseTablet(Tablet& tablet);
  void Say(const std::string& what);
  void Fail(const std::string& check, const std::string& what);
  void Reach(const std::string& what) { ++reached_[what]; }
  std::string Name(IntentId intent);

  // world_work.cc
  void Save(Tablet& tablet, uint32_t what, uint32_t which);
  void SaveNew(Tablet& tablet, uint32_t what, uint32_t which, Bundle& bundle);
  void SavePatch(Tablet& tablet, uint32_t what, uint32_t which, Bundle& bundle);
  void Undo(Tablet& tablet);
  void Fix(Tablet& tablet, uint32_t which);
  void Withdraw(Tablet& tablet, uint32_t which);
  void Commit(Tablet& tablet, const Bundle& bundle, const char* what);
  void NoteCaptured(Tablet& tablet, const Bundle& bundle, const SaveReceipt& receipt, const View* before);
  void NoteRewritten(Tablet& tablet, const SaveReceipt& receipt);
  void AfterSave(Tablet& tablet, const absl::Status& status);
  AreaId AreaOf(const Tablet& tablet, uint32_t which) const;
  std::vector<RecordId> Visible(Tablet& tablet, RecordType type);
  std::vector<OutboxItem> RefusedOf(Tablet& tablet);
  std::string Word() { return "w" + std::to_string(++words_); }

  // world_network.cc
  void StartSync(Tablet& tablet);
  void OpenStream(Tablet& tablet);
  void EndRun(Tablet& tablet, const absl::Status& end);
  void Move(Tablet& tablet, int count, uint64_t draw);
  bool MoveOne(Tablet& tablet, Prng& prng);
  void TabletSpeaks(Tablet& tablet);
  void TabletHears(Tablet& tablet);
  void BaseHears(Stream& stream);
  void BaseSpeaks(Stream& stream);
  void BaseWorks();
  void DropBaseEnd(Stream& stream);
  void Cut(Tablet& tablet, uint32_t who_notices);
  void Tick();
  void Sweep();
  void CutAll();
  static std::string Describe(const v1::SyncRequest& request);
  static std::string Describe(const v1::SyncResponse& response);

  // world_faults.cc
  void Kill(Tablet& tablet);
  void PowerCut(Tablet& tablet, uint32_t draw);
  void StopTablet(Tablet& tablet);
  void StartAnew(Tablet& tablet, bool rebooted);
  void KillBase();
  void PowerCutBase(uint32_t draw);
  void RestartBase();
  void FailDisk(SimDisk& disk, uint32_t after, uint32_t how);
  void HealAfterTrouble();
  void Clone(Tablet& tablet);
  void TakeImage(Tablet& tablet);
  void RestoreTablet(Tablet& tablet);
  void TakeBaseImage();
  void RestoreBase(uint32_t draw);
  void Replay(Tablet& tablet, uint32_t which, bool tampered);
  void Forge(Tablet& tablet, uint32_t what);
  // world_damage.cc
  void Damage(Tablet& tablet, uint32_t what, uint32_t which);
  bool DamageCopy(Tablet& tablet, uint32_t what, uint32_t which);
  bool DamageQueue(Tablet& tablet, uint32_t which);
  void CheckRepaired(Tablet& tablet);
  std::map<std::string, std::string> FilesOf(const Tablet& tablet) const;

  // world_base.cc
  void Decide(uint32_t which, uint32_t how);
  void Import(uint32_t which);
  void Grant(uint32_t staff, uint32_t area, uint32_t mode);
  std::string StaffCode(int number) const { return "staff" + std::to_string(number); }

  // world_scopes.cc
  void Relocate(Tablet& tablet, uint32_t which, uint32_t where);
  // world_erasures.cc
  void Erase(uint32_t which);
  void FinishErasing();
  bool IsErased(const Captured& captured) const { return erased_.contains(captured.subject); }
  void CheckErased();
  // world_uses.cc
  void UseTablet(Tablet& tablet);
  void CheckUses();
  void GiveOrTake(uint32_t staff, uint32_t area, bool take);
  std::string RoleOf(int staff) const;

  // world_seats.cc
  std::vector<MeetingPlan> LimitedMeetings();
  uint64_t NewestRev() { return base_->reader().NewestRev().value_or(0); }
  bool CommitAsPlanner(std::vector<Submission> submissions);
  void PlanGroup(uint32_t chairs, uint32_t when);
  void ChangeCapacity(uint32_t which, uint32_t chairs);
  void Reclaim(Tablet& tablet);
  void Book(Tablet& tablet, uint32_t what, uint32_t which);
  v1::SeatState StateToBook(Tablet& tablet, RecordId meeting);
  void BookNew(Tablet& tablet, uint32_t which, Bundle& bundle);
  void ChangeSeat(Tablet& tablet, uint32_t how, RecordId id, Bundle& bundle);
  void Excuse(RecordId meeting, const std::string& why);
  void ExcuseAll(const std::string& why);
  void CheckSeats();
  void NoteSharedNames();
  void CheckLease(const Tablet& tablet, RecordId meeting, const SeatEscrow& escrow);
  void NoteAnswers();

  // checks_scopes.cc
  void CheckRemovals();
  void CheckNothingKept(Tablet& tablet, const TabletAudit::Confirmed& copy, bool converged);
  void CheckClosed(const Tablet& tablet);
  void CheckPlaces(const std::map<RecordId, v1::Record>& records);
  using About = std::map<RecordId, std::pair<RecordId, uint32_t>>;  // record -> citizen, type
  void CheckGroups(const std::map<RecordId, v1::Record>& records, const About& about,
                   const BaseAudit::FeedRows& feed);
  std::map<RecordId, AreaId> HomesOf(const std::map<RecordId, v1::Record>& records);
  void NoteReferrals();
  void NoteGained(const Tablet& tablet, const v1::Welcome& welcome);
  bool WasToldOtherwise(IntentId intent) const;
  bool HasMovedAway(const Tablet& tablet, const TabletAudit::Row& row);
  bool CameWithAMove(const StoredRecord& record) const;
  std::set<Scope> ConfirmedRemovals(const Tablet& tablet);

  // checks.cc: after every step.
  void CheckCheap();
  void AuditTablets();
  void AuditBase();
  void CheckFates();
  void CheckCensus();
  bool WasGivenUp(const IntentId& intent) const;
  bool CameBefore(const BaseAudit::Entry& edit, const std::set<std::string>& versions) const;
  void CheckHeard(const Tablet& tablet);
  void CheckVisible(Tablet& tablet);
  bool WasAnswered(const Captured& wish, uint32_t field);
  void CheckValues(const Tablet& tablet, const Captured& captured, const VisibleRecord& record);
  void CheckBounded();
  void NoteVerdicts(const Stream& stream, const v1::Ack& ack);
  void CheckPage(const Stream& stream, const v1::Page& page);
  // checks_deep.cc: now and then, and at the end.
  void CheckDeep();
  void CheckReplayedLog();
  void CheckCausality(const std::map<RecordId, v1::Record>& records);
  void CheckEvidence();
  void CheckDue(const std::map<RecordId, v1::Record>& records);
  void CheckStamps();
  void CheckReplicas();
  void CheckNames();
  bool Inherits(LifeId heir, LifeId from, int number) const;
  void CheckBundles();
  void CheckCopy(Tablet& tablet, bool converged);
  void CheckBundlesSeen(const Tablet& tablet, const TabletAudit::Confirmed& copy,
                        const std::map<Scope, std::map<RecordId, BaseAudit::FeedRow>>& feed);
  void CheckRefusals();
  void CheckConverged();

  const Plan plan_;
  const WorldOptions options_;
  absl::Time now_;
  std::filesystem::path root_;
  SimClock base_clock_;
  std::unique_ptr<SimDisk> base_disk_;
  std::unique_ptr<TestBase> base_;
  std::unique_ptr<BaseAudit> base_audit_;
  std::vector<AreaId> areas_;
  std::vector<std::unique_ptr<Tablet>> tablets_;
  std::map<LifeId, Parting> partings_;
  std::vector<std::shared_ptr<Stream>> streams_;
  int next_stream_ = 1;
  std::optional<SimDisk::Image> base_image_;
  uint64_t base_audited_at_ = ~0ull;
  std::string epoch_;
  int epochs_ = 1;

  SessionLimits limits_;  // as the seed draws them: small pages make many messages
  size_t push_bytes_ = 48 * 1024;

  Ledger ledger_;
  int words_ = 0;
  std::map<StoreId, std::vector<v1::Push>> pushes_heard_;  // for replaying
  std::map<std::string, v1::Verdict> heard_;             // by intent id: the last verdict that a tablet heard
  std::map<Scope, uint64_t> announced_;                  // the newest to_rev that any tablet was told
  std::map<RecordId, std::pair<int64_t, int64_t>> due_;  // as first fixed: earliest, latest
  size_t fates_checked_ = 0;
  // By tablet: when it said that a scope is gone from it, and the same as far as the base has noted it.
  std::map<std::pair<int, Scope>, absl::Time> said_gone_;
  std::map<std::pair<int, Scope>, absl::Time> removed_at_;
  // The newest rev that a tablet had heard of when it was told that it may read the scope.
  std::map<std::pair<int, Scope>, uint64_t> given_after_;
  uint64_t hostile_seq_ = 1000000;
  std::set<RecordId> answered_;              // seats to which the base said something, in any epoch
  std::set<ReplicaId> shared_names_;         // by which two tablets went at some time
  std::map<RecordId, std::string> excused_;  // meetings that may be overbooked by now, and why

  std::optional<Failure> failure_;
  size_t steps_done_ = 0;
  std::string log_;
  uint64_t said_ = 0;  // lines, kept or not
  std::map<std::string, uint64_t> reached_;
  std::set<RecordId> erased_;  // citizens
  struct NotedUse {
    int tablet;
    bool destroyed;  // an old image took its place, or the disk failed under it
  };
  std::vector<NotedUse> uses_;
};

// What the base holds under another epoch: the one place where the file of an old copy becomes a base again.
absl::Status GiveNewEpoch(const std::string& base_file, EpochId epoch);

}  // namespace opgang::simulation

#endif  // OPGANG_TESTS_SIMULATION_WORLD_H_
