// An edit beats what its author saw, in whatever order edits arrive and whatever clocks say (I7); what nobody saw stands
// beside it, on every device the same (I6, I8).
#include "tests/merge/merge_story.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;

constexpr int64_t kTenYearsMs = int64_t{3650} * 24 * 3600 * 1000;

using CausalityTest = MergeStory;

TEST_F(CausalityTest, ParentThatArrivesAfterItsChildGoesToHistory) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "b");
  EXPECT_EQ(Arriving("acb").all_telephones(), "33333333");
  EXPECT_THAT(Outcomes("abc"), ElementsAre("33333333"));
}

TEST_F(CausalityTest, GrandchildFirstThenTheRestInAnyOrderLeavesTheGrandchildAlone) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "b");
  Patch('d', "44444444", "c");
  EXPECT_THAT(Outcomes("abcd"), ElementsAre("44444444"));
}

// Only a forger can do that: each device names versions that it holds.
TEST_F(CausalityTest, TwoEditsThatClaimToHaveSeenEachOtherHarmNothingElse) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "ab");
  said_.at('b').payload.mutable_edits(0)->add_seen_versions(said_.at('c').provenance.intent_id());
  const Holder holder = Arriving("acb");
  EXPECT_EQ(holder.telephone(), "");
  EXPECT_TRUE(holder.conflict_fields().empty());
  Patch('d', "44444444", "");
  EXPECT_EQ(Arriving("acbd").all_telephones(), "44444444");
}

TEST_F(CausalityTest, UntilTheParentArrivesWhatTheParentReplacedStandsBeside) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "b");
  const Holder holder = Arriving("ac");
  EXPECT_EQ(holder.all_telephones(), "33333333 11111111");
  EXPECT_EQ(holder.awaited(), 1u);
}

TEST_F(CausalityTest, ClocksTenYearsApartChangeNoOutcomeOfAnEditThatSaw) {
  clock_error_ms_ = kTenYearsMs;
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  clock_error_ms_ = -kTenYearsMs;
  Patch('c', "33333333", "b");
  EXPECT_THAT(Outcomes("abc"), ElementsAre("33333333"));
}

TEST_F(CausalityTest, ConcurrentEditsStandInTheSameOrderWhoeverArrivesFirst) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "a");
  Patch('d', "44444444", "b");
  EXPECT_THAT(Outcomes("abcd"), ElementsAre("44444444 33333333"));
}

TEST_F(CausalityTest, ClockThatRunsAheadCountsUpToWhenTheBaseReceivedItsWord) {
  Create('a', "11111111");
  clock_error_ms_ = kTenYearsMs;
  Patch('b', "22222222", "a");
  clock_error_ms_ = 0;
  Received('b', now_ms_);
  now_ms_ += 60'000;
  Patch('c', "33333333", "a");
  Received('c', now_ms_);
  EXPECT_THAT(Outcomes("abc"), ElementsAre("33333333 22222222"));
}

TEST_F(CausalityTest, ClampOfAValueThatStoodAloneIsRememberedForTheNextOne) {
  Create('a', "11111111");
  clock_error_ms_ = kTenYearsMs;
  Patch('b', "22222222", "a");
  clock_error_ms_ = 0;
  Received('b', now_ms_);
  now_ms_ += 60'000;
  Patch('c', "33333333", "a");
  Received('c', now_ms_);
  v1::Record alone = Arriving("ab").record();
  alone.mutable_last_changed()->set_intent_id(Version('z', 1));  // another field was written since
  const auto merged = Merge(&alone, said_.at('c').payload, said_.at('c').provenance);
  v1::Citizen citizen;
  ASSERT_TRUE(citizen.ParseFromString(merged->record.fields()));
  EXPECT_EQ(citizen.telephone(), "33333333");
}

TEST_F(CausalityTest, DevicePutsItsUnsentWordWhereTheBaseWillPutIt) {
  for (const int64_t error : {-kTenYearsMs, int64_t{0}, kTenYearsMs}) {
    said_.clear();
    Create('a', "11111111");
    Patch('b', "22222222", "a");
    Received('b', now_ms_);
    clock_error_ms_ = error;
    Patch('c', "33333333", "a");
    clock_error_ms_ = 0;
    const std::string before = Arriving("abc").all_telephones();
    Received('c', now_ms_ + 5000);
    EXPECT_EQ(Arriving("abc").all_telephones(), before) << "clock off by " << error << " ms";
  }
}

TEST_F(CausalityTest, SameWordFromTwoPeopleIsOneValueAndWhoSawOneOfThemReplacesOnlyHers) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "22222222", "a");
  EXPECT_THAT(Outcomes("abc"), ElementsAre("22222222"));
  Patch('d', "44444444", "c");
  EXPECT_THAT(Outcomes("abcd"), ElementsAre("44444444 22222222"));
  Patch('e', "55555555", "bd");
  EXPECT_THAT(Outcomes("abcde"), ElementsAre("55555555"));
}

TEST_F(CausalityTest, CorrectedCreateIsReplacedByWhoeverSawTheRefusedOne) {
  Create('r', "refused");
  Patch('p', "22222222", "r");
  Create('a', "11111111");
  said_.at('a').provenance.add_replaces(said_.at('r').provenance.intent_id());
  EXPECT_THAT(Outcomes("ap"), ElementsAre("22222222"));
}

TEST_F(CausalityTest, AlternativesSayWhoWroteThemOnWhichDeviceAndAPlainRecordDoesNot) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "a");
  Holder holder = Arriving("ab");
  for (const auto& state : holder.record().field_states()) EXPECT_FALSE(state.has_provenance());
  EXPECT_EQ(holder.record().SerializeAsString().find("tablet"), std::string::npos);
  holder = Arriving("abc");
  const auto conflicts = OpenConflictsOf(holder.record());
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].values[0].provenance.author(), "author-c");
  EXPECT_EQ(conflicts[0].values[1].provenance.author(), "author-b");
  EXPECT_EQ(conflicts[0].values[1].provenance.device(), "tablet-b");
}

TEST_F(CausalityTest, OnceSettledTheRecordIsAsSmallAsBefore) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  const size_t before = Arriving("ab").record().ByteSizeLong();
  Patch('c', "33333333", "a");
  Patch('d', "44444444", "bc");
  EXPECT_EQ(Arriving("abcd").record().ByteSizeLong(), before);
}

TEST_F(CausalityTest, WhatIsAwaitedIsBoundedAndOnlySixteenBytesAreAVersion) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  v1::FieldEdit& edit = *said_.at('b').payload.mutable_edits(0);
  edit.add_seen_versions(std::string(100'000, 'x'));
  for (int i = 0; i < 1000; ++i) edit.add_seen_versions(Version('y', i));
  const Holder holder = Arriving("ab");
  EXPECT_EQ(holder.awaited(), kMaxAwaited);
  EXPECT_LT(holder.record().ByteSizeLong(), 2000u);
}

TEST_F(CausalityTest, CorrectionStandsThoughAnEditThatSawTheRefusedOneWasHereBefore) {
  Create('a', "11111111");
  Patch('b', "2222", "a");  // refused, and never here
  Patch('c', "33333333", "ab");
  Patch('d', "44444444", "ac");
  said_.at('d').payload.set_replaces_intent_id(said_.at('b').provenance.intent_id());
  said_.at('d').provenance.add_replaces(said_.at('b').provenance.intent_id());
  EXPECT_EQ(Arriving("ac").awaited(), 1u);
  EXPECT_EQ(Arriving("acd").all_telephones(), "44444444");
  EXPECT_EQ(Arriving("acd").awaited(), 0u) << "what was corrected can no longer come";
}

// As a device merges: it has no log to ask.
TEST_F(CausalityTest, WhatStandsIsNotAwaitedThoughNoLogTellsThatItArrived) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "ab");
  v1::Record record = Arriving("ab").record();
  record.mutable_last_changed()->set_intent_id(Version('z', 1));  // another field was written since
  const auto merged = Merge(&record, said_.at('c').payload, said_.at('c').provenance);
  ASSERT_TRUE(merged.ok());
  for (const auto& state : merged->record.field_states()) EXPECT_TRUE(state.awaited().empty());
}

// The log is read for the names in a conflict, not at every edit.
TEST_F(CausalityTest, SameWordFromTwoPeopleIsNoConflictAndAsksForNobodysName) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "22222222", "a");
  const v1::Record record = Arriving("ab").record();
  int asked = 0;
  MergeContext context;
  context.record_type = RecordType::kCitizen;
  context.merged_before = [&](const std::string&) {
    ++asked;
    return std::nullopt;
  };
  ASSERT_TRUE(Merge(&record, said_.at('c').payload, said_.at('c').provenance, context).ok());
  EXPECT_EQ(asked, 0);
}

TEST_F(CausalityTest, ConflictNamesEveryoneWhoSaidTheSame) {
  Create('a', "11111111");
  Patch('b', "22222222", "a");
  Patch('c', "33333333", "a");
  Patch('d', "22222222", "a");
  const auto conflicts = OpenConflictsOf(Arriving("abcd").record());
  ASSERT_EQ(conflicts.size(), 1u);
  ASSERT_EQ(conflicts[0].values.size(), 2u);
  EXPECT_EQ(conflicts[0].values[0].provenance.author(), "author-d");
  ASSERT_EQ(conflicts[0].values[0].same.size(), 1u);
  EXPECT_EQ(conflicts[0].values[0].same[0].author(), "author-b");
  EXPECT_TRUE(conflicts[0].values[1].same.empty());
}

}  // namespace
}  // namespace opgang
