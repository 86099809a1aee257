// kill -9 at named points of what happens more seldom than a save and a sync: enrolling, a first pull, several tablets at
// once, importing, backing up, restoring, deciding on quarantine. Whatever was killed is begun again, and comes to the end
// that it would have come to; nothing acknowledged is lost or doubled meanwhile.
//
// Few calls of each in the tests; OPGANG_KILL_STRIDE=1 takes them all (scripts/soak).
#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "gtest/gtest.h"
#include "tests/process/support/kill_story.h"
#include "tests/process/support/ledger.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

class KillWorkTest : public KillStory {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
  }

  // A tablet of amal's with work that the base has acknowledged.
  void JoinWithWork() {
    tablet_.Join(base_, "amal", "tablet-1");
    ledger_.emplace(base_, tablet_);
    SaveOne(*ledger_);
    tablet_.Sync();
  }
  static void SaveOne(Ledger& ledger) {
    const Outcome outcome = RunCommand(ledger.NextSave());
    ASSERT_EQ(outcome.exit_code, 0) << outcome.Words();
    ledger.Note(outcome);
  }

  Command Admin(const std::vector<std::string>& words) const {
    Command command;
    command.words = {OPGANGD_PROGRAM, "--data", base_.directory().string()};
    command.words.insert(command.words.end(), words.begin(), words.end());
    return command;
  }
  int ExitOf(const std::vector<std::string>& words) const { return base_.Admin(words).exit_code; }
  void Succeed(const std::vector<std::string>& words) const {
    const Outcome outcome = base_.Admin(words);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.Words();
  }

  // The same invitation, until it is through. A home of its own for each number and point.
  bool EnrolKilledAt(const std::string& point, int number);
  bool FirstPullKilledAt(const std::string& point, int number);
  bool SyncOfAllKilledAt(const std::string& point, int number);
  bool ImportKilledAt(const std::string& point, int number);
  bool BackupKilledAt(const std::string& point, int number);
  bool RestoreKilledAt(const std::string& point, int number);
  bool DecisionKilledAt(const std::string& point, int number);

  // A key is named; returns the file of its secret half.
  std::string OfflineKey() {
    const std::string key = (scratch_ / "offline.key").string();
    Succeed({"backup", "key", "--out", key});
    Succeed({"backup", "seal-to", key + ".pub", "--actor", "karen"});
    return key;
  }
  // An area with so many doors, two at each entrance.
  void WriteRows(int doors) const {
    std::string csv = "street;number;floor;door;postcode;town;organisation;area\n";
    for (int row = 0; row < doors; ++row) {
      csv += "Fyrrebakken;" + std::to_string(row / 2 + 1) + ";st;" + (row % 2 == 0 ? "tv" : "th") +
             ";9220;Aalborg Øst;Plus Bolig;Importby\n";
    }
    WriteFile(scratch_ / "rows.csv", csv);
  }
  std::vector<std::string> ImportWords() const {
    return {"import",
            "dwellings",
            (scratch_ / "rows.csv").string(),
            "--mapping",
            std::string(OPGANG_SOURCE_DIR) + "/examples/mappings/plain.toml",
            "--area",
            "Importby"};
  }

  Tablet tablet_{scratch_ / "tablet"};
  std::optional<Ledger> ledger_;
  std::vector<std::unique_ptr<Tablet>> others_;
  std::vector<std::unique_ptr<Ledger>> ledgers_;
  std::string key_;
  std::string backup_;
  int made_ = 0;
  int decided_ = 0;
};

bool KillWorkTest::EnrolKilledAt(const std::string& point, int number) {
  const std::string device = "tablet-" + std::to_string(++made_);
  const Invitation invitation = base_.Invite("amal", device);
  const Tablet tablet(scratch_ / device);
  Command enrol = tablet.CommandOf({"enroll", invitation.file.string(), "--json"}, invitation.code + "\n");
  enrol.environment.merge(KillAt(point, number));
  const bool killed = WasKilled(RunCommand(enrol));
  const Outcome again = tablet.Enroll(invitation);
  EXPECT_EQ(again.exit_code, 0) << point << number << again.Words();
  tablet.Sync();
  return killed;
}

TEST_F(KillWorkTest, KilledAtEveryCallOfAnEnrolmentTheSameInvitationBringsItToItsEnd) {
  const int stride = Stride(25);
  AtEveryCall(stride, [this](const std::string& point, int number) { return EnrolKilledAt(point, number); });
  EXPECT_GE(kills_ * stride, 20);
  ExpectSoundBase();
}

bool KillWorkTest::FirstPullKilledAt(const std::string& point, int number) {
  const std::string device = "tablet-" + std::to_string(++made_ + 1);
  const Tablet tablet(scratch_ / device);
  EXPECT_EQ(tablet.Enroll(base_.Invite("bodil", device)).exit_code, 0);
  Command sync = tablet.CommandOf({"sync", "--json"});
  sync.environment.merge(KillAt(point, number));
  const bool killed = WasKilled(RunCommand(sync));
  tablet.Sync();
  EXPECT_EQ(tablet.NotesAbout(tablet.Find("Ledger")), tablet_.NotesAbout(tablet_.Find("Ledger")));
  return killed;
}

TEST_F(KillWorkTest, KilledAtEveryCallOfAFirstPullTheNextOneBringsTheRest) {
  JoinWithWork();
  const int stride = Stride(30);
  AtEveryCall(stride,
              [this](const std::string& point, int number) { return FirstPullKilledAt(point, number); });
  EXPECT_GE(kills_ * stride, 20);
}

// All of them sync at once; the base is killed under them.
bool KillWorkTest::SyncOfAllKilledAt(const std::string& point, int number) {
  std::vector<Command> syncs;
  for (size_t i = 0; i < others_.size(); ++i) {
    SaveOne(*ledgers_[i]);
    syncs.push_back(others_[i]->CommandOf({"sync", "--json"}));
  }
  return BaseKilledWhile(point, number, syncs);
}

TEST_F(KillWorkTest, TheBaseKilledUnderThreeTabletsAtOnceLosesAndDoublesNothingOfAnyOfThem) {
  for (int i = 0; i < 3; ++i) {
    const std::string name = "tablet-" + std::to_string(i + 3);
    others_.push_back(std::make_unique<Tablet>(scratch_ / name));
    others_.back()->Join(base_, "staff-" + std::to_string(i), name);
    ledgers_.push_back(std::make_unique<Ledger>(base_, *others_.back(), "Citizen " + std::to_string(i)));
  }
  const int stride = Stride(30);
  AtEveryCall(stride,
              [this](const std::string& point, int number) { return SyncOfAllKilledAt(point, number); });
  EXPECT_GE(kills_ * stride, 20);
  for (int round = 0; round < 2; ++round) {
    for (const auto& tablet : others_) tablet->Sync();
  }
  Tablet reader(scratch_ / "reader");
  reader.Join(base_, "bodil", "tablet-2");
  for (const auto& ledger : ledgers_) ledger->CompareWith(reader);
}

// Every import brings the area in line with its rows: doors come, and doors are closed.
bool KillWorkTest::ImportKilledAt(const std::string& point, int number) {
  WriteRows(2 + made_++ % 2 * 8);
  const bool killed = BaseKilledWhile(point, number, {Admin(ImportWords())});
  Succeed(ImportWords());
  const Json again = base_.AdminJson(ImportWords());
  for (const char* count : {"entrances_added", "dwellings_added", "changed", "closed"})
    EXPECT_EQ(again.value(count, -1), 0) << point << number << again.dump();
  return killed;
}

TEST_F(KillWorkTest, TheBaseKilledAtEveryCallOfAnImportBringsTheAreaInLineWhenItIsMadeAgain) {
  const int stride = Stride(25);
  AtEveryCall(stride, [this](const std::string& point, int number) { return ImportKilledAt(point, number); });
  EXPECT_GE(kills_ * stride, 15);
  ExpectSoundBase();
}

// Half a backup is none, and never opens; a whole one is one, whether or not the base could still write it down.
bool KillWorkTest::BackupKilledAt(const std::string& point, int number) {
  const std::string file = (scratch_ / ("backup-" + std::to_string(++made_))).string();
  const bool killed = BaseKilledWhile(point, number, {Admin({"backup", "--to", file, "--json"})});
  const bool told = last_acts_[0].exit_code == 0;
  EXPECT_FALSE(std::filesystem::exists(base_.directory() / "backup.image")) << point << number;
  const Outcome checked = base_.Admin({"--json", "restore", "--check", file, "--key", key_});
  EXPECT_TRUE(checked.exit_code == 0 || !told) << "what was told to be made is whole" << checked.Words();
  const std::string next = file + "-again";
  Succeed({"backup", "--to", next});
  const Json whole = base_.AdminJson({"restore", "--check", next, "--key", key_});
  Succeed({"backup", "confirm", whole.value("receipt", ""), "--actor", "karen"});
  return killed;
}

TEST_F(KillWorkTest, TheBaseKilledAtEveryCallOfABackupLeavesAWholeOneOrNone) {
  JoinWithWork();
  key_ = OfflineKey();
  const int stride = Stride(60);
  AtEveryCall(stride, [this](const std::string& point, int number) { return BackupKilledAt(point, number); });
  EXPECT_GE(kills_ * stride, 20);
  ExpectSoundBase();
}

// The former base, the restored one, or none until the same command is run again.
bool KillWorkTest::RestoreKilledAt(const std::string& point, int number) {
  SaveOne(*ledger_);
  tablet_.Sync();
  base_.Stop();
  const std::vector<std::string> words = {"restore", backup_, "--key", key_, "--replace"};
  const bool killed = WasKilled(base_.Admin(words, KillAt(point, number)));
  if (ExitOf({"check"}) != 0) {
    EXPECT_TRUE(killed);
    Succeed(words);
  }
  base_.Start();
  tablet_.Sync();
  return killed;
}

TEST_F(KillWorkTest, KilledAtEveryCallOfARestoreTheBaseIsOneOfTheTwoAndItsTabletHealsIt) {
  JoinWithWork();
  key_ = OfflineKey();
  backup_ = (scratch_ / "backup").string();
  Succeed({"backup", "--to", backup_});
  const int stride = Stride(30);
  AtEveryCall(stride,
              [this](const std::string& point, int number) { return RestoreKilledAt(point, number); });
  EXPECT_GE(kills_ * stride, 20);
  tablet_.Sync();
  EXPECT_EQ(tablet_.Unsent(), 0);
  ledger_->Compare(scratch_ / "reader");
}

// Refused first: amal is made an instructor, who may not note a visit. Discarded, or replayed once it is permitted.
bool KillWorkTest::DecisionKilledAt(const std::string& point, int number) {
  base_.Invite("amal", "as-instructor-" + std::to_string(++made_), "instructor");
  EXPECT_EQ(tablet_.Run({"door", "1tv", "no-answer"}).exit_code, 0);
  EXPECT_EQ(tablet_.Run({"sync"}).exit_code, static_cast<int>(ErrorCode::kNeedsAttention));
  const Json waiting = base_.AdminJson({"quarantine", "list"})["items"];
  if (waiting.size() != 1) ADD_FAILURE() << waiting.dump();
  if (waiting.size() != 1) return false;
  std::vector<std::string> decide = {"quarantine", "replay", waiting[0].value("intent", ""), "--actor",
                                     "cilla"};
  if (made_ % 2 == 0) {
    decide[1] = "discard";
    decide.insert(decide.end(), {"--why", "duplicate"});
  } else {
    base_.Invite("amal", "as-outreach-" + std::to_string(made_), "outreach");
  }
  const bool killed = BaseKilledWhile(point, number, {Admin(decide)});
  if (!base_.AdminJson({"quarantine", "list"})["items"].empty()) Succeed(decide);
  EXPECT_EQ(base_.AdminJson({"quarantine", "list"})["items"], Json::array());
  ++decided_;
  return killed;
}

TEST_F(KillWorkTest, TheBaseKilledAtEveryCallOfADecisionDecidesItOnce) {
  JoinWithWork();
  base_.Invite("cilla", "office", "coordinator");
  const int stride = Stride(25);
  AtEveryCall(stride,
              [this](const std::string& point, int number) { return DecisionKilledAt(point, number); });
  EXPECT_GE(kills_ * stride, 15);
  EXPECT_EQ(base_.AdminJson({"quarantine", "decisions"})["decisions"].size(), static_cast<size_t>(decided_));
  ExpectSoundBase();
}

}  // namespace
}  // namespace opgang
