// Backups, a lost machine, an old backup: whoever was erased does not come back (I12, I13).
#include "server/identity/keys_copy.h"
#include "tests/erasure/erasure_story.h"

namespace opgang {
namespace {

using testing::IsEmpty;

class ErasureRestore : public ErasureStory {
 protected:
  ~ErasureRestore() override { std::filesystem::remove_all(elsewhere); }
  // The base's machine is gone with its disk; a new one is set up from the backup and what lies elsewhere.
  absl::StatusOr<RestoredBase> LoseTheMachineAndRestore(const std::filesystem::path& backup,
                                                        const std::filesystem::path& keys_copy,
                                                        bool old_ledger = false) {
    base.Close();
    for (const char* name : {"base.db", "base.db-wal", "base.db-shm", "keys"})
      std::filesystem::remove_all(base.directory() / name);
    RestorePlan plan = off_site.PlanFor(backup);
    plan.keys_copy = keys_copy;
    plan.old_ledger = old_ledger;
    auto restored = RestoreBase(plan, clock, SystemRandom());
    if (restored.ok()) base.Crash();
    return restored;
  }

  OffSite off_site{base};
  const std::filesystem::path elsewhere = MakeTestDirectory();
  KeysCopy copy{base.directory() / "keys", elsewhere / "keys"};
};

TEST_F(ErasureRestore, BackUpEraseLoseTheMachineRestoreAndThePersonDoesNotComeBack) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const SavedInquirer bent = jonas.SaveInquirer("Bent");
  SyncBoth();
  const auto backup = off_site.Backup();
  const std::string key = KeyOf(amina.citizen);
  base.Erase(amina.citizen);
  ASSERT_EQ(copy.Follow(clock.WallNow()), absl::OkStatus());
  SyncBoth();
  const auto restored = LoseTheMachineAndRestore(backup, elsewhere / "keys");
  ASSERT_EQ(restored.status(), absl::OkStatus());
  EXPECT_EQ(restored->erased, 1);
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  EXPECT_EQ(BaseBytes().find(key), std::string::npos);
  for (int round = 0; round < 2; ++round) SyncBoth();
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  for (TestDevice* device : {&amal, &jonas}) {
    EXPECT_EQ(device->NameOf(amina.citizen), "(not visible)");
    EXPECT_EQ(device->NameOf(bent.citizen), "Bent");
  }
  EXPECT_THAT(base.Check().problems, IsEmpty());
  EXPECT_THAT(base.UnconfirmedErasure(amina.citizen), IsEmpty());
}

TEST_F(ErasureRestore, LateTabletThatHeardOfNothingHandsInItsKeptLogToARestoredBaseInVain) {
  const SavedInquirer amina = jonas.SaveInquirer("Amina");
  SyncBoth();
  const auto backup = off_site.Backup();
  base.Erase(amina.citizen);
  amal.SyncWell();
  ASSERT_TRUE(off_site.Restore(backup).ok());
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  for (int round = 0; round < 2; ++round) SyncBoth();
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  EXPECT_EQ(jonas.NameOf(amina.citizen), "(not visible)");
  for (const IntentId& intent : amina.receipt.intents) EXPECT_EQ(VerdictOf(intent), "erased");
}

// The restored base has her in its ledger alone, and what is damaged is never handed in: the tablet has to ask.
TEST_F(ErasureRestore, DamagedWorkAboutSomebodyWhomTheBackupNeverHeldGoesFromATabletThatHeardOfNothing) {
  const auto backup = off_site.Backup();
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const SavedInquirer bent = amal.SaveInquirer("Bent");
  SyncBoth();
  base.Erase(amina.citizen);
  DamageTheQueueOf(amal);
  ASSERT_TRUE(off_site.Restore(backup).ok());
  for (int round = 0; round < 2; ++round) SyncBoth();
  EXPECT_EQ(amal.store().outbox_counts().damaged, 2u) << "Bent's, for somebody to see (I18)";
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM mutations").at(0), "2");
  EXPECT_THAT(base.UnconfirmedErasure(amina.citizen), IsEmpty());
  EXPECT_EQ(jonas.NameOf(bent.citizen), "(not visible)")
      << "the backup never held him, and nobody can hand him in";
}

TEST_F(ErasureRestore, RestoreWithAnOldLedgerIsRefusedUnlessToldAndThenATabletSaysWhomItWasToErase) {
  const SavedInquirer early = amal.SaveInquirer("Early");
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  base.Erase(early.citizen);
  ASSERT_EQ(copy.Follow(clock.WallNow()), absl::OkStatus());
  const auto old_copy = elsewhere / "old";
  std::filesystem::copy(elsewhere / "keys", old_copy);
  const auto older_backup = off_site.Backup();
  base.Erase(amina.citizen);
  const auto newer_backup = off_site.Backup();
  SyncBoth();
  // Its ledger knows fewer than this backup.
  EXPECT_EQ(GetErrorCode(LoseTheMachineAndRestore(newer_backup, old_copy).status()), ErrorCode::kDamaged);
  // No way to see it by this one: the person is back until a tablet comes.
  ASSERT_TRUE(LoseTheMachineAndRestore(older_backup, old_copy).ok());
  ASSERT_EQ(RecordsAbout(amina.citizen), 2u);
  jonas.SyncWell();
  jonas.SyncWell();
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u) << "jonas kept the base's own mark of it";
  for (int round = 0; round < 2; ++round) SyncBoth();
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  EXPECT_EQ(amal.NameOf(amina.citizen), "(not visible)");
  EXPECT_THAT(base.UnconfirmedErasure(amina.citizen), IsEmpty());
}

TEST_F(ErasureRestore, ToldThatTheLedgerIsOldTheRestoreGoesOn) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  ASSERT_EQ(copy.Follow(clock.WallNow()), absl::OkStatus());
  const auto old_copy = elsewhere / "old";
  std::filesystem::copy(elsewhere / "keys", old_copy);
  base.Erase(amina.citizen);
  const auto backup = off_site.Backup();
  ASSERT_FALSE(LoseTheMachineAndRestore(backup, old_copy).ok());
  EXPECT_TRUE(LoseTheMachineAndRestore(backup, old_copy, /*old_ledger=*/true).ok());
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u) << "this backup itself holds nothing of her";
}

TEST_F(ErasureRestore, CopyOfKeysWithoutKeyFileAndLedgerIsRefused) {
  amal.SaveInquirer("Amina");
  SyncBoth();
  ASSERT_EQ(copy.Follow(clock.WallNow()), absl::OkStatus());
  const auto backup = off_site.Backup();
  std::filesystem::remove(elsewhere / "keys" / kErasureLedgerFile);
  EXPECT_EQ(GetErrorCode(LoseTheMachineAndRestore(backup, elsewhere / "keys").status()),
            ErrorCode::kNotFound);
}

TEST_F(ErasureRestore, CitizenWhoCameAfterTheRestoredBackupKeepsHerKeySoThatAnyBackupOfHersDiesWithIt) {
  const auto empty_backup = off_site.Backup();
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  const auto backup_with_her = off_site.Backup();
  const std::string key = KeyOf(amina.citizen);
  ASSERT_TRUE(off_site.Restore(empty_backup, /*older=*/true).ok());
  for (int round = 0; round < 2; ++round) SyncBoth();
  ASSERT_EQ(RecordsAbout(amina.citizen), 2u);
  EXPECT_EQ(KeyOf(amina.citizen), key) << "the slot says whose it is";
  base.Erase(amina.citizen);
  ASSERT_TRUE(off_site.Restore(backup_with_her, /*older=*/true).ok());
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  EXPECT_EQ(ReadWholeFile(base.directory() / "keys" / kKeySlotsFile).value().find(key), std::string::npos);
}

TEST_F(ErasureRestore, SlotThatALostHistoryMayHaveUsedIsNobodysAgain) {
  const auto empty_backup = off_site.Backup();
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  amal.SyncWell();
  const std::string key = KeyOf(amina.citizen);
  ASSERT_TRUE(off_site.Restore(empty_backup, /*older=*/true).ok());
  const RecordId bent = jonas.SaveCitizen("Bent");
  jonas.SyncWell();
  jonas.SyncWell();
  EXPECT_NE(KeyOf(bent), key);
}

TEST_F(ErasureRestore, CopyFollowsEveryChangeAndHoldsNoKeyThatWasDestroyed) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  ASSERT_EQ(copy.Follow(clock.WallNow()), absl::OkStatus());
  const std::string key = KeyOf(amina.citizen);
  const auto copied = elsewhere / "keys" / kKeySlotsFile;
  ASSERT_NE(ReadWholeFile(copied).value().find(key), std::string::npos);
  EXPECT_FALSE(copy.behind());
  base.Erase(amina.citizen);
  EXPECT_TRUE(copy.behind());
  ASSERT_EQ(copy.Follow(clock.WallNow()), absl::OkStatus());
  EXPECT_FALSE(copy.behind());
  EXPECT_EQ(ReadWholeFile(copied).value().find(key), std::string::npos);
  EXPECT_EQ(ReadWholeFile(elsewhere / "keys" / kErasureLedgerFile).value(),
            ReadWholeFile(base.directory() / "keys" / kErasureLedgerFile).value());
}

TEST_F(ErasureRestore, CopyThatCannotBeWrittenSaysSoAndIsBehind) {
  KeysCopy nowhere(base.directory() / "keys", base.file() / "no directory");
  EXPECT_FALSE(nowhere.Follow(clock.WallNow()).ok());
  EXPECT_TRUE(nowhere.behind());
  KeysCopy none(base.directory() / "keys", "");
  EXPECT_EQ(none.Follow(clock.WallNow()), absl::OkStatus());
  EXPECT_FALSE(none.behind());
}

}  // namespace
}  // namespace opgang
