// Tablets with wrong clocks, over real TLS: nothing about a clock stops enrolment or a sync (I16), and due
// dates follow the evidence, never the wall clock (I14). The clocks are set from outside with Debian's
// faketime.
#include <string>

#include "absl/time/civil_time.h"
#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

// The base's clock is set as well, so that no run meets a real midnight.
constexpr char kBaseNoon[] = "@2026-03-10 11:00:00";
constexpr char kTwoDaysOn[] = "@2026-03-12 11:00:00";
constexpr char kEightDaysOn[] = "@2026-03-18 11:00:00";

std::string Today(int days_later = 0) {
  return absl::FormatCivilTime(absl::CivilDay(2026, 3, 10) + days_later);
}

class WrongClockTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start(WallClock(kBaseNoon));
    base_.ImportOneEntrance();
  }

  // The one case that a tablet shows.
  static Json OnlyCase(const Tablet& tablet) {
    const Json due = tablet.RunJson({"due"});
    EXPECT_EQ(due["cases"].size(), 1U) << due.dump();
    return due["cases"].empty() ? Json::object() : due["cases"][0];
  }

  static void ExpectDates(const Json& span, const std::string& earliest, const std::string& latest) {
    EXPECT_EQ(span["earliest"], earliest) << span.dump();
    EXPECT_EQ(span["latest"], latest) << span.dump();
  }

  void EnrolsSyncsAndIsExact(const std::string& wall_clock) {
    tablet_.SetClocks(WallClock(wall_clock));
    tablet_.Join(base_, "amal", "tablet-1");
    tablet_.TakeInquiry("Tick");
    const Json offline = OnlyCase(tablet_);
    tablet_.Sync();
    reader_.Join(base_, "bodil", "tablet-2");
    const Json read = OnlyCase(reader_);
    for (const Json& one : {offline, OnlyCase(tablet_), read}) {
      ExpectDates(one["asked"], Today(), Today());
      ExpectDates(one["in_a_group_by"], Today(3), Today(3));
    }
    EXPECT_EQ(reader_.Run({"due"}).out.find('~'), std::string::npos);
  }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet tablet_{scratch_ / "tablet"};
  Tablet reader_{scratch_ / "reader"};
};

TEST_F(WrongClockTest, ATabletDated1970EnrolsSyncsAndItsDueDateIsRight) {
  EnrolsSyncsAndIsExact("@1970-01-02 10:00:00");
}

TEST_F(WrongClockTest, ATabletDated2036EnrolsSyncsAndItsDueDateIsRight) {
  EnrolsSyncsAndIsExact("@2036-02-03 04:05:06");
}

// Three boots: enrolled in one, captured in the next, handed in two days later from a third.
TEST_F(WrongClockTest, CapturedInAnotherBootTheInquiryShowsEarliestAndLatestDateAtDeviceAndBase) {
  tablet_.SetClocks(EveryClock("@2036-02-03 04:05:06"));
  tablet_.Join(base_, "amal", "tablet-1");
  tablet_.SetClocks(EveryClock("@2030-02-03 04:05:06"));
  tablet_.TakeInquiry("Boot");
  EXPECT_EQ(OnlyCase(tablet_)["asked"]["earliest"], Today());
  EXPECT_NE(tablet_.Run({"due"}).out.find('~'), std::string::npos) << tablet_.Run({"due"}).Words();

  base_.Stop();
  base_.Start(WallClock(kTwoDaysOn));
  tablet_.SetClocks({});
  tablet_.Sync();
  reader_.Join(base_, "bodil", "tablet-2");
  const Json read = OnlyCase(reader_);
  ExpectDates(read["asked"], Today(), Today(2));
  ExpectDates(read["in_a_group_by"], Today(3), Today(5));
  EXPECT_NE(reader_.Run({"due"}).out.find('~'), std::string::npos);
}

// A device that nobody has heard of for more than a working day; eight days hold one in any week of any year.
TEST_F(WrongClockTest, ADeviceNotHeardForAWorkingDayIsListedAsSilentOnTheBoardWithWhatItLastSaid) {
  tablet_.Join(base_, "amal", "tablet-1");
  tablet_.TakeInquiry("Bag");
  tablet_.Sync();
  EXPECT_EQ(base_.AdminJson({"devices"})["devices"][0]["silent"], false);

  base_.Stop();
  base_.Start(WallClock(kEightDaysOn));
  const Json listed = base_.AdminJson({"devices"})["devices"][0];
  EXPECT_EQ(listed["device"], "tablet-1");
  EXPECT_EQ(listed["silent"], true);
  reader_.Join(base_, "cilla", "office", "coordinator");
  const Json devices = reader_.RunJson({"board"})["devices"];
  ASSERT_FALSE(devices.empty()) << "the longest silent comes first";
  EXPECT_EQ(devices[0]["device"], "tablet-1");
  EXPECT_EQ(devices[0]["holder"], "amal");
  EXPECT_EQ(devices[0]["silent"], true);
  EXPECT_NE(reader_.Run({"board"}).out.find("tablet-1"), std::string::npos);
}

}  // namespace
}  // namespace opgang
