// opgang as a worker meets it when something is wrong: each failure has its own exit code and words
// (docs/errors.md), and nothing that was saved is lost.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "gtest/gtest.h"
#include "opgang/device.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/full_disk.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

namespace fs = std::filesystem;

// Its exit code, its name, and words for all of: what happened, what is safe.
void ExpectError(const Outcome& outcome, ErrorCode code) {
  EXPECT_EQ(outcome.exit_code, static_cast<int>(code)) << outcome.Words();
  const Json error = outcome.json();
  EXPECT_EQ(error["schema"], "opgang/error/1") << outcome.Words();
  EXPECT_EQ(error["code"], std::string(ErrorCodeName(code)));
  EXPECT_EQ(error["exit"], static_cast<int>(code));
  EXPECT_NE(error.value("what", ""), "");
  EXPECT_NE(error.value("safe", ""), "");
}

// Content and name of every file under `directory`.
std::map<std::string, std::string> Snapshot(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files[entry.path()] = ReadFile(entry.path());
  }
  return files;
}

class BadInputTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
  }

  // Enrolled, with an inquiry in the queue.
  void Begin() {
    tablet_.Join(base_, "amal", "tablet-1");
    citizen_ = tablet_.TakeInquiry("Kept");
    ASSERT_FALSE(citizen_.empty());
    unsent_ = tablet_.Unsent();
    ASSERT_GT(unsent_, 0);
  }

  Outcome SaveNote(const std::string& note) const {
    return SaveRaw("{\"contact\": {\"place\": \"laundry\", \"note\": \"" + note + "\"}}");
  }
  Outcome SaveRaw(const std::string& input) const {
    return tablet_.Run({"contact", citizen_, "--json", "--json-input"}, input);
  }
  Outcome DropIn() const { return tablet_.Run({"contact", "--place", "laundry", "--json", "--no-input"}); }

  // What was saved before is still there, and can be handed in.
  void ExpectNothingLost() {
    EXPECT_EQ(tablet_.Unsent(), unsent_);
    EXPECT_EQ(tablet_.Find("Kept"), citizen_);
  }

  fs::path StoreDirectory() const { return fs::directory_iterator(tablet_.home() / "stores")->path(); }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet tablet_{scratch_ / "tablet"};
  std::string citizen_;
  int unsent_ = 0;
};

TEST_F(BadInputTest, ContentThatIsNoneIsRefusedAndTheQueueStaysAsItWas) {
  Begin();
  ExpectError(SaveNote(std::string(3 << 20, 'a')), ErrorCode::kBadInput);
  ExpectError(SaveNote(std::string(5000, 'a')), ErrorCode::kRefused);
  EXPECT_EQ(SaveNote(std::string(5000, 'a')).json()["refusal"], "too-long");
  ExpectError(SaveNote("\xC3\x28 \xFF"), ErrorCode::kBadInput);
  ExpectError(SaveRaw("garbage"), ErrorCode::kBadInput);
  ExpectError(SaveRaw(""), ErrorCode::kBadInput);
  ExpectError(SaveRaw("{\"contact\": {\"colour\": \"red\"}}"), ErrorCode::kBadInput);
  ExpectNothingLost();
}

TEST_F(BadInputTest, ACivilRegistrationNumberInFreeTextIsRefusedAndNotRepeated) {
  Begin();
  const Outcome refused = SaveNote("born, she says, 010190-1234");
  ExpectError(refused, ErrorCode::kRefused);
  EXPECT_EQ(refused.json()["refusal"], "cpr-in-text");
  EXPECT_EQ((refused.out + refused.err).find("010190"), std::string::npos);
  ExpectNothingLost();
}

TEST_F(BadInputTest, AWrongCodeIsToldAndTheRightOneStillWorks) {
  Invitation invitation = base_.Invite("amal", "tablet-1");
  const std::string code = invitation.code;
  invitation.code = code[0] == '2' ? "3" + code.substr(1) : "2" + code.substr(1);
  ExpectError(tablet_.Enroll(invitation), ErrorCode::kInvitationWrongCode);
  ExpectError(tablet_.Run({"status", "--json"}), ErrorCode::kNotEnrolled);
  invitation.code = code;
  EXPECT_EQ(tablet_.Enroll(invitation).exit_code, 0);
}

TEST_F(BadInputTest, AUsedAnExpiredAndADamagedInvitationAreToldApart) {
  const Invitation used = base_.Invite("amal", "tablet-1");
  EXPECT_EQ(tablet_.Enroll(used).exit_code, 0);
  Tablet other(scratch_ / "other");
  ExpectError(other.Enroll(used), ErrorCode::kInvitationUsed);

  const Invitation old = base_.Invite("bodil", "tablet-2");
  base_.Stop();
  base_.Start(WallClock("+4d"));
  ExpectError(other.Enroll(old), ErrorCode::kInvitationExpired);

  const Invitation damaged{scratch_ / "damaged", old.code};
  WriteFile(damaged.file, "this was a photograph");
  ExpectError(other.Enroll(damaged), ErrorCode::kInvitationDamaged);
  ExpectError(other.Run({"status", "--json"}), ErrorCode::kNotEnrolled);
}

TEST_F(BadInputTest, OnAFullDiskASaveSaysNotSavedAndWithRoomAgainItSaves) {
  Begin();
  const FullDisk disk(scratch_ / "disk-is-full");
  tablet_.SetClocks(disk.environment());
  disk.Fill();
  ExpectError(DropIn(), ErrorCode::kDiskFull);
  disk.Empty();
  ExpectNothingLost();
  EXPECT_EQ(DropIn().exit_code, 0);
  EXPECT_EQ(tablet_.Unsent(), unsent_ + 1);
}

// Root may write anywhere, so under root the program runs as nobody, who owns the files and may not change
// them.
TEST_F(BadInputTest, InAReadOnlyDirectoryASaveSaysNotSavedAndNothingChanges) {
  Begin();
  tablet_.Run({"lock"});
  const bool root = geteuid() == 0;
  const auto protect = [&](bool writable) {
    std::vector<fs::path> all = {tablet_.home()};
    for (const auto& entry : fs::recursive_directory_iterator(tablet_.home())) all.push_back(entry.path());
    for (const fs::path& path : all) {
      const bool directory = fs::is_directory(path);
      ASSERT_EQ(chmod(path.c_str(), (writable ? 0600 : 0400) | (directory ? 0100 : 0)), 0);
      const uid_t owner = writable ? 0 : 65534;
      if (root) {
        ASSERT_EQ(chown(path.c_str(), owner, owner), 0);
      }
    }
  };
  chmod(scratch_.path().c_str(), 0755);
  protect(false);
  const auto before = Snapshot(tablet_.home());
  Command command = tablet_.CommandOf({"contact", "--place", "laundry", "--json", "--no-input"});
  if (root) {
    const std::vector<std::string> nobody = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    command.words.insert(command.words.begin(), nobody.begin(), nobody.end());
  }
  ExpectError(RunCommand(command), ErrorCode::kNotWritable);
  EXPECT_EQ(Snapshot(tablet_.home()), before);
  protect(true);
  ExpectNothingLost();
}

TEST_F(BadInputTest, AStoreOfANewerOpgangIsLeftUntouched) {
  Begin();
  for (const char* name : {"confirmed.db", "queue.db"}) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((StoreDirectory() / name).c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, "PRAGMA user_version=9999", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    const auto before = Snapshot(StoreDirectory());
    ExpectError(DropIn(), ErrorCode::kNewerFile);
    EXPECT_EQ(Snapshot(StoreDirectory()), before) << name;
  }
}

TEST_F(BadInputTest, WhileAnotherProcessUsesTheStoreASaveSaysSo) {
  Begin();
  {
    DeviceOptions options;
    options.home = tablet_.home();
    const auto held = Device(options).OpenStore();
    ASSERT_TRUE(held.ok()) << held.status();
    ExpectError(DropIn(), ErrorCode::kStoreBusy);
  }
  ExpectNothingLost();
  EXPECT_EQ(DropIn().exit_code, 0);
}

TEST_F(BadInputTest, WithoutABaseSavedWorkWaits) {
  Begin();
  base_.Stop();
  ExpectError(tablet_.Run({"sync", "--json"}), ErrorCode::kNoBase);
  ExpectNothingLost();
  base_.Start();
  tablet_.Sync();
  EXPECT_EQ(tablet_.Unsent(), 0);
}

TEST_F(BadInputTest, AnotherBaseAtTheSameAddressGetsNothing) {
  Begin();
  const int port = base_.port();
  base_.Stop();
  BaseProcess other(scratch_ / "other");
  other.ServeOnPort(port);
  other.Start();
  ExpectError(tablet_.Run({"sync", "--json"}), ErrorCode::kBaseUntrusted);
  EXPECT_EQ(other.AdminJson({"check"})["records"], 0);
  ExpectNothingLost();
}

}  // namespace
}  // namespace opgang
