// Full disks, read-only places, newer files, flipped bytes: told apart, and nothing is lost by them.
#include <sqlite3.h>

#include <fstream>

#include "tests/device/device_test_base.h"
#include "tests/support/fault_vfs.h"

namespace opgang {
namespace {

class DamageTest : public DeviceTest {
 protected:
  DamageTest() {
    FaultVfs::Register();
    FaultVfs::Heal();
    Enroll();
  }
  ~DamageTest() override { FaultVfs::Heal(); }

  // One statement on one of the store's files, behind the store's back.
  void Execute(const char* file, const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((StoreDirectory() / file).c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  static v1::Citizen Reachable() {
    v1::Citizen citizen = CitizenNamed("Amina");
    citizen.set_telephone("20304050");
    return citizen;
  }
  static std::string Literal(RecordId id) {
    std::string hex = id.ToString();
    std::erase(hex, '-');
    return "x'" + hex + "'";
  }
  ErrorCode OpenError() {
    const auto store = Device(Options({})).OpenStore(absl::ZeroDuration());
    EXPECT_FALSE(store.ok());
    return store.ok() ? ErrorCode::kInternal : GetErrorCode(store.status());
  }
};

TEST_F(DamageTest, FullDiskSavesNothingAndTheNextSaveGoesWell) {
  vfs_ = FaultVfs::kName;
  auto store = Open();
  SaveInquirer(*store, "Amina");
  FaultVfs::FailAfter(0, SQLITE_FULL);
  Bundle bundle = NewBundle();
  bundle.Create(CitizenNamed("Bo"), base_.area());
  EXPECT_EQ(GetErrorCode(store->Save(bundle).status()), ErrorCode::kDiskFull);
  EXPECT_EQ(store->outbox_counts().unsent, 2u);
  FaultVfs::Heal();
  EXPECT_EQ(Save(*store, bundle).first_seq, 3u);
}

TEST_F(DamageTest, PlaceThatBecameReadOnlyIsToldApartFromAFullOne) {
  vfs_ = FaultVfs::kName;
  auto store = Open();
  FaultVfs::FailAfter(0, SQLITE_READONLY);
  Bundle bundle = NewBundle();
  bundle.Create(CitizenNamed("Bo"), base_.area());
  EXPECT_EQ(GetErrorCode(store->Save(bundle).status()), ErrorCode::kNotWritable);
  FaultVfs::Heal();
  EXPECT_EQ(Save(*store, bundle).first_seq, 1u);
}

TEST_F(DamageTest, LockFileThatCannotBeMadeIsNotWritable) {
  std::filesystem::create_directory(StoreDirectory() / "lock");
  EXPECT_EQ(OpenError(), ErrorCode::kNotWritable);
}

TEST_F(DamageTest, SaveFailingAtEachStepInTurnIsWholeOrAbsentAfterReopening) {
  vfs_ = FaultVfs::kName;
  uint32_t expected = 0;
  for (int step = 0; step < 100; ++step) {
    bool saved = false;
    {
      auto store = Open();
      FaultVfs::FailAfter(step, SQLITE_IOERR_WRITE);
      Bundle bundle = NewBundle();
      bundle.Create(InquiryBy(bundle.Create(Reachable(), base_.area())));
      saved = store->Save(bundle).ok();
    }
    const bool untroubled = !FaultVfs::failed();
    FaultVfs::Heal();
    auto store = OpenUnlocked();
    const uint32_t now = store->outbox_counts().unsent;
    // Told it was saved: it is there. Told it was not: both or neither, never one of two.
    EXPECT_TRUE(!saved || now == expected + 2) << step;
    EXPECT_TRUE(now == expected || now == expected + 2) << step;
    EXPECT_EQ(ViewOf(*store).OfType(RecordType::kInquiry).size(), now / 2) << step;
    expected = now;
    if (untroubled) return;
  }
  FAIL() << "the save never succeeded";
}

// The log that a closed copy keeps ends at its last sound commit, and says nothing of those behind it.
TEST_F(DamageTest, DamagedLogOfTheCopyIsAnOlderCopyUntilTheNextSession) {
  for (const char* name : {"Amina", "Bo"}) {
    auto store = OpenUnlocked();
    SaveInquirer(*store, name);
    Sync(*store);
  }
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home_)) {
    if (entry.path().filename() == "confirmed.db-wal") log = std::filesystem::relative(entry.path(), home_);
  }
  ASSERT_FALSE(log.empty()) << "a short log stays";
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(home_ / log));
  ASSERT_GT(size, 4096);
  for (std::streamoff at = 40; at < size; at += 1500) {
    const std::filesystem::path home = CopyOfHome();
    std::fstream file(home / log, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at).put('\x5a');
    file.close();
    auto store = OpenUnlocked(home);
    Sync(*store);
    EXPECT_EQ(ViewOf(*store).OfType(RecordType::kCitizen).size(), 2u) << at;
    EXPECT_EQ(store->outbox_counts().unsent, 0u) << at;
  }
}

TEST_F(DamageTest, SyncFailingAtEachStepInTurnEndsAsIfItHadNot) {
  vfs_ = FaultVfs::kName;
  Inquirer inquirer;
  {
    auto store = OpenUnlocked();
    inquirer = SaveInquirer(*store, "Amina");
  }
  for (int step = 0; step < 300; ++step) {
    {
      auto store = OpenUnlocked();
      FaultVfs::FailAfter(step, SQLITE_FULL);
      SyncStore& sync = store->sync_store();
      const auto push = sync.NextPush(0, 1 << 20);
      bool ok = sync.ApplyWelcome(base_.Welcome(), clock_.Read(), clock_.Read()).ok();
      ok = ok && sync.ApplyAck(base_.Take(*push)).ok();
      ok = ok && sync.ApplyPage(base_.PageOf(base_.area_scope(), 0)).ok();
      (void)(ok && sync.ApplyCurrent(base_.CurrentOf(base_.area_scope())).ok());
    }
    const bool untroubled = !FaultVfs::failed();
    FaultVfs::Heal();
    auto store = OpenUnlocked();
    EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina") << step;
    EXPECT_TRUE(ViewOf(*store).WithAlternatives().empty()) << step;
    if (untroubled) return;
  }
  FAIL() << "the sync never succeeded";
}

TEST_F(DamageTest, NewerQueueIsRefusedUntouched) {
  SaveInquirer(*Open(), "Amina");
  Execute("queue.db", "PRAGMA user_version = 99");
  const std::string before = AllBytes();
  EXPECT_EQ(OpenError(), ErrorCode::kNewerFile);
  EXPECT_EQ(AllBytes(), before);
}

TEST_F(DamageTest, NewerConfirmedFileIsRefusedAndNotThrownAway) {
  Open();
  Execute("confirmed.db", "PRAGMA user_version = 99");
  EXPECT_EQ(OpenError(), ErrorCode::kNewerFile);
  EXPECT_TRUE(std::filesystem::exists(StoreDirectory() / "confirmed.db"));
}

TEST_F(DamageTest, QueueThatIsNoDatabaseIsDamagedAndStaysAsItIs) {
  std::ofstream(StoreDirectory() / "queue.db") << std::string(9000, 'x');
  EXPECT_EQ(OpenError(), ErrorCode::kDamaged);
  EXPECT_EQ(std::filesystem::file_size(StoreDirectory() / "queue.db"), 9000u);
}

TEST_F(DamageTest, ConfirmedFileThatIsNoDatabaseIsThrownAwayAndFetchedAgain) {
  const RecordId others = RecordId::Make(clock_.WallNow(), SystemRandom());
  base_.Put(CitizenNamed("Cem"), others, others.ToBytes());
  Inquirer confirmed, unsent;
  {
    auto store = OpenUnlocked();
    confirmed = SaveInquirer(*store, "Amina");
    Sync(*store);
    unsent = SaveInquirer(*store, "Bo");
  }
  std::ofstream(StoreDirectory() / "confirmed.db") << std::string(9000, 'x');
  auto store = OpenUnlocked();
  EXPECT_EQ(NameOf(*store, others), "(not visible)");
  EXPECT_EQ(NameOf(*store, confirmed.citizen), "Amina");  // own work, from the kept log
  EXPECT_EQ(NameOf(*store, unsent.citizen), "Bo");
  EXPECT_EQ(store->outbox_counts().unsent, 2u);
  Sync(*store);
  EXPECT_EQ(NameOf(*store, others), "Cem");
  EXPECT_EQ(NameOf(*store, confirmed.citizen), "Amina");
}

TEST_F(DamageTest, FlippedByteInOneConfirmedRowCostsThatRowUntilTheNextSession) {
  const RecordId others = RecordId::Make(clock_.WallNow(), SystemRandom());
  base_.Put(CitizenNamed("Cem"), others, others.ToBytes());
  Inquirer bo;
  {
    auto store = OpenUnlocked();
    bo = SaveInquirer(*store, "Bo");
    Sync(*store);
  }
  Execute("confirmed.db",
          "UPDATE records SET sealed = CAST(x'00000000' || substr(sealed, 5) AS BLOB)"
          " WHERE record_id = " +
              Literal(others));
  auto store = OpenUnlocked();
  EXPECT_EQ(NameOf(*store, others), "(not visible)");
  EXPECT_EQ(NameOf(*store, bo.citizen), "Bo");
  EXPECT_EQ(store->sync_store().MakeHello()->cursors_size(),
            1);  // the scope is not fetched again for one row
  Sync(*store);
  EXPECT_EQ(repaired_, 1u);
  EXPECT_EQ(NameOf(*store, others), "Cem");
}

// So many that the view opens them on several threads.
TEST_F(DamageTest, SpoiledRowsAmongThousandsCostThemselvesAndEachOtherShowsItsOwnName) {
  constexpr int kCitizens = 5000;
  std::map<RecordId, std::string> names;
  size_t spoiled = 0;
  for (int i = 0; i < kCitizens; ++i) {
    const RecordId id = RecordId::Make(clock_.WallNow(), SystemRandom());
    names[id] = "Borger " + std::to_string(i);
    base_.Put(CitizenNamed(names[id]), id, id.ToBytes());
    if (id.uuid().back() == 7) ++spoiled;
  }
  ASSERT_GT(spoiled, 0u);
  Sync(*OpenUnlocked());
  Execute("confirmed.db",
          "UPDATE records SET sealed = CAST(x'00000000' || substr(sealed, 5) AS BLOB)"
          " WHERE substr(record_id, 16) = x'07'");
  auto store = OpenUnlocked();
  for (const auto& [id, name] : names)
    ASSERT_EQ(NameOf(*store, id), id.uuid().back() == 7 ? "(not visible)" : name);
  Sync(*store);
  EXPECT_EQ(repaired_, spoiled);
  for (const auto& [id, name] : names) ASSERT_EQ(NameOf(*store, id), name);
}

TEST_F(DamageTest, RepairFailingAtEachStepInTurnIsMadeGoodByTheNextSession) {
  vfs_ = FaultVfs::kName;
  const RecordId others = RecordId::Make(clock_.WallNow(), SystemRandom());
  base_.Put(CitizenNamed("Cem"), others, others.ToBytes());
  Sync(*OpenUnlocked());
  for (int step = 0; step < 300; ++step) {
    Execute("confirmed.db", "DELETE FROM records WHERE record_id = " + Literal(others));
    {
      auto store = OpenUnlocked();
      Greet(*store);
      const v1::Current current = base_.CurrentOf(base_.area_scope());
      ASSERT_TRUE(store->sync_store().FindDifference(current)->has_value());
      FaultVfs::FailAfter(step, SQLITE_FULL);
      const int leaf = static_cast<int>(others.uuid().back());
      (void)store->sync_store().ApplyLeafContent(base_.LeavesOf(base_.area_scope())[leaf]);
    }
    const bool untroubled = !FaultVfs::failed();
    FaultVfs::Heal();
    auto store = OpenUnlocked();
    Sync(*store);
    EXPECT_EQ(NameOf(*store, others), "Cem") << step;
    if (untroubled) return;
  }
  FAIL() << "the repair never succeeded";
}

TEST_F(DamageTest, FlippedByteInOneQueueRowIsReportedAndCostsNoOther) {
  Inquirer amina, bo;
  {
    auto store = Open();
    amina = SaveInquirer(*store, "Amina");
    bo = SaveInquirer(*store, "Bo");
  }
  for (const char* column : {"envelope", "sealed_payload", "intent_id", "key_id"}) {
    const auto copy = CopyOfHome();
    Execute("queue.db", std::string("UPDATE mutations SET ") + column + " = CAST(x'00000000' || substr(" +
                            column + ", 5) AS BLOB) WHERE position = 2");
    auto store = OpenUnlocked();
    EXPECT_EQ(store->outbox_counts().damaged, 1u) << column;
    EXPECT_EQ(store->outbox_counts().unsent, 3u) << column;
    EXPECT_EQ(NameOf(*store, amina.citizen), "Amina") << column;
    EXPECT_EQ(NameOf(*store, bo.citizen), "Bo") << column;
    EXPECT_EQ(ViewOf(*store).OfType(RecordType::kInquiry).size(), 1u)
        << column << ": what is damaged is not shown";
    const auto items = store->Outbox().value();
    ASSERT_EQ(items.size(), 4u);
    EXPECT_EQ(items[1].state, OutboxState::kDamaged) << column;
    ASSERT_EQ(store->Withdraw(items[1].intent), absl::OkStatus()) << column;
    EXPECT_EQ(store->outbox_counts().damaged, 0u) << column;
    store.reset();
    std::filesystem::remove_all(home_);
    std::filesystem::rename(copy, home_);
  }
}

// An older image of this store may have used the place (I3).
TEST_F(DamageTest, StoreThatLostAPlaceToDamageAsksForAnotherNameUntilItHasOne) {
  for (const int damaged : {1, 2, 4}) {
    const auto copy = CopyOfHome();
    SaveInquirer(*Open(), "Amina");
    SaveInquirer(*Open(), "Bo");
    EXPECT_FALSE(Open()->sync_store().MakeHello()->gives_up_name());
    Execute("queue.db",
            "UPDATE mutations SET sealed_payload = CAST(x'00000000' || substr(sealed_payload, 5)"
            " AS BLOB) WHERE position = " +
                std::to_string(damaged));
    auto store = OpenUnlocked();
    EXPECT_TRUE(store->sync_store().MakeHello()->gives_up_name()) << damaged;
    const auto damaged_intent = store->Outbox()->at(static_cast<size_t>(damaged) - 1).intent;
    ASSERT_EQ(store->Withdraw(damaged_intent), absl::OkStatus());
    // Free all the same; but nothing tells that the first place was ever used.
    EXPECT_EQ(store->sync_store().MakeHello()->gives_up_name(), damaged != 1) << damaged;
    ASSERT_EQ(store->sync_store().BecomeReplica(ReplicaId::Make(clock_.WallNow(), SystemRandom())),
              absl::OkStatus());
    EXPECT_FALSE(store->sync_store().MakeHello()->gives_up_name());
    const auto push = store->sync_store().NextPush(0, 64 * 1024);
    EXPECT_EQ(push->mutations(0).seq(), 1u);
    EXPECT_EQ(push->mutations().rbegin()->seq(), 3u);
    SaveInquirer(*store, "Cy");
    EXPECT_FALSE(store->sync_store().MakeHello()->gives_up_name()) << "once is enough";
    store.reset();
    std::filesystem::remove_all(home_);
    std::filesystem::rename(copy, home_);
  }
}

TEST_F(DamageTest, FlippedStateOfAQueueRowDoesNotMakeItDisappear) {
  SaveInquirer(*Open(), "Amina");
  // The row comes to say "kept" while the list of live rows, on another page, still names it.
  Execute("queue.db", "CREATE TABLE aside AS SELECT * FROM sqlite_schema WHERE name = 'mutations_live'");
  Execute("queue.db", "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'mutations_live'");
  Execute("queue.db", "UPDATE mutations SET state = 3 WHERE position = 1");
  Execute("queue.db",
          "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT type, name, tbl_name, rootpage, sql "
          "FROM aside");
  auto store = Open();
  EXPECT_EQ(store->outbox_counts().damaged, 1u);
  EXPECT_EQ(store->outbox_counts().unsent, 1u);
}

TEST_F(DamageTest, DamagedKeptRowIsReportedWhenTheBaseHasGoneBackAndCostsNoOther) {
  {
    auto store = OpenUnlocked();
    SaveInquirer(*store, "Amina");
    Sync(*store);
    EXPECT_EQ(store->outbox_counts().unsent, 0u);
  }
  Execute("queue.db", "UPDATE mutations SET envelope = x'00' WHERE position = 1");
  base_.LoseEverything();
  auto store = OpenUnlocked();
  Greet(*store);
  EXPECT_EQ(store->outbox_counts().damaged, 1u);
  EXPECT_EQ(store->outbox_counts().unsent, 1u);
  store.reset();
  EXPECT_EQ(OpenUnlocked()->outbox_counts().damaged, 1u);
}

TEST_F(DamageTest, UnsentRowWhoseStateWasFlippedToKeptDoesNotGoWithTheHorizon) {
  {
    auto store = OpenUnlocked();
    SaveInquirer(*store, "Amina");
  }
  Execute("queue.db", "UPDATE mutations SET state = 3");  // one bit from queued
  base_.durable_horizon = 1000;
  auto store = OpenUnlocked();
  Greet(*store);
  EXPECT_EQ(store->outbox_counts().unsent, 2u) << "whole again, and still to be sent";
  store.reset();
  EXPECT_EQ(OpenUnlocked()->outbox_counts().unsent, 2u);
}

TEST_F(DamageTest, OneDamagedCopyOfTheStateCostsNothing) {
  auto before = Open()->sync_store().MakeHello();
  Execute("queue.db", "UPDATE state SET bytes = CAST(x'00' || substr(bytes, 2) AS BLOB) WHERE copy = 1");
  EXPECT_EQ(Open()->sync_store().MakeHello()->token(), before->token());
}

TEST_F(DamageTest, BothCopiesOfTheStateDamagedKeepTheQueueAndItsSeqs) {
  SaveInquirer(*Open(), "Amina");
  Execute("queue.db", "UPDATE state SET bytes = CAST(x'00' || substr(bytes, 2) AS BLOB)");
  auto store = Open();
  EXPECT_EQ(store->outbox_counts().unsent, 2u);
  EXPECT_EQ(SaveInquirer(*store, "Bo").receipt.first_seq, 3u);
}

TEST_F(DamageTest, DamagedIdentityIsSaidSo) {
  std::ofstream(StoreDirectory() / "store.pb") << "x";
  EXPECT_EQ(OpenError(), ErrorCode::kDamaged);
}

TEST_F(DamageTest, ByteThatMovedFromOneColumnToTheNextIsDamage) {
  SaveInquirer(*Open(), "Amina");
  Execute("queue.db",
          "UPDATE mutations SET key_id = CAST(substr(envelope, -1) || key_id AS BLOB),"
          " envelope = CAST(substr(envelope, 1, length(envelope) - 1) AS BLOB) WHERE position = 1");
  EXPECT_EQ(Open()->outbox_counts().damaged, 1u);
}

class ConfirmedDamageTest : public DamageTest {
 protected:
  ConfirmedDamageTest() : others_(RecordId::Make(clock_.WallNow(), SystemRandom())) {
    base_.Put(CitizenNamed("Cem"), others_, others_.ToBytes());
    auto store = OpenUnlocked();
    own_ = SaveInquirer(*store, "Amina");
    Sync(*store);
  }
  // The file is a database, and what should be the first page of the records is garbage.
  void SpoilRecordsTable() {
    const int64_t page =
        NumberIn("confirmed.db", "SELECT rootpage FROM sqlite_schema WHERE name = 'records'");
    const int64_t size = NumberIn("confirmed.db", "PRAGMA page_size");
    std::fstream file(StoreDirectory() / "confirmed.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp((page - 1) * size);
    file << std::string(static_cast<size_t>(size), '\xff');
  }
  void ExpectFetchedAgain(Store& store) {
    EXPECT_EQ(store.sync_store().MakeHello()->cursors_size(), 0);
    Sync(store);
    EXPECT_EQ(NameOf(store, others_), "Cem");
    EXPECT_EQ(NameOf(store, own_.citizen), "Amina");
  }

  RecordId others_;
  Inquirer own_;
};

TEST_F(ConfirmedDamageTest, TableThatCannotBeReadIsThrownAwayByTheViewAndFetchedAgain) {
  SpoilRecordsTable();
  auto store = OpenUnlocked();
  EXPECT_EQ(NameOf(*store, own_.citizen), "Amina") << "own work, from the kept log";
  EXPECT_EQ(NameOf(*store, others_), "(not visible)");
  ExpectFetchedAgain(*store);
}

TEST_F(ConfirmedDamageTest, TableThatCannotBeReadIsThrownAwayByTheSessionThatCountsAndFetchedAgain) {
  SpoilRecordsTable();
  auto store = OpenUnlocked();
  Greet(*store);
  EXPECT_EQ(store->sync_store().FindDifference(base_.CurrentOf(base_.area_scope())).status(),
            absl::OkStatus());
  ExpectFetchedAgain(*store);
}

TEST_F(ConfirmedDamageTest, CursorThatIsNoneStartsEveryScopeAnew) {
  Execute("confirmed.db",
          "INSERT INTO cursors(scope, generation, rev, current, sweep, sweeping, skipped)"
          " VALUES(x'ff', 1, 1, 1, 0, 0, 0)");
  ExpectFetchedAgain(*OpenUnlocked());
}

TEST_F(ConfirmedDamageTest, OwnWorkOnARowThatASessionFindsMissingIsShownWhileTheRepairIsUnderWay) {
  auto store = OpenUnlocked();
  EXPECT_EQ(NameOf(*store, own_.citizen), "Amina");
  Execute("confirmed.db", "DELETE FROM records WHERE record_id = " + Literal(own_.citizen));
  Greet(*store);
  EXPECT_TRUE(store->sync_store().FindDifference(base_.CurrentOf(base_.area_scope()))->has_value());
  Rename(*store, own_.citizen, "Amina Jensen");
  EXPECT_EQ(NameOf(*store, own_.citizen), "Amina Jensen")
      << "the create, from the kept log, and the new name";
}

}  // namespace
}  // namespace opgang
