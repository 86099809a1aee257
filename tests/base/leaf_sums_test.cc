// The base's leaf sums follow the feed in the same transaction, and `check` counts them anew.
#include <sqlite3.h>

#include "server/engine/tombstones.h"
#include "server/engine/transaction.h"
#include "tests/base/base_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LeafSums : public BaseStory {
 protected:
  SecretBytes Key() {
    const std::vector<StoredGrant> grants = base.store().Grants("amal").value();
    for (const StoredGrant& grant : grants) {
      if (grant.scope == area) return grant.sum_key;
    }
    return SecretBytes();
  }
  // What the pages say, added up by hand.
  RowTally Counted() {
    RowTally tally;
    const FeedPage page = base.reader().ReadFeed(area, 0, 1 << 22).value();
    for (const v1::FeedEntry& entry : page.entries) {
      if (entry.change() != v1::FEED_CHANGE_PUT) continue;
      tally.Add(RowSum(
          Key(), {entry.record_id(), entry.record_type(), entry.rev(), entry.subject_id(), entry.record()}));
    }
    return tally;
  }
  RowTally Written() { return TotalOf(base.reader().ReadLeafSums(area).value()); }
  Draft Deleted(const Draft& citizen) {
    Draft gone = amal.Patch(citizen, v1::Citizen(), {});
    gone.payload.set_action(v1::MUTATION_ACTION_DELETE);
    return gone;
  }
};

TEST_F(LeafSums, FollowCreatesPatchesDeletesAndReturns) {
  EXPECT_EQ(Written(), RowTally{});
  const Draft amina = Citizen("Amina"), bo = Citizen("Bo");
  amal.Commit(amal.Seal({amina, bo, Citizen("Carla")}));
  EXPECT_EQ(Written(), Counted());
  EXPECT_EQ(Written().count, 3u);
  amal.Commit(amal.Patch(amina, Called("Amina A."), {amina.intent()}));
  EXPECT_EQ(Written(), Counted());
  amal.Commit(Deleted(bo));
  EXPECT_EQ(Written(), Counted());
  EXPECT_EQ(Written().count, 2u);
  amal.Commit(amal.Patch(bo, Called("Bo after all"), {bo.intent()}));
  EXPECT_EQ(Written(), Counted());
  EXPECT_THAT(base.Check().problems, IsEmpty());
}

// Where a commit changes many leaves, they are read another way than one by one.
TEST_F(LeafSums, FollowACommitThatChangesManyOfThem) {
  for (const int size : {1, 100, 100}) {
    std::vector<Draft> citizens;
    for (int i = 0; i < size; ++i) citizens.push_back(Citizen("Amina"));
    amal.Commit(amal.Seal(citizens));
    EXPECT_EQ(Written(), Counted());
  }
  EXPECT_EQ(Written().count, 201u);
  EXPECT_THAT(base.Check().problems, IsEmpty());
}

TEST_F(LeafSums, SameRecordTwiceInOneCommitCountsOnce) {
  const Draft amina = Citizen("Amina");
  amal.Commit(amal.Seal({amina, amal.Patch(amina, Called("A"), {amina.intent()}),
                         amal.Patch(amina, Called("B"), {amina.intent()})}));
  EXPECT_EQ(Written().count, 1u);
  EXPECT_EQ(Written(), Counted());
}

TEST_F(LeafSums, DroppedPartAndRolledBackTransactionLeaveNothing) {
  amal.Commit(Citizen("Amina"));
  const RowTally before = Written();
  StoredRecord record;
  record.id = RecordId::Make(clock.WallNow(), SystemRandom());
  record.type = RecordType::kCitizen;
  record.scopes = {area};
  BaseStore& store = base.store();
  ASSERT_TRUE(store.Begin().ok());
  ASSERT_TRUE(store.BeginPart().ok());
  record.rev = store.NextRev().value();
  ASSERT_TRUE(store.PutRecord(record).ok());
  EXPECT_TRUE(store.FindRecord(record.id)->has_value());
  EXPECT_THAT(*store.ScopesOf(record.id), ElementsAre(area));
  ASSERT_TRUE(store.DropPart().ok());
  EXPECT_EQ(*store.FindRecord(record.id), std::nullopt);
  EXPECT_THAT(*store.ScopesOf(record.id), IsEmpty());
  ASSERT_TRUE(store.Commit().ok());
  EXPECT_EQ(Written(), before);
  ASSERT_TRUE(store.Begin().ok());
  record.rev = store.NextRev().value();
  ASSERT_TRUE(store.PutRecord(record).ok());
  store.Rollback();
  EXPECT_EQ(*store.FindRecord(record.id), std::nullopt);
  EXPECT_THAT(*store.ScopesOf(record.id), IsEmpty());
  ASSERT_TRUE(InTransaction(store, [&] { return store.PutStaff({"new", Role::kOutreach}); }).ok());
  EXPECT_EQ(Written(), before);
  EXPECT_THAT(base.Check().problems, IsEmpty());
}

TEST_F(LeafSums, WrittenOutsideOfAnyPartTheyCountToo) {
  StoredRecord record;
  record.id = RecordId::Make(clock.WallNow(), SystemRandom());
  record.type = RecordType::kCitizen;
  record.scopes = {area};
  ASSERT_TRUE(InTransaction(base.store(), [&]() -> absl::Status {
                record.rev = base.store().NextRev().value();
                return base.store().PutRecord(record);
              }).ok());
  EXPECT_EQ(Written().count, 1u);
  EXPECT_THAT(base.Check().problems, IsEmpty());
}

TEST_F(LeafSums, TheyOutliveARestartAndEachScopeHasItsOwn) {
  const Scope other = AreaScope(base.Area("Nabolund"));
  base.Grant("amal", other);
  amal.Commit(Citizen("Amina"));
  amal.Commit(amal.Create(Called("elsewhere"), other));
  base.Crash();
  EXPECT_EQ(Written().count, 1u);
  EXPECT_EQ(Written(), Counted());
  const auto elsewhere = TotalOf(base.reader().ReadLeafSums(other).value());
  EXPECT_EQ(elsewhere.count, 1u);
  EXPECT_NE(elsewhere.sum, Written().sum);
}

TEST_F(LeafSums, CurrentsSumIsOfTheLastPagesSnapshot) {
  amal.Commit(Citizen("Amina"));
  const FeedPage page = base.reader().ReadFeed(area, 0, 1 << 20).value();
  EXPECT_EQ((RowTally{page.living_records, page.sum}), Counted());
}

TEST_F(LeafSums, WrongSumIsFoundByCheckAndTheBasesRecordsAreNotBlamed) {
  amal.Commit(Citizen("Amina"));
  base.SpoilSums();
  EXPECT_THAT(base.Check().problems, ElementsAre(HasSubstr("the sums of 1 leaves")));
}

TEST_F(LeafSums, LeafBeyondTheLastIsDamage) {
  amal.Commit(Citizen("Amina"));
  base.Close();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(base.file().c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, "UPDATE leaf_sums SET leaf = 256", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  ASSERT_TRUE(base.Open().ok());
  EXPECT_EQ(GetErrorCode(base.reader().ReadLeafSums(area).status()), ErrorCode::kDamaged);
}

TEST_F(LeafSums, LeafIsReadInPartsThatTogetherAreWhole) {
  std::vector<Draft> drafts;
  for (char i = 0; i < 20; ++i) {
    std::string id(16, '\x70');
    id[14] = i;
    drafts.push_back(amal.Create(Called(std::string(100, 'n')), area, *RecordId::FromBytes(id)));
    amal.Commit(drafts.back());
  }
  amal.Commit(Citizen("in another leaf"));
  amal.Commit(Deleted(drafts[4]));
  const uint64_t at = base.reader().NewestRev().value();
  amal.Commit(amal.Patch(drafts[5], Called("later"), {drafts[5].intent()}));
  std::vector<std::string> ids;
  std::vector<RecordId> later;
  int parts = 0;
  for (RecordId after;; ++parts) {
    const LeafPart part = base.reader().ReadLeaf(area, 0x70, after, at, 700).value();
    for (const auto& entry : part.entries) ids.push_back(entry.record_id());
    later.insert(later.end(), part.later.begin(), part.later.end());
    if (!part.through.has_value()) break;
    after = *part.through;
  }
  EXPECT_GT(parts, 3);
  EXPECT_EQ(ids.size(), 18u);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_THAT(later, ElementsAre(drafts[5].record()));
}

TEST_F(LeafSums, PartIsFullOfNamesOfLaterRowsAsWellAsOfRows) {
  for (char i = 0; i < 4; ++i) {
    std::string id = RecordId::Make(clock.WallNow(), SystemRandom()).ToBytes();
    id[15] = 7;  // one leaf
    amal.Commit(amal.Create(Called("n"), area, *RecordId::FromBytes(id)));
  }
  const LeafPart part = base.reader().ReadLeaf(area, 7, RecordId(), /*at_rev=*/0, /*max_bytes=*/36).value();
  EXPECT_EQ(part.later.size(), 2u);
  EXPECT_TRUE(part.through.has_value()) << "there is more";
}

}  // namespace
}  // namespace opgang
