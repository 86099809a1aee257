// A disk that fails under a group commit: nothing of the group is durable, everybody is told, and a full disk
// heals.
#include <sqlite3.h>

#include <future>

#include "server/engine/transaction.h"
#include "server/engine/writer.h"
#include "server/store/sqlite_base_store.h"
#include "tests/base/base_story.h"
#include "tests/support/fault_vfs.h"

namespace opgang {
namespace {

using testing::Each;

class DiskFailureTest : public testing::Test {
 protected:
  static const char* Vfs() {
    FaultVfs::Register();
    return FaultVfs::kName;
  }
  ~DiskFailureTest() override { FaultVfs::Heal(); }

  std::vector<v1::SealedMutation> Group() {
    std::vector<v1::SealedMutation> group;
    for (int i = 0; i < 20; ++i) group.push_back(amal.Seal(amal.Create(Called("Citizen"), area)));
    return group;
  }
  // Through the real writer, on its thread.
  std::vector<v1::Verdict> Submit(Writer& writer, const std::vector<Submission>& group) {
    std::promise<std::vector<v1::Verdict>> done;
    writer.Submit(group, [&](std::vector<v1::Verdict> verdicts) { done.set_value(std::move(verdicts)); });
    return done.get_future().get();
  }
  std::unique_ptr<BaseStore> TakeStore() {
    base.Close();
    return OpenSqliteBaseStore({base.file(), base.keys().storage_key, &SystemRandom(), Vfs()}).value();
  }

  ManualClock clock{NoonOfTheFirst()};
  TestBase base{clock, Vfs()};
  HandDevice amal{base, clock, "amal", "outreach", {"Testlund"}};
  Scope area = AreaScope(base.Area("Testlund"));
};

TEST_F(DiskFailureTest, FullAtAnyWriteLeavesNothingDurableAndTheSameGroupGoesThroughLater) {
  const auto group = Group();
  const auto submissions = amal.Open(group);
  for (int writes = 0;; ++writes) {
    ASSERT_LT(writes, 200);
    FaultVfs::FailAfter(writes, SQLITE_FULL);
    const Answers outcome = base.committer().Answer(submissions);
    const bool failed = FaultVfs::failed();
    FaultVfs::Heal();
    if (!failed) {
      EXPECT_TRUE(outcome.status.ok());
      EXPECT_GE(writes, 2);  // what was gathered, and its sync
      break;
    }
    ASSERT_FALSE(outcome.status.ok()) << "after " << writes;
    ASSERT_EQ(outcome.verdicts.size(), 20u);
    EXPECT_EQ(outcome.verdicts[19].at(0).retry_later().reason(), v1::RETRY_REASON_DISK_FULL);
    base.committer().GoOn(submissions[0].author->replica);
    EXPECT_EQ(base.Check().mutations, 0);
    EXPECT_EQ(base.store().NewestRev().value(), 0u);
  }
  EXPECT_EQ(base.Check().mutations, 20);
  EXPECT_EQ(base.Check().records, 20);
  EXPECT_TRUE(base.Check().problems.empty());
}

// The next Push would take a later place, and leave those before it free for a copy of the store (I3).
TEST_F(DiskFailureTest, WriterAnswersRetryLaterOnAFullDiskUntilTheDeviceBeginsAnew) {
  const auto group = amal.Open(Group());
  const auto next_group = amal.Open(Group());
  int failures = 0;
  Writer writer(TakeStore(), {.on_news = nullptr, .on_failure = [&](const absl::Status&) { ++failures; }});
  FaultVfs::FailAfter(0, SQLITE_FULL);
  const auto refused = Submit(writer, group);
  EXPECT_EQ(refused.size(), 20u);
  EXPECT_EQ(refused[0].retry_later().reason(), v1::RETRY_REASON_DISK_FULL);
  EXPECT_THAT(Words(refused), Each("retry-later"));
  FaultVfs::Heal();
  const auto next = Submit(writer, next_group);
  EXPECT_THAT(Words(next), Each("retry-later"));
  EXPECT_EQ(next[0].retry_later().reason(), v1::RETRY_REASON_DISK_FULL);
  writer.Run([&](BaseStore&, Committer& committer) { committer.GoOn(group[0].author->replica); });
  EXPECT_THAT(Words(Submit(writer, group)), Each("applied"));
  writer.Stop();
  EXPECT_EQ(failures, 0);
}

TEST_F(DiskFailureTest, WriterThatMetAnIoErrorAcknowledgesNothingAnyMore) {
  const auto group = amal.Open(Group());
  int failures = 0;
  Writer writer(TakeStore(), {.on_news = nullptr, .on_failure = [&](const absl::Status&) { ++failures; }});
  FaultVfs::FailAfter(0, SQLITE_IOERR_FSYNC);
  EXPECT_THAT(Words(Submit(writer, group)), Each("retry-later"));
  FaultVfs::Heal();
  EXPECT_THAT(Words(Submit(writer, group)), Each("retry-later"));
  writer.Stop();
  EXPECT_EQ(failures, 1);
  EXPECT_THAT(Words(Submit(writer, group)), Each("retry-later"));
}

// A greeting, say: with no Push that fails as well, nobody would notice.
TEST_F(DiskFailureTest, JobThatMeetsAnIoErrorEndsTheWriterAsACommitDoes) {
  const auto group = amal.Open(Group());
  int failures = 0;
  Writer writer(TakeStore(), {.on_news = nullptr, .on_failure = [&](const absl::Status&) { ++failures; }});
  FaultVfs::FailAfter(0, SQLITE_IOERR_FSYNC);
  writer.Run([](BaseStore& store, Committer&) {
    EXPECT_FALSE(InTransaction(store, [&] { return store.PutRevMark(1); }).ok());
  });
  EXPECT_THAT(Words(Submit(writer, group)), Each("retry-later"));
  FaultVfs::Heal();
  writer.Stop();
  EXPECT_EQ(failures, 1);
}

}  // namespace
}  // namespace opgang
