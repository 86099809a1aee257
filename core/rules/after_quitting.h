// How an attempt to stop went, asked after four weeks and after half a year. Pure; device and base call these functions.
//
// Four weeks: "not smoked at all on days 15 to 28", said within days 25 to 42. Said outside them it is not known.
//
// Half a year, by telephone, from 5 to 7 months after the quit date:
//
//   attempts   at least four, on different days of the window, one of them at 17:00 or later
//   answer     an answer of the window ends it; one outside the window is kept and is not valid
//   reason     else a coded reason ends it; "not reached" only after the attempts, or when the window has closed
//
// Where several were noted, the latest counts; an answer counts before a reason.
#ifndef OPGANG_CORE_RULES_AFTER_QUITTING_H_
#define OPGANG_CORE_RULES_AFTER_QUITTING_H_

#include <optional>
#include <vector>

#include "core/rules/quit_attempt.h"

namespace opgang {

inline constexpr int kAttemptDays = 4;
inline constexpr int kLateHour = 17;  // local time

struct FourWeekFact {
  RecordId id;
  const v1::FourWeekStatus* status;
  Interval recorded;
};
struct CallFact {
  RecordId id;
  const v1::FollowUpCall* call;
  Interval recorded;
};
struct SixMonthFact {
  RecordId id;
  const v1::SixMonthStatus* status;
  Interval recorded;
};

struct FourWeekResult {
  DayWindow window;
  v1::FourWeekAnswer answer =
      v1::FOUR_WEEK_ANSWER_UNSPECIFIED;  // NOT_SMOKED, SMOKED or DECLINED; else not known
  bool outside = false;                  // an answer lies outside the window, and none in it
  std::optional<double> ppm;
  bool quit() const { return answer == v1::FOUR_WEEK_ANSWER_NOT_SMOKED; }
  bool done() const { return answer != v1::FOUR_WEEK_ANSWER_UNSPECIFIED; }
};
FourWeekResult FourWeeksAfter(const QuitAttempt& attempt, const std::vector<FourWeekFact>& statuses,
                              const std::vector<TestFact>& tests);

struct SixMonthResult {
  DayWindow window;
  int days_tried = 0;                        // different days of the window with an attempt
  bool tried_late = false;                   // certainly at kLateHour or later on one of them
  bool noted = false;                        // an answer or a reason was noted in the window
  std::optional<v1::SixMonthStatus> answer;  // valid: given in the window
  v1::NoAnswerReason reason =
      v1::NO_ANSWER_REASON_UNSPECIFIED;  // that counts; unspecified: none, or there is an answer
  bool outside = false;                  // an answer lies outside the window, and none in it
  std::optional<double> ppm;             // of the latest test in the window
  bool done = false;                     // nothing is left to be done

  int days_left() const { return days_tried < kAttemptDays ? kAttemptDays - days_tried : 0; }
  bool may_give_up() const { return days_left() == 0 && tried_late; }
  // Reached or attempted at half a year.
  bool followed_up() const { return days_tried > 0 || noted; }
  bool smoke_free() const;  // now: continuously or not
  bool continuous() const;  // since the quit date, five cigarettes in all at the most
};
// `today`: local date of now. A withdrawn consent to be rung counts as that reason.
SixMonthResult SixMonthsAfter(const QuitAttempt& attempt, const std::vector<CallFact>& calls,
                              const std::vector<SixMonthFact>& statuses, const std::vector<TestFact>& tests,
                              bool consent_withdrawn, absl::CivilDay today);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_AFTER_QUITTING_H_
