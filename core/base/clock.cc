#include "core/base/clock.h"

#include <cstdio>
#include <cstdlib>

namespace opgang {

absl::TimeZone CopenhagenTime() {
  static const absl::TimeZone zone = [] {
    absl::TimeZone loaded;
    if (!absl::LoadTimeZone("Europe/Copenhagen", &loaded)) {
      std::fputs("opgang: the time zone Europe/Copenhagen is missing; install the package tzdata\n", stderr);
      std::abort();
    }
    return loaded;
  }();
  return zone;
}

absl::CivilDay LocalDay(absl::Time instant) { return absl::ToCivilDay(instant, CopenhagenTime()); }

absl::Time EndOfLocalDay(absl::CivilDay day) { return absl::FromCivil(day + 1, CopenhagenTime()); }

v1::LocalDate ToProto(absl::CivilDay day) {
  v1::LocalDate date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

absl::CivilDay FromProto(const v1::LocalDate& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

bool IsValidDate(const v1::LocalDate& date) {
  if (date.year() < 1900 || date.year() > 2200) return false;
  const absl::CivilDay day = FromProto(date);
  return day.year() == date.year() && day.month() == date.month() && day.day() == date.day();
}

}  // namespace opgang
