// The n-th read, write, truncation or sync fails, once, for n = 1, 2, 3... until what was begun gets through untouched: of a
// commit, a greeting, a backup. Whatever it was, nothing is acknowledged that is not there afterwards, and the same again
// brings it to its end.
#include "server/engine/greeting.h"
#include "tests/base/base_story.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/off_site.h"

namespace opgang {
namespace {

constexpr int kMostIos = 2000;

class IoSweepTest : public testing::Test {
 protected:
  static const char* Vfs() {
    FaultVfs::Register();
    return FaultVfs::kName;
  }
  ~IoSweepTest() override { FaultVfs::Heal(); }

  // Does `act` on a base that has just been opened, so that it reads too; whether an I/O failed under it.
  template <typename Act>
  bool FailsUnder(int ios, Act&& act) {
    base.Crash();
    FaultVfs::FailOnce(ios);
    act();
    const bool failed = FaultVfs::failed();
    FaultVfs::Heal();
    return failed;
  }

  ManualClock clock{NoonOfTheFirst()};
  TestBase base{clock, Vfs()};
  HandDevice amal{base, clock, "amal", "outreach", {"Testlund"}};
  Scope area = AreaScope(base.Area("Testlund"));
};

TEST_F(IoSweepTest, CommitWhoseNthIoFailsIsWholeOrAbsentAndIsTheSameWhenHandedInAgain) {
  int64_t before = 0;
  int ios = 0;
  for (bool failed = true; failed; ++ios) {
    ASSERT_LT(ios, kMostIos);
    std::vector<v1::SealedMutation> group;
    for (int i = 0; i < 5; ++i) group.push_back(amal.Seal(amal.Create(Called("Citizen"), area)));
    const auto submissions = amal.Open(group);
    bool told = false;
    failed = FailsUnder(ios, [&] { told = base.committer().Commit(submissions).ok(); });
    EXPECT_TRUE(told || failed) << ios;
    base.Crash();
    const int64_t now = base.Check().mutations;
    EXPECT_TRUE(now == before + 5 || (now == before && !told)) << ios << ": " << now - before;
    EXPECT_THAT(Words(amal.Commit(group)), testing::Each("applied")) << ios;
    before += 5;
    EXPECT_EQ(base.Check().mutations, before) << ios;
    EXPECT_THAT(base.Check().problems, testing::IsEmpty()) << ios;
  }
  RecordProperty("ios", ios);
  EXPECT_GT(ios, 10);
}

TEST_F(IoSweepTest, GreetingWhoseNthIoFailsLeavesATokenWithWhichTheDeviceIsKnown) {
  int ios = 0;
  for (bool failed = true; failed; ++ios) {
    ASSERT_LT(ios, kMostIos);
    absl::StatusOr<Greeting> greeting = absl::UnknownError("");
    failed = FailsUnder(ios, [&] {
      greeting = Greet(base.store(), amal.peer, amal.Hello(), clock.WallNow(), SystemRandom());
    });
    EXPECT_TRUE(greeting.ok() || failed) << ios;
    if (greeting.ok()) amal.token = greeting->next_token;
    base.Crash();
    const auto again = Greet(base.store(), amal.peer, amal.Hello(), clock.WallNow(), SystemRandom());
    ASSERT_EQ(again.status(), absl::OkStatus()) << ios;
    EXPECT_FALSE(again->new_replica.has_value()) << ios;
    EXPECT_FALSE(again->found_twice) << ios;
    amal.token = again->next_token;
  }
  RecordProperty("ios", ios);
  EXPECT_GT(ios, 5);
}

TEST_F(IoSweepTest, BackupWhoseNthIoFailsIsWholeOrNone) {
  for (int i = 0; i < 20; ++i) amal.Commit(amal.Create(Called("Citizen"), area));
  OffSite off_site(base);
  int ios = 0;
  for (bool failed = true; failed; ++ios) {
    ASSERT_LT(ios, kMostIos);
    const auto file = off_site.directory() / ("backup-" + std::to_string(ios));
    bool told = false;
    failed = FailsUnder(ios, [&] {
      const auto reader = base.store().OpenReader();
      if (!reader.ok()) return;
      const BackupPlan plan{base.directory(), base.keys().storage_key, file, clock.WallNow()};
      told = MakeBackup(**reader, plan, SystemRandom()).ok();
    });
    EXPECT_TRUE(told || failed) << ios;
    EXPECT_EQ(told, std::filesystem::exists(file)) << ios;
    EXPECT_FALSE(std::filesystem::exists(base.directory() / kBackupImage)) << ios;
    if (told) {
      EXPECT_EQ(off_site.Check(file).status(), absl::OkStatus()) << ios;
    }
    std::filesystem::remove(file);
  }
  RecordProperty("ios", ios);
  EXPECT_GT(ios, 10);
  EXPECT_THAT(base.Check().problems, testing::IsEmpty());
}

}  // namespace
}  // namespace opgang
