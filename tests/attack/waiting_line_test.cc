// In which order those who wait have to go: compared with the plain rule, over what comes and goes at random.
#include "server/rpc/waiting_line.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The rule, said plainly and slowly.
class PlainLine {
 public:
  void Add(const std::string& peer, const std::string& address) { waiting_.push_back({peer, address}); }
  void Remove(const std::string& peer) {
    std::erase_if(waiting_, [&](const auto& one) { return one.first == peer; });
  }
  std::optional<std::string> TakeOldestOfBusiest() {
    const auto busier = [&](const auto& a, const auto& b) { return CountOf(a.second) < CountOf(b.second); };
    const auto found = std::max_element(waiting_.begin(), waiting_.end(), busier);  // the first of several
    if (found == waiting_.end()) return std::nullopt;
    const std::string peer = found->first;
    Remove(peer);
    return peer;
  }

 private:
  ptrdiff_t CountOf(const std::string& address) const {
    return std::count_if(waiting_.begin(), waiting_.end(),
                         [&](const auto& one) { return one.second == address; });
  }
  std::vector<std::pair<std::string, std::string>> waiting_;
};

TEST(WaitingLineTest, TheOldestOfTheBusiestGoesWhateverCameAndWent) {
  std::mt19937 random(20261122);
  WaitingLine line;
  PlainLine plain;
  for (int step = 0; step < 5000; ++step) {
    const std::string peer = std::to_string(random() % 400);
    const auto what = random() % 8;
    if (what < 4 && !line.Has(peer)) {
      const std::string address(1, static_cast<char>('a' + random() % 9));
      line.Add(peer, address, absl::UnixEpoch() + absl::Seconds(step));
      plain.Add(peer, address);
    } else if (what == 4) {
      line.Remove(peer);
      plain.Remove(peer);
    } else if (what >= 6) {
      ASSERT_EQ(line.TakeOldestOfBusiest(), plain.TakeOldestOfBusiest()) << "step " << step;
    }
  }
  EXPECT_GT(line.size(), 0u) << "the last steps compared nothing";
}

TEST(WaitingLineTest, TheOldestOfOneAddressAndOfNone) {
  WaitingLine line;
  for (const char* peer : {"x", "y"}) line.Add(peer, "a", absl::UnixEpoch());
  EXPECT_EQ(line.TakeOldestOf("b"), std::nullopt);
  EXPECT_EQ(line.TakeOldestOf("a"), "x");
  EXPECT_EQ(line.TakeOldestOf("a"), "y");
  EXPECT_EQ(line.TakeOldestOf("a"), std::nullopt);
  EXPECT_EQ(line.TakeOldestOfBusiest(), std::nullopt);
}

TEST(WaitingLineTest, WhoHasWaitedForSoLongIsTakenInTheOrderOfComing) {
  WaitingLine line;
  for (const char* peer : {"z", "y", "x"})
    line.Add(peer, peer, absl::UnixEpoch() + absl::Seconds(line.size()));
  EXPECT_THAT(line.TakeBefore(absl::UnixEpoch()), IsEmpty());
  EXPECT_THAT(line.TakeBefore(absl::UnixEpoch() + absl::Seconds(2)), ElementsAre("z", "y"));
  EXPECT_TRUE(line.Has("x"));
  EXPECT_FALSE(line.Has("y"));
}

}  // namespace
}  // namespace opgang
