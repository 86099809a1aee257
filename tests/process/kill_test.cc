// kill -9 at random moments, of opgang while it saves, of opgang while it syncs, of opgangd while it serves.
// A ledger outside of both (what the programs said was saved, and the notes that were ever typed) is compared
// with what a tablet that was never killed reads at the end: nothing acknowledged is lost (I1, I4), nothing
// is there twice (I2).
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/process.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

constexpr int kRounds = 18;
constexpr char kCitizen[] = "Ledger";

// OPGANG_SEED repeats a run; the moments still depend on the machine.
unsigned Seed() {
  const char* given = std::getenv("OPGANG_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
  std::cout << "OPGANG_SEED=" << seed << " repeats this run" << std::endl;
  return seed;
}

std::string Note(int number) { return "ledger entry " + std::to_string(number); }

class KillTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    tablet_.Join(base_, "amal", "tablet-1");
    citizen_ = tablet_.TakeInquiry(kCitizen);
    ASSERT_FALSE(citizen_.empty());
    tablet_.Sync();
    const auto begin = std::chrono::steady_clock::now();
    SaveOne();
    save_time_ = std::chrono::steady_clock::now() - begin;
  }

  Command SaveCommand() {
    const Json content = {{"contact", {{"place", "laundry"}, {"note", Note(typed_++)}}}};
    return tablet_.CommandOf({"contact", citizen_, "--json", "--json-input"}, content.dump());
  }

  // Into the ledger goes what a program that ended well said; a program that was killed said nothing that
  // counts.
  void NoteInLedger(const Outcome& outcome) {
    if (outcome.exit_code != 0) return;
    ++saved_;
    for (const Json& record : outcome.json()["records"]) acknowledged_.insert(record.value("id", ""));
  }

  void SaveOne() {
    const Outcome outcome = RunCommand(SaveCommand());
    ASSERT_EQ(outcome.exit_code, 0) << outcome.Words();
    NoteInLedger(outcome);
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
    Process saving(SaveCommand());
    KillSomewhere(saving, save_time_);
    NoteInLedger(saving.Wait());
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

  // A tablet that was never killed, enrolled only now.
  void CompareWithLedger() {
    Tablet reader(scratch_ / "reader");
    reader.Join(base_, "bodil", "tablet-2");
    const std::string citizen = reader.Find(kCitizen);
    const std::multiset<std::string> stored = reader.RecordsAbout(citizen);
    for (const std::string& id : acknowledged_)
      EXPECT_EQ(stored.count(id), 1U) << "acknowledged record " << id;
    const std::multiset<std::string> notes = reader.NotesAbout(citizen);
    EXPECT_GE(notes.size(), static_cast<size_t>(saved_));
    for (int number = 0; number < typed_; ++number) EXPECT_LE(notes.count(Note(number)), 1U) << Note(number);
    EXPECT_EQ(tablet_.NotesAbout(citizen_), notes) << "the tablet that was killed shows the same";
  }

  void ExpectSoundBase() {
    const Json checked = base_.AdminJson({"check"});
    EXPECT_EQ(checked["problems"], Json::array());
    EXPECT_EQ(checked["quarantined"], 0);
  }

  std::mt19937 random_{Seed()};
  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet tablet_{scratch_ / "tablet"};
  std::string citizen_;
  std::chrono::nanoseconds save_time_{};
  std::chrono::nanoseconds sync_time_ = std::chrono::milliseconds(300);
  int typed_ = 0;
  int saved_ = 0;
  int kills_ = 0;
  std::set<std::string> acknowledged_;
};

TEST_F(KillTest, KilledFiftyTimesWhileSavingSyncingAndServingNothingAcknowledgedIsLostOrDoubled) {
  for (int round = 0; round < kRounds || kills_ < 50; ++round) {
    SaveOne();
    KillDuringSave();
    KillDuringSync();
    KillServingBase();
    if (round % 6 == 0) SyncWholly();
    ASSERT_LT(round, 5 * kRounds) << "only " << kills_ << " processes could be killed alive";
  }
  SyncWholly();
  EXPECT_EQ(tablet_.Unsent(), 0);
  EXPECT_GE(kills_, 50);
  CompareWithLedger();
  ExpectSoundBase();
  std::cout << kills_ << " kills, " << typed_ << " contacts typed, " << saved_ << " acknowledged"
            << std::endl;
}

}  // namespace
}  // namespace opgang
