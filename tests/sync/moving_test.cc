// A citizen who moves to another area: everything goes along in one commit, an open case stays in sight of both, and what
// was captured by somebody who had not heard of it lands where it belongs.
#include "server/engine/transaction.h"
#include "tests/sync/two_areas.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using Moving = TwoAreasStory;

TEST_F(Moving, CitizenGoesWithEverythingTheHealthPartIncludedUnderOneRev) {
  const RecordId citizen = sami.SaveCitizen("Amina");
  sami.SyncWell();
  nina.SyncWell();
  const RecordId note = Note(sami, citizen, "likes tea");
  const RecordId clinical = ClinicalOf(citizen);
  SyncAll();
  EXPECT_TRUE(Sees(amal, note));
  MoveTo(sami, citizen, nabolund);
  sami.SyncWell();
  EXPECT_THAT(PlaceOf(citizen), ElementsAre(AreaScope(nabolund)));
  EXPECT_THAT(PlaceOf(note), ElementsAre(AreaScope(nabolund)));
  EXPECT_THAT(PlaceOf(clinical), ElementsAre(AreaHealthScope(nabolund)));
  EXPECT_EQ(RevOf(citizen), RevOf(note));
  EXPECT_EQ(RevOf(citizen), RevOf(clinical));
  SyncAll();
  EXPECT_FALSE(Sees(amal, citizen) || Sees(amal, note)) << "Amal has no business in Nabolund";
  EXPECT_TRUE(Sees(mona, citizen) && Sees(mona, note));
  EXPECT_TRUE(Sees(nina, clinical));
  ExpectAllAgree();
}

TEST_F(Moving, OpenCaseStaysInBothAreasUntilTheCommitThatClosesIt) {
  const SavedInquirer amina = sami.SaveInquirer("Amina");
  const RecordId note = Note(sami, amina.citizen, "likes tea");
  SyncAll();
  MoveTo(sami, amina.citizen, nabolund);
  SyncAll();
  EXPECT_THAT(PlaceOf(amina.inquiry),
              testing::UnorderedElementsAre(AreaScope(testlund), AreaScope(nabolund)));
  EXPECT_THAT(PlaceOf(note), ElementsAre(AreaScope(nabolund))) << "no part of following it up";
  EXPECT_EQ(amal.view().Cases(clock.WallNow(), /*open_only=*/true).size(), 1u);
  EXPECT_EQ(mona.view().Cases(clock.WallNow(), /*open_only=*/true).size(), 1u);
  const RecordId closing = Close(mona, amina.citizen);
  mona.SyncWell();
  EXPECT_THAT(PlaceOf(amina.citizen), ElementsAre(AreaScope(nabolund)));
  EXPECT_THAT(PlaceOf(amina.inquiry), ElementsAre(AreaScope(nabolund)));
  EXPECT_THAT(PlaceOf(closing), ElementsAre(AreaScope(nabolund)));
  EXPECT_EQ(RevOf(closing), RevOf(amina.inquiry)) << "one commit";
  SyncAll();
  EXPECT_FALSE(Sees(amal, amina.citizen) || Sees(amal, amina.inquiry));
  ExpectAllAgree();
}

TEST_F(Moving, FormerAreaClosesTheCaseAsWell) {
  const SavedInquirer amina = sami.SaveInquirer("Amina");
  SyncAll();
  MoveTo(sami, amina.citizen, nabolund);
  SyncAll();
  v1::Participation participation;
  participation.set_citizen_id(amina.citizen.ToBytes());
  participation.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
  participation.set_place("the common room");
  clock.Advance(absl::Hours(2));
  Bundle bundle = amal.NewBundle();
  bundle.Create(participation);
  amal.Save(bundle);
  SyncAll();
  EXPECT_THAT(PlaceOf(amina.inquiry), ElementsAre(AreaScope(nabolund)));
  EXPECT_FALSE(Sees(amal, amina.citizen));
  ASSERT_EQ(mona.view().Cases(clock.WallNow(), /*open_only=*/false).size(), 1u);
  EXPECT_EQ(mona.view().Cases(clock.WallNow(), false)[0].response_case.state, CaseState::kMet);
  ExpectAllAgree();
}

TEST_F(Moving, CaseOfAJoinedPersonHoldsTheFormerAreaToo) {
  const SavedInquirer amina = sami.SaveInquirer("Amina");
  const RecordId again = sami.SaveCitizen("Amina again");
  v1::SamePerson one, other;
  one.set_citizen_id(amina.citizen.ToBytes());
  one.set_other_citizen_id(again.ToBytes());
  other.set_citizen_id(again.ToBytes());
  other.set_other_citizen_id(amina.citizen.ToBytes());
  one.set_joined(true);
  other.set_joined(true);
  Bundle bundle = sami.NewBundle();
  bundle.Create(one, testlund);
  bundle.Create(other, testlund);
  sami.Save(bundle);
  MoveTo(sami, again, nabolund);
  sami.SyncWell();
  EXPECT_THAT(PlaceOf(again), testing::UnorderedElementsAre(AreaScope(testlund), AreaScope(nabolund)));
  Close(sami, amina.citizen);
  sami.SyncWell();
  EXPECT_THAT(PlaceOf(again), ElementsAre(AreaScope(nabolund))) << "the case was the other one's";
}

TEST_F(Moving, NoteCapturedOfflineInTheFormerAreaLandsInTheNewOne) {
  const RecordId citizen = sami.SaveCitizen("Amina");
  SyncAll();
  const RecordId note = Note(amal, citizen, "written in the stairwell");
  amal.Rename(citizen, "Amina H.");
  MoveTo(sami, citizen, nabolund);
  sami.SyncWell();
  clock.Advance(absl::Hours(24 * 3));
  EXPECT_EQ(amal.SyncWell().refused, 0u);
  EXPECT_THAT(PlaceOf(note), ElementsAre(AreaScope(nabolund)));
  SyncAll();
  EXPECT_EQ(mona.NameOf(citizen), "Amina H.");
  EXPECT_TRUE(Sees(mona, note));
  EXPECT_FALSE(Sees(amal, note) || Sees(amal, citizen));
  ExpectAllAgree();
}

TEST_F(Moving, InquiryTakenOfflineInTheFormerAreaOpensTheCaseInTheNewOne) {
  const RecordId citizen = sami.SaveCitizen("Amina");
  SyncAll();
  v1::Inquiry inquiry;
  inquiry.set_citizen_id(citizen.ToBytes());
  inquiry.set_channel(v1::CHANNEL_DOOR);
  inquiry.set_slip_number("17");
  Bundle bundle = amal.NewBundle();
  const RecordId id = bundle.Create(inquiry);
  amal.Save(bundle);
  MoveTo(sami, citizen, nabolund);
  sami.SyncWell();
  EXPECT_EQ(amal.SyncWell().refused, 0u);
  SyncAll();
  EXPECT_THAT(PlaceOf(id), ElementsAre(AreaScope(nabolund)));
  EXPECT_EQ(mona.view().Cases(clock.WallNow(), true).size(), 1u);
  ExpectAllAgree();
}

TEST_F(Moving, LateEditLandsAlsoWhereTombstonesAreGone) {
  const RecordId citizen = sami.SaveCitizen("Amina");
  SyncAll();
  amal.Rename(citizen, "Amina H.");
  MoveTo(sami, citizen, nabolund);
  sami.SyncWell();
  ASSERT_EQ(InTransaction(base.store(), [&] { return base.store().DropTombstones(1000000); }),
            absl::OkStatus());
  EXPECT_EQ(amal.SyncWell().refused, 0u);
  SyncAll();
  EXPECT_THAT(PlaceOf(citizen), ElementsAre(AreaScope(nabolund)));
  EXPECT_EQ(mona.NameOf(citizen), "Amina H.");
}

TEST_F(Moving, NobodyMovesACitizenIntoAnAreaThatHeMayNotWriteTo) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  SyncAll();
  MoveTo(amal, citizen, nabolund);
  EXPECT_EQ(amal.SyncWell().refused, 1u);
  const auto outbox = amal.store().Outbox();
  ASSERT_EQ(outbox->size(), 1u);
  EXPECT_EQ(outbox->at(0).refusal,
            (Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, v1::Citizen::kAreaIdFieldNumber}));
  EXPECT_THAT(PlaceOf(citizen), ElementsAre(AreaScope(testlund)));
  base.Grant("amal", AreaScope(nabolund));
  ASSERT_TRUE(base.Replay(outbox->at(0).intent).ok());
  EXPECT_THAT(PlaceOf(citizen), ElementsAre(AreaScope(nabolund))) << "once the grant is there";
  SyncAll();
  ExpectAllAgree();
}

TEST_F(Moving, MoveThatIsTakenBackBringsEverythingHome) {
  const RecordId citizen = sami.SaveCitizen("Amina");
  const RecordId note = Note(sami, citizen, "likes tea");
  SyncAll();
  MoveTo(sami, citizen, nabolund);
  sami.SyncWell();
  ASSERT_TRUE(sami.store().UndoLast().ok());
  SyncAll();
  EXPECT_THAT(PlaceOf(citizen), ElementsAre(AreaScope(testlund)));
  EXPECT_THAT(PlaceOf(note), ElementsAre(AreaScope(testlund)));
  EXPECT_TRUE(Sees(amal, note));
  ExpectAllAgree();
}

TEST_F(Moving, TwoMovesApartAreAConflictThatOnePatchSettles) {
  const AreaId third = base.Area("Tredjelund");
  base.Grant("nina", AreaScope(third));
  base.Grant("nina", AreaHealthScope(third));
  const RecordId citizen = sami.SaveCitizen("Amina");
  SyncAll();
  MoveTo(sami, citizen, nabolund);
  clock.Advance(absl::Minutes(5));
  MoveTo(nina, citizen, third);
  SyncAll();
  EXPECT_THAT(PlaceOf(citizen), ElementsAre(AreaScope(third))) << "the later word stands in front";
  MoveTo(nina, citizen, nabolund);
  SyncAll();
  EXPECT_THAT(PlaceOf(citizen), ElementsAre(AreaScope(nabolund)));
  EXPECT_EQ(base.store().RecordsInConflict()->size(), 0u);
  ExpectAllAgree();
}

TEST_F(Moving, WhatCameBeforeItsCitizenFollowsHer) {
  const RecordId citizen = sami.SaveCitizen("Amina");
  sami.SyncWell();
  amal.SyncWell();
  const RecordId note = Note(amal, citizen, "before the restore");
  amal.SyncWell();
  MoveTo(sami, citizen, nabolund);
  SyncAll();
  EXPECT_THAT(PlaceOf(note), ElementsAre(AreaScope(nabolund)));
}

// Sami reads both areas: nothing that he noted may leave his screen between the page of one and the page of the other.
TEST_F(Moving, CitizenStaysOnTheScreenOfWhoReadsBothBetweenTheTwoPages) {
  for (int cut = 0; cut < 40; ++cut) {
    TwoAreas world;
    const RecordId citizen = world.sami.SaveCitizen("Amina");
    const RecordId note = Note(world.sami, citizen, "likes tea");
    world.SyncAll();
    MoveTo(world.nina, citizen, world.nabolund);
    world.nina.SyncWell();
    const auto both_are_there = [&] {
      EXPECT_TRUE(Sees(world.sami, citizen) && Sees(world.sami, note)) << "cut after " << cut;
    };
    world.sami.dialer().on_response = [&](const v1::SyncResponse&) { both_are_there(); };
    world.sami.dialer().CutNext({cut});
    const bool was_cut = !world.sami.Sync().ok();
    both_are_there();
    world.sami.Reopen();
    both_are_there();
    world.SyncAll();
    world.ExpectAllAgree();
    if (!was_cut) return;
  }
  FAIL() << "the session is longer than expected";
}

TEST_F(Moving, RecordInTwoScopesStaysWhileOneOfThemIsLost) {
  const SavedInquirer amina = sami.SaveInquirer("Amina");
  SyncAll();
  MoveTo(sami, amina.citizen, nabolund);
  SyncAll();
  base.TakeArea("sami", "Testlund");
  sami.SyncWell();
  EXPECT_TRUE(Sees(sami, amina.citizen) && Sees(sami, amina.inquiry)) << "they stand in Nabolund too";
  EXPECT_EQ(base.UnconfirmedRemovals("sami"), 0u);
  base.TakeArea("sami", "Nabolund");
  sami.SyncWell();
  EXPECT_FALSE(Sees(sami, amina.citizen) || Sees(sami, amina.inquiry));
}

}  // namespace
}  // namespace opgang
