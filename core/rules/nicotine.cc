#include "core/rules/nicotine.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/rules/succession.h"

namespace opgang {
namespace {

std::optional<size_t> CourseOn(absl::CivilDay day, const std::vector<ActiveSpan>& courses) {
  std::optional<size_t> found;
  for (size_t i = 0; i < courses.size(); ++i) {
    if (courses[i].first <= day && day <= courses[i].last) found = i;  // on a day of two, the newer
  }
  return found;
}

absl::CivilDay LastDayOf(absl::CivilDay first) { return first + (kNicotineDays - 1); }

// An entry that says that nothing was handed out opens no window and counts for nothing.
bool IsSomething(const LedgerLine& line) { return line.hand_out->weeks() > 0; }

// In the order of the days: each is judged by those before it.
void Flag(std::vector<LedgerLine>& lines) {
  std::map<size_t, absl::CivilDay> first;
  std::map<size_t, int> weeks;
  for (LedgerLine& line : lines) {
    if (!IsSomething(line)) continue;
    if (!line.course) {
      line.flag = HandOutFlag::kNotParticipating;
      continue;
    }
    const absl::CivilDay opened = first.emplace(*line.course, line.day).first->second;
    weeks[*line.course] += line.hand_out->weeks();
    if (line.day > LastDayOf(opened)) {
      line.flag = HandOutFlag::kAfterWindow;
    } else if (weeks[*line.course] > kNicotineWeeks) {
      line.flag = HandOutFlag::kTooManyWeeks;
    }
  }
}

}  // namespace

std::string_view HandOutFlagName(HandOutFlag flag) {
  switch (flag) {
    case HandOutFlag::kNone: return "none";
    case HandOutFlag::kNotParticipating: return "not-participating";
    case HandOutFlag::kAfterWindow: return "after-window";
    case HandOutFlag::kTooManyWeeks: return "too-many-weeks";
  }
  return "none";
}

std::optional<absl::CivilDay> NicotineLedger::FirstDay(size_t course) const {
  const auto found =
      std::ranges::find_if(lines, [&](const LedgerLine& l) { return l.course == course && IsSomething(l); });
  return found == lines.end() ? std::nullopt : std::optional(found->day);
}

int NicotineLedger::Weeks(size_t course) const {
  int weeks = 0;
  for (const LedgerLine& line : lines) weeks += line.course == course ? line.hand_out->weeks() : 0;
  return weeks;
}

NicotineLedger LedgerOf(const std::vector<HandOutFact>& facts, const std::vector<ActiveSpan>& courses) {
  std::vector<SuccessionEntry> entries;
  for (const HandOutFact& fact : facts) {
    entries.push_back({fact.id, RecordId::FromBytes(fact.hand_out->corrects_id()), fact.recorded.earliest});
  }
  NicotineLedger ledger;
  std::map<RecordId, absl::Time> recorded;
  for (const Succession& chain : SuccessionsOf(entries)) {
    const HandOutFact& fact = facts[chain.standing];
    LedgerLine line{fact.id, DayOf(*fact.hand_out, fact.recorded), fact.hand_out, {}};
    line.course = CourseOn(line.day, courses);
    line.is_correction = chain.members.size() > 1;
    line.disputed = chain.disputed;
    recorded[line.id] = fact.recorded.earliest;
    ledger.corrected += static_cast<int>(chain.members.size()) - 1;
    ledger.lines.push_back(line);
  }
  std::ranges::sort(ledger.lines, {},
                    [&](const LedgerLine& l) { return std::tuple(l.day, recorded[l.id], l.id); });
  Flag(ledger.lines);
  return ledger;
}

NicotineAllowance AllowanceOn(absl::CivilDay day, const NicotineLedger& ledger,
                              const std::vector<ActiveSpan>& courses) {
  NicotineAllowance allowance;
  const std::optional<size_t> course = CourseOn(day, courses);
  if (!course) {
    allowance.refused = HandOutFlag::kNotParticipating;
    return allowance;
  }
  const std::optional<absl::CivilDay> first = ledger.FirstDay(*course);
  if (first) allowance.last_day = LastDayOf(*first);
  if (allowance.last_day && day > *allowance.last_day) {
    allowance.refused = HandOutFlag::kAfterWindow;
    return allowance;
  }
  allowance.weeks = std::max(0, kNicotineWeeks - ledger.Weeks(*course));
  if (allowance.weeks == 0) allowance.refused = HandOutFlag::kTooManyWeeks;
  return allowance;
}

}  // namespace opgang
