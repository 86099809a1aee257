// The n-th read, write, truncation or sync fails, once, for n = 1, 2, 3...: of a save, and of a session. damage_test.cc has
// the disk that fails from the n-th change on.
#include "tests/device/device_test_base.h"
#include "tests/support/fault_vfs.h"

namespace opgang {
namespace {

constexpr int kMostIos = 2000;

class DeviceIoSweepTest : public DeviceTest {
 protected:
  DeviceIoSweepTest() {
    FaultVfs::Register();
    Enroll();
    vfs_ = FaultVfs::kName;
  }
  ~DeviceIoSweepTest() override { FaultVfs::Heal(); }

  Bundle InquirerBundle() {
    v1::Citizen citizen = CitizenNamed("Amina");
    citizen.set_telephone("20304050");
    Bundle bundle = NewBundle();
    bundle.Create(InquiryBy(bundle.Create(citizen, base_.area())));
    return bundle;
  }
  // Whether an I/O failed since FailOnce().
  static bool HealAndTell() {
    const bool failed = FaultVfs::failed();
    FaultVfs::Heal();
    return failed;
  }
};

TEST_F(DeviceIoSweepTest, SaveWhoseNthIoFailsIsWholeOrAbsentAndTheNextOneOfTheSameProcessIsTheTruth) {
  uint32_t expected = 0;
  int ios = 0;
  for (bool failed = true; failed; ++ios) {
    ASSERT_LT(ios, kMostIos);
    bool saved = false, saved_next = false;
    {
      auto store = Open();
      FaultVfs::FailOnce(ios);
      saved = store->Save(InquirerBundle()).ok();
      failed = HealAndTell();
      Bundle next = NewBundle();
      next.Create(CitizenNamed("Bo"), base_.area());
      saved_next = store->Save(next).ok();
    }
    EXPECT_TRUE(saved || failed) << ios;
    auto store = OpenUnlocked();
    const uint32_t now = store->outbox_counts().unsent;
    const uint32_t told = expected + (saved ? 2 : 0) + (saved_next ? 1 : 0);
    // What was told to be saved is there; of the rest, a whole save may be, never half a one.
    EXPECT_TRUE(now == told || (!saved && now == told + 2) || (!saved_next && now == told + 1))
        << ios << ' ' << now;
    EXPECT_EQ(store->outbox_counts().damaged, 0u) << ios;
    expected = now;
  }
  RecordProperty("ios", ios);
  EXPECT_GT(ios, 5);
}

TEST_F(DeviceIoSweepTest, SessionWhoseNthIoFailsIsMadeGoodByTheNextOne) {
  std::vector<RecordId> citizens;
  const RecordId others = RecordId::Make(clock_.WallNow(), SystemRandom());
  base_.Put(CitizenNamed("Cem"), others, others.ToBytes());
  int ios = 0;
  for (bool failed = true; failed; ++ios) {
    ASSERT_LT(ios, kMostIos);
    const std::string name = "Cem " + std::to_string(ios);  // something to pull
    base_.PatchAsOther(others, CitizenNamed(name), {v1::Citizen::kNameFieldNumber}, /*having_seen=*/true);
    {
      auto store = OpenUnlocked();
      citizens.push_back(SaveInquirer(*store, "Amina").citizen);
    }
    {
      auto store = OpenUnlocked();
      FaultVfs::FailOnce(ios);
      SyncStore& sync = store->sync_store();
      const auto push = sync.NextPush(0, 1 << 20);
      bool ok = push.ok() && sync.ApplyWelcome(base_.Welcome(), clock_.Read(), clock_.Read()).ok();
      ok = ok && sync.ApplyAck(base_.Take(*push)).ok();
      ok = ok && sync.ApplyPage(base_.PageOf(base_.area_scope(), 0)).ok();
      ok = ok && sync.ApplyCurrent(base_.CurrentOf(base_.area_scope())).ok();
      failed = HealAndTell();
      EXPECT_TRUE(ok || failed) << ios;
    }
    auto store = OpenUnlocked();
    for (const RecordId& citizen : citizens) EXPECT_EQ(NameOf(*store, citizen), "Amina") << ios;
    Sync(*store);
    EXPECT_EQ(store->outbox_counts().unsent, 0u) << ios;
    EXPECT_EQ(store->outbox_counts().damaged, 0u) << ios;
    EXPECT_EQ(NameOf(*store, others), name) << ios;
    for (const RecordId& citizen : citizens) EXPECT_EQ(NameOf(*store, citizen), "Amina") << ios;
    EXPECT_TRUE(ViewOf(*store).WithAlternatives().empty()) << ios;
  }
  RecordProperty("ios", ios);
  EXPECT_GT(ios, 10);
}

}  // namespace
}  // namespace opgang
