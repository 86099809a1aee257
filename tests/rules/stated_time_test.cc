#include "core/rules/stated_time.h"

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "gtest/gtest.h"
#include "tests/rules/case_count.h"
#include "tests/rules/rule_testing.h"
#include "tests/rules/slow_rule.h"

namespace opgang {
namespace {

const absl::CivilDay kToday(2026, 4, 1);  // a Wednesday

// "2026-03-27", "2026-03-27 14:30", or "refused".
std::string InWords(const absl::StatusOr<v1::StatedTime>& stated) {
  if (!stated.ok()) return GetErrorCode(stated.status()) == ErrorCode::kBadInput ? "refused" : "wrong error";
  const v1::LocalDate& date = stated->date();
  char text[32];
  const int minute = stated->minute_of_day();
  const char* const form = stated->has_minute_of_day() ? "%04d-%02d-%02d %02d:%02d" : "%04d-%02d-%02d";
  std::snprintf(text, sizeof text, form, date.year(), date.month(), date.day(), minute / 60, minute % 60);
  return text;
}
std::string Past(std::string_view word, absl::CivilDay today = kToday) {
  return InWords(ParsePastWord(word, today));
}
std::string Future(std::string_view word, absl::CivilDay today = kToday) {
  return InWords(ParseFutureWord(word, today));
}

// ---- Weekdays

TEST(WeekdayTest, EveryFormOfEveryDay) {
  const struct {
    const char* date;
    std::vector<const char*> words;
  } days[] = {
      {"2026-03-30", {"mon", "monday", "man", "mandag", "Mon.", "MANDAG"}},
      {"2026-03-31", {"tue", "tues", "tuesday", "tir", "tirs", "tirsdag"}},
      {"2026-04-01", {"wed", "weds", "wednesday", "ons", "ons.", "onsdag"}},
      {"2026-03-26", {"thu", "thur", "thurs", "thursday", "tor", "tors", "torsdag"}},
      {"2026-03-27", {"fri", "friday", "fre", "fre.", "fredag", "FREDAG"}},
      {"2026-03-28",
       {"sat", "saturday", "lør", "lor", "loer", "LØR", "lørdag", "Lordag", "LØRDAG", "loerdag"}},
      {"2026-03-29", {"sun", "sunday", "søn", "son", "soen", "SØN.", "søndag", "sondag", "soendag"}},
  };
  for (const auto& [date, words] : days) {
    for (const char* word : words) EXPECT_EQ(Past(word), date) << word;
  }
}

TEST(WeekdayTest, OnItsOwnDayItIsTodayAndLastIsAWeekAgo) {
  const absl::CivilDay friday(2026, 4, 3);
  EXPECT_EQ(Past("fri", friday), "2026-04-03");
  EXPECT_EQ(Past("last fri", friday), "2026-03-27");
  EXPECT_EQ(Past("sidste fre", friday), "2026-03-27");
  EXPECT_EQ(Past("i fredags", friday), "2026-03-27");
  EXPECT_EQ(Past("fredags", friday), "2026-03-27");
  EXPECT_EQ(Future("fri", friday), "2026-04-10");
}

TEST(WeekdayTest, LastOnAnotherDayIsTheLatest) {
  EXPECT_EQ(Past("last fri"), "2026-03-27");
  EXPECT_EQ(Past("sidste lørdag"), "2026-03-28");
  EXPECT_EQ(Past("i søndags"), "2026-03-29");
}

TEST(WeekdayTest, InTheFutureItIsTheNext) {
  EXPECT_EQ(Future("thu 17:00"), "2026-04-02 17:00");
  EXPECT_EQ(Future("ons"), "2026-04-08");
  EXPECT_EQ(Future("on fri"), "2026-04-03");
  EXPECT_EQ(Future("på fredag kl. 9:30"), "2026-04-03 09:30");
  EXPECT_EQ(Future("last fri"), "refused");
  EXPECT_EQ(Past("på fredag"), "refused");
}

TEST(WeekdayTest, EveryWeekdayFromEveryDayFitsStepping) {
  const char* const words[] = {"mon", "tue", "ons", "tor", "fri", "lør", "søn"};
  for (slow::Date today{2023, 12, 1}; today < slow::Date{2025, 1, 31}; today = slow::Next(today)) {
    slow::Date past = today;
    slow::Date future = slow::Next(today);
    for (int i = 0; i < 7; ++i, past = slow::Before(past), future = slow::Next(future)) {
      const auto said = ParsePastWord(words[slow::WeekdayOf(past)], Day(today));
      const auto to_come = ParseFutureWord(words[slow::WeekdayOf(future)], Day(today));
      ASSERT_TRUE(said.ok() && to_come.ok());
      ASSERT_EQ(FromProto(said->date()), Day(past)) << today;
      ASSERT_EQ(FromProto(to_come->date()), Day(future)) << today;
      CountCompared();
    }
  }
}

// ---- Near today

TEST(NearTodayTest, DanishAndEnglish) {
  for (const char* word : {"today", "Today", "i dag", "idag", "I DAG"})
    EXPECT_EQ(Past(word), "2026-04-01") << word;
  for (const char* word : {"yesterday", "i går", "igår", "i gaar", "igaar", "I GÅR"}) {
    EXPECT_EQ(Past(word), "2026-03-31") << word;
  }
  for (const char* word :
       {"day before yesterday", "the day before yesterday", "i forgårs", "forgårs", "FORGAARS"}) {
    EXPECT_EQ(Past(word), "2026-03-30") << word;
  }
  for (const char* word : {"tomorrow", "i morgen", "imorgen"}) {
    EXPECT_EQ(Future(word), "2026-04-02") << word;
    EXPECT_EQ(Past(word), "refused") << word;
  }
  for (const char* word : {"day after tomorrow", "i overmorgen", "overmorgen"}) {
    EXPECT_EQ(Future(word), "2026-04-03") << word;
  }
  EXPECT_EQ(Future("yesterday"), "refused");
  EXPECT_EQ(Future("i dag"), "2026-04-01");
}

TEST(NearTodayTest, OverMonthYearAndLeapDay) {
  EXPECT_EQ(Past("yesterday", Day(2026, 1, 1)), "2025-12-31");
  EXPECT_EQ(Past("i går", Day(2024, 3, 1)), "2024-02-29");
  EXPECT_EQ(Past("forgårs", Day(2026, 3, 1)), "2026-02-27");
}

// ---- Dates

TEST(DateTest, IsoAndDanish) {
  for (const char* word : {"2026-03-27", "27/3", "27/03", "27.3", "27.3.", "27/3-2026", "27/3/2026",
                           "27.3.2026", "27.03.2026", "27.3-2026", "27/3-26"}) {
    EXPECT_EQ(Past(word), "2026-03-27") << word;
  }
}

TEST(DateTest, WithoutAYearItIsTheLatestOrTheNext) {
  EXPECT_EQ(Past("1/4"), "2026-04-01");
  EXPECT_EQ(Past("2/4"), "2025-04-02");
  EXPECT_EQ(Past("31/12"), "2025-12-31");
  EXPECT_EQ(Future("1/4"), "2026-04-01");
  EXPECT_EQ(Future("31/3"), "2027-03-31");
}

TEST(DateTest, LeapDay) {
  EXPECT_EQ(Past("29/2", Day(2024, 3, 1)), "2024-02-29");
  EXPECT_EQ(Past("29/2", Day(2025, 1, 5)), "2024-02-29");
  EXPECT_EQ(Past("29/2", Day(2026, 3, 1)), "refused");
  EXPECT_EQ(Past("29/2-2028", Day(2028, 2, 29)), "2028-02-29");
  EXPECT_EQ(Past("29/2-2027", Day(2028, 2, 29)), "refused");
}

TEST(DateTest, DaysThatDoNotExistOrLieOnTheWrongSide) {
  for (const char* word :
       {"2026-02-30", "31/4", "0/1", "1/13", "32.1.", "2026-00-10", "1/4-1899", "1/4-2201"}) {
    EXPECT_EQ(Past(word), "refused") << word;
  }
  EXPECT_EQ(Past("2026-04-02"), "refused");
  EXPECT_EQ(Past("2/4-2026"), "refused");
  EXPECT_EQ(Future("2026-03-31"), "refused");
  EXPECT_EQ(Future("2026-04-01"), "2026-04-01");
}

// ---- Times

TEST(TimeTest, AfterADay) {
  for (const char* word : {"Wed 14:30", "wed 14.30", "ons kl. 14:30", "ons kl 14.30", "ons kl.14:30",
                           "onsdag kl14:30", "today, 14:30", "i dag klokken 14:30", "1/4 14:30",
                           "2026-04-01 14:30", "1.4. kl. 14.30", "1.4 14.30", "wed at 14:30"}) {
    EXPECT_EQ(Past(word), "2026-04-01 14:30") << word;
  }
}

TEST(TimeTest, AloneItIsToday) {
  EXPECT_EQ(Past("14:30"), "2026-04-01 14:30");
  EXPECT_EQ(Past("14.30"), "2026-04-01 14:30");
  EXPECT_EQ(Past("kl. 14:30"), "2026-04-01 14:30");
  EXPECT_EQ(Past("kl 14"), "2026-04-01 14:00");
  EXPECT_EQ(Past("9:05"), "2026-04-01 09:05");
  EXPECT_EQ(Past("0:00"), "2026-04-01 00:00");
  EXPECT_EQ(Future("23:59"), "2026-04-01 23:59");
}

TEST(TimeTest, WhatMayBeATimeOrADateIsRefusedAlone) {
  EXPECT_EQ(Past("4.10"), "refused");
  EXPECT_EQ(Past("10.12"), "refused");
  EXPECT_EQ(Past("kl. 4.10"), "2026-04-01 04:10");
  EXPECT_EQ(Past("4:10"), "2026-04-01 04:10");
  EXPECT_EQ(Past("10.12."), "2025-12-10");
  EXPECT_EQ(Past("fri 10.12"), "2026-03-27 10:12");
  EXPECT_EQ(Past("25.12"), "2025-12-25");       // no hour 25
  EXPECT_EQ(Past("4.13"), "2026-04-01 04:13");  // no month 13
}

TEST(TimeTest, NoSuchTime) {
  for (const char* word :
       {"24:00", "14:60", "wed 25:10", "wed 14:3", "kl 24", "wed 14", "14:30:00", "kl", "at"}) {
    EXPECT_EQ(Past(word), "refused") << word;
  }
}

// ---- Form

TEST(WordFormTest, WhiteSpaceCommasAndCaseDoNotMatter) {
  EXPECT_EQ(Past("  WED ,\t 14:30 \n"), "2026-04-01 14:30");
  EXPECT_EQ(Past("i\u00a0går"), "2026-03-31");   // a no-break space
  EXPECT_EQ(Past("i ga\u030ar"), "2026-03-31");  // a with a ring put on afterwards
  EXPECT_EQ(Past("Day  Before   Yesterday"), "2026-03-30");
}

TEST(WordFormTest, UnknownWordsAreRefused) {
  for (const char* word : {"",         " ",           ",",
                           ".",        "soon",        "fri sat",
                           "next fri", "last",        "i",
                           "i fri",    "fridays",     "14:30 fri",
                           "1",        "1/",          "/4",
                           "1/4/",     "1/4-",        "1/4-226",
                           "1-4",      "--",          "2026",
                           "2026-4-1", "2026-04-01x", "last yesterday",
                           "sidste",   "dags",        "wed 14:30 15:30",
                           "\xff\xfe", "fri\xc3"}) {
    EXPECT_EQ(Past(word), "refused") << word;
    EXPECT_EQ(Future(word), "refused") << word;
  }
  EXPECT_EQ(Past(std::string(5000, 'x')), "refused");
  EXPECT_EQ(Past(std::string_view("fri\0", 4)), "refused");
}

TEST(WordFormTest, TheMessageNeverRepeatsTheWordAndNamesWhatIsAccepted) {
  const std::string message(ParsePastWord("Hassan", kToday).status().message());
  EXPECT_EQ(message.find("Hassan"), std::string::npos);
  EXPECT_NE(message.find("yesterday"), std::string::npos);
  EXPECT_NE(message.find("2026-04-01"), std::string::npos);
}

TEST(WordFormTest, AbsoluteWordsMeanTheSameWhateverTodayIs) {
  for (const char* word :
       {"2026-04-01", "1/4-2026", "1.4.2026", "1/4-26", "2026-04-01 14:30", "1/4-2026 kl. 9"}) {
    EXPECT_TRUE(IsAbsoluteWord(word)) << word;
  }
  for (const char* word : {"fri", "today", "1/4", "14:30", "last fri", "2026-02-30", "nonsense", ""}) {
    EXPECT_FALSE(IsAbsoluteWord(word)) << word;
  }
}

}  // namespace
}  // namespace opgang
