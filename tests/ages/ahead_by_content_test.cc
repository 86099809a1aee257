// What decides "ahead" where the version in the envelope would let it pass: this build's base, hands from the future.
#include "google/protobuf/unknown_field_set.h"
#include "tests/ages/future_fields.h"
#include "tests/base/base_story.h"

namespace opgang::ages {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

class AheadByContent : public BaseStory {
 protected:
  std::string WordOf(const Draft& draft) { return Word(amal.Commit(draft)); }
  static constexpr char kAhead[] = "REFUSAL_CODE_SCHEMA_AHEAD";
};

TEST_F(AheadByContent, AFieldThatTheBaseDoesNotKnow) {
  const Draft draft = amal.Create(WithFuture(Called("Amina"), "Mina"), area);
  EXPECT_EQ(WordOf(draft), kAhead);
  base.UpgradeTo(NextSchema());
  ASSERT_TRUE(Find(draft).has_value());
  EXPECT_EQ(FutureIn(Find(draft)->record.fields()), "Mina");
}

TEST_F(AheadByContent, AFieldWithinAFieldThatItKnows) {
  v1::Citizen citizen = Called("Amina");
  *citizen.mutable_address_protected_until() = WithFuture(OnTheThird(), "why", 77);
  EXPECT_EQ(WordOf(amal.Create(citizen, area)), kAhead);
}

TEST_F(AheadByContent, AValueThatAnEnumDoesNotHave) {
  v1::Visit visit;
  visit.set_entrance_id(std::string(16, 'e'));
  visit.set_disposition(static_cast<v1::Disposition>(900));
  EXPECT_EQ(WordOf(amal.Create(visit, area)), kAhead);
}

TEST_F(AheadByContent, ARecordTypeThatIsNotInTheRegister) {
  Draft draft = Citizen("Amina");
  draft.envelope.set_record_type(KnownSchema().newest_type + 1);
  EXPECT_EQ(WordOf(draft), kAhead);
}

TEST_F(AheadByContent, APatchThatClearsAFieldItDoesNotKnow) {
  const Draft citizen = Citizen("Amina");
  ASSERT_EQ(WordOf(citizen), "applied");
  Draft patch = amal.Patch(citizen, v1::Citizen(), {});
  patch.payload.add_edits()->set_field(kFutureField);
  EXPECT_EQ(WordOf(patch), kAhead);
}

TEST_F(AheadByContent, AnActionEnvelopeOrPayloadOfALaterKind) {
  Draft action = Citizen("Amina");
  action.payload.set_action(static_cast<v1::MutationAction>(9));
  Draft envelope = Citizen("Bo");
  envelope.envelope = WithFuture(envelope.envelope, "x");
  Draft payload = Citizen("Carla");
  payload.payload = WithFuture(payload.payload, "x");
  EXPECT_THAT(Words(amal.Commit(amal.Seal(std::vector{action, envelope, payload}))),
              Each(std::string(kAhead)));
}

TEST_F(AheadByContent, OnePartOfABundleKeepsItWholeUntilTheUpgrade) {
  Draft citizen = amal.Create(WithFuture(Called("Amina"), "Mina"), area);
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  EXPECT_THAT(Words(amal.Commit(amal.Seal(std::vector{citizen, inquiry}))),
              ElementsAre(kAhead, "REFUSAL_CODE_BUNDLE_PARTNER"));
  base.UpgradeTo(NextSchema());
  ASSERT_TRUE(Find(citizen).has_value() && Find(inquiry).has_value());
  EXPECT_EQ(Find(citizen)->rev, Find(inquiry)->rev);
}

TEST_F(AheadByContent, ABundleWithAPartThatWaitsForAPersonWaitsWithIt) {
  Draft citizen = amal.Create(WithFuture(Called("Amina"), "Mina"), area);
  Draft other = Citizen(std::string(500, 'x'));
  HandDevice::MakeBundle({&other, &citizen});
  EXPECT_THAT(Words(amal.Commit(amal.Seal(std::vector{other, citizen}))),
              ElementsAre("REFUSAL_CODE_TOO_LONG", kAhead));
  base.UpgradeTo(NextSchema());
  EXPECT_EQ(Quarantined(), 2u);
  EXPECT_THAT(base.reader().Decisions(std::nullopt).value(), IsEmpty());
}

TEST_F(AheadByContent, ABundleThatCameInPiecesIsNotMadeWholeByAnUpgrade) {
  Draft citizen = amal.Create(WithFuture(Called("Amina"), "Mina"), area);
  Draft inquiry = InquiryOf(citizen);
  HandDevice::MakeBundle({&citizen, &inquiry});
  EXPECT_EQ(WordOf(citizen), "REFUSAL_CODE_BAD_BUNDLE");
  base.UpgradeTo(NextSchema());
  EXPECT_FALSE(Find(citizen).has_value()) << "its other part never came (I19)";
}

TEST_F(AheadByContent, WhatWaitsForItsCreateFollowsItAtTheUpgrade) {
  const Draft citizen = amal.Create(WithFuture(Called("Amina"), "Mina"), area);
  EXPECT_EQ(WordOf(citizen), kAhead);
  EXPECT_EQ(WordOf(amal.Patch(citizen, Called("Amina A."), {citizen.intent()})),
            "REFUSAL_CODE_CREATE_QUARANTINED");
  base.UpgradeTo(NextSchema());
  EXPECT_EQ(NameOf(citizen), "Amina A.");
  EXPECT_EQ(Quarantined(), 0u);
}

TEST_F(AheadByContent, TheSameAgainAfterTheUpgradeIsAnsweredAndNotDoneTwice) {
  const Draft citizen = amal.Create(WithFuture(Called("Amina"), "Mina"), area);
  const std::vector<v1::SealedMutation> sealed = {amal.Seal(citizen)};
  amal.Commit(sealed);
  base.UpgradeTo(NextSchema());
  const uint64_t rev = Find(citizen)->rev;
  EXPECT_THAT(Words(amal.Commit(sealed)), ElementsAre("applied"));
  EXPECT_EQ(Find(citizen)->rev, rev);
}

// A message that only a newer client knows to say is left out; the session goes on.
TEST_F(AheadByContent, AMessageOfALaterKindDoesNotEndTheSession) {
  auto session = base.Connect(amal.peer);
  session->Hear(amal.HelloRequest());
  session->SayAll();
  session->Hear(WithFuture(v1::SyncRequest(), "later"));
  session->Hear(amal.Request(amal.Push({amal.Seal(Citizen("Amina"))})));
  bool acknowledged = false;
  for (const auto& response : session->SayAll()) {
    acknowledged |= response.has_ack();
    EXPECT_FALSE(response.has_go_away());
  }
  EXPECT_TRUE(acknowledged);
}

}  // namespace
}  // namespace opgang::ages
