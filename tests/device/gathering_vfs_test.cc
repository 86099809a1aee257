// A log that is written in large pieces holds the same, for everybody and after every failure.
#include "core/sqlite/gathering_vfs.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/sqlite/database.h"
#include "core/sqlite/transaction.h"
#include "tests/support/fault_vfs.h"

namespace opgang::sqlite {
namespace {

constexpr std::string_view kMigrations[] = {"CREATE TABLE doors(name TEXT NOT NULL) STRICT"};
constexpr int kRows = 400;  // of about a page each: more than five pieces, and more than the small cache

class GatheringVfsTest : public testing::Test {
 protected:
  GatheringVfsTest() {
    std::string pattern = testing::TempDir() + "/opgang-gathering-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    FaultVfs::Register();
    FaultVfs::Heal();
    db_ = Open(Access::kWrite);
  }
  ~GatheringVfsTest() override {
    FaultVfs::Heal();
    db_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::unique_ptr<Database> Open(Access access) {
    DatabaseOptions options;
    options.path = directory_ / "doors.db";
    options.application_id = 0x4f706754;
    options.migrations = kMigrations;
    options.access = access;
    options.vfs = FaultVfs::kName;
    auto db = Database::Open(options);
    EXPECT_EQ(db.status(), absl::OkStatus());
    return *std::move(db);
  }
  absl::Status AddRows() {
    for (int i = 0; i < kRows; ++i) {
      auto statement = db_->Prepare("INSERT INTO doors(name) VALUES(?1)");
      if (!statement.ok()) return statement.status();
      const absl::Status added = statement->BindText(1, std::string(3900, 'a')).Run();
      if (!added.ok()) return added;
    }
    return absl::OkStatus();
  }
  absl::Status CommitRows() {
    auto transaction = Transaction::BeginWrite(*db_);
    if (!transaction.ok()) return transaction.status();
    const absl::Status added = AddRows();
    return added.ok() ? transaction->Commit() : added;
  }
  static int64_t Count(Database& db) {
    return db.QueryInt("SELECT count(*) FROM doors WHERE length(name) = 3900").value();
  }
  void ExpectSound() {
    auto check = db_->Prepare("PRAGMA integrity_check");
    ASSERT_TRUE(check->Step().value());
    EXPECT_EQ(check->Text(0), "ok");
  }

  std::filesystem::path directory_;
  std::unique_ptr<Database> db_;
};

TEST_F(GatheringVfsTest, ACommitOfHundredsOfPagesIsAFewWritesAndASync) {
  auto transaction = Transaction::BeginWrite(*db_);
  ASSERT_EQ(AddRows(), absl::OkStatus());
  FaultVfs::FailAfter(20, SQLITE_FULL);
  EXPECT_EQ(transaction->Commit(), absl::OkStatus());
  EXPECT_FALSE(FaultVfs::failed());
}

TEST_F(GatheringVfsTest, WhatDoesNotFitInTheCacheIsReadBackAndOthersSeeItWithTheCommit) {
  ASSERT_EQ(db_->Execute("PRAGMA cache_size=10"), absl::OkStatus());
  const auto reader = Open(Access::kRead);
  {
    auto transaction = Transaction::BeginWrite(*db_);
    ASSERT_EQ(AddRows(), absl::OkStatus());
    EXPECT_EQ(Count(*db_), kRows);
    EXPECT_EQ(Count(*reader), 0);
    ASSERT_EQ(db_->Execute("UPDATE doors SET name = 'b' WHERE rowid = 1"), absl::OkStatus());
    EXPECT_EQ(Count(*db_), kRows - 1);
    ASSERT_EQ(transaction->Commit(), absl::OkStatus());
  }
  EXPECT_EQ(Count(*reader), kRows - 1);
  ASSERT_EQ(AddRows(), absl::OkStatus());
  EXPECT_EQ(Count(*reader), 2 * kRows - 1);
  ExpectSound();
}

TEST_F(GatheringVfsTest, AFailureAnywhereLeavesWhatWasThereAndTheNextCommitGoesWell) {
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
    for (const int pages : {10, 1000}) {
      const std::string cache = "PRAGMA cache_size=" + std::to_string(pages);
      ASSERT_EQ(db_->Execute(cache), absl::OkStatus());
      bool failed = true;
      // A small cache is written out all along, in hundreds of pieces.
      for (int changes = 0; failed; changes += pages == 10 ? 13 : 1) {
        const int64_t before = Count(*db_);
        FaultVfs::FailAfter(changes, code);
        const absl::Status committed = CommitRows();
        failed = FaultVfs::failed();
        FaultVfs::Heal();
        ASSERT_EQ(committed.ok(), !failed) << changes;
        EXPECT_EQ(Count(*db_), before + (failed ? 0 : kRows)) << changes;
        db_.reset();
        db_ = Open(Access::kWrite);
        ASSERT_EQ(db_->Execute(cache), absl::OkStatus());
        EXPECT_EQ(Count(*db_), before + (failed ? 0 : kRows)) << changes;
        ASSERT_LT(changes, 2000);
        ASSERT_TRUE(failed || changes > 3);
      }
      ASSERT_EQ(CommitRows(), absl::OkStatus());
      ExpectSound();
    }
  }
}

TEST_F(GatheringVfsTest, OneLayerOverEachVfsAndNoneOverAnUnknownOne) {
  const std::string over = GatheringVfs(FaultVfs::kName);
  EXPECT_NE(sqlite3_vfs_find(over.c_str()), nullptr);
  EXPECT_EQ(GatheringVfs(FaultVfs::kName), over);
  EXPECT_NE(GatheringVfs(""), over);
  EXPECT_EQ(GatheringVfs("nobody's"), "nobody's");
}

}  // namespace
}  // namespace opgang::sqlite
