#include "core/rules/danish_calendar.h"

namespace opgang {
namespace {

constexpr int kLastStoreBededagYear = 2023;

bool IsEasterHoliday(absl::CivilDay day) {
  switch (day - EasterSunday(static_cast<int>(day.year()))) {
    case -3:  // Maundy Thursday
    case -2:  // Good Friday
    case 0:   // Easter Sunday
    case 1:   // Easter Monday
    case 39:  // Ascension
    case 49:  // Whit Sunday
    case 50:  // Whit Monday
      return true;
    case 26: return day.year() <= kLastStoreBededagYear;
    default: return false;
  }
}

bool IsFixedHoliday(absl::CivilDay day, const CalendarSettings& settings) {
  const int month = day.month();
  const int date = day.day();
  if (month == 1) return date == 1;
  if (month == 6) return date == 5 && settings.constitution_day_off;
  if (month != 12) return false;
  return date == 25 || date == 26 || (date == 24 && settings.christmas_eve_off);
}

}  // namespace

// The Gregorian computus in the form of Meeus, Astronomical Algorithms, chapter 8 (after Butcher's
// Ecclesiastical Calendar, 1876). Names follow what each step stands for rather than the single letters of
// the source.
absl::CivilDay EasterSunday(int year) {
  const int golden = year % 19;
  const int century = year / 100;
  const int year_of_century = year % 100;
  const int moon_correction = (century - (century + 8) / 25 + 1) / 3;
  const int epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
  const int to_sunday =
      (32 + 2 * (century % 4) + 2 * (year_of_century / 4) - epact - year_of_century % 4) % 7;
  const int late_moon = (golden + 11 * epact + 22 * to_sunday) / 451;
  const int day_of_march = epact + to_sunday - 7 * late_moon + 22;  // 22..56: beyond 31 it lies in April
  return absl::CivilDay(year, 3, 1) + (day_of_march - 1);
}

bool IsPublicHoliday(absl::CivilDay day, const CalendarSettings& settings) {
  return IsFixedHoliday(day, settings) || IsEasterHoliday(day);
}

bool IsWorkingDay(absl::CivilDay day, const CalendarSettings& settings) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  if (weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday) return false;
  return !IsPublicHoliday(day, settings);
}

absl::CivilDay WorkingDayAfter(absl::CivilDay day, int n, const CalendarSettings& settings) {
  while (n > 0) {
    ++day;
    if (IsWorkingDay(day, settings)) --n;
  }
  return day;
}

}  // namespace opgang
