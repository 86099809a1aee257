// A damaged copy, as the worker hears of it.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class RepairStory : public CliTest {
 protected:
  // One row of the copy of the base's records goes.
  void LoseARow() {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((StoreDirectory() / "confirmed.db").c_str(), &db), SQLITE_OK);
    const char* sql = "DELETE FROM records WHERE record_id = (SELECT min(record_id) FROM records)";
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
  }
};

TEST_F(RepairStory, SyncAndDoctorSayWhatWasPutRight) {
  Begin();
  EXPECT_THAT(Run({"doctor"}).out, HasSubstr("never found damaged"));
  LoseARow();
  EXPECT_THAT(Run({"sync"}).out, HasSubstr("1 put right from the base"));
  EXPECT_THAT(Run({"sync"}).out, Not(HasSubstr("put right")));
  EXPECT_THAT(Run({"doctor"}).out, HasSubstr("put right Wed 1 Apr"));
  LoseARow();
  const auto document = RunJson({"sync"});
  EXPECT_EQ(document["repaired"], 1);
  EXPECT_EQ(document["differing"], 0);
  LoseARow();
  EXPECT_THAT(Run({"--lang", "da", "sync"}).out, HasSubstr("1 rettet fra basen"));
}

}  // namespace
}  // namespace opgang::cli
