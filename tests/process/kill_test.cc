// kill -9 at random moments, of opgang while it saves, of opgang while it syncs, of opgangd while it serves; compared with
// an outside ledger.
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/ledger.h"
#include "tests/process/support/process.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

// Three kills a round.
int Rounds() {
  const char* given = std::getenv("OPGANG_KILL_ROUNDS");
  return given == nullptr ? 18 : std::stoi(given);
}

// OPGANG_SEED repeats a run; the moments still depend on the machine.
unsigned Seed() {
  const char* given = std::getenv("OPGANG_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
  std::cout << "OPGANG_SEED=" << seed << " repeats this run" << std::endl;
  return seed;
}

class KillTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    tablet_.Join(base_, "amal", "tablet-1");
    ledger_.emplace(base_, tablet_);
    const auto begin = std::chrono::steady_clock::now();
    SaveOne();
    save_time_ = std::chrono::steady_clock::now() - begin;
  }

  void SaveOne() {
    const Outcome outcome = RunCommand(ledger_->NextSave());
    ASSERT_EQ(outcome.exit_code, 0) << outcome.Words();
    ledger_->Note(outcome);
  }

  std::chrono::milliseconds AnyMomentIn(std::chrono::nanoseconds span) {
    const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
    return std::chrono::milliseconds(
        std::uniform_int_distribution<int64_t>(0, std::max<int64_t>(most, 1))(random_));
  }

  // Kills `process` at any moment of its life, whose length is about `span`; true where it was still alive.
  bool KillSomewhere(Process& process, std::chrono::nanoseconds span) {
    if (process.WaitFor(AnyMomentIn(span))) return false;
    process.Signal(SIGKILL);
    process.Wait();
    ++kills_;
    return true;
  }

  void KillDuringSave() {
    Process saving(ledger_->NextSave());
    KillSomewhere(saving, save_time_);
    ledger_->Note(saving.Wait());
  }

  void KillDuringSync() {
    Process syncing(tablet_.CommandOf({"sync", "--json"}));
    KillSomewhere(syncing, sync_time_);
  }

  void KillServingBase() {
    Process syncing(tablet_.CommandOf({"sync", "--json"}));
    const auto early = syncing.WaitFor(AnyMomentIn(sync_time_));
    base_.Kill();
    ++kills_;
    base_.Start();
    if (!early) syncing.Wait();
  }

  void SyncWholly() {
    const auto begin = std::chrono::steady_clock::now();
    tablet_.Sync();
    sync_time_ = std::chrono::steady_clock::now() - begin;
  }

  std::mt19937 random_{Seed()};
  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet tablet_{scratch_ / "tablet"};
  std::optional<Ledger> ledger_;
  std::chrono::nanoseconds save_time_{};
  std::chrono::nanoseconds sync_time_ = std::chrono::milliseconds(300);
  int kills_ = 0;
};

TEST_F(KillTest, KilledFiftyTimesWhileSavingSyncingAndServingNothingAcknowledgedIsLostOrDoubled) {
  const int rounds = Rounds();
  for (int round = 0; round < rounds || kills_ < 50; ++round) {
    SaveOne();
    KillDuringSave();
    KillDuringSync();
    KillServingBase();
    if (round % 6 == 0) SyncWholly();
    ASSERT_LT(round, 5 * rounds) << "only " << kills_ << " processes could be killed alive";
  }
  SyncWholly();
  EXPECT_EQ(tablet_.Unsent(), 0);
  EXPECT_GE(kills_, 50);
  ledger_->Compare(scratch_ / "reader");
  std::cout << kills_ << " kills, " << ledger_->typed() << " contacts typed, " << ledger_->saved()
            << " acknowledged" << std::endl;
}

}  // namespace
}  // namespace opgang
