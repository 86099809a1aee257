#include "core/base/in_parallel.h"

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace opgang {
namespace {

TEST(ParallelWorkTest, EachIsDoneOnceInBlocksOfTheSizeThatWasAskedFor) {
  for (const size_t count : {0u, 1u, 9u, 10u, 11u, 20u, 39u, 40u, 41u, 1000u, 1003u}) {
    std::vector<int> done(count);
    ParallelWork work(count, 10, [&](size_t begin, size_t end) {
      EXPECT_LE(end - begin, 10u);
      for (size_t i = begin; i < end; ++i) ++done[i];
    });
    work.Finish();
    work.Finish();
    EXPECT_THAT(done, testing::Each(1)) << count;
  }
}

TEST(ParallelWorkTest, OneBlockIsDoneByTheCallerWhenItAsksForIt) {
  const auto caller = std::this_thread::get_id();
  bool done = false;
  ParallelWork work(10, 10, [&](size_t, size_t) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    done = true;
  });
  EXPECT_FALSE(done);
  work.Finish();
  EXPECT_TRUE(done);
}

TEST(ParallelWorkTest, FourThreadsWorkAtMost) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  ParallelWork work(1000, 1, [&](size_t, size_t) {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  work.Finish();
  EXPECT_THAT(threads.size(), testing::AllOf(testing::Ge(1u), testing::Le(4u)));
}

TEST(ParallelWorkTest, WhoForgetsToFinishWaitsAllTheSame) {
  std::atomic<int> done = 0;
  {
    const ParallelWork work(100, 1, [&](size_t, size_t) { ++done; });
  }
  EXPECT_EQ(done, 100);
}

}  // namespace
}  // namespace opgang
