// A course over several tablets and one base: two health workers hand out at once without a network, an instructor's tablet
// knows no hand-out, and everybody's tasks are the same.
#include "opgang/courses.h"
#include "opgang/groups.h"
#include "server/report/run_report.h"
#include "tests/reports/cohort.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CourseOverSync : public SyncStory {
 protected:
  CourseOverSync() { SyncAll(); }

  void SyncAll() {
    for (TestDevice* device : {&amal, &nina, &omar, &amal, &nina, &omar}) device->SyncWell();
  }
  template <typename Message>
  RecordId Note(TestDevice& device, RecordId citizen, Message message) {
    message.set_citizen_id(citizen.ToBytes());
    Bundle bundle = device.NewBundle();
    const RecordId id = bundle.Create(message);
    device.Save(bundle);
    return id;
  }
  RecordId SomebodyWhoTakesPart() {
    const RecordId citizen = amal.SaveInquirer("Amina").citizen;
    v1::Participation came;
    came.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
    came.set_place("The common room");
    Note(amal, citizen, came);
    SyncAll();
    return citizen;
  }
  static v1::NicotineHandOut Patches(int weeks) {
    v1::NicotineHandOut hand_out;
    hand_out.set_product(v1::NICOTINE_PRODUCT_PATCH);
    hand_out.set_weeks(weeks);
    hand_out.set_amount(7 * weeks);
    return hand_out;
  }
  std::vector<std::string> Tasks(TestDevice& device) {
    std::vector<std::string> kinds;
    for (const TaskLine& task :
         GroupFacts(device.view()).Tasks(clock.WallNow(), device.store().rule_settings()))
      kinds.push_back(std::string(TaskKindName(task.kind)) + (task.overdue ? " overdue" : ""));
    return kinds;
  }
  v1::Report Report(const std::string& name) {
    v1::RunReportRequest request;
    request.set_name(name);
    *request.mutable_from() = ToProto(absl::CivilDay(2026, 4, 1));
    *request.mutable_to() = ToProto(LocalDay(clock.WallNow()));
    return RunReport(base.store(), request, base.keys().storage_key, {}, clock.WallNow()).value();
  }
  void GoTo(absl::CivilDay day, int hour = 12) {
    clock.Advance(absl::FromCivil(absl::CivilSecond(day) + hour * 3600, CopenhagenTime()) - clock.WallNow());
  }

  TestDevice nina{base, clock, "nina", "health", {"Testlund"}};
  TestDevice omar{base, clock, "omar", "health", {"Testlund"}};
};

TEST_F(CourseOverSync, TwoTabletsHandOutAtOnceBothEntriesStayAndTheLaterIsATaskForEverybodyWhoMaySeeIt) {
  const RecordId citizen = SomebodyWhoTakesPart();
  const RecordId first = Note(nina, citizen, Patches(6));
  clock.Advance(absl::Minutes(5));
  const RecordId second = Note(omar, citizen, Patches(6));  // has not heard of the first
  EXPECT_THAT(Tasks(nina), IsEmpty());
  EXPECT_THAT(Tasks(omar), IsEmpty());
  EXPECT_EQ(nina.SyncWell().refused, 0u);
  EXPECT_EQ(omar.SyncWell().refused, 0u) << "the base refuses neither: nothing is hidden";
  SyncAll();
  for (TestDevice* device : {&nina, &omar}) {
    EXPECT_THAT(Tasks(*device), ElementsAre("hand-out-to-check"));
    const CourseHistory history = HistoryOf(device->view(), citizen, clock.WallNow());
    ASSERT_EQ(history.nicotine.lines.size(), 2u);
    EXPECT_EQ(history.nicotine.lines[0].id, first);
    EXPECT_EQ(history.nicotine.lines[1].id, second);
    EXPECT_EQ(history.nicotine.lines[1].flag, HandOutFlag::kTooManyWeeks);
  }
  EXPECT_THAT(Tasks(amal), IsEmpty()) << "outreach may not read the health part";
  EXPECT_EQ(amal.view().Find(second), nullptr);
  EXPECT_EQ(Told(Report("nrt"), "too-many-weeks"), "1 of 1");
  EXPECT_EQ(Told(Report("nrt"), "to-check"), "1 of 2");

  v1::NicotineHandOut looked = Patches(6);
  looked.set_corrects_id(second.ToBytes());
  Note(nina, citizen, looked);
  SyncAll();
  EXPECT_THAT(Tasks(omar), IsEmpty());
  EXPECT_EQ(Told(Report("nrt"), "too-many-weeks"), "1 of 1") << "it stays to be seen";
  EXPECT_EQ(Told(Report("nrt"), "to-check"), "0 of 2");
  ExpectSameRecords(base, {&nina, &omar});
}

TEST_F(CourseOverSync, WhatIsLeftIsRefusedWhereItIsKnownAndAnEntryIsNeverChanged) {
  const RecordId citizen = SomebodyWhoTakesPart();
  const RecordId entry = Note(nina, citizen, Patches(6));
  SyncAll();
  Bundle more = omar.NewBundle();
  v1::NicotineHandOut three = Patches(3);
  three.set_citizen_id(citizen.ToBytes());
  more.Create(three);
  EXPECT_EQ(GetRefusal(omar.store().Save(more).status())->code, v1::REFUSAL_CODE_NICOTINE_WEEKS);
  Bundle edit = omar.NewBundle();
  edit.Patch(entry, Patches(1), {v1::NicotineHandOut::kWeeksFieldNumber});
  EXPECT_EQ(GetRefusal(omar.store().Save(edit).status())->code, v1::REFUSAL_CODE_LEDGER_ENTRY);
}

TEST_F(CourseOverSync, TheHalfYearTaskAppearsOnEveryTabletByItselfAndAttemptsOfTwoPeopleAreOneProtocol) {
  const RecordId citizen = SomebodyWhoTakesPart();
  v1::QuitDate quit;
  *quit.mutable_date() = ToProto(absl::CivilDay(2026, 4, 10));
  const RecordId quit_id = Note(amal, citizen, quit);
  SyncAll();
  GoTo(absl::CivilDay(2026, 9, 9));
  EXPECT_THAT(Tasks(nina), IsEmpty());
  GoTo(absl::CivilDay(2026, 9, 10));
  for (TestDevice* device : {&amal, &nina, &omar}) EXPECT_THAT(Tasks(*device), ElementsAre("six-months"));
  v1::FollowUpCall call;
  call.set_quit_date_id(quit_id.ToBytes());
  call.set_outcome(v1::CALL_OUTCOME_NOT_REACHED);
  Note(amal, citizen, call);
  Note(nina, citizen, call);  // the same day
  for (const int day : {11, 12}) {
    GoTo(absl::CivilDay(2026, 9, day));
    Note(amal, citizen, call);
  }
  GoTo(absl::CivilDay(2026, 9, 13), 17);
  Note(nina, citizen, call);
  SyncAll();
  for (TestDevice* device : {&amal, &nina, &omar}) {
    const auto tasks = GroupFacts(device->view()).Tasks(clock.WallNow(), device->store().rule_settings());
    ASSERT_EQ(tasks.size(), 1u);
    EXPECT_EQ(tasks[0].six_months->days_tried, 4);
    EXPECT_TRUE(tasks[0].six_months->may_give_up());
  }
  v1::SixMonthStatus status;
  status.set_quit_date_id(quit_id.ToBytes());
  status.set_reason(v1::NO_ANSWER_REASON_NOT_REACHED);
  Note(omar, citizen, status);
  SyncAll();
  for (TestDevice* device : {&amal, &nina, &omar}) EXPECT_THAT(Tasks(*device), IsEmpty());
}

TEST_F(CourseOverSync, NobodyRingsWhoTookTheConsentBack) {
  const RecordId citizen = SomebodyWhoTakesPart();
  v1::QuitDate quit;
  *quit.mutable_date() = ToProto(absl::CivilDay(2026, 4, 10));
  Note(amal, citizen, quit);
  v1::Consent consent;
  consent.set_purpose(v1::CONSENT_PURPOSE_FOLLOW_UP);
  consent.set_form(v1::CONSENT_FORM_ORAL);
  const RecordId given = Note(amal, citizen, consent);
  SyncAll();
  GoTo(absl::CivilDay(2026, 9, 20));
  EXPECT_THAT(Tasks(nina), ElementsAre("six-months"));
  v1::Consent withdrawn;
  *withdrawn.mutable_withdrawn()->mutable_date() = ToProto(absl::CivilDay(2026, 9, 20));
  Bundle bundle = nina.NewBundle();
  bundle.Patch(given, withdrawn, {v1::Consent::kWithdrawnFieldNumber});
  nina.Save(bundle);
  SyncAll();
  EXPECT_THAT(Tasks(amal), IsEmpty());
  EXPECT_THAT(Tasks(nina), IsEmpty());
}

TEST_F(CourseOverSync, TheBaseReadsTheHealthPartForItsReportsAndTheFunnelEndsSmokeFree) {
  const RecordId citizen = SomebodyWhoTakesPart();
  Note(nina, citizen, Patches(2));
  v1::CourseEnd end;
  end.set_status(v1::COURSE_STATUS_SMOKE_FREE);
  end.set_completed(v1::ANSWER_YES);
  GoTo(absl::CivilDay(2026, 5, 20));
  Note(amal, citizen, end);
  SyncAll();
  EXPECT_EQ(Told(Report("nrt"), "by-area.Testlund.hand-outs"), "1");
  EXPECT_EQ(Told(Report("stop"), "smoke-free-end.variant-b"), "1 of 1");
  EXPECT_EQ(Told(Report("recruitment"), "people.completed"), "1 of 1");
  EXPECT_EQ(Told(Report("recruitment"), "people.smoke-free"), "1 of 1");
}

}  // namespace
}  // namespace opgang
