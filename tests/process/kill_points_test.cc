// kill -9 at named points: before, after and in the middle of each call by which a save, a sync and a serving base change
// a disk, one after another until the program gets through. Compared with an outside ledger.
//
// Every third call, from the first on; OPGANG_KILL_STRIDE=1 takes them all (scripts/soak). What people and several tablets
// do meanwhile: kill_work_test.cc.
#include <iostream>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tests/process/support/kill_story.h"
#include "tests/process/support/ledger.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

class KillPointsTest : public KillStory {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    tablet_.Join(base_, "amal", "tablet-1");
    ledger_.emplace(base_, tablet_);
  }

  void SaveOne() {
    const Outcome outcome = RunCommand(ledger_->NextSave());
    ASSERT_EQ(outcome.exit_code, 0) << outcome.Words();
    ledger_->Note(outcome);
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

  bool BaseKilledAt(const std::string& point, int number) {
    SaveOne();
    return BaseKilledWhile(point, number, {tablet_.CommandOf({"sync", "--json"})});
  }

  void CompareAtTheEnd() {
    tablet_.Sync();
    EXPECT_EQ(tablet_.Unsent(), 0);
    ledger_->Compare(scratch_ / "reader");
    std::cout << kills_ << " kills, " << ledger_->typed() << " contacts typed, " << ledger_->saved()
              << " acknowledged" << std::endl;
  }

  Tablet tablet_{scratch_ / "tablet"};
  std::optional<Ledger> ledger_;
  const int stride_ = Stride(3);
};

TEST_F(KillPointsTest, KilledAtEveryCallOfASaveNothingAcknowledgedIsLostOrDoubled) {
  AtEveryCall(stride_, [this](const std::string& point, int number) { return SaveKilledAt(point, number); });
  CompareAtTheEnd();
  EXPECT_GE(kills_ * stride_, 20);
}

TEST_F(KillPointsTest, KilledAtEveryCallOfASyncNothingAcknowledgedIsLostOrDoubled) {
  AtEveryCall(stride_, [this](const std::string& point, int number) { return SyncKilledAt(point, number); });
  CompareAtTheEnd();
  EXPECT_GE(kills_ * stride_, 50);
}

TEST_F(KillPointsTest, TheBaseKilledAtEveryCallOfASessionNothingAcknowledgedIsLostOrDoubled) {
  AtEveryCall(stride_, [this](const std::string& point, int number) { return BaseKilledAt(point, number); });
  CompareAtTheEnd();
  EXPECT_GE(kills_ * stride_, 20);
}

}  // namespace
}  // namespace opgang
