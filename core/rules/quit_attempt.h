// An attempt to stop smoking: it has a quit date, which may be moved, and two moments at which it is asked how it went.
// Civil dates in Europe/Copenhagen throughout.
//
//   four weeks   days 25 to 42 after the quit date (NHS stop smoking services' guidance: 28 days, -3 or +14)
//   half a year  from 5 to 7 months after it, both days included: quit 31 Aug 2025 -> 31 Jan .. 31 Mar 2026
//
// A month later is the same day of that month, or its last: 30 Sep + 5 months = 28 Feb.
#ifndef OPGANG_CORE_RULES_QUIT_ATTEMPT_H_
#define OPGANG_CORE_RULES_QUIT_ATTEMPT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/rules/three_day_rule.h"
#include "opgang/v1/course.pb.h"

namespace opgang {

// `recorded` is what clock evidence tells of the recording; pointers are the caller's, never null.
struct QuitDateFact {
  RecordId id;
  const v1::QuitDate* quit;
  Interval recorded;
};
struct TestFact {
  RecordId id;
  const v1::CarbonMonoxideTest* test;
  Interval recorded;
};

// Both days included.
struct DayWindow {
  absl::CivilDay first;
  absl::CivilDay last;
  bool contains(absl::CivilDay day) const { return first <= day && day <= last; }
};

absl::CivilDay MonthsAfter(absl::CivilDay day, int months);
DayWindow FourWeekWindow(absl::CivilDay quit);
DayWindow SixMonthWindow(absl::CivilDay quit);

struct QuitAttempt {
  RecordId id;                    // of the QuitDate that stands
  absl::CivilDay date;            // the one that stands
  absl::CivilDay first_date;      // as it was first set
  absl::CivilDay set_on;          // when it was first set
  std::vector<RecordId> records;  // all of them, oldest first
  bool disputed = false;          // two people moved it without knowing of each other

  // Whether an outcome that names this record id is about the attempt.
  bool Has(const std::string& quit_date_id) const;
};

// By the day on which each was first set.
std::vector<QuitAttempt> AttemptsOf(const std::vector<QuitDateFact>& facts);

// The day of what carries a word for it: the earliest that the evidence allows.
template <typename Message>
absl::CivilDay DayOf(const Message& message, const Interval& recorded) {
  return LocalDay(HappenedAt(message.has_happened() ? &message.happened() : nullptr, recorded).earliest);
}

// A reading verifies that somebody does not smoke where it is below this: 10 ppm is not verified.
inline constexpr double kVerifiedBelowPpm = 10;
// What the latest test of that occasion in the window showed; nullopt: none was taken.
std::optional<double> PpmIn(const std::vector<TestFact>& tests, v1::TestOccasion occasion,
                            const DayWindow& window);
// One was taken, and it verifies.
bool IsVerified(const std::optional<double>& ppm);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_QUIT_ATTEMPT_H_
