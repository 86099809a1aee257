// Chairs of a limited meeting, lent to tablets: a promise made at the door holds, whatever the network does.
#include "opgang/groups.h"
#include "server/admin/enrolment.h"
#include "server/engine/seat_leases.h"
#include "tests/support/off_site.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::StatedTime Evening(absl::CivilDay day) {
  v1::StatedTime start;
  *start.mutable_date() = ToProto(day);
  start.set_minute_of_day(17 * 60);
  return start;
}

class Leases : public SyncStory {
 protected:
  static constexpr absl::CivilDay kThursday{2026, 4, 2};

  Leases() {
    for (const auto& [staff, role] : {std::pair("amal", Role::kOutreach), std::pair("jonas", Role::kOutreach),
                                      std::pair("karen", Role::kCoordinator)}) {
      EXPECT_EQ(GrantDirectory(base.store(), staff, role), absl::OkStatus());
    }
  }

  // A group with so many chairs that meets on Thursday. Amal and Jonas, the only ones heard lately, share them evenly;
  // the coordinator's tablet lies in the office.
  void Plan(int capacity) {
    PlanUnseen(capacity);
    SyncBoth();
  }
  void PlanUnseen(int capacity, absl::CivilDay day = kThursday) {
    SyncBoth(1);
    karen.SyncWell();
    Bundle bundle = karen.NewBundle();
    venue = bundle.Create(RoomCalled("The common room"));
    v1::GroupProgramme programme;
    programme.set_name("Kom & Kvit");
    programme.set_kind(v1::PROGRAMME_KOM_OG_KVIT);
    v1::Group offered;
    offered.set_name("Thursdays");
    offered.set_rolling_entry(true);
    offered.set_capacity(capacity);
    offered.set_capacity_meaning(v1::CAPACITY_MEANING_LIMIT);
    offered.set_programme_id(bundle.Create(programme).ToBytes());
    group = bundle.Create(offered);
    v1::Meeting meeting;
    meeting.set_group_id(group.ToBytes());
    *meeting.mutable_start() = Evening(day);
    meeting.set_minutes(120);
    meeting.set_venue_id(venue.ToBytes());
    meeting.set_state(v1::MEETING_STATE_PLANNED);
    thursday = bundle.Create(meeting);
    karen.Save(bundle);
    karen.SyncWell();
    ForgetKaren();
  }
  static v1::Venue RoomCalled(const std::string& name) {
    v1::Venue room;
    room.set_name(name);
    return room;
  }
  // As if the coordinator's tablet had been silent for a week.
  void ForgetKaren() {
    auto devices = base.store().Devices().value();
    for (auto& [account, replica] : devices) {
      if (account.staff_code != "karen") continue;
      replica.last_sync_us -= absl::ToInt64Microseconds(absl::Hours(24 * 7));
      EXPECT_EQ(base.store().PutReplica(replica), absl::OkStatus());
    }
  }
  void SyncBoth(int rounds = 2) {
    for (int round = 0; round < rounds; ++round) {
      amal.SyncWell();
      jonas.SyncWell();
    }
  }

  int Chairs(const TestDevice& device) {
    return const_cast<TestDevice&>(device).store().LentChairs(thursday);
  }
  v1::Seat SeatFor(RecordId citizen, v1::SeatState state) const {
    v1::Seat seat;
    seat.set_citizen_id(citizen.ToBytes());
    seat.set_meeting_id(thursday.ToBytes());
    seat.set_state(state);
    *seat.mutable_told_start() = Evening(kThursday);
    seat.set_told_venue_id(venue.ToBytes());
    return seat;
  }
  // As `opgang book` does: a promise where a chair is lent, else a wish.
  RecordId Book(TestDevice& device) {
    return SaveSeat(device, Chairs(device) > 0 ? v1::SEAT_STATE_PROMISED : v1::SEAT_STATE_TO_BE_CONFIRMED);
  }
  RecordId SaveSeat(TestDevice& device, v1::SeatState state) {
    const RecordId citizen = device.SaveInquirer("Amina").citizen;
    Bundle bundle = device.NewBundle();
    const RecordId seat = bundle.Create(SeatFor(citizen, state));
    device.Save(bundle);
    return seat;
  }
  absl::Status Say(TestDevice& device, RecordId seat, v1::SeatState state) {
    v1::Seat said;
    said.set_state(state);
    Bundle bundle = device.NewBundle();
    bundle.Patch(seat, said, {v1::Seat::kStateFieldNumber});
    return device.store().Save(bundle).status();
  }
  void SetCapacity(int capacity) {
    v1::Group changed;
    changed.set_capacity(capacity);
    Bundle bundle = karen.NewBundle();
    bundle.Patch(group, changed, {v1::Group::kCapacityFieldNumber});
    karen.Save(bundle);
    karen.SyncWell();
    ForgetKaren();
  }

  SeatEscrow AtBase() {
    return EscrowOf(base.store(), base.store().FindMeeting(thursday).value().value()).value();
  }
  v1::SeatState StateAtBase(RecordId seat) { return base.store().FindSeat(seat).value().value().state; }
  v1::SeatState StateOn(TestDevice& device, RecordId seat) {
    const VisibleRecord* record = device.view().Find(seat);
    return record == nullptr ? v1::SEAT_STATE_UNSPECIFIED : record->As<v1::Seat>().state();
  }
  std::vector<TaskLine> Overbooked(TestDevice& device) {
    std::vector<TaskLine> tasks =
        GroupFacts(device.view()).Tasks(clock.WallNow(), device.store().rule_settings());
    std::erase_if(tasks, [](const TaskLine& task) { return task.kind != TaskKind::kOverbooked; });
    return tasks;
  }
  void ExpectOverbookedEverywhere(const std::vector<RecordId>& promises) {
    for (TestDevice* device : {&amal, &jonas, &karen}) {
      device->SyncWell();
      const auto tasks = Overbooked(*device);
      ASSERT_EQ(tasks.size(), 1u);
      EXPECT_EQ(tasks[0].about, thursday);
      EXPECT_THAT(tasks[0].promises, testing::UnorderedElementsAreArray(promises));
    }
  }
  v1::ReclaimLeasesResponse Reclaim(const TestDevice& device, bool accept_risk) {
    v1::ReclaimLeasesRequest request;
    request.set_store_id(device.peer().store.ToBytes());
    request.set_actor("karen");
    request.set_accept_risk(accept_risk);
    return ReclaimLeases(base.store(), request, clock.WallNow()).value();
  }
  void BeginTheMeeting() {
    const absl::Time start = absl::FromCivil(absl::CivilSecond(kThursday) + 17 * 3600, CopenhagenTime());
    clock.Advance(start - clock.WallNow());
  }

  TestDevice karen{base, clock, "karen", "coordinator", {"Testlund"}};
  RecordId venue, group, thursday;
};

TEST_F(Leases, TwoTabletsWithoutANetworkCannotPromiseTheSameChair) {
  Plan(2);
  EXPECT_EQ(Chairs(amal), 1);
  EXPECT_EQ(Chairs(jonas), 1);
  std::vector<v1::SeatState> states;
  for (TestDevice* device : {&amal, &jonas, &amal, &jonas}) states.push_back(StateOn(*device, Book(*device)));
  EXPECT_THAT(states, ElementsAre(v1::SEAT_STATE_PROMISED, v1::SEAT_STATE_PROMISED,
                                  v1::SEAT_STATE_TO_BE_CONFIRMED, v1::SEAT_STATE_TO_BE_CONFIRMED));
  SyncBoth();
  EXPECT_EQ(AtBase().promised, 2);
  EXPECT_EQ(AtBase().wishes, 2);
  EXPECT_THAT(Overbooked(amal), IsEmpty());
}

TEST_F(Leases, APromiseWithoutAChairIsRefusedWhereItIsTyped) {
  Plan(2);
  Book(amal);
  amal.SyncWell();
  const RecordId citizen = amal.SaveInquirer("Bo").citizen;
  const auto unsent = amal.store().outbox_counts().unsent;
  while (Chairs(amal) > 0) Book(amal);
  Bundle bundle = amal.NewBundle();
  bundle.Create(SeatFor(citizen, v1::SEAT_STATE_PROMISED));
  const absl::Status refused = amal.store().Save(bundle).status();
  ASSERT_TRUE(GetRefusal(refused).has_value());
  EXPECT_EQ(GetRefusal(refused)->code, v1::REFUSAL_CODE_NO_CHAIR);
  EXPECT_EQ(amal.store().outbox_counts().unsent, unsent);
}

TEST_F(Leases, AChairIsTakenInTheSameTransactionAndStaysTakenWhenTheTabletIsKilled) {
  Plan(4);
  ASSERT_EQ(Chairs(amal), 2);
  Book(amal);
  EXPECT_EQ(Chairs(amal), 1);
  amal.Reopen();
  amal.Unlock();
  EXPECT_EQ(Chairs(amal), 1);
  EXPECT_EQ(AtBase().lent(), 4) << "nobody has heard of it";
}

TEST_F(Leases, WhatWasUsedIsLentAnewAsLongAsThereIsAny) {
  Plan(8);
  ASSERT_EQ(Chairs(amal), 4);
  for (int i = 0; i < 4; ++i) Book(amal);
  EXPECT_EQ(Chairs(amal), 0);
  amal.SyncWell();
  EXPECT_EQ(Chairs(amal), 0) << "all others are lent to Jonas";
  jonas.SyncWell();
  EXPECT_EQ(Chairs(jonas), 2) << "what is beyond his share goes back";
  jonas.SyncWell();
  amal.SyncWell();
  EXPECT_EQ(Chairs(amal), 2);
  EXPECT_EQ(AtBase().free(), 0);
  EXPECT_EQ(AtBase().promised, 4);
}

TEST_F(Leases, AWishIsConfirmedByTheBaseAndEverybodySeesWhoDidIt) {
  PlanUnseen(3);
  amal.SyncWell();
  jonas.SyncWell();
  const RecordId seat = SaveSeat(amal, v1::SEAT_STATE_TO_BE_CONFIRMED);
  SyncBoth();
  for (TestDevice* device : {&amal, &jonas}) EXPECT_EQ(StateOn(*device, seat), v1::SEAT_STATE_PROMISED);
  EXPECT_EQ(jonas.view().Find(seat)->record->last_changed().author(), "base");
  ExpectSameRecords(base, {&amal, &jonas});
  EXPECT_THAT(base.Check().problems, IsEmpty());
}

TEST_F(Leases, AWishWaitsForAChairThatIsCancelledAndTheOldestComesFirst) {
  Plan(2);
  const RecordId promised = Book(amal);
  Book(jonas);
  SyncBoth();
  const RecordId first = Book(amal);
  clock.Advance(absl::Seconds(1));
  const RecordId second = Book(amal);
  SyncBoth();
  ASSERT_EQ(AtBase().wishes, 2);
  ASSERT_EQ(Say(jonas, promised, v1::SEAT_STATE_CANCELLED), absl::OkStatus());
  SyncBoth();
  EXPECT_EQ(StateOn(amal, first), v1::SEAT_STATE_PROMISED);
  EXPECT_EQ(StateOn(amal, second), v1::SEAT_STATE_TO_BE_CONFIRMED);
  EXPECT_EQ(AtBase().free(), 0);
}

TEST_F(Leases, AWishBringsBackAChairThatLiesIdleOnATablet) {
  Plan(2);
  Book(amal);
  const RecordId wish = Book(amal);
  amal.SyncWell();
  EXPECT_EQ(StateAtBase(wish), v1::SEAT_STATE_TO_BE_CONFIRMED);
  jonas.SyncWell();
  EXPECT_EQ(Chairs(jonas), 0);
  jonas.SyncWell();
  EXPECT_EQ(StateAtBase(wish), v1::SEAT_STATE_PROMISED);
  amal.SyncWell();
  EXPECT_EQ(StateOn(amal, wish), v1::SEAT_STATE_PROMISED);
}

TEST_F(Leases, TheTabletThatBringsAWishIsNotLentTheChairThatWouldAnswerIt) {
  PlanUnseen(1);
  amal.SyncWell();
  Book(amal);
  Say(amal, Book(amal), v1::SEAT_STATE_CANCELLED).IgnoreError();
  SyncBoth();
  SetCapacity(2);
  const RecordId wish = SaveSeat(amal, v1::SEAT_STATE_TO_BE_CONFIRMED);
  amal.SyncWell();
  EXPECT_EQ(StateAtBase(wish), v1::SEAT_STATE_PROMISED);
  EXPECT_EQ(Chairs(amal), 0);
}

TEST_F(Leases, ATakenBackBookingGivesItsChairBack) {
  Plan(2);
  Book(amal);
  ASSERT_TRUE(amal.store().UndoLast().ok());
  EXPECT_EQ(Chairs(amal), 0) << "the base has to hear of it";
  SyncBoth();
  EXPECT_EQ(AtBase().promised, 0);
  EXPECT_EQ(Chairs(amal), 1);
}

TEST_F(Leases, ACancellationTakenBackNeedsAChairAgain) {
  Plan(2);
  const RecordId seat = Book(amal);
  SyncBoth();
  ASSERT_EQ(Chairs(amal), 0);
  ASSERT_EQ(Say(amal, seat, v1::SEAT_STATE_CANCELLED), absl::OkStatus());
  const absl::Status refused = amal.store().UndoLast().status();
  ASSERT_TRUE(GetRefusal(refused).has_value());
  EXPECT_EQ(GetRefusal(refused)->code, v1::REFUSAL_CODE_NO_CHAIR);
  EXPECT_EQ(Say(amal, seat, v1::SEAT_STATE_TO_BE_CONFIRMED), absl::OkStatus());
  SyncBoth();
  EXPECT_EQ(StateOn(amal, seat), v1::SEAT_STATE_PROMISED);
}

TEST_F(Leases, AWishThatADeviceConfirmsTakesItsChair) {
  PlanUnseen(2);
  amal.SyncWell();
  jonas.SyncWell();
  SyncBoth(1);
  ASSERT_EQ(Chairs(jonas), 1);
  Book(amal);
  const RecordId wish = Book(amal);
  amal.SyncWell();
  jonas.SyncWell();  // asks his chair back for the wish: it goes at once, and he says so next time
  EXPECT_EQ(Chairs(jonas), 0);
  const absl::Status refused = Say(jonas, wish, v1::SEAT_STATE_PROMISED);
  ASSERT_TRUE(GetRefusal(refused).has_value());
  EXPECT_EQ(GetRefusal(refused)->code, v1::REFUSAL_CODE_NO_CHAIR);
}

// Somebody takes back a booking, its chair goes to another; somebody else, who had not heard, tells the citizen of another
// room: the record comes back, and its chair does not.
TEST_F(Leases, APromiseThatComesBackWithoutItsChairIsAWishAgain) {
  Plan(1);
  TestDevice& first = Chairs(amal) > 0 ? amal : jonas;
  TestDevice& other = &first == &amal ? jonas : amal;
  const RecordId seat = Book(first);
  first.SyncWell();
  other.SyncWell();
  const RecordId wish = Book(other);
  v1::Seat told = SeatFor(RecordId(), v1::SEAT_STATE_PROMISED);
  told.set_told_venue_id(RecordId::Make(clock.WallNow(), SystemRandom()).ToBytes());
  Bundle tell = other.NewBundle();
  tell.Patch(seat, told, {v1::Seat::kToldVenueIdFieldNumber});
  Bundle off = first.NewBundle();
  off.Delete(seat, RecordTypeOf<v1::Seat>());
  first.Save(off);
  other.SyncWell();
  first.SyncWell();
  ASSERT_EQ(StateAtBase(wish), v1::SEAT_STATE_PROMISED);
  other.Save(tell);
  other.SyncWell();
  EXPECT_LE(AtBase().promised, 1);
  SyncBoth();
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(Leases, ACopyOfATabletHasNoneOfItsOriginalsChairs) {
  Plan(2);
  amal.SyncWell();
  auto clone = amal.Clone();
  amal.SyncWell();
  amal.SyncWell();
  clone->SyncWell();
  clone->SyncWell();
  EXPECT_EQ(Chairs(amal), 1);
  EXPECT_EQ(Chairs(*clone), 0);
  EXPECT_EQ(AtBase().lent(), 2) << "and gives none back in the original's name";
}

TEST_F(Leases, WhatACopyPromisedOfItsOriginalsChairsIsAnOverbookedMeetingWithEveryPromiseInIt) {
  Plan(2);
  amal.SyncWell();
  auto clone = amal.Clone();
  const RecordId one = Book(amal);
  const RecordId two = Book(*clone);
  const RecordId three = Book(jonas);
  for (int round = 0; round < 2; ++round) {
    amal.SyncWell();
    clone->SyncWell();
    jonas.SyncWell();
  }
  EXPECT_EQ(AtBase().free(), -1);
  ExpectOverbookedEverywhere({one, two, three});
  ASSERT_EQ(Say(jonas, three, v1::SEAT_STATE_CANCELLED), absl::OkStatus());
  SyncBoth();
  EXPECT_THAT(Overbooked(amal), IsEmpty());
  EXPECT_EQ(AtBase().free(), 0);
}

TEST_F(Leases, APutBackTabletHasNoLeaseAndItsOldOneWaitsForAPerson) {
  Plan(2);
  amal.SyncWell();
  const auto image = amal.CopyOfHome();
  amal.SyncWell();
  amal.SyncWell();
  amal.RestoreHome(image);
  EXPECT_EQ(Chairs(amal), 1);
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_EQ(Chairs(amal), 0);
  EXPECT_EQ(Reclaim(amal, /*accept_risk=*/false).chairs_at_risk(), 1u);
  EXPECT_EQ(AtBase().lent(), 2);
  EXPECT_EQ(Reclaim(amal, /*accept_risk=*/true).chairs_at_risk(), 1u);
  EXPECT_EQ(AtBase().lent(), 1);
  amal.SyncWell();
  EXPECT_EQ(Chairs(amal), 1);
}

TEST_F(Leases, AReclaimedLeaseIsToldWithItsRiskAndWhatItsDevicePromisedIsATask) {
  Plan(2);
  const RecordId unheard = Book(amal);
  EXPECT_EQ(Reclaim(amal, /*accept_risk=*/true).chairs_at_risk(), 1u);
  jonas.SyncWell();
  const RecordId one = Book(jonas);
  jonas.SyncWell();
  jonas.SyncWell();
  const RecordId two =
      SaveSeat(jonas, Chairs(jonas) > 0 ? v1::SEAT_STATE_PROMISED : v1::SEAT_STATE_TO_BE_CONFIRMED);
  jonas.SyncWell();
  ASSERT_EQ(AtBase().promised, 2);
  amal.SyncWell();
  EXPECT_EQ(AtBase().promised, 3);
  ExpectOverbookedEverywhere({unheard, one, two});
}

TEST_F(Leases, AReclaimedTabletThatComesBackGivesUpWhatItBelievedToHave) {
  Plan(4);
  ASSERT_EQ(Chairs(amal), 2);
  Reclaim(amal, /*accept_risk=*/true);
  amal.SyncWell();
  EXPECT_EQ(Chairs(amal), 0);
  amal.SyncWell();
  EXPECT_EQ(Chairs(amal), 2) << "and is lent its share anew";
  EXPECT_EQ(AtBase().free(), 0);
}

TEST_F(Leases, ACapacityCutBelowThePromisesIsATaskWithEachOfThem) {
  Plan(4);
  const std::vector<RecordId> seats{Book(amal), Book(amal), Book(jonas)};
  SyncBoth();
  SetCapacity(2);
  ExpectOverbookedEverywhere(seats);
  EXPECT_EQ(AtBase().leases.size(), 2u);
  SyncBoth();
  EXPECT_EQ(Chairs(amal) + Chairs(jonas), 0) << "nothing is lent beyond it";
  SetCapacity(3);
  SyncBoth();
  EXPECT_THAT(Overbooked(jonas), IsEmpty());
}

TEST_F(Leases, MoreChairsConfirmWishesByThemselves) {
  Plan(2);
  Book(amal);
  Book(jonas);
  const RecordId wish = Book(jonas);
  SyncBoth();
  SetCapacity(3);
  SyncBoth();
  EXPECT_EQ(StateOn(jonas, wish), v1::SEAT_STATE_PROMISED);
}

TEST_F(Leases, ALeaseIsOverWhenItsMeetingHasBegun) {
  Plan(4);
  BeginTheMeeting();
  amal.SyncWell();
  EXPECT_EQ(Chairs(amal), 0);
  amal.SyncWell();
  EXPECT_EQ(amal.store().sync_store().MakeHello()->leases_size(), 0) << "and forgotten";
  EXPECT_EQ(AtBase().leases.size(), 1u) << "Jonas has not come yet";
}

TEST_F(Leases, ACancelledMeetingTakesItsChairsBackAndLendsThemWhenItIsOnAgain) {
  Plan(2);
  v1::Meeting change;
  change.set_state(v1::MEETING_STATE_CANCELLED);
  Bundle off = karen.NewBundle();
  off.Patch(thursday, change, {v1::Meeting::kStateFieldNumber});
  karen.Save(off);
  karen.SyncWell();
  SyncBoth();
  EXPECT_EQ(Chairs(amal) + Chairs(jonas), 0);
  change.set_state(v1::MEETING_STATE_PLANNED);
  Bundle on = karen.NewBundle();
  on.Patch(thursday, change, {v1::Meeting::kStateFieldNumber});
  karen.Save(on);
  karen.SyncWell();
  ForgetKaren();
  SyncBoth();
  EXPECT_EQ(Chairs(amal), 1);
  EXPECT_EQ(Chairs(jonas), 1);
  EXPECT_EQ(AtBase().free(), 0);
}

TEST_F(Leases, ARestoredBaseLearnsFromItsDevicesWhatItHadLent) {
  OffSite off_site(base);
  Plan(4);
  const auto backup = off_site.Backup();
  for (int i = 0; i < 2; ++i) Book(amal);
  SyncBoth();
  const RecordId later = Book(jonas);
  ASSERT_EQ(StateOn(jonas, later), v1::SEAT_STATE_PROMISED);
  ASSERT_TRUE(off_site.Restore(backup).ok());
  SyncBoth(3);
  EXPECT_EQ(AtBase().promised, 3);
  EXPECT_EQ(AtBase().free() + Chairs(amal) + Chairs(jonas), 1);
  EXPECT_EQ(AtBase().lent(), Chairs(amal) + Chairs(jonas));
  EXPECT_THAT(Overbooked(amal), IsEmpty());
}

TEST_F(Leases, OnlyWhoMayBookThereIsLentChairs) {
  PlanUnseen(4);
  v1::Group changed;
  changed.set_area_id(base.Area("Elsewhere").ToBytes());
  Bundle bundle = karen.NewBundle();
  bundle.Patch(group, changed, {v1::Group::kAreaIdFieldNumber});
  karen.Save(bundle);
  for (int round = 0; round < 3; ++round) karen.SyncWell();
  ForgetKaren();
  SyncBoth();
  EXPECT_EQ(Chairs(amal), 0);
  EXPECT_EQ(AtBase().lent(), 0) << "what the coordinator had was asked back";
  base.GiveArea("amal", "Elsewhere");
  SyncBoth();
  EXPECT_EQ(Chairs(amal), 4);
}

TEST_F(Leases, FarMeetingsAreWishedForAndTheBaseAnswers) {
  PlanUnseen(4, kThursday + 21);
  SyncBoth();
  EXPECT_EQ(Chairs(amal), 0);
  const RecordId seat = Book(amal);
  SyncBoth();
  EXPECT_EQ(StateOn(amal, seat), v1::SEAT_STATE_PROMISED);
}

TEST_F(Leases, ACutAnywhereLendsNoChairTwice) {
  Plan(6);
  for (int after = 0; after < 10; ++after) {
    for (TestDevice* device : {&amal, &jonas}) {
      if (after % 3 == 0) Book(*device);
      device->dialer().CutNext({after});
      device->Sync().IgnoreError();
      if (after % 2 == 0) base.Crash();
      const SeatEscrow escrow = AtBase();
      EXPECT_GE(escrow.free(), 0);
      EXPECT_LE(Chairs(amal) + Chairs(jonas), escrow.lent());
    }
  }
  SyncBoth();
  EXPECT_EQ(AtBase().promised + AtBase().lent() + AtBase().free(), 6);
  EXPECT_GE(AtBase().free(), 0);
}

TEST_F(Leases, WithoutALimitedMeetingASessionSaysNothingOfChairs) {
  size_t loans = 0;
  amal.dialer().on_request = [&](const v1::SyncRequest& request) { loans += request.hello().leases_size(); };
  SyncBoth();
  EXPECT_EQ(loans, 0u);
}

}  // namespace
}  // namespace opgang
