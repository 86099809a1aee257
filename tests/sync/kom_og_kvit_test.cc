// The synthetic cohort of examples/aalborg-oest-2013, told to two tablets and brought to the base by sync: the report gives
// back what the source tells (D1), both readings of it, and what the other definitions make of the same people.
#include <fstream>
#include <map>

#include "cli-client/words.h"
#include "core/csv/csv_reader.h"
#include "server/admin/enrolment.h"
#include "server/report/run_report.h"
#include "tests/reports/cohort.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using Person = std::map<std::string, std::string>;

std::vector<Person> ReadPeople() {
  std::ifstream in(std::string(OPGANG_SOURCE_DIR) + "/examples/aalborg-oest-2013/people.csv");
  std::vector<Person> people;
  std::vector<std::string> header;
  const absl::Status read = ReadCsv(in, [&](const CsvRow& row) {
    if (header.empty()) {
      header = row.fields;
      return absl::OkStatus();
    }
    Person& person = people.emplace_back();
    for (size_t i = 0; i < header.size(); ++i) person[header[i]] = row.fields.at(i);
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  return people;
}

template <typename E>
E Read(const std::string& word) {
  return cli::FromWord<E>(word).value();
}

// Tuesday 8 January 2013 is the first meeting, 29 January the quit date of everybody.
class KomOgKvit : public testing::Test {
 protected:
  static constexpr absl::CivilDay kFirst{2013, 1, 8};
  static constexpr absl::CivilDay kQuit{2013, 1, 29};

  KomOgKvit() {
    EXPECT_EQ(GrantDirectory(base.store(), "karen", Role::kCoordinator), absl::OkStatus());
    EXPECT_EQ(GrantDirectory(base.store(), "nina", Role::kHealth), absl::OkStatus());
  }

  void GoTo(absl::CivilDay day, int hour) {
    clock.Advance(absl::FromCivil(absl::CivilSecond(day) + hour * 3600, CopenhagenTime()) - clock.WallNow());
    nina.SyncWell();
  }
  // What there is to note of each person at that moment, in one bundle.
  template <typename Make>
  void NoteOfEach(Make make) {
    for (size_t i = 0; i < people.size(); ++i) {
      Bundle bundle = nina.NewBundle();
      make(people[i], i, bundle);
      if (!bundle.empty()) nina.Save(bundle);
    }
  }

  void PlanGroups();
  void TakeInquiriesAndIntakes();
  void HoldMeeting(int week);
  void EndCourses();
  void AskAfterHalfAYear();

  ManualClock clock{absl::FromCivil(absl::CivilSecond(2013, 1, 7, 10), CopenhagenTime())};
  TestBase base{clock};
  TestDevice karen{base, clock, "karen", "coordinator", {"Aalborg Øst"}};
  TestDevice nina{base, clock, "nina", "health", {"Aalborg Øst"}};
  const std::vector<Person> people = ReadPeople();
  std::vector<RecordId> citizens;
  std::vector<RecordId> quits;
  std::map<std::string, std::vector<RecordId>> meetings;  // by group
};

void KomOgKvit::PlanGroups() {
  karen.SyncWell();
  Bundle bundle = karen.NewBundle();
  v1::Venue room;
  room.set_name("Fælleshuset");
  const RecordId venue = bundle.Create(room);
  v1::GroupProgramme programme;
  programme.set_name("Kom & Kvit");
  programme.set_kind(v1::PROGRAMME_KOM_OG_KVIT);
  const std::string programme_id = bundle.Create(programme).ToBytes();
  for (const Person& person : people) {
    if (meetings.contains(person.at("group"))) continue;
    v1::Group group;
    group.set_name(person.at("group"));
    group.set_programme_id(programme_id);
    group.set_rolling_entry(true);
    const std::string group_id = bundle.Create(group).ToBytes();
    for (int week = 0; week < 8; ++week) {
      v1::Meeting meeting;
      meeting.set_group_id(group_id);
      meeting.set_venue_id(venue.ToBytes());
      *meeting.mutable_start()->mutable_date() = ToProto(kFirst + 7 * week);
      meeting.mutable_start()->set_minute_of_day(17 * 60);
      meeting.set_minutes(120);
      meeting.set_state(v1::MEETING_STATE_PLANNED);
      meetings[person.at("group")].push_back(bundle.Create(meeting));
    }
  }
  karen.Save(bundle);
  karen.SyncWell();
  nina.SyncWell();
}

void KomOgKvit::TakeInquiriesAndIntakes() {
  NoteOfEach([&](const Person& person, size_t, Bundle& bundle) {
    v1::Citizen citizen;
    citizen.set_name(person.at("name"));
    citizen.set_telephone("20304050");
    citizens.push_back(bundle.Create(citizen));
    const std::string id = citizens.back().ToBytes();
    v1::Inquiry inquiry;
    inquiry.set_citizen_id(id);
    inquiry.set_channel(Read<v1::Channel>(person.at("channel")));
    bundle.Create(inquiry);
    v1::Intake intake;
    intake.set_citizen_id(id);
    intake.set_status(v1::INTAKE_STATUS_COMPLETE);
    intake.set_place(v1::INTAKE_PLACE_HOME);
    intake.set_programme(v1::PROGRAMME_KOM_OG_KVIT);
    intake.set_birth_year(std::stoi(person.at("birth_year")));
    intake.add_products()->set_product(v1::PRODUCT_CIGARETTES);
    intake.mutable_products(0)->set_daily_amount(std::stod(person.at("cigarettes")));
    bundle.Create(intake);
    v1::QuitDate quit;
    quit.set_citizen_id(id);
    *quit.mutable_date() = ToProto(kQuit);
    quits.push_back(bundle.Create(quit));
  });
}

void KomOgKvit::HoldMeeting(int week) {
  NoteOfEach([&](const Person& person, size_t i, Bundle& bundle) {
    const std::string meeting = meetings.at(person.at("group")).at(static_cast<size_t>(week)).ToBytes();
    if (person.at("weeks").at(static_cast<size_t>(week)) == 'x') {
      v1::Participation came;
      came.set_citizen_id(citizens[i].ToBytes());
      came.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
      came.set_place("Fælleshuset");
      came.set_meeting_id(meeting);
      bundle.Create(came);
    } else {
      v1::Absence absence;
      absence.set_citizen_id(citizens[i].ToBytes());
      absence.set_meeting_id(meeting);
      bundle.Create(absence);
    }
  });
}

void KomOgKvit::EndCourses() {
  NoteOfEach([&](const Person& person, size_t i, Bundle& bundle) {
    v1::CourseEnd end;
    end.set_citizen_id(citizens[i].ToBytes());
    end.set_status(Read<v1::CourseStatus>(person.at("status")));
    end.set_completed(Read<v1::Answer>(person.at("completed")));
    if (!person.at("satisfaction").empty()) end.set_satisfaction(std::stoi(person.at("satisfaction")));
    bundle.Create(end);
    if (person.at("four_weeks").empty()) return;
    v1::FourWeekStatus four_weeks;
    four_weeks.set_citizen_id(citizens[i].ToBytes());
    four_weeks.set_quit_date_id(quits[i].ToBytes());
    four_weeks.set_answer(Read<v1::FourWeekAnswer>(person.at("four_weeks")));
    bundle.Create(four_weeks);
  });
}

void KomOgKvit::AskAfterHalfAYear() {
  NoteOfEach([&](const Person& person, size_t i, Bundle& bundle) {
    if (person.at("half_year").empty() && person.at("reason").empty()) return;
    v1::SixMonthStatus status;
    status.set_citizen_id(citizens[i].ToBytes());
    status.set_quit_date_id(quits[i].ToBytes());
    if (!person.at("reason").empty()) status.set_reason(Read<v1::NoAnswerReason>(person.at("reason")));
    if (!person.at("half_year").empty()) status.set_answer(Read<v1::SixMonthAnswer>(person.at("half_year")));
    if (!person.at("cigarettes_since").empty())
      status.set_cigarettes_since_quit(Read<v1::CigarettesSinceQuit>(person.at("cigarettes_since")));
    bundle.Create(status);
    if (person.at("half_year_ppm").empty()) return;
    v1::CarbonMonoxideTest test;
    test.set_citizen_id(citizens[i].ToBytes());
    test.set_occasion(v1::TEST_OCCASION_SIX_MONTHS);
    test.set_ppm(std::stod(person.at("half_year_ppm")));
    bundle.Create(test);
  });
}

TEST_F(KomOgKvit, TheReportTellsWhatTheSourceTellsInBothReadings) {
  PlanGroups();
  TakeInquiriesAndIntakes();
  for (int week = 0; week < 8; ++week) {
    GoTo(kFirst + 7 * week, 20);
    HoldMeeting(week);
  }
  GoTo(absl::CivilDay(2013, 3, 5), 10);
  EndCourses();
  GoTo(absl::CivilDay(2013, 7, 29), 10);
  AskAfterHalfAYear();
  EXPECT_EQ(nina.SyncWell().refused, 0u);

  const auto report = [&](const std::string& name) {
    v1::RunReportRequest request;
    request.set_name(name);
    *request.mutable_from() = ToProto(absl::CivilDay(2013, 1, 1));
    *request.mutable_to() = ToProto(absl::CivilDay(2013, 7, 29));
    return RunReport(base.store(), request, base.keys().storage_key, {}, clock.WallNow()).value();
  };
  const v1::Report table = report("kom-og-kvit");
  EXPECT_EQ(Told(table, "participants"), "160");
  EXPECT_EQ(Told(table, "heavy"), "160 of 160");
  EXPECT_EQ(Told(table, "completed-rate"), "147 of 160");                            // 92 %
  EXPECT_EQ(Told(table, "of-participants.smoke-free-end-rate"), "82 of 160");        // 51 %
  EXPECT_EQ(Told(table, "of-participants.smoke-free-half-year-rate"), "78 of 160");  // 49 %
  EXPECT_EQ(Told(table, "of-completers.smoke-free-end-rate"), "82 of 147");
  EXPECT_EQ(Told(table, "of-completers.smoke-free-half-year-rate"), "76 of 147");
  EXPECT_EQ(Told(table, "stop-completed.rate"), "143 of 160") << "three quarters of the sessions";
  EXPECT_EQ(Told(report("stop"), "completed.rate"), "143 of 160");
  EXPECT_EQ(Told(report("recruitment"), "people.smoke-free"), "82 of 160");
  EXPECT_EQ(Told(report("response-time"), "calendar-days.rate-b"), "160 of 160");
  ExpectSameRecords(base, {&nina});
}

}  // namespace
}  // namespace opgang
