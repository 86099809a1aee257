#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/error.h"
#include "core/sqlite/database.h"
#include "core/sqlite/durable_file.h"
#include "core/sqlite/file_lock.h"
#include "core/sqlite/transaction.h"
#include "tests/support/fault_vfs.h"

namespace opgang::sqlite {
namespace {

constexpr std::string_view kMigrations[] = {
    "CREATE TABLE doors(id INTEGER PRIMARY KEY, name TEXT NOT NULL, key BLOB) STRICT",
    "ALTER TABLE doors ADD COLUMN floor INTEGER NOT NULL DEFAULT 0; CREATE INDEX by_floor ON doors(floor)",
};

class SqliteDatabaseTest : public testing::Test {
 protected:
  SqliteDatabaseTest() {
    std::string pattern = testing::TempDir() + "/opgang-sqlite-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ / "doors.db";
    FaultVfs::Register();
    FaultVfs::Heal();
  }
  ~SqliteDatabaseTest() override { std::filesystem::remove_all(directory_); }

  DatabaseOptions Options(size_t versions) {
    DatabaseOptions options;
    options.path = path_;
    options.application_id = 0x4f706754;
    options.migrations = std::span(kMigrations, versions);
    return options;
  }
  std::unique_ptr<Database> Open(const DatabaseOptions& options) {
    auto db = Database::Open(options);
    EXPECT_EQ(db.status(), absl::OkStatus());
    return db.ok() ? *std::move(db) : nullptr;
  }
  ErrorCode OpenError(const DatabaseOptions& options) {
    const auto db = Database::Open(options);
    EXPECT_FALSE(db.ok());
    return db.ok() ? ErrorCode::kInternal : GetErrorCode(db.status());
  }
  absl::Status Add(Database& db, std::string_view name) {
    auto statement = db.Prepare("INSERT INTO doors(name) VALUES(?1)");
    return statement.ok() ? statement->BindText(1, name).Run() : statement.status();
  }
  int64_t Count(Database& db) { return db.QueryInt("SELECT count(*) FROM doors").value(); }
  // Names, sizes and bytes of every file in the directory.
  std::string Picture() {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      std::stringstream bytes;
      bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      files[entry.path().filename()] = bytes.str();
    }
    std::string picture;
    for (const auto& [name, bytes] : files) picture += name + ":" + bytes + "\n";
    return picture;
  }

  std::filesystem::path directory_;
  std::filesystem::path path_;
};

TEST_F(SqliteDatabaseTest, NewFileIsPrivateAndKeepsWhatWasCommittedAcrossReopening) {
  {
    auto db = Open(Options(1));
    EXPECT_EQ(Add(*db, "2. th"), absl::OkStatus());
  }
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_FALSE(
      std::filesystem::exists(path_.string() + "-wal"));  // a closed writer leaves no old page images
  EXPECT_EQ(Count(*Open(Options(1))), 1);
}

TEST_F(SqliteDatabaseTest, ShortLogStaysWhereItMayAndIsReadAndALongOneOrOneToBeWipedDoesNot) {
  const std::filesystem::path log = path_.string() + "-wal";
  DatabaseOptions options = Options(1);
  ASSERT_EQ(Add(*Open(options), "2. th"), absl::OkStatus());
  options.keep_log = 64 * 1024;
  ASSERT_EQ(Add(*Open(options), "2. tv"), absl::OkStatus());
  const auto one_commit = std::filesystem::file_size(log);
  ASSERT_GT(one_commit, 0u);
  {
    auto db = Open(options);
    EXPECT_EQ(Count(*db), 2);
    ASSERT_EQ(Add(*db, "3. th"), absl::OkStatus());
  }
  EXPECT_GT(std::filesystem::file_size(log), one_commit) << "goes on where the last one ended";
  ASSERT_EQ(Open(options)->Checkpoint(), absl::OkStatus());
  EXPECT_EQ(std::filesystem::file_size(log), 0u);
  {
    auto db = Open(options);
    for (int i = 0; i < 40; ++i) ASSERT_EQ(Add(*db, "door " + std::to_string(i)), absl::OkStatus());
  }
  EXPECT_FALSE(std::filesystem::exists(log) && std::filesystem::file_size(log) > 0);
  EXPECT_EQ(Count(*Open(options)), 43);
}

// Bytes in the file itself tell how much of the log has been copied into it.
TEST_F(SqliteDatabaseTest, LogIsCopiedAheadOnceItHasGrownAndAtTheLatestByACommitThatFindsTooMuch) {
  DatabaseOptions options = Options(1);
  options.most_log_pages = 40;
  auto db = Open(options);
  const auto in_file = [&] { return std::filesystem::file_size(path_); };
  const auto empty = in_file();
  const std::string page(4000, 'x');
  const auto add = [&](int rows) {
    for (int i = 0; i < rows; ++i) ASSERT_EQ(Add(*db, page), absl::OkStatus());
  };
  add(4);
  db->CheckpointAhead(20);
  EXPECT_EQ(in_file(), empty) << "the log is short";
  add(8);
  db->CheckpointAhead(20);
  const auto ahead = in_file();
  EXPECT_GT(ahead, empty);
  add(1);
  db->CheckpointAhead(20);
  EXPECT_EQ(in_file(), ahead) << "the log began anew";
  add(20);
  EXPECT_GT(in_file(), ahead) << "nobody rested";
  EXPECT_EQ(Count(*db), 33);
}

TEST_F(SqliteDatabaseTest, LogIsCopiedAsFarAsAReaderAllows) {
  DatabaseOptions options = Options(1);
  options.most_log_pages = 1000;
  auto db = Open(options);
  ASSERT_EQ(Add(*db, "1. th"), absl::OkStatus());
  DatabaseOptions reading = Options(1);
  reading.access = Access::kRead;
  auto reader = Open(reading);
  const auto snapshot = Transaction::BeginRead(*reader);
  ASSERT_EQ(Count(*reader), 1);
  const std::string page(4000, 'x');
  for (int i = 0; i < 12; ++i) ASSERT_EQ(Add(*db, page), absl::OkStatus());
  const auto before = std::filesystem::file_size(path_);
  db->CheckpointAhead(20);
  EXPECT_EQ(std::filesystem::file_size(path_), before);
  EXPECT_EQ(Count(*reader), 1);
  EXPECT_EQ(Count(*db), 13);
}

TEST_F(SqliteDatabaseTest, WalAndSharedMemoryOfAnOpenFileArePrivateToo) {
  auto db = Open(Options(1));
  ASSERT_EQ(Add(*db, "st. tv"), absl::OkStatus());
  for (const char* suffix : {"-wal", "-shm"}) {
    struct stat info {};
    ASSERT_EQ(::stat((path_.string() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteDatabaseTest, EveryConnectionSyncsFullyAndSpillsNothing) {
  auto db = Open(Options(1));
  EXPECT_EQ(db->QueryInt("PRAGMA synchronous").value(), 2);
  EXPECT_EQ(db->QueryInt("PRAGMA temp_store").value(), 2);
  EXPECT_EQ(db->QueryInt("PRAGMA mmap_size").value_or(0), 0);
  EXPECT_EQ(db->QueryInt("PRAGMA foreign_keys").value(), 0);
}

TEST_F(SqliteDatabaseTest, OlderFileIsMigratedAndKeepsItsRows) {
  ASSERT_EQ(Add(*Open(Options(1)), "1. mf"), absl::OkStatus());
  auto db = Open(Options(2));
  EXPECT_EQ(db->QueryInt("SELECT floor FROM doors").value(), 0);
  EXPECT_EQ(db->QueryInt("PRAGMA user_version").value(), 2);
}

TEST_F(SqliteDatabaseTest, NewerFileIsRefusedAndNoByteNorFileChanges) {
  ASSERT_EQ(Add(*Open(Options(2)), "1. mf"), absl::OkStatus());
  const std::string before = Picture();
  EXPECT_EQ(OpenError(Options(1)), ErrorCode::kNewerFile);
  EXPECT_EQ(Picture(), before);
}

TEST_F(SqliteDatabaseTest, NewerFileThatCrashedRightAfterItsMigrationIsRefusedWithItsWalKept) {
  const auto copy = directory_ / "copy";
  {
    auto db = Open(Options(2));
    ASSERT_EQ(Add(*db, "1. mf"), absl::OkStatus());
    std::filesystem::create_directory(copy);
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::copy(path_.string() + suffix, copy / ("doors.db" + std::string(suffix)));
    }
  }
  const auto wal_size = std::filesystem::file_size(copy / "doors.db-wal");
  DatabaseOptions options = Options(1);
  options.path = copy / "doors.db";
  EXPECT_EQ(OpenError(options), ErrorCode::kNewerFile);
  EXPECT_EQ(std::filesystem::file_size(copy / "doors.db-wal"), wal_size);
}

TEST_F(SqliteDatabaseTest, AnotherApplicationsFileIsRefusedUntouched) {
  ASSERT_EQ(Add(*Open(Options(1)), "1. mf"), absl::OkStatus());
  const std::string before = Picture();
  DatabaseOptions foreign = Options(1);
  foreign.application_id = 7;
  EXPECT_EQ(OpenError(foreign), ErrorCode::kDamaged);
  EXPECT_EQ(Picture(), before);
}

TEST_F(SqliteDatabaseTest, GarbageIsDamagedAndStaysAsItIs) {
  std::ofstream(path_) << "this is no database" << std::string(8192, 'x');
  const std::string before = Picture();
  EXPECT_EQ(OpenError(Options(1)), ErrorCode::kDamaged);
  EXPECT_EQ(Picture(), before);
}

TEST_F(SqliteDatabaseTest, MissingDirectoryIsNotWritable) {
  DatabaseOptions options = Options(1);
  options.path = directory_ / "missing" / "doors.db";
  EXPECT_EQ(OpenError(options), ErrorCode::kNotWritable);
}

TEST_F(SqliteDatabaseTest, TransactionThatGoesOutOfScopeLeavesNothing) {
  auto db = Open(Options(1));
  {
    auto transaction = Transaction::BeginWrite(*db);
    ASSERT_TRUE(transaction.ok());
    ASSERT_EQ(Add(*db, "kl"), absl::OkStatus());
  }
  EXPECT_FALSE(db->in_transaction());
  EXPECT_EQ(Count(*db), 0);
}

TEST_F(SqliteDatabaseTest, SavepointTakesBackItsPartOnly) {
  auto db = Open(Options(1));
  auto transaction = Transaction::BeginWrite(*db);
  ASSERT_EQ(Add(*db, "st. tv"), absl::OkStatus());
  {
    auto part = Savepoint::Begin(*db);
    ASSERT_TRUE(part.ok());
    ASSERT_EQ(Add(*db, "st. th"), absl::OkStatus());
  }
  auto kept = Savepoint::Begin(*db);
  ASSERT_EQ(Add(*db, "1. tv"), absl::OkStatus());
  ASSERT_EQ(kept->Release(), absl::OkStatus());
  ASSERT_EQ(transaction->Commit(), absl::OkStatus());
  EXPECT_EQ(Count(*db), 2);
  EXPECT_EQ(db->QueryInt("SELECT count(*) FROM doors WHERE name = 'st. th'").value(), 0);
}

TEST_F(SqliteDatabaseTest, SavepointNeedsATransactionAround) {
  auto db = Open(Options(1));
  EXPECT_FALSE(Savepoint::Begin(*db).ok());
}

TEST_F(SqliteDatabaseTest, ReaderReadsWhatIsCommittedAndWritesNothing) {
  auto writer = Open(Options(1));
  ASSERT_EQ(Add(*writer, "2. th"), absl::OkStatus());
  DatabaseOptions options = Options(1);
  options.access = Access::kRead;
  auto reader = Open(options);
  EXPECT_EQ(Count(*reader), 1);
  EXPECT_FALSE(Add(*reader, "2. tv").ok());
  auto snapshot = Transaction::BeginRead(*reader);
  EXPECT_EQ(Count(*reader), 1);
  ASSERT_EQ(Add(*writer, "2. tv"), absl::OkStatus());
  EXPECT_EQ(Count(*reader), 1);
  snapshot->Rollback();
  EXPECT_EQ(Count(*reader), 2);
}

TEST_F(SqliteDatabaseTest, SecondWriterIsToldThatTheStoreIsBusy) {
  DatabaseOptions options = Options(1);
  options.busy_timeout = absl::ZeroDuration();
  auto first = Open(options);
  auto second = Open(options);
  auto transaction = Transaction::BeginWrite(*first);
  ASSERT_TRUE(transaction.ok());
  const auto refused = Transaction::BeginWrite(*second);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(GetErrorCode(refused.status()), ErrorCode::kStoreBusy);
}

TEST_F(SqliteDatabaseTest, OneStatementTextInUseTwiceAtATime) {
  auto db = Open(Options(1));
  for (const char* name : {"a", "b"}) ASSERT_EQ(Add(*db, name), absl::OkStatus());
  auto outer = db->Prepare("SELECT name FROM doors ORDER BY id");
  auto inner = db->Prepare("SELECT name FROM doors ORDER BY id");
  ASSERT_TRUE(*outer->Step());
  ASSERT_TRUE(*inner->Step());
  ASSERT_TRUE(*inner->Step());
  EXPECT_EQ(outer->Text(0), "a");
  EXPECT_EQ(inner->Text(0), "b");
}

// Some of them lie beside the statement, the rest where SQLite copies them.
TEST_F(SqliteDatabaseTest, BoundValuesAreCopiedHoweverLongOrManyTheyAre) {
  auto db = Open(Options(2));
  for (const size_t length : {0, 1, 500, 1023, 1024, 1025, 5000}) {
    std::string name(length, 'n'), key(length, 'k');
    auto put = db->Prepare("INSERT OR REPLACE INTO doors(id, name, key) VALUES(7, ?1, ?2)").value();
    for (int again = 0; again < 3; ++again) put.BindText(1, name).BindBlob(2, key);
    name.assign(length, 'x');
    key.assign(length, 'x');
    EXPECT_EQ(put.Run(), absl::OkStatus());
    auto row = db->Prepare("SELECT name, key FROM doors WHERE id = 7").value();
    ASSERT_TRUE(row.Step().value());
    EXPECT_EQ(row.Text(0), std::string(length, 'n'));
    EXPECT_EQ(row.Blob(1), std::string(length, 'k'));
  }
}

TEST_F(SqliteDatabaseTest, EmptyBlobIsNotNullAndNullIs) {
  auto db = Open(Options(1));
  auto insert = db->Prepare("INSERT INTO doors(name, key) VALUES('x', ?1)");
  ASSERT_EQ(insert->BindBlob(1, "").Run(), absl::OkStatus());
  ASSERT_EQ(insert->BindNull(1).Run(), absl::OkStatus());
  auto read = db->Prepare("SELECT key FROM doors ORDER BY id");
  ASSERT_TRUE(*read->Step());
  EXPECT_FALSE(read->IsNull(0));
  ASSERT_TRUE(*read->Step());
  EXPECT_TRUE(read->IsNull(0));
}

TEST_F(SqliteDatabaseTest, FullDiskFailsTheCommitAndTheNextOneGoesWell) {
  DatabaseOptions options = Options(1);
  options.vfs = FaultVfs::kName;
  auto db = Open(options);
  FaultVfs::FailAfter(0, SQLITE_FULL);
  const absl::Status full = Add(*db, "2. th");
  EXPECT_EQ(GetErrorCode(full), ErrorCode::kDiskFull);
  EXPECT_FALSE(db->failed());
  FaultVfs::Heal();
  EXPECT_EQ(Add(*db, "2. th"), absl::OkStatus());
  EXPECT_EQ(Count(*db), 1);
}

TEST_F(SqliteDatabaseTest, FailedSyncEndsTrustInTheConnection) {
  DatabaseOptions options = Options(1);
  options.vfs = FaultVfs::kName;
  auto db = Open(options);
  FaultVfs::FailAfter(0, SQLITE_IOERR_FSYNC);
  EXPECT_EQ(GetErrorCode(Add(*db, "2. th")), ErrorCode::kNotWritable);
  EXPECT_TRUE(db->failed());
  FaultVfs::Heal();
  EXPECT_EQ(GetErrorCode(Transaction::BeginWrite(*db).status()), ErrorCode::kNotWritable);
  db.reset();
  EXPECT_TRUE(Transaction::BeginWrite(*Open(options)).ok());
}

TEST_F(SqliteDatabaseTest, BackupIsACompleteDatabaseOfItsOwn) {
  auto db = Open(Options(1));
  ASSERT_EQ(Add(*db, "2. th"), absl::OkStatus());
  ASSERT_EQ(db->BackupTo(directory_ / "backup.db"), absl::OkStatus());
  DatabaseOptions options = Options(1);
  options.path = directory_ / "backup.db";
  EXPECT_EQ(Count(*Open(options)), 1);
}

TEST_F(SqliteDatabaseTest, LockIsHeldByOneAndFreeAgainWhenItGoes) {
  const std::string path = directory_ / "lock";
  {
    auto first = FileLock::Acquire(path, absl::ZeroDuration());
    ASSERT_TRUE(first.ok());
    const auto second = FileLock::Acquire(path, absl::ZeroDuration());
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(GetErrorCode(second.status()), ErrorCode::kStoreBusy);
  }
  EXPECT_TRUE(FileLock::Acquire(path, absl::ZeroDuration()).ok());
}

TEST_F(SqliteDatabaseTest, DurableFileIsWholeOrAsBefore) {
  const auto path = directory_ / "note";
  ASSERT_EQ(WriteFileDurably(path, "first"), absl::OkStatus());
  ASSERT_EQ(WriteFileDurably(path, "second"), absl::OkStatus());
  EXPECT_EQ(ReadWholeFile(path).value(), "second");
  EXPECT_EQ(GetErrorCode(WriteFileDurably(directory_ / "missing" / "note", "x")), ErrorCode::kNotFound);
  EXPECT_EQ(GetErrorCode(ReadWholeFile(path, 3).status()), ErrorCode::kDamaged);
  EXPECT_EQ(GetErrorCode(ReadWholeFile(directory_ / "none").status()), ErrorCode::kNotFound);
}

TEST_F(SqliteDatabaseTest, PrivateDirectoryIsTheOwnersAloneAndWhereItCannotBeThatIsAnError) {
  const auto path = directory_ / "home" / "store";
  ASSERT_EQ(MakePrivateDirectory(path), absl::OkStatus());
  EXPECT_EQ(MakePrivateDirectory(path), absl::OkStatus()) << "it is there already";
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
  EXPECT_FALSE(MakePrivateDirectory(directory_ / std::string(300, 'x')).ok());
}

}  // namespace
}  // namespace opgang::sqlite
