#include "server/import/dwelling_mapping.h"

#include <fstream>
#include <sstream>
#include <string>

#include "core/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

using ::testing::HasSubstr;

void ExpectBadMapping(const std::string& toml, const std::string& words) {
  const auto mapping = ParseDwellingMapping(toml);
  ASSERT_FALSE(mapping.ok()) << toml;
  EXPECT_EQ(GetErrorCode(mapping.status()), ErrorCode::kBadInput);
  EXPECT_THAT(std::string(mapping.status().message()), HasSubstr(words)) << toml;
}

constexpr char kEntrance[] = "[columns]\nstreet = 'vej'\nnumber = 'nr'\n";

TEST(DwellingMappingTest, TwoColumnsAreEnough) {
  const auto mapping = ParseDwellingMapping(kEntrance);
  ASSERT_TRUE(mapping.ok()) << mapping.status().ToString();
  EXPECT_EQ(mapping->ColumnOf(AddressPart::kStreet), "vej");
  EXPECT_EQ(mapping->ColumnOf(AddressPart::kFloor), std::nullopt);
}

TEST(DwellingMappingTest, StatusesHaveMeanings) {
  const auto mapping =
      ParseDwellingMapping(std::string(kEntrance) +
                           "status = 's'\noptional = ['floor', 'area']\n"
                           "[status.accepted]\n1 = 'final'\n[status.refused]\n2 = 'closed'\n");
  ASSERT_TRUE(mapping.ok()) << mapping.status().ToString();
  EXPECT_EQ(mapping->accepted_statuses.at("1"), "final");
  EXPECT_EQ(mapping->refused_statuses.at("2"), "closed");
  EXPECT_EQ(mapping->optional, (std::set<AddressPart>{AddressPart::kFloor, AddressPart::kArea}));
}

TEST(DwellingMappingTest, WhatIsNoMappingIsRefusedWithWhere) {
  ExpectBadMapping("", "street and columns.number are required");
  ExpectBadMapping("[columns]\nstreet = \n", "line 2 is no TOML");
  ExpectBadMapping("\xFF\xFE", "is no TOML");
  ExpectBadMapping("street = 'vej'", "only the tables");
  ExpectBadMapping("columns = 3", "only the tables");
  ExpectBadMapping("[columns]\nstreet = 'vej'\n", "columns.number");
  ExpectBadMapping("[columns]\nstreat = 'vej'\n", "columns.streat is no part of an address");
  ExpectBadMapping("[columns]\nstreet = 3\n", "columns.street names no column");
  ExpectBadMapping("[columns]\nstreet = ''\n", "columns.street names no column");
  ExpectBadMapping("[columns]\noptional = 'area'\n", "no list");
  ExpectBadMapping("[columns]\noptional = [1]\n", "unknown part");
}

TEST(DwellingMappingTest, AStatusColumnAndItsAcceptedValuesBelongTogether) {
  ExpectBadMapping(std::string(kEntrance) + "status = 's'\n", "belong together");
  ExpectBadMapping(std::string(kEntrance) + "[status.accepted]\n1 = 'final'\n", "belong together");
  ExpectBadMapping(std::string(kEntrance) + "status = 's'\n[status.accepted]\n1 = 2\n", "no meaning");
  ExpectBadMapping(std::string(kEntrance) + "status = 's'\n[status.other]\n", "only");
  ExpectBadMapping(std::string(kEntrance) + "status = 's'\n[status]\naccepted = 1\n", "tables");
}

TEST(DwellingMappingTest, EveryMappingThatShipsIsSound) {
  for (const char* name : {"dawa-flat.toml", "plain.toml"}) {
    std::ifstream file(std::string(OPGANG_EXAMPLES "/mappings/") + name);
    std::stringstream text;
    text << file.rdbuf();
    const auto mapping = ParseDwellingMapping(text.str());
    EXPECT_TRUE(mapping.ok()) << name << mapping.status().ToString();
  }
}

TEST(DwellingMappingTest, EveryPartHasItsName) {
  EXPECT_EQ(AddressPartName(AddressPart::kRegisterId), "register_id");
  EXPECT_EQ(AddressPartName(AddressPart::kArea), "area");
}

}  // namespace
}  // namespace opgang
