#include "tests/simulation/world.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "server/engine/transaction.h"

namespace opgang::simulation {
namespace {

constexpr char kPassphrase[] = "seven green doors";
constexpr int kDeepEvery = 40;
constexpr int kMostMoves = 6000;  // a sync that takes longer will never end

std::filesystem::path MakeRoot() {
  const std::filesystem::path root = MakeTestDirectory();
  return root;
}

}  // namespace

Tablet::Tablet(TestBase& base, const absl::Time& now, int tablet_number, const std::filesystem::path& root)
    : number(tablet_number),
      home(root / ("tablet" + std::to_string(tablet_number))),
      clock(now, tablet_number + 1),
      disk(home.string()),
      enroll(base),
      keys(std::make_unique<MemoryKeyProvider>(clock)) {}

World::World(const Plan& plan, WorldOptions options)
    : plan_(plan),
      options_(options),
      now_(absl::FromCivil(absl::CivilMinute(2026, 3, 2, 8, 0), CopenhagenTime())),
      base_clock_(now_, 0) {
  SeedSodium(plan.seed);
  root_ = MakeRoot();
  const std::filesystem::path directory = root_ / "base";
  std::filesystem::create_directory(directory);
  base_disk_ = std::make_unique<SimDisk>(directory.string());
  base_ = std::make_unique<TestBase>(base_clock_, kVfs, directory);
  base_audit_ = std::make_unique<BaseAudit>(base_->file().string(), base_->keys().storage_key);
  for (int i = 0; i < plan.cast.areas; ++i) areas_.push_back(base_->Area("Area" + std::to_string(i)));
  for (int i = 0; i < plan.cast.tablets; ++i) Enroll(i);
  epoch_ = base_->store().epoch().ToBytes();
  Prng prng(plan.seed * 31 + 7);
  static const size_t kPageBytes[] = {200, 1500, 48 * 1024};
  static const uint32_t kPages[] = {1, 2, 8};
  static const size_t kPushBytes[] = {300, 2000, 48 * 1024};
  limits_.page_bytes = kPageBytes[prng.Below(3)];
  limits_.pages_in_flight = kPages[prng.Below(3)];
  limits_.credit_bytes = 64 * 1024;
  push_bytes_ = kPushBytes[prng.Below(3)];
}

World::~World() {
  for (auto& tablet : tablets_) CloseTablet(*tablet);
  streams_.clear();
  base_audit_.reset();
  base_.reset();
  tablets_.clear();
  base_disk_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::unique_ptr<Tablet> World::MakeTablet(int number, const Peer& peer) {
  auto tablet = std::make_unique<Tablet>(*base_, now_, number, root_);
  tablet->peer = peer;
  tablet->store_directory = tablet->home / "stores" / peer.store.ToString();
  tablet->audit = std::make_unique<TabletAudit>((tablet->store_directory / "queue.db").string(),
                                                (tablet->store_directory / "confirmed.db").string());
  return tablet;
}

// Staff member i has the areas i and i + 1.
void World::Enroll(int number) {
  const int staff = number % plan_.cast.staff;
  std::vector<std::string> areas{"Area" + std::to_string(staff % plan_.cast.areas)};
  if (plan_.cast.areas > 1) areas.push_back("Area" + std::to_string((staff + 1) % plan_.cast.areas));
  const v1::Invitation invitation = base_->Invite(StaffCode(staff), RoleOf(staff), areas);
  auto tablet = MakeTablet(number, {invitation.staff_code(), *StoreId::FromBytes(invitation.store_id())});
  const std::string code = MakeInvitationCode(SystemRandom());
  const std::string sealed =
      SealInvitation(invitation.SerializeAsString(), NormalizeInvitationCode(code).value(),
                     PassphraseCost::ForTests(), SystemRandom());
  const absl::Status enrolled = Device(OptionsOf(*tablet)).Enroll({sealed, code, kPassphrase});
  if (!enrolled.ok()) Fail("setup", enrolled.ToString());
  tablets_.push_back(std::move(tablet));
  OpenTablet(*tablets_.back());
}

DeviceOptions World::OptionsOf(Tablet& tablet) {
  return DeviceOptions{.home = tablet.home,
                       .clock = &tablet.clock,
                       .random = &SystemRandom(),
                       .keys = tablet.keys.get(),
                       .passphrase_cost = PassphraseCost::ForTests(),
                       .enroll = &tablet.enroll,
                       .vfs = kVfs};
}

// A worker takes the tablet up: the process starts, and asks for the passphrase where it must.
bool World::OpenTablet(Tablet& tablet) {
  auto store = Device(OptionsOf(tablet)).OpenStore(absl::ZeroDuration());
  if (!store.ok()) {
    Say(absl::StrCat("tablet ", tablet.number,
                     " does not open: ", std::string(ErrorCodeName(GetErrorCode(store.status())))));
    return false;
  }
  tablet.store = *std::move(store);
  const absl::Status unlocked =
      tablet.store->unlocked() ? absl::OkStatus() : tablet.store->Unlock(kPassphrase);
  if (!unlocked.ok()) {
    // The next sync brings the share back; until then it saves and hands in.
    if (GetErrorCode(unlocked) != ErrorCode::kLeaseOver) return false;
    Say(absl::StrCat("  tablet ", tablet.number, "'s lease is over"));
    Reach("a lease was over");
  } else if (!tablet.store_keys.has_value()) {
    tablet.store_keys.emplace(**tablet.keys->Recall(tablet.peer.store));
  }
  return true;
}

void World::CloseTablet(Tablet& tablet) {
  tablet.run.reset();
  tablet.stream.reset();
  tablet.attempts.reset();
  tablet.pausing = false;
  tablet.audit->Close();
  tablet.store.reset();
}

void World::Say(const std::string& what) {
  ++said_;
  if (options_.keep_log) absl::StrAppend(&log_, what, "\n");
}

void World::Fail(const std::string& check, const std::string& what) {
  if (failure_.has_value()) return;
  failure_ = Failure{check, what};
  Say(absl::StrCat("FAILED ", check, ": ", what));
}

std::string World::Name(IntentId intent) {
  const Captured* captured = ledger_.Find(intent);
  return captured == nullptr ? "mutation of nobody" : absl::StrCat("#", captured->number);
}

Tablet* World::Who(const Step& step) {
  if (step.who < 0) return nullptr;
  return tablets_[static_cast<size_t>(step.who) % tablets_.size()].get();
}

void World::Pass(absl::Duration time) { now_ += time; }

void World::Run() {
  AfterStep();
  for (const Step& step : plan_.steps) {
    if (failure_.has_value()) return;
    ++steps_done_;
    Say(absl::StrCat(steps_done_, ": ", ToText(step)));
    Pass(absl::Milliseconds(100 + step.b % 1900));
    Do(step);
    AfterStep();
    if (steps_done_ % kDeepEvery == 0 && !failure_.has_value()) CheckDeep();
  }
  if (!failure_.has_value()) Calm();
}

void World::Do(const Step& step) {
  Tablet* const tablet = Who(step);
  static const absl::Duration kTimes[] = {absl::Seconds(11), absl::Seconds(40), absl::Minutes(2),
                                          absl::Hours(1),    absl::Hours(9),    absl::Hours(30)};
  static const absl::Duration kJumps[] = {absl::Hours(-24 * 3652), absl::Hours(-24 * 40),
                                          absl::Hours(-5),         absl::Minutes(7),
                                          absl::Hours(3),          absl::Hours(24 * 3652)};
  switch (step.act) {
    case Act::kSave: return Save(*tablet, step.a, step.b);
    case Act::kUndo: return Undo(*tablet);
    case Act::kFix: return Fix(*tablet, step.a);
    case Act::kWithdraw: return Withdraw(*tablet, step.a);
    case Act::kLock:
      tablet->compared = false;
      if (tablet->store != nullptr && tablet->store->Lock().ok()) Reach("a tablet was locked");
      return;
    case Act::kUnlock:
      if (tablet->store != nullptr) (void)tablet->store->Unlock(kPassphrase);
      return;
    case Act::kSync: return StartSync(*tablet);
    case Act::kMove: return Move(*tablet, 1 + static_cast<int>(step.a % 12), step.b);
    case Act::kCut: return Cut(*tablet, step.a);
    case Act::kStall:
    case Act::kResume:
      if (tablet->stream != nullptr) tablet->stream->stalled = step.act == Act::kStall;
      return;
    case Act::kReplay: return Replay(*tablet, step.a, step.b % 3 == 0);
    case Act::kForge: return Forge(*tablet, step.a);
    case Act::kDecide: return Decide(step.a, step.b);
    case Act::kImport: return Import(step.a);
    case Act::kGrant: return Grant(static_cast<uint32_t>(std::max(0, step.who)), step.a, step.b);
    case Act::kTime: return Pass(kTimes[step.a % std::size(kTimes)]);
    case Act::kJump:
      Reach("a wall clock jumped");
      return tablet->clock.Jump(kJumps[step.a % std::size(kJumps)]);
    case Act::kStick:
      Reach("a wall clock stuck");
      return step.a % 3 == 0 ? tablet->clock.Unstick() : tablet->clock.Stick();
    case Act::kReboot:
      Reach("a tablet was rebooted");
      tablet->disk.Kill();
      return StartAnew(*tablet, /*rebooted=*/true);
    case Act::kKill: return tablet == nullptr ? KillBase() : Kill(*tablet);
    case Act::kPowerCut: return tablet == nullptr ? PowerCutBase(step.b) : PowerCut(*tablet, step.b);
    case Act::kFail: return FailDisk(tablet == nullptr ? *base_disk_ : tablet->disk, step.a, step.b);
    case Act::kClone: return Clone(*tablet);
    case Act::kImage: return tablet == nullptr ? TakeBaseImage() : TakeImage(*tablet);
    case Act::kRestore: return tablet == nullptr ? RestoreBase(step.b) : RestoreTablet(*tablet);
    case Act::kDamage: return Damage(*tablet, step.a, step.b);
    case Act::kRelocate: return Relocate(*tablet, step.a, step.b);
    case Act::kTake:
    case Act::kGive:
      return GiveOrTake(static_cast<uint32_t>(std::max(0, step.who)), step.a, step.act == Act::kTake);
    case Act::kPlan: return PlanGroup(step.a, step.b);
    case Act::kBook: return Book(*tablet, step.a, step.b);
    case Act::kCapacity: return ChangeCapacity(step.a, step.b);
    case Act::kReclaim: return Reclaim(*tablet);
    case Act::kErase: return Erase(step.a);
    case Act::kUse: return UseTablet(*tablet);
    case Act::kCount: return;
  }
}

// What died begins anew, sessions notice the time, and everything cheap is checked.
void World::AfterStep() {
  HealAfterTrouble();
  Tick();
  Sweep();
  HealAfterTrouble();
  CheckCheap();
}

// Faults stop, everybody takes the tablet up and syncs: twice, because the first to sync does not see what the
// last one hands in.
void World::Calm() {
  Say("calm");
  base_disk_->Heal();
  FinishErasing();
  CutAll();
  for (auto& tablet : tablets_) {
    tablet->disk.Heal();
    tablet->clock.Unstick();
    if (tablet->store != nullptr && !tablet->store->unlocked()) (void)tablet->store->Unlock(kPassphrase);
  }
  for (int round = 1; round <= 2 && !failure_.has_value(); ++round) {
    if (!SyncRound(round)) return;
  }
  // A chair that comes back with the last Hellos confirms a wish, which the others hear of in another round.
  uint64_t before = 0;
  for (int round = 3; round <= 6 && !LimitedMeetings().empty() && before != NewestRev(); ++round) {
    before = NewestRev();
    if (failure_.has_value() || !SyncRound(round)) return;
  }
  if (failure_.has_value()) return;
  CheckDeep();
  if (!failure_.has_value()) CheckConverged();
  if (!failure_.has_value()) CheckErased();
  if (!failure_.has_value()) CheckUses();
}

bool World::SyncRound(int round) {
  for (auto& tablet : tablets_) {
    Say(absl::StrCat("round ", round, ": tablet ", tablet->number));
    Pass(absl::Minutes(1));
    StartSync(*tablet);
    DrainSync(*tablet);
    if (failure_.has_value()) return false;
    // Somebody at the same store may have fenced the session, or it was told to go on as another replica.
    if (!tablet->last_sync.ok()) {
      Fail("I6", absl::StrCat("in the calm tablet ", tablet->number,
                              " cannot sync: ", tablet->last_sync.ToString()));
      return false;
    }
  }
  return true;
}

void World::DrainSync(Tablet& tablet) {
  Prng prng(plan_.seed + steps_done_);
  for (int moves = 0; tablet.attempts.has_value() && !failure_.has_value(); ++moves) {
    if (moves > kMostMoves) return Fail("I6", absl::StrCat("tablet ", tablet.number, "'s sync never ends"));
    if (!MoveOne(tablet, prng)) Pass(absl::Milliseconds(50));
    if (moves % 16 == 0) AfterStep();
  }
  AfterStep();
}

}  // namespace opgang::simulation
