// What one device may ask in a second, a minute and a day; and the limits by their names.
#include "server/rpc/device_limits.h"

#include <fstream>
#include <iterator>
#include <string>

#include "core/base/error.h"
#include "core/base/random.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"

namespace opgang {
namespace {

class DeviceLimitsTest : public testing::Test {
 protected:
  static StoreId Device() { return StoreId::Make(absl::UnixEpoch(), SystemRandom()); }

  ManualClock clock_{absl::UnixEpoch()};
  const StoreId amal_ = Device();
  const StoreId jonas_ = Device();
};

TEST_F(DeviceLimitsTest, WhoCallsTooOftenIsToldToTryLaterAndMayAgainAsTimePasses) {
  DeviceLimits limits({.calls_per_minute = 6}, clock_);
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(limits.BeginCall(amal_).ok());
  EXPECT_EQ(GetErrorCode(limits.BeginCall(amal_)), ErrorCode::kTryLater);
  EXPECT_TRUE(limits.BeginCall(jonas_).ok()) << "another device has its own";
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(limits.BeginCall(amal_).ok());
  EXPECT_FALSE(limits.BeginCall(amal_).ok());
  clock_.Advance(absl::Hours(5));
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(limits.BeginCall(amal_).ok());
  EXPECT_FALSE(limits.BeginCall(amal_).ok()) << "never more than a minute's at once";
}

TEST_F(DeviceLimitsTest, AWrongWallClockAtTheBaseOpensNothing) {
  DeviceLimits limits({.calls_per_minute = 1}, clock_);
  EXPECT_TRUE(limits.BeginCall(amal_).ok());
  clock_.SetWall(absl::UnixEpoch() + absl::Hours(24 * 365));
  EXPECT_FALSE(limits.BeginCall(amal_).ok());
}

TEST_F(DeviceLimitsTest, SessionsCountWhileTheyAreOpen) {
  DeviceLimits limits({.sessions_per_device = 2}, clock_);
  auto first = limits.BeginSession(amal_);
  const auto second = limits.BeginSession(amal_);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(GetErrorCode(limits.BeginSession(amal_).status()), ErrorCode::kTryLater);
  EXPECT_TRUE(limits.BeginSession(jonas_).ok());
  first->reset();
  EXPECT_TRUE(limits.BeginSession(amal_).ok());
}

TEST_F(DeviceLimitsTest, MessagesAndBytesBeyondThePaceWaitToBeRead) {
  DeviceLimits limits({.messages_per_second = 10, .bytes_per_second = 1000}, clock_);
  for (int i = 0; i < 40; ++i) limits.Hear(amal_, 1);
  EXPECT_TRUE(limits.MayReadOn(amal_)) << "four seconds' worth at once";
  limits.Hear(amal_, 1);
  EXPECT_FALSE(limits.MayReadOn(amal_));
  EXPECT_TRUE(limits.MayReadOn(jonas_));
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_TRUE(limits.MayReadOn(amal_));
  limits.Hear(jonas_, 5000);
  EXPECT_FALSE(limits.MayReadOn(jonas_));
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(limits.MayReadOn(jonas_));
}

TEST_F(DeviceLimitsTest, ADaysWorkIsTakenWholeOrNotAndComesBackWithTheHours) {
  DeviceLimits limits({.mutations_per_day = 24, .bytes_per_day = 24'000}, clock_);
  EXPECT_TRUE(limits.TakeIn(amal_, 20, 100));
  EXPECT_FALSE(limits.TakeIn(amal_, 5, 100));
  EXPECT_TRUE(limits.TakeIn(amal_, 4, 100)) << "what was refused was not counted";
  clock_.Advance(absl::Hours(3));
  EXPECT_TRUE(limits.TakeIn(amal_, 3, 100));
  EXPECT_FALSE(limits.TakeIn(amal_, 1, 100));
  EXPECT_FALSE(limits.TakeIn(jonas_, 20, 20'000) && limits.TakeIn(jonas_, 1, 5'000)) << "bytes count too";
}

TEST_F(DeviceLimitsTest, WorkThatIsMoreThanADaysGoesByItselfSoThatNothingWaitsForEver) {
  DeviceLimits limits({.mutations_per_day = 24, .bytes_per_day = 1000}, clock_);
  EXPECT_TRUE(limits.TakeIn(amal_, 1000, 1'000'000));
  clock_.Advance(absl::Hours(24));
  EXPECT_FALSE(limits.TakeIn(amal_, 1, 1)) << "the days after it pay for it";
}

TEST(BaseLimitsTest, EachLimitIsSetByItsNameAndNonsenseIsRefused) {
  BaseLimits limits;
  for (const NamedLimit& limit : AllLimits()) {
    EXPECT_TRUE(SetLimit(std::string(limit.name) + "=7", limits).ok()) << limit.name;
    EXPECT_EQ(limits.*(limit.value), 7) << limit.name;
  }
  for (const char* nonsense : {"", "=", "connections", "connections=", "connections=0", "connections=-1",
                               "connections=1x", "connections=9999999999999", "conections=5"}) {
    EXPECT_EQ(GetErrorCode(SetLimit(nonsense, limits)), ErrorCode::kUsage) << nonsense;
  }
  EXPECT_EQ(limits.connections, 7);
}

TEST(BaseLimitsTest, TheTableForTheOperatorNamesEachLimitWithItsDefault) {
  std::ifstream in(std::string(OPGANG_SOURCE_DIR) + "/docs/under-attack.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  for (const NamedLimit& limit : AllLimits()) {
    const std::string row =
        "| `" + std::string(limit.name) + "` | " + std::to_string(BaseLimits().*(limit.value)) + " | ";
    EXPECT_NE(page.find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace opgang
