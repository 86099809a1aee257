#include <random>
#include <string>
#include <vector>

#include "core/records/validation.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

TEST(CprTest, ANumberOfThatShapeIsFoundHoweverItIsWritten) {
  for (const char* text : {"010190-1234", "0101901234", "010190 1234", "311299-0001", "cpr 010190-1234.",
                           "(010190-1234)", "a010190-1234b", "010190 - 1234", "010190–1234",
                           "010190\xC2\xA0"
                           "1234",
                           "tlf 20304050 010190-1234", "010190-1234-5", "x\n010190-1234", "010190\t1234",
                           "290200-4242", "310290-1234"}) {
    EXPECT_TRUE(LooksLikeCpr(text)) << text;
  }
}

TEST(CprTest, TheDatePartDecides) {
  for (const char* text : {"000190-1234", "320190-1234", "010090-1234", "011390-1234", "991299-1234"}) {
    EXPECT_FALSE(LooksLikeCpr(text)) << text;
  }
  for (const char* text : {"010190-1234", "310190-1234", "011290-1234"})
    EXPECT_TRUE(LooksLikeCpr(text)) << text;
}

TEST(CprTest, PartOfALongerOrShorterNumberIsNone) {
  for (const char* text :
       {"1010190-1234", "010190-12345", "010190-123", "01019-1234", "01019012345", "10101901234", "010190",
        "010190x1234", "010190--- 1234", "010190, 1234", "", "1234"}) {
    EXPECT_FALSE(LooksLikeCpr(text)) << text;
  }
}

TEST(CprTest, TelephoneNumbersPass) {
  for (const char* text :
       {"20304050", "20 30 40 50", "2030 4050", "01019012", "203040 50", "+45 20 30 40 50", "+4520304050",
        "0045 20304050", "+46701234567", "+2012123456", "ring 31121234 efter 17", "31 12 99 12"}) {
    EXPECT_FALSE(LooksLikeCpr(text)) << text;
  }
}

TEST(CprTest, EveryEightDigitNumberPassesInEveryGrouping) {
  std::mt19937 random(8);
  for (int i = 0; i < 20000; ++i) {
    const std::string d = std::to_string(10000000 + random() % 90000000);
    const std::string pairs =
        d.substr(0, 2) + " " + d.substr(2, 2) + " " + d.substr(4, 2) + " " + d.substr(6);
    for (const std::string& text : {d, pairs, d.substr(0, 4) + " " + d.substr(4),
                                    d.substr(0, 6) + " " + d.substr(6), "+45" + d, "+45 " + pairs}) {
      ASSERT_FALSE(LooksLikeCpr(text)) << text;
    }
  }
}

TEST(Utf8Test, KnowsWellFormedTextFromBytes) {
  for (const char* text : {"", "abc", "æøå", "日本", "\xF0\x9F\x98\x80", "a\xCC\x8A", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
  for (const char* text :
       {"\xFF", "\xC3", "a\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"}) {
    EXPECT_FALSE(IsValidUtf8(text)) << text;
  }
  EXPECT_TRUE(IsValidUtf8(std::string_view("a\0b", 3)));
}

TEST(TelephoneTest, DanishNumbersLoseTheirSpacesAndCountryCode) {
  for (const char* text : {"20304050", "20 30 40 50", "+45 20 30 40 50", "+4520304050", "0045 20304050",
                           "20-30-40-50", " 2030 4050 "}) {
    EXPECT_EQ(NormalizeTelephone(text), "20304050") << text;
  }
}

TEST(TelephoneTest, ForeignNumbersBecomeE164) {
  EXPECT_EQ(NormalizeTelephone("+46 (70) 123 45 67"), "+46701234567");
  EXPECT_EQ(NormalizeTelephone("0046 70 123 45 67"), "+46701234567");
  EXPECT_EQ(NormalizeTelephone("+299 123456"), "+299123456");
  EXPECT_EQ(NormalizeTelephone("+123456789012345"), "+123456789012345");
}

TEST(TelephoneTest, OtherTextIsNone) {
  for (const char* text : {"", "2030405", "203040501", "02030405", "+", "+0123456789", "+1234567890123456",
                           "+123456", "+45 2030405", "+45 203040506", "20+304050", "ring 20304050",
                           "20304050a", "010190-1234", "2030405\xD9\xA0", "++4520304050"}) {
    EXPECT_FALSE(NormalizeTelephone(text).has_value()) << text;
  }
}

TEST(TelephoneTest, WhatComesOutIsAFixedPoint) {
  for (const char* text : {"+45 20 30 40 50", "+46 70 123 45 67", "20 30 40 50"}) {
    const std::string once = NormalizeTelephone(text).value();
    EXPECT_EQ(NormalizeTelephone(once), once);
  }
}

}  // namespace
}  // namespace opgang
