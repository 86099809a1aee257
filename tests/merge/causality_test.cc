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

}  // namespace
}  // namespace opgang
