// Migrations forward, and no step back: what a made-up next version makes of each database; and that every file of a newer
// version is refused untouched, journal included.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <map>
#include <span>

#include "client-lib/src/store/schema.h"
#include "core/base/error.h"
#include "core/sqlite/database.h"
#include "google/protobuf/unknown_field_set.h"
#include "opgang/v1/local_state.pb.h"
#include "server/backup/backup_file.h"
#include "server/backup/restore_backup.h"
#include "server/rpc/running_base.h"
#include "server/store/sqlite_base_schema.h"
#include "server/store/sqlite_base_store.h"
#include "tests/ages/golden.h"
#include "tests/sync/sync_story.h"

namespace opgang::ages {
namespace {

using Files = std::map<std::string, std::string>;

std::string BytesOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Every file and its bytes; but for the lock file, which says nothing.
Files FilesIn(const std::filesystem::path& directory) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || entry.path().filename() == "lock") continue;
    files[std::filesystem::relative(entry.path(), directory).string()] = Hex(BytesOf(entry.path()));
  }
  return files;
}

std::vector<std::string> NamesOf(const Files& files) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : files) names.push_back(name);
  return names;
}

void ExpectUntouched(const Files& before, const std::filesystem::path& directory) {
  const Files after = FilesIn(directory);
  EXPECT_EQ(NamesOf(after), NamesOf(before));
  for (const auto& [name, bytes] : before)
    EXPECT_TRUE(after.contains(name) && after.at(name) == bytes) << name;
}

struct Kind {
  const char* file;
  uint32_t application_id;
  std::span<const std::string_view> migrations;
  const char* table;
};

const Kind kKinds[] = {
    {"base.db", kBaseApplicationId, kBaseMigrations, "records"},
    {"queue.db", kQueueApplicationId, kQueueMigrations, "mutations"},
    {"confirmed.db", kConfirmedApplicationId, kConfirmedMigrations, "records"},
};

std::vector<std::string_view> WithNext(const Kind& kind, std::string_view next) {
  std::vector<std::string_view> migrations(kind.migrations.begin(), kind.migrations.end());
  migrations.push_back(next);
  return migrations;
}

sqlite::DatabaseOptions OptionsOf(const Kind& kind, const std::filesystem::path& file,
                                  std::span<const std::string_view> migrations) {
  sqlite::DatabaseOptions options;
  options.path = file;
  options.application_id = kind.application_id;
  options.migrations = migrations;
  return options;
}

class FilesOfBothAges : public SyncStory {
 protected:
  FilesOfBothAges() {
    amal.SaveInquirer("Amina");
    amal.SyncWell();
    amal.SaveCitizen("Unsent");
    home_ = amal.CopyOfHome();
    amal.OpenAt(home_)->reset();  // and its journals are empty
    base.Close();
    base_directory_ = MakeTestDirectory();
    std::filesystem::copy(base.directory(), base_directory_, std::filesystem::copy_options::recursive);
  }
  ~FilesOfBothAges() override {
    std::filesystem::remove_all(base_directory_);
    EXPECT_EQ(base.Open(), absl::OkStatus());
  }

  std::filesystem::path PathOf(const Kind& kind) const {
    if (kind.file == std::string("base.db")) return base_directory_ / kind.file;
    return std::filesystem::directory_iterator(home_ / "stores")->path() / kind.file;
  }
  std::filesystem::path DirectoryOf(const Kind& kind) const {
    return kind.file == std::string("base.db") ? base_directory_ : home_;
  }
  // With the program that ships.
  absl::Status OpenAsShipped(const Kind& kind) {
    if (kind.file == std::string("base.db")) {
      BaseOptions options;
      options.directory = base_directory_;
      options.public_addresses = {"elsewhere.example:7443"};  // would renew server.pem
      return RunningBase::Start(options).status();
    }
    return amal.OpenAt(home_).status();
  }
  int64_t Ask(const Kind& kind, const std::string& question, std::span<const std::string_view> migrations) {
    auto db = sqlite::Database::Open(OptionsOf(kind, PathOf(kind), migrations));
    EXPECT_EQ(db.status(), absl::OkStatus()) << kind.file;
    return db.ok() ? (*db)->QueryInt(question).value_or(-1) : -1;
  }
  // Somebody of a newer version writes, and is cut off before the journal has reached the file.
  void WriteAsNewerAndDie(const Kind& kind, const std::string& sql) {
    const auto path = PathOf(kind);
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    ASSERT_EQ(
        sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;", nullptr, nullptr, nullptr),
        SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    const std::string main = BytesOf(path);
    const std::string journal = BytesOf(path.string() + "-wal");
    ASSERT_EQ(sqlite3_close(db), SQLITE_OK);
    std::ofstream(path, std::ios::binary) << main;
    std::ofstream(path.string() + "-wal", std::ios::binary) << journal;
  }

  std::filesystem::path home_;
  std::filesystem::path base_directory_;
};

constexpr char kNext[] = "CREATE TABLE next_thing(thing INTEGER PRIMARY KEY) STRICT;";

TEST_F(FilesOfBothAges, ANextVersionMigratesEachDatabaseAndItsRowsStay) {
  for (const Kind& kind : kKinds) {
    const std::string count = std::string("SELECT count(*) FROM ") + kind.table;
    const int64_t rows = Ask(kind, count, kind.migrations);
    EXPECT_GT(rows, 0) << kind.file;
    const std::string next =
        std::string(kNext) + "ALTER TABLE " + kind.table + " ADD COLUMN later INTEGER NOT NULL DEFAULT 7;";
    const auto migrations = WithNext(kind, next);
    EXPECT_EQ(Ask(kind, "PRAGMA user_version", migrations), static_cast<int64_t>(migrations.size()))
        << kind.file;
    EXPECT_EQ(Ask(kind, count + " WHERE later = 7", migrations), rows) << kind.file;
  }
}

TEST_F(FilesOfBothAges, AMigrationThatFailsLeavesTheFileAsItWasForTheOldVersion) {
  for (const Kind& kind : kKinds) {
    const auto migrations =
        WithNext(kind, std::string_view("CREATE TABLE half(a); INSERT INTO nowhere VALUES(1);"));
    EXPECT_FALSE(sqlite::Database::Open(OptionsOf(kind, PathOf(kind), migrations)).ok()) << kind.file;
    EXPECT_EQ(Ask(kind, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'", kind.migrations), 0)
        << kind.file;
    EXPECT_EQ(OpenAsShipped(kind), absl::OkStatus()) << kind.file;
  }
}

TEST_F(FilesOfBothAges, AMigratedDatabaseIsRefusedUntouched) {
  for (const Kind& kind : kKinds) {
    Ask(kind, "PRAGMA user_version", WithNext(kind, kNext));
    const Files before = FilesIn(DirectoryOf(kind));
    EXPECT_EQ(GetErrorCode(OpenAsShipped(kind)), ErrorCode::kNewerFile) << kind.file;
    ExpectUntouched(before, DirectoryOf(kind));
  }
}

TEST_F(FilesOfBothAges, AMigratedDatabaseWithWorkInItsJournalIsRefusedUntouched) {
  for (const Kind& kind : kKinds) {
    Ask(kind, "PRAGMA user_version", WithNext(kind, kNext));
    WriteAsNewerAndDie(kind, "INSERT INTO next_thing VALUES(1)");
    const Files before = FilesIn(DirectoryOf(kind));
    EXPECT_EQ(GetErrorCode(OpenAsShipped(kind)), ErrorCode::kNewerFile) << kind.file;
    ExpectUntouched(before, DirectoryOf(kind));
  }
}

TEST_F(FilesOfBothAges, ADatabaseWhoseJournalAloneIsNewerIsRefusedUntouched) {
  for (const Kind& kind : kKinds) {
    WriteAsNewerAndDie(kind, std::string("BEGIN;") + kNext + "PRAGMA user_version=2;COMMIT;");
    const Files before = FilesIn(DirectoryOf(kind));
    EXPECT_EQ(GetErrorCode(OpenAsShipped(kind)), ErrorCode::kNewerFile) << kind.file;
    ExpectUntouched(before, DirectoryOf(kind));
  }
}

TEST_F(FilesOfBothAges, AJournalOfThisVersionIsPlayedBack) {
  for (const Kind& kind : kKinds) {
    WriteAsNewerAndDie(kind, "PRAGMA user_version=1;");  // as it was
    EXPECT_EQ(OpenAsShipped(kind), absl::OkStatus()) << kind.file;
  }
}

TEST_F(FilesOfBothAges, AnIdentityOfANewerFormatIsRefusedUntouched) {
  const auto path = std::filesystem::directory_iterator(home_ / "stores")->path() / "store.pb";
  v1::StoreIdentity identity;
  ASSERT_TRUE(identity.ParseFromString(BytesOf(path)));
  identity.set_format_version(2);
  std::ofstream(path, std::ios::binary) << identity.SerializeAsString();
  const Files before = FilesIn(home_);
  EXPECT_EQ(GetErrorCode(amal.OpenAt(home_).status()), ErrorCode::kNewerFile);
  ExpectUntouched(before, home_);
}

// A second try of an enrolment must register the same keys: those that a newer version keeps are not replaced by others.
TEST_F(FilesOfBothAges, AnEnrolmentThatANewerVersionBeganIsRefusedUntouched) {
  ASSERT_EQ(base.Open(), absl::OkStatus());
  const v1::Invitation invitation = base.Invite("karen", "outreach", {"Testlund"});
  v1::WrappedStoreKey wrapped;
  wrapped.GetReflection()->MutableUnknownFields(&wrapped)->AddVarint(99, 1);
  std::filesystem::create_directories(home_ / "pending");
  std::ofstream(home_ / "pending" / (StoreId::FromBytes(invitation.invitation_id())->ToString() + ".pb"),
                std::ios::binary)
      << wrapped.SerializeAsString();
  const Files before = FilesIn(home_);
  const std::string code = NormalizeInvitationCode(MakeInvitationCode(SystemRandom())).value();
  DirectEnroll transport(base);
  const DeviceOptions options{.home = home_,
                              .clock = &clock,
                              .random = &SystemRandom(),
                              .passphrase_cost = PassphraseCost::ForTests(),
                              .enroll = &transport};
  const std::string sealed =
      SealInvitation(invitation.SerializeAsString(), code, PassphraseCost::ForTests(), SystemRandom());
  EXPECT_EQ(GetErrorCode(Device(options).Enroll({sealed, code, "seven green doors"})), ErrorCode::kNewerFile);
  ExpectUntouched(before, home_);
  base.Close();
}

TEST_F(FilesOfBothAges, ABackupOfANewerFormatIsRefusedUntouched) {
  const auto golden = StoredGolden(kSchemaVersion).at("file/backup");
  std::string newer = golden.bytes;
  newer[newer.find('\n') - 1] = '2';
  std::ofstream(base_directory_ / "newer.backup", std::ios::binary) << newer;
  const Files before = FilesIn(base_directory_);
  const BoxKeyPair keys = BoxKeyPairFromSeed(SecretBytes(std::string(32, 'x')));
  EXPECT_EQ(GetErrorCode(
                CheckBackup(base_directory_ / "newer.backup", keys, SecretBytes(), base_directory_).status()),
            ErrorCode::kNewerFile);
  ExpectUntouched(before, base_directory_);
}

TEST_F(FilesOfBothAges, AnInvitationOfANewerFormatIsRefused) {
  std::string newer = StoredGolden(kSchemaVersion).at("file/invitation").bytes;
  newer[newer.find('\n') + 4] = 2;
  EXPECT_EQ(GetErrorCode(OpenInvitation(newer, "K7F29QXM3TBHW").status()), ErrorCode::kInvitationDamaged);
}

// Keys are never made anew where some are: what cannot be read stays for the program that can.
TEST_F(FilesOfBothAges, KeysInANewerFormAreRefusedUntouched) {
  for (const char* name : {"box.key", "storage.key", "ca.key", "ca.pem"}) {
    const auto path = base_directory_ / "keys" / name;
    const std::string as_it_was = BytesOf(path);
    std::ofstream(path, std::ios::binary) << "opgang key 2: " << Hex(as_it_was);
    const Files before = FilesIn(base_directory_);
    BaseOptions options;
    options.directory = base_directory_;
    EXPECT_EQ(GetErrorCode(RunningBase::Start(options).status()), ErrorCode::kDamaged) << name;
    ExpectUntouched(before, base_directory_);
    std::ofstream(path, std::ios::binary) << as_it_was;
  }
}

}  // namespace
}  // namespace opgang::ages
