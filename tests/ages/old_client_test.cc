// I17: fields that an old client does not know survive whatever it does. Amal's tablet is of this build; the base and
// Jonas's app are of a made-up next one.
#include "server/admin/conflicts.h"
#include "tests/ages/future.h"

namespace opgang::ages {
namespace {

using testing::ElementsAre;

class OldClient : public SyncStory {
 protected:
  OldClient() { base.UpgradeTo(NextSchema()); }

  // By Jonas's newer app.
  RecordId SaveByNewerApp(const v1::Citizen& citizen) {
    Bundle bundle = jonas.NewBundle();
    const RecordId id = bundle.Create(citizen, base.Area("Testlund"));
    jonas.Save(bundle);
    jonas.SyncWell();
    amal.SyncWell();
    return id;
  }
  void SetByNewerApp(TestDevice& device, RecordId id, const std::string& value) {
    Bundle bundle = device.NewBundle();
    bundle.Patch(id, WithFuture(v1::Citizen(), value), {kFutureField});
    device.Save(bundle);
  }
  StoredRecord AtBase(RecordId id) { return *base.store().FindRecord(id).value(); }
  std::string FutureAtBase(RecordId id) { return FutureIn(AtBase(id).record.fields()); }
  std::string FutureOn(TestDevice& device, RecordId id) {
    return FutureIn(device.view().Find(id)->record->fields());
  }
  void SyncBoth() {
    amal.SyncWell();
    jonas.SyncWell();
    amal.SyncWell();
  }
};

TEST_F(OldClient, EditsAnotherFieldAndWhatItDoesNotKnowStaysForAll) {
  const RecordId citizen = SaveByNewerApp(FutureCitizen("Amina", "Mina"));
  EXPECT_EQ(FutureOn(amal, citizen), "Mina");
  amal.Rename(citizen, "Amina A.");
  EXPECT_EQ(FutureOn(amal, citizen), "Mina");
  SyncBoth();
  EXPECT_EQ(amal.NameOf(citizen), "Amina A.");
  EXPECT_EQ(FutureAtBase(citizen), "Mina");
  EXPECT_EQ(FutureOn(jonas, citizen), "Mina");
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(OldClient, KeepsWhatIsNewWithinAKnownField) {
  v1::Citizen citizen = CitizenCalled("Amina");
  *citizen.mutable_address_protected_until() = WithFuture(OnTheThird(), "why", 77);
  const RecordId id = SaveByNewerApp(citizen);
  amal.Rename(id, "Amina A.");
  SyncBoth();
  v1::Citizen stored;
  ASSERT_TRUE(stored.ParseFromString(AtBase(id).record.fields()));
  const auto& until = stored.address_protected_until();
  EXPECT_EQ(until.day(), 3);
  EXPECT_EQ(until.GetReflection()->GetUnknownFields(until).field(0).length_delimited(), "why");
}

TEST_F(OldClient, SavesContentThatItWasHandedWithFieldsItDoesNotKnow) {
  Bundle bundle = amal.NewBundle();
  const RecordId id = bundle.Create(FutureCitizen("Amina", "Mina"), base.Area("Testlund"));
  amal.Save(bundle);
  amal.Reopen();
  EXPECT_EQ(FutureOn(amal, id), "Mina");
  SyncBoth();
  EXPECT_EQ(FutureOn(jonas, id), "Mina");
}

TEST_F(OldClient, TakesItsEditBackAndTheUnknownFieldStays) {
  const RecordId citizen = SaveByNewerApp(FutureCitizen("Amina", "Mina"));
  amal.Rename(citizen, "Wrong");
  amal.SyncWell();
  ASSERT_TRUE(amal.store().UndoLast().ok());
  SyncBoth();
  EXPECT_EQ(jonas.NameOf(citizen), "Amina");
  EXPECT_EQ(FutureAtBase(citizen), "Mina");
}

TEST_F(OldClient, TakesItsDeleteBackAndTheUnknownFieldComesBackToo) {
  const RecordId citizen = SaveByNewerApp(FutureCitizen("Amina", "Mina"));
  Bundle bundle = amal.NewBundle();
  bundle.Delete(citizen, RecordTypeOf<v1::Citizen>());
  amal.Save(bundle);
  SyncBoth();
  EXPECT_EQ(jonas.NameOf(citizen), "(not visible)");
  ASSERT_TRUE(amal.store().UndoLast().ok());
  SyncBoth();
  EXPECT_EQ(jonas.NameOf(citizen), "Amina");
  EXPECT_EQ(FutureOn(jonas, citizen), "Mina");
  EXPECT_EQ(FutureOn(amal, citizen), "Mina");
}

TEST_F(OldClient, AnEditOfAnUnknownFieldIsTakenBackToo) {
  const RecordId citizen = SaveByNewerApp(FutureCitizen("Amina", "Mina"));
  SetByNewerApp(jonas, citizen, "Wrong");
  jonas.SyncWell();
  EXPECT_EQ(FutureAtBase(citizen), "Wrong");
  ASSERT_TRUE(jonas.store().UndoLast().ok());
  SyncBoth();
  EXPECT_EQ(FutureOn(amal, citizen), "Mina");
}

TEST_F(OldClient, SettlesAConflictAndTheUnknownFieldStays) {
  const RecordId citizen = SaveByNewerApp(FutureCitizen("Amina", "Mina"));
  amal.Rename(citizen, "Amina A.");
  jonas.Rename(citizen, "Amina B.");
  SyncBoth();
  ASSERT_EQ(amal.view().WithAlternatives().size(), 1u);
  amal.Rename(citizen, "Amina C.");
  SyncBoth();
  EXPECT_THAT(jonas.NamesOf(citizen), ElementsAre("Amina C."));
  EXPECT_EQ(FutureOn(jonas, citizen), "Mina");
}

TEST_F(OldClient, BothValuesOfAnUnknownFieldStandBesideUntilSomebodySettlesThem) {
  const RecordId citizen = SaveByNewerApp(FutureCitizen("Amina", "Mina"));
  SetByNewerApp(amal, citizen, "Of Amal");
  SetByNewerApp(jonas, citizen, "Of Jonas");
  amal.SyncWell();
  jonas.SyncWell();
  amal.Rename(citizen, "Amina A.");  // an old client goes on with its work
  SyncBoth();
  const auto open = OpenConflictsOf(AtBase(citizen).record);
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].field, static_cast<uint32_t>(kFutureField));
  EXPECT_EQ(open[0].values.size(), 2u);

  v1::SettleConflictRequest request;
  request.set_record_id(citizen.ToBytes());
  request.set_field(kFutureField);
  request.set_actor("jonas");
  request.set_take_version(open[0].values[1].provenance.intent_id());
  const std::string taken = FutureIn(open[0].values[1].bytes);
  std::set<Scope> touched;
  ASSERT_TRUE(SettleConflict(base.store(), base.committer(), request, clock, SystemRandom(), touched).ok());
  SyncBoth();
  EXPECT_EQ(FutureOn(amal, citizen), taken);
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(OldClient, CorrectsWhatWasRefusedAndKeepsItsUnknownFields) {
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ);
  Bundle bundle = amal.NewBundle();
  const RecordId id = bundle.Create(FutureCitizen("Amina", "Mina"), base.Area("Testlund"));
  const SaveReceipt receipt = amal.Save(bundle);
  EXPECT_EQ(amal.SyncWell().refused, 1u);
  base.Grant("amal", AreaScope(base.Area("Testlund")));
  const auto outbox = amal.store().Outbox().value();
  ASSERT_EQ(outbox.size(), 1u);
  v1::Citizen corrected;
  corrected.CopyFrom(*outbox[0].content);
  corrected.set_name("Amina Fixed");
  ASSERT_TRUE(amal.store().Fix(receipt.intents[0], corrected).ok());
  SyncBoth();
  EXPECT_EQ(jonas.NameOf(id), "Amina Fixed");
  EXPECT_EQ(FutureAtBase(id), "Mina");
}

// The program that imports is the base's own; the record may say more than it knows.
TEST_F(OldClient, TheImportLeavesAnUnknownFieldAlone) {
  v1::ImportDwellingsRequest request;
  request.set_area("Testlund");
  v1::DwellingRow& row = *request.add_rows();
  row.mutable_entrance()->set_street("Humlebakken");
  row.mutable_entrance()->set_number("20");
  row.mutable_entrance()->set_postcode("9220");
  row.mutable_dwelling()->set_floor("1");
  row.mutable_dwelling()->set_door("tv");
  base.Import(request);
  jonas.SyncWell();
  const RecordId entrance = jonas.view().OfType(RecordType::kEntrance).at(0)->id;
  Bundle bundle = jonas.NewBundle();
  bundle.Patch(entrance, WithFuture(v1::Entrance(), "a lift"), {kFutureField});
  jonas.Save(bundle);
  jonas.SyncWell();
  ASSERT_EQ(FutureAtBase(entrance), "a lift");
  request.mutable_rows(0)->mutable_entrance()->set_organisation("Plus Bolig");
  EXPECT_EQ(base.Import(request).changed(), 1);
  EXPECT_EQ(FutureAtBase(entrance), "a lift");
}

}  // namespace
}  // namespace opgang::ages
