#include "server/import/entrance_areas.h"

#include <sstream>
#include <string>

#include "core/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<EntranceAreasFile> Read(const std::string& text) {
  std::istringstream in(text);
  return ReadEntranceAreas(in);
}

constexpr char kHeader[] = "street;number;area;organisation\n";

TEST(EntranceAreasTest, AnEntranceIsFoundHoweverTheStreetIsSpelt) {
  const auto file = Read(std::string(kHeader) + "Aagade;20 b;Aalborg SØ;Plus Bolig\n");
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  for (const char* street : {"Aagade", "Ågade", "ågade"}) {
    const EntranceArea* found = file->areas.Find(street, "20B", "9220");
    ASSERT_NE(found, nullptr) << street;
    EXPECT_EQ(found->area, "Aalborg SØ");
    EXPECT_EQ(found->organisation, "Plus Bolig");
  }
  EXPECT_EQ(file->areas.Find("Aagade", "20", "9220"), nullptr);
  EXPECT_EQ(file->areas.Find("Aagade", "20C", "9220"), nullptr);
}

TEST(EntranceAreasTest, APostcodeTellsTwoStreetsOfOneNameApart) {
  const auto file =
      Read("street,number,postcode,area,organisation\nVej,1,9220,East,\nVej,1,9000,Centre,\nVej,2,,Any,\n");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->areas.Find("Vej", "1", "9220")->area, "East");
  EXPECT_EQ(file->areas.Find("Vej", "1", "9000")->area, "Centre");
  EXPECT_EQ(file->areas.Find("Vej", "1", "9400"), nullptr);
  EXPECT_EQ(file->areas.Find("Vej", "2", "9400")->area, "Any");
}

TEST(EntranceAreasTest, BadRowsAreListedAndTheOthersStand) {
  const auto file =
      Read(std::string(kHeader) + "Vej;0;A;\n;1;A;\nVej;1;;\nVej;1;A;\nVEJ;1;B;\nVej;2;A\nVej;3;A;\n");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->areas.size(), 2u);
  std::vector<std::string> refused;
  for (const RefusedRow& row : file->refused.listed()) {
    refused.push_back(std::to_string(row.line) + " " + std::string(RowRefusalName(row.reason)) + " " +
                      row.column);
  }
  EXPECT_THAT(refused, ::testing::ElementsAre("2 bad-form number", "3 bad-form street", "4 bad-form area",
                                              "6 duplicate ", "7 column-count "));
}

TEST(EntranceAreasTest, AFileOfAnotherKindIsRefused) {
  const auto other = Read("vejnavn;husnr\nVej;1\n");
  EXPECT_EQ(GetErrorCode(other.status()), ErrorCode::kBadInput);
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("street, number, area, organisation"));
  EXPECT_EQ(GetErrorCode(Read(kHeader).status()), ErrorCode::kBadInput);
  EXPECT_EQ(GetErrorCode(Read("").status()), ErrorCode::kBadInput);
}

}  // namespace
}  // namespace opgang
