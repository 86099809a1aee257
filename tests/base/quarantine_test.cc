// In quarantine: who is refused, what joins, and what replay, correction and discarding do.
#include "tests/base/base_story.h"

namespace opgang {
namespace {

using testing::Each;
using testing::ElementsAre;

class QuarantineTest : public BaseStory {
 protected:
  void MayWrite(bool may) { base.Grant("amal", area, may ? v1::GRANT_MODE_READ_WRITE : v1::GRANT_MODE_READ); }
  v1::Verdict FateOf(const Draft& draft) { return base.store().FateOf(draft.intent()).value()->verdict; }
};

TEST_F(QuarantineTest, ReadOnlyGrantForeignAreaWrongScopeAndRoleAreRefused) {
  const Scope elsewhere = AreaScope(base.Area("Nabolund"));
  EXPECT_EQ(Word(amal.Commit(amal.Create(Called("Bo"), elsewhere))), "REFUSAL_CODE_NOT_PERMITTED");
  MayWrite(false);
  EXPECT_EQ(Word(amal.Commit(Citizen("Amina"))), "REFUSAL_CODE_NOT_PERMITTED");
  MayWrite(true);
  const Scope health = AreaHealthScope(base.Area("Testlund"));
  EXPECT_EQ(Word(amal.Commit(amal.Create(Called("Bo"), health))), "REFUSAL_CODE_WRONG_SCOPE");
  base.Grant("amal", health);
  v1::ClinicalIntake clinical;
  clinical.set_citizen_id(std::string(16, 'c'));
  EXPECT_EQ(Word(amal.Commit(amal.Create(clinical, health))), "REFUSAL_CODE_NOT_PERMITTED");
  EXPECT_EQ(base.Check().records, 0);
}

TEST_F(QuarantineTest, RecordOfAnotherAreaCannotBeReachedByNamingOnesOwn) {
  const Scope elsewhere = AreaScope(base.Area("Nabolund"));
  base.Grant("jonas", elsewhere);
  const Draft theirs = jonas.Create(Called("Bo"), elsewhere);
  jonas.Commit(theirs);
  Draft patch = amal.Patch(theirs, Called("Stolen"), {theirs.intent()});
  *patch.envelope.mutable_scopes(0) = area.ToProto();
  EXPECT_EQ(Word(amal.Commit(patch)), "REFUSAL_CODE_NOT_PERMITTED");
  EXPECT_EQ(NameOf(theirs), "Bo");
}

TEST_F(QuarantineTest, OtherTypeOrSubjectThanTheRecordsIsRefused) {
  const Draft citizen = Citizen("Amina");
  amal.Commit(citizen);
  Draft visit = amal.Patch(citizen, Called("x"), {citizen.intent()});
  visit.envelope.set_record_type(RecordType::kVisit);
  visit.envelope.clear_subject_id();
  EXPECT_EQ(Word(amal.Commit(visit)), "REFUSAL_CODE_TYPE_MISMATCH");
}

TEST_F(QuarantineTest, WhatComesAfterAQuarantinedCreateJoinsItAndReplaysInOrder) {
  MayWrite(false);
  const Draft citizen = Citizen("first");
  const Draft second = amal.Patch(citizen, Called("second"), {citizen.intent()});
  const Draft third = jonas.Patch(citizen, Called("third"), {citizen.intent(), second.intent()});
  amal.Commit(citizen);
  EXPECT_EQ(Word(amal.Commit(second)), "REFUSAL_CODE_CREATE_QUARANTINED");
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(Word(jonas.Commit(third)), "REFUSAL_CODE_CREATE_QUARANTINED");
  MayWrite(true);
  EXPECT_EQ(Word(base.Replay(third.intent()).value()), "applied");
  EXPECT_EQ(NameOf(citizen), "third");
  EXPECT_EQ(Find(citizen)->record.field_states(0).alternatives_size(), 0);
  EXPECT_EQ(Word(FateOf(citizen)), "applied");
  EXPECT_EQ(Quarantined(), 0u);
}

TEST_F(QuarantineTest, WhatComesAfterAQuarantinedCreateJoinsItInABaseThatHasStartedSince) {
  MayWrite(false);
  const Draft citizen = Citizen("Amina");
  amal.Commit(citizen);
  base.Crash();
  EXPECT_EQ(Word(amal.Commit(amal.Patch(citizen, Called("x"), {citizen.intent()}))),
            "REFUSAL_CODE_CREATE_QUARANTINED");
}

TEST_F(QuarantineTest, ReplayBeforeThePermissionChangedRefusesAgainAndKeepsEverything) {
  MayWrite(false);
  Draft citizen = Citizen("Amina");
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  amal.Commit(amal.Seal(std::vector{citizen, inquiry}));
  EXPECT_EQ(Word(base.Replay(inquiry.intent()).value()), "REFUSAL_CODE_BUNDLE_PARTNER");
  EXPECT_EQ(Quarantined(), 2u);
  EXPECT_EQ(base.Check().records, 0);
  MayWrite(true);
  EXPECT_EQ(Word(base.Replay(inquiry.intent()).value()), "applied");
  EXPECT_EQ(Find(citizen)->rev, Find(inquiry)->rev);
  EXPECT_EQ(base.Replay(inquiry.intent()).status().code(), MakeError(ErrorCode::kNotFound, "").code());
}

TEST_F(QuarantineTest, AfterReplayTheDeviceThatAsksAgainHearsApplied) {
  MayWrite(false);
  const Draft citizen = Citizen("Amina");
  const v1::SealedMutation sealed = amal.Seal(citizen);
  amal.Commit({sealed});
  MayWrite(true);
  base.Replay(citizen.intent()).IgnoreError();
  EXPECT_THAT(Words(amal.Commit({sealed})), ElementsAre("applied"));
}

TEST_F(QuarantineTest, CorrectionThatNamesTheRefusedOneSettlesItAndReleasesItsPartners) {
  Draft citizen = Citizen(std::string(500, 'x'));
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  amal.Commit(amal.Seal(std::vector{citizen, inquiry}));
  Draft corrected = amal.Create(Called("Amina"), area, citizen.record());
  corrected.payload.set_replaces_intent_id(citizen.intent().ToBytes());
  EXPECT_EQ(Word(amal.Commit(corrected)), "applied");
  EXPECT_EQ(NameOf(citizen), "Amina");
  EXPECT_EQ(Word(FateOf(inquiry)), "applied");
  EXPECT_EQ(Word(FateOf(citizen)), "REFUSAL_CODE_TOO_LONG") << "it has its fate; the other one took effect";
  EXPECT_EQ(Quarantined(), 0u);
}

TEST_F(QuarantineTest, SomebodyElsesCorrectionSettlesNothing) {
  const Draft citizen = Citizen(std::string(500, 'x'));
  amal.Commit(citizen);
  Draft corrected = jonas.Create(Called("Amina"), area);
  corrected.payload.set_replaces_intent_id(citizen.intent().ToBytes());
  EXPECT_EQ(Word(jonas.Commit(corrected)), "applied");
  EXPECT_EQ(Quarantined(), 1u);
}

TEST_F(QuarantineTest, DiscardedLeavesQuarantineAndIsNeverAppliedAgain) {
  const Draft citizen = Citizen(std::string(500, 'x'));
  const v1::SealedMutation sealed = amal.Seal(citizen);
  amal.Commit({sealed});
  EXPECT_TRUE(base.committer()
                  .Discard(citizen.intent(), "karen", clock.WallNow(), v1::DECISION_REASON_DUPLICATE)
                  .ok());
  EXPECT_EQ(Quarantined(), 0u);
  EXPECT_THAT(Words(amal.Commit({sealed})), ElementsAre("REFUSAL_CODE_TOO_LONG"));
  EXPECT_EQ(
      GetErrorCode(base.committer()
                       .Discard(citizen.intent(), "karen", clock.WallNow(), v1::DECISION_REASON_DUPLICATE)
                       .status()),
      ErrorCode::kNotFound);
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(QuarantineTest, BundleOfWhichAPartIsMissingStaysUntilItHasCome) {
  Draft citizen = Citizen("Amina");
  Draft inquiry = InquiryOf(citizen);
  Draft reply = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry, &reply});
  const auto sealed = amal.Seal(std::vector{citizen, inquiry, reply});
  amal.Commit({sealed[0]});
  amal.Commit({sealed[1]});
  EXPECT_EQ(Word(base.Replay(citizen.intent()).value()), "REFUSAL_CODE_BAD_BUNDLE");
  EXPECT_EQ(Quarantined(), 2u);
  EXPECT_EQ(base.Check().records, 0) << "nobody sees part of a bundle (I19)";
  EXPECT_THAT(Words(amal.Commit(sealed)), Each("REFUSAL_CODE_BAD_BUNDLE"));
  EXPECT_EQ(Word(base.Replay(reply.intent()).value()), "applied");
  EXPECT_EQ(Find(citizen)->rev, Find(inquiry)->rev);
  EXPECT_EQ(Find(citizen)->rev, Find(reply)->rev);
  EXPECT_EQ(Quarantined(), 0u);
}

TEST_F(QuarantineTest, BundleThatCameInPiecesAndIsRefusedForAPartSaysWhichAndIsReleasedByItsCorrection) {
  Draft citizen = Citizen(std::string(500, 'x'));
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  const auto sealed = amal.Seal(std::vector{citizen, inquiry});
  amal.Commit({sealed[0]});
  amal.Commit({sealed[1]});
  base.Replay(inquiry.intent()).IgnoreError();
  EXPECT_EQ(Word(FateOf(citizen)), "REFUSAL_CODE_TOO_LONG");
  EXPECT_EQ(Word(FateOf(inquiry)), "REFUSAL_CODE_BUNDLE_PARTNER");
  Draft corrected = amal.Create(Called("Amina"), area, citizen.record());
  corrected.payload.set_replaces_intent_id(citizen.intent().ToBytes());
  EXPECT_EQ(Word(amal.Commit(corrected)), "applied");
  EXPECT_EQ(Word(FateOf(inquiry)), "applied");
}

TEST_F(QuarantineTest, DiscardingAPartDiscardsItsBundleAndNoOneElses) {
  Draft citizen = Citizen(std::string(500, 'x'));
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  amal.Commit(amal.Seal(std::vector{citizen, inquiry}));
  const Draft other = Citizen(std::string(500, 'y'));
  amal.Commit(other);
  EXPECT_EQ(base.committer()
                .Discard(inquiry.intent(), "karen", clock.WallNow(), v1::DECISION_REASON_DUPLICATE)
                .value(),
            2);
  EXPECT_EQ(Quarantined(), 1u);
}

TEST_F(QuarantineTest, EveryDecisionSaysWhoWhenAndWhyAndNoneIsMadeByNobody) {
  const Draft citizen = Citizen(std::string(500, 'x'));
  amal.Commit(citizen);
  const auto now = clock.WallNow();
  EXPECT_FALSE(base.committer().Discard(citizen.intent(), "", now, v1::DECISION_REASON_OTHER).ok());
  EXPECT_FALSE(
      base.committer().Discard(citizen.intent(), "karen", now, v1::DECISION_REASON_UNSPECIFIED).ok());
  base.Replay(citizen.intent()).IgnoreError();
  clock.Advance(absl::Hours(1));
  EXPECT_TRUE(base.committer()
                  .Discard(citizen.intent(), "karen", clock.WallNow(), v1::DECISION_REASON_DUPLICATE)
                  .ok());
  const auto decisions = base.store().Decisions(std::nullopt).value();
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions[0].kind(), v1::DECISION_KIND_REPLAYED);
  EXPECT_EQ(decisions[1].kind(), v1::DECISION_KIND_DISCARDED);
  EXPECT_EQ(decisions[1].actor(), "karen");
  EXPECT_EQ(decisions[1].reason(), v1::DECISION_REASON_DUPLICATE);
  EXPECT_EQ(decisions[1].at_us(), absl::ToUnixMicros(clock.WallNow()));
  EXPECT_EQ(base.store().Decisions(IntentId()).value().size(), 0u);
}

TEST_F(QuarantineTest, GroupBesideTheAreaOrAloneIsAdmittedWhereItIsGranted) {
  const Scope group{v1::SCOPE_KIND_GROUP, base.Area("Testlund").uuid()};
  Draft citizen = Citizen("Amina");
  *citizen.envelope.add_scopes() = group.ToProto();
  EXPECT_EQ(Word(amal.Commit(citizen)), "REFUSAL_CODE_NOT_PERMITTED");
  base.Grant("amal", group);
  citizen = Citizen("Amina");
  *citizen.envelope.add_scopes() = group.ToProto();
  EXPECT_EQ(Word(amal.Commit(citizen)), "applied");
  EXPECT_EQ(Find(citizen)->scopes.size(), 2u);
  EXPECT_EQ(Word(amal.Commit(amal.Create(Called("Bo"), group))), "applied");
  const Scope other{v1::SCOPE_KIND_GROUP, base.Area("Nabolund").uuid()};
  EXPECT_EQ(Word(amal.Commit(amal.Create(Called("Bo"), other))), "REFUSAL_CODE_NOT_PERMITTED");
}

TEST_F(QuarantineTest, ReplayJudgesSizeAndFormAnew) {
  Draft huge = Citizen("Amina");
  v1::Citizen note;
  note.set_note(std::string(300'000, 'x'));
  huge.payload.mutable_fields()->append(note.SerializeAsString());
  amal.Commit(huge);
  EXPECT_EQ(Word(base.Replay(huge.intent()).value()), "REFUSAL_CODE_TOO_LONG");
  EXPECT_EQ(base.Check().records, 0);
}

TEST_F(QuarantineTest, BundleWhoseLastPartCameFirstIsReplayedInItsOwnOrder) {
  Draft citizen = Citizen("Amina");
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  amal.Commit({amal.Seal(std::vector{citizen, inquiry})[1]});
  clock.Advance(absl::Minutes(1));
  amal.Commit({amal.Seal(citizen)});
  EXPECT_EQ(Word(base.Replay(citizen.intent()).value()), "applied");
  EXPECT_EQ(Word(FateOf(inquiry)), "applied");
  EXPECT_EQ(Quarantined(), 0u);
}

TEST_F(QuarantineTest, SecondCreateOfARecordWhoseCreateIsQuarantinedJoinsItThere) {
  MayWrite(false);
  const Draft first = Citizen("first");
  amal.Commit(first);
  MayWrite(true);
  EXPECT_EQ(Word(jonas.Commit(jonas.Create(Called("second"), area, first.record()))),
            "REFUSAL_CODE_CREATE_QUARANTINED");
  EXPECT_EQ(NameOf(first), "(none)");
}

TEST_F(QuarantineTest, InquiryWithoutAWayBackIsRefusedHereTooOnceTheCitizenIsKnown) {
  const Draft citizen = Citizen("Amina");
  Draft inquiry = InquiryOf(citizen);
  v1::Inquiry content;
  content.set_citizen_id(citizen.envelope.record_id());
  content.set_channel(v1::CHANNEL_DOOR);
  inquiry.payload.set_fields(content.SerializeAsString());
  amal.Commit(citizen);
  EXPECT_EQ(Word(amal.Commit(inquiry)), "REFUSAL_CODE_NO_WAY_BACK");
  v1::Citizen telephone;
  telephone.set_telephone("20304050");
  amal.Commit(amal.Patch(citizen, telephone, {}));
  EXPECT_EQ(Word(base.Replay(inquiry.intent()).value()), "applied");
}

TEST_F(QuarantineTest, WhatIsKeptRawNamesItsSubjectSoThatItCanBeErased) {
  MayWrite(false);
  const Draft citizen = Citizen("Amina");
  amal.Commit(citizen);
  const auto items = base.store().Quarantine(citizen.intent()).value();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].mutation.subject.ToBytes(), citizen.envelope.subject_id());
  EXPECT_FALSE(items[0].mutation.subject.empty());
}

}  // namespace
}  // namespace opgang
