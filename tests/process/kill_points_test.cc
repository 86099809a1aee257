// kill -9 at named points: before, after and in the middle of each call by which a save, a sync and a serving base change
// a disk, one after another until the program gets through. Compared with an outside ledger.
//
// Every third call, from the first on; OPGANG_KILL_STRIDE=1 takes them all (some 480 kills, scripts/soak).
#include <signal.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/ledger.h"
#include "tests/process/support/process.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

constexpr const char* kPoints[] = {"sync-before",  "sync-after",      "write-before",  "write-half",
                                   "write-after",  "rename-before",   "rename-after",  "unlink-before",
                                   "unlink-after", "truncate-before", "truncate-after"};

int Stride() {
  const char* given = std::getenv("OPGANG_KILL_STRIDE");
  return given == nullptr ? 3 : std::stoi(given);
}

class KillPointsTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    tablet_.Join(base_, "amal", "tablet-1");
    ledger_.emplace(base_, tablet_);
  }

  static Environment KillAt(const std::string& point, int number) {
    return {{"LD_PRELOAD", OPGANG_KILL_POINTS_LIBRARY},
            {"OPGANG_TEST_KILL_AT", point + " " + std::to_string(number)}};
  }

  // Each point in turn, at its first call, its next, ... until `story` says that nothing was killed.
  template <typename Story>
  void AtEveryCall(Story&& story) {
    for (const char* point : kPoints) {
      int kills = 0;
      for (int number = 1; story(std::string(point), number); number += Stride()) ++kills;
      std::cout << point << ": " << kills << " kills" << std::endl;
      kills_ += kills;
    }
  }

  void SaveOne() {
    const Outcome outcome = RunCommand(ledger_->NextSave());
    ASSERT_EQ(outcome.exit_code, 0) << outcome.Words();
    ledger_->Note(outcome);
  }

  // Whether it was killed; a program that was not has ended well.
  static bool WasKilled(const Outcome& outcome) {
    EXPECT_TRUE(outcome.signal == SIGKILL || outcome.exit_code == 0) << outcome.Words();
    return outcome.signal == SIGKILL;
  }

  bool SaveKilledAt(const std::string& point, int number) {
    Command save = ledger_->NextSave();
    save.environment.merge(KillAt(point, number));
    const Outcome outcome = RunCommand(save);
    ledger_->Note(outcome);
    return WasKilled(outcome);
  }

  bool SyncKilledAt(const std::string& point, int number) {
    SaveOne();
    Command sync = tablet_.CommandOf({"sync", "--json"});
    sync.environment.merge(KillAt(point, number));
    return WasKilled(RunCommand(sync));
  }

  // The base is armed when it is up; it is killed in a session or, at the latest calls, while it stops.
  bool BaseKilledAt(const std::string& point, int number) {
    const std::filesystem::path armed = scratch_ / "armed";
    Environment environment = KillAt(point, number);
    environment["OPGANG_TEST_KILL_ARMED"] = armed.string();
    base_.Stop();
    base_.Start(environment);
    WriteFile(armed, "");
    SaveOne();
    Process syncing(tablet_.CommandOf({"sync", "--json"}));
    while (!syncing.WaitFor(std::chrono::milliseconds(5)) && !base_.Died()) {
    }
    const bool killed = WasKilled(base_.Died() ? base_.Reap() : base_.Stop());
    std::filesystem::remove(armed);
    base_.Start();
    syncing.Wait();
    return killed;
  }

  void CompareAtTheEnd() {
    tablet_.Sync();
    EXPECT_EQ(tablet_.Unsent(), 0);
    ledger_->Compare(scratch_ / "reader");
    std::cout << kills_ << " kills, " << ledger_->typed() << " contacts typed, " << ledger_->saved()
              << " acknowledged" << std::endl;
  }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet tablet_{scratch_ / "tablet"};
  std::optional<Ledger> ledger_;
  int kills_ = 0;
};

TEST_F(KillPointsTest, KilledAtEveryCallOfASaveNothingAcknowledgedIsLostOrDoubled) {
  AtEveryCall([this](const std::string& point, int number) { return SaveKilledAt(point, number); });
  CompareAtTheEnd();
  EXPECT_GE(kills_ * Stride(), 20);
}

TEST_F(KillPointsTest, KilledAtEveryCallOfASyncNothingAcknowledgedIsLostOrDoubled) {
  AtEveryCall([this](const std::string& point, int number) { return SyncKilledAt(point, number); });
  CompareAtTheEnd();
  EXPECT_GE(kills_ * Stride(), 50);
}

TEST_F(KillPointsTest, TheBaseKilledAtEveryCallOfASessionNothingAcknowledgedIsLostOrDoubled) {
  AtEveryCall([this](const std::string& point, int number) { return BaseKilledAt(point, number); });
  CompareAtTheEnd();
  EXPECT_GE(kills_ * Stride(), 20);
}

}  // namespace
}  // namespace opgang
