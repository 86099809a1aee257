// Every mutation has one fate, told once and told again for ever; a bundle has one together.
#include "tests/base/base_story.h"

namespace opgang {
namespace {

using testing::Each;
using testing::ElementsAre;

using CommitterTest = BaseStory;

TEST_F(CommitterTest, SameBytesAgainGetTheSameVerdictAndNothingHappensTwice) {
  const v1::SealedMutation sealed = amal.Seal(Citizen("Amina"));
  const v1::Verdict first = amal.Commit({sealed}).at(0);
  const v1::Verdict again = amal.Commit({sealed}).at(0);
  EXPECT_EQ(first.SerializeAsString(), again.SerializeAsString());
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(CommitterTest, SameBytesTwiceInOneGroupTakeEffectOnce) {
  const v1::SealedMutation sealed = amal.Seal(Citizen("Amina"));
  const auto verdicts = amal.Commit({sealed, sealed});
  EXPECT_THAT(Words(verdicts), ElementsAre("applied", "applied"));
  EXPECT_EQ(verdicts[0].applied().rev(), verdicts[1].applied().rev());
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(CommitterTest, SealedAnewUnderAnotherNonceIsStillTheSame) {
  const Draft draft = Citizen("Amina");
  amal.Commit(draft);
  amal.next_seq = 1;
  EXPECT_EQ(Word(amal.Commit(draft)), "applied");
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(CommitterTest, SameIntentInAnotherPlaceGetsTheFirstVerdictUnderItsNewSeq) {
  const Draft draft = Citizen("Amina");
  const v1::Verdict first = amal.Commit(draft);
  amal.next_seq = 40;
  const v1::Verdict again = amal.Commit(draft);
  EXPECT_EQ(again.seq(), 40u);
  EXPECT_EQ(again.applied().rev(), first.applied().rev());
}

TEST_F(CommitterTest, SameIntentWithOtherBytesIsToldAndChangesNothing) {
  Draft draft = Citizen("Amina");
  amal.Commit(draft);
  draft.payload.set_fields(Called("Somebody else").SerializeAsString());
  EXPECT_EQ(Word(amal.Commit(draft)), "id-reused");
  EXPECT_EQ(NameOf(draft), "Amina");
}

TEST_F(CommitterTest, TakenPlaceIsToldAndChangesNothing) {
  amal.Commit(Citizen("Amina"));
  amal.next_seq = 1;
  const Draft other = Citizen("Somebody else");
  EXPECT_EQ(Word(amal.Commit(other)), "id-reused");
  EXPECT_FALSE(Find(other).has_value());
}

// I3: two stores go by one name. The one that is told so brings everything under a name of its own.
TEST_F(CommitterTest, AfterATakenPlaceNothingNewIsTakenInUnderThatName) {
  amal.Commit(Citizen("Amina"));
  amal.next_seq = 1;
  const Draft in_a_taken_place = Citizen("Bo");
  const Draft behind_it = Citizen("Carla");
  EXPECT_THAT(Words(amal.Commit(amal.Seal({in_a_taken_place, behind_it}))), Each("id-reused"));
  EXPECT_EQ(Word(amal.Commit(Citizen("Dorte"))), "id-reused");
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(CommitterTest, WhatIsTurnedAwayNarrowsNothing) {
  amal.Commit(Citizen("Amina"));
  const absl::Time before = clock.WallNow();
  clock.Reboot();
  amal.knows_time = false;
  const Draft vague = Citizen("Bo");
  clock.Advance(absl::Hours(20));
  amal.knows_time = true;
  amal.next_seq = 1;
  ASSERT_EQ(Word(amal.Commit(Citizen("in a taken place"))), "id-reused");
  base.Kill();
  ASSERT_TRUE(base.Open().ok());
  ASSERT_EQ(Word(amal.Commit(vague)), "applied");
  EXPECT_LE(Find(vague)->record.created().recorded().earliest_us(), absl::ToUnixMicros(before));
}

TEST_F(CommitterTest, BundleAppearsUnderOneRev) {
  Draft citizen = Citizen("Amina");
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  const auto verdicts = amal.Commit(amal.Seal(std::vector{citizen, inquiry}));
  EXPECT_THAT(Words(verdicts), ElementsAre("applied", "applied"));
  EXPECT_EQ(Find(citizen)->rev, Find(inquiry)->rev);
}

TEST_F(CommitterTest, BundleWithOneFaultIsQuarantinedWhole) {
  Draft citizen = Citizen(std::string(500, 'x'));
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  const auto verdicts = amal.Commit(amal.Seal(std::vector{citizen, inquiry}));
  EXPECT_THAT(Words(verdicts), ElementsAre("REFUSAL_CODE_TOO_LONG", "REFUSAL_CODE_BUNDLE_PARTNER"));
  EXPECT_EQ(verdicts[0].quarantined().field(), static_cast<uint32_t>(v1::Citizen::kNameFieldNumber));
  EXPECT_EQ(Quarantined(), 2u);
  EXPECT_EQ(base.Check().records, 0);
}

TEST_F(CommitterTest, FaultInTheLastPartTakesTheFirstBack) {
  Draft citizen = Citizen("Amina");
  Draft inquiry = InquiryOf(citizen);
  inquiry.payload.set_fields("\xff\xff");
  HandDevice::MakeBundle({&citizen, &inquiry});
  EXPECT_THAT(Words(amal.Commit(amal.Seal(std::vector{citizen, inquiry}))),
              ElementsAre("REFUSAL_CODE_BUNDLE_PARTNER", "REFUSAL_CODE_UNREADABLE"));
  EXPECT_FALSE(Find(citizen).has_value());
  EXPECT_EQ(base.store().NewestRev().value(), 0u);
}

TEST_F(CommitterTest, BundleWithAMissingPartIsQuarantinedAndSoIsThePartThatComesLater) {
  Draft citizen = Citizen("Amina");
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  const auto sealed = amal.Seal(std::vector{citizen, inquiry});
  EXPECT_THAT(Words(amal.Commit({sealed[0]})), ElementsAre("REFUSAL_CODE_BAD_BUNDLE"));
  EXPECT_THAT(Words(amal.Commit(sealed)), Each("REFUSAL_CODE_BAD_BUNDLE"));
  EXPECT_EQ(Quarantined(), 2u) << "what is refused is kept raw before the device hears of it";
  EXPECT_TRUE(base.store().FateOf(inquiry.intent()).value().has_value());
}

TEST_F(CommitterTest, BundleWhosePlacesAreNotNeighboursIsNotWhole) {
  Draft citizen = Citizen("Amina");
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  std::vector<v1::SealedMutation> sealed{amal.Seal(citizen)};
  ++amal.next_seq;
  sealed.push_back(amal.Seal(inquiry));
  EXPECT_THAT(Words(amal.Commit(sealed)), Each("REFUSAL_CODE_BAD_BUNDLE"));
}

TEST_F(CommitterTest, PayloadThatWasNeverSealedIsNotRead) {
  const Draft citizen = Citizen("Amina");
  v1::SealedMutation bare = amal.Seal(citizen);
  bare.set_queue_key_id(std::string(16, 'k'));
  bare.set_sealed_payload(citizen.payload.SerializeAsString());
  EXPECT_THAT(Words(amal.Commit({bare})), ElementsAre("REFUSAL_CODE_UNREADABLE"));
}

TEST_F(CommitterTest, BundleWhoseFirstPlaceIsTakenStaysQueuedWhole) {
  amal.Commit(Citizen("in place 1"));
  amal.next_seq = 1;
  Draft citizen = Citizen("Amina");
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  EXPECT_THAT(Words(amal.Commit(amal.Seal(std::vector{citizen, inquiry}))), Each("id-reused"));
  EXPECT_EQ(Quarantined(), 0u);
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(CommitterTest, TwoPartsUnderOneIdOrInOnePlaceStopNothing) {
  Draft citizen = Citizen("Amina");
  Draft twin = citizen;
  HandDevice::MakeBundle({&citizen, &twin});
  auto sealed = amal.Seal(std::vector{citizen, twin});
  EXPECT_THAT(Words(amal.Commit(sealed)), Each("id-reused"));
  Draft other = Citizen("Bo");
  HandDevice::MakeBundle({&citizen, &other});
  sealed = amal.Seal(std::vector{citizen, other});
  sealed[1].set_seq(sealed[0].seq());
  EXPECT_THAT(Words(amal.Commit(sealed)), Each("id-reused"));
  EXPECT_EQ(Word(amal.Commit(Citizen("Carla"))), "applied");
}

// Such a group is decided twice: whatever the first time left behind would show in the second.
TEST_F(CommitterTest, FaultInTheMiddleOfABundleIsAsIfItsNeighboursHadComeWithoutIt) {
  const auto group_of = [&](const std::string& name) {
    std::vector<Draft> drafts = {Citizen("before " + name), Citizen(name), Citizen("after " + name)};
    drafts.insert(drafts.begin() + 2, InquiryOf(drafts[1]));
    drafts[2].payload.set_fields("\xff");
    HandDevice::MakeBundle({&drafts[1], &drafts[2]});
    return drafts;
  };
  const std::vector<std::string> words = {"applied", "REFUSAL_CODE_BUNDLE_PARTNER", "REFUSAL_CODE_UNREADABLE",
                                          "applied"};
  const Draft first = Citizen("first");
  EXPECT_EQ(Word(amal.Commit(first)), "applied");
  const uint64_t rev = Find(first)->rev;
  for (uint64_t round = 0; round < 3; ++round) {  // the second and third with parts from the beginning
    const std::vector<Draft> drafts = group_of("Amina");
    EXPECT_EQ(Words(amal.Commit(amal.Seal(drafts))), words);
    EXPECT_EQ(Find(drafts[0])->rev, rev + 2 * round + 1);
    EXPECT_FALSE(Find(drafts[1]).has_value());
    EXPECT_EQ(Find(drafts[3])->rev, rev + 2 * round + 2);
  }
  EXPECT_EQ(Quarantined(), 6u);
  EXPECT_THAT(base.Check().problems, testing::IsEmpty());
}

TEST_F(CommitterTest, OnePoisonedAmongFiveHundredDelaysAndDragsDownNothing) {
  std::vector<v1::SealedMutation> queue;
  for (int i = 0; i < 500; ++i) {
    queue.push_back(amal.Seal(Citizen(i == 250 ? std::string(500, 'x') : "Citizen " + std::to_string(i))));
  }
  const auto verdicts = amal.Commit(queue);  // one commit
  int applied = 0;
  for (const v1::Verdict& verdict : verdicts) applied += verdict.has_applied() ? 1 : 0;
  EXPECT_EQ(applied, 499);
  EXPECT_EQ(Word(verdicts[250]), "REFUSAL_CODE_TOO_LONG");
  EXPECT_EQ(verdicts[250].seq(), 251u);
  EXPECT_EQ(base.Check().records, 499);
}

TEST_F(CommitterTest, WhatCannotBeReadIsKeptRawWithItsReason) {
  v1::SealedMutation spoilt = amal.Seal(Citizen("Amina"));
  spoilt.mutable_sealed_payload()->back() ^= 1;
  v1::SealedMutation envelope = amal.Seal(Citizen("Bo"));
  envelope.set_envelope("\xff\xff\xff");
  v1::SealedMutation keyless = amal.Seal(Citizen("Carla"));
  keyless.set_queue_key_id(std::string(16, 'k'));
  Draft newer = Citizen("Dan");
  newer.envelope.set_schema_version(99);
  Draft unknown = Citizen("Eva");
  unknown.envelope.set_record_type(77);
  const auto verdicts = amal.Commit({spoilt, envelope, keyless, amal.Seal(newer), amal.Seal(unknown)});
  EXPECT_THAT(Words(verdicts),
              ElementsAre("REFUSAL_CODE_UNREADABLE", "REFUSAL_CODE_UNREADABLE", "REFUSAL_CODE_UNREADABLE",
                          "REFUSAL_CODE_SCHEMA_AHEAD", "REFUSAL_CODE_SCHEMA_AHEAD"));
  const auto items = base.store().Quarantine(std::nullopt).value();
  ASSERT_EQ(items.size(), 5u);
  EXPECT_FALSE(items[0].opened);
  EXPECT_EQ(items[0].mutation.payload, spoilt.sealed_payload());
  EXPECT_EQ(items[0].wrapped_for_base, amal.queue_key().wrapped_for_base());
  EXPECT_THAT(Words(amal.Commit({spoilt, envelope, keyless})), Each("REFUSAL_CODE_UNREADABLE"));
  EXPECT_EQ(Quarantined(), 5u);
}

TEST_F(CommitterTest, RecordedIsExactWithinOneBootWhateverTheWallClockSays) {
  clock.Advance(absl::Minutes(10));
  clock.SetWall(NoonOfTheFirst() + absl::Hours(24 * 3650));
  const Draft draft = Citizen("Amina");
  clock.SetWall(NoonOfTheFirst() + absl::Minutes(10));
  clock.Advance(absl::Hours(30));
  amal.Commit(draft);
  const v1::InstantInterval recorded = Find(draft)->record.created().recorded();
  EXPECT_EQ(recorded.earliest_us(), absl::ToUnixMicros(NoonOfTheFirst() + absl::Minutes(10)));
  EXPECT_EQ(recorded.latest_us(), recorded.earliest_us());
}

TEST_F(CommitterTest, RecordedWithoutEvidenceIsNarrowedByTheMutationBefore) {
  clock.Advance(absl::Hours(5));
  const Draft exact = Citizen("Amina");
  clock.Reboot();
  amal.knows_time = false;
  const Draft vague = Citizen("Bo");
  clock.Advance(absl::Hours(20));
  amal.Commit(exact);
  amal.Commit(vague);
  const v1::InstantInterval recorded = Find(vague)->record.created().recorded();
  EXPECT_EQ(recorded.earliest_us(), absl::ToUnixMicros(NoonOfTheFirst() + absl::Hours(5)));
  EXPECT_EQ(recorded.latest_us(), absl::ToUnixMicros(NoonOfTheFirst() + absl::Hours(25)));
}

TEST_F(CommitterTest, RecordedWithoutEvidenceIsNarrowedByTheMutationAfterInTheSamePush) {
  clock.Advance(absl::Hours(5));
  amal.knows_time = false;
  const Draft vague = Citizen("Bo");
  clock.Advance(absl::Hours(1));
  amal.knows_time = true;
  const Draft exact = Citizen("Amina");
  clock.Advance(absl::Hours(20));
  amal.Commit(amal.Seal({vague, exact}));
  const v1::InstantInterval recorded = Find(vague)->record.created().recorded();
  EXPECT_EQ(recorded.earliest_us(), absl::ToUnixMicros(NoonOfTheFirst()));
  EXPECT_EQ(recorded.latest_us(), absl::ToUnixMicros(NoonOfTheFirst() + absl::Hours(6)));
}

// A store sends in the order of its places: whoever claims one that was passed over is another store (I3), and what it was
// captured after is not known (I14).
TEST_F(CommitterTest, WhoClaimsAPlaceThatWasPassedOverIsAnotherStore) {
  const v1::SealedMutation passed_over = amal.Seal(Citizen("Bo"));
  ASSERT_EQ(Word(amal.Commit(Citizen("Amina"))), "applied");
  EXPECT_EQ(Words(amal.Commit({passed_over})), std::vector<std::string>{"id-reused"});
  EXPECT_EQ(Word(amal.Commit(Citizen("Cy"))), "id-reused") << "nobody goes on under that name";
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(CommitterTest, ConcurrentEditKeepsBothAndAnEditThatSawItReplaces) {
  const Draft citizen = Citizen("Amina");
  amal.Commit(citizen);
  const Draft a = amal.Patch(citizen, Called("A"), {citizen.intent()});
  const Draft b = jonas.Patch(citizen, Called("B"), {citizen.intent()});
  EXPECT_EQ(amal.Commit(a).applied().conflict_fields_size(), 0);
  EXPECT_THAT(jonas.Commit(b).applied().conflict_fields(), ElementsAre(v1::Citizen::kNameFieldNumber));
  EXPECT_EQ(jonas.Commit(jonas.Patch(citizen, Called("C"), {a.intent(), b.intent()}))
                .applied()
                .conflict_fields_size(),
            0);
  EXPECT_EQ(NameOf(citizen), "C");
}

}  // namespace
}  // namespace opgang
