// "This device exists twice": found by the token, told until a person settles it (I3).
#include "server/engine/greeting.h"
#include "tests/support/off_site.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

class Twins : public SyncStory {
 protected:
  StoreAccount AccountOf(const TestDevice& device) {
    return base.reader().FindStore(device.peer().store).value().value();
  }
  bool IsFlagged(const TestDevice& device) { return AccountOf(device).twin_since_us > 0; }
  size_t LinesOf(const TestDevice& device) {
    size_t lines = 0;
    const auto devices = base.reader().Devices().value();
    for (const auto& [account, replica] : devices) {
      lines += account.id == device.peer().store ? 1 : 0;
    }
    return lines;
  }
  absl::Status Settle(const TestDevice& device) {
    return SettleTwin(base.store(), device.peer().store, "karen", clock.WallNow());
  }
  std::set<std::string> ReplicasSpeaking(const std::vector<TestDevice*>& devices) {
    std::set<std::string> replicas;
    for (TestDevice* device : devices)
      replicas.insert(device->store().sync_store().MakeHello()->replica_id());
    return replicas;
  }
};

TEST_F(Twins, TabletClonedWithItsDiskEndsAsTwoReplicasNothingLostNothingDoubledFlaggedUntilSettled) {
  const RecordId before = amal.SaveCitizen("Before");
  amal.SyncWell();
  amal.SyncWell();
  auto clone = amal.Clone();
  const RecordId on_original = amal.SaveCitizen("On the original");
  const RecordId on_clone = clone->SaveCitizen("On the clone");
  for (int round = 0; round < 4; ++round) {
    amal.SyncWell();
    clone->SyncWell();
  }
  const auto replicas = ReplicasSpeaking({&amal, clone.get()});
  EXPECT_EQ(replicas.size(), 2u);
  amal.SyncWell();
  clone->SyncWell();
  EXPECT_EQ(ReplicasSpeaking({&amal, clone.get()}), replicas) << "each stays who it is from then on";
  for (const RecordId id : {before, on_original, on_clone}) EXPECT_NE(amal.NameOf(id), "(not visible)");
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, clone.get()});
  EXPECT_EQ(base.Check().mutations, 3);
  EXPECT_TRUE(IsFlagged(amal));
  EXPECT_EQ(LinesOf(amal), 2u) << "the silent one of the two must not hide behind the other";
  ASSERT_EQ(Settle(amal), absl::OkStatus());
  EXPECT_FALSE(IsFlagged(amal));
  EXPECT_EQ(LinesOf(amal), 1u);
}

TEST_F(Twins, SecondDeviceThatGoesOnAfterItWasSettledIsFoundAgain) {
  amal.SyncWell();
  amal.SyncWell();
  auto clone = amal.Clone();
  amal.SyncWell();
  clone->SyncWell();
  amal.SyncWell();
  clone->SyncWell();  // heard last
  ASSERT_EQ(Settle(amal), absl::OkStatus());
  clone->SyncWell();
  EXPECT_FALSE(IsFlagged(amal));
  amal.SaveCitizen("Amina");
  EXPECT_EQ(amal.SyncWell().applied, 1u);
  EXPECT_TRUE(IsFlagged(amal));
}

TEST_F(Twins, StoreRestoredFromAnImageIsFlaggedAndSettledWhereItGoesOn) {
  amal.SyncWell();
  const auto image = amal.CopyOfHome();
  amal.SyncWell();
  amal.SyncWell();
  amal.RestoreHome(image);
  amal.SyncWell();
  EXPECT_TRUE(IsFlagged(amal));
  ASSERT_EQ(Settle(amal), absl::OkStatus());
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_FALSE(IsFlagged(amal)) << "the one that goes on is the one that was kept";
}

TEST_F(Twins, TheOneThatGoesOnKeepsItsReplicaThoughItsCopyWasFound) {
  amal.SyncWell();
  amal.SyncWell();
  auto clone = amal.Clone();
  amal.SyncWell();
  amal.SyncWell();
  const auto replica = ReplicasSpeaking({&amal});
  clone->SyncWell();
  amal.SyncWell();
  EXPECT_EQ(ReplicasSpeaking({&amal}), replica);
}

TEST_F(Twins, LostWelcomesAndCutsRaiseNoFlag) {
  amal.SaveCitizen("Amina");
  for (int after = 0; after < 8; ++after) {
    amal.dialer().CutNext({after});
    amal.Sync().IgnoreError();
    amal.SyncWell();
  }
  EXPECT_FALSE(IsFlagged(amal));
}

TEST_F(Twins, CloneIsFoundThoughTheBaseWasRestoredBetween) {
  OffSite off_site(base);
  amal.SyncWell();
  amal.SyncWell();
  auto clone = amal.Clone();
  ASSERT_TRUE(off_site.Restore(off_site.Backup()).ok());
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_FALSE(IsFlagged(amal)) << "after a restore a stale token is no sign";
  clone->SyncWell();
  EXPECT_TRUE(IsFlagged(amal)) << "two of them come out of the former epoch";
}

TEST_F(Twins, NothingToSettleIsSaid) {
  amal.SyncWell();
  EXPECT_EQ(GetErrorCode(Settle(amal)), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace opgang
