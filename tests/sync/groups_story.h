// A coordinator plans, an outreach worker promises a seat without a network, an instructor ticks the list: three tablets
// and one base.
#ifndef OPGANG_TESTS_SYNC_GROUPS_STORY_H_
#define OPGANG_TESTS_SYNC_GROUPS_STORY_H_

#include <string>
#include <utility>
#include <vector>

#include "opgang/groups.h"
#include "server/admin/enrolment.h"
#include "tests/sync/sync_story.h"

namespace opgang {

inline v1::StatedTime Evening(absl::CivilDay day, int hour = 17) {
  v1::StatedTime start;
  *start.mutable_date() = ToProto(day);
  start.set_minute_of_day(hour * 60);
  return start;
}

class GroupsOverSync : public SyncStory {
 protected:
  static constexpr absl::CivilDay kWed{2026, 4, 1};

  GroupsOverSync() {
    for (const auto& [staff, role] : {std::pair("amal", Role::kOutreach), std::pair("jonas", Role::kOutreach),
                                      std::pair("karen", Role::kCoordinator)}) {
      EXPECT_EQ(GrantDirectory(base.store(), staff, role), absl::OkStatus());
    }
    SyncAll();
  }

  void SyncAll() {
    for (TestDevice* device : {&karen, &amal, &jonas, &karen, &amal, &jonas}) device->SyncWell();
  }

  // A group with rolling entry that meets on Thursday and in a week.
  void Plan(int capacity = 0, v1::CapacityMeaning meaning = v1::CAPACITY_MEANING_UNSPECIFIED) {
    v1::Venue room;
    room.set_name("The common room");
    v1::GroupProgramme programme;
    programme.set_name("Kom & Kvit");
    programme.set_kind(v1::PROGRAMME_KOM_OG_KVIT);
    v1::Group offered;
    offered.set_name("Thursdays");
    offered.set_rolling_entry(true);
    offered.set_capacity(capacity);
    offered.set_capacity_meaning(meaning);
    Bundle bundle = karen.NewBundle();
    venue = bundle.Create(room);
    offered.set_programme_id(bundle.Create(programme).ToBytes());
    group = bundle.Create(offered);
    thursday = bundle.Create(MeetingOn(kWed + 1));
    next_week = bundle.Create(MeetingOn(kWed + 8));
    karen.Save(bundle);
    SyncAll();
  }

  v1::Meeting MeetingOn(absl::CivilDay day) {
    v1::Meeting meeting;
    meeting.set_group_id(group.ToBytes());
    *meeting.mutable_start() = Evening(day);
    meeting.set_minutes(120);
    meeting.set_venue_id(venue.ToBytes());
    meeting.set_state(v1::MEETING_STATE_PLANNED);
    return meeting;
  }

  RecordId Book(TestDevice& device, RecordId citizen, v1::SeatState state = v1::SEAT_STATE_PROMISED) {
    v1::Seat seat;
    seat.set_citizen_id(citizen.ToBytes());
    seat.set_meeting_id(thursday.ToBytes());
    seat.set_state(state);
    *seat.mutable_told_start() = Evening(kWed + 1);
    seat.set_told_venue_id(venue.ToBytes());
    Bundle bundle = device.NewBundle();
    const RecordId id = bundle.Create(seat);
    device.Save(bundle);
    return id;
  }

  RecordId Miss(TestDevice& device, RecordId citizen) {
    v1::Absence absence;
    absence.set_citizen_id(citizen.ToBytes());
    absence.set_meeting_id(thursday.ToBytes());
    Bundle bundle = device.NewBundle();
    const RecordId id = bundle.Create(absence);
    device.Save(bundle);
    return id;
  }

  void Attend(TestDevice& device, RecordId citizen) {
    v1::Participation presence;
    presence.set_citizen_id(citizen.ToBytes());
    presence.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
    presence.set_place("The common room");
    presence.set_meeting_id(thursday.ToBytes());
    *presence.mutable_happened() = Evening(kWed + 1);
    Bundle bundle = device.NewBundle();
    bundle.Create(presence);
    device.Save(bundle);
  }

  // "case", "seat-to-confirm", ... most urgent first.
  std::vector<std::string> Tasks(TestDevice& device) {
    std::vector<std::string> kinds;
    for (const TaskLine& task :
         GroupFacts(device.view()).Tasks(clock.WallNow(), device.store().rule_settings())) {
      kinds.push_back(std::string(TaskKindName(task.kind)) + (task.overdue ? " overdue" : ""));
    }
    return kinds;
  }
  void ExpectTasksEverywhere(const std::vector<std::string>& kinds) {
    for (TestDevice* device : {&karen, &amal, &jonas}) EXPECT_EQ(Tasks(*device), kinds);
  }

  void GoTo(absl::CivilDay day, int hour) {
    clock.Advance(absl::FromCivil(absl::CivilSecond(day) + hour * 3600, CopenhagenTime()) - clock.WallNow());
  }

  std::string StateOf(TestDevice& device, RecordId citizen) {
    const auto cases = device.view().CasesOfCitizen(citizen, clock.WallNow());
    return cases.empty() ? "no case" : std::string(CaseStateName(cases.front().response_case.state));
  }

  TestDevice karen{base, clock, "karen", "coordinator", {"Testlund"}};
  RecordId venue, group, thursday, next_week;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_SYNC_GROUPS_STORY_H_
