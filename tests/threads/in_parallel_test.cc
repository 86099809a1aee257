#include "core/base/in_parallel.h"

#include <gmock/gmock.h>

#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace opgang {
namespace {

TEST(InParallelTest, EachIsDoneOnce) {
  for (const size_t count : {0u, 1u, 9u, 10u, 11u, 20u, 39u, 40u, 41u, 1000u, 1003u}) {
    std::vector<int> done(count);
    InParallel(count, 10, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) ++done[i];
    });
    EXPECT_THAT(done, testing::Each(1)) << count;
  }
}

TEST(InParallelTest, LittleIsDoneByTheCaller) {
  const auto caller = std::this_thread::get_id();
  size_t calls = 0;
  InParallel(19, 10, [&](size_t, size_t) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    ++calls;
  });
  EXPECT_EQ(calls, 1u);
}

TEST(InParallelTest, MuchIsSharedByAtMostFourWithTenAtLeast) {
  std::mutex mutex;
  std::vector<size_t> shares;
  std::set<std::thread::id> threads;
  InParallel(1000, 10, [&](size_t begin, size_t end) {
    const std::lock_guard lock(mutex);
    shares.push_back(end - begin);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_THAT(shares, testing::Each(testing::Ge(10u)));
  EXPECT_LE(shares.size(), 4u);
  const size_t cores = std::thread::hardware_concurrency();
  EXPECT_EQ(threads.size(), std::min<size_t>(cores, 4)) << "the caller's is one of them";
}

}  // namespace
}  // namespace opgang
