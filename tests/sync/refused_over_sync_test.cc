// What the base refuses stays with the worker until it is fixed, withdrawn, or replayed by a person at the
// base.
#include "absl/strings/str_cat.h"
#include "server/engine/transaction.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;

// Amal may only read the area until Permit().
class RefusedOverSync : public SyncStory {
 protected:
  RefusedOverSync() { Forbid(); }
  void Forbid() { base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ); }
  void Permit() { base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ_WRITE); }
  OutboxCounts Counts() { return amal.store().outbox_counts(); }
};

TEST_F(RefusedOverSync, ReplayAtTheBaseClearsNeedsAttentionAtTheNextSync) {
  const SavedInquirer note = amal.SaveInquirer("Amina");
  EXPECT_EQ(amal.SyncWell().refused, 2u);
  EXPECT_EQ(Counts().needs_attention, 2u);
  Permit();
  EXPECT_TRUE(base.Replay(note.receipt.intents[1])->has_applied());
  amal.SyncWell();
  EXPECT_EQ(Counts().needs_attention, 0u);
  EXPECT_EQ(amal.NameOf(note.citizen), "Amina");
  ExpectSameRecords(base, {&amal});
}

TEST_F(RefusedOverSync, ReplayIsToldToALockedDeviceToo) {
  const SavedInquirer note = amal.SaveInquirer("Amina");
  amal.SyncWell();
  Permit();
  ASSERT_TRUE(base.Replay(note.receipt.intents[0])->has_applied());
  amal.Lock();
  amal.SyncWell();
  EXPECT_EQ(Counts().needs_attention, 0u);
}

TEST_F(RefusedOverSync, ReplayWhoseAnswerWasLostIsToldAgain) {
  const SavedInquirer note = amal.SaveInquirer("Amina");
  amal.SyncWell();
  Permit();
  ASSERT_TRUE(base.Replay(note.receipt.intents[0])->has_applied());
  amal.Lock();
  amal.dialer().CutNext({2});  // Hello and Welcome pass, the repeated verdicts do not
  amal.Sync().IgnoreError();   // ok or not: everything of its own was handed in before
  EXPECT_EQ(Counts().needs_attention, 2u);
  amal.SyncWell();
  EXPECT_EQ(Counts().needs_attention, 0u);
}

TEST_F(RefusedOverSync, ReplayDuringASessionIsToldAtTheNext) {
  const SavedInquirer note = amal.SaveInquirer("Amina");
  amal.SyncWell();
  Permit();
  amal.Lock();
  bool replayed = false;
  amal.dialer().on_response = [&](const v1::SyncResponse&) {
    if (std::exchange(replayed, true)) return;
    EXPECT_TRUE(base.Replay(note.receipt.intents[0])->has_applied());
    clock.Advance(absl::Minutes(3));  // the session ends later than that
  };
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_EQ(Counts().needs_attention, 0u);
}

TEST_F(RefusedOverSync, FixTakesEffectOnceAndLeavesNothingInQuarantine) {
  const SavedInquirer note = amal.SaveInquirer("Amina");
  amal.SyncWell();
  EXPECT_EQ(base.Check().quarantined, 2);
  Permit();
  v1::Citizen corrected = CitizenCalled("Amina Fixed");
  corrected.set_telephone("20304050");
  ASSERT_TRUE(amal.store().Fix(note.receipt.intents[0], corrected).ok());
  amal.SyncWell();
  EXPECT_EQ(base.Check().quarantined, 0);
  EXPECT_EQ(base.Check().records, 2);
  EXPECT_THAT(amal.NamesOf(note.citizen), ElementsAre("Amina Fixed"));
  jonas.SyncWell();
  EXPECT_THAT(jonas.NamesOf(note.citizen), ElementsAre("Amina Fixed"));
  amal.SyncWell();
  EXPECT_EQ(Counts().needs_attention, 0u);
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(RefusedOverSync, FixOfACreateBringsLaterEditsWithItInOrder) {
  const RecordId citizen = amal.SaveCitizen("first");
  amal.Rename(citizen, "second");
  amal.Rename(citizen, "third");
  EXPECT_EQ(amal.SyncWell().refused, 3u);
  Permit();
  const auto refused = amal.store().Outbox().value();
  ASSERT_TRUE(amal.store().Fix(refused[0].intent, CitizenCalled("first again")).ok());
  EXPECT_THAT(amal.NamesOf(citizen), ElementsAre("third"));
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_THAT(amal.NamesOf(citizen), ElementsAre("third"));
  EXPECT_EQ(Counts().needs_attention, 0u);
  EXPECT_EQ(base.Check().quarantined, 0);
  ExpectSameRecords(base, {&amal});
}

TEST_F(RefusedOverSync, FixOfACreateForWhichMoreWaitsThanABundleHoldsBringsItAllTheSame) {
  const RecordId citizen = amal.SaveCitizen("first");
  for (int i = 0; i < 70; ++i) amal.Rename(citizen, absl::StrCat("name ", i));
  EXPECT_EQ(amal.SyncWell().refused, 71u);
  Permit();
  const auto refused = amal.store().Outbox().value();
  ASSERT_EQ(amal.store().Fix(refused[0].intent, CitizenCalled("first again")).status(), absl::OkStatus());
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_THAT(amal.NamesOf(citizen), ElementsAre("name 69"));
  EXPECT_EQ(Counts().needs_attention, 0u);
  EXPECT_EQ(base.Check().quarantined, 0);
  ExpectSameRecords(base, {&amal});
}

TEST_F(RefusedOverSync, FixThatIsRefusedAgainCanBeFixedAgain) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  ASSERT_TRUE(amal.store().Fix(amal.store().Outbox().value()[0].intent, CitizenCalled("Amina 2")).ok());
  EXPECT_EQ(amal.SyncWell().refused, 1u);
  Permit();
  ASSERT_TRUE(amal.store().Fix(amal.store().Outbox().value()[0].intent, CitizenCalled("Amina 3")).ok());
  EXPECT_EQ(amal.SyncWell().applied, 1u);
  EXPECT_THAT(amal.NamesOf(citizen), ElementsAre("Amina 3"));
  EXPECT_EQ(base.Check().quarantined, 0);
  EXPECT_EQ(Counts().needs_attention, 0u);
  amal.SyncWell();
  ExpectSameRecords(base, {&amal});
}

TEST_F(RefusedOverSync, WithdrawnIsGoneFromTheDeviceAndStaysInQuarantine) {
  const SavedInquirer note = amal.SaveInquirer("Amina");
  amal.SyncWell();
  ASSERT_TRUE(amal.store().Withdraw(note.receipt.intents[0]).ok());
  EXPECT_EQ(Counts().needs_attention, 0u);
  EXPECT_EQ(amal.NameOf(note.citizen), "(not visible)");
  amal.SyncWell();
  EXPECT_EQ(base.Check().quarantined, 2);
  ExpectSameRecords(base, {&amal});
}

TEST_F(RefusedOverSync, DiscardedAtTheBaseTakesNoEffectEver) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  const IntentId intent = amal.store().Outbox().value()[0].intent;
  ASSERT_TRUE(base.committer().Discard(intent, "karen", clock.WallNow(), v1::DECISION_REASON_OTHER).ok());
  Permit();
  amal.SyncWell();
  EXPECT_EQ(base.Check().quarantined, 0);
  EXPECT_EQ(base.Check().records, 0);
  EXPECT_EQ(amal.NameOf(citizen), "Amina");  // with its mark: the worker decides
  EXPECT_EQ(Counts().needs_attention, 1u);
}

TEST_F(RefusedOverSync, ReplayedAfterTheStoreBecameAnotherReplicaIsToldAllTheSame) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  const IntentId intent = amal.store().Outbox().value()[0].intent;
  const auto image = amal.CopyOfHome();
  amal.SyncWell();
  amal.SyncWell();
  amal.RestoreHome(image);
  Permit();
  ASSERT_TRUE(base.Replay(intent)->has_applied());
  amal.SaveCitizen("Bo");
  amal.SyncWell();
  EXPECT_EQ(Counts().needs_attention, 0u);
  EXPECT_EQ(Counts().unsent, 0u);
  EXPECT_EQ(amal.NameOf(citizen), "Amina");
  ExpectSameRecords(base, {&amal});
}

}  // namespace
}  // namespace opgang
