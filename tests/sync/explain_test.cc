// Why a sync did what it did, told by whoever decided it: the base's merge and session, the device's store.
#include <algorithm>

#include "opgang/decisions.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr uint32_t kName = v1::Citizen::kNameFieldNumber;

class Listener : public SyncObserver {
 public:
  bool WantsDecisions() const override { return true; }
  void OnDecision(const SyncDecision& decision) override { told.push_back(decision); }
  std::vector<SyncDecision> told;
};

class Explained : public SyncStory {
 protected:
  std::vector<SyncDecision> Sync(TestDevice& device) {
    Listener listener;
    EXPECT_EQ(device.Sync({.attempts = 1, .observer = &listener}).status(), absl::OkStatus());
    return listener.told;
  }
  static std::vector<SyncDecision> Of(const std::vector<SyncDecision>& told, SyncStep step) {
    std::vector<SyncDecision> found;
    std::copy_if(told.begin(), told.end(), std::back_inserter(found),
                 [&](const SyncDecision& decision) { return decision.step == step; });
    return found;
  }
  static std::vector<SyncStep> StepsAbout(const std::vector<SyncDecision>& told, RecordId record) {
    std::vector<SyncStep> steps;
    for (const SyncDecision& decision : told) {
      if (decision.record == record) steps.push_back(decision.step);
    }
    return steps;
  }
  // Of the only field in the only verdict.
  static v1::MergedField MergedOf(const std::vector<SyncDecision>& told) {
    const auto stored = Of(told, SyncStep::kStored);
    EXPECT_EQ(stored.size(), 1u);
    EXPECT_TRUE(!stored.empty() && stored[0].merged.size() == 1);
    return stored.empty() || stored[0].merged.empty() ? v1::MergedField() : stored[0].merged[0];
  }
  AreaId Testlund() { return base.Area("Testlund"); }
};

TEST_F(Explained, NothingIsToldToWhoDoesNotAsk) {
  class Silent : public Listener {
    bool WantsDecisions() const override { return false; }
  } silent;
  amal.SaveCitizen("Amina");
  ASSERT_TRUE(amal.Sync({.attempts = 1, .observer = &silent}).ok());
  EXPECT_THAT(silent.told, IsEmpty());
}

TEST_F(Explained, ANoteIsSentStoredAndFetchedInThatOrder) {
  amal.SyncWell();
  const RecordId citizen = amal.SaveCitizen("Amina");
  const auto told = Sync(amal);
  EXPECT_THAT(StepsAbout(told, citizen), ElementsAre(SyncStep::kSent, SyncStep::kStored, SyncStep::kPut));
  EXPECT_EQ(Of(told, SyncStep::kPut)[0].rev, Of(told, SyncStep::kStored)[0].rev);
  EXPECT_EQ(Of(told, SyncStep::kPut)[0].rev_before, 0u);
  EXPECT_EQ(Of(told, SyncStep::kSent)[0].why_queued, WhyQueued::kSaved);
}

TEST_F(Explained, ACreateHadNothingToMergeWith) {
  amal.SaveCitizen("Amina");
  const auto stored = Of(Sync(amal), SyncStep::kStored);
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_THAT(stored[0].merged, IsEmpty());
}

TEST_F(Explained, AnEditThatSawWhatStoodTakesItsPlace) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  const auto created = Of(Sync(amal), SyncStep::kStored)[0].intent;
  amal.Rename(citizen, "Amina A.");
  const auto told = Sync(amal);
  const v1::MergedField merged = MergedOf(told);
  EXPECT_EQ(merged.field(), kName);
  EXPECT_THAT(merged.replaced(), ElementsAre(created.ToBytes()));
  EXPECT_THAT(merged.beside(), IsEmpty());
  EXPECT_EQ(merged.front(), Of(told, SyncStep::kStored)[0].intent.ToBytes());
  ASSERT_EQ(Of(told, SyncStep::kStored)[0].saw.size(), 1u);
  EXPECT_THAT(Of(told, SyncStep::kStored)[0].saw[0].seen_versions(), ElementsAre(created.ToBytes()));
}

TEST_F(Explained, OfTwoWhoHadNotSeenEachOtherTheSecondHearsWhatStandsBeside) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  const IntentId first = amal.Rename(citizen, "Amina A.").intents[0];
  clock.Advance(absl::Seconds(1));
  const IntentId second = jonas.Rename(citizen, "Amina B.").intents[0];
  EXPECT_THAT(MergedOf(Sync(amal)).beside(), IsEmpty());
  const v1::MergedField merged = MergedOf(Sync(jonas));
  EXPECT_EQ(merged.front(), second.ToBytes());
  EXPECT_THAT(merged.beside(), ElementsAre(first.ToBytes()));
  EXPECT_THAT(merged.replaced(), IsEmpty()) << "the create gave way to the first";
}

TEST_F(Explained, TheOneWhoLosesTheFrontHearsItToo) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  const IntentId earlier = amal.Rename(citizen, "Amina A.").intents[0];
  clock.Advance(absl::Seconds(1));
  const IntentId later = jonas.Rename(citizen, "Amina B.").intents[0];
  jonas.SyncWell();
  const v1::MergedField merged = MergedOf(Sync(amal));
  EXPECT_EQ(merged.front(), later.ToBytes());
  EXPECT_THAT(merged.beside(), ElementsAre(earlier.ToBytes()));
}

TEST_F(Explained, TheVerdictToldAgainTellsTheSameMerge) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.Rename(citizen, "Amina A.");
  amal.dialer().CutNext({3});  // Hello, Push, Welcome: committed, and the Ack is lost
  Listener lost;
  amal.Sync({.attempts = 1, .observer = &lost}).IgnoreError();
  const auto told = Sync(amal);
  EXPECT_THAT(MergedOf(told).replaced(), testing::SizeIs(1));
}

TEST_F(Explained, AMergeOfADeletedRecordTellsOfTheDelete) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  Bundle bundle = jonas.NewBundle();
  bundle.Delete(citizen, RecordTypeOf<v1::Citizen>());
  const IntentId deleted = jonas.Save(bundle).intents[0];
  jonas.SyncWell();
  amal.Rename(citizen, "Amina A.");
  const auto stored = Of(Sync(amal), SyncStep::kStored);
  ASSERT_EQ(stored.size(), 1u);
  const auto whole = std::find_if(stored[0].merged.begin(), stored[0].merged.end(),
                                  [](const v1::MergedField& merged) { return merged.field() == 0; });
  ASSERT_NE(whole, stored[0].merged.end());
  EXPECT_THAT(whole->beside(), ElementsAre(deleted.ToBytes()));
}

TEST_F(Explained, AReplacedAuthorHearsOfTheChangeAsAFetch) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  jonas.Rename(citizen, "Amina A.");
  jonas.SyncWell();
  const auto put = Of(Sync(amal), SyncStep::kPut);
  ASSERT_EQ(put.size(), 1u);
  EXPECT_LT(put[0].rev_before, put[0].rev);
  EXPECT_NE(put[0].rev_before, 0u);
  EXPECT_EQ(put[0].scope, AreaScope(Testlund()));
}

TEST_F(Explained, ADeleteIsARemoval) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  Bundle bundle = amal.NewBundle();
  bundle.Delete(citizen, RecordTypeOf<v1::Citizen>());
  amal.Save(bundle);
  amal.SyncWell();
  EXPECT_THAT(StepsAbout(Sync(jonas), citizen), ElementsAre(SyncStep::kDeleted));
}

TEST_F(Explained, ARefusalNamesItsCodeAndALaterDecisionIsToldAsSuch) {
  base.Grant("amal", AreaScope(Testlund()), v1::GRANT_MODE_READ);
  const IntentId note = [&] {
    amal.SaveCitizen("Amina");
    return amal.store().Outbox().value()[0].intent;
  }();
  const auto refused = Of(Sync(amal), SyncStep::kRefused);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].refusal->code, v1::REFUSAL_CODE_NOT_PERMITTED);
  base.Grant("amal", AreaScope(Testlund()));
  ASSERT_TRUE(base.Replay(note)->has_applied());
  EXPECT_THAT(Of(Sync(amal), SyncStep::kTakenIn), testing::SizeIs(1));
}

TEST_F(Explained, AFirstSyncStartsAnewBecauseNothingWasHere) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  const auto anew = Of(Sync(jonas), SyncStep::kAnew);
  ASSERT_FALSE(anew.empty());
  EXPECT_THAT(anew, Each(Field(&SyncDecision::reset, v1::RESET_REASON_NO_CURSOR)));
  EXPECT_THAT(Of(Sync(jonas), SyncStep::kAnew), IsEmpty());
}

TEST_F(Explained, AGrantGivenAnewStartsItsScopeAnewAndSweepsWhatIsGone) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  base.Grant("jonas", AreaScope(Testlund()), v1::GRANT_MODE_READ_WRITE, 2);
  const auto told = Sync(jonas);
  EXPECT_THAT(Of(told, SyncStep::kAnew), Contains(Field(&SyncDecision::reset, v1::RESET_REASON_GENERATION)));
  const auto put = Of(told, SyncStep::kPut);
  ASSERT_EQ(put.size(), 1u);
  EXPECT_EQ(put[0].rev, put[0].rev_before) << "it was here";
}

TEST_F(Explained, ACursorBeyondTheBaseSaysSo) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.SpoilConfirmed("UPDATE cursors SET rev = 1000, current = 1000");
  EXPECT_THAT(Of(Sync(amal), SyncStep::kAnew), Contains(Field(&SyncDecision::reset, v1::RESET_REASON_AHEAD)));
}

TEST_F(Explained, ADamagedRowIsMendedByItsLeaf) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.SpoilConfirmed("UPDATE records SET sealed = zeroblob(100)");
  const auto told = Sync(amal);
  EXPECT_THAT(Of(told, SyncStep::kSumDiffers), testing::SizeIs(1));
  const auto mended = Of(told, SyncStep::kMended);
  ASSERT_EQ(mended.size(), 1u);
  EXPECT_EQ(mended[0].record, citizen);
  EXPECT_EQ(mended[0].leaf, static_cast<int>(citizen.uuid()[15]));
}

TEST_F(Explained, ARecordThatTheBaseDoesNotHaveIsTakenOut) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.SpoilConfirmed(
      "INSERT INTO records SELECT x'01010101010170018001010101010101', record_type, subject_id, rev, 0, "
      "sealed FROM"
      " records LIMIT 1;"
      "INSERT INTO memberships SELECT scope, x'01010101010170018001010101010101', mark, 0 FROM memberships "
      "LIMIT 1");
  EXPECT_THAT(Of(Sync(amal), SyncStep::kTakenOut), testing::SizeIs(1));
}

TEST_F(Explained, ACopyBecomesAnotherReplicaAndSaysHowMuchWasNumberedAnew) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  const auto clone = amal.Clone();
  amal.SyncWell();
  amal.SyncWell();
  clone->SaveCitizen("Bo");
  const auto told = Sync(*clone);
  const auto named = Of(told, SyncStep::kNewReplica);
  ASSERT_EQ(named.size(), 1u);
  EXPECT_EQ(named[0].count, 1u);
}

TEST_F(Explained, WhatGoesOutTwiceSaysThatItIsSentAgain) {
  amal.SaveCitizen("Amina");
  amal.dialer().CutNext({3});
  Listener listener;
  ASSERT_TRUE(amal.Sync({.attempts = 3, .observer = &listener}).ok());
  const auto sent = Of(listener.told, SyncStep::kSent);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_FALSE(sent[0].again);
  EXPECT_TRUE(sent[1].again);
}

TEST_F(Explained, CorrectionsAndUndoesSayWhyTheyWait) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.Rename(citizen, "Wrong");
  ASSERT_TRUE(amal.store().UndoLast().ok());
  const auto sent = Of(Sync(amal), SyncStep::kSent);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].why_queued, WhyQueued::kSaved);
  EXPECT_EQ(sent[1].why_queued, WhyQueued::kUndo);
  amal.Reopen();  // it is written beside the mutation
}

TEST_F(Explained, ALostAreaTellsHowManyRecordsWent) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  base.Grant("amal", AreaScope(Testlund()), v1::GRANT_MODE_WRITE_ONLY);
  const auto lost = Of(Sync(amal), SyncStep::kScopeLost);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0].scope, AreaScope(Testlund()));
  EXPECT_EQ(lost[0].count, 1u);
}

TEST_F(Explained, ALockedStoreTellsOfItsWorkWithoutReadingIt) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.Rename(citizen, "Amina A.");
  amal.Lock();
  const auto stored = Of(Sync(amal), SyncStep::kStored);
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_THAT(stored[0].saw, IsEmpty());
  EXPECT_EQ(stored[0].merged.size(), 1u) << "the base tells what its merge did";
}

}  // namespace
}  // namespace opgang
