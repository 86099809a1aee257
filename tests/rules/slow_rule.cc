#include "tests/rules/slow_rule.h"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace opgang::slow {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kHour = 3600 * kSecond;
constexpr int64_t kDay = 24 * kHour;
constexpr int kFirstYear = 2022;
constexpr int kLastYear = 2031;
constexpr int64_t kDaysBefore2022 = 18993;  // 52 years of 365 days and 13 leap days
constexpr int kFirstWeekday = 5;            // 1 January 2022 was a Saturday

// Easter Sundays as the almanac of Copenhagen prints them.
const std::map<int, Date> kEaster = {
    {2022, {2022, 4, 17}}, {2023, {2023, 4, 9}},  {2024, {2024, 3, 31}}, {2025, {2025, 4, 20}},
    {2026, {2026, 4, 5}},  {2027, {2027, 3, 28}}, {2028, {2028, 4, 16}}, {2029, {2029, 4, 1}},
    {2030, {2030, 4, 21}}, {2031, {2031, 4, 13}},
};

int DaysInMonth(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap_year = year % 4 == 0;  // true of 2022..2031
  return month == 2 && leap_year ? 29 : kDays[month - 1];
}

// Days since 1 January 2022, by stepping once through the years.
const std::map<Date, int64_t>& DayNumbers() {
  static const auto* const numbers = [] {
    auto* map = new std::map<Date, int64_t>;
    int64_t number = 0;
    for (Date d{kFirstYear, 1, 1}; d.year <= kLastYear; d = Next(d)) (*map)[d] = number++;
    return map;
  }();
  return *numbers;
}

int64_t DayNumber(Date date) { return DayNumbers().at(date); }

Date Stepped(Date date, int days) {
  for (; days > 0; --days) date = Next(date);
  for (; days < 0; ++days) date = Before(date);
  return date;
}

int64_t UtcMidnight(Date date) { return (kDaysBefore2022 + DayNumber(date)) * kDay; }

Date UtcDate(int64_t instant) {
  static const auto* const dates = [] {
    auto* list = new std::vector<Date>;
    for (const auto& [date, number] : DayNumbers()) list->push_back(date);
    return list;
  }();
  return dates->at(static_cast<size_t>(instant / kDay - kDaysBefore2022));
}

// The directive: the last Sunday of the month at 01:00 UTC.
int64_t LastSunday(int year, int month) {
  Date date{year, month, 31};
  while (WeekdayOf(date) != 6) date = Before(date);
  return UtcMidnight(date) + kHour;
}

bool IsSummer(int64_t instant) {
  const int year = UtcDate(instant).year;
  return instant >= SummerBegins(year) && instant < SummerEnds(year);
}

int64_t Offset(int64_t instant) { return IsSummer(instant) ? 2 * kHour : kHour; }

// ---- What happened when

struct Span {
  int64_t first;
  int64_t last;
};

Date AskedDate(const Fact& fact) {
  const Date typed = LocalDate(fact.recorded);
  return fact.said ? std::min(*fact.said, typed) : typed;
}

Span WordSpan(const Fact& fact) {
  if (!fact.said_minute) return {Midnight(*fact.said), Midnight(Next(*fact.said)) - 1};
  // Stories keep away from the night hours in which clocks change, so noon's offset is right after 04:00.
  const int64_t noon = UtcMidnight(*fact.said) + 12 * kHour;
  const int64_t minute = UtcMidnight(*fact.said) + *fact.said_minute * 60 * kSecond - Offset(noon);
  return {minute, minute + 60 * kSecond - 1};
}

Span When(const Fact& fact) {
  if (!fact.said) return {fact.recorded, fact.recorded};
  const Span word = WordSpan(fact);
  if (word.first > fact.recorded) {
    return {fact.recorded, fact.recorded};
  }
  return {word.first, std::min(word.last, fact.recorded)};
}

bool AskedAgainAfter(const Fact& closing, const Fact& inquiry) {
  const Span c = When(closing);
  const Span i = When(inquiry);
  if (c.last < i.first) return true;
  if (i.last < c.first) return false;
  return inquiry.recorded > closing.recorded;
}

// ---- One day after the other

std::vector<const Fact*> OnDay(const std::vector<Fact>& facts, Kind kind, Date day) {
  std::vector<const Fact*> found;
  for (const Fact& fact : facts) {
    if (fact.kind != kind) continue;
    const Date date = kind == Kind::kInquiry ? AskedDate(fact) : LocalDate(When(fact).first);
    if (date == day) found.push_back(&fact);
  }
  return found;
}

void Judge(Case& c, const Fact* end, int64_t now) {
  const int64_t due = Midnight(Next(c.due));
  if (end == nullptr) {
    c.state = now >= due ? "overdue" : due - now < kDay ? "due-soon" : "open";
    c.breach = now >= due;
    return;
  }
  const bool late = When(*end).first >= due;
  c.state = end->kind == Kind::kClosing ? "closed" : late ? "met-late" : "met";
  c.breach = late && !end->mistake;
}

Case CaseOf(const std::vector<const Fact*>& inquiries, const Fact* end, int64_t now, const Rule& rule) {
  Case c{.asked = AskedDate(*inquiries.front())};
  for (const Fact* inquiry : inquiries) {
    c.inquiries.push_back(inquiry->number);
    c.asked = std::min(c.asked, AskedDate(*inquiry));
  }
  std::ranges::sort(c.inquiries);
  c.due = Due(c.asked, rule);
  Judge(c, end, now);
  return c;
}

// Takes out of `ends` what ended something first. A closing goes first only where it certainly lies before.
const Fact* TakeFirst(std::vector<const Fact*>& ends) {
  const auto first = std::ranges::min_element(ends, [](const Fact* a, const Fact* b) {
    const bool a_parts = a->kind == Kind::kParticipation;
    const bool b_parts = b->kind == Kind::kParticipation;
    if (a_parts && !b_parts) return When(*a).first <= When(*b).last;
    if (!a_parts && b_parts) return When(*a).last < When(*b).first;
    if (When(*a).first != When(*b).first) return When(*a).first < When(*b).first;
    return When(*a).last < When(*b).last;
  });
  const Fact* taken = *first;
  ends.erase(first);
  return taken;
}

// Takes out of `waiting` those whose wait `end` ends.
std::vector<const Fact*> TakeEnded(std::vector<const Fact*>& waiting, const Fact& end) {
  std::vector<const Fact*> ended;
  std::vector<const Fact*> left;
  for (const Fact* inquiry : waiting) {
    const bool too_late = end.kind == Kind::kClosing && AskedAgainAfter(end, *inquiry);
    (too_late ? left : ended).push_back(inquiry);
  }
  waiting = left;
  return ended;
}

Date FirstDay(const std::vector<Fact>& facts) {
  Date first{kLastYear, 1, 1};
  for (const Fact& fact : facts) first = std::min({first, AskedDate(fact), LocalDate(When(fact).first)});
  return first;
}

struct Found {
  Case c;
  std::optional<int64_t> ended;  // the last instant of what ended it
};

void CountSteps(const std::vector<Fact>& facts, std::vector<Found>& found) {
  for (const Fact& reply : facts) {
    if (reply.kind != Kind::kReply) continue;
    for (Found& f : found) {
      if (LocalDate(When(reply).last) < f.c.asked) continue;
      if (f.ended && When(reply).first > *f.ended) continue;
      ++f.c.steps;
      break;
    }
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Date& d) {
  return out << d.year << '-' << d.month << '-' << d.day;
}

std::ostream& operator<<(std::ostream& out, const Case& c) {
  out << "case of";
  for (const int n : c.inquiries) out << " #" << n;
  return out << " asked " << c.asked << " due " << c.due << ' ' << c.state << (c.breach ? " breach" : "")
             << ' ' << c.steps << " steps";
}

Date Next(Date date) {
  if (++date.day <= DaysInMonth(date.year, date.month)) return date;
  if (date.month == 12) return {date.year + 1, 1, 1};
  return {date.year, date.month + 1, 1};
}

Date Before(Date date) {
  if (--date.day >= 1) return date;
  if (date.month == 1) return {date.year - 1, 12, 31};
  return {date.year, date.month - 1, DaysInMonth(date.year, date.month - 1)};
}

int WeekdayOf(Date date) { return static_cast<int>((kFirstWeekday + DayNumber(date)) % 7); }

int64_t SummerBegins(int year) { return LastSunday(year, 3); }
int64_t SummerEnds(int year) { return LastSunday(year, 10); }

int64_t Midnight(Date date) {
  const int64_t winter = UtcMidnight(date) - kHour;
  return IsSummer(winter - kHour) ? winter - kHour : winter;  // clocks never change at midnight
}

Date LocalDate(int64_t instant) { return UtcDate(instant + Offset(instant)); }

bool IsHoliday(Date date, const Rule& rule) {
  const Date easter = kEaster.at(date.year);
  for (const int days : {-3, -2, 0, 1, 39, 49, 50}) {
    if (date == Stepped(easter, days)) return true;
  }
  if (date.year <= 2023 && date == Stepped(easter, 26)) return true;
  const int month_day = date.month * 100 + date.day;
  if (month_day == 605) return rule.june5_off;
  if (month_day == 1224) return rule.december24_off;
  return month_day == 101 || month_day == 1225 || month_day == 1226;
}

Date Due(Date asked, const Rule& rule) {
  if (!rule.working_days) return Next(Next(Next(asked)));
  Date due = asked;
  for (int worked = 0; worked < 3;) {
    due = Next(due);
    if (WeekdayOf(due) < 5 && !IsHoliday(due, rule)) ++worked;
  }
  return due;
}

std::vector<Case> Cases(const std::vector<Fact>& facts, int64_t now, const Rule& rule) {
  std::vector<Found> found;
  std::vector<const Fact*> waiting;
  Date last_day{kFirstYear, 1, 1};
  for (const Fact& fact : facts) last_day = std::max(last_day, LocalDate(fact.recorded));
  for (Date day = FirstDay(facts); day <= last_day; day = Next(day)) {
    for (const Fact* asked : OnDay(facts, Kind::kInquiry, day)) waiting.push_back(asked);
    std::vector<const Fact*> ends = OnDay(facts, Kind::kParticipation, day);
    for (const Fact* closing : OnDay(facts, Kind::kClosing, day)) ends.push_back(closing);
    while (!ends.empty()) {
      const Fact* end = TakeFirst(ends);
      const auto ended = TakeEnded(waiting, *end);
      if (!ended.empty()) found.push_back({CaseOf(ended, end, now, rule), When(*end).last});
    }
  }
  if (!waiting.empty()) found.push_back({CaseOf(waiting, nullptr, now, rule), std::nullopt});
  CountSteps(facts, found);
  std::vector<Case> cases;
  for (const Found& f : found) cases.push_back(f.c);
  return cases;
}

}  // namespace opgang::slow
