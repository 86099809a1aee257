// Twenty-five people who began, or might have begun, to stop smoking in 2025: every awkward case once. Told as plain words and
// dates, from which the reports' input is made (TellTo) and which naive_counts.cc counts by itself, without any of the code
// that ships.
#ifndef OPGANG_TESTS_REPORTS_LIVES_H_
#define OPGANG_TESTS_REPORTS_LIVES_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/reports/cohort.h"
#include "tests/rules/slow_rule.h"

namespace opgang {

// Month and day, of 2025 unless a year is said.
slow::Date On(int month, int day, int year = 2025);

struct Said {
  std::string word;
  slow::Date day;
};
struct HandedOut {
  int weeks;
  slow::Date day;
  bool corrects_the_one_before = false;
};

// One course of one person; a person with two has two lines.
struct Life {
  int person;
  std::string story;  // what is awkward about it
  std::string area = "Nord";
  std::optional<slow::Date> intake = slow::Date{2025, 1, 2};
  std::string programme = "kom-og-kvit";
  double cigarettes = 20;  // a day, of the intake
  slow::Date first_meeting = {2025, 1, 7};
  // The eight weekly meetings: x came, - ticked as absent, . nobody ticked.
  std::string weeks = "xxxxxxxx";
  std::optional<slow::Date> ended = slow::Date{2025, 2, 25};
  std::string status = "smoke-free";  // at the end: smoke-free, reduced, smoking, not-known
  bool completed = true;              // in the instructor's word
  int satisfaction = 0;
  std::optional<slow::Date> quit = slow::Date{2025, 1, 21};
  std::optional<slow::Date> moved_to;
  std::optional<Said> four_weeks;                 // not-smoked, smoked, declined
  std::optional<double> four_weeks_ppm;           // on the same day
  std::vector<std::pair<slow::Date, int>> calls;  // day and hour
  std::optional<Said> half_year;  // continuous-0, continuous-5, continuous-more, point, reduced, smoking
  std::optional<double> half_year_ppm;  // on the same day
  std::optional<Said> reason;           // dead, moved, declined, not-reached, wrong-number
  bool consent_taken_back = false;
  std::vector<HandedOut> nicotine;
};

const std::vector<Life>& TwentyFiveLives();

// As records, each at the hour at which it would be noted.
void TellTo(Cohort& cohort, const std::vector<Life>& lives);

}  // namespace opgang

#endif  // OPGANG_TESTS_REPORTS_LIVES_H_
