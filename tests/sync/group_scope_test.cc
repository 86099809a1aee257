// Lone leads a group and works in no area: she reads the citizens with a seat in it, what she needs of them, and nobody else.
#include "tests/sync/groups_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class GroupScopeStory : public GroupsOverSync {
 protected:
  GroupScopeStory() {
    EXPECT_EQ(GrantDirectory(base.store(), "lone", Role::kInstructor), absl::OkStatus());
    EXPECT_EQ(GrantDirectory(base.store(), "mette", Role::kInstructor), absl::OkStatus());
    Plan();
    lone.SyncWell();
  }

  void NameInstructor(TestDevice& device, const std::string& staff) {
    v1::Group values;
    values.set_instructor(staff);
    Bundle bundle = device.NewBundle();
    bundle.Patch(group, values, {v1::Group::kInstructorFieldNumber});
    device.Save(bundle);
    device.SyncWell();
  }

  RecordId Note(TestDevice& device, RecordId citizen) {
    v1::Contact contact;
    contact.set_citizen_id(citizen.ToBytes());
    contact.set_place(v1::CONTACT_PLACE_LAUNDRY);
    contact.set_note("is afraid of the neighbour");
    Bundle bundle = device.NewBundle();
    const RecordId id = bundle.Create(contact);
    device.Save(bundle);
    return id;
  }

  void Cancel(TestDevice& device, RecordId seat) {
    v1::Seat values;
    values.set_state(v1::SEAT_STATE_CANCELLED);
    Bundle bundle = device.NewBundle();
    bundle.Patch(seat, values, {v1::Seat::kStateFieldNumber});
    device.Save(bundle);
    device.SyncWell();
  }

  std::vector<Scope> PlaceOf(RecordId record) { return base.store().ScopesOf(record).value(); }
  static bool Sees(TestDevice& device, RecordId record) { return device.view().Find(record) != nullptr; }
  Scope Testlund() { return AreaScope(base.Area("Testlund")); }
  void ExpectAllAgree() {
    SyncAll();
    for (TestDevice* device : {&lone, &mette}) device->SyncWell();
    ExpectSameRecords(base, {&karen, &amal, &jonas, &lone, &mette});
    EXPECT_TRUE(base.Check().problems.empty());
  }

  TestDevice lone{base, clock, "lone", "instructor", {}};
  TestDevice mette{base, clock, "mette", "instructor", {}};
};

TEST_F(GroupScopeStory, WhoLeadsTheGroupReadsWhoHasASeatAndNobodyElse) {
  NameInstructor(karen, "lone");
  const SavedInquirer amina = amal.SaveInquirer("Amina"), bo = amal.SaveInquirer("Bo");
  const RecordId conversation = Note(amal, amina.citizen);
  const RecordId seat = Book(amal, amina.citizen);
  amal.SyncWell();
  lone.SyncWell();
  EXPECT_THAT(PlaceOf(amina.citizen), UnorderedElementsAre(Testlund(), GroupScope(group)));
  EXPECT_THAT(PlaceOf(conversation), ElementsAre(Testlund()));
  EXPECT_TRUE(Sees(lone, amina.citizen));
  EXPECT_TRUE(Sees(lone, amina.inquiry));
  EXPECT_TRUE(Sees(lone, seat));
  EXPECT_FALSE(Sees(lone, conversation));
  EXPECT_FALSE(Sees(lone, bo.citizen));
  ExpectAllAgree();
}

TEST_F(GroupScopeStory, WhatSheTicksEndsTheCaseForEverybody) {
  NameInstructor(karen, "lone");
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  Book(amal, amina.citizen);
  amal.SyncWell();
  lone.SyncWell();
  GoTo(kWed + 1, 19);
  Attend(lone, amina.citizen);
  lone.SyncWell();
  amal.SyncWell();
  EXPECT_EQ(StateOf(amal, amina.citizen), "met");
  EXPECT_EQ(StateOf(lone, amina.citizen), "met");
  ExpectAllAgree();
}

TEST_F(GroupScopeStory, WithTheLastSeatCancelledTheCitizenGoesFromHerTablet) {
  NameInstructor(karen, "lone");
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const RecordId seat = Book(amal, amina.citizen);
  amal.SyncWell();
  lone.SyncWell();
  ASSERT_TRUE(Sees(lone, amina.citizen));
  Cancel(amal, seat);
  lone.SyncWell();
  EXPECT_FALSE(Sees(lone, amina.citizen));
  EXPECT_FALSE(Sees(lone, amina.inquiry));
  EXPECT_TRUE(Sees(amal, amina.citizen));
  EXPECT_THAT(PlaceOf(seat), ElementsAre(Testlund()));
  ExpectAllAgree();
}

TEST_F(GroupScopeStory, AnotherLeaderTakesTheGroupOverAndItGoesFromTheFirstOnesTablet) {
  NameInstructor(karen, "lone");
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  Book(amal, amina.citizen);
  amal.SyncWell();
  lone.SyncWell();
  NameInstructor(karen, "mette");
  for (int round = 0; round < 2; ++round) {
    lone.SyncWell();
    mette.SyncWell();
  }
  EXPECT_FALSE(Sees(lone, amina.citizen));
  EXPECT_TRUE(Sees(mette, amina.citizen));
  EXPECT_EQ(base.UnconfirmedRemovals("lone"), 0u);
  ExpectAllAgree();
}

TEST_F(GroupScopeStory, WhoNamesHerselfIsGrantedNothing) {
  NameInstructor(lone, "lone");
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  Book(amal, amina.citizen);
  amal.SyncWell();
  lone.SyncWell();
  EXPECT_FALSE(Sees(lone, amina.citizen));
  ExpectAllAgree();
}

TEST_F(GroupScopeStory, APartnerIsGrantedNoGroup) {
  TestDevice parvin{base, clock, "parvin", "partner", {"Testlund"}};
  EXPECT_EQ(GrantDirectory(base.store(), "parvin", Role::kPartner), absl::OkStatus());
  NameInstructor(karen, "parvin");
  const auto grants = base.store().Grants("parvin").value();
  EXPECT_TRUE(std::ranges::none_of(
      grants, [&](const StoredGrant& grant) { return grant.scope == GroupScope(group); }));
}

TEST_F(GroupScopeStory, WhomSheBringsInStandsInTheGroupAndWhereItIsHeld) {
  v1::Group values;
  values.set_area_id(base.Area("Testlund").ToBytes());
  Bundle held = karen.NewBundle();
  held.Patch(group, values, {v1::Group::kAreaIdFieldNumber});
  karen.Save(held);
  NameInstructor(karen, "lone");
  lone.SyncWell();
  GoTo(kWed + 1, 19);

  v1::Citizen newcomer;
  newcomer.set_name("Yusuf");
  v1::Participation presence;
  presence.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
  presence.set_place("The common room");
  presence.set_meeting_id(thursday.ToBytes());
  Bundle bundle = lone.NewBundle();
  const RecordId yusuf = bundle.CreateInGroup(newcomer, group);
  presence.set_citizen_id(yusuf.ToBytes());
  const RecordId came = bundle.CreateInGroup(presence, group);
  lone.Save(bundle);
  lone.SyncWell();
  amal.SyncWell();
  for (const RecordId& id : {yusuf, came}) {
    EXPECT_THAT(PlaceOf(id), UnorderedElementsAre(Testlund(), GroupScope(group)));
    EXPECT_TRUE(Sees(amal, id));
    EXPECT_TRUE(Sees(lone, id));
  }
  ExpectAllAgree();
}

TEST_F(GroupScopeStory, WhatIsNotedAboutHerLaterComesToTheGroupAndAMoveLeavesItThere) {
  NameInstructor(karen, "lone");
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  Book(amal, amina.citizen);
  amal.SyncWell();
  lone.SyncWell();
  v1::QuitDate date;
  date.set_citizen_id(amina.citizen.ToBytes());
  *date.mutable_date() = ToProto(kWed + 10);
  Bundle bundle = lone.NewBundle();
  const RecordId quit = bundle.Create(date);
  lone.Save(bundle);
  lone.SyncWell();
  EXPECT_THAT(PlaceOf(quit), UnorderedElementsAre(Testlund(), GroupScope(group)));

  const AreaId nabolund = base.Area("Nabolund");
  base.GiveArea("amal", "Nabolund");
  amal.SyncWell();
  v1::Citizen values;
  values.set_area_id(nabolund.ToBytes());
  Bundle move = amal.NewBundle();
  move.Patch(amina.citizen, values, {v1::Citizen::kAreaIdFieldNumber});
  amal.Save(move);
  amal.SyncWell();
  lone.SyncWell();
  EXPECT_THAT(PlaceOf(quit), UnorderedElementsAre(AreaScope(nabolund), GroupScope(group)));
  EXPECT_TRUE(Sees(lone, quit));
  EXPECT_TRUE(Sees(lone, amina.citizen));
  ExpectAllAgree();
}

TEST_F(GroupScopeStory, AMeetingThatGoesToAnotherGroupTakesItsCitizensAlong) {
  NameInstructor(karen, "lone");
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  Book(amal, amina.citizen);
  amal.SyncWell();
  v1::Group other;
  other.set_name("Fridays");
  other.set_programme_id(karen.view().Find(group)->As<v1::Group>().programme_id());
  Bundle bundle = karen.NewBundle();
  const RecordId fridays = bundle.Create(other);
  v1::Meeting values;
  values.set_group_id(fridays.ToBytes());
  bundle.Patch(thursday, values, {v1::Meeting::kGroupIdFieldNumber});
  karen.Save(bundle);
  karen.SyncWell();
  lone.SyncWell();
  EXPECT_THAT(PlaceOf(amina.citizen), UnorderedElementsAre(Testlund(), GroupScope(fridays)));
  EXPECT_FALSE(Sees(lone, amina.citizen));
  ExpectAllAgree();
}

}  // namespace
}  // namespace opgang
