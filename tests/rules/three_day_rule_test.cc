#include "core/rules/three_day_rule.h"

#include <random>

#include "core/rules/stated_time.h"
#include "gtest/gtest.h"
#include "tests/rules/case_count.h"
#include "tests/rules/rule_testing.h"
#include "tests/rules/slow_rule.h"

namespace opgang {
namespace {

const RuleSettings kCalendar;
const RuleSettings kWorking{.policy = DuePolicy::kWorkingDays};
constexpr absl::Duration kMicro = absl::Microseconds(1);

// ---- Due dates

TEST(DueDateTest, AskedOnWednesdayBeforeEaster2026) {
  EXPECT_EQ(DueDate(Day(2026, 4, 1), kCalendar), Day(2026, 4, 4));
  EXPECT_EQ(DueDate(Day(2026, 4, 1), kWorking), Day(2026, 4, 9));
}

TEST(DueDateTest, AskedOnADayOffCountsFromThatDay) {
  EXPECT_EQ(DueDate(Day(2026, 1, 10), kWorking), Day(2026, 1, 14));  // Saturday: Mon, Tue, Wed
  EXPECT_EQ(DueDate(Day(2026, 1, 11), kWorking), Day(2026, 1, 14));  // Sunday
  EXPECT_EQ(DueDate(Day(2026, 4, 5), kWorking), Day(2026, 4, 9));    // Easter Sunday
}

TEST(DueDateTest, LeapDaysAreDays) {
  EXPECT_EQ(DueDate(Day(2024, 2, 27), kCalendar), Day(2024, 3, 1));
  EXPECT_EQ(DueDate(Day(2024, 2, 29), kCalendar), Day(2024, 3, 3));
  EXPECT_EQ(DueDate(Day(2028, 2, 26), kCalendar), Day(2028, 2, 29));
  EXPECT_EQ(DueDate(Day(2027, 2, 26), kCalendar), Day(2027, 3, 1));
}

TEST(DueDateTest, OverTheTurnOfTheYear) {
  EXPECT_EQ(DueDate(Day(2025, 12, 30), kCalendar), Day(2026, 1, 2));
  EXPECT_EQ(DueDate(Day(2025, 12, 23), kWorking), Day(2025, 12, 30));  // 24, 29, 30
  EXPECT_EQ(DueDate(Day(2025, 12, 23), {DuePolicy::kWorkingDays, {.christmas_eve_off = true}}),
            Day(2025, 12, 31));
}

TEST(DueDateTest, EveryDayFrom2023To2030FitsTheSlowRule) {
  for (const slow::Rule& rule : kAllRules) {
    for (slow::Date asked{2023, 1, 1}; asked.year <= 2030; asked = slow::Next(asked)) {
      ASSERT_EQ(DueDate(Day(asked), ToSettings(rule)), Day(slow::Due(asked, rule))) << asked;
      CountCompared();
    }
  }
}

TEST(DueDateTest, SpanGoesFromTheEarliestToTheLatest) {
  const DateSpan due = DueDates({Day(2026, 4, 1), Day(2026, 4, 3)}, kCalendar);
  EXPECT_EQ(due, (DateSpan{Day(2026, 4, 4), Day(2026, 4, 6)}));
  EXPECT_FALSE(due.exact());
}

TEST(DuePolicyTest, NamesGoBothWays) {
  for (const DuePolicy policy : {DuePolicy::kCalendarDays, DuePolicy::kWorkingDays}) {
    EXPECT_EQ(DuePolicyFromName(DuePolicyName(policy)), policy);
  }
  EXPECT_EQ(DuePolicyFromName("calendar-days"), DuePolicy::kCalendarDays);
  EXPECT_EQ(DuePolicyFromName("working-days"), DuePolicy::kWorkingDays);
  EXPECT_EQ(DuePolicyFromName("72-hours"), std::nullopt);
}

// ---- The due instant, from both sides

TEST(DueInstantTest, LastMillisecondIsMetAndMidnightIsLate) {
  const DateSpan due = On(Day(2026, 4, 4));
  const absl::Time midnight = Local(2026, 4, 5);
  EXPECT_EQ(CompareToDue(At(midnight - absl::Milliseconds(1)), due), DueComparison::kByDue);
  EXPECT_EQ(CompareToDue(At(midnight), due), DueComparison::kAfterDue);
  EXPECT_EQ(CompareToDue({midnight - absl::Milliseconds(1), midnight}, due), DueComparison::kUndecided);
}

TEST(DueInstantTest, DaysOf23And25HoursEndAtLocalMidnight) {
  EXPECT_EQ(Local(2026, 3, 30) - Local(2026, 3, 29), absl::Hours(23));
  EXPECT_EQ(Local(2026, 10, 26) - Local(2026, 10, 25), absl::Hours(25));
  // Asked Friday 27 March at 10: 72 hours end on Monday at 11, the rule at the end of Monday.
  EXPECT_EQ(CompareToDue(At(2026, 3, 30, 23, 59), On(DueDate(Day(2026, 3, 27), kCalendar))),
            DueComparison::kByDue);
  // Asked on Thursday 22 October: due at the end of the long Sunday, one hour later than +72 h would say.
  EXPECT_EQ(CompareToDue(At(2026, 10, 25, 23, 30), On(DueDate(Day(2026, 10, 22), kCalendar))),
            DueComparison::kByDue);
}

// Takes part at `instant`; the slow rule says whether that is in time.
void CompareAt(const slow::Date& asked, int64_t instant, const slow::Rule& rule) {
  const DateSpan due = DueDates(AskedOn(std::nullopt, At(Micros(slow::Midnight(asked)))), ToSettings(rule));
  const bool in_time = slow::LocalDate(instant) <= slow::Due(asked, rule);
  const DueComparison expected = in_time ? DueComparison::kByDue : DueComparison::kAfterDue;
  ASSERT_EQ(CompareToDue(At(Micros(instant)), due), expected) << asked << ' ' << instant;
  CountCompared();
}

TEST(DueInstantTest, BothSidesOfEveryDueMidnightFrom2023To2030) {
  for (const slow::Rule& rule : {kCalendarRule, kWorkingRule}) {
    for (slow::Date asked{2023, 1, 1}; asked.year <= 2030; asked = slow::Next(asked)) {
      const int64_t midnight = slow::Midnight(slow::Next(slow::Due(asked, rule)));
      for (const int64_t us : {-1'000'000, -1'000, -1, 0, 1'000}) CompareAt(asked, midnight + us, rule);
    }
  }
}

TEST(DueInstantTest, EveryHourAroundBothClockChangesOfEachYear) {
  constexpr int64_t kHalfHour = 1'800'000'000;
  for (int year = 2023; year <= 2030; ++year) {
    for (const int64_t change : {slow::SummerBegins(year), slow::SummerEnds(year)}) {
      for (int back = 0; back <= 4; ++back) {
        slow::Date asked = slow::LocalDate(change);
        for (int i = 0; i < back; ++i) asked = slow::Before(asked);
        for (int step = -60; step <= 60; ++step) CompareAt(asked, change + step * kHalfHour, kCalendarRule);
      }
    }
  }
}

// ---- The date of asking

TEST(AskedOnTest, FridaysWordTypedOnMondayCountsFromFriday) {
  const Interval monday = At(2026, 3, 30, 9);
  EXPECT_EQ(AskedOn(Day(2026, 3, 27), monday), On(Day(2026, 3, 27)));
}

TEST(AskedOnTest, WithoutAWordTheSpanOfTheRecording) {
  EXPECT_EQ(AskedOn(std::nullopt, At(2026, 4, 1, 23, 59)), On(Day(2026, 4, 1)));
  const Interval wide{Local(2026, 3, 30, 8), Local(2026, 4, 2, 0, 0)};
  EXPECT_EQ(AskedOn(std::nullopt, wide), (DateSpan{Day(2026, 3, 30), Day(2026, 4, 2)}));
}

TEST(AskedOnTest, AWordAfterTheRecordingIsItsLatestDate) {
  const Interval wide{Local(2026, 3, 30, 8), Local(2026, 4, 2, 12)};
  EXPECT_EQ(AskedOn(Day(2026, 4, 9), wide), On(Day(2026, 4, 2)));
  EXPECT_EQ(AskedOn(Day(2026, 4, 1), wide), On(Day(2026, 4, 1)));
}

TEST(AskedOnTest, AnUnboundedRecordingHasDates) {
  const Interval unbounded{absl::InfinitePast(), absl::InfiniteFuture()};
  EXPECT_EQ(AskedOn(std::nullopt, unbounded), (DateSpan{Day(1900, 1, 1), Day(2200, 12, 31)}));
  EXPECT_EQ(AskedOn(Day(2026, 4, 1), unbounded), On(Day(2026, 4, 1)));
  EXPECT_EQ(DueDates(AskedOn(std::nullopt, unbounded), kWorking).latest.year(), 2201);
}

TEST(AskedOnTest, RandomWordsAndRecordingsFitTheSlowRule) {
  std::mt19937_64 random(20260401);
  const auto pick = [&](int64_t from, int64_t to) { return std::uniform_int_distribution(from, to)(random); };
  const int64_t first = slow::Midnight({2023, 1, 10});
  const int64_t last = slow::Midnight({2030, 12, 20});
  for (int i = 0; i < 5000; ++i) {
    const int64_t from = pick(first, last);
    const int64_t to = from + pick(0, 1) * pick(0, 400'000'000'000);
    const slow::Date said = slow::LocalDate(pick(from - 600'000'000'000, to + 300'000'000'000));
    const slow::Date latest = slow::LocalDate(to);
    const Interval recorded{Micros(from), Micros(to)};
    ASSERT_EQ(AskedOn(Day(said), recorded), On(Day(std::min(said, latest))));
    ASSERT_EQ(AskedOn(std::nullopt, recorded), (DateSpan{Day(slow::LocalDate(from)), Day(latest)}));
    CountCompared();
  }
}

// "--when" and the rule together: the worker types a weekday, and the clock starts on that day.
TEST(AskedOnTest, EveryWeekdayWordTypedOnEveryDayOfThreeYears) {
  const char* const words[][2] = {{"mon", "mandag"}, {"tue", "tir"}, {"wed", "onsdag"}, {"thu", "tor."},
                                  {"fri", "Fredag"}, {"sat", "lør"}, {"sun", "SØNDAG"}};
  for (slow::Date today{2025, 1, 1}; today.year <= 2027; today = slow::Next(today)) {
    slow::Date asked = today;
    for (int back = 0; back < 7; ++back, asked = slow::Before(asked)) {
      for (const char* word : words[slow::WeekdayOf(asked)]) {
        const auto stated = ParsePastWord(word, Day(today));
        ASSERT_TRUE(stated.ok()) << word;
        const Interval typed = At(Micros(slow::Midnight(today) + 40'000'000'000));
        const DateSpan span = AskedOn(StatedDay(&*stated), typed);
        ASSERT_EQ(DueDates(span, kWorking), On(Day(slow::Due(asked, kWorkingRule))))
            << word << " on " << today;
        CountCompared();
      }
    }
  }
}

// ---- When it happened

TEST(HappenedAtTest, AWordForADayIsTheWholeDayUpToTheRecording) {
  const v1::StatedTime word = Word(Day(2026, 4, 4));
  EXPECT_EQ(HappenedAt(&word, At(2026, 4, 6, 9)), (Interval{Local(2026, 4, 4), Local(2026, 4, 5) - kMicro}));
  EXPECT_EQ(HappenedAt(&word, At(2026, 4, 4, 9)), (Interval{Local(2026, 4, 4), Local(2026, 4, 4, 9)}));
}

TEST(HappenedAtTest, AWordForAMinuteIsThatMinute) {
  const v1::StatedTime word = Word(Day(2026, 4, 4), 14 * 60 + 30);
  const Interval minute{Local(2026, 4, 4, 14, 30), Local(2026, 4, 4, 14, 31) - kMicro};
  EXPECT_EQ(HappenedAt(&word, At(2026, 4, 6, 9)), minute);
  const absl::Time within = Local(2026, 4, 4, 14, 30, 20);
  EXPECT_EQ(HappenedAt(&word, At(within)), (Interval{minute.earliest, within}));
}

TEST(HappenedAtTest, WithoutAWordOrAValidDateTheRecording) {
  const Interval recorded{Local(2026, 4, 1), Local(2026, 4, 3)};
  v1::StatedTime nonsense;
  nonsense.mutable_date()->set_year(2026);
  nonsense.mutable_date()->set_month(2);
  nonsense.mutable_date()->set_day(30);
  EXPECT_EQ(HappenedAt(nullptr, recorded), recorded);
  EXPECT_EQ(HappenedAt(&nonsense, recorded), recorded);
  EXPECT_EQ(StatedDay(&nonsense), std::nullopt);
}

TEST(HappenedAtTest, AWordWhollyAfterTheRecordingIsItsLatestDate) {
  const v1::StatedTime word = Word(Day(2026, 4, 9));
  const Interval wide{Local(2026, 4, 1, 8), Local(2026, 4, 3, 12)};
  EXPECT_EQ(HappenedAt(&word, wide), (Interval{Local(2026, 4, 3), Local(2026, 4, 3, 12)}));
  EXPECT_EQ(HappenedAt(&word, At(2026, 4, 3, 12)), At(2026, 4, 3, 12));
  const v1::StatedTime later_that_day = Word(Day(2026, 4, 3), 18 * 60);
  EXPECT_EQ(HappenedAt(&later_that_day, At(2026, 4, 3, 12)), At(2026, 4, 3, 12));
}

TEST(HappenedAtTest, AnHourThatOccursTwiceOrNeverIsReadBothWays) {
  const Interval later = At(2026, 11, 1);
  const v1::StatedTime twice = Word(Day(2026, 10, 25), 2 * 60 + 30);
  const absl::Time first = Local(2026, 10, 25) + absl::Minutes(150);
  EXPECT_EQ(HappenedAt(&twice, later), (Interval{first, first + absl::Minutes(61) - kMicro}));
  const v1::StatedTime never = Word(Day(2026, 3, 29), 2 * 60 + 30);
  const absl::Time earlier_reading = Local(2026, 3, 29) + absl::Minutes(90);
  EXPECT_EQ(HappenedAt(&never, later),
            (Interval{earlier_reading, earlier_reading + absl::Minutes(61) - kMicro}));
}

TEST(HappenedAtTest, StatedOnTheDueDateIsMet) {
  const v1::StatedTime word = Word(Day(2026, 4, 4));
  EXPECT_EQ(CompareToDue(HappenedAt(&word, At(2026, 4, 9)), On(Day(2026, 4, 4))), DueComparison::kByDue);
  EXPECT_EQ(CompareToDue(HappenedAt(&word, At(2026, 4, 9)), On(Day(2026, 4, 3))), DueComparison::kAfterDue);
}

TEST(HappenedAtTest, EveryDayFrom2023To2030FitsTheSlowMidnights) {
  for (slow::Date date{2023, 1, 1}; date.year <= 2030; date = slow::Next(date)) {
    const v1::StatedTime word = Word(Day(date));
    const Interval expected{Micros(slow::Midnight(date)), Micros(slow::Midnight(slow::Next(date)) - 1)};
    ASSERT_EQ(HappenedAt(&word, At(2031, 6, 1)), expected) << date;
    CountCompared();
  }
}

}  // namespace
}  // namespace opgang
