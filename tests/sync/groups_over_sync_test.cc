// What each is told to do is the same on all tablets that hold the same records.
#include "tests/sync/groups_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(GroupsOverSync, WhatTheCoordinatorPlansEverybodyReads) {
  Plan();
  for (TestDevice* device : {&amal, &jonas}) {
    const GroupFacts facts(device->view());
    ASSERT_EQ(facts.meetings().size(), 2u);
    EXPECT_EQ(facts.meetings()[0].meeting->id, thursday);
    EXPECT_EQ(facts.meetings()[0].group->id, group);
    EXPECT_EQ(facts.meetings()[0].venue->id, venue);
  }
  ExpectSameRecords(base, {&amal, &jonas, &karen});
}

TEST_F(GroupsOverSync, AnOutreachWorkerMayNotPlanAndTheWorkStays) {
  Plan();
  Bundle bundle = amal.NewBundle();
  bundle.Create(MeetingOn(kWed + 2));
  amal.Save(bundle);
  EXPECT_EQ(amal.SyncWell().refused, 1u);
  const auto items = amal.store().Outbox();
  ASSERT_TRUE(items.ok() && items->size() == 1u);
  EXPECT_EQ(items->front().refusal->code, v1::REFUSAL_CODE_NOT_PERMITTED);
  jonas.SyncWell();
  EXPECT_EQ(GroupFacts(jonas.view()).meetings().size(), 2u);
}

TEST_F(GroupsOverSync, WithoutTheDirectoryNothingCanBePlanned) {
  TestDevice visitor(base, clock, "vera", "coordinator", {"Testlund"});
  visitor.SyncWell();
  Bundle bundle = visitor.NewBundle();
  v1::Venue room;
  room.set_name("The laundry");
  bundle.Create(room);
  EXPECT_EQ(GetErrorCode(visitor.store().Save(bundle).status()), ErrorCode::kBadInput);
}

TEST_F(GroupsOverSync, ACaseWithoutAGroupInTimeIsATaskUntilOneIsPlanned) {
  amal.SaveInquirer("Amina");
  SyncAll();
  ExpectTasksEverywhere({"no-group-in-time"});
  Plan();
  ExpectTasksEverywhere({"case"});
}

TEST_F(GroupsOverSync, ASeatPromisedWithoutANetworkIsSeenByAllAndPresenceMeetsTheCase) {
  Plan();
  const RecordId citizen = amal.SaveInquirer("Amina").citizen;
  Book(amal, citizen);
  EXPECT_THAT(Tasks(amal), IsEmpty()) << "offline as online";
  SyncAll();
  ExpectTasksEverywhere({});
  EXPECT_EQ(GroupFacts(karen.view()).FindMeeting(thursday)->promised, 1);
  GoTo(kWed + 1, 18);
  Attend(karen, citizen);
  SyncAll();
  EXPECT_EQ(StateOf(amal, citizen), "met");
  ExpectTasksEverywhere({});
  ExpectSameRecords(base, {&amal, &jonas, &karen});
}

TEST_F(GroupsOverSync, AMovedMeetingBreaksThePromiseUntilTheCitizenIsTold) {
  Plan();
  const RecordId seat = Book(amal, amal.SaveInquirer("Amina").citizen);
  SyncAll();
  Bundle move = karen.NewBundle();
  v1::Meeting moved = MeetingOn(kWed + 2);
  move.Patch(thursday, moved, {v1::Meeting::kStartFieldNumber});
  karen.Save(move);
  SyncAll();
  ExpectTasksEverywhere({"broken-promise", "case"});
  v1::Seat told;
  *told.mutable_told_start() = moved.start();
  Bundle tell = jonas.NewBundle();
  tell.Patch(seat, told, {v1::Seat::kToldStartFieldNumber});
  jonas.Save(tell);
  SyncAll();
  ExpectTasksEverywhere({});
}

TEST_F(GroupsOverSync, ACancelledMeetingBreaksThePromiseAndLeavesNoGroupInTime) {
  Plan();
  Book(amal, amal.SaveInquirer("Amina").citizen);
  SyncAll();
  v1::Meeting cancelled;
  cancelled.set_state(v1::MEETING_STATE_CANCELLED);
  Bundle bundle = karen.NewBundle();
  bundle.Patch(thursday, cancelled, {v1::Meeting::kStateFieldNumber});
  karen.Save(bundle);
  SyncAll();
  ExpectTasksEverywhere({"broken-promise", "no-group-in-time"});
}

TEST_F(GroupsOverSync, CalledOffByOneAndMovedByAnotherItIsOff) {
  Plan();
  TestDevice ida(base, clock, "ida", "instructor", {"Testlund"});
  ASSERT_EQ(GrantDirectory(base.store(), "ida", Role::kInstructor), absl::OkStatus());
  ida.SyncWell();
  v1::Meeting change;
  change.set_state(v1::MEETING_STATE_CANCELLED);
  Bundle off = karen.NewBundle();
  off.Patch(thursday, change, {v1::Meeting::kStateFieldNumber});
  karen.Save(off);
  change.set_state(v1::MEETING_STATE_PLANNED);
  Bundle on = ida.NewBundle();
  on.Patch(thursday, change, {v1::Meeting::kStateFieldNumber});
  ida.Save(on);
  ida.SyncWell();
  SyncAll();
  EXPECT_EQ(amal.view().Find(thursday)->As<v1::Meeting>().state(), v1::MEETING_STATE_CANCELLED);
  EXPECT_EQ(amal.view().WithAlternatives().size(), 1u);
}

TEST_F(GroupsOverSync, AWishInALimitedGroupIsATaskWithinTheThreeDaysUntilTheBaseHasAChair) {
  Plan(1, v1::CAPACITY_MEANING_LIMIT);
  const RecordId first = Book(amal, amal.SaveInquirer("Amina").citizen, v1::SEAT_STATE_TO_BE_CONFIRMED);
  SyncAll();
  SyncAll();
  ExpectTasksEverywhere({});
  Book(amal, amal.SaveInquirer("Bo").citizen, v1::SEAT_STATE_TO_BE_CONFIRMED);
  SyncAll();
  ExpectTasksEverywhere({"seat-to-confirm", "case", "likely-duplicate"});  // one telephone for both
  v1::Seat cancelled;
  cancelled.set_state(v1::SEAT_STATE_CANCELLED);
  Bundle bundle = karen.NewBundle();
  bundle.Patch(first, cancelled, {v1::Seat::kStateFieldNumber});
  karen.Save(bundle);
  SyncAll();
  ExpectTasksEverywhere({"case", "likely-duplicate"});
}

TEST_F(GroupsOverSync, TwoWhoTakeATaskOnWithoutKnowingBothHoldItUntilOneOfThemHandsItOver) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncAll();
  const auto claim = [&](TestDevice& device, const std::string& holder) {
    v1::Claim content;
    content.set_citizen_id(amina.citizen.ToBytes());
    content.set_task_id(amina.inquiry.ToBytes());
    content.set_holder(holder);
    Bundle bundle = device.NewBundle();
    for (const VisibleRecord* record : device.view().OfType(RecordType::kClaim))
      bundle.Patch(record->id, content, {v1::Claim::kHolderFieldNumber});
    if (bundle.empty()) bundle.Create(content);
    device.Save(bundle);
  };
  const auto holders = [&](TestDevice& device) { return GroupFacts(device.view()).HoldersOf(amina.inquiry); };
  claim(jonas, "jonas");
  claim(karen, "karen");
  SyncAll();
  EXPECT_THAT(holders(amal), ElementsAre("jonas", "karen"));
  claim(jonas, "jonas");  // offline, at the same time as the next
  claim(karen, "ida");
  SyncAll();
  EXPECT_THAT(holders(amal), ElementsAre("ida", "jonas")) << "two values beside each other";
  claim(amal, "");
  SyncAll();
  for (TestDevice* device : {&amal, &jonas, &karen}) EXPECT_THAT(holders(*device), testing::IsEmpty());
}

TEST_F(GroupsOverSync, ANoShowIsFollowedUpWithinItsOwnTimeAndNotReachedIsNoEnd) {
  Plan();
  const RecordId citizen = amal.SaveInquirer("Amina").citizen;
  Book(amal, citizen);
  SyncAll();
  GoTo(kWed + 1, 20);
  const RecordId absence = Miss(karen, citizen);
  SyncAll();
  ExpectTasksEverywhere({"no-group-in-time", "absence-follow-up"});
  v1::FollowUp follow_up;
  follow_up.set_citizen_id(citizen.ToBytes());
  follow_up.set_absence_id(absence.ToBytes());
  follow_up.set_outcome(v1::FOLLOW_UP_OUTCOME_NOT_REACHED);
  Bundle sought = jonas.NewBundle();
  sought.Create(follow_up);
  jonas.Save(sought);
  SyncAll();
  GoTo(kWed + 7, 0);  // after Easter: Wednesday the 8th
  ExpectTasksEverywhere({"no-group-in-time overdue", "absence-follow-up overdue", "breach-cause"});
  follow_up.set_outcome(v1::FOLLOW_UP_OUTCOME_COMES_AGAIN);
  Bundle reached = jonas.NewBundle();
  reached.Create(follow_up);
  jonas.Save(reached);
  SyncAll();
  ExpectTasksEverywhere({"no-group-in-time overdue", "breach-cause"});
}

TEST_F(GroupsOverSync, WhoStopsIsNoLongerExpectedAndWhoComesIs) {
  Plan();
  const RecordId amina = amal.SaveInquirer("Amina").citizen;
  const RecordId bo = amal.SaveInquirer("Bo").citizen;
  GoTo(kWed + 1, 18);
  Attend(amal, amina);
  Attend(amal, bo);
  SyncAll();
  const auto expected = [&] {
    const GroupFacts facts(karen.view());
    std::vector<std::string> names;
    for (const AttendanceLine& line : facts.ListOf(*facts.FindMeeting(next_week))) {
      names.push_back(karen.NameOf(line.citizen));
    }
    return names;
  };
  EXPECT_THAT(expected(), ElementsAre("Amina", "Bo"));
  v1::FollowUp stops;
  stops.set_citizen_id(bo.ToBytes());
  stops.set_absence_id(Miss(karen, bo).ToBytes());
  stops.set_outcome(v1::FOLLOW_UP_OUTCOME_STOPS);
  Bundle bundle = karen.NewBundle();
  bundle.Create(stops);
  karen.Save(bundle);
  EXPECT_THAT(expected(), ElementsAre("Amina"));
}

TEST_F(GroupsOverSync, ASeatAfterTheMeetingBeganIsRefusedWhereItIsTyped) {
  Plan();
  const RecordId citizen = amal.SaveInquirer("Amina").citizen;
  SyncAll();
  GoTo(kWed + 1, 17);
  v1::Seat late;
  late.set_citizen_id(citizen.ToBytes());
  late.set_meeting_id(thursday.ToBytes());
  late.set_state(v1::SEAT_STATE_PROMISED);
  *late.mutable_told_start() = Evening(kWed + 1);
  Bundle bundle = amal.NewBundle();
  bundle.Create(late);
  const absl::Status refused = amal.store().Save(bundle).status();
  ASSERT_TRUE(GetRefusal(refused).has_value());
  EXPECT_EQ(GetRefusal(refused)->code, v1::REFUSAL_CODE_MEETING_BEGUN);
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
}

TEST_F(GroupsOverSync, ASeatPromisedInTimeArrivesHoweverLateTheTabletSyncs) {
  Plan();
  const RecordId seat = Book(amal, amal.SaveInquirer("Amina").citizen);
  GoTo(kWed + 3, 9);
  EXPECT_EQ(amal.SyncWell().refused, 0u);
  karen.SyncWell();
  EXPECT_NE(karen.view().Find(seat), nullptr);
}

}  // namespace
}  // namespace opgang
