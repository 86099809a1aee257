// Twenty-five people, every awkward case once, counted by hand: what each definition makes of them. A second, naive
// implementation counts all figures again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/reports/kom_og_kvit.h"
#include "core/reports/nhs_four_week.h"
#include "core/reports/nrt.h"
#include "core/reports/russell.h"
#include "core/reports/small_cells.h"
#include "core/reports/stop.h"
#include "tests/reports/naive_counts.h"

namespace opgang {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class CourseReportsTest : public testing::Test {
 protected:
  CourseReportsTest() { TellTo(c, TwentyFiveLives()); }

  // Every figure that the naive one knows, and none that it does not, but for those that say what is not a number.
  static void ExpectSame(const v1::Report& report, const naive::Counts& counts,
                         const std::set<std::string>& not_counted = {}) {
    std::set<std::string> told;
    for (const v1::Figure& figure : report.figures()) {
      if (!figure.group().empty() || not_counted.contains(figure.code())) continue;
      told.insert(figure.id());
      const auto found = counts.find(figure.id());
      ASSERT_NE(found, counts.end()) << figure.id();
      EXPECT_EQ(Told(report, figure.id()), found->second) << figure.id();
    }
    for (const auto& [id, count] : counts) EXPECT_TRUE(told.contains(id)) << id;
  }

  Cohort c;
  ReportQuestion question{.from = Day(2025, 1, 1), .to = Day(2025, 12, 31), .now = Local(2026, 6, 30, 12)};
};

TEST_F(CourseReportsTest, StopCountsTwentySixCoursesOfTwentyFivePeople) {
  const v1::Report report = StopReport(c.input(), question);
  const auto told = [&](const std::string& id) { return Told(report, id); };
  EXPECT_EQ(told("completed.registered"), "26");
  EXPECT_EQ(told("completed.started"), "24 of 26");
  EXPECT_EQ(told("completed.rate"), "19 of 26");
  EXPECT_EQ(told("smoke-free-end.variant-b"), "14 of 19");
  EXPECT_EQ(told("smoke-free-end.variant-a"), "14 of 18");
  EXPECT_EQ(told("smoke-free-end.variant-c"), "15 of 24");
  EXPECT_EQ(told("followed-up.rate"), "14 of 19");
  EXPECT_EQ(told("smoke-free-half-year.variant-b"), "8 of 19");
  EXPECT_EQ(told("smoke-free-half-year.variant-a"), "8 of 11");
  EXPECT_EQ(told("smoke-free-half-year.variant-c"), "9 of 24");
  EXPECT_EQ(told("satisfied.rate"), "13 of 19");
  EXPECT_EQ(told("satisfied.who-answered"), "17 of 19");
  EXPECT_EQ(told("completed.by-area.Vest.completers"), "2 of 3");
  ExpectSame(report, naive::Stop(TwentyFiveLives()), {"date-uncertain"});
}

TEST_F(CourseReportsTest, StopSaysItsTargetsAndWhatMayNotBePublished) {
  const v1::Report report = StopReport(c.input(), question);
  EXPECT_EQ(FigureOf(report, "completed.rate").target_percent(), 80);
  EXPECT_EQ(FigureOf(report, "smoke-free-half-year.variant-b").target_percent(), 50);
  EXPECT_EQ(FigureOf(report, "satisfied.rate").target_percent(), 90);
  EXPECT_FALSE(FigureOf(report, "completed.rate").unpublishable()) << "26 registered";
  EXPECT_TRUE(FigureOf(report, "smoke-free-end.variant-b").unpublishable()) << "19 who completed";
  EXPECT_THAT(report.notes(),
              ElementsAre("guard.smoke-free-end", "guard.followed-up", "guard.smoke-free-half-year",
                          "guard.satisfied", "stop-format-not-claimed"));
}

TEST_F(CourseReportsTest, WithOneMoreWhoCompletedTheSecondIndicatorIsPublished) {
  std::vector<Life> lives = TwentyFiveLives();
  lives.push_back({.person = 26, .half_year = {{"smoking", On(7, 1)}}});
  Cohort more;
  TellTo(more, lives);
  const v1::Report report = StopReport(more.input(), question);
  EXPECT_EQ(Told(report, "smoke-free-end.completers"), "20");
  EXPECT_THAT(report.notes(), Not(Contains("guard.smoke-free-end")));
  EXPECT_THAT(report.notes(), Contains("guard.followed-up")) << "15 were followed up";
  EXPECT_TRUE(FigureOf(report, "smoke-free-end.by-area.Nord.variant-b").unpublishable()) << "18 in Nord";
}

TEST_F(CourseReportsTest, ThreeToFiveNeedHalfFollowedUpAndTwentyWithData) {
  std::vector<Life> lives;
  const auto with = [&](int said, int silent) {
    lives.clear();
    for (int i = 0; i < said; ++i)
      lives.push_back({.person = i + 1, .satisfaction = 5, .half_year = {{"smoking", On(7, 1)}}});
    for (int i = 0; i < silent; ++i) lives.push_back({.person = said + i + 1, .satisfaction = 5});
    Cohort some;
    TellTo(some, lives);
    const v1::Report report = StopReport(some.input(), question);
    return FigureOf(report, "followed-up.rate").unpublishable();
  };
  EXPECT_FALSE(with(20, 20));
  EXPECT_TRUE(with(19, 1)) << "fewer than twenty";
  EXPECT_TRUE(with(20, 21)) << "less than half";
}

TEST_F(CourseReportsTest, NhsCountsEveryDateThatWasSetOnceWhereItStands) {
  const v1::Report report = NhsFourWeekReport(c.input(), question);
  const auto told = [&](const std::string& id) { return Told(report, id); };
  EXPECT_EQ(told("set-date"), "22");
  EXPECT_EQ(told("quit-rate"), "9 of 22");
  EXPECT_EQ(told("co-rate"), "5 of 22") << "10 ppm is not verified";
  EXPECT_EQ(told("not-quit"), "4 of 22");
  EXPECT_EQ(told("not-known"), "9 of 22");
  EXPECT_EQ(told("said-outside"), "2 of 9");
  EXPECT_EQ(told("moved-date"), "1 of 22");
  ExpectSame(report, naive::Nhs(TwentyFiveLives()));
}

TEST_F(CourseReportsTest, AnAttemptWhoseDaysAreNotOverIsStillOpen) {
  question.now = Local(2025, 3, 4, 12);
  question.to = Day(2025, 3, 4);
  EXPECT_EQ(Told(NhsFourWeekReport(c.input(), question), "still-open"), "8 of 9") << "all but who declined";
  question.now = Local(2025, 3, 5, 12);
  EXPECT_EQ(Told(NhsFourWeekReport(c.input(), question), "still-open"), "1 of 9") << "the one that was moved";
}

TEST_F(CourseReportsTest, RussellLeavesOutTheDeadAndTheUntraceableAndNobodyElse) {
  const v1::Report report = RussellReport(c.input(), question);
  const auto told = [&](const std::string& id) { return Told(report, id); };
  EXPECT_EQ(told("started"), "24");
  EXPECT_EQ(told("dead"), "2 of 24");
  EXPECT_EQ(told("untraceable"), "1 of 24");
  EXPECT_EQ(told("success-rate"), "5 of 21");
  EXPECT_EQ(told("continuous"), "7 of 21");
  EXPECT_EQ(told("point-abstinent"), "9 of 21");
  EXPECT_EQ(told("no-quit-date"), "2 of 21");
  EXPECT_EQ(told("not-verified"), "1 of 7");
  EXPECT_EQ(told("not-tested"), "1 of 7");
  ExpectSame(report, naive::Russell(TwentyFiveLives()));
}

TEST_F(CourseReportsTest, NicotineSaysWhatWentBeyondAndHidesNothing) {
  const v1::Report report = NrtReport(c.input(), question);
  const auto told = [&](const std::string& id) { return Told(report, id); };
  EXPECT_EQ(told("hand-outs"), "10");
  EXPECT_EQ(told("flagged"), "4 of 10");
  EXPECT_EQ(told("too-many-weeks"), "1 of 4");
  EXPECT_EQ(told("after-window"), "1 of 4");
  EXPECT_EQ(told("not-participating"), "2 of 4");
  EXPECT_EQ(told("corrections"), "1 of 10");
  EXPECT_EQ(told("people"), "6");
  EXPECT_EQ(told("weeks.more"), "1 of 6");
  ExpectSame(report, naive::Nrt(TwentyFiveLives()), {"product.patch"});
}

TEST_F(CourseReportsTest, KomOgKvitTellsBothReadingsAndWhatTheOtherDefinitionsGive) {
  const v1::Report report = KomOgKvitReport(c.input(), question);
  const auto told = [&](const std::string& id) { return Told(report, id); };
  EXPECT_EQ(told("participants"), "22") << "people: who came back counts once, by the first course";
  EXPECT_EQ(told("heavy"), "19 of 22");
  EXPECT_EQ(told("completed-rate"), "18 of 22");
  EXPECT_EQ(told("of-participants.smoke-free-end-rate"), "13 of 22");
  EXPECT_EQ(told("of-completers.smoke-free-end-rate"), "13 of 18");
  EXPECT_EQ(told("of-participants.smoke-free-half-year-rate"), "8 of 22");
  EXPECT_EQ(told("of-completers.smoke-free-half-year-rate"), "8 of 18");
  ExpectSame(report, naive::KomOgKvit(TwentyFiveLives()), {"date-uncertain"});
}

TEST_F(CourseReportsTest, AnAreaIsItsOwnPeopleAndAPeriodItsOwnCourses) {
  question.area = "Vest";
  EXPECT_EQ(Told(StopReport(c.input(), question), "completed.registered"), "3");
  EXPECT_EQ(Told(NhsFourWeekReport(c.input(), question), "set-date"), "2");
  question.area.clear();
  question.from = Day(2025, 8, 25);
  EXPECT_EQ(Told(StopReport(c.input(), question), "completed.registered"), "1");
  question.from = Day(2025, 8, 26);
  EXPECT_EQ(Told(StopReport(c.input(), question), "completed.registered"), "0");
  EXPECT_EQ(Told(NhsFourWeekReport(c.input(), question), "set-date"), "1") << "by its own date";
}

TEST_F(CourseReportsTest, APartnerIsToldNeitherSmallCellsNorWhatMayNotBePublished) {
  const v1::Report report = WithoutSmallCells(StopReport(c.input(), question));
  EXPECT_EQ(Told(report, "completed.registered"), "26");
  EXPECT_EQ(Told(report, "completed.rate"), "19 of 26");
  EXPECT_EQ(Told(report, "smoke-free-end.variant-b"), "* of 19");
  EXPECT_EQ(Told(report, "smoke-free-end.smoke-free"), "* of 19");
  EXPECT_EQ(Told(report, "completed.by-area.Vest.registered"), "*");
  EXPECT_EQ(report.rows_size(), 0);
}

TEST_F(CourseReportsTest, TheRowsBehindANumberSayWhatMadeIt) {
  const v1::Report report = RussellReport(c.input(), question);
  const v1::Figure figure = FigureOf(report, "not-verified");
  ASSERT_EQ(figure.rows_size(), 1);
  std::map<std::string, std::string> facts;
  for (const v1::RowFact& fact : report.rows(static_cast<int>(figure.rows(0))).facts())
    facts[fact.column()] = fact.value();
  EXPECT_EQ(facts["ppm-half-year"], "10");
  EXPECT_EQ(facts["quit-date"], "2025-01-21");
  EXPECT_EQ(facts["attended"], "8");
}

}  // namespace
}  // namespace opgang
