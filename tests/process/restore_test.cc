// Backup, receipt, confirm, kill -9, restore, sync: with the programs that ship, against a ledger kept outside of both (I4,
// I13).
#include <filesystem>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/process.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

constexpr int kBadInput = 21;
constexpr int kStoreBusy = 9;
constexpr int kDamaged = 13;
constexpr int kReceiptRefused = 25;
constexpr int kUnknownStore = 26;

class RestoreTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    key_ = (scratch_ / "offline.key").string();
    Succeed({"backup", "key", "--out", key_});
    Succeed({"backup", "seal-to", key_ + ".pub", "--actor", "karen"});
    amal_.Join(base_, "amal", "tablet-1");
    bodil_.Join(base_, "bodil", "tablet-2");
    citizen_ = amal_.TakeInquiry("Ledger");
    amal_.Sync();
    bodil_.Sync();
  }

  void Succeed(const std::vector<std::string>& words) {
    const Outcome outcome = base_.Admin(words);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.Words();
  }
  int ExitOf(const std::vector<std::string>& words) { return base_.Admin(words).exit_code; }

  std::string Backup(const std::string& name) {
    const std::string file = (scratch_ / name).string();
    EXPECT_EQ(base_.AdminJson({"backup", "--to", file})["schema"], "opgangd/backup/1");
    return file;
  }
  std::string ReceiptOf(const std::string& file) {
    return base_.AdminJson({"restore", "--check", file, "--key", key_}).value("receipt", "");
  }

  // Lines of the list: each of the two is one.
  int DevicesThatExistTwice() {
    const Json listed = base_.AdminJson({"devices"});
    EXPECT_FALSE(listed["devices"].empty());
    int lines = 0;
    for (const Json& device : listed["devices"]) lines += device.value("exists_twice", false) ? 1 : 0;
    return lines;
  }

  void Save(const Tablet& tablet, const std::string& citizen, const std::string& note) {
    const Json content = {{"contact", {{"place", "laundry"}, {"note", note}}}};
    for (const std::string& id : tablet.Save({"contact", citizen}, content)) ledger_.insert(id);
    notes_.insert(note);
  }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet amal_{scratch_ / "amal"};
  Tablet bodil_{scratch_ / "bodil"};
  std::string key_;
  std::string citizen_;
  std::multiset<std::string> ledger_;
  std::multiset<std::string> notes_;
};

TEST_F(RestoreTest, BaseKilledAndRestoredFromYesterdayIsHealedByItsDevicesAtTheirNextSyncs) {
  Save(amal_, citizen_, "in the backup");
  amal_.Sync();
  const std::string file = Backup("yesterday");
  EXPECT_EQ(base_.AdminJson({"backup"})["durable_horizon"], 0);
  const Json confirmed = base_.AdminJson({"backup", "confirm", ReceiptOf(file), "--actor", "karen"});
  EXPECT_GT(confirmed["durable_horizon"], 0);
  amal_.Sync();  // lets go of what the backup holds
  EXPECT_EQ(amal_.RunJson({"status"})["backup"]["durable_horizon"], confirmed["durable_horizon"]);

  for (int i = 0; i < 4; ++i) Save(amal_, citizen_, "amal after the backup " + std::to_string(i));
  amal_.Sync();
  bodil_.Sync();
  for (int i = 0; i < 4; ++i) {
    Save(bodil_, bodil_.Find("Ledger"), "bodil after the backup " + std::to_string(i));
  }
  bodil_.Sync();
  Save(amal_, citizen_, "never sent before the base went");

  EXPECT_EQ(ExitOf({"restore", file, "--key", key_, "--replace"}), kStoreBusy);
  base_.Kill();
  EXPECT_EQ(ExitOf({"restore", file, "--key", key_}), kBadInput);
  const Json restored = base_.AdminJson({"restore", file, "--key", key_, "--replace"});
  EXPECT_TRUE(std::filesystem::exists(restored["set_aside"].get<std::string>() + "/base.db"));
  base_.Start();
  for (int round = 0; round < 2; ++round) {
    amal_.Sync();
    bodil_.Sync();
  }

  Tablet reader(scratch_ / "reader");
  reader.Join(base_, "carl", "tablet-3");
  const std::string citizen = reader.Find("Ledger");
  const auto stored = reader.RecordsAbout(citizen);
  for (const std::string& id : ledger_) EXPECT_EQ(stored.count(id), 1U) << id;
  EXPECT_EQ(reader.NotesAbout(citizen), notes_) << "every note, each once";
  EXPECT_EQ(amal_.NotesAbout(citizen_), notes_);
  EXPECT_EQ(amal_.Unsent(), 0);
  EXPECT_EQ(base_.AdminJson({"check"})["problems"], Json::array());
  EXPECT_EQ(DevicesThatExistTwice(), 0);
}

TEST_F(RestoreTest, EveryRefusalHasItsExitCodeAndChangesNothing) {
  const std::string file = Backup("whole");
  EXPECT_EQ(ExitOf({"backup", "--to", file}), kBadInput) << "never over a file";
  EXPECT_EQ(ExitOf({"backup", "key", "--out", key_}), kBadInput);
  EXPECT_EQ(ExitOf({"backup", "confirm", "AAAA-BBBB", "--actor", "karen"}), kReceiptRefused);
  const std::string other_key = (scratch_ / "other.key").string();
  Succeed({"backup", "key", "--out", other_key});
  EXPECT_EQ(ExitOf({"restore", "--check", file, "--key", other_key}), kBadInput);
  EXPECT_EQ(ExitOf({"restore", "--check", file, "--key", key_ + ".pub"}), kBadInput);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  EXPECT_EQ(ExitOf({"restore", "--check", file, "--key", key_}), kDamaged);
  EXPECT_EQ(base_.AdminJson({"backup"})["durable_horizon"], 0);
  amal_.Sync();
}

TEST_F(RestoreTest, InterruptedRestoreKeepsTheBaseFromStartingUntilItIsRunAgain) {
  const std::string file = Backup("whole");
  base_.Kill();
  WriteFile(base_.directory() / "restoring", "");
  EXPECT_EQ(ExitOf({"check"}), kDamaged);
  Succeed({"restore", file, "--key", key_});
  base_.Start();
  amal_.Sync();
}

TEST_F(RestoreTest, TabletEnrolledAfterTheBackupEnrolsAgainAndBringsItsWork) {
  const std::string file = Backup("before");
  Tablet carl(scratch_ / "carl");
  carl.Join(base_, "carl", "tablet-3");
  const std::string citizen = carl.TakeInquiry("Late");
  Save(carl, citizen, "heard by the base that went");
  carl.Sync();
  base_.Kill();
  Succeed({"restore", file, "--key", key_, "--replace"});
  base_.Start();
  EXPECT_EQ(carl.Run({"sync"}).exit_code, kUnknownStore);
  EXPECT_EQ(carl.Enroll(base_.Invite("carl", "tablet-3")).exit_code, 0);
  carl.Sync();
  amal_.Sync();
  EXPECT_EQ(amal_.NotesAbout(amal_.Find("Late")), notes_);
}

TEST_F(RestoreTest, TabletCopiedWithItsDiskStandsAsTwoUntilSomebodySettlesIt) {
  std::filesystem::copy(amal_.home(), scratch_ / "copy", std::filesystem::copy_options::recursive);
  Tablet copy(scratch_ / "copy");
  amal_.Sync();
  amal_.Sync();
  copy.Sync();
  EXPECT_EQ(DevicesThatExistTwice(), 2);
  EXPECT_THAT(bodil_.Run({"board"}).out, testing::HasSubstr("tablet-1 (amal) EXISTS TWICE"));
  Succeed({"devices", "settle", "tablet-1", "--actor", "karen"});
  EXPECT_EQ(DevicesThatExistTwice(), 0);
}

}  // namespace
}  // namespace opgang
