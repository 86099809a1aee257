// Conflicts between whole devices and a whole base: causality across a restored base, who wrote what, settling, deletes.
#include <sqlite3.h>

#include "core/merge/history.h"
#include "core/merge/open_conflicts.h"
#include "server/admin/conflicts.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;

constexpr absl::Duration kTenYears = absl::Hours(24 * 3650);

class ConflictsOverSync : public SyncStory {
 protected:
  // Both know the citizen.
  RecordId KnownCitizen() {
    const RecordId citizen = amal.SaveCitizen("Amina");
    amal.SyncWell();
    jonas.SyncWell();
    return citizen;
  }
  // Both rename her, unseen by each other, and sync until both have heard of it.
  RecordId Clash() {
    const RecordId citizen = KnownCitizen();
    amal.Rename(citizen, "Amina A.");
    clock.Advance(absl::Minutes(5));
    jonas.Rename(citizen, "Amina B.");
    SyncBoth();
    return citizen;
  }
  void SyncBoth() {
    jonas.SyncWell();
    amal.SyncWell();
    jonas.SyncWell();
    ExpectSameRecords(base, {&amal, &jonas});
  }
  void Delete(TestDevice& device, RecordId citizen) {
    Bundle bundle = device.NewBundle();
    bundle.Delete(citizen, RecordTypeOf<v1::Citizen>());
    device.Save(bundle);
  }
  void Keep(TestDevice& device, RecordId citizen) {
    Bundle bundle = device.NewBundle();
    bundle.Patch(citizen, v1::Citizen(), {kWholeRecord});
    device.Save(bundle);
  }
  static std::vector<OpenConflict> Conflicts(TestDevice& device, RecordId citizen) {
    const VisibleRecord* record = device.view().Find(citizen);
    return record == nullptr ? std::vector<OpenConflict>() : OpenConflictsOf(*record->record);
  }

  // Clocks off by ten years in both directions while the two write, each having seen the one before.
  RecordId ChainAcrossWrongClocks() {
    const RecordId citizen = KnownCitizen();
    image_ = ReadBase();
    clock.SetWall(NoonOfTheFirst() + kTenYears);
    amal.Rename(citizen, "from the future");
    clock.SetWall(NoonOfTheFirst() + absl::Minutes(10));
    amal.SyncWell();
    jonas.SyncWell();
    clock.SetWall(NoonOfTheFirst() - kTenYears);
    jonas.Rename(citizen, "having seen it");
    clock.SetWall(NoonOfTheFirst() + absl::Minutes(20));
    jonas.SyncWell();
    return citizen;
  }

  std::string ReadBase() {
    base.Close();
    const std::filesystem::path copy = base.file().string() + ".image";
    std::filesystem::copy_file(base.file(), copy, std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(base.Open(), absl::OkStatus());
    return copy;
  }
  // Yesterday's image, under a new epoch.
  void RestoreBase() {
    base.Close();
    for (const char* tail : {"-wal", "-shm"}) std::filesystem::remove(base.file().string() + tail);
    std::filesystem::copy_file(image_, base.file(), std::filesystem::copy_options::overwrite_existing);
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(base.file().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, "UPDATE meta SET value = randomblob(16) WHERE key = 'epoch'", nullptr, nullptr,
                           nullptr),
              SQLITE_OK);
    sqlite3_close(db);
    ASSERT_EQ(base.Open(), absl::OkStatus());
  }

  std::string image_;
};

TEST_F(ConflictsOverSync, AnEditBeatsWhatItsAuthorSawAcrossARestoredBaseAndClocksTenYearsApart) {
  const RecordId citizen = ChainAcrossWrongClocks();
  RestoreBase();
  jonas.SyncWell();  // the child comes back before its parent
  EXPECT_THAT(jonas.NamesOf(citizen), ElementsAre("Amina", "having seen it"))
      << "until its parent is back the base cannot know that it replaced this one";
  SyncBoth();
  EXPECT_THAT(amal.NamesOf(citizen), ElementsAre("having seen it"));
  EXPECT_THAT(Conflicts(jonas, citizen), ElementsAre());
  const auto history = RecordHistory(base.store(), citizen);
  ASSERT_TRUE(history.ok());
  std::vector<v1::ValueFate> fates;
  for (const auto& item : history->items()) fates.push_back(item.fate());
  EXPECT_THAT(fates, ElementsAre(v1::VALUE_FATE_REPLACED, v1::VALUE_FATE_STANDS, v1::VALUE_FATE_CAME_LATE));
}

TEST_F(ConflictsOverSync, TheSameWhenTheParentComesBackFirst) {
  const RecordId citizen = ChainAcrossWrongClocks();
  RestoreBase();
  amal.SyncWell();
  SyncBoth();
  EXPECT_THAT(amal.NamesOf(citizen), ElementsAre("having seen it"));
  EXPECT_THAT(jonas.NamesOf(citizen), ElementsAre("having seen it"));
}

TEST_F(ConflictsOverSync, BothDevicesShowWhoWroteEachValueOnWhichDeviceAndWhen) {
  const RecordId citizen = Clash();
  for (TestDevice* device : {&amal, &jonas}) {
    const auto conflicts = Conflicts(*device, citizen);
    ASSERT_EQ(conflicts.size(), 1u);
    std::vector<std::string> who;
    for (const OpenValue& value : conflicts[0].values) {
      who.push_back(value.provenance.author());
      EXPECT_FALSE(value.provenance.device().empty());
      EXPECT_GT(value.provenance.recorded().earliest_us(), 0);
      EXPECT_GT(value.provenance.received_us(), 0);
    }
    EXPECT_THAT(who, ElementsAre("jonas", "amal")) << "the later one in front";
  }
}

TEST_F(ConflictsOverSync, InFrontStandsTheLaterWordAsFarAsTheBaseCanTellWhateverClocksSay) {
  const absl::Duration errors[] = {-kTenYears, absl::ZeroDuration(), kTenYears};
  for (const absl::Duration error : errors) {
    const RecordId citizen = KnownCitizen();
    amal.Rename(citizen, "Amina A.");
    clock.Advance(absl::Minutes(5));
    const absl::Time now = clock.WallNow();
    clock.SetWall(now + error);
    jonas.Rename(citizen, "Amina B.");
    clock.SetWall(now + absl::Minutes(5));
    SyncBoth();
    EXPECT_EQ(amal.NameOf(citizen), error < absl::ZeroDuration() ? "Amina A." : "Amina B.");
    // A clock ten years ahead wins no argument that begins after the base has heard it.
    clock.Advance(absl::Hours(1));
    amal.Rename(citizen, "Amina C.");
    SyncBoth();
    EXPECT_THAT(jonas.NamesOf(citizen), ElementsAre("Amina C."));
  }
}

TEST_F(ConflictsOverSync, SettlingIsOneOrdinaryPatch) {
  const RecordId citizen = Clash();
  EXPECT_EQ(amal.Rename(citizen, "Amina A.").intents.size(), 1u);
  EXPECT_THAT(Conflicts(amal, citizen), ElementsAre()) << "at once, before any sync";
  SyncBoth();
  EXPECT_THAT(jonas.NamesOf(citizen), ElementsAre("Amina A."));
  EXPECT_EQ(base.store().RecordsInConflict()->size(), 0u);
}

TEST_F(ConflictsOverSync, ADeleteThatDidNotSeeAnEditIsAConflictThatAnyoneSettlesByKeepingTheRecord) {
  const RecordId citizen = KnownCitizen();
  amal.Rename(citizen, "Amina A.");
  Delete(jonas, citizen);
  EXPECT_EQ(jonas.NameOf(citizen), "(not visible)");
  SyncBoth();
  for (TestDevice* device : {&amal, &jonas}) {
    const auto conflicts = Conflicts(*device, citizen);
    ASSERT_EQ(conflicts.size(), 1u);
    EXPECT_EQ(conflicts[0].field, kWholeRecord);
    EXPECT_EQ(conflicts[0].values[1].provenance.author(), "jonas");
  }
  Keep(jonas, citizen);
  SyncBoth();
  EXPECT_EQ(amal.NameOf(citizen), "Amina A.");
  EXPECT_THAT(Conflicts(amal, citizen), ElementsAre());
}

TEST_F(ConflictsOverSync, OrByDeletingItHavingSeenBoth) {
  const RecordId citizen = KnownCitizen();
  Delete(jonas, citizen);
  jonas.SyncWell();
  amal.Rename(citizen, "Amina A.");
  SyncBoth();
  ASSERT_EQ(Conflicts(amal, citizen).size(), 1u) << "the other way round it is the same conflict";
  Delete(amal, citizen);
  SyncBoth();
  EXPECT_EQ(amal.NameOf(citizen), "(not visible)");
  EXPECT_EQ(jonas.NameOf(citizen), "(not visible)");
}

TEST_F(ConflictsOverSync, ADeleteThatWasUndoneIsNoConflict) {
  const RecordId citizen = KnownCitizen();
  Delete(amal, citizen);
  amal.SyncWell();
  ASSERT_TRUE(amal.store().UndoLast().ok());
  SyncBoth();
  EXPECT_EQ(jonas.NameOf(citizen), "Amina");
  EXPECT_THAT(Conflicts(jonas, citizen), ElementsAre());
}

TEST_F(ConflictsOverSync, ADeviceTellsItsOwnPastAndWhatStands) {
  const RecordId citizen = KnownCitizen();
  amal.Rename(citizen, "Amina A.");
  SyncBoth();
  jonas.Rename(citizen, "Amina B.");
  SyncBoth();
  const auto told = amal.store().History(citizen);
  ASSERT_TRUE(told.ok());
  std::vector<ValueFate> fates;
  for (const HistoryValue& value : *told) fates.push_back(value.fate);
  EXPECT_THAT(fates, ElementsAre(ValueFate::kReplaced, ValueFate::kCameLate, ValueFate::kStands));
  EXPECT_EQ(told->front().replaced_by.author(), "amal");
  EXPECT_EQ(told->back().provenance.author(), "jonas");
  EXPECT_EQ(GetErrorCode(amal.store().History(RecordId()).status()), ErrorCode::kNotFound);
  amal.Lock();
  EXPECT_EQ(GetErrorCode(amal.store().History(citizen).status()), ErrorCode::kLocked);
}

}  // namespace
}  // namespace opgang
