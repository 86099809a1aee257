// Short ways to say dates, instants and settings in the tests of the rule, and the bridge to the slow rule's
// types.
#ifndef OPGANG_TESTS_RULES_RULE_TESTING_H_
#define OPGANG_TESTS_RULES_RULE_TESTING_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/rules/three_day_rule.h"
#include "tests/rules/slow_rule.h"

namespace opgang {

inline absl::CivilDay Day(int year, int month, int day) { return absl::CivilDay(year, month, day); }
inline absl::CivilDay Day(const slow::Date& d) { return absl::CivilDay(d.year, d.month, d.day); }

inline slow::Date ToSlow(absl::CivilDay day) {
  return {static_cast<int>(day.year()), day.month(), day.day()};
}

inline absl::Time Micros(int64_t us) { return absl::FromUnixMicros(us); }

// Local time in Copenhagen.
inline absl::Time Local(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  return absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute, second), CopenhagenTime());
}
inline Interval At(absl::Time instant) { return {instant, instant}; }
inline Interval At(int year, int month, int day, int hour = 0, int minute = 0) {
  return At(Local(year, month, day, hour, minute));
}
inline DateSpan On(absl::CivilDay day) { return {day, day}; }

inline v1::StatedTime Word(absl::CivilDay day) {
  v1::StatedTime word;
  *word.mutable_date() = ToProto(day);
  return word;
}
inline v1::StatedTime Word(absl::CivilDay day, int minute_of_day) {
  v1::StatedTime word = Word(day);
  word.set_minute_of_day(minute_of_day);
  return word;
}

inline RuleSettings ToSettings(const slow::Rule& rule) {
  RuleSettings settings;
  settings.policy = rule.working_days ? DuePolicy::kWorkingDays : DuePolicy::kCalendarDays;
  settings.calendar.constitution_day_off = rule.june5_off;
  settings.calendar.christmas_eve_off = rule.december24_off;
  return settings;
}

inline constexpr slow::Rule kCalendarRule{};
inline constexpr slow::Rule kWorkingRule{.working_days = true};
inline constexpr slow::Rule kAllRules[] = {
    kCalendarRule,
    kWorkingRule,
    {.working_days = true, .june5_off = true},
    {.working_days = true, .december24_off = true},
    {.working_days = true, .june5_off = true, .december24_off = true},
};

}  // namespace opgang

#endif  // OPGANG_TESTS_RULES_RULE_TESTING_H_
