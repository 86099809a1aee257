// Reports as text, CSV and HTML.
#include "core/reports/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/reports/attendance.h"
#include "core/reports/kom_og_kvit.h"
#include "core/reports/nhs_four_week.h"
#include "core/reports/nrt.h"
#include "core/reports/recruitment.h"
#include "core/reports/response_time.h"
#include "core/reports/russell.h"
#include "core/reports/small_cells.h"
#include "core/reports/stop.h"
#include "tests/reports/cohort.h"
#include "tests/reports/lives.h"

namespace opgang {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr ReportLanguage kLanguages[] = {ReportLanguage::kEnglish, ReportLanguage::kDanish};

class RenderTest : public testing::Test {
 protected:
  void SetUp() override {
    c.Person("Aalborg SØ", "Himmerland Boligforening")
        .Asks(v1::CHANNEL_RESIDENTS_MAGAZINE, At(2026, 4, 1, 10));
    c.TakesPart(At(2026, 4, 2, 17, 30), c.Meeting(Day(2026, 4, 2), "Onsdagsholdet i Humlebakken"));
    c.Person("=1+1;\"<script>", "").Asks(v1::CHANNEL_DOOR, At(2026, 4, 1, 10));
    c.IsClosed(At(2026, 4, 2, 10), v1::CLOSING_REASON_OUTSIDE_TARGET_GROUP);
    c.Person().FollowUp(c.IsAbsent(c.Meeting(Day(2026, 4, 1), "Onsdag")), v1::FOLLOW_UP_OUTCOME_OTHER_OFFER);
    c.Visit(c.Door("Nord"), v1::DISPOSITION_INTERESTED, At(2026, 4, 2, 10));
  }
  std::vector<v1::Report> All() {
    ReportQuestion courses{.from = Day(2025, 1, 1), .to = Day(2025, 12, 31), .now = Local(2026, 6, 30, 12)};
    Cohort of_courses;
    TellTo(of_courses, TwentyFiveLives());
    const ReportInput& input = of_courses.input();
    return {ResponseTimeReport(c.input(), question),
            AttendanceReport(c.input(), question),
            RecruitmentReport(c.input(), question),
            StopReport(input, courses),
            NhsFourWeekReport(input, courses),
            RussellReport(input, courses),
            NrtReport(input, courses),
            KomOgKvitReport(input, courses),
            WithoutSmallCells(StopReport(input, courses))};
  }

  Cohort c;
  ReportQuestion question{.from = Day(2026, 4, 1), .to = Day(2026, 4, 10), .now = Local(2026, 4, 10, 12)};
};

TEST_F(RenderTest, NoLineOfTextIsWiderThanATerminal) {
  for (const ReportLanguage language : kLanguages) {
    for (const v1::Report& report : All()) {
      std::string text = ReportAsText(report, language);
      for (const v1::Figure& figure : report.figures()) text += RowsAsText(report, figure, language);
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) {
        const auto width = std::ranges::count_if(line, [](char ch) { return (ch & 0xC0) != 0x80; });
        EXPECT_LE(width, 80) << line;
      }
    }
  }
}

TEST_F(RenderTest, EveryFigureHasWordsInBothLanguages) {
  for (const ReportLanguage language : kLanguages) {
    for (const v1::Report& report : All()) {
      for (const v1::Figure& figure : report.figures()) {
        const std::string& where = figure.section().empty() ? report.name() : figure.section();
        const std::string code = where + "." + figure.code();
        EXPECT_NE(ReportWord(code, language), code);
      }
      for (const std::string& note : report.notes()) EXPECT_NE(ReportWord(note, language), note);
    }
  }
}

TEST_F(RenderTest, ATargetStandsBesideItsShare) {
  EXPECT_THAT(ReportAsText(All()[3], ReportLanguage::kEnglish), HasSubstr("rate (target 80 %)"));
  EXPECT_THAT(ReportAsText(All()[3], ReportLanguage::kDanish), HasSubstr("andel (mål 80 %)"));
}

TEST_F(RenderTest, TheNumberStandsUnderItsDenominator) {
  const std::string text = ReportAsText(All()[0], ReportLanguage::kDanish);
  EXPECT_THAT(text, HasSubstr("Af de 2 sager:\n"));
  EXPECT_THAT(text, HasSubstr("50,0 %  .met\n"));
  EXPECT_THAT(text, HasSubstr("31,5"));
  EXPECT_THAT(ReportAsText(All()[0], ReportLanguage::kEnglish), HasSubstr("50.0 %  .met\n"));
}

TEST_F(RenderTest, CsvOpensInADanishSpreadsheet) {
  const std::string csv = ReportAsCsv(All()[0], ReportLanguage::kDanish);
  EXPECT_THAT(csv, StartsWith("\xEF\xBB\xBFrapport;version;fra;til;"));
  EXPECT_THAT(csv, HasSubstr("response-time;2;2026-04-01;2026-04-10;;calendar-days.met;calendar-days;;;"
                             "overholdt: på hold inden fristen;1;calendar-days.cases;2;50,0;;;\r\n"));
  EXPECT_THAT(csv, HasSubstr(";calendar-days.took-part;1;;31,5;31,5;\r\n"));
  EXPECT_THAT(csv, HasSubstr(";\"'=1+1;\"\"<script>\";"));  // no formula, and one cell
  EXPECT_THAT(csv, Not(HasSubstr(";=1")));
}

TEST_F(RenderTest, HtmlIsOnePageThatFetchesNothingAndRunsNothing) {
  for (const v1::Report& report : All()) {
    std::string html = ReportAsHtml(report, ReportLanguage::kDanish);
    EXPECT_THAT(html, StartsWith("<!DOCTYPE html>\n<html lang=\"da\">"));
    EXPECT_THAT(html, HasSubstr("<svg "));
    for (const v1::Figure& figure : report.figures())
      html += RowsAsHtml(report, figure, ReportLanguage::kDanish);
    for (const char* bad : {"<script", "href=", "src=", "url(", "@import"})
      EXPECT_THAT(html, Not(HasSubstr(bad)));
  }
}

TEST_F(RenderTest, ANameFromARecordIsTextOnThePage) {
  EXPECT_THAT(ReportAsHtml(All()[0], ReportLanguage::kEnglish), HasSubstr("=1+1;&quot;&lt;script&gt;"));
}

TEST_F(RenderTest, PerCentIsRoundedToATenth) {
  EXPECT_EQ(PerCent(1, 3, ReportLanguage::kEnglish), "33.3 %");
  EXPECT_EQ(PerCent(2, 3, ReportLanguage::kDanish), "66,7 %");
  EXPECT_EQ(PerCent(1, 2000, ReportLanguage::kEnglish), "0.1 %");
  EXPECT_EQ(PerCent(0, 0, ReportLanguage::kEnglish), "-");
}

}  // namespace
}  // namespace opgang
