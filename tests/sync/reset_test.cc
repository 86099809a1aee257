// RESET by mark and sweep: what the base names no longer goes, whatever cuts it and whoever writes meanwhile; and the
// tombstone floor, from both sides.
#include "server/engine/tombstones.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

// Amal knows thirty citizens; while she is away ten are deleted, ten renamed, ten new ones come, and her scope is to be
// started anew.
struct LongAway : Neighbourhood {
  LongAway() {
    for (int i = 0; i < 30; ++i) known.push_back(jonas.SaveCitizen("Citizen " + std::to_string(i)));
    jonas.SyncWell();
    amal.SyncWell();
    for (int i = 0; i < 10; ++i) Delete(known[i]);
    for (int i = 10; i < 20; ++i) jonas.Rename(known[i], "Renamed");
    for (int i = 0; i < 10; ++i) jonas.SaveCitizen("New");
    jonas.SyncWell();
    pending = amal.SaveCitizen("Pending");
    amal.dialer().limits.page_bytes = 900;
  }
  void Delete(RecordId id) {
    Bundle bundle = jonas.NewBundle();
    bundle.Delete(id, RecordTypeOf<v1::Citizen>());
    jonas.Save(bundle);
  }
  void GrantAnew() { base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ_WRITE, 2); }

  std::vector<RecordId> known;
  RecordId pending;
};

TEST(Reset, CutAfterEveryMessageWhileOthersWriteEndsAsTheBase) {
  for (int after = 0;; ++after) {
    SCOPED_TRACE("cut after " + std::to_string(after) + " messages");
    LongAway away;
    away.GrantAnew();
    int pages = 0, writes = 0;
    away.amal.dialer().on_response = [&](const v1::SyncResponse& response) {
      EXPECT_EQ(away.amal.NameOf(away.pending), "Pending");
      EXPECT_EQ(away.amal.NameOf(away.known[29]), "Citizen 29") << "never gone meanwhile";
      if (!response.has_page() || ++pages % 3 != 0 || ++writes > 5) return;
      away.Delete(away.known[20 + writes]);  // perhaps one that a page of this sweep has named
      away.jonas.SaveCitizen("Meanwhile");
      away.jonas.SyncWell();
    };
    away.amal.dialer().CutNext({after});
    const bool cut = !away.amal.Sync().ok();
    away.amal.Reopen();
    EXPECT_EQ(away.amal.SyncWell().repaired, 0u) << "the sweep needs no mending";
    away.jonas.SyncWell();
    ExpectSameRecords(away.base, {&away.amal, &away.jonas});
    if (!cut) {
      EXPECT_GT(after, 12);
      return;
    }
    ASSERT_LT(after, 300);
  }
}

TEST(Reset, TombstonesOlderThanItDoNotTravel) {
  for (const size_t page_bytes : {900u, 48u * 1024}) {  // several pages, and one
    LongAway away;
    away.GrantAnew();
    away.amal.dialer().limits.page_bytes = page_bytes;
    int deletes = 0, resets = 0;
    away.amal.dialer().on_response = [&](const v1::SyncResponse& response) {
      resets += response.page().reset() ? 1 : 0;
      for (const auto& entry : response.page().entries())
        deletes += entry.change() == v1::FEED_CHANGE_DELETE ? 1 : 0;
    };
    away.amal.SyncWell();
    EXPECT_EQ(resets, 1);
    EXPECT_EQ(deletes, 0);
    ExpectSameRecords(away.base, {&away.amal});
  }
}

class Floor : public SyncStory {
 protected:
  RecordId Gone() {
    const RecordId gone = jonas.SaveCitizen("Gone");
    jonas.SyncWell();
    return gone;
  }
  void Delete(RecordId id) {
    Bundle bundle = jonas.NewBundle();
    bundle.Delete(id, RecordTypeOf<v1::Citizen>());
    jonas.Save(bundle);
    jonas.SyncWell();
  }
  uint64_t Prune() { return PruneTombstones(base.store(), clock.WallNow()).value(); }
  int Resets() {
    int resets = 0;
    amal.dialer().on_response = [&](const v1::SyncResponse& r) { resets += r.page().reset() ? 1 : 0; };
    amal.SyncWell();
    amal.dialer().on_response = nullptr;
    return resets;
  }
  uint64_t Newest() { return base.reader().NewestRev().value(); }
  int TombstonesTold() {
    int told = 0;
    const FeedPage page = base.reader().ReadFeed(AreaScope(base.Area("Testlund")), 0, 1 << 20).value();
    for (const auto& entry : page.entries) told += entry.change() == v1::FEED_CHANGE_DELETE ? 1 : 0;
    return told;
  }
};

TEST_F(Floor, TombstoneStaysFourHundredDaysAndNoLonger) {
  Delete(Gone());
  const absl::Time deleted = clock.WallNow();
  EXPECT_EQ(Prune(), 0u);
  clock.SetWall(deleted + kTombstonesStay - absl::Seconds(1));
  EXPECT_EQ(Prune(), 0u);
  EXPECT_EQ(TombstonesTold(), 1);
  clock.SetWall(deleted + kTombstonesStay);
  EXPECT_EQ(Prune(), Newest());
  EXPECT_EQ(TombstonesTold(), 0);
  EXPECT_TRUE(base.Check().problems.empty());
}

TEST_F(Floor, DeviceAtTheFloorGoesOnAndOneBelowItStartsAnew) {
  for (const bool below : {false, true}) {
    const RecordId gone = Gone();
    const RecordId stays = jonas.SaveCitizen("Stays");
    jonas.SyncWell();
    amal.SyncWell();
    Delete(gone);
    if (!below) amal.SyncWell();  // its cursor is the rev of the delete, which becomes the floor
    Prune();
    clock.Advance(kTombstonesStay);
    EXPECT_EQ(Prune(), Newest());
    const RecordId pending = amal.SaveCitizen("Pending");
    EXPECT_EQ(Resets(), below ? 1 : 0);
    EXPECT_EQ(amal.NameOf(gone), "(not visible)");
    EXPECT_EQ(amal.NameOf(stays), "Stays");
    EXPECT_EQ(amal.NameOf(pending), "Pending");
    ExpectSameRecords(base, {&amal});
  }
}

TEST_F(Floor, FloorThatRisesInMidSessionStartsALaggingScopeAnew) {
  const RecordId gone = Gone();
  for (int i = 0; i < 20; ++i) jonas.SaveCitizen("Stays");
  jonas.SyncWell();
  amal.SyncWell();
  for (int i = 0; i < 20; ++i) jonas.SaveCitizen("Later");
  jonas.SyncWell();
  Delete(gone);
  Prune();
  amal.dialer().limits.page_bytes = 500;
  int pages = 0, resets = 0;
  amal.dialer().on_response = [&](const v1::SyncResponse& response) {
    resets += response.page().reset() ? 1 : 0;
    if (!response.has_page() || ++pages != 2) return;
    EXPECT_GT(PruneTombstones(base.store(), clock.WallNow() + kTombstonesStay).value(), 0u);
  };
  amal.SyncWell();
  EXPECT_EQ(resets, 1);
  ExpectSameRecords(base, {&amal});
}

TEST_F(Floor, LateEditBringsBackWhatWasDeletedBelowTheFloor) {
  const RecordId gone = Gone();
  amal.SyncWell();
  amal.Rename(gone, "Not gone");
  Delete(gone);
  Prune();
  clock.Advance(kTombstonesStay);
  Prune();
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.applied, 1u);
  EXPECT_EQ(result.refused, 0u);
  jonas.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
  EXPECT_TRUE(base.Check().problems.empty());
}

TEST_F(Floor, MarkOfEveryDayIsKeptOnlyForAsLongAsItIsNeeded) {
  for (int day = 0; day < 450; ++day) {
    if (day % 50 == 0) Gone();
    Prune();
    clock.Advance(absl::Hours(24));
  }
  const uint64_t floor = Prune();
  EXPECT_GT(floor, 0u);
  EXPECT_LT(floor, Newest());
}

}  // namespace
}  // namespace opgang
