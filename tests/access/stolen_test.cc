// What a stolen tablet hands in stays unopened until two people have said the same.
#include "server/admin/stolen.h"

#include "server/admin/quarantine_view.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

class Stolen : public SyncStory {
 protected:
  Stolen() {
    amal.SyncWell();
    jonas.SyncWell();
    for (const char* staff : {"karen", "ida"}) base.Invite(staff, "coordinator", {"Testlund"});
    citizen = amal.SaveCitizen("Typed before or after?");
    base.Revoke("amal", v1::REVOCATION_REASON_STOLEN);
    EXPECT_TRUE(amal.Sync().ok());
  }
  QuarantinedMutation Only() { return base.store().Quarantine(std::nullopt).value().at(0); }
  size_t Quarantined() { return base.store().Quarantine(std::nullopt).value().size(); }
  absl::StatusOr<v1::SettleStolenResponse> Say(const std::string& actor, bool discard) {
    v1::SettleStolenRequest request;
    request.set_intent_id(Only().mutation.fate.intent.ToBytes());
    request.set_actor(actor);
    request.set_discard(discard);
    if (discard) request.set_reason(v1::DECISION_REASON_OTHER);
    std::set<Scope> touched;
    return SettleStolen(base.store(), base.committer(), base.keys().box, request, clock.WallNow(), touched);
  }
  static ErrorCode CodeOf(const absl::Status& status) { return GetErrorCode(status); }

  RecordId citizen;
};

TEST_F(Stolen, WhatArrivesIsKeptAsItCameUnderItsOwnMark) {
  EXPECT_FALSE(Only().opened);
  EXPECT_EQ(Only().mutation.fate.verdict.quarantined().code(), v1::REFUSAL_CODE_STOLEN);
  v1::MutationPayload payload;
  const bool reads =
      payload.ParseFromString(Only().mutation.payload) && payload.fields().find("Typed") != std::string::npos;
  EXPECT_FALSE(reads);
  EXPECT_EQ(ToItem(base.store(), Only()).value().content(), "");
}

TEST_F(Stolen, OnePersonAloneDoesNothingAndNotByTheOrdinaryWaysEither) {
  ASSERT_TRUE(Say("karen", /*discard=*/false)->waits_for_second());
  EXPECT_EQ(CodeOf(Say("karen", /*discard=*/false).status()), ErrorCode::kBadInput);
  const IntentId intent = Only().mutation.fate.intent;
  EXPECT_EQ(CodeOf(base.Replay(intent).status()), ErrorCode::kBadInput);
  EXPECT_EQ(
      CodeOf(base.committer().Discard(intent, "karen", clock.WallNow(), v1::DECISION_REASON_OTHER).status()),
      ErrorCode::kBadInput);
  EXPECT_FALSE(Only().opened);
}

TEST_F(Stolen, TwoPeopleReleaseItAndItTakesEffectWithItsAuthorsName) {
  ASSERT_TRUE(Say("karen", /*discard=*/false).ok());
  const auto done = Say("ida", /*discard=*/false);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_TRUE(done->verdict().has_applied());
  EXPECT_EQ(Quarantined(), 0u);
  jonas.SyncWell();
  EXPECT_EQ(jonas.NameOf(citizen), "Typed before or after?");
  const auto decisions = base.store().Decisions(std::nullopt).value();
  EXPECT_EQ(decisions.at(0).kind(), v1::DECISION_KIND_RELEASED);
  EXPECT_EQ(decisions.at(0).first_actor() + " and " + decisions.at(0).actor(), "karen and ida");
}

TEST_F(Stolen, TwoPeopleDiscardItAndTheirNamesStandThere) {
  ASSERT_TRUE(Say("karen", /*discard=*/true).ok());
  const auto done = Say("ida", /*discard=*/true);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->discarded(), 1);
  EXPECT_EQ(Quarantined(), 0u);
  EXPECT_EQ(base.store().Decisions(std::nullopt).value().at(0).first_actor(), "karen");
}

TEST_F(Stolen, WhoSaysTheOppositeIsTheFirstOfTwoAnew) {
  ASSERT_TRUE(Say("karen", /*discard=*/false).ok());
  EXPECT_TRUE(Say("ida", /*discard=*/true)->waits_for_second());
  EXPECT_EQ(CodeOf(Say("ida", /*discard=*/true).status()), ErrorCode::kBadInput);
  EXPECT_EQ(Say("karen", /*discard=*/true)->discarded(), 1);
}

TEST_F(Stolen, HandedInAgainItIsAnsweredAsBeforeAndStandsThereOnce) {
  const auto copy = Only();
  const auto again = amal.Sync();
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(Quarantined(), 1u);
  EXPECT_EQ(Only().mutation.fate.digest, copy.mutation.fate.digest);
}

}  // namespace
}  // namespace opgang
