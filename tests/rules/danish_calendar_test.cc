#include "core/rules/danish_calendar.h"

#include "gtest/gtest.h"
#include "tests/rules/rule_testing.h"
#include "tests/rules/slow_rule.h"

namespace opgang {
namespace {

const CalendarSettings kPlain;

TEST(EasterSundayTest, FitsTheAlmanacFrom2023To2030) {
  EXPECT_EQ(EasterSunday(2023), Day(2023, 4, 9));
  EXPECT_EQ(EasterSunday(2024), Day(2024, 3, 31));
  EXPECT_EQ(EasterSunday(2025), Day(2025, 4, 20));
  EXPECT_EQ(EasterSunday(2026), Day(2026, 4, 5));
  EXPECT_EQ(EasterSunday(2027), Day(2027, 3, 28));
  EXPECT_EQ(EasterSunday(2028), Day(2028, 4, 16));
  EXPECT_EQ(EasterSunday(2029), Day(2029, 4, 1));
  EXPECT_EQ(EasterSunday(2030), Day(2030, 4, 21));
}

TEST(EasterSundayTest, ReachesBothEndsOfItsRange) {
  EXPECT_EQ(EasterSunday(1818), Day(1818, 3, 22));  // the earliest possible
  EXPECT_EQ(EasterSunday(1943), Day(1943, 4, 25));  // the latest possible
  EXPECT_EQ(EasterSunday(1954), Day(1954, 4, 18));  // the two exceptions of the computus: never 26 April,
  EXPECT_EQ(EasterSunday(1981), Day(1981, 4, 19));  // and the paschal moon not twice on one date in a cycle
}

TEST(HolidayTest, StoreBededagEndedWith2023) {
  EXPECT_TRUE(IsPublicHoliday(Day(2023, 5, 5), kPlain));
  EXPECT_FALSE(IsPublicHoliday(Day(2024, 4, 26), kPlain));
  EXPECT_TRUE(IsWorkingDay(Day(2024, 4, 26), kPlain));
}

TEST(HolidayTest, ConstitutionDayAndChristmasEveAreSettings) {
  EXPECT_TRUE(IsWorkingDay(Day(2026, 6, 5), kPlain));
  EXPECT_FALSE(IsWorkingDay(Day(2026, 6, 5), {.constitution_day_off = true}));
  EXPECT_TRUE(IsWorkingDay(Day(2026, 6, 5), {.christmas_eve_off = true}));
  EXPECT_TRUE(IsWorkingDay(Day(2026, 12, 24), kPlain));
  EXPECT_FALSE(IsWorkingDay(Day(2026, 12, 24), {.christmas_eve_off = true}));
}

TEST(HolidayTest, EveryHolidayOf2026) {
  const absl::CivilDay holidays[] = {Day(2026, 1, 1),   Day(2026, 4, 2),  Day(2026, 4, 3),  Day(2026, 4, 5),
                                     Day(2026, 4, 6),   Day(2026, 5, 14), Day(2026, 5, 24), Day(2026, 5, 25),
                                     Day(2026, 12, 25), Day(2026, 12, 26)};
  int found = 0;
  for (absl::CivilDay day = Day(2026, 1, 1); day.year() == 2026; ++day) found += IsPublicHoliday(day, kPlain);
  for (const absl::CivilDay day : holidays) EXPECT_TRUE(IsPublicHoliday(day, kPlain)) << day;
  EXPECT_EQ(found, 10);
}

TEST(WorkingDayTest, CountingStartsOnTheNextWorkingDay) {
  EXPECT_EQ(WorkingDayAfter(Day(2026, 1, 5), 1, kPlain), Day(2026, 1, 6));  // Monday
  EXPECT_EQ(WorkingDayAfter(Day(2026, 1, 10), 1, kPlain),
            Day(2026, 1, 12));  // Saturday: the day itself never counts
  EXPECT_EQ(WorkingDayAfter(Day(2026, 4, 1), 3, kPlain), Day(2026, 4, 9));  // over Easter
}

TEST(HolidayTest, EveryDayFrom2023To2030FitsTheSlowCalendar) {
  for (const slow::Rule& rule : kAllRules) {
    const CalendarSettings settings = ToSettings(rule).calendar;
    for (slow::Date date{2023, 1, 1}; date.year <= 2030; date = slow::Next(date)) {
      ASSERT_EQ(IsPublicHoliday(Day(date), settings), slow::IsHoliday(date, rule)) << date;
      const bool weekend = slow::WeekdayOf(date) >= 5;
      ASSERT_EQ(IsWorkingDay(Day(date), settings), !weekend && !slow::IsHoliday(date, rule)) << date;
    }
  }
}

}  // namespace
}  // namespace opgang
