#include "core/rules/stated_word.h"

#include <array>
#include <charconv>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/places/danish_text.h"

namespace opgang {
namespace {

constexpr size_t kMaxWordBytes = 100;

using DayMeaning = decltype(Meaning::day);
using Side = NamedDay::Side;

// ---- Words. All in the folded form of Fold(): small letters, ae oe aa.

constexpr std::pair<std::string_view, int> kNearToday[] = {
    {"today", 0},
    {"i dag", 0},
    {"idag", 0},
    {"yesterday", -1},
    {"i gaar", -1},
    {"igaar", -1},
    {"day before yesterday", -2},
    {"the day before yesterday", -2},
    {"i forgaars", -2},
    {"iforgaars", -2},
    {"forgaars", -2},
    {"tomorrow", 1},
    {"i morgen", 1},
    {"imorgen", 1},
    {"day after tomorrow", 2},
    {"the day after tomorrow", 2},
    {"i overmorgen", 2},
    {"iovermorgen", 2},
    {"overmorgen", 2},
};

struct WeekdayWords {
  absl::Weekday weekday;
  std::array<std::string_view, 10> words;  // padded with empty ones
};
constexpr WeekdayWords kWeekdays[] = {
    {absl::Weekday::monday, {"mon", "monday", "man", "mandag"}},
    {absl::Weekday::tuesday, {"tue", "tues", "tuesday", "tir", "tirs", "tirsdag"}},
    {absl::Weekday::wednesday, {"wed", "weds", "wednesday", "ons", "onsdag"}},
    {absl::Weekday::thursday, {"thu", "thur", "thurs", "thursday", "tor", "tors", "torsdag"}},
    {absl::Weekday::friday, {"fri", "friday", "fre", "fredag"}},
    {absl::Weekday::saturday, {"sat", "saturday", "loer", "lor", "loerdag", "lordag"}},
    {absl::Weekday::sunday, {"sun", "sunday", "soen", "son", "soendag", "sondag"}},
};

std::optional<absl::Weekday> FindWeekday(std::string_view word) {
  if (word.empty()) return std::nullopt;
  for (const auto& [weekday, words] : kWeekdays) {
    for (const std::string_view known : words) {
      if (known == word) return weekday;
    }
  }
  return std::nullopt;
}

// "fredags": the Friday before today; said with or without "i".
std::optional<absl::Weekday> FindPastWeekday(std::string_view word) {
  if (!word.ends_with("dags")) return std::nullopt;
  return FindWeekday(word.substr(0, word.size() - 1));
}

bool IsClockMarker(std::string_view word) { return word == "kl" || word == "klokken" || word == "at"; }

// ---- From text to words.

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Small letters, single spaces, ae oe aa.
std::optional<std::string> Fold(std::string_view text) {
  if (text.size() > kMaxWordBytes) return std::nullopt;
  const std::optional<std::string> line = CleanLine(text);
  if (!line) return std::nullopt;
  std::string folded = FoldCase(*line);
  ReplaceAll(folded, "æ", "ae");
  ReplaceAll(folded, "ø", "oe");
  ReplaceAll(folded, "å", "aa");
  return folded;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool Separates(char c) { return c == ' ' || c == ','; }

// "fre." -> "fre"; "kl.14:30" -> "kl", "14:30"; a number keeps its dots.
void AddToken(std::string token, std::vector<std::string>& tokens) {
  if (IsDigit(token.front())) return tokens.push_back(std::move(token));
  const size_t digit = token.find_first_of("0123456789");
  std::string word = token.substr(0, digit);
  if (word.ends_with('.')) word.pop_back();
  tokens.push_back(std::move(word));
  if (digit != std::string::npos) tokens.push_back(token.substr(digit));
}

std::vector<std::string> Tokens(std::string_view folded) {
  std::vector<std::string> tokens;
  std::string token;
  for (const char c : folded) {
    if (!Separates(c)) {
      token += c;
    } else if (!token.empty()) {
      AddToken(std::exchange(token, {}), tokens);
    }
  }
  if (!token.empty()) AddToken(std::move(token), tokens);
  return tokens;
}

// ---- Numbers. Each Eat... consumes from the front of `text`, or fails and leaves the parse to be given up.

std::optional<int> EatNumber(std::string_view& text, size_t min_digits, size_t max_digits) {
  size_t digits = 0;
  while (digits < text.size() && digits < max_digits && IsDigit(text[digits])) ++digits;
  if (digits < min_digits) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits);
  return number;
}

bool EatAnyOf(std::string_view& text, std::string_view separators) {
  if (text.empty() || separators.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// "2026-04-01"
std::optional<DayMeaning> ReadIsoDate(std::string_view text) {
  const auto year = EatNumber(text, 4, 4);
  if (!year || !EatAnyOf(text, "-")) return std::nullopt;
  const auto month = EatNumber(text, 2, 2);
  if (!month || !EatAnyOf(text, "-")) return std::nullopt;
  const auto day = EatNumber(text, 2, 2);
  if (!day || !text.empty()) return std::nullopt;
  return DayOfYear{*year, *month, *day};
}

// "2026" or "26"; nothing may follow.
std::optional<int> ReadYear(std::string_view text) {
  const size_t digits = text.size();
  if (digits != 2 && digits != 4) return std::nullopt;
  const auto year = EatNumber(text, digits, digits);
  if (!year) return std::nullopt;
  return digits == 2 ? 2000 + *year : *year;
}

// "1/4", "1.4", "1.4.", "1/4-2026", "1/4/2026", "1.4.2026"
std::optional<DayMeaning> ReadDanishDate(std::string_view text) {
  const auto day = EatNumber(text, 1, 2);
  const bool dotted = text.starts_with('.');
  if (!day || !EatAnyOf(text, "./")) return std::nullopt;
  const auto month = EatNumber(text, 1, 2);
  if (!month) return std::nullopt;
  if (text.empty() || (dotted && text == ".")) return DayOfMonth{*month, *day};
  if (!EatAnyOf(text, dotted ? ".-" : "/-")) return std::nullopt;
  const auto year = ReadYear(text);
  if (!year) return std::nullopt;
  return DayOfYear{*year, *month, *day};
}

std::optional<DayMeaning> ReadDate(std::string_view text) {
  if (const auto iso = ReadIsoDate(text)) return iso;
  return ReadDanishDate(text);
}

// "9:05", "14.30": two digits of minutes, so that "1.4" is a date.
std::optional<int> ReadClock(std::string_view text) {
  const auto hour = EatNumber(text, 1, 2);
  if (!hour || !EatAnyOf(text, ":.")) return std::nullopt;
  const auto minute = EatNumber(text, 2, 2);
  if (!minute || !text.empty() || *hour > 23 || *minute > 59) return std::nullopt;
  return *hour * 60 + *minute;
}

// "14", after a marker only
std::optional<int> ReadHour(std::string_view text) {
  const auto hour = EatNumber(text, 1, 2);
  if (!hour || !text.empty() || *hour > 23) return std::nullopt;
  return *hour * 60;
}

bool CouldBeDate(std::string_view text) {
  const auto date = ReadDate(text);
  const auto* day = date ? std::get_if<DayOfMonth>(&*date) : nullptr;
  return day != nullptr && day->month >= 1 && day->month <= 12 && day->day >= 1 && day->day <= 31;
}

// ---- From words to a meaning.

std::string Joined(std::span<const std::string> tokens) {
  std::string joined;
  for (const std::string& token : tokens) joined += (joined.empty() ? "" : " ") + token;
  return joined;
}

std::optional<DayMeaning> ReadWeekday(std::span<const std::string> tokens) {
  if (tokens.empty() || tokens.size() > 2) return std::nullopt;
  const std::string_view before = tokens.size() == 2 ? std::string_view(tokens[0]) : std::string_view();
  if (const auto weekday = FindPastWeekday(tokens.back()); weekday && (before.empty() || before == "i")) {
    return NamedDay{*weekday, Side::kBeforeToday};
  }
  const auto weekday = FindWeekday(tokens.back());
  if (!weekday) return std::nullopt;
  if (before.empty() || before == "on") return NamedDay{*weekday, Side::kAsAsked};
  if (before == "last" || before == "sidste") return NamedDay{*weekday, Side::kBeforeToday};
  if (before == "paa") return NamedDay{*weekday, Side::kAfterToday};  // "på fredag" is the coming one
  return std::nullopt;
}

std::optional<DayMeaning> ReadDay(std::span<const std::string> tokens) {
  if (tokens.empty()) return DaysFromToday{0};
  const std::string phrase = Joined(tokens);
  for (const auto& [known, days] : kNearToday) {
    if (known == phrase) return DaysFromToday{days};
  }
  if (const auto weekday = ReadWeekday(tokens)) return weekday;
  return tokens.size() == 1 ? ReadDate(tokens.front()) : std::nullopt;
}

std::optional<Meaning> WithDay(std::span<const std::string> day_words, std::optional<int> minute) {
  const auto day = ReadDay(day_words);
  if (!day) return std::nullopt;
  return Meaning{*day, minute};
}

}  // namespace

std::optional<Meaning> ReadMeaning(std::string_view word) {
  const auto folded = Fold(word);
  const std::vector<std::string> tokens = folded ? Tokens(*folded) : std::vector<std::string>();
  if (tokens.empty()) return std::nullopt;
  const std::span<const std::string> all(tokens);
  const std::string& last = tokens.back();
  const auto clock = ReadClock(last);
  if (tokens.size() >= 2 && IsClockMarker(tokens[tokens.size() - 2])) {
    const auto minute = clock ? clock : ReadHour(last);
    if (!minute) return std::nullopt;
    return WithDay(all.first(all.size() - 2), minute);
  }
  if (!clock) return WithDay(all, std::nullopt);
  if (tokens.size() == 1 && CouldBeDate(last)) return std::nullopt;  // "4.10"
  return WithDay(all.first(all.size() - 1), clock);
}

}  // namespace opgang
