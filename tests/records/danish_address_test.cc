#include "core/places/danish_address.h"

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using Normalizer = std::optional<std::string> (*)(std::string_view);
using Pairs = std::vector<std::pair<std::string, std::string>>;

void ExpectNormalized(Normalizer normalize, const Pairs& cases) {
  for (const auto& [typed, stored] : cases) {
    EXPECT_EQ(normalize(typed).value_or("(none)"), stored) << typed;
    EXPECT_EQ(normalize(stored).value_or("(none)"), stored) << stored;
  }
}

void ExpectNone(Normalizer normalize, const std::vector<std::string>& cases) {
  for (const std::string& typed : cases) {
    EXPECT_FALSE(normalize(typed).has_value()) << typed << " gave " << normalize(typed).value_or("");
  }
}

TEST(FloorTest, WhatPeopleWriteBecomesTheRegistersForm) {
  ExpectNormalized(NormalizeFloor, {{"st", "st"},
                                    {"St.", "st"},
                                    {"stuen", "st"},
                                    {"Stue", "st"},
                                    {"1", "1"},
                                    {"1.", "1"},
                                    {"01", "1"},
                                    {"3. sal", "3"},
                                    {"3.sal", "3"},
                                    {" 99 ", "99"},
                                    {"kl", "kl"},
                                    {"KL.", "kl"},
                                    {"kælder", "kl"},
                                    {"K1", "kl"},
                                    {"k2", "k2"},
                                    {"K9", "k9"},
                                    {"12. Etage", "12"}});
}

TEST(FloorTest, OtherTextIsNoFloor) {
  ExpectNone(NormalizeFloor,
             {"", " ", "0", "100", "k0", "k10", "-1", "tv", "2th", "1.5", "stald", "\xFF", "1\x01"});
}

TEST(DoorTest, WhatPeopleWriteBecomesTheRegistersForm) {
  ExpectNormalized(NormalizeDoor, {{"tv", "tv"},
                                   {"T.V.", "tv"},
                                   {"t. h.", "th"},
                                   {"til venstre", "tv"},
                                   {"Højre", "th"},
                                   {"m.f.", "mf"},
                                   {"midtfor", "mf"},
                                   {"12", "12"},
                                   {"0012", "12"},
                                   {"9999", "9999"},
                                   {"A", "a"},
                                   {"Å", "å"},
                                   {"1-2", "1-2"},
                                   {"b/2", "b/2"},
                                   {"A12", "a12"}});
}

TEST(DoorTest, OtherTextIsNoDoor) {
  ExpectNone(NormalizeDoor,
             {"", "0", "10000", "st", "kl", "sal", "2 3", "abcde", "-1", "1-", "/", "a b", "\xC3"});
}

TEST(HouseNumberTest, OneToNineHundredAndNinetyNineWithOneLetter) {
  ExpectNormalized(
      NormalizeHouseNumber,
      {{"20 B", "20B"}, {"20b", "20B"}, {"1", "1"}, {"999", "999"}, {"003A", "3A"}, {" 7 ", "7"}});
  ExpectNone(NormalizeHouseNumber, {"", "0", "1000", "20BB", "20Æ", "B20", "2 0", "2.0", "20  - B", "-3"});
}

TEST(PostcodeTest, FourDigits) {
  ExpectNormalized(NormalizePostcode, {{"9220", "9220"}, {"DK-9220", "9220"}, {" 0800", "0800"}});
  ExpectNone(NormalizePostcode, {"", "922", "92200", "0000", "92 20", "922O"});
}

TEST(StreetTest, SpacesCollapseAndLettersAreComposed) {
  ExpectNormalized(NormalizeStreet, {{"  Humle  bakken ", "Humle bakken"},
                                     {"A\xCC\x8A"
                                      "gade",
                                      "Ågade"},
                                     {"10. Februar\nVej", "10. Februar Vej"},
                                     {std::string(80, 'x'), std::string(80, 'x')}});
  ExpectNone(NormalizeStreet,
             {"", "  ", "20", std::string(81, 'x'), "Vej\x1B[2J", "Vej\xFF", std::string("a\0b", 3)});
}

TEST(StreetTest, EightyCharactersAreCountedAsCharactersNotBytes) {
  std::string street;
  for (int i = 0; i < 80; ++i) street += "ø";
  EXPECT_EQ(NormalizeStreet(street), street);
  EXPECT_FALSE(NormalizeStreet(street + "ø").has_value());
}

TEST(DoorNameTest, WhatAWorkerTypesInTheStairwell) {
  const std::vector<std::pair<std::string, DoorName>> cases = {
      {"2th", {"2", "th"}},        {"2. th", {"2", "th"}},
      {"2.TH.", {"2", "th"}},      {"st tv", {"st", "tv"}},
      {"sttv", {"st", "tv"}},      {"st. t.v.", {"st", "tv"}},
      {"3. sal mf", {"3", "mf"}},  {"3. sal th.", {"3", "th"}},
      {"1 12", {"1", "12"}},       {"1. 12", {"1", "12"}},
      {"1.12", {"1", "12"}},       {"kl", {"kl", ""}},
      {"k1 2", {"kl", "2"}},       {"k2tv", {"k2", "tv"}},
      {"2, tv", {"2", "tv"}},      {"2/tv", {"2", "tv"}},
      {"1. sal", {"1", ""}},       {"12", {"12", ""}},
      {"st 0007", {"st", "7"}},    {"stuen til højre", {"st", "th"}},
      {"2a", {"2", "a"}},          {"4. 1-2", {"4", "1-2"}},
      {"99 9999", {"99", "9999"}},
  };
  for (const auto& [typed, door] : cases) {
    const std::optional<DoorName> parsed = ParseDoorName(typed);
    ASSERT_TRUE(parsed.has_value()) << typed;
    EXPECT_EQ(*parsed, door) << typed << " gave " << parsed->floor << "|" << parsed->door;
  }
}

TEST(DoorNameTest, WhatIsNoDoorIsNotGuessed) {
  for (const char* typed :
       {"", "th", "212", "0 tv", "100 tv", "stald", "2 3 4", "2 abcde", "hej", "2. \xFF", "1 0"}) {
    EXPECT_FALSE(ParseDoorName(typed).has_value()) << typed;
  }
}

const std::vector<std::string> kFloorsInOrder = {"",   "k9", "k8", "k7", "k6", "k5", "k4", "k3",
                                                 "k2", "kl", "st", "1",  "2",  "9",  "10", "99"};
const std::vector<std::string> kDoorsInOrder = {"",   "tv",  "mf",   "th", "1", "2", "9", "10",
                                                "99", "100", "9999", "a",  "b", "ø", "å"};

TEST(DoorNameTest, EveryFormattedDoorIsReadBackAsItself) {
  for (const std::string& floor : kFloorsInOrder) {
    for (const char* door :
         {"", "tv", "mf", "th", "1", "12", "9999", "a", "å", "sal1", "sala", "1-2", "b/2", "12a"}) {
      if (floor.empty()) continue;
      const DoorName name{floor, door};
      EXPECT_EQ(ParseDoorName(FormatDoor(name)), name) << FormatDoor(name);
    }
  }
}

TEST(DoorNameTest, IsWrittenAsPeopleWriteIt) {
  EXPECT_EQ(FormatDoor({"2", "th"}), "2. th");
  EXPECT_EQ(FormatDoor({"st", "tv"}), "st. tv");
  EXPECT_EQ(FormatDoor({"1", "12"}), "1. 12");
  EXPECT_EQ(FormatDoor({"kl", ""}), "kl.");
  EXPECT_EQ(FormatDoor({"", ""}), "");
}

TEST(StreetAndNumberTest, TheNumberStandsAtTheEnd) {
  const auto both = ParseStreetAndNumber("  Humlebakken  20 b ");
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->street, "Humlebakken");
  EXPECT_EQ(both->number, "20B");
  EXPECT_EQ(ParseStreetAndNumber("10. Februar Vej 3")->street, "10. Februar Vej");
  EXPECT_EQ(ParseStreetAndNumber("Vej 2 A 7")->street, "Vej 2 A");
  for (const char* typed : {"Humlebakken", "20", "20 B", "Humlebakken 20, 2. th", "Humlebakken 1000", ""}) {
    EXPECT_FALSE(ParseStreetAndNumber(typed).has_value()) << typed;
  }
}

// An order is checked on every pair and triple of a list that is already in it, with texts that are not
// normalised too.
void ExpectTotalOrder(const std::vector<std::string>& in_order,
                      int (*compare)(std::string_view, std::string_view)) {
  for (size_t i = 0; i < in_order.size(); ++i) {
    for (size_t j = 0; j < in_order.size(); ++j) {
      const int expected = i < j ? -1 : (i > j ? 1 : 0);
      EXPECT_EQ(compare(in_order[i], in_order[j]), expected) << in_order[i] << " ? " << in_order[j];
    }
  }
}

void ExpectStrictWeakOrder(const std::vector<std::string>& texts,
                           int (*compare)(std::string_view, std::string_view)) {
  for (const std::string& a : texts) {
    for (const std::string& b : texts) {
      ASSERT_EQ(compare(a, b), -compare(b, a)) << a << " ? " << b;
      ASSERT_EQ(compare(a, b) == 0, a == b) << a << " ? " << b;
      for (const std::string& c : texts) {
        const bool chained = compare(a, b) < 0 && compare(b, c) < 0;
        if (chained) {
          ASSERT_LT(compare(a, c), 0) << a << " < " << b << " < " << c;
        }
      }
    }
  }
}

const std::vector<std::string> kOddTexts = {
    "",   "a",    "A",   "aa", "Aa",   "å",    "Å",    "A\xCC\x8A", "z",
    "Z",  "æ",    "Ø",   "ä",  "ö",    "1",    "01",   "10",        "2",
    "k2", "k0",   "K2",  "kl", "st",   "tv",   "TV",   "20B",       "20b",
    "20", "020B", " ",   "-",  "{",    "\xFF", "\xC3", "é",         "e",
    "ß",  "ss",   "İ",   "i",  "日本", "ع",    "aå",   "aaa",       "999999999999",
    "٣",  "a b",  "a-b", "ab", "\x01", "ü",    "y"};

TEST(OrderTest, FloorsFromTheDeepestCellarUp) { ExpectTotalOrder(kFloorsInOrder, CompareFloors); }

TEST(OrderTest, DoorsFromLeftToRightThenNumbersThenLetters) { ExpectTotalOrder(kDoorsInOrder, CompareDoors); }

TEST(OrderTest, HouseNumbersByNumberThenLetter) {
  ExpectTotalOrder({"", "1", "2", "2A", "2B", "3", "10", "20", "20B", "100", "999Z"}, CompareHouseNumbers);
}

TEST(OrderTest, StreetsAsADanishPhoneBookDoes) {
  ExpectTotalOrder({"10. Februar Vej", "Agervej", "Alfavej", "Éngen", "Engvej", "Zebravej", "Ægirsvej",
                    "Ærøgade", "Østergade", "Aagade", "Åkandevej", "Aalborgvej", "Åvej"},
                   CompareDanish);
}

TEST(OrderTest, AnyTextSortsSomewhereAndTheSameEveryTime) {
  ExpectStrictWeakOrder(kOddTexts, CompareFloors);
  ExpectStrictWeakOrder(kOddTexts, CompareDoors);
  ExpectStrictWeakOrder(kOddTexts, CompareHouseNumbers);
  ExpectStrictWeakOrder(kOddTexts, CompareDanish);
}

TEST(OrderTest, CaseDecidesOnlyBetweenTheSameLetters) {
  EXPECT_LT(CompareDanish("abe", "ABF"), 0);
  EXPECT_LT(CompareDanish("ABE", "abf"), 0);
  EXPECT_NE(CompareDanish("abe", "ABE"), 0);
}

TEST(OrderTest, AWorkerWalksFromTheBottomAndFromLeftToRight) {
  std::vector<DoorName> doors = {{"1", "th"},  {"st", "th"}, {"1", "tv"}, {"kl", ""},
                                 {"st", "tv"}, {"2", "10"},  {"2", "9"}};
  std::sort(doors.begin(), doors.end(), VisitedBefore);
  std::vector<std::string> order;
  for (const DoorName& door : doors) order.push_back(FormatDoor(door));
  EXPECT_THAT(order, ElementsAre("kl.", "st. tv", "st. th", "1. tv", "1. th", "2. 9", "2. 10"));
}

TEST(SearchKeyTest, DifferentHandsGiveTheSameKey) {
  for (const char* typed : {"Aagade 3,  2. TH", "ågade 3 2 th", "Ågade 3, 2th", "AAGADE 3 2. t.h."}) {
    EXPECT_EQ(SearchKey(typed), "ågade 3 2 th") << typed;
  }
  EXPECT_EQ(SearchKey("Humlebakken 20B"), SearchKey("humlebakken 20 b"));
  EXPECT_EQ(SearchKey("H.C. Andersens Vej"), "hc andersens vej");
  EXPECT_EQ(SearchKey("Gülşen Öz, André"), "gulsen oz andre");
  EXPECT_EQ(SearchKey("Bjørn Æbelø"), "bjørn æbelø");
  EXPECT_EQ(SearchKey("\xFF"), "");
  EXPECT_EQ(SearchKey(" .,- "), "");
}

// Random text out of the characters that matter, from a fixed seed.
std::string RandomText(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      "a", "A", "å",  "Å", "a\xCC\x8A", "æ",  "Ø",        "1", "0",        "9", " ", "  ",
      ".", ",", "-",  "/", "'",         "st", "kl",       "k", "sal",      "t", "v", "h",
      "m", "f", "\t", "é", "ü",         "B",  "\xC2\xA0", "ع", "\xCC\x81", "ß", "İ"};
  std::string text;
  const size_t length = random() % 8;
  for (size_t i = 0; i < length; ++i) text += kParts[random() % kParts.size()];
  return text;
}

TEST(PropertyTest, NormalisingTwiceIsNormalisingOnce) {
  std::mt19937 random(20260401);
  constexpr Normalizer kAll[] = {NormalizeFloor, NormalizeDoor, NormalizeHouseNumber, NormalizePostcode,
                                 NormalizeStreet};
  for (int i = 0; i < 20000; ++i) {
    const std::string text = RandomText(random);
    for (const Normalizer normalize : kAll) {
      const auto once = normalize(text);
      if (once) {
        ASSERT_EQ(normalize(*once), once) << text;
      }
    }
    ASSERT_EQ(SearchKey(SearchKey(text)), SearchKey(text)) << text;
    const auto door = ParseDoorName(text);
    if (door) {
      ASSERT_EQ(ParseDoorName(FormatDoor(*door)), door) << text;
    }
  }
}

TEST(PropertyTest, NothingThatIsNotUtf8IsNormalised) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::string text = RandomText(random) + "\xC3";
    EXPECT_FALSE(NormalizeFloor(text) || NormalizeDoor(text) || NormalizeHouseNumber(text) ||
                 NormalizeStreet(text));
    EXPECT_FALSE(ParseDoorName(text) || ParseStreetAndNumber(text));
    EXPECT_LT(CompareDanish("zzz", "\xC3" + text), 0);
  }
}

}  // namespace
}  // namespace opgang
