// Live sessions, new grants, and what a role never sees.
#include <sqlite3.h>

#include "tests/support/fault_vfs.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

class WhileWanted : public SyncObserver {
 public:
  bool KeepGoing() override { return wanted; }
  bool wanted = true;
};

using LiveAndScopes = SyncStory;

TEST_F(LiveAndScopes, LiveSessionSeesWhatAnotherDeviceSaves) {
  WhileWanted observer;
  RecordId note;
  int idle = 0;
  amal.dialer().on_idle = [&] {
    if (++idle == 3) {
      note = jonas.SaveCitizen("Bo");
      jonas.SyncWell();
    }
    if (idle > 3 && amal.NameOf(note) == "Bo") observer.wanted = false;
    ASSERT_LT(idle, 100);
  };
  ASSERT_TRUE(amal.Sync({.live = true, .attempts = 1, .observer = &observer}).ok());
  EXPECT_EQ(amal.NameOf(note), "Bo");
  EXPECT_EQ(amal.dialer().dials(), 1);
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(LiveAndScopes, WhatIsSavedDuringALiveSessionIsSentInIt) {
  WhileWanted observer;
  int idle = 0;
  amal.dialer().on_idle = [&] {
    if (++idle == 2) amal.SaveInquirer("Amina");
    if (idle == 6) observer.wanted = false;
  };
  const auto result = amal.Sync({.live = true, .attempts = 1, .observer = &observer});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->applied, 2u);
  ExpectSameRecords(base, {&amal});
}

// The base takes no more of that session's work: a device that stayed in it would never send it again.
TEST_F(LiveAndScopes, LiveSessionThatWasAskedToSendLaterBeginsAnew) {
  FaultVfs::Register();
  TestBase full(clock, FaultVfs::kName);
  TestDevice tablet{full, clock, "amal", "outreach", {"Testlund"}};
  WhileWanted observer;
  int idle = 0;
  tablet.dialer().on_idle = [&] {
    if (++idle == 2) {
      tablet.SaveInquirer("Amina");
      FaultVfs::FailAfter(0, SQLITE_FULL);
    }
    if (idle == 20) observer.wanted = false;
  };
  tablet.dialer().on_response = [&](const v1::SyncResponse& response) {
    if (response.has_ack()) FaultVfs::Heal();
  };
  const auto result = tablet.Sync({.live = true, .attempts = 3, .observer = &observer});
  FaultVfs::Heal();
  ASSERT_EQ(result.status(), absl::OkStatus());
  EXPECT_EQ(result->applied, 2u);
  EXPECT_EQ(tablet.dialer().dials(), 2);
  ExpectSameRecords(full, {&tablet});
}

TEST_F(LiveAndScopes, QuietLiveSessionIsKeptAliveByHeartbeats) {
  WhileWanted observer;
  int idle = 0;
  amal.dialer().on_idle = [&] {
    if (++idle == 3000) observer.wanted = false;  // ten minutes
  };
  int heartbeats = 0;
  amal.dialer().on_response = [&](const v1::SyncResponse& r) { heartbeats += r.has_heartbeat() ? 1 : 0; };
  ASSERT_TRUE(amal.Sync({.live = true, .attempts = 1, .observer = &observer}).ok());
  EXPECT_GT(heartbeats, 30);
}

TEST_F(LiveAndScopes, NewGrantBringsTheAreasRecords) {
  const AreaId other = base.Area("Nabolund");
  base.Grant("jonas", AreaScope(other));
  jonas.SyncWell();
  Bundle bundle = jonas.NewBundle();
  const RecordId citizen = bundle.Create(CitizenCalled("Bo"), other);
  jonas.Save(bundle);
  jonas.SyncWell();
  amal.SyncWell();
  EXPECT_EQ(amal.NameOf(citizen), "(not visible)");
  base.Grant("amal", AreaScope(other));
  amal.SyncWell();
  EXPECT_EQ(amal.NameOf(citizen), "Bo");
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(LiveAndScopes, GrantGivenAnewStartsTheScopeAnewWithoutLosingTheQueue) {
  const RecordId known = amal.SaveCitizen("Amina");
  amal.SyncWell();
  const RecordId pending = amal.SaveCitizen("Pending");
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ_WRITE, /*generation=*/2);
  int resets = 0;
  amal.dialer().on_response = [&](const v1::SyncResponse& r) { resets += r.page().reset() ? 1 : 0; };
  amal.SyncWell();
  EXPECT_EQ(resets, 1);
  EXPECT_EQ(amal.NameOf(known), "Amina");
  EXPECT_EQ(amal.NameOf(pending), "Pending");
  ExpectSameRecords(base, {&amal});
}

TEST_F(LiveAndScopes, RoleWithoutTheHealthScopeSeesNoClinicalIntake) {
  TestDevice nurse(base, clock, "nina", "health", {"Testlund"});
  nurse.SyncWell();
  const SavedInquirer inquirer = nurse.SaveInquirer("Amina");
  v1::Intake intake;
  intake.set_citizen_id(inquirer.citizen.ToBytes());
  intake.set_status(v1::INTAKE_STATUS_DRAFT);
  Bundle bundle = nurse.NewBundle();
  const RecordId intake_id = bundle.Create(intake, base.Area("Testlund"));
  v1::ClinicalIntake clinical;
  clinical.set_citizen_id(inquirer.citizen.ToBytes());
  clinical.set_intake_id(intake_id.ToBytes());
  clinical.set_carbon_monoxide_ppm(12);
  const RecordId clinical_id = bundle.Create(clinical, base.Area("Testlund"));
  nurse.Save(bundle);
  EXPECT_EQ(nurse.SyncWell().applied, 4u);
  bool clinical_on_the_wire = false;
  amal.dialer().on_response = [&](const v1::SyncResponse& response) {
    for (const v1::FeedEntry& entry : response.page().entries()) {
      clinical_on_the_wire |= entry.record_type() == RecordType::kClinicalIntake;
    }
  };
  amal.SyncWell();
  EXPECT_FALSE(clinical_on_the_wire);
  EXPECT_EQ(amal.view().Find(clinical_id), nullptr);
  EXPECT_NE(amal.view().Find(intake_id), nullptr);
  nurse.SyncWell();
  EXPECT_NE(nurse.view().Find(clinical_id), nullptr);
  ExpectSameRecords(base, {&amal, &nurse});
}

TEST_F(LiveAndScopes, OneDamagedRecordAtTheBaseStopsNobodyFromHandingIn) {
  jonas.SaveCitizen("Bo");
  jonas.SyncWell();
  base.SpoilRecords();
  amal.SaveCitizen("Amina");
  EXPECT_FALSE(amal.Sync().ok());
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
  EXPECT_EQ(base.Check().mutations, 2);
}

}  // namespace
}  // namespace opgang
