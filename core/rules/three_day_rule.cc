#include "core/rules/three_day_rule.h"

#include <algorithm>

#include "core/base/clock.h"

namespace opgang {
namespace {

constexpr int kDays = 3;
constexpr std::string_view kCalendarDaysName = "calendar-days";
constexpr std::string_view kWorkingDaysName = "working-days";

// The last microsecond that still belongs to what ends at `end`.
absl::Time LastOf(absl::Time end) { return end - absl::Microseconds(1); }

absl::CivilDay WithinCalendar(absl::CivilDay day) {
  return std::clamp(day, absl::CivilDay(1900, 1, 1), absl::CivilDay(2200, 12, 31));
}

absl::CivilDay DayOf(absl::Time instant) { return WithinCalendar(LocalDay(instant)); }

Interval WholeDay(absl::CivilDay day) {
  return {absl::FromCivil(day, CopenhagenTime()), LastOf(EndOfLocalDay(day))};
}

// `pre` and `post` differ on the night of a clock change only.
Interval WholeMinute(absl::CivilDay day, int minute_of_day) {
  const auto local = CopenhagenTime().At(absl::CivilMinute(day) + minute_of_day);
  const auto [first, last] = std::minmax(local.pre, local.post);
  return {first, LastOf(last + absl::Minutes(1))};
}

Interval WordAlone(const v1::StatedTime& stated, absl::CivilDay day) {
  return stated.has_minute_of_day() ? WholeMinute(day, stated.minute_of_day()) : WholeDay(day);
}

Interval LatestDateOf(const Interval& recorded) {
  const absl::Time midnight = WholeDay(DayOf(recorded.latest)).earliest;
  return {std::clamp(midnight, recorded.earliest, recorded.latest), recorded.latest};
}

}  // namespace

std::string_view DuePolicyName(DuePolicy policy) {
  return policy == DuePolicy::kWorkingDays ? kWorkingDaysName : kCalendarDaysName;
}

std::optional<DuePolicy> DuePolicyFromName(std::string_view name) {
  if (name == kCalendarDaysName) return DuePolicy::kCalendarDays;
  if (name == kWorkingDaysName) return DuePolicy::kWorkingDays;
  return std::nullopt;
}

DateSpan AskedOn(const std::optional<absl::CivilDay>& stated, const Interval& recorded) {
  const absl::CivilDay latest = DayOf(recorded.latest);
  if (!stated) return {DayOf(recorded.earliest), latest};
  const absl::CivilDay asked = WithinCalendar(std::min(*stated, latest));
  return {asked, asked};
}

absl::CivilDay DueDate(absl::CivilDay asked, const RuleSettings& settings) {
  if (settings.policy == DuePolicy::kWorkingDays) return WorkingDayAfter(asked, kDays, settings.calendar);
  return asked + kDays;
}

DateSpan DueDates(const DateSpan& asked, const RuleSettings& settings) {
  return {DueDate(asked.earliest, settings), DueDate(asked.latest, settings)};
}

std::optional<absl::CivilDay> StatedDay(const v1::StatedTime* stated) {
  if (stated == nullptr || !IsValidDate(stated->date())) return std::nullopt;
  return FromProto(stated->date());
}

Interval HappenedAt(const v1::StatedTime* stated, const Interval& recorded) {
  const std::optional<absl::CivilDay> day = StatedDay(stated);
  if (!day) return recorded;
  const Interval word = WordAlone(*stated, *day);
  if (word.earliest > recorded.latest) return LatestDateOf(recorded);
  return {word.earliest, std::min(word.latest, recorded.latest)};
}

DueComparison CompareToDue(const Interval& moment, const DateSpan& due) {
  if (moment.latest < EndOfLocalDay(due.earliest)) return DueComparison::kByDue;
  if (moment.earliest >= EndOfLocalDay(due.latest)) return DueComparison::kAfterDue;
  return DueComparison::kUndecided;
}

}  // namespace opgang
