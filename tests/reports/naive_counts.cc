#include "tests/reports/naive_counts.h"

#include <functional>
#include <set>

namespace opgang::naive {
namespace {

using slow::Date;
using Is = std::function<bool(const Life&)>;

Date DaysLater(Date date, int days) {
  for (int i = 0; i < days; ++i) date = slow::Next(date);
  return date;
}

Date MonthsLater(Date date, int months) {
  static const int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};  // no leap year is met here
  int month = date.month + months;
  int year = date.year;
  if (month > 12) {
    month -= 12;
    ++year;
  }
  return {year, month, std::min(date.day, kDays[month - 1])};
}

bool Lies(Date day, Date first, Date last) { return !(day < first) && !(last < day); }

// --- One life. ---

Date QuitOf(const Life& life) { return life.moved_to.value_or(*life.quit); }

bool Began(const Life& life) { return life.weeks.find('x') != std::string::npos; }

bool AttendedEnough(const Life& life) {
  int came = 0;
  int held = 0;
  for (size_t week = 0; week < 8; ++week) {
    const bool begun = life.weeks.find('x') <= week;
    if (begun) ++held;
    if (life.weeks[week] == 'x') ++came;
  }
  return held > 0 && came * 100 >= held * 75;
}

bool FreeAtEnd(const Life& life) { return life.ended && life.status == "smoke-free"; }
bool KnownAtEnd(const Life& life) { return life.ended && life.status != "not-known"; }

bool InHalfYearWindow(const Life& life, Date day) {
  return life.quit && Lies(day, MonthsLater(QuitOf(life), 5), MonthsLater(QuitOf(life), 7));
}
bool AnsweredHalfYear(const Life& life) {
  return life.half_year && InHalfYearWindow(life, life.half_year->day);
}
bool HalfYearIs(const Life& life, const std::set<std::string>& words) {
  return AnsweredHalfYear(life) && words.contains(life.half_year->word);
}
bool FreeAtHalfYear(const Life& life) {
  return HalfYearIs(life, {"continuous-0", "continuous-5", "continuous-more", "point"});
}
bool Continuous(const Life& life) { return HalfYearIs(life, {"continuous-0", "continuous-5"}); }
bool FollowedUp(const Life& life) {
  for (const auto& [day, hour] : life.calls) {
    if (InHalfYearWindow(life, day)) return true;
  }
  if (life.reason && InHalfYearWindow(life, life.reason->day)) return true;
  return AnsweredHalfYear(life);
}

bool SaidAtFourWeeks(const Life& life) {
  return life.four_weeks &&
         Lies(life.four_weeks->day, DaysLater(QuitOf(life), 25), DaysLater(QuitOf(life), 42));
}
bool FourWeeksIs(const Life& life, const std::string& word) {
  return SaidAtFourWeeks(life) && life.four_weeks->word == word;
}
bool NotSmoked(const Life& life) { return FourWeeksIs(life, "not-smoked"); }
bool BelowTen(const std::optional<double>& ppm) { return ppm && *ppm < 10; }

// --- Counting. ---

class Table {
 public:
  explicit Table(const std::vector<Life>& lives) : lives_(lives) {}

  int Number(const Is& is) const {
    int number = 0;
    for (const Life& life : lives_) number += is(life) ? 1 : 0;
    return number;
  }
  void Whole(const std::string& id, const Is& whole) { counts[id] = std::to_string(Number(whole)); }
  // Those of `whole` of which `is` is true.
  void Of(const std::string& id, const Is& whole, const Is& is) {
    const int number = Number([&](const Life& life) { return whole(life) && is(life); });
    counts[id] = std::to_string(number) + " of " + std::to_string(Number(whole));
  }
  void Both(const std::string& id, const std::string& share, const Is& whole, const Is& is) {
    Of(id, whole, is);
    Of(share, whole, is);
  }

  Counts counts;

 private:
  const std::vector<Life>& lives_;
};

bool Any(const Life&) { return true; }

void SmokeFree(Table& table, const std::string& section, const Is& free, const Is& answered) {
  table.Whole(section + ".completers", AttendedEnough);
  table.Both(section + ".smoke-free", section + ".variant-b", AttendedEnough, free);
  table.Of(section + ".who-answered", AttendedEnough, answered);
  table.Of(
      section + ".variant-a", [&](const Life& l) { return AttendedEnough(l) && answered(l); }, free);
  table.Whole(section + ".started", Began);
  table.Both(section + ".smoke-free-of-started", section + ".variant-c", Began, free);
}

void TakeStop(Table& table, const std::string& prefix) {
  table.Whole(prefix + "completed.registered", Any);
  table.Of(prefix + "completed.started", Any, Began);
  table.Both(prefix + "completed.completers", prefix + "completed.rate", Any, AttendedEnough);
  SmokeFree(table, prefix + "smoke-free-end", FreeAtEnd, KnownAtEnd);
  table.Whole(prefix + "followed-up.completers", AttendedEnough);
  table.Both(prefix + "followed-up.followed-up", prefix + "followed-up.rate", AttendedEnough, FollowedUp);
  SmokeFree(table, prefix + "smoke-free-half-year", FreeAtHalfYear, AnsweredHalfYear);
  table.Whole(prefix + "satisfied.completers", AttendedEnough);
  table.Both(prefix + "satisfied.satisfied", prefix + "satisfied.rate", AttendedEnough,
             [](const Life& l) { return l.satisfaction == 4 || l.satisfaction == 5; });
  table.Of(prefix + "satisfied.who-answered", AttendedEnough,
           [](const Life& l) { return l.satisfaction != 0; });
}

void TakeNhs(Table& table, const std::string& prefix) {
  const Is set = [](const Life& l) { return l.quit.has_value(); };
  const Is unknown = [](const Life& l) {
    return l.quit.has_value() && !NotSmoked(l) && !FourWeeksIs(l, "smoked");
  };
  table.Whole(prefix + "set-date", set);
  table.Both(prefix + "quit", prefix + "quit-rate", set, NotSmoked);
  table.Both(prefix + "co-verified", prefix + "co-rate", set,
             [](const Life& l) { return NotSmoked(l) && BelowTen(l.four_weeks_ppm); });
  table.Of(prefix + "not-quit", set, [](const Life& l) { return FourWeeksIs(l, "smoked"); });
  table.Of(prefix + "not-known", set, unknown);
  table.Of(prefix + "moved-date", set, [](const Life& l) { return l.moved_to.has_value(); });
  table.Of(prefix + "declined", unknown, [](const Life& l) { return FourWeeksIs(l, "declined"); });
  table.Of(prefix + "said-outside", unknown,
           [](const Life& l) { return l.four_weeks.has_value() && !SaidAtFourWeeks(l); });
  table.Of(prefix + "nothing-said", unknown, [](const Life& l) { return !l.four_weeks.has_value(); });
  table.Of(prefix + "still-open", unknown, [](const Life&) { return false; });
}

void TakeRussell(Table& table, const std::string& prefix) {
  const auto is_gone = [](const Life& l, const std::string& word) {
    return l.reason && l.reason->word == word;
  };
  const Is counted = [&](const Life& l) { return Began(l) && !is_gone(l, "dead") && !is_gone(l, "moved"); };
  const Is continuous = [&](const Life& l) { return counted(l) && Continuous(l); };
  table.Whole(prefix + "started", Began);
  table.Of(prefix + "dead", Began, [&](const Life& l) { return is_gone(l, "dead"); });
  table.Of(prefix + "untraceable", Began, [&](const Life& l) { return is_gone(l, "moved"); });
  table.Of(prefix + "counted", Began, counted);
  table.Both(prefix + "success", prefix + "success-rate", counted,
             [](const Life& l) { return Continuous(l) && BelowTen(l.half_year_ppm); });
  table.Both(prefix + "continuous", prefix + "continuous-rate", counted, Continuous);
  table.Of(prefix + "point-abstinent", counted, FreeAtHalfYear);
  table.Of(prefix + "who-answered", counted, AnsweredHalfYear);
  table.Of(prefix + "no-quit-date", counted, [](const Life& l) { return !l.quit.has_value(); });
  table.Of(prefix + "still-open", counted, [](const Life&) { return false; });
  table.Of(prefix + "not-verified", continuous,
           [](const Life& l) { return l.half_year_ppm.has_value() && !BelowTen(l.half_year_ppm); });
  table.Of(prefix + "not-tested", continuous, [](const Life& l) { return !l.half_year_ppm.has_value(); });
}

// The entries of a life that stand, each with what is wrong with it.
std::vector<std::pair<HandedOut, std::string>> Standing(const Life& life) {
  std::vector<HandedOut> stand;
  for (const HandedOut& one : life.nicotine) {
    if (one.corrects_the_one_before) stand.pop_back();
    stand.push_back(one);
  }
  std::vector<std::pair<HandedOut, std::string>> judged;
  int weeks = 0;
  for (const HandedOut& one : stand) {
    const size_t first_came = life.weeks.find('x');
    const bool came_by_then = first_came != std::string::npos &&
                              !(one.day < DaysLater(life.first_meeting, 7 * static_cast<int>(first_came)));
    std::string wrong;
    if (!came_by_then || (life.ended && *life.ended < one.day)) {
      wrong = "not-participating";
    } else {
      weeks += one.weeks;
      if (!(one.day < DaysLater(stand.front().day, 56)))
        wrong = "after-window";
      else if (weeks > 8)
        wrong = "too-many-weeks";
    }
    judged.emplace_back(one, wrong);
  }
  return judged;
}

}  // namespace

Counts Stop(const std::vector<Life>& lives) {
  Table table(lives);
  TakeStop(table, "");
  return table.counts;
}

Counts Nhs(const std::vector<Life>& lives) {
  Table table(lives);
  TakeNhs(table, "");
  return table.counts;
}

Counts Russell(const std::vector<Life>& lives) {
  Table table(lives);
  TakeRussell(table, "");
  return table.counts;
}

Counts Nrt(const std::vector<Life>& lives) {
  std::map<std::string, int> number;
  for (const Life& life : lives) {
    int weeks = 0;
    for (const auto& [one, wrong] : Standing(life)) {
      if (one.weeks == 0) continue;  // it was never handed out
      ++number["hand-outs"];
      if (!wrong.empty()) ++number["flagged"];
      if (!wrong.empty()) ++number[wrong];
      if (one.corrects_the_one_before) ++number["corrections"];
      if (!wrong.empty() && !one.corrects_the_one_before) ++number["to-check"];
      weeks += one.weeks;
    }
    if (weeks > 0) ++number["people"];
    if (weeks > 0) ++number[weeks > 8 ? "weeks.more" : "weeks." + std::to_string(weeks)];
  }
  Counts counts = {{"hand-outs", std::to_string(number["hand-outs"])},
                   {"people", std::to_string(number["people"])}};
  const auto of = [&](const std::string& id, const std::string& whole) {
    counts[id] = std::to_string(number[id]) + " of " + std::to_string(number[whole]);
  };
  for (const char* id : {"flagged", "corrections", "to-check"}) of(id, "hand-outs");
  for (const char* id : {"too-many-weeks", "after-window", "not-participating"}) of(id, "flagged");
  for (int weeks = 1; weeks <= 8; ++weeks) of("weeks." + std::to_string(weeks), "people");
  of("weeks.more", "people");
  return counts;
}

Counts KomOgKvit(const std::vector<Life>& lives) {
  std::vector<Life> participants;
  std::set<int> seen;
  for (const Life& life : lives) {
    const bool other = life.intake && life.programme != "kom-og-kvit";
    if (!other && Began(life) && seen.insert(life.person).second) participants.push_back(life);
  }
  Table table(participants);
  const Is through = [](const Life& l) { return l.ended && l.completed; };
  table.Whole("participants", Any);
  table.Of("heavy", Any, [](const Life& l) { return l.intake && l.cigarettes >= 15; });
  table.Of("heaviness-known", Any, [](const Life& l) { return l.intake.has_value(); });
  table.Both("completed", "completed-rate", Any, through);
  const auto reading = [&](const std::string& section, const std::string& name, const Is& whole) {
    table.Whole(section + "." + name, whole);
    table.Both(section + ".smoke-free-end", section + ".smoke-free-end-rate", whole, FreeAtEnd);
    table.Both(section + ".smoke-free-half-year", section + ".smoke-free-half-year-rate", whole,
               FreeAtHalfYear);
  };
  reading("of-participants", "participants", Any);
  reading("of-completers", "completers", through);
  TakeStop(table, "stop-");
  TakeNhs(table, "nhs-4-week.");
  TakeRussell(table, "russell.");
  return table.counts;
}

}  // namespace opgang::naive
