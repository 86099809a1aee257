#include "core/rules/quit_attempt.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/rules/succession.h"

namespace opgang {
namespace {

QuitAttempt AttemptOf(const std::vector<QuitDateFact>& facts, const Succession& chain) {
  const QuitDateFact& first = facts[chain.members.front()];
  const QuitDateFact& standing = facts[chain.standing];
  QuitAttempt attempt;
  attempt.id = standing.id;
  attempt.date = FromProto(standing.quit->date());
  attempt.first_date = FromProto(first.quit->date());
  attempt.set_on = DayOf(*first.quit, first.recorded);
  attempt.disputed = chain.disputed;
  for (const size_t member : chain.members) attempt.records.push_back(facts[member].id);
  return attempt;
}

}  // namespace

absl::CivilDay MonthsAfter(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day.day() - 1), last);
}

DayWindow FourWeekWindow(absl::CivilDay quit) { return {quit + 25, quit + 42}; }

DayWindow SixMonthWindow(absl::CivilDay quit) { return {MonthsAfter(quit, 5), MonthsAfter(quit, 7)}; }

bool QuitAttempt::Has(const std::string& quit_date_id) const {
  const auto named = RecordId::FromBytes(quit_date_id);
  return named && std::ranges::find(records, *named) != records.end();
}

std::vector<QuitAttempt> AttemptsOf(const std::vector<QuitDateFact>& facts) {
  std::vector<SuccessionEntry> entries;
  for (const QuitDateFact& fact : facts) {
    entries.push_back({fact.id, RecordId::FromBytes(fact.quit->moved_from_id()), fact.recorded.earliest});
  }
  std::vector<QuitAttempt> attempts;
  for (const Succession& chain : SuccessionsOf(entries)) attempts.push_back(AttemptOf(facts, chain));
  std::ranges::sort(attempts, {}, [](const QuitAttempt& a) { return std::tuple(a.set_on, a.id); });
  return attempts;
}

std::optional<double> PpmIn(const std::vector<TestFact>& tests, v1::TestOccasion occasion,
                            const DayWindow& window) {
  const TestFact* latest = nullptr;
  const auto moment = [](const TestFact& fact) {
    const v1::StatedTime* word = fact.test->has_happened() ? &fact.test->happened() : nullptr;
    return std::tuple(HappenedAt(word, fact.recorded).earliest, fact.recorded.earliest, fact.id);
  };
  for (const TestFact& fact : tests) {
    if (fact.test->occasion() != occasion || !window.contains(DayOf(*fact.test, fact.recorded))) continue;
    if (latest == nullptr || moment(fact) > moment(*latest)) latest = &fact;
  }
  return latest == nullptr ? std::nullopt : std::optional(latest->test->ppm());
}

bool IsVerified(const std::optional<double>& ppm) { return ppm && *ppm < kVerifiedBelowPpm; }

}  // namespace opgang
