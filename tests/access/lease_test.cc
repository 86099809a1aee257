// The lease: seven days after the last session that showed the passphrase, the passphrase alone opens nothing. Saving and handing
// in go on; the next sync with the passphrase brings it back, unless the store was taken out of use.
#include "server/engine/lease.h"

#include <algorithm>

#include "client-lib/src/store/lease_keeper.h"
#include "core/sealing/lease_sealing.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

constexpr char kPassphrase[] = "seven green doors";
constexpr absl::Duration kDay = absl::Hours(24);

class LeaseStory : public SyncStory {
 protected:
  LeaseStory() {
    citizen = jonas.SaveCitizen("Hassan");
    jonas.SyncWell();
    amal.SyncWell();
  }
  ErrorCode UnlockCode(const std::string& passphrase = kPassphrase) {
    const absl::Status status = amal.store().Unlock(passphrase);
    return status.ok() ? ErrorCode{} : GetErrorCode(status);
  }
  // The process ends, time passes, and another begins, which nobody unlocks.
  void OpenAfter(absl::Duration time) {
    clock.Advance(time);
    amal.ReopenLocked();
  }
  RecordId citizen;
};

TEST_F(LeaseStory, SevenDaysAfterTheLastSessionTheFirstProcessLetsGoOfTheShare) {
  OpenAfter(7 * kDay - absl::Hours(1));  // the file may be an hour behind what the base said last
  EXPECT_EQ(UnlockCode(), ErrorCode{});
  amal.Lock();
  OpenAfter(absl::Hours(1) + absl::Seconds(1));
  EXPECT_TRUE(amal.store().lease().over);
  EXPECT_EQ(UnlockCode(), ErrorCode::kLeaseOver);
  const std::string share(LeaseShareOf(base.keys().storage_key, amal.store().info().id).Reveal());
  EXPECT_EQ(amal.AllBytes().find(share), std::string::npos) << "it is nowhere on the disk";
}

TEST_F(LeaseStory, WhatTheKeyringStillRemembersIsForgottenWithIt) {
  ASSERT_EQ(amal.store().Unlock(kPassphrase, 30 * kDay), absl::OkStatus());
  OpenAfter(8 * kDay);
  EXPECT_FALSE(amal.store().unlocked());
}

TEST_F(LeaseStory, EachSessionThatReadsRenewsItAndOneThatOnlyHandsInDoesNot) {
  clock.Advance(5 * kDay);
  amal.SyncWell();
  const absl::Time until = amal.store().lease().until;
  EXPECT_EQ(until, clock.WallNow() + kLeaseLasts);
  amal.Lock();
  clock.Advance(1 * kDay);
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_EQ(amal.store().lease().until, until) << "a thief who pushes gains nothing";
}

TEST_F(LeaseStory, SavingAndHandingInGoOnWithoutIt) {
  OpenAfter(20 * kDay);
  Bundle bundle = amal.NewBundle();
  bundle.Create(CitizenCalled("Asked on day twenty"), base.Area("Testlund"));
  ASSERT_EQ(amal.store().Save(bundle).status(), absl::OkStatus());
  const auto result = amal.Sync();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->applied, 1u);
  EXPECT_FALSE(result->read);
}

TEST_F(LeaseStory, TheNextSyncWithThePassphraseBringsItBackInOneGo) {
  OpenAfter(20 * kDay);
  ASSERT_EQ(UnlockCode(), ErrorCode::kLeaseOver);
  const auto result = amal.Sync({.attempts = 1});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->read);
  EXPECT_TRUE(amal.store().unlocked());
  EXPECT_EQ(amal.NameOf(citizen), "Hassan");
  EXPECT_FALSE(amal.store().lease().over);
  amal.Lock();
  EXPECT_EQ(UnlockCode(), ErrorCode{}) << "and without a network from now on";
}

TEST_F(LeaseStory, TheWrongPassphraseBringsNothingAndTheBaseStopsLookingAtGuesses) {
  OpenAfter(20 * kDay);
  for (uint32_t i = 0; i < kLeaseGuesses; ++i) {
    ASSERT_EQ(UnlockCode("no such door " + std::to_string(i)), ErrorCode::kLeaseOver);
    ASSERT_TRUE(amal.Sync().ok());
    EXPECT_FALSE(amal.store().unlocked());
  }
  ASSERT_EQ(UnlockCode(), ErrorCode::kLeaseOver);
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_FALSE(amal.store().unlocked()) << "the right one is not looked at either, for a while";
  clock.Advance(kLeaseGuessEvery);
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_TRUE(amal.store().unlocked());
}

TEST_F(LeaseStory, AStoreThatWasTakenOutOfUseGetsNoShareForTheRightPassphrase) {
  OpenAfter(20 * kDay);
  ASSERT_EQ(UnlockCode(), ErrorCode::kLeaseOver);
  base.Revoke("amal", v1::REVOCATION_REASON_LOST);
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_FALSE(amal.store().unlocked());
  EXPECT_TRUE(amal.store().lease().over);
}

TEST_F(LeaseStory, AClockThatIsSetBackGivesNoTimeWithinABootOrInAnother) {
  clock.Advance(6 * kDay);
  amal.ReopenLocked();
  clock.SetWall(clock.WallNow() - 30 * kDay);
  amal.ReopenLocked();
  EXPECT_FALSE(amal.store().lease().over);
  clock.Advance(kDay / 2);
  clock.Reboot();
  amal.ReopenLocked();
  clock.Advance(kDay + absl::Minutes(2));
  amal.ReopenLocked();
  EXPECT_TRUE(amal.store().lease().over);
}

TEST_F(LeaseStory, ATabletThatLaySwitchedOffForAWeekHasLostItWhenItComesUp) {
  clock.Advance(8 * kDay);
  clock.Reboot();
  amal.ReopenLocked();
  EXPECT_TRUE(amal.store().lease().over);
}

TEST_F(LeaseStory, AWallClockThatJumpsAheadWithinABootCostsNobodyTheView) {
  clock.SetWall(clock.WallNow() + 3650 * kDay);
  amal.ReopenLocked();
  EXPECT_EQ(UnlockCode(), ErrorCode{});
}

TEST_F(LeaseStory, ASpoiledLeaseFileIsALeaseThatIsOverAndTheNextSyncMendsIt) {
  amal.SpoilFile("lease.pb");
  amal.ReopenLocked();
  ASSERT_EQ(UnlockCode(), ErrorCode::kLeaseOver);
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_TRUE(amal.store().unlocked());
}

TEST_F(LeaseStory, NobodyUnderTheBasesOtherStoresGetsThisOnesShare) {
  const StoreId hers = amal.store().info().id, his = jonas.store().info().id;
  EXPECT_FALSE(LeaseShareOf(base.keys().storage_key, hers) == LeaseShareOf(base.keys().storage_key, his));
}

TEST_F(LeaseStory, ARoleThatChangesReachesTheDeviceWithItsNextSession) {
  base.GiveRole("amal", "health");
  amal.SyncWell();
  EXPECT_EQ(amal.store().info().role, Role::kHealth);
  amal.Reopen();
  EXPECT_EQ(amal.store().info().role, Role::kHealth);
}

}  // namespace
}  // namespace opgang
