// Danish public holidays and working days. Pure; civil dates only.
//
// Source: the days off of the Danish national church: New Year's Day, Maundy Thursday (Easter -3), Good
// Friday (-2), Easter Sunday and Monday (0, +1), Store bededag (+26, until 2023 only: act no. 214 of 6 March
// 2023), Ascension (+39), Whit Sunday and Monday (+49, +50), 25 and 26 December. 5 June (Constitution Day)
// and 24 December are days off only where the base says so.
#ifndef OPGANG_CORE_RULES_DANISH_CALENDAR_H_
#define OPGANG_CORE_RULES_DANISH_CALENDAR_H_

#include "absl/time/civil_time.h"

namespace opgang {

struct CalendarSettings {
  bool constitution_day_off = false;  // 5 June
  bool christmas_eve_off = false;     // 24 December
};

// Easter Sunday of a year in the Gregorian calendar (Meeus/Jones/Butcher); any year from 1583.
absl::CivilDay EasterSunday(int year);

bool IsPublicHoliday(absl::CivilDay day, const CalendarSettings& settings);

// Neither Saturday, Sunday nor a public holiday.
bool IsWorkingDay(absl::CivilDay day, const CalendarSettings& settings);

// The n-th working day after `day`; `day` itself never counts, whether it is a working day or not. n >= 1.
absl::CivilDay WorkingDayAfter(absl::CivilDay day, int n, const CalendarSettings& settings);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_DANISH_CALENDAR_H_
