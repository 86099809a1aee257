// What a worker's word for a time means before today is known: the reading half of stated_time.h, which says
// which words there are. Pure; nothing here knows a calendar, so "31/4" is read as well.
#ifndef OPGANG_CORE_RULES_STATED_WORD_H_
#define OPGANG_CORE_RULES_STATED_WORD_H_

#include <optional>
#include <string_view>
#include <variant>

#include "absl/time/civil_time.h"

namespace opgang {

// "yesterday" is -1.
struct DaysFromToday {
  int days;
};

// A weekday. "fri" lies on the side that is asked for; "last fri" lies before today, "på fredag" after it.
struct NamedDay {
  enum class Side { kAsAsked, kBeforeToday, kAfterToday };
  absl::Weekday weekday;
  Side side;
};

// "1/4"
struct DayOfMonth {
  int month;
  int day;
};

// "1/4-2026"
struct DayOfYear {
  int year;
  int month;
  int day;
};

struct Meaning {
  std::variant<DaysFromToday, NamedDay, DayOfMonth, DayOfYear> day;
  std::optional<int> minute_of_day;  // after local midnight, 0..1439
};

// nullopt where the word is not understood, is ambiguous, or is not UTF-8.
std::optional<Meaning> ReadMeaning(std::string_view word);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_STATED_WORD_H_
