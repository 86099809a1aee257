// The simulated disk keeps what was synced, and nothing else for sure.
#include "tests/simulation/sim_disk.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/base/error.h"
#include "core/sqlite/database.h"
#include "core/sqlite/transaction.h"

namespace opgang::simulation {
namespace {

constexpr std::string_view kMigrations[] = {"CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT) STRICT;"};

class SimDiskTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<sqlite::Database>> Open() {
    sqlite::DatabaseOptions options;
    options.path = disk.directory() + "/a.db";
    options.application_id = 7;
    options.migrations = kMigrations;
    options.vfs = kVfs;
    return sqlite::Database::Open(options);
  }
  static absl::Status Add(sqlite::Database& db, int id) {
    auto transaction = sqlite::Transaction::BeginWrite(db);
    if (!transaction.ok()) return transaction.status();
    auto insert = db.Prepare("INSERT INTO notes VALUES(?1, ?2)");
    if (!insert.ok()) return insert.status();
    const absl::Status run = insert->BindInt(1, id).BindText(2, std::string(900, 'n')).Run();
    if (!run.ok()) return run;
    return transaction->Commit();
  }
  // By SQLite alone, which writes down each page as it comes, and does not sync.
  void AddWithoutSyncs(int id) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open_v2((disk.directory() + "/a.db").c_str(), &db, SQLITE_OPEN_READWRITE, kVfs),
              SQLITE_OK);
    const std::string add = "PRAGMA synchronous=OFF; INSERT INTO notes VALUES(" + std::to_string(id) + ", '" +
                            std::string(900, 'n') + "')";
    EXPECT_EQ(sqlite3_exec(db, add.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_close(db);
  }
  static int64_t Count(sqlite::Database& db) {
    return db.QueryInt("SELECT count(*) FROM notes").value_or(-1);
  }

  SimDisk disk{"/simulated/disk-test"};
  Prng prng{11};
};

TEST_F(SimDiskTest, WhatWasCommittedSurvivesEveryPowerCut) {
  for (int id = 1; id <= 60; ++id) {
    auto db = Open();
    ASSERT_TRUE(db.ok()) << db.status();
    ASSERT_EQ(Count(**db), id - 1);
    ASSERT_EQ(Add(**db, id), absl::OkStatus());
    disk.PowerCut(prng);
  }
}

TEST_F(SimDiskTest, PowerThatGoesAtEachChangeInTurnLeavesAllOrNothingOfTheCommit) {
  ASSERT_EQ(Add(**Open(), 1), absl::OkStatus());
  int after = 0;
  for (bool committed = false; !committed; ++after) {
    const SimDisk::Image before = disk.Copy();
    auto db = Open();
    disk.DieAfter(after);
    committed = Add(**db, 2).ok();
    disk.PowerCut(prng);
    db->reset();
    auto again = Open();
    ASSERT_TRUE(again.ok()) << again.status();
    const int64_t count = Count(**again);
    EXPECT_TRUE(count == 2 || (count == 1 && !committed)) << after;
    again->reset();
    if (!committed) disk.Restore(before);
  }
  EXPECT_GT(after, 2);
}

TEST_F(SimDiskTest, WithoutSyncsACommitIsLostSooner) {
  int lost = 0;
  int lost_writes = 0;
  for (int i = 0; i < 20; ++i) {
    const int64_t before = Count(**Open());
    AddWithoutSyncs(100 + i);
    lost_writes += disk.PowerCut(prng);
    const auto db = Open();
    ASSERT_TRUE(db.ok()) << db.status();
    lost += Count(**db) == before;
  }
  EXPECT_GT(lost, 0);
  EXPECT_GT(lost_writes, lost);
}

TEST_F(SimDiskTest, FullOnceThenGoodAgain) {
  auto db = Open();
  disk.FailAfter(0, SQLITE_FULL, 1);
  EXPECT_EQ(GetErrorCode(Add(**db, 1)), ErrorCode::kDiskFull);
  EXPECT_EQ(disk.TakeFailed(), SQLITE_FULL);
  EXPECT_EQ(disk.TakeFailed(), 0);
  EXPECT_EQ(Add(**db, 1), absl::OkStatus());
  EXPECT_EQ(Count(**db), 1);
}

TEST_F(SimDiskTest, FilesOfADeadProcessFailForEver) {
  auto db = Open();
  disk.Kill();
  EXPECT_FALSE(Add(**db, 1).ok());
  auto next = Open();
  EXPECT_EQ(Add(**next, 1), absl::OkStatus());
}

TEST_F(SimDiskTest, TwoConnectionsSeeOneAnothersCommits) {
  auto writer = Open();
  auto other = Open();
  ASSERT_EQ(Add(**writer, 1), absl::OkStatus());
  EXPECT_EQ(Count(**other), 1);
  auto transaction = sqlite::Transaction::BeginWrite(**writer);
  ASSERT_TRUE(transaction.ok());
  EXPECT_EQ(GetErrorCode(sqlite::Transaction::BeginWrite(**other).status()), ErrorCode::kStoreBusy);
}

}  // namespace
}  // namespace opgang::simulation
