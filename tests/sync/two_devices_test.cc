// Two devices and the base end with the same bytes, and what both wrote is kept and shown.
#include "server/store/base_store.h"
#include "tests/support/pushed.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;

using TwoDevices = SyncStory;

TEST_F(TwoDevices, ConvergeByteForByte) {
  amal.SaveInquirer("Amina");
  jonas.SaveInquirer("Bo");
  amal.SyncWell();
  jonas.SyncWell();
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
  EXPECT_EQ(amal.Records().size(), 4u);
  EXPECT_THAT(base.Check().problems, ElementsAre());
}

TEST_F(TwoDevices, SecondSyncSendsAndReceivesNothing) {
  amal.SaveInquirer("Amina");
  amal.SyncWell();
  const SyncResult again = amal.SyncWell();
  EXPECT_EQ(again.sent, 0u);
  EXPECT_EQ(again.received, 0u);
  EXPECT_TRUE(again.read);
}

TEST_F(TwoDevices, SameFieldEditedOnBothKeepsBothValuesAndShowsThemOnBoth) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  amal.Rename(citizen, "Amina A.");
  jonas.Rename(citizen, "Amina B.");
  EXPECT_EQ(amal.SyncWell().side_by_side, 0u);
  EXPECT_EQ(jonas.SyncWell().side_by_side, 1u);
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
  EXPECT_THAT(amal.NamesOf(citizen), ElementsAre("Amina A.", "Amina B."));
  EXPECT_EQ(amal.view().WithAlternatives().size(), 1u);
  EXPECT_EQ(jonas.view().WithAlternatives().size(), 1u);
}

// As a command does that syncs and says how many are open: the view has not been made then.
void ExpectOpenAfterSync(TestDevice& device, size_t open) {
  device.Reopen();
  device.SyncWell();
  EXPECT_EQ(device.store().CountOpenConflicts().value(), open) << "without the view";
  ASSERT_NE(&device.view(), nullptr);
  EXPECT_EQ(device.store().CountOpenConflicts().value(), open) << "with it";
}

TEST_F(TwoDevices, OpenConflictsAreCountedAlikeWithTheViewAndWithoutIt) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  ExpectOpenAfterSync(amal, 0);
  ExpectOpenAfterSync(jonas, 0);
  amal.Rename(citizen, "Amina A.");
  ExpectOpenAfterSync(amal, 0);  // a field written by another mutation than the create is no conflict
  jonas.Rename(citizen, "Amina B.");
  ExpectOpenAfterSync(jonas, 1);
  ExpectOpenAfterSync(amal, 1);  // told by this session's page
  ExpectOpenAfterSync(amal, 1);  // nothing new: known from the copy alone
  amal.Rename(citizen, "Amina C.");
  amal.Reopen();
  EXPECT_EQ(amal.store().CountOpenConflicts().value(), 0u) << "own work that nobody has heard of yet";
  ExpectOpenAfterSync(amal, 0);
  ExpectOpenAfterSync(jonas, 0);
}

TEST_F(TwoDevices, OneActionBySomebodyWhoSeesBothSettlesTheClash) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  amal.Rename(citizen, "Amina A.");
  jonas.Rename(citizen, "Amina B.");
  amal.SyncWell();
  jonas.SyncWell();
  jonas.Rename(citizen, "Amina C.");
  jonas.SyncWell();
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
  EXPECT_THAT(amal.NamesOf(citizen), ElementsAre("Amina C."));
}

TEST_F(TwoDevices, DifferentFieldsNeverClash) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  amal.Rename(citizen, "Amina A.");
  v1::Citizen telephone;
  telephone.set_telephone("50403020");
  Bundle bundle = jonas.NewBundle();
  bundle.Patch(citizen, telephone, {v1::Citizen::kTelephoneFieldNumber});
  jonas.Save(bundle);
  amal.SyncWell();
  EXPECT_EQ(jonas.SyncWell().side_by_side, 0u);
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
  EXPECT_EQ(amal.NameOf(citizen), "Amina A.");
  EXPECT_EQ(amal.view().Find(citizen)->As<v1::Citizen>().telephone(), "50403020");
}

TEST_F(TwoDevices, AConcurrentEditBeatsADelete) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  amal.Rename(citizen, "Amina A.");
  Bundle bundle = jonas.NewBundle();
  bundle.Delete(citizen, RecordTypeOf<v1::Citizen>());
  jonas.Save(bundle);
  amal.SyncWell();
  jonas.SyncWell();
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
  EXPECT_EQ(jonas.NameOf(citizen), "Amina A.");
}

TEST_F(TwoDevices, ADeleteTravelsToTheOther) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  Bundle bundle = jonas.NewBundle();
  bundle.Delete(citizen, RecordTypeOf<v1::Citizen>());
  jonas.Save(bundle);
  jonas.SyncWell();
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
  EXPECT_EQ(amal.NameOf(citizen), "(not visible)");
}

TEST_F(TwoDevices, WrongWallClocksChangeNeitherOrderNorOutcome) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  clock.SetWall(NoonOfTheFirst() + absl::Hours(24 * 3650));
  amal.Rename(citizen, "from the future");
  clock.SetWall(NoonOfTheFirst() + absl::Minutes(5));
  amal.SyncWell();
  jonas.SyncWell();
  clock.SetWall(NoonOfTheFirst() - absl::Hours(24 * 3650));
  jonas.Rename(citizen, "having seen it");
  clock.SetWall(NoonOfTheFirst() + absl::Minutes(6));
  jonas.SyncWell();
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
  EXPECT_THAT(amal.NamesOf(citizen), ElementsAre("having seen it"));
}

TEST_F(TwoDevices, FiveThousandRecordsArriveInPages) {
  v1::ImportDwellingsRequest request;
  request.set_area("Testlund");
  for (int i = 0; i < 4900; ++i) {
    v1::DwellingRow& row = *request.add_rows();
    row.mutable_entrance()->set_street("Humlebakken");
    row.mutable_entrance()->set_number(std::to_string(1 + i / 49));
    row.mutable_entrance()->set_postcode("9220");
    row.mutable_dwelling()->set_floor(std::to_string(1 + i % 49));
    row.mutable_dwelling()->set_door("tv");
  }
  base.Import(request);
  int pages = 0;
  amal.dialer().on_response = [&](const v1::SyncResponse& response) { pages += response.has_page() ? 1 : 0; };
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.received, 5000u);
  EXPECT_GT(pages, 10);
  ExpectSameRecords(base, {&amal});
  EXPECT_EQ(amal.SyncWell().received, 0u);
}

TEST_F(TwoDevices, ResultTellsWhatGotAVerdictAndHelloTellsTheClockAndTheSchema) {
  v1::Hello hello;
  amal.dialer().on_request = [&](const v1::SyncRequest& request) {
    if (request.has_hello()) hello = request.hello();
  };
  amal.SaveInquirer("Amina");
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.sent, 2u);
  EXPECT_EQ(result.applied, 2u);
  EXPECT_EQ(amal.SyncWell().sent, 0u);
  EXPECT_EQ(hello.protocol_version(), 1u);
  EXPECT_EQ(hello.schema_version(), kSchemaVersion);
  EXPECT_EQ(hello.clock().boot_id(), clock.Read().boot_id());
}

TEST_F(TwoDevices, SavedBeforeTheFirstSyncInTheSameBootIsRecordedToTheMinute) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  const absl::Time saved = clock.WallNow();
  clock.Advance(absl::Hours(5));
  amal.SyncWell();
  const v1::InstantInterval recorded = base.store().FindRecord(citizen).value()->record.created().recorded();
  EXPECT_GE(absl::FromUnixMicros(recorded.earliest_us()), saved - absl::Minutes(1));
  EXPECT_LE(absl::FromUnixMicros(recorded.latest_us()), saved + absl::Minutes(1));
}

TEST_F(TwoDevices, CursorOfAQuietScopeGoesOnWithTheBase) {
  base.Grant("jonas", AreaScope(base.Area("Nabolund")));
  amal.SyncWell();
  jonas.SyncWell();
  Bundle elsewhere = jonas.NewBundle();
  elsewhere.Create(CitizenCalled("Bo"), base.Area("Nabolund"));
  jonas.Save(elsewhere);
  jonas.SyncWell();
  amal.SyncWell();
  const auto hello = amal.store().sync_store().MakeHello();
  ASSERT_EQ(hello->cursors_size(), 1);
  EXPECT_EQ(hello->cursors(0).rev(), base.store().NewestRev().value());
}

TEST_F(TwoDevices, WhatWasPushedBeforeTheWelcomeIsNotPushedAgain) {
  amal.SyncWell();
  int pushed = 0;
  amal.dialer().on_request = [&](const v1::SyncRequest& request) {
    pushed += PushedIn(request).mutations_size();
  };
  for (const char* name : {"Amina", "Bo", "Cem"}) amal.SaveCitizen(name);
  EXPECT_EQ(amal.SyncWell().applied, 3u);
  EXPECT_EQ(pushed, 3);
}

}  // namespace
}  // namespace opgang
