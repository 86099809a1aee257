// How much to send at a time on a line that is measured by what came through.
#include "core/base/line_rate.h"

#include <gtest/gtest.h>

namespace opgang {
namespace {

constexpr size_t kLeast = 1000, kMost = 50'000;
absl::Time At(double seconds) { return absl::UnixEpoch() + absl::Seconds(seconds); }

TEST(LineRate, NothingKnownIsTheLeast) {
  EXPECT_EQ(LineRate().Worth(absl::Seconds(1), kLeast, kMost), kLeast);
}

TEST(LineRate, OneSecondIsWorthWhatCameThroughInOne) {
  LineRate line;
  line.Passed(16'000, At(0), At(2));
  EXPECT_EQ(line.Worth(absl::Seconds(1), kLeast, kMost), 8000u);
  EXPECT_EQ(line.Worth(absl::Seconds(4), kLeast, kMost), 32'000u);
}

TEST(LineRate, WhatWasSentTogetherCountsTheTimeOnce) {
  LineRate line;
  for (int second = 1; second <= 4; ++second) line.Passed(8000, At(0), At(second));
  EXPECT_EQ(line.Worth(absl::Seconds(1), kLeast, kMost), 8000u);
}

TEST(LineRate, TimeInWhichNothingWasUnderWayDoesNotCount) {
  LineRate line;
  line.Passed(8000, At(0), At(1));
  line.Passed(8000, At(3600), At(3601));
  EXPECT_EQ(line.Worth(absl::Seconds(1), kLeast, kMost), 8000u);
}

TEST(LineRate, NeverLessThanTheLeastNorMoreThanTheMost) {
  LineRate slow, fast, at_once;
  slow.Passed(10, At(0), At(60));
  fast.Passed(1'000'000, At(0), At(1));
  at_once.Passed(10, At(0), At(0));
  EXPECT_EQ(slow.Worth(absl::Seconds(1), kLeast, kMost), kLeast);
  EXPECT_EQ(fast.Worth(absl::Seconds(1), kLeast, kMost), kMost);
  EXPECT_EQ(at_once.Worth(absl::Seconds(1), kLeast, kMost), kMost);
  EXPECT_EQ(fast.Worth(absl::Seconds(1), kMost, kLeast), kLeast);
}

TEST(LineRate, LineThatBecomesSlowIsBelievedAfterAWhile) {
  LineRate line;
  for (int i = 0; i < 100; ++i) line.Passed(50'000, At(i * 0.1), At(i * 0.1 + 0.1));
  for (int i = 0; i < 100; ++i) line.Passed(8000, At(10 + i), At(11 + i));
  EXPECT_LT(line.Worth(absl::Seconds(1), kLeast, kMost), 9000u);
}

TEST(LineRate, ClockThatGoesBackDoesNoHarm) {
  LineRate line;
  line.Passed(8000, At(100), At(50));
  EXPECT_EQ(line.Worth(absl::Seconds(1), kLeast, kMost), kMost);
}

}  // namespace
}  // namespace opgang
