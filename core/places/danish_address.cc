#include "core/places/danish_address.h"

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstdlib>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/places/danish_text.h"

namespace opgang {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

size_t CountDigits(std::string_view text) {
  return std::find_if_not(text.begin(), text.end(), IsDigit) - text.begin();
}

// "007" -> 7; nullopt for other text and for more than nine digits.
std::optional<int> ParseNumber(std::string_view text) {
  if (!AllDigits(text) || text.size() > 9) return std::nullopt;
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

// The number in decimal where it lies in low..high.
std::optional<std::string> NumberWithin(std::string_view text, int low, int high) {
  const std::optional<int> value = ParseNumber(text);
  if (!value || *value < low || *value > high) return std::nullopt;
  return std::to_string(*value);
}

bool SkipWord(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool SkipAnyOf(std::string_view& text, std::string_view chars) {
  if (text.empty() || chars.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// The word, but not the beginning of a longer one.
bool SkipWholeWord(std::string_view& text, std::string_view word) {
  std::string_view after = text;
  if (!SkipWord(after, word)) return false;
  if (!after.empty() && std::string_view(" .,").find(after.front()) == std::string_view::npos) return false;
  text = after;
  return true;
}

// A floor at the start of folded text, and what follows it.
struct FloorPrefix {
  std::string floor;
  std::string_view rest;
  bool separated = false;  // something stood between the two
};

// Longer words first: "stuen" before "st".
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFloorWords = {{
    {"stuen", "st"},
    {"stue", "st"},
    {"st", "st"},
    {"kælder", "kl"},
    {"kld", "kl"},
    {"kl", "kl"},
}};

std::optional<FloorPrefix> TakeFloorWord(std::string_view text) {
  for (const auto& [word, floor] : kFloorWords) {
    if (SkipWord(text, word)) return FloorPrefix{std::string(floor), text};
  }
  return std::nullopt;
}

// "k2": the second floor below the ground. "k1" is what the register calls "kl".
std::optional<FloorPrefix> TakeCellarNumber(std::string_view text) {
  if (text.size() < 2 || text[0] != 'k' || text[1] < '1' || text[1] > '9') return std::nullopt;
  if (text.size() > 2 && IsDigit(text[2])) return std::nullopt;
  const std::string floor = text[1] == '1' ? "kl" : std::string(text.substr(0, 2));
  return FloorPrefix{floor, text.substr(2)};
}

std::optional<FloorPrefix> TakeFloorNumber(std::string_view text) {
  const size_t digits = CountDigits(text);
  std::optional<std::string> floor = NumberWithin(text.substr(0, digits), 1, 99);
  if (!floor) return std::nullopt;
  return FloorPrefix{*std::move(floor), text.substr(digits)};
}

// A floor with what people put behind it: ".", " sal", " etage", a comma, hyphen or slash.
std::optional<FloorPrefix> TakeFloor(std::string_view text) {
  std::optional<FloorPrefix> prefix = TakeFloorNumber(text);
  if (!prefix) prefix = TakeFloorWord(text);
  if (!prefix) prefix = TakeCellarNumber(text);
  if (!prefix) return std::nullopt;
  std::string_view& rest = prefix->rest;
  const size_t before = rest.size();
  SkipAnyOf(rest, ".");
  SkipAnyOf(rest, " ");
  if (SkipWholeWord(rest, "sal") || SkipWholeWord(rest, "etage")) SkipAnyOf(rest, ".");
  SkipAnyOf(rest, " ");
  if (SkipAnyOf(rest, ",-/")) SkipAnyOf(rest, " ");
  prefix->separated = rest.size() != before;
  return prefix;
}

std::string WithoutDotsAndSpaces(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return c != '.' && c != ' '; });
  return out;
}

std::optional<std::string> SideOf(std::string_view folded) {
  const std::string word = WithoutDotsAndSpaces(folded);
  if (word == "tv" || word == "tilvenstre" || word == "venstre") return "tv";
  if (word == "mf" || word == "midtfor" || word == "midt") return "mf";
  if (word == "th" || word == "tilhøjre" || word == "højre") return "th";
  return std::nullopt;
}

// The register's other doors: digits, letters, "/" and "-", at most four characters, at least one letter or
// digit.
bool IsDoorLabel(std::string_view folded) {
  const std::optional<std::u32string> chars = Decode(folded);
  if (!chars || chars->empty() || chars->size() > 4) return false;
  const auto is_word = [](char32_t c) { return IsLetter(c) || (c >= U'0' && c <= U'9'); };
  const auto allowed = [&](char32_t c) { return is_word(c) || c == U'-' || c == U'/'; };
  return std::all_of(chars->begin(), chars->end(), allowed) && is_word(chars->front()) &&
         is_word(chars->back());
}

std::optional<std::string> DoorFromFolded(std::string_view folded) {
  if (std::optional<std::string> side = SideOf(folded)) return side;
  if (AllDigits(folded)) return NumberWithin(folded, 1, 9999);
  const bool is_floor = folded == "st" || folded == "kl" || folded == "sal" || folded == "stue";
  if (is_floor || !IsDoorLabel(folded)) return std::nullopt;
  return std::string(folded);
}

// "2th", "st12", "2a" need nothing between floor and door; "stald" is not "st" and a door.
bool MayFollowDirectly(const FloorPrefix& prefix) {
  const bool letter_after_number = IsDigit(prefix.floor[0]) && Decode(prefix.rest).value().size() == 1;
  return AllDigits(prefix.rest) || letter_after_number || SideOf(prefix.rest).has_value();
}

// Lower case, single spaces, no spaces at the ends; nullopt for text that is no line of UTF-8.
std::optional<std::string> FoldLine(std::string_view text) {
  std::optional<std::string> line = CleanLine(text);
  if (!line) return std::nullopt;
  return FoldCase(*line);
}

// Places in an order: the class first (lower comes first), then the number in it, then the text.
using SortKey = std::tuple<int, int, std::string_view>;

int Compare(const SortKey& a, const SortKey& b) {
  if (a < b) return -1;
  return b < a ? 1 : 0;
}

SortKey FloorKey(std::string_view floor) {
  if (floor.empty()) return {0, 0, {}};
  const bool cellar = floor.size() == 2 && floor[0] == 'k' && floor[1] >= '2' && floor[1] <= '9';
  if (cellar) return {1, '9' - floor[1], {}};
  if (floor == "kl") return {2, 0, {}};
  if (floor == "st") return {3, 0, {}};
  const std::optional<int> number = ParseNumber(floor);
  if (number && floor[0] != '0') return {4, *number, {}};
  return {5, 0, floor};
}

SortKey DoorKey(std::string_view door) {
  if (door.empty()) return {0, 0, {}};
  if (door == "tv") return {1, 0, {}};
  if (door == "mf") return {2, 0, {}};
  if (door == "th") return {3, 0, {}};
  const std::optional<int> number = ParseNumber(door);
  if (number && door[0] != '0') return {4, *number, {}};
  return {5, 0, door};
}

SortKey HouseNumberKey(std::string_view number) {
  if (number.empty()) return {0, 0, {}};
  const size_t digits = CountDigits(number);
  const std::optional<int> value = ParseNumber(number.substr(0, digits));
  if (value && number[0] != '0') return {1, *value, number.substr(digits)};
  return {2, 0, number};
}

int CompareSigns(std::strong_ordering order) { return order < 0 ? -1 : (order > 0 ? 1 : 0); }

}  // namespace

std::optional<std::string> NormalizeFloor(std::string_view text) {
  const std::optional<std::string> folded = FoldLine(text);
  if (!folded) return std::nullopt;
  std::optional<FloorPrefix> prefix = TakeFloor(*folded);
  if (!prefix || !prefix->rest.empty()) return std::nullopt;
  return std::move(prefix->floor);
}

std::optional<std::string> NormalizeDoor(std::string_view text) {
  const std::optional<std::string> folded = FoldLine(text);
  if (!folded) return std::nullopt;
  return DoorFromFolded(*folded);
}

std::optional<std::string> NormalizeHouseNumber(std::string_view text) {
  const std::optional<std::string> line = CleanLine(text);
  if (!line) return std::nullopt;
  std::string_view letter = *line;
  letter.remove_prefix(CountDigits(letter));
  std::optional<std::string> number = NumberWithin(line->substr(0, line->size() - letter.size()), 1, 999);
  if (!number) return std::nullopt;
  SkipAnyOf(letter, " ");
  if (letter.empty()) return number;
  if (letter.size() != 1 || !absl::ascii_isalpha(letter[0])) return std::nullopt;
  return *number + absl::ascii_toupper(letter[0]);
}

std::optional<std::string> NormalizePostcode(std::string_view text) {
  const std::optional<std::string> folded = FoldLine(text);
  if (!folded) return std::nullopt;
  std::string_view digits = *folded;
  if (SkipWord(digits, "dk")) SkipAnyOf(digits, "- ");
  if (digits.size() != 4 || !AllDigits(digits) || digits == "0000") return std::nullopt;
  return std::string(digits);
}

std::optional<std::string> NormalizeStreet(std::string_view text) {
  std::optional<std::string> line = CleanLine(text);
  if (!line) return std::nullopt;
  const std::optional<std::u32string> chars = Decode(*line);
  const bool has_letter = chars && std::any_of(chars->begin(), chars->end(), IsLetter);
  if (!has_letter || chars->size() > 80) return std::nullopt;
  return line;
}

std::optional<DoorName> ParseDoorName(std::string_view text) {
  const std::optional<std::string> folded = FoldLine(text);
  if (!folded) return std::nullopt;
  std::optional<FloorPrefix> prefix = TakeFloor(*folded);
  if (!prefix) return std::nullopt;
  if (prefix->rest.empty()) return DoorName{std::move(prefix->floor), {}};
  std::optional<std::string> door = DoorFromFolded(prefix->rest);
  if (!door || (!prefix->separated && !MayFollowDirectly(*prefix))) return std::nullopt;
  return DoorName{std::move(prefix->floor), *std::move(door)};
}

std::optional<StreetAndNumber> ParseStreetAndNumber(std::string_view text) {
  const std::optional<std::string> line = CleanLine(text);
  if (!line) return std::nullopt;
  // The number may be written in two words ("20 B"): try the last word, then the last two.
  size_t cut = line->rfind(' ');
  for (int words = 1; words <= 2 && cut != std::string::npos && cut > 0; ++words) {
    std::optional<std::string> number = NormalizeHouseNumber(std::string_view(*line).substr(cut + 1));
    std::optional<std::string> street = NormalizeStreet(std::string_view(*line).substr(0, cut));
    if (number && street) return StreetAndNumber{*std::move(street), *std::move(number)};
    cut = line->rfind(' ', cut - 1);
  }
  return std::nullopt;
}

std::string FormatDoor(const DoorName& door) {
  if (door.floor.empty()) return door.door;
  if (door.door.empty()) return absl::StrCat(door.floor, ".");
  return absl::StrCat(door.floor, ". ", door.door);
}

int CompareFloors(std::string_view a, std::string_view b) { return Compare(FloorKey(a), FloorKey(b)); }

int CompareDoors(std::string_view a, std::string_view b) {
  const SortKey key_a = DoorKey(a);
  const SortKey key_b = DoorKey(b);
  const bool both_labels = std::get<0>(key_a) == 5 && std::get<0>(key_b) == 5;
  return both_labels ? CompareDanish(a, b) : Compare(key_a, key_b);
}

int CompareHouseNumbers(std::string_view a, std::string_view b) {
  return Compare(HouseNumberKey(a), HouseNumberKey(b));
}

int CompareDanish(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const int letters = CompareSigns(CollationKey(a) <=> CollationKey(b));
  if (letters != 0) return letters;
  return CompareSigns(a <=> b);
}

bool VisitedBefore(const DoorName& a, const DoorName& b) {
  const int floors = CompareFloors(a.floor, b.floor);
  return floors != 0 ? floors < 0 : CompareDoors(a.door, b.door) < 0;
}

}  // namespace opgang
