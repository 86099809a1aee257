// Backups: made while the base works, sealed, opened elsewhere, put back; and every step of it failing in turn.
#include <sqlite3.h>

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include "core/sqlite/durable_file.h"
#include "core/sqlite/file_lock.h"
#include "server/backup/backup_file.h"
#include "server/backup/backup_keys.h"
#include "server/engine/horizon.h"
#include "server/engine/writer.h"
#include "server/store/sqlite_base_store.h"
#include "tests/base/base_story.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/off_site.h"

namespace opgang {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string BytesOf(const fs::path& file) { return ReadWholeFile(file, 64 << 20).value(); }

fs::path WithBytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  return file;
}

class BackupTest : public BaseStory {
 protected:
  BackupTest() {
    for (const char* name : {"Amina", "Bo", "Cem"}) amal.Commit(Citizen(name));
  }
  ErrorCode CodeOfCheck(const fs::path& file) {
    const auto checked = off_site.Check(file);
    return checked.ok() ? static_cast<ErrorCode>(0) : GetErrorCode(checked.status());
  }
  std::vector<std::string> FilesOfBase() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(base.directory()))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  uint64_t Horizon() { return base.reader().Backup()->horizon_rev; }

  OffSite off_site{base};
};

TEST_F(BackupTest, HoldsWhatTheBaseHeldSealedAndPrivateAndLeavesNothingBeside) {
  const auto before = FilesOfBase();
  const fs::path file = off_site.Backup();
  EXPECT_EQ(FilesOfBase(), before);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(BytesOf(file), Not(HasSubstr("SQLite format")));
  const auto checked = off_site.Check(file);
  ASSERT_EQ(checked.status(), absl::OkStatus());
  EXPECT_TRUE(checked->rows_opened);
  EXPECT_EQ(checked->manifest.rev(), 3u);
  EXPECT_EQ(checked->manifest.record_count(), 3);
  EXPECT_EQ(checked->manifest.epoch(), base.store().epoch().ToBytes());
}

TEST_F(BackupTest, HorizonMovesOnlyByAReceiptAndNeverFalls) {
  const fs::path first = off_site.Backup();
  amal.Commit(Citizen("Dina"));
  const fs::path second = off_site.Backup();
  EXPECT_EQ(Horizon(), 0u);
  const std::string receipt = off_site.ReceiptOf(second);
  EXPECT_EQ(off_site.Confirm(receipt)->rev, 4u);
  EXPECT_EQ(Horizon(), 4u);
  EXPECT_TRUE(off_site.Confirm(receipt).ok()) << "said twice";
  EXPECT_TRUE(off_site.Confirm(off_site.ReceiptOf(first)).ok());
  EXPECT_EQ(Horizon(), 4u) << "the receipt of an older backup";
  base.Crash();
  EXPECT_EQ(Horizon(), 4u);
}

TEST_F(BackupTest, GarbledReceiptAndOneOfAnotherBaseAreRefused) {
  const std::string receipt = off_site.ReceiptOf(off_site.Backup());
  for (size_t i = 0; i < receipt.size(); ++i) {
    if (receipt[i] == '-') continue;
    std::string garbled = receipt;
    garbled[i] = garbled[i] == '7' ? '8' : '7';
    const auto refused = off_site.Confirm(garbled);
    EXPECT_EQ(GetErrorCode(refused.status()), ErrorCode::kReceiptRefused) << garbled;
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr("no whole receipt"));
  }
  EXPECT_EQ(GetErrorCode(off_site.Confirm("").status()), ErrorCode::kReceiptRefused);
  EXPECT_EQ(GetErrorCode(off_site.Confirm(ReceiptText(std::string(32, 'x'))).status()),
            ErrorCode::kReceiptRefused);
  EXPECT_EQ(Horizon(), 0u);
  std::string typed;  // small letters, spaces for hyphens
  for (const char c : receipt) typed.push_back(c == '-' ? ' ' : static_cast<char>(std::tolower(c)));
  EXPECT_TRUE(off_site.Confirm(typed).ok());
}

TEST_F(BackupTest, ChangedOrCutAnywhereItIsRefusedAndYieldsNoReceipt) {
  const std::string whole = BytesOf(off_site.Backup());
  const fs::path spoilt = off_site.directory() / "spoilt";
  const auto left_behind = [&] {
    return std::distance(fs::directory_iterator(off_site.directory()), fs::directory_iterator());
  };
  WithBytes(spoilt, "");
  const auto files = left_behind();
  const size_t step = std::max<size_t>(whole.size() / 97, 1);
  for (size_t at = 0; at < whole.size(); at += at < 256 ? 16 : step) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    EXPECT_FALSE(off_site.Check(WithBytes(spoilt, flipped)).ok()) << at;
    EXPECT_FALSE(off_site.Check(WithBytes(spoilt, whole.substr(0, at))).ok()) << at;
  }
  EXPECT_EQ(CodeOfCheck(WithBytes(spoilt, whole.substr(0, whole.size() - 1))), ErrorCode::kDamaged);
  EXPECT_EQ(CodeOfCheck(WithBytes(spoilt, whole + "x")), ErrorCode::kDamaged);
  EXPECT_EQ(left_behind(), files);
  EXPECT_TRUE(off_site.Check(WithBytes(spoilt, whole)).ok());
}

TEST_F(BackupTest, AnotherKeyANewerFormatAndNoBackupAreToldApart) {
  const std::string whole = BytesOf(off_site.Backup());
  const fs::path file = off_site.directory() / "other";
  std::string newer = whole;
  newer[14] = '2';
  EXPECT_EQ(CodeOfCheck(WithBytes(file, newer)), ErrorCode::kNewerFile);
  EXPECT_EQ(CodeOfCheck(WithBytes(file, "no backup at all, but long enough")), ErrorCode::kBadInput);
  EXPECT_EQ(CodeOfCheck(off_site.directory() / "missing"), ErrorCode::kNotFound);
  const auto strange =
      CheckBackup(WithBytes(file, whole), MakeBoxKeyPair(SystemRandom()), {}, off_site.directory());
  EXPECT_EQ(GetErrorCode(strange.status()), ErrorCode::kBadInput);
}

TEST_F(BackupTest, WithoutTheStorageKeyRowsStaySealedAndWithAnotherItIsSaid) {
  const fs::path file = off_site.Backup();
  const auto checked = off_site.Check(file, /*with_storage_key=*/false);
  ASSERT_TRUE(checked.ok());
  EXPECT_FALSE(checked->rows_opened);
  EXPECT_EQ(checked->receipt, off_site.ReceiptOf(file));
  const auto other = CheckBackup(file, ReadBackupSecret(off_site.key_file()).value(),
                                 SecretBytes(std::string(32, 'k')), off_site.directory());
  EXPECT_EQ(GetErrorCode(other.status()), ErrorCode::kDamaged);
}

TEST_F(BackupTest, NothingIsEverOverwritten) {
  const fs::path there = WithBytes(off_site.directory() / "there", "mine");
  EXPECT_EQ(GetErrorCode(off_site.TryBackup(there).status()), ErrorCode::kBadInput);
  EXPECT_EQ(BytesOf(there), "mine");
  EXPECT_EQ(GetErrorCode(MakeBackupKey(off_site.key_file(), SystemRandom())), ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(off_site.TryBackup("relative").status()), ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(off_site.TryBackup(off_site.directory() / "no" / "file").status()),
            ErrorCode::kNotWritable);
}

TEST_F(BackupTest, DamagedBaseIsNotBackedUp) {
  base.SpoilRecords();
  const fs::path file = off_site.directory() / "damaged";
  const auto before = FilesOfBase();
  EXPECT_EQ(GetErrorCode(off_site.TryBackup(file).status()), ErrorCode::kDamaged);
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(FilesOfBase(), before);
}

TEST_F(BackupTest, BaseWithoutAnOfflineKeySaysWhatToDo) {
  ManualClock other_clock{NoonOfTheFirst()};
  TestBase other(other_clock);
  const auto reader = other.store().OpenReader().value();
  const BackupPlan plan{other.directory(), other.keys().storage_key, off_site.directory() / "x",
                        clock.WallNow()};
  EXPECT_EQ(GetErrorCode(MakeBackup(*reader, plan, SystemRandom()).status()), ErrorCode::kNotFound);
}

TEST_F(BackupTest, RestoreSetsTheFormerBaseAsideAndBeginsANewEpoch) {
  const fs::path file = off_site.Backup();
  const EpochId before = base.store().epoch();
  amal.Commit(Citizen("Dina"));
  const auto restored = off_site.Restore(file);
  ASSERT_EQ(restored.status(), absl::OkStatus());
  EXPECT_NE(base.store().epoch(), before);
  EXPECT_EQ(base.store().epoch(), restored->epoch);
  EXPECT_EQ(base.Check().records, 3);
  EXPECT_THAT(base.Check().problems, IsEmpty());
  SqliteBaseOptions options;
  options.file = restored->set_aside / "base.db";
  options.storage_key = base.keys().storage_key;
  options.keys = base.directory() / "keys";
  const auto former = OpenSqliteBaseStore(options);
  ASSERT_EQ(former.status(), absl::OkStatus());
  EXPECT_EQ((*former)->Check()->records, 4) << "moved, never deleted";
  EXPECT_EQ((*former)->epoch(), before);
}

TEST_F(BackupTest, RestoreIntoAnEmptyDirectoryTakesTheKeysFromTheirCopy) {
  RestorePlan plan = off_site.PlanFor(off_site.Backup());
  plan.directory = off_site.directory() / "new-base";
  plan.replace = false;
  EXPECT_EQ(GetErrorCode(RestoreBase(plan, clock, SystemRandom()).status()), ErrorCode::kNotFound);
  plan.keys_copy = base.directory() / "keys";
  const auto restored = RestoreBase(plan, clock, SystemRandom());
  ASSERT_EQ(restored.status(), absl::OkStatus());
  EXPECT_TRUE(restored->set_aside.empty());
  const auto keys = LoadOrCreateBaseKeys(plan.directory, {"localhost"}, SystemRandom());
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ(keys->box.public_key, base.keys().box.public_key);
  EXPECT_EQ(GetErrorCode(RestoreBase(plan, clock, SystemRandom()).status()), ErrorCode::kBadInput)
      << "there is a base now";
}

TEST_F(BackupTest, RefusedRestoreTouchesNothing) {
  const fs::path file = off_site.Backup();
  base.Close();
  const std::string before = BytesOf(base.file());
  const auto names = FilesOfBase();
  RestorePlan plan = off_site.PlanFor(file);
  const auto code = [&] { return GetErrorCode(RestoreBase(plan, clock, SystemRandom()).status()); };
  plan.replace = false;
  EXPECT_EQ(code(), ErrorCode::kBadInput);
  plan.replace = true;
  plan.backup = WithBytes(off_site.directory() / "spoilt", BytesOf(file).substr(0, 5000));
  EXPECT_EQ(code(), ErrorCode::kDamaged);
  plan.backup = file;
  plan.keys = MakeBoxKeyPair(SystemRandom());
  EXPECT_EQ(code(), ErrorCode::kBadInput);
  plan = off_site.PlanFor(file);
  {
    const auto running = FileLock::Acquire(base.directory() / "lock", absl::ZeroDuration());
    EXPECT_EQ(code(), ErrorCode::kStoreBusy);
  }
  EXPECT_EQ(BytesOf(base.file()), before);
  auto now = FilesOfBase();
  std::erase(now, "lock");
  EXPECT_EQ(now, names);
  ASSERT_EQ(base.Open(), absl::OkStatus());
}

TEST_F(BackupTest, ImageOfANewerVersionIsRefusedUntouched) {
  base.Close();
  const fs::path image = off_site.directory() / "newer.db";
  fs::copy_file(base.file(), image);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(image.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "PRAGMA journal_mode=DELETE; PRAGMA user_version=99", nullptr, nullptr, nullptr),
            0);
  sqlite3_close(db);
  v1::BackupManifest manifest;
  manifest.set_backup_id(std::string(16, 'b'));
  manifest.set_epoch(std::string(16, 'e'));
  manifest.set_image_bytes(fs::file_size(image));
  const BoxKeyPair keys = ReadBackupSecret(off_site.key_file()).value();
  const fs::path file = off_site.directory() / "newer";
  ASSERT_TRUE(WriteBackupFile(file, image, manifest, {}, keys.public_key, SystemRandom()).ok());
  EXPECT_EQ(CodeOfCheck(file), ErrorCode::kNewerFile);
  const std::string before = BytesOf(base.file());
  EXPECT_EQ(GetErrorCode(RestoreBase(off_site.PlanFor(file), clock, SystemRandom()).status()),
            ErrorCode::kNewerFile);
  EXPECT_EQ(BytesOf(base.file()), before);
  ASSERT_EQ(base.Open(), absl::OkStatus());
}

TEST_F(BackupTest, InterruptedRestoreIsFinishedByRunningItAgainAndLosesNoFile) {
  const fs::path file = off_site.Backup();
  amal.Commit(Citizen("Dina"));
  base.Close();
  // As a power cut between the two renames leaves it: the former base is aside, the new one is not yet there.
  const fs::path aside = base.directory() / "replaced-earlier";
  fs::create_directory(aside);
  fs::rename(base.file(), aside / "base.db");
  WithBytes(base.directory() / kRestoringMark, "");
  RestorePlan plan = off_site.PlanFor(file);
  plan.replace = false;
  ASSERT_EQ(RestoreBase(plan, clock, SystemRandom()).status(), absl::OkStatus());
  EXPECT_FALSE(fs::exists(base.directory() / kRestoringMark));
  EXPECT_TRUE(fs::exists(aside / "base.db"));
  ASSERT_EQ(base.Open(), absl::OkStatus());
  EXPECT_EQ(base.Check().records, 3);
}

// Each mutation stands alone under a rev of its own: a copy that is consistent holds as many of them as its rev says.
TEST_F(BackupTest, MadeWhileWritesGoOnItIsOneMomentOfTheBase) {
  const auto reader = base.store().OpenReader().value();
  std::vector<Submission> stream;
  for (int i = 0; i < 600; ++i) {
    for (Submission& submission : amal.Open({amal.Seal(Citizen("Citizen"))}))
      stream.push_back(std::move(submission));
  }
  base.Close();
  std::atomic<bool> done = false;
  {
    Writer writer(OpenSqliteBaseStore({base.file(), base.keys().storage_key}).value(), {});
    std::thread feeder([&] {
      for (const Submission& submission : stream) {
        std::promise<void> committed;
        writer.Submit({submission}, [&](std::vector<v1::Verdict>) { committed.set_value(); });
        committed.get_future().get();
      }
      done = true;
    });
    for (int n = 0; !done || n < 2; ++n) {
      const fs::path file = off_site.directory() / ("live-" + std::to_string(n));
      const BackupPlan plan{base.directory(), base.keys().storage_key, file, clock.WallNow()};
      const auto made = MakeBackup(*reader, plan, SystemRandom());
      ASSERT_EQ(made.status(), absl::OkStatus());
      EXPECT_EQ(static_cast<uint64_t>(made->counts.mutations), made->entry.rev);
      EXPECT_EQ(static_cast<uint64_t>(made->counts.records), made->entry.rev);
      fs::remove(file);
    }
    feeder.join();
  }
  ASSERT_EQ(base.Open(), absl::OkStatus());
}

TEST(BackupFailureTest, DiskThatFillsAtAnyWriteOfTheCopyLeavesNeitherFileNorImage) {
  FaultVfs::Register();
  ManualClock clock{NoonOfTheFirst()};
  TestBase base(clock, FaultVfs::kName);
  OffSite off_site(base);
  const fs::path file = off_site.directory() / "backup";
  int failures = 0;
  for (int writes = 0; !fs::exists(file); ++writes) {
    ASSERT_LT(writes, 500);
    const auto reader = base.store().OpenReader().value();
    const BackupPlan plan{base.directory(), base.keys().storage_key, file, clock.WallNow()};
    FaultVfs::FailAfter(writes, SQLITE_FULL);
    const auto made = MakeBackup(*reader, plan, SystemRandom());
    FaultVfs::Heal();
    EXPECT_EQ(made.ok(), fs::exists(file));
    EXPECT_FALSE(fs::exists(base.directory() / kBackupImage));
    if (made.ok()) break;
    ++failures;
    EXPECT_EQ(GetErrorCode(made.status()), ErrorCode::kDiskFull);
  }
  EXPECT_GT(failures, 3);
}

}  // namespace
}  // namespace opgang
