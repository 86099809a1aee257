#include "core/rules/after_quitting.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace opgang {
namespace {

template <typename Message>
Interval MomentOf(const Message& message, const Interval& recorded) {
  return HappenedAt(message.has_happened() ? &message.happened() : nullptr, recorded);
}

const v1::FourWeekStatus& ContentOf(const FourWeekFact& fact) { return *fact.status; }
const v1::FollowUpCall& ContentOf(const CallFact& fact) { return *fact.call; }
const v1::SixMonthStatus& ContentOf(const SixMonthFact& fact) { return *fact.status; }

// Those about the attempt, the latest last.
template <typename Fact>
std::vector<Fact> About(const QuitAttempt& attempt, const std::vector<Fact>& facts) {
  std::vector<Fact> about;
  for (const Fact& fact : facts) {
    if (attempt.Has(ContentOf(fact).quit_date_id())) about.push_back(fact);
  }
  std::ranges::sort(about, {}, [](const Fact& fact) {
    return std::tuple(MomentOf(ContentOf(fact), fact.recorded).earliest, fact.recorded.earliest, fact.id);
  });
  return about;
}

// What was said in the window; a word about smoking counts before a refusal to say, and "not reached" is a step.
void TakeFourWeeks(const std::vector<FourWeekFact>& statuses, FourWeekResult& result) {
  for (const FourWeekFact& fact : statuses) {
    const v1::FourWeekAnswer answer = fact.status->answer();
    if (answer == v1::FOUR_WEEK_ANSWER_NOT_REACHED) continue;
    const bool valid = result.window.contains(DayOf(*fact.status, fact.recorded));
    const bool takes_back = answer == v1::FOUR_WEEK_ANSWER_DECLINED && result.done();
    if (valid && !takes_back) result.answer = answer;
    result.outside |= !valid;
  }
  result.outside &= !result.done();
}

// Certainly so late on that very day: a word without an hour is not.
bool IsLate(const Interval& moment) {
  const absl::CivilHour hour = absl::ToCivilHour(moment.earliest, CopenhagenTime());
  return hour.hour() >= kLateHour && LocalDay(moment.latest) == LocalDay(moment.earliest);
}

void CountCalls(const std::vector<CallFact>& calls, SixMonthResult& result) {
  std::set<absl::CivilDay> days;
  for (const CallFact& fact : calls) {
    const Interval moment = MomentOf(*fact.call, fact.recorded);
    const absl::CivilDay day = LocalDay(moment.earliest);
    if (!result.window.contains(day)) continue;
    days.insert(day);
    result.tried_late |= IsLate(moment);
  }
  result.days_tried = static_cast<int>(days.size());
}

// An answer after the window closed is not valid, and nobody is rung for another one.
void TakeAnswers(const std::vector<SixMonthFact>& statuses, SixMonthResult& result) {
  for (const SixMonthFact& fact : statuses) {
    if (fact.status->answer() == v1::SIX_MONTH_ANSWER_UNSPECIFIED) continue;
    const absl::CivilDay day = DayOf(*fact.status, fact.recorded);
    if (result.window.contains(day)) result.answer = *fact.status;
    result.noted |= result.window.contains(day);
    result.outside |= !result.window.contains(day);
    result.done |= day >= result.window.first;
  }
  if (result.answer) result.outside = false;
}

void TakeReasons(const std::vector<SixMonthFact>& statuses, bool closed, SixMonthResult& result) {
  for (const SixMonthFact& fact : statuses) {
    const v1::NoAnswerReason reason = fact.status->reason();
    if (reason == v1::NO_ANSWER_REASON_UNSPECIFIED) continue;
    const bool counts = reason != v1::NO_ANSWER_REASON_NOT_REACHED || result.may_give_up() || closed;
    if (counts) result.reason = reason;
    result.noted |= counts && result.window.contains(DayOf(*fact.status, fact.recorded));
  }
}

}  // namespace

FourWeekResult FourWeeksAfter(const QuitAttempt& attempt, const std::vector<FourWeekFact>& statuses,
                              const std::vector<TestFact>& tests) {
  FourWeekResult result{.window = FourWeekWindow(attempt.date)};
  TakeFourWeeks(About(attempt, statuses), result);
  result.ppm = PpmIn(tests, v1::TEST_OCCASION_FOUR_WEEKS, result.window);
  return result;
}

bool SixMonthResult::smoke_free() const {
  return answer && (answer->answer() == v1::SIX_MONTH_ANSWER_CONTINUOUS ||
                    answer->answer() == v1::SIX_MONTH_ANSWER_POINT_ABSTINENT);
}

bool SixMonthResult::continuous() const {
  return answer && answer->answer() == v1::SIX_MONTH_ANSWER_CONTINUOUS &&
         answer->cigarettes_since_quit() != v1::CIGARETTES_SINCE_QUIT_MORE_THAN_5 &&
         answer->cigarettes_since_quit() != v1::CIGARETTES_SINCE_QUIT_UNSPECIFIED;
}

SixMonthResult SixMonthsAfter(const QuitAttempt& attempt, const std::vector<CallFact>& calls,
                              const std::vector<SixMonthFact>& statuses, const std::vector<TestFact>& tests,
                              bool consent_withdrawn, absl::CivilDay today) {
  SixMonthResult result{.window = SixMonthWindow(attempt.date)};
  CountCalls(About(attempt, calls), result);
  const std::vector<SixMonthFact> about = About(attempt, statuses);
  TakeAnswers(about, result);
  TakeReasons(about, today > result.window.last, result);
  const bool reasoned = result.reason != v1::NO_ANSWER_REASON_UNSPECIFIED;
  if (!reasoned && consent_withdrawn) result.reason = v1::NO_ANSWER_REASON_CONSENT_WITHDRAWN;
  if (result.answer) result.reason = v1::NO_ANSWER_REASON_UNSPECIFIED;
  result.done |= result.reason != v1::NO_ANSWER_REASON_UNSPECIFIED;
  result.ppm = PpmIn(tests, v1::TEST_OCCASION_SIX_MONTHS, result.window);
  return result;
}

}  // namespace opgang
