// The response case against the slow rule: random stories with exact evidence are lived through day after
// day; for inexact evidence every world that it allows is judged on its own, and the state must say what they
// agree on.
#include <algorithm>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/rules/response_case.h"
#include "gtest/gtest.h"
#include "tests/rules/case_count.h"
#include "tests/rules/person.h"
#include "tests/rules/rule_testing.h"
#include "tests/rules/slow_rule.h"

namespace opgang {
namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1'000'000;

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  int64_t Between(int64_t from, int64_t to) { return std::uniform_int_distribution(from, to)(random_); }
  bool OneIn(int n) { return Between(1, n) == 1; }

 private:
  std::mt19937_64 random_;
};

// A day on which something is special: a holiday, a clock change, a leap day, or any day.
slow::Date SpecialDay(Dice& dice) {
  const int year = static_cast<int>(dice.Between(2023, 2029));
  switch (dice.Between(0, 4)) {
    case 0: return slow::LocalDate(slow::SummerBegins(year));
    case 1: return slow::LocalDate(slow::SummerEnds(year));
    case 2: return {dice.OneIn(2) ? 2024 : 2028, 2, 29};
    case 3: {
      slow::Date day{year, static_cast<int>(dice.Between(1, 12)), 10};
      while (!slow::IsHoliday(day, kCalendarRule)) day = slow::Next(day);
      return day;
    }
    default: return {year, static_cast<int>(dice.Between(1, 12)), static_cast<int>(dice.Between(1, 28))};
  }
}

// ---- Exact evidence

// Often at the very edges of a day.
int64_t SomeInstant(Dice& dice, int64_t from, int64_t to) {
  const int64_t instant = dice.Between(from, to);
  const int64_t midnight = slow::Midnight(slow::LocalDate(instant));
  if (dice.OneIn(6)) return midnight;
  if (dice.OneIn(6)) return midnight - 1'000;  // 23:59:59.999
  return instant;
}

slow::Fact SomeFact(Dice& dice, slow::Kind kind, int number, int64_t begin) {
  slow::Fact fact{.kind = kind, .number = number, .recorded = SomeInstant(dice, begin, begin + 12 * kDay)};
  const bool closing = kind == slow::Kind::kClosing;
  fact.mistake = closing && dice.OneIn(4);
  if (dice.OneIn(2)) return fact;
  fact.said = slow::LocalDate(fact.recorded - dice.Between(-1, 4) * kDay);
  // Two closings by word of one day have no order of their own: a closing names its minute.
  if (closing || dice.OneIn(2)) fact.said_minute = static_cast<int>(dice.Between(4 * 60, 1439));
  return fact;
}

std::vector<slow::Fact> SomeStory(Dice& dice) {
  const int64_t begin = slow::Midnight(SpecialDay(dice)) - 6 * kDay;
  std::vector<slow::Fact> story;
  const auto add = [&](slow::Kind kind, int64_t count) {
    for (; count > 0; --count)
      story.push_back(SomeFact(dice, kind, static_cast<int>(story.size()) + 1, begin));
  };
  add(slow::Kind::kInquiry, dice.Between(1, 4));
  add(slow::Kind::kParticipation, dice.Between(0, 2));
  add(slow::Kind::kClosing, dice.Between(0, 2));
  add(slow::Kind::kReply, dice.Between(0, 2));
  return story;
}

Person::Word WordOf(const slow::Fact& fact) {
  if (!fact.said) return std::nullopt;
  return fact.said_minute ? Word(Day(*fact.said), *fact.said_minute) : Word(Day(*fact.said));
}

void Tell(const std::vector<slow::Fact>& story, Person& person) {
  for (const slow::Fact& fact : story) {
    const Interval recorded = At(Micros(fact.recorded));
    switch (fact.kind) {
      case slow::Kind::kInquiry: person.Asks(recorded, WordOf(fact)); break;
      case slow::Kind::kParticipation: person.TakesPart(recorded, WordOf(fact)); break;
      case slow::Kind::kReply: person.IsRepliedTo(recorded, WordOf(fact)); break;
      case slow::Kind::kClosing:
        person.IsClosed(recorded,
                        fact.mistake ? v1::CLOSING_REASON_RECORDED_BY_MISTAKE : v1::CLOSING_REASON_WITHDRAWN,
                        WordOf(fact));
        break;
    }
  }
}

slow::Case InWords(const ResponseCase& c) {
  slow::Case words{.asked = ToSlow(c.asked.earliest),
                   .due = ToSlow(c.due.earliest),
                   .state = std::string(CaseStateName(c.state)),
                   .breach = c.breach,
                   .steps = c.steps};
  for (const RecordId& id : c.inquiries) words.inquiries.push_back(id.uuid()[15]);
  std::ranges::sort(words.inquiries);
  return words;
}

void SortByInquiries(std::vector<slow::Case>& cases) {
  std::ranges::sort(cases, {}, [](const slow::Case& c) { return c.inquiries; });
}

std::string Describe(const std::vector<slow::Fact>& story) {
  const char* const kinds[] = {"inquiry", "participation", "closing", "reply"};
  std::ostringstream out;
  for (const slow::Fact& fact : story) {
    out << '#' << fact.number << ' ' << kinds[static_cast<int>(fact.kind)] << " typed "
        << Micros(fact.recorded);
    if (fact.said) out << " said " << *fact.said;
    if (fact.said_minute) out << " minute " << *fact.said_minute;
    out << '\n';
  }
  return out.str();
}

class StoryTest : public ::testing::TestWithParam<int> {};

TEST_P(StoryTest, ExactStoriesFitTheSlowRule) {
  Dice dice(static_cast<uint64_t>(GetParam()));
  for (int i = 0; i < 500; ++i) {
    const std::vector<slow::Fact> story = SomeStory(dice);
    const slow::Rule rule = kAllRules[dice.Between(0, 4)];
    const int64_t now = SomeInstant(dice, story.front().recorded, story.front().recorded + 15 * kDay);
    Person person;
    Tell(story, person);
    std::vector<slow::Case> cases;
    for (const ResponseCase& c : person.Cases(Micros(now), ToSettings(rule))) cases.push_back(InWords(c));
    std::vector<slow::Case> expected = slow::Cases(story, now, rule);
    SortByInquiries(cases);
    SortByInquiries(expected);
    ASSERT_EQ(cases, expected) << Describe(story) << "story " << i << " of seed " << GetParam();
    CountCompared();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoryTest, ::testing::Range(1, 11));

// ---- Inexact evidence: all worlds

struct Evidence {
  int64_t first;
  int64_t last;
};

// Every instant at which the judgement could change: both ends, and both sides of each midnight between.
std::vector<int64_t> Instants(const Evidence& evidence) {
  std::vector<int64_t> instants = {evidence.first, evidence.last};
  for (slow::Date day = slow::LocalDate(evidence.first); day <= slow::LocalDate(evidence.last);
       day = slow::Next(day)) {
    const int64_t end = slow::Midnight(slow::Next(day));
    for (const int64_t instant : {end - 1, end}) {
      if (instant > evidence.first && instant < evidence.last) instants.push_back(instant);
    }
  }
  return instants;
}

struct Doubt {
  std::vector<Evidence> inquiries;       // one or two
  std::vector<Evidence> participations;  // none, one or two, none from before the day of asking
  int64_t now;
};

std::string Judge(const std::vector<int64_t>& asked, const std::vector<int64_t>& parts, int64_t now,
                  const slow::Rule& rule) {
  const int64_t due = slow::Midnight(slow::Next(slow::Due(slow::LocalDate(std::ranges::min(asked)), rule)));
  if (!parts.empty()) return std::ranges::min(parts) < due ? "met" : "met-late";
  return now >= due ? "overdue" : due - now < kDay ? "due-soon" : "open";
}

// Calls `visit` with one instant of each piece of evidence, for every combination.
template <typename Visit>
void EachWorld(const std::vector<Evidence>& evidence, std::vector<int64_t>& chosen, const Visit& visit) {
  if (chosen.size() == evidence.size()) return visit(chosen);
  for (const int64_t instant : Instants(evidence[chosen.size()])) {
    chosen.push_back(instant);
    EachWorld(evidence, chosen, visit);
    chosen.pop_back();
  }
}

std::set<std::string> Judgements(const Doubt& doubt, const slow::Rule& rule) {
  std::set<std::string> judgements;
  std::vector<int64_t> asked;
  EachWorld(doubt.inquiries, asked, [&](const std::vector<int64_t>& a) {
    std::vector<int64_t> parts;
    EachWorld(doubt.participations, parts,
              [&](const std::vector<int64_t>& p) { judgements.insert(Judge(a, p, doubt.now, rule)); });
  });
  return judgements;
}

// What a list may say: a breach only where all worlds agree, and the most pressing of what is still open.
std::string Agreed(const std::set<std::string>& judgements) {
  if (judgements.size() == 1) return *judgements.begin();
  if (judgements.contains("met") || judgements.contains("met-late")) return "undecidable";
  return "due-soon";  // open or overdue in some worlds, or due soon: less than 24 h left to the earliest due
                      // date
}

// Begins within [from, to].
Evidence SomeEvidence(Dice& dice, int64_t from, int64_t to) {
  const int64_t first = std::max(from, SomeInstant(dice, from, to));
  return {first, dice.OneIn(3) ? first : std::max(first, SomeInstant(dice, first, first + 4 * kDay))};
}

Doubt SomeDoubt(Dice& dice) {
  const int64_t begin = slow::Midnight(SpecialDay(dice)) - 4 * kDay;
  Doubt doubt;
  for (int64_t n = dice.Between(1, 2); n > 0; --n) {
    doubt.inquiries.push_back(SomeEvidence(dice, begin, begin + 3 * kDay));
  }
  int64_t from = begin;
  for (const Evidence& e : doubt.inquiries) from = std::max(from, e.first);
  for (int64_t n = dice.Between(0, 2); n > 0; --n) {
    doubt.participations.push_back(SomeEvidence(dice, from, from + 7 * kDay));
  }
  doubt.now = SomeInstant(dice, from, from + 11 * kDay);
  return doubt;
}

class WorldsTest : public ::testing::TestWithParam<int> {};

TEST_P(WorldsTest, TheStateSaysWhatAllWorldsAgreeOn) {
  Dice dice(static_cast<uint64_t>(1000 + GetParam()));
  for (int i = 0; i < 300; ++i) {
    const Doubt doubt = SomeDoubt(dice);
    const slow::Rule rule = kAllRules[dice.Between(0, 4)];
    Person person;
    for (const Evidence& e : doubt.inquiries) person.Asks({Micros(e.first), Micros(e.last)});
    for (const Evidence& e : doubt.participations) person.TakesPart({Micros(e.first), Micros(e.last)});
    const auto cases = person.Cases(Micros(doubt.now), ToSettings(rule));
    ASSERT_EQ(cases.size(), 1U);
    const std::string agreed = Agreed(Judgements(doubt, rule));
    ASSERT_EQ(CaseStateName(cases[0].state), agreed) << "doubt " << i << " of seed " << GetParam();
    ASSERT_EQ(cases[0].breach, agreed == "overdue" || agreed == "met-late");
    CountCompared();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, WorldsTest, ::testing::Range(1, 6));

}  // namespace
}  // namespace opgang
