// What the worker sees of the base's backups, of a device that exists twice, and of a base that does not know this store.
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class BackupNotice : public CliTest {
 protected:
  v1::ListDevicesResponse OneDevice() {
    v1::ListDevicesResponse response;
    v1::DeviceStatus& device = *response.add_devices();
    device.set_device_label("tablet-7");
    device.set_holder("jonas");
    device.set_store_id(std::string(16, 's'));
    device.set_last_sync_us(absl::ToUnixMicros(clock_.WallNow()));
    return response;
  }
};

TEST_F(BackupNotice, NothingIsSaidWhereAllIsWell) {
  Begin();
  devices_ = OneDevice();
  for (const char* verb : {"status", "sync", "board"}) {
    EXPECT_THAT(RunPiped({verb}).out, Not(HasSubstr("BACKUP"))) << verb;
    EXPECT_EQ(RunJson({verb})["backup"]["overdue"], false) << verb;
  }
  EXPECT_THAT(RunPiped({"board"}).out, Not(HasSubstr("EXISTS TWICE")));
}

TEST_F(BackupNotice, OverdueBackupIsSaidByStatusSyncAndBoardInBothLanguages) {
  Begin();
  const absl::Time made = clock_.WallNow() - absl::Hours(96);
  base_.backup.set_overdue(true);
  base_.backup.set_horizon_us(absl::ToUnixMicros(made));
  for (const char* verb : {"sync", "status", "board"}) {
    EXPECT_THAT(RunPiped({verb}).out, HasSubstr("BACKUP OVERDUE")) << verb;
    EXPECT_THAT(RunPiped({"--lang", "da", verb}).out, HasSubstr("SIKKERHEDSKOPI MANGLER")) << verb;
    const Json backup = RunJson({verb})["backup"];
    EXPECT_EQ(backup["overdue"], true) << verb;
    EXPECT_EQ(backup["horizon_time"], JsonTime(made)) << verb;
  }
}

TEST_F(BackupNotice, TheBoardPrefersTheBasesWordOfNow) {
  Begin();
  base_.backup.set_overdue(true);
  ASSERT_EQ(RunPiped({"sync"}).exit, 0);
  devices_ = OneDevice();  // somebody has made a backup since
  EXPECT_THAT(RunPiped({"board"}).out, Not(HasSubstr("BACKUP")));
}

TEST_F(BackupNotice, BaseRestoredTooOldIsSaid) {
  Begin();
  base_.backup.set_restored_too_old(true);
  EXPECT_THAT(RunPiped({"sync"}).out, HasSubstr("too old"));
  EXPECT_EQ(RunJson({"status"})["backup"]["restored_too_old"], true);
}

TEST_F(BackupNotice, DeviceThatExistsTwiceStandsOnTheBoardOnce) {
  Begin();
  v1::ListDevicesResponse response = OneDevice();
  response.mutable_devices(0)->set_twin_since_us(absl::ToUnixMicros(clock_.WallNow()));
  *response.add_devices() = response.devices(0);
  devices_ = response;
  const std::string out = RunPiped({"board"}).out;
  EXPECT_THAT(out, HasSubstr("tablet-7 (jonas) EXISTS TWICE"));
  EXPECT_EQ(out.find("EXISTS TWICE"), out.rfind("EXISTS TWICE"));
  EXPECT_THAT(RunPiped({"--lang", "da", "board"}).out, HasSubstr("FINDES TO GANGE"));
  EXPECT_EQ(RunJson({"board"})["devices"][0]["exists_twice"], true);
}

TEST_F(BackupNotice, BaseThatDoesNotKnowTheStoreSaysEnrolAgainAndThatNothingIsLost) {
  Begin();
  sync_failure_ = MakeError(ErrorCode::kUnknownStore, "the base does not know this store");
  const Ran ran = RunPiped({"sync"});
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kUnknownStore));
  EXPECT_THAT(ran.err, HasSubstr("goes along when you enrol again on this"));
}

}  // namespace
}  // namespace opgang::cli
