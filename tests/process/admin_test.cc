// Administration over mutual TLS with the programs as they ship: who may do what, a lost tablet, everybody's work on a shared one.
#include <string>

#include "core/base/error.h"
#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/cutting_proxy.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

class AdminProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    amal_.Join(base_, "amal", "tablet-1");
    karen_.Join(base_, "karen", "office", "coordinator");
  }
  static int Code(ErrorCode code) { return static_cast<int>(code); }
  Json DeviceCalled(const std::string& label) {
    const Json all = karen_.RunJson({"admin", "devices"});
    for (const Json& device : all["devices"]) {
      if (device["device"] == label) return device;
    }
    return nullptr;
  }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet amal_{scratch_ / "amal"};
  Tablet karen_{scratch_ / "karen"};
};

TEST_F(AdminProcessTest, ACoordinatorTakesALostTabletOutOfUseAndItSaysSo) {
  amal_.TakeInquiry("Hassan Yusuf");
  amal_.Sync();
  EXPECT_EQ(karen_.RunJson({"admin", "incident", "tablet-1"})["people"], 1);
  karen_.RunJson({"admin", "devices", "revoke", "tablet-1", "--reason", "lost"});
  EXPECT_EQ(DeviceCalled("tablet-1")["revoked"], "lost");
  const Outcome synced = amal_.Run({"sync"});
  EXPECT_EQ(synced.exit_code, 0) << synced.Words();
  EXPECT_NE(synced.out.find("taken out of use"), std::string::npos) << synced.out;
  const Outcome status = amal_.Run({"status"});
  EXPECT_NE(status.out.find("OUT OF USE"), std::string::npos) << status.out;
  EXPECT_EQ(amal_.Run({"due"}).exit_code, Code(ErrorCode::kRevoked));
  EXPECT_EQ(DeviceCalled("tablet-1")["may_still_hold"], 0);
  EXPECT_EQ(karen_.RunJson({"admin", "incident", "tablet-1"})["people"], 0);
}

TEST_F(AdminProcessTest, WhoMayNotAskGetsOneAnswerAndTheBaseNotesIt) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"admin", "staff"},
                                                {"admin", "devices"},
                                                {"admin", "grants", "list", "karen"}}) {
    EXPECT_EQ(amal_.Run(words).exit_code, Code(ErrorCode::kBaseRefused)) << words[1];
  }
  EXPECT_EQ(karen_.Run({"admin", "staff", "role", "amal", "admin"}).exit_code, Code(ErrorCode::kBaseRefused));
  base_.Stop();
  EXPECT_NE(base_.log().find("event=refused method=AdminService/ListStaff staff=amal"), std::string::npos);
}

TEST_F(AdminProcessTest, AnAdminGivesRolesAndReadsNoPerson) {
  Tablet eva(scratch_ / "eva");
  ASSERT_EQ(eva.Enroll(base_.Invite("eva", "office-2", "admin")).exit_code, 0);
  eva.Sync();
  amal_.TakeInquiry("Hassan Yusuf");
  amal_.Sync();
  eva.Sync();
  EXPECT_EQ(eva.RunJson({"find"}, "Hassan\n")["hits"], Json::array());
  eva.RunJson({"admin", "staff", "role", "amal", "health"});
  amal_.Sync();
  EXPECT_EQ(amal_.RunJson({"status"})["role"], "health");
  EXPECT_EQ(eva.Run({"admin", "staff", "role", "eva", "coordinator"}).exit_code,
            Code(ErrorCode::kBaseRefused));
}

TEST_F(AdminProcessTest, ACoordinatorErasesACitizenByTheHandleOfHerInquiryAfterADryRun) {
  amal_.TakeInquiry("Hassan Yusuf");
  amal_.Sync();
  karen_.Sync();
  const std::string handle = karen_.RunJson({"due"})["cases"][0]["handle"];
  const Json would = karen_.RunJson({"admin", "erase", handle});
  EXPECT_FALSE(would["applied"].get<bool>());
  EXPECT_GE(would["records"].get<int>(), 3);
  EXPECT_NE(karen_.Run({"admin", "erase", handle}).out.find("--yes"), std::string::npos);
  EXPECT_TRUE(karen_.RunJson({"admin", "erase", handle, "--yes"})["applied"].get<bool>());
  amal_.Sync();
  EXPECT_EQ(amal_.RunJson({"find"}, "Hassan\n")["hits"], Json::array());
  EXPECT_EQ(amal_.Run({"admin", "erase", handle}).exit_code, Code(ErrorCode::kBaseRefused))
      << "an outreach worker erases nobody";
}

TEST_F(AdminProcessTest, ACoordinatorHandsOutWhatHeMayReadAsTwoFilesOfHisOwn) {
  const std::string handle = amal_.TakeInquiry("Hassan Yusuf");
  amal_.Sync();
  karen_.Sync();
  const Json done = karen_.RunJson({"admin", "export", handle, "--out", (scratch_ / "out").string()});
  EXPECT_EQ(done["withheld"], 0);
  for (const char* kind : {"json", "html"}) {
    const std::filesystem::path file = done[kind].get<std::string>();
    EXPECT_NE(ReadFile(file).find("Hassan Yusuf"), std::string::npos);
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_EQ(file.string().find("Hassan"), std::string::npos);
  }
}

TEST_F(AdminProcessTest, ALockedTabletAdministersNothing) {
  Command locked = karen_.CommandOf({"admin", "staff"});
  karen_.Run({"lock"});
  locked.environment.erase("OPGANG_PASSPHRASE_FILE");
  EXPECT_EQ(RunCommand(locked).exit_code, Code(ErrorCode::kLocked));
}

TEST_F(AdminProcessTest, SyncAllHandsInEverybodysWorkOnASharedTabletAndAsksNobodyForAPassphrase) {
  ASSERT_EQ(amal_.Enroll(base_.Invite("bodil", "tablet-1")).exit_code, 0);
  amal_.Sync();
  amal_.StandAtHumlebakken();
  amal_.TakeInquiry("Told to Bodil");
  ASSERT_EQ(amal_.Run({"use", "amal"}).exit_code, 0);
  amal_.TakeInquiry("Told to Amal");
  EXPECT_EQ(amal_.RunJson({"find"}, "Bodil\n")["hits"], Json::array()) << "not a trace of the other";
  Command all = amal_.CommandOf({"sync", "--all", "--json"});
  all.environment.erase("OPGANG_PASSPHRASE_FILE");
  amal_.Run({"lock"});
  const Outcome done = RunCommand(all);
  ASSERT_EQ(done.exit_code, 0) << done.Words();
  const Json told = done.json();
  ASSERT_EQ(told["stores"].size(), 2U);
  for (const Json& store : told["stores"]) EXPECT_EQ(store["unsent"], 0);
  karen_.Sync();
  EXPECT_EQ(karen_.RunJson({"find"}, "Told to\n")["hits"].size(), 2U);
}

// Cut at every stretch of the answer, each try goes on with the same key: in the end there is one store, and no alarm.
TEST_F(AdminProcessTest, AnEnrolmentWhoseAnswerIsCutAnywhereIsNoLockOut) {
  CuttingProxy wire(base_.port());
  const Invitation invitation = base_.Invite("bodil", "tablet-2", "outreach", LoopbackAddress(wire.port()));
  Tablet bodil(scratch_ / "bodil");
  int cut = 0;
  int64_t bytes = 200;
  for (; bytes < 40000; bytes += 400) {
    wire.CutAfter(bytes);
    if (bodil.Enroll(invitation).exit_code == 0) break;
    ++cut;
  }
  EXPECT_GT(cut, 3) << "no cut fell into the enrolment";
  wire.CutAfter(-1);
  bodil.Sync();
  EXPECT_TRUE(DeviceCalled("tablet-2")["enrolment_alarm"].is_null());
  Tablet thief(scratch_ / "thief");
  EXPECT_EQ(thief.Enroll(invitation).exit_code, Code(ErrorCode::kInvitationUsed));
  EXPECT_FALSE(DeviceCalled("tablet-2")["enrolment_alarm"].is_null());
}

}  // namespace
}  // namespace opgang
