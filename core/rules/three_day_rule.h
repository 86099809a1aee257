// The three-day rule: at most three days from a citizen's inquiry until the citizen takes part in a group.
//
// Source: D1 (KL and BL, 2014): "en kort responstid på maksimum tre dage fra henvendelse, til borgerne deltog
// på hold". Asked on local date D (Europe/Copenhagen) -> in a group by the end of D+3. The rule counts dates,
// never 72 hours: the due instant is the first instant after the due date, local time, on either side of a
// clock change.
//
//   asked Wed 1 Apr 2026 -> calendar-days: due Sat 4 Apr   working-days: due Thu 9 Apr (Easter lies between)
//   took part Sat 4 Apr 23:59:59.999 -> met               took part Sun 5 Apr 00:00:00 -> met late
//
// Pure: values in, values out. Used alike by device and base.
#ifndef OPGANG_CORE_RULES_THREE_DAY_RULE_H_
#define OPGANG_CORE_RULES_THREE_DAY_RULE_H_

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/rules/danish_calendar.h"
#include "opgang/v1/ids.pb.h"

namespace opgang {

// Named and versioned: a report says which one it used.
enum class DuePolicy {
  kCalendarDays,  // "calendar-days": end of D+3; the source's literal words, the default
  kWorkingDays,   // "working-days": end of the third working day after D
};
std::string_view DuePolicyName(DuePolicy policy);
std::optional<DuePolicy> DuePolicyFromName(std::string_view name);

struct RuleSettings {
  DuePolicy policy = DuePolicy::kCalendarDays;
  CalendarSettings calendar;
};

// An instant known to lie in [earliest, latest]. Exact evidence: earliest == latest.
struct Interval {
  absl::Time earliest;
  absl::Time latest;
  friend bool operator==(const Interval&, const Interval&) = default;
};

// The local dates on which something may have happened, earliest <= latest.
struct DateSpan {
  absl::CivilDay earliest;
  absl::CivilDay latest;
  bool exact() const { return earliest == latest; }
  friend bool operator==(const DateSpan&, const DateSpan&) = default;
};

// The date D on which a citizen asked. The worker's word (`stated`) counts where there is one; it may lie
// before the recorded interval but not after its end: then the interval's latest date counts. Without a word
// D is the interval's earliest date, and the span runs to its latest. Dates are kept within 1900..2200 (as in
// v1::LocalDate), so that an interval without a bound (absl::InfiniteFuture()) still has civil dates.
DateSpan AskedOn(const std::optional<absl::CivilDay>& stated, const Interval& recorded);

// The due date for one asked date.
absl::CivilDay DueDate(absl::CivilDay asked, const RuleSettings& settings);

// Earliest and latest due date for a span of asked dates.
DateSpan DueDates(const DateSpan& asked, const RuleSettings& settings);

// When something happened, both ends included, in microseconds:
//  - the word with a time of day is that minute, hh:mm:00 to hh:mm:59.999999; on the night of a clock
//    change, a time that occurs twice or never is read both ways, and the interval holds both;
//  - a word without one is the whole local date, 00:00:00 to 23:59:59.999999;
//  - no word (`stated` null or without a valid date) is the recorded interval.
// Nothing happens after it was recorded: the end is cut to `recorded.latest`. A word that lies wholly after
// that is read as AskedOn reads it: what `recorded` holds of its latest date.
Interval HappenedAt(const v1::StatedTime* stated, const Interval& recorded);

// The date in the worker's word; nullopt where there is no word, or no valid date in it.
std::optional<absl::CivilDay> StatedDay(const v1::StatedTime* stated);

// Where a moment lies against a due date. The due instant is the end of the date and belongs to the next day:
//   23:59:59.999999 on the due date -> kByDue      00:00:00 on the day after -> kAfterDue
enum class DueComparison {
  kByDue,      // all of the moment lies before the end of the earliest due date: in time whatever is true
  kAfterDue,   // all of it lies at or after the end of the latest due date: late whatever is true
  kUndecided,  // the evidence straddles the due time: depending on what is true, in time or late
};
DueComparison CompareToDue(const Interval& moment, const DateSpan& due);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_THREE_DAY_RULE_H_
