// The three-day rule once more: slow, by another way, and sharing no code with core/rules. Days are found by
// stepping, Easter stands in a table, local time follows from the European summer time directive (2000/84/EC)
// by hand, and cases are found by living through the story day after day. Knows the years 2022 to 2031.
// Instants are microseconds since 1970-01-01 UTC.
#ifndef OPGANG_TESTS_RULES_SLOW_RULE_H_
#define OPGANG_TESTS_RULES_SLOW_RULE_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace opgang::slow {

struct Date {
  int year;
  int month;
  int day;
  friend auto operator<=>(const Date&, const Date&) = default;
};
std::ostream& operator<<(std::ostream& out, const Date& date);

Date Next(Date date);
Date Before(Date date);
int WeekdayOf(Date date);  // 0 Monday .. 6 Sunday

struct Rule {
  bool working_days = false;
  bool june5_off = false;
  bool december24_off = false;
};
bool IsHoliday(Date date, const Rule& rule);
Date Due(Date asked, const Rule& rule);

// Local midnight at the beginning of a date.
int64_t Midnight(Date date);
Date LocalDate(int64_t instant);
// The two nights of a year on which clocks change: the instant of the change.
int64_t SummerBegins(int year);
int64_t SummerEnds(int year);

// A fact with exact evidence: recorded at one instant, perhaps with a word for a date, or a date and minute.
enum class Kind { kInquiry, kParticipation, kClosing, kReply };
struct Fact {
  Kind kind;
  int number;  // its name in the story
  int64_t recorded;
  std::optional<Date> said;
  std::optional<int> said_minute;  // after midnight; only with `said`
  bool mistake = false;            // of a closing: recorded by mistake
};

// A case in words, so that a difference can be read.
struct Case {
  std::vector<int> inquiries;  // sorted
  Date asked;
  Date due;
  std::string state;
  bool breach;
  int steps;
  friend bool operator==(const Case&, const Case&) = default;
};
std::ostream& operator<<(std::ostream& out, const Case& c);

// In the order in which they ended, the open one last. Knows stories within 2023 to 2030.
std::vector<Case> Cases(const std::vector<Fact>& facts, int64_t now, const Rule& rule);

}  // namespace opgang::slow

#endif  // OPGANG_TESTS_RULES_SLOW_RULE_H_
