// What the base's file keeps, refuses and notices; and the feed's promises.
#include "server/store/sqlite_base_store.h"

#include <sqlite3.h>

#include <fstream>
#include <sstream>

#include "core/base/id_bytes.h"
#include "server/engine/transaction.h"
#include "server/store/sqlite_base_reader.h"
#include "tests/base/base_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;

class SqliteBaseStoreTest : public BaseStory {
 protected:
  std::string FileBytes() {
    std::stringstream bytes;
    bytes << std::ifstream(base.file(), std::ios::binary).rdbuf();
    return bytes.str();
  }
};

TEST_F(SqliteBaseStoreTest, ReopenedItKeepsEverything) {
  const Draft citizen = Citizen("Amina");
  amal.Commit(citizen);
  amal.Commit(Citizen(std::string(500, 'x')));
  const EpochId epoch = base.store().epoch();
  base.Crash();
  EXPECT_EQ(base.store().epoch(), epoch);
  EXPECT_EQ(NameOf(citizen), "Amina");
  EXPECT_EQ(base.store().NewestRev().value(), 1u);
  EXPECT_EQ(base.store().Grants("amal").value().size(), 1u);
  EXPECT_EQ(base.store().Grants("amal").value()[0].display_name, "Testlund");
  EXPECT_EQ(base.Check().quarantined, 1);
  EXPECT_THAT(base.Check().problems, ElementsAre());
  EXPECT_EQ(amal.Commit(Citizen("Bo")).applied().rev(), 2u);
}

// The bytes that are sealed are written by hand: a base reads what every other build wrote.
TEST_F(SqliteBaseStoreTest, PackedLogContentIsTheMessageThatItSaysItIs) {
  for (const size_t size : {0, 1, 127, 128, 70'000}) {
    v1::SealedMutation message;
    message.set_envelope(std::string(size, 'e'));
    message.set_sealed_payload(std::string(size / 2, 'p'));
    const std::string packed = PackLogContent(message.envelope(), message.sealed_payload());
    EXPECT_EQ(packed, message.SerializeAsString());
    std::string envelope, payload;
    ASSERT_TRUE(UnpackLogContent(packed, envelope, payload));
    EXPECT_EQ(envelope, message.envelope());
    EXPECT_EQ(payload, message.sealed_payload());
  }
}

TEST_F(SqliteBaseStoreTest, BytesOfIdsAreTheirBytes) {
  const RecordId id = RecordId::Make(absl::UnixEpoch(), SystemRandom());
  const RecordId nil;
  EXPECT_EQ(BytesOf(id), id.ToBytes());
  EXPECT_EQ(BytesOf(nil), nil.ToBytes());
  for (const Scope& scope :
       {AreaScope(AreaId(id.uuid())), AreaHealthScope(AreaId(id.uuid())), GroupScope(id)})
    EXPECT_EQ(ScopeKey(scope).bytes(), scope.ToKey());
}

TEST_F(SqliteBaseStoreTest, AnotherStorageKeyIsRefusedEvenWhereNothingIsStoredYet) {
  const std::filesystem::path file = base.file().parent_path() / "empty.db";
  SqliteBaseOptions options{.file = file, .storage_key = SecretBytes(std::string(32, 'a'))};
  ASSERT_TRUE(OpenSqliteBaseStore(options).ok());
  options.storage_key = SecretBytes(std::string(32, 'b'));
  EXPECT_EQ(GetErrorCode(OpenSqliteBaseStore(options).status()), ErrorCode::kDamaged);
  options.storage_key = SecretBytes(std::string(32, 'a'));
  EXPECT_TRUE(OpenSqliteBaseStore(options).ok());
}

TEST_F(SqliteBaseStoreTest, NewerFileIsRefusedUntouched) {
  amal.Commit(Citizen("Amina"));
  base.Close();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(base.file().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "PRAGMA journal_mode=DELETE; PRAGMA user_version=99", nullptr, nullptr, nullptr),
            SQLITE_OK);
  ASSERT_EQ(sqlite3_close(db), SQLITE_OK);
  const std::string before = FileBytes();
  EXPECT_EQ(GetErrorCode(base.Open()), ErrorCode::kNewerFile);
  EXPECT_EQ(FileBytes(), before);
}

TEST_F(SqliteBaseStoreTest, FlippedByteInARecordIsFoundByCheck) {
  amal.Commit(Citizen("Amina"));
  base.SpoilRecords();
  EXPECT_EQ(base.Check().problems.size(), 1u);
  EXPECT_THAT(base.Check().problems[0], testing::HasSubstr("cannot be opened"));
}

TEST_F(SqliteBaseStoreTest, FlippedByteInTheLogIsFoundByCheck) {
  amal.Commit(Citizen("Amina"));
  base.SpoilLog();
  EXPECT_EQ(base.Check().problems.size(), 1u);
}

TEST_F(SqliteBaseStoreTest, PageNeverEndsInsideARev) {
  for (int i = 0; i < 10; ++i) {
    std::vector<Draft> parts;
    for (int p = 0; p < 5; ++p) parts.push_back(Citizen(std::string(100, 'n')));
    HandDevice::MakeBundle({&parts[0], &parts[1], &parts[2], &parts[3], &parts[4]});
    amal.Commit(amal.Seal(parts));
  }
  uint64_t after = 0;
  size_t total = 0;
  for (bool more = true; more;) {
    const FeedPage page = base.reader().ReadFeed(area, after, 700).value();
    EXPECT_EQ(page.entries.size() % 5, 0u);
    for (const auto& entry : page.entries) EXPECT_GT(entry.rev(), after);
    EXPECT_EQ(page.entries.back().rev(), page.to_rev);
    after = page.to_rev;
    more = page.more;
    total += page.entries.size();
    EXPECT_EQ(page.living_records, more ? 0u : 50u);
  }
  EXPECT_EQ(total, 50u);
}

TEST_F(SqliteBaseStoreTest, AskingBeyondACursorMissesNothingAndNothingOldAppearsLater) {
  const Draft citizen = Citizen("Amina");
  amal.Commit(citizen);
  amal.Commit(Citizen("Bo"));
  const FeedPage first = base.reader().ReadFeed(area, 0, 1 << 20).value();
  EXPECT_EQ(first.to_rev, 2u);
  amal.Commit(amal.Patch(citizen, Called("Amina A."), {citizen.intent()}));
  const FeedPage next = base.reader().ReadFeed(area, first.to_rev, 1 << 20).value();
  ASSERT_EQ(next.entries.size(), 1u);
  EXPECT_EQ(next.entries[0].record_id(), citizen.envelope.record_id());
  EXPECT_EQ(next.entries[0].rev(), 3u);
  EXPECT_TRUE(base.reader().ReadFeed(area, next.to_rev, 1 << 20)->entries.empty());
}

TEST_F(SqliteBaseStoreTest, CursorOfAScopeFollowsCommitsInOthers) {
  base.Grant("amal", AreaScope(base.Area("Nabolund")));
  amal.Commit(amal.Create(Called("elsewhere"), AreaScope(base.Area("Nabolund"))));
  const FeedPage page = base.reader().ReadFeed(area, 0, 1 << 20).value();
  EXPECT_TRUE(page.entries.empty());
  EXPECT_EQ(page.to_rev, 1u);
}

TEST_F(SqliteBaseStoreTest, DeletedLeavesATombstoneInTheFeed) {
  const Draft citizen = Citizen("Amina");
  amal.Commit(citizen);
  Draft gone = amal.Patch(citizen, v1::Citizen(), {});
  gone.payload.set_action(v1::MUTATION_ACTION_DELETE);
  amal.Commit(gone);
  const FeedPage page = base.reader().ReadFeed(area, 0, 1 << 20).value();
  ASSERT_EQ(page.entries.size(), 1u);
  EXPECT_EQ(page.entries[0].change(), v1::FEED_CHANGE_DELETE);
  EXPECT_TRUE(page.entries[0].record().empty());
  EXPECT_EQ(page.living_records, 0u);
}

TEST_F(SqliteBaseStoreTest, ReaderSeesNothingOfAnOpenTransaction) {
  ASSERT_TRUE(base.store().Begin().ok());
  ASSERT_TRUE(base.store().PutStaff({"new", Role::kOutreach}).ok());
  EXPECT_FALSE(base.reader().FindStaff("new").value().has_value());
  base.store().Rollback();
  EXPECT_FALSE(base.store().FindStaff("new").value().has_value());
}

TEST_F(SqliteBaseStoreTest, NoNameLiesInClearInTheFile) {
  amal.Commit(Citizen("Canary-Amina"));
  amal.Commit(amal.Create(Called("Canary-refused" + std::string(500, 'x')), area));
  base.Close();
  EXPECT_EQ(FileBytes().find("Canary"), std::string::npos);
  EXPECT_EQ(FileBytes().find("Testlund"), std::string::npos);
}

}  // namespace
}  // namespace opgang
