// `response-time` over a cohort computed by hand, and over random ones by a second implementation: the slow rule
// (tests/rules/slow_rule.h), which shares no code with the rule, counted in another way.
#include "core/reports/response_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/reports/cohort.h"
#include "tests/rules/slow_rule.h"

namespace opgang {
namespace {

const RecordId kNoMeeting;

ReportQuestion Spring() {
  return {.from = Day(2026, 3, 23), .to = Day(2026, 4, 10), .now = Local(2026, 4, 10, 12)};
}

// Easter 2026: Maundy Thursday is 2 April, Easter Monday 6 April. Clocks go forward on 29 March.
// Calendar days / working days stand behind each story; hours where the person took part.
void TellTheSpring(Cohort& c) {
  const std::string kHimmerland = "Himmerland Boligforening";
  c.Person("Nord", kHimmerland)
      .Asks(v1::CHANNEL_DOOR, At(2026, 3, 23, 10))
      .TakesPart(At(2026, 3, 25, 16));  // met, 54
  c.Person("Nord", kHimmerland).Asks(v1::CHANNEL_DOOR, At(2026, 3, 23, 10)).IsRung(At(2026, 3, 24, 9));
  c.TakesPart(At(2026, 3, 26, 22));  // met on the last evening, 84
  c.Person("Nord", kHimmerland).Asks(v1::CHANNEL_TELEPHONE, At(2026, 3, 23, 10));
  c.TakesPart(At(2026, 3, 27, 0));  // midnight: met late, 86
  c.Person()
      .Asks(v1::CHANNEL_PHARMACY, At(2026, 4, 1, 10))
      .TakesPart(At(2026, 4, 7, 10));  // met late / met, 144
  // "Fri", typed on Monday; the clocks change in between: met, 64 to 88.
  c.Person().Asks(v1::CHANNEL_CARETAKER, At(2026, 3, 30, 9), Word(Day(2026, 3, 27)));
  c.TakesPart(At(2026, 3, 30, 17));
  c.Person().Asks(v1::CHANNEL_LAUNDRY, At(2026, 4, 8, 9));  // open
  c.Person().Asks(v1::CHANNEL_DOOR, At(2026, 4, 6, 10));    // overdue since Easter's end, either way
  c.Person().Asks(v1::CHANNEL_DOOR, At(2026, 4, 2, 10));
  c.IsClosed(At(2026, 4, 4, 12), v1::CLOSING_REASON_WITHDRAWN);  // closed in time
  c.Person().Asks(v1::CHANNEL_GROCER, At(2026, 4, 1, 10));
  c.IsClosed(At(2026, 4, 7, 10), v1::CLOSING_REASON_NOT_REACHED);  // closed late / closed in time
  c.Person().Asks(v1::CHANNEL_DOOR, At(2026, 3, 30, 10));
  c.IsClosed(At(2026, 4, 7, 10), v1::CLOSING_REASON_RECORDED_BY_MISTAKE);  // mistake, however late
  c.Person().Asks(v1::CHANNEL_DOOR, At(2026, 3, 30, 10)).BeginsAlone(At(2026, 3, 31, 10));  // met alone, 24
  // Came, and was written down in the evening: met, 0.
  c.Person().TakesPart(At(2026, 3, 24, 14)).Asks(v1::CHANNEL_CARETAKER, At(2026, 3, 24, 18));
  // Registered at a door and at the pharmacy, and joined: one case from the first, met, 72.
  c.Person()
      .Asks(v1::CHANNEL_DOOR, At(2026, 3, 23, 10))
      .AlsoAs()
      .Asks(v1::CHANNEL_PHARMACY, At(2026, 3, 25, 10));
  c.TakesPart(At(2026, 3, 26, 10));
  // Nobody knows on which side of midnight: undecidable.
  c.Person().Asks(v1::CHANNEL_EVENT, At(2026, 3, 23, 10));
  c.TakesPart({Local(2026, 3, 26, 20), Local(2026, 3, 27, 8)});
  c.Person().Asks(v1::CHANNEL_DOOR,
                  At(2026, 3, 30, 10));  // the same of a closing: undecidable / closed in time
  c.IsClosed({Local(2026, 4, 2, 22), Local(2026, 4, 3, 7)}, v1::CLOSING_REASON_MOVED);
  // Asked on one of two days: met by the earlier due date, 51 to 62.
  c.Person().Asks(v1::CHANNEL_TELEPHONE, {Local(2026, 3, 24, 22), Local(2026, 3, 25, 9)});
  c.TakesPart(At(2026, 3, 27, 12));
  c.Person()
      .Asks(v1::CHANNEL_DOOR, At(2026, 3, 20, 10))
      .TakesPart(At(2026, 3, 23, 10));  // asked before the period
  // Withdrew before the period, asked again in it: met, 24.
  c.Person()
      .Asks(v1::CHANNEL_DOOR, At(2026, 3, 12, 10))
      .IsClosed(At(2026, 3, 13, 10), v1::CLOSING_REASON_WITHDRAWN);
  c.Asks(v1::CHANNEL_SELF, At(2026, 3, 24, 10)).TakesPart(At(2026, 3, 25, 10));
  c.Person("Vest").Asks(v1::CHANNEL_DOOR, At(2026, 3, 24, 10)).TakesPart(At(2026, 3, 25, 10));  // met, 24
  c.Person("").Asks(v1::CHANNEL_OTHER, At(2026, 3, 24, 10));                                    // overdue
  c.Person().TakesPart(At(2026, 3, 25, 10));  // never asked: no case
  // Met in 24 hours, and asked again: overdue.
  c.Person().Asks(v1::CHANNEL_DOOR, At(2026, 3, 23, 10)).TakesPart(At(2026, 3, 24, 10));
  c.Asks(v1::CHANNEL_DOOR, At(2026, 4, 1, 10));
}

class ResponseTimeTest : public testing::Test {
 protected:
  void SetUp() override { TellTheSpring(cohort); }
  std::string Calendar(const std::string& code) { return Told(report(), "calendar-days." + code); }
  std::string Working(const std::string& code) { return Told(report(), "working-days." + code); }
  v1::Report report() { return ResponseTimeReport(cohort.input(), question); }

  Cohort cohort;
  ReportQuestion question = Spring();
};

TEST_F(ResponseTimeTest, EveryCaseStandsInOneRowOfCalendarDays) {
  EXPECT_EQ(Calendar("cases"), "21");
  EXPECT_EQ(Calendar("met"), "10 of 21");
  EXPECT_EQ(Calendar("breach"), "6 of 21");
  EXPECT_EQ(Calendar("overdue"), "3 of 6");
  EXPECT_EQ(Calendar("met-late"), "2 of 6");
  EXPECT_EQ(Calendar("closed-late"), "1 of 6");
  EXPECT_EQ(Calendar("cause-not-recorded"), "6 of 6");
  EXPECT_EQ(Calendar("open"), "1 of 21");
  EXPECT_EQ(Calendar("closed-in-time"), "1 of 21");
  EXPECT_EQ(Calendar("mistake"), "1 of 21");
  EXPECT_EQ(Calendar("undecidable"), "2 of 21");
  EXPECT_EQ(Calendar("asked-uncertain"), "1 of 21");
  EXPECT_EQ(Calendar("met-individual"), "1 of 10");
}

TEST_F(ResponseTimeTest, ABreachCountsUnderTheLastWordOnItsCauseAndNothingElseDoes) {
  cohort.Person().Asks(v1::CHANNEL_DOOR, At(2026, 3, 23, 10)).TakesPart(At(2026, 3, 30, 10));  // met late
  cohort.WasLateFor(v1::CAUSE_OF_BREACH_LANGUAGE, At(2026, 4, 2, 9));
  cohort.WasLateFor(v1::CAUSE_OF_BREACH_NO_GROUP, At(2026, 3, 31, 9));  // typed before the other
  cohort.Person().Asks(v1::CHANNEL_DOOR, At(2026, 3, 23, 10)).TakesPart(At(2026, 3, 24, 10));  // met
  cohort.WasLateFor(v1::CAUSE_OF_BREACH_FULL, At(2026, 4, 2, 9));
  EXPECT_EQ(Calendar("breach"), "7 of 23");
  EXPECT_EQ(Calendar("cause.language"), "1 of 7");
  EXPECT_EQ(Calendar("cause-not-recorded"), "6 of 7");
  const v1::Report told = report();
  for (const v1::Figure& figure : told.figures()) {
    EXPECT_THAT(figure.id(), testing::Not(testing::HasSubstr("cause.no-group")));
    EXPECT_THAT(figure.id(), testing::Not(testing::HasSubstr("cause.full")));
  }
}

TEST_F(ResponseTimeTest, EasterMovesThreeOfThemUnderWorkingDays) {
  EXPECT_EQ(Working("cases"), "21");
  EXPECT_EQ(Working("met"), "11 of 21");
  EXPECT_EQ(Working("breach"), "4 of 21");
  EXPECT_EQ(Working("overdue"), "3 of 4");
  EXPECT_EQ(Working("met-late"), "1 of 4");
  EXPECT_EQ(Working("closed-late"), "0 of 4");
  EXPECT_EQ(Working("open"), "1 of 21");
  EXPECT_EQ(Working("closed-in-time"), "3 of 21");
  EXPECT_EQ(Working("mistake"), "1 of 21");
  EXPECT_EQ(Working("undecidable"), "1 of 21");
}

TEST_F(ResponseTimeTest, RateAIsOfTheDecidedAndRateBOfAll) {
  EXPECT_EQ(Calendar("decided"), "16 of 21");
  EXPECT_EQ(Calendar("rate-a"), "10 of 16");
  EXPECT_EQ(Calendar("rate-b"), "10 of 21");
  EXPECT_EQ(Working("rate-a"), "11 of 15");
  EXPECT_EQ(Working("rate-b"), "11 of 21");
}

TEST_F(ResponseTimeTest, HoursRunFromTheShortestToTheLongestThatIsPossible) {
  EXPECT_EQ(Calendar("took-part"), "12 of 21");
  const v1::Figure median = FigureOf(report(), "calendar-days.hours-median");
  EXPECT_NEAR(median.low_hours(), 52.5, 1e-6);   // 0 24 24 24 24 51 54 64 72 84 86 144
  EXPECT_NEAR(median.high_hours(), 58.0, 1e-6);  // 0 24 24 24 24 54 62 72 84 86 88 144
  EXPECT_EQ(median.of(), "calendar-days.took-part");
  const v1::Figure p90 = FigureOf(report(), "calendar-days.hours-p90");
  EXPECT_NEAR(p90.low_hours(), 86.0, 1e-6);
  EXPECT_NEAR(p90.high_hours(), 88.0, 1e-6);
}

TEST_F(ResponseTimeTest, ClosedOnesStandByTheirReason) {
  EXPECT_EQ(Calendar("closed-in-time.withdrawn"), "1 of 1");
  EXPECT_EQ(Calendar("closed-late.not-reached"), "1 of 1");
  EXPECT_EQ(Working("closed-in-time.not-reached"), "1 of 3");
  EXPECT_EQ(Working("closed-in-time.moved"), "1 of 3");
  EXPECT_EQ(Working("closed-late.not-reached"), "none");
}

TEST_F(ResponseTimeTest, ByChannelAreaAndOrganisation) {
  EXPECT_EQ(Calendar("by-channel.door.cases"), "11");
  EXPECT_EQ(Calendar("by-channel.door.met"), "6 of 11");
  EXPECT_EQ(Calendar("by-channel.door.rate-a"), "6 of 8");
  EXPECT_EQ(Calendar("by-channel.pharmacy.cases"), "1");  // the joined one counts by its first inquiry
  EXPECT_EQ(Calendar("by-area.Nord.cases"), "19");
  EXPECT_EQ(Calendar("by-area.Vest.met"), "1 of 1");
  EXPECT_EQ(Calendar("by-area.not-recorded.breach"), "1 of 1");
  EXPECT_EQ(Calendar("by-organisation.Himmerland Boligforening.rate-b"), "2 of 3");
}

TEST_F(ResponseTimeTest, OneAreaAlone) {
  question.area = "Vest";
  EXPECT_EQ(Calendar("cases"), "1");
  EXPECT_EQ(Calendar("by-area.Nord.cases"), "none");
}

TEST_F(ResponseTimeTest, TheFirstAndTheLastDayBelongToThePeriod) {
  question.from = Day(2026, 3, 20);
  question.to = Day(2026, 3, 20);
  EXPECT_EQ(Calendar("met"), "1 of 1");
  question.from = Day(2026, 3, 21);
  question.to = Day(2026, 3, 22);
  EXPECT_EQ(Calendar("cases"), "0");
}

TEST_F(ResponseTimeTest, EveryNumberIsItsRowsAndEveryDenominatorAFigureThatContainsThem) {
  const v1::Report r = report();
  std::map<std::string, std::set<uint32_t>> rows;
  for (const v1::Figure& figure : r.figures()) {
    const auto [own, is_new] =
        rows.emplace(figure.id(), std::set<uint32_t>(figure.rows().begin(), figure.rows().end()));
    ASSERT_TRUE(is_new) << figure.id();
    EXPECT_EQ(own->second.size(), static_cast<size_t>(figure.value())) << figure.id();
  }
  for (const v1::Figure& figure : r.figures()) {
    if (figure.of().empty()) continue;
    EXPECT_EQ(static_cast<size_t>(figure.of_value()), rows.at(figure.of()).size()) << figure.id();
    EXPECT_TRUE(std::ranges::includes(rows.at(figure.of()), rows.at(figure.id()))) << figure.id();
  }
}

TEST_F(ResponseTimeTest, ARowTellsTheCaseByPseudonymAndNoMore) {
  const v1::Report r = report();
  const v1::Figure met_alone = FigureOf(r, "calendar-days.met-individual");
  ASSERT_EQ(met_alone.rows_size(), 1);
  std::map<std::string, std::string> row;
  for (const v1::RowFact& fact : r.rows(static_cast<int>(met_alone.rows(0))).facts())
    row[fact.column()] = fact.value();
  EXPECT_EQ(row["asked"], "2026-03-30");
  EXPECT_EQ(row["due.calendar-days"], "2026-04-02");
  EXPECT_EQ(row["due.working-days"], "2026-04-07");
  EXPECT_EQ(row["standing.working-days"], "met");
  EXPECT_EQ(row["hours"], "24.0");
  EXPECT_EQ(row["took-part"], "2026-03-31");
}

// ---- The second implementation

constexpr int64_t kHour = 3'600'000'000;

struct Counts {
  std::map<std::string, int> by;
  friend bool operator==(const Counts&, const Counts&) = default;
};
std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  for (const auto& [name, count] : counts.by) out << name << "=" << count << " ";
  return out;
}

// Lived through by the slow rule, and tallied case by case.
void TallySlowly(const std::vector<slow::Fact>& facts, int64_t now, const slow::Rule& rule, slow::Date from,
                 slow::Date to, Counts& counts) {
  for (const slow::Case& c : slow::Cases(facts, now, rule)) {
    if (c.asked < from || to < c.asked) continue;
    ++counts.by["cases"];
    const bool waiting = c.state == "open" || c.state == "due-soon";
    const bool closed = c.state == "closed";
    ++counts.by[waiting ? "open" : closed ? (c.breach ? "closed-late" : "closed") : c.state];
  }
}

Counts Tally(const v1::Report& report, const std::string& policy) {
  Counts counts;
  for (const char* code : {"cases", "open", "met", "met-late", "overdue", "closed-late", "closed-in-time",
                           "mistake", "undecidable"}) {
    const int64_t value = FigureOf(report, policy + "." + code).value();
    const bool closed = std::string_view(code) == "closed-in-time" || std::string_view(code) == "mistake";
    if (value > 0) counts.by[closed ? "closed" : code] += static_cast<int>(value);
  }
  return counts;
}

// A few facts of one person within three weeks of spring 2026, told to both.
std::vector<slow::Fact> RandomPerson(std::mt19937& random, Cohort& cohort) {
  const auto up_to = [&](int n) { return std::uniform_int_distribution<int>(0, n)(random); };
  std::vector<slow::Fact> facts;
  cohort.Person();
  for (int i = 0, n = 1 + up_to(4); i < n; ++i) {
    slow::Fact fact{static_cast<slow::Kind>(up_to(2)), i,
                    slow::Midnight({2026, 3, 24}) + up_to(21 * 24) * kHour};
    std::optional<v1::StatedTime> word;
    if (up_to(3) == 0) {
      fact.said = slow::LocalDate(fact.recorded - up_to(5) * 24 * kHour);
      word = Word(Day(*fact.said));
    }
    const Interval recorded = At(Micros(fact.recorded));
    if (fact.kind == slow::Kind::kInquiry) cohort.Asks(v1::CHANNEL_DOOR, recorded, word);
    if (fact.kind == slow::Kind::kParticipation) cohort.TakesPart(recorded, kNoMeeting, word);
    if (fact.kind == slow::Kind::kClosing) {
      fact.mistake = up_to(3) == 0;
      const auto reason =
          fact.mistake ? v1::CLOSING_REASON_RECORDED_BY_MISTAKE : v1::CLOSING_REASON_WITHDRAWN;
      cohort.IsClosed(recorded, reason, word);
    }
    facts.push_back(fact);
  }
  return facts;
}

TEST(ResponseTimeTwice, TheSlowRuleCountsTheSameInRandomCohorts) {
  std::mt19937 random(20260401);
  int met = 0;
  for (int round = 0; round < 60; ++round) {
    Cohort cohort;
    ReportQuestion question{.from = Day(2026, 3, 27), .to = Day(2026, 4, 9), .now = Local(2026, 4, 12, 9)};
    std::map<bool, Counts> slowly;
    for (int person = 0; person < 25; ++person) {
      const std::vector<slow::Fact> facts = RandomPerson(random, cohort);
      for (const slow::Rule& rule : {kCalendarRule, kWorkingRule})
        TallySlowly(facts, absl::ToUnixMicros(question.now), rule, {2026, 3, 27}, {2026, 4, 9},
                    slowly[rule.working_days]);
    }
    const v1::Report report = ResponseTimeReport(cohort.input(), question);
    ASSERT_EQ(Tally(report, "calendar-days"), slowly[false]) << "round " << round;
    ASSERT_EQ(Tally(report, "working-days"), slowly[true]) << "round " << round;
    met += static_cast<int>(FigureOf(report, "calendar-days.met").value());
  }
  EXPECT_GT(met, 60);
}

TEST(Percentiles, TheMiddleOneAndTheNearestRank) {
  EXPECT_EQ(Median({5}), 5);
  EXPECT_EQ(Median({9, 1, 5}), 5);
  EXPECT_EQ(Median({4, 1, 2, 9}), 3);
  EXPECT_EQ(NinetiethPercentile({7}), 7);
  EXPECT_EQ(NinetiethPercentile({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}), 9);
  EXPECT_EQ(NinetiethPercentile({11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}), 10);
}

}  // namespace
}  // namespace opgang
