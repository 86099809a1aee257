// A newer client against an older base: what the base does not know is kept raw and told so, and takes effect by itself,
// in order, when the base has been upgraded.
#include "tests/ages/future.h"

namespace opgang::ages {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Before this schema there was nothing.
KnownSchema OlderSchema() { return {kSchemaVersion - 1, KnownSchema().newest_type}; }

class NewerClient : public SyncStory {
 protected:
  NewerClient() { base.UpgradeTo(OlderSchema()); }
  OutboxCounts Counts() { return amal.store().outbox_counts(); }
  uint64_t RevOf(RecordId id) { return base.store().FindRecord(id).value()->rev; }
  std::vector<v1::Decision> Decisions() { return base.reader().Decisions(std::nullopt).value(); }
};

TEST_F(NewerClient, ItsWorkWaitsAtTheOlderBaseAndNothingElseHappens) {
  amal.SaveInquirer("Amina");
  EXPECT_EQ(amal.SyncWell().refused, 2u);
  EXPECT_EQ(Counts().needs_attention, 2u);
  const auto outbox = amal.store().Outbox().value();
  EXPECT_EQ(outbox[0].refusal->code, v1::REFUSAL_CODE_SCHEMA_AHEAD);
  EXPECT_EQ(base.Check().quarantined, 2);
  EXPECT_EQ(base.Check().records, 0);
}

TEST_F(NewerClient, ItsWorkTakesEffectAtTheUpgradeAndTheDeviceHearsItAtItsNextWelcome) {
  const SavedInquirer note = amal.SaveInquirer("Amina");
  amal.SyncWell();
  base.UpgradeTo({});
  EXPECT_EQ(base.Check().quarantined, 0);
  EXPECT_EQ(RevOf(note.citizen), RevOf(note.inquiry)) << "a bundle takes effect whole (I19)";
  amal.Lock();  // a locked device hears it too
  amal.SyncWell();
  EXPECT_EQ(Counts().needs_attention, 0u);
  amal.Unlock();
  amal.SyncWell();
  jonas.SyncWell();
  EXPECT_EQ(jonas.NameOf(note.citizen), "Amina");
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(NewerClient, EditsThatCameOneAfterTheOtherTakeEffectInThatOrder) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.Rename(citizen, "Amina A.");
  amal.SyncWell();
  amal.Rename(citizen, "Amina B.");
  amal.SyncWell();
  EXPECT_EQ(base.Check().quarantined, 3);
  base.UpgradeTo({});
  amal.SyncWell();
  jonas.SyncWell();
  EXPECT_THAT(jonas.NamesOf(citizen), ElementsAre("Amina B."));
  EXPECT_EQ(Counts().needs_attention, 0u);
}

TEST_F(NewerClient, TheUpgradeIsNobodysDecisionAndIsOnRecord) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  base.UpgradeTo({});
  const auto decisions = Decisions();
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].kind(), v1::DECISION_KIND_UPGRADED);
  EXPECT_EQ(decisions[0].actor(), "");
  EXPECT_EQ(decisions[0].before().quarantined().code(), v1::REFUSAL_CODE_SCHEMA_AHEAD);
  EXPECT_TRUE(decisions[0].after().has_applied());
}

TEST_F(NewerClient, AStartThatBringsNothingNewWritesNothing) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  base.UpgradeTo(OlderSchema());
  EXPECT_EQ(base.Check().quarantined, 1);
  EXPECT_THAT(Decisions(), IsEmpty());
  base.UpgradeTo({});
  base.UpgradeTo({});
  EXPECT_THAT(Decisions(), SizeIs(1));
}

TEST_F(NewerClient, WhatAPersonMustDecideStillWaitsForAPerson) {
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ);
  base.UpgradeTo({});
  amal.SaveCitizen("Amina");  // not permitted
  amal.SyncWell();
  base.UpgradeTo(OlderSchema());
  jonas.SaveCitizen("Bo");  // ahead
  jonas.SyncWell();
  base.Grant("amal", AreaScope(base.Area("Testlund")));
  base.UpgradeTo({});
  const auto left = base.store().Quarantine(std::nullopt).value();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].mutation.author, "amal");
}

TEST_F(NewerClient, WhatAPersonDiscardedStaysDiscarded) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  const IntentId intent = base.store().Quarantine(std::nullopt).value()[0].mutation.fate.intent;
  ASSERT_TRUE(base.committer().Discard(intent, "karen", clock.WallNow(), v1::DECISION_REASON_DUPLICATE).ok());
  base.UpgradeTo({});
  EXPECT_FALSE(base.store().FindRecord(citizen).value().has_value());
}

TEST_F(NewerClient, WhatIsRefusedForAnotherReasonAfterTheUpgradeSaysSo) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ);
  base.UpgradeTo({});
  EXPECT_EQ(amal.SyncWell().refused, 0u) << "it was counted when it was refused";
  const auto outbox = amal.store().Outbox().value();
  ASSERT_EQ(outbox.size(), 1u);
  EXPECT_EQ(outbox[0].refusal->code, v1::REFUSAL_CODE_NOT_PERMITTED);
  base.UpgradeTo({});
  EXPECT_THAT(Decisions(), SizeIs(1));
}

TEST_F(NewerClient, WorkThatIsFixedBeforeTheUpgradeIsNotDoneTwice) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  const auto refused = amal.store().Outbox().value();
  ASSERT_TRUE(amal.store().Fix(refused[0].intent, CitizenCalled("Amina Fixed")).ok());
  amal.SyncWell();  // refused as well
  base.UpgradeTo({});
  amal.SyncWell();
  jonas.SyncWell();
  EXPECT_THAT(jonas.NamesOf(citizen), ElementsAre("Amina Fixed"));
  EXPECT_EQ(Counts().needs_attention, 0u);
  EXPECT_EQ(base.Check().records, 1);
}

}  // namespace
}  // namespace opgang::ages
