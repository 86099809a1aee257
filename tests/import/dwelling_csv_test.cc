#include "server/import/dwelling_csv.h"

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "core/records/validation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kPlain[] = R"(
[columns]
street = "street"
number = "number"
floor = "floor"
door = "door"
postcode = "postcode"
town = "town"
organisation = "organisation"
area = "area"
optional = ["organisation", "area"]
)";
constexpr char kPlainHeader[] = "street;number;floor;door;postcode;town;organisation;area\n";

constexpr char kRegister[] = R"(
[columns]
register_id = "id"
status = "status"
street = "vejnavn"
number = "husnr"
floor = "etage"
door = "dør"
[status.accepted]
1 = "final"
3 = "provisional"
[status.refused]
2 = "closed"
)";
constexpr char kRegisterHeader[] = "id,status,vejnavn,husnr,etage,dør\n";

absl::StatusOr<DwellingFile> Read(const char* mapping, const std::string& text,
                                  DwellingFileOptions options = {}) {
  std::istringstream in(text);
  return ReadDwellings(in, ParseDwellingMapping(mapping).value(), options);
}

DwellingFile ReadPlain(const std::string& rows, DwellingFileOptions options = {}) {
  auto file = Read(kPlain, kPlainHeader + rows, options);
  EXPECT_TRUE(file.ok()) << file.status().ToString();
  return *std::move(file);
}

DwellingFile ReadRegister(const std::string& rows) {
  auto file = Read(kRegister, kRegisterHeader + rows, {.default_area = "East"});
  EXPECT_TRUE(file.ok()) << file.status().ToString();
  return *std::move(file);
}

std::string Words(const v1::DwellingRow& row) {
  return absl::StrCat(row.line(), " ", row.entrance().street(), " ", row.entrance().number(), "|",
                      row.dwelling().floor(), "|", row.dwelling().door(), "|", row.area());
}

std::vector<std::string> Accepted(const DwellingFile& file) {
  std::vector<std::string> words;
  for (const v1::DwellingRow& row : file.rows) words.push_back(Words(row));
  return words;
}

std::vector<std::string> Refused(const DwellingFile& file) {
  std::vector<std::string> words;
  for (const RefusedRow& row : file.refused.listed()) {
    words.push_back(absl::StrCat(row.line, " ", std::string(RowRefusalName(row.reason)), " ", row.column));
  }
  return words;
}

TEST(DwellingCsvTest, RowsComeOutNormalisedWithTheirLines) {
  const DwellingFile file = ReadPlain(
      " Humle  bakken ;020 b;St.;T.V.;DK-9220;Aalborg Øst;Plus Bolig;East\n\n"
      "Humle bakken;20B;2. sal;12;9220;Aalborg Øst;Plus Bolig;East\n");
  EXPECT_THAT(Accepted(file), ElementsAre("2 Humle bakken 20B|st|tv|East", "4 Humle bakken 20B|2|12|East"));
  EXPECT_THAT(Refused(file), IsEmpty());
  const v1::Entrance& entrance = file.rows[0].entrance();
  EXPECT_EQ(entrance.postcode(), "9220");
  EXPECT_EQ(entrance.town(), "Aalborg Øst");
  EXPECT_EQ(entrance.organisation(), "Plus Bolig");
  EXPECT_EQ(entrance.status(), v1::PLACE_STATUS_ACTIVE);
  EXPECT_EQ(entrance.source(), v1::PLACE_SOURCE_REGISTER);
  EXPECT_EQ(file.rows[0].dwelling().organisation(), "");
}

TEST(DwellingCsvTest, AHouseWithOneDwellingHasNeitherFloorNorDoor) {
  EXPECT_THAT(Accepted(ReadPlain("Vej;1;;;9220;Ø;;East\n")), ElementsAre("2 Vej 1|||East"));
}

TEST(DwellingCsvTest, CommasByteOrderMarkQuotesAndWindowsLineEndsAreRead) {
  const auto file = Read(kRegister,
                         "\xEF\xBB\xBF\"id\",status,vejnavn,husnr,etage,DØR\r\n"
                         "0A3F50B4-2B1C-32B8-E044-0003BA298018,1,\"Vej, Nordre\",1,st,th\r\n",
                         {.default_area = "East"});
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  ASSERT_THAT(Accepted(*file), ElementsAre("2 Vej, Nordre 1|st|th|"));
  EXPECT_EQ(file->rows[0].dwelling().register_id(), "0a3f50b4-2b1c-32b8-e044-0003ba298018");
}

TEST(DwellingCsvTest, EachValueThatIsNoneIsRefusedWithItsColumn) {
  const DwellingFile file = ReadPlain(
      ";1;;;9220;Ø;;A\n"
      "123;1;;;9220;Ø;;A\n"
      "Vej;;;;9220;Ø;;A\n"
      "Vej;1000;;;9220;Ø;;A\n"
      "Vej;1;100;;9220;Ø;;A\n"
      "Vej;1;1;99999;9220;Ø;;A\n"
      "Vej;1;;;922;Ø;;A\n"
      "Vej;1;;;;Ø;;A\n"
      "Vej;1;;;9220;Ø;;A;more\n"
      "Vej;1\n");
  EXPECT_THAT(Accepted(file), IsEmpty());
  EXPECT_THAT(Refused(file),
              ElementsAre("2 missing street", "3 bad-form street", "4 missing number", "5 bad-form number",
                          "6 bad-form floor", "7 bad-form door", "8 bad-form postcode", "9 missing postcode",
                          "10 column-count ", "11 column-count "));
}

TEST(DwellingCsvTest, HugeFieldsAreRefusedByTheirColumn) {
  const std::string huge(40'000, 'x');
  const DwellingFile file =
      ReadPlain(absl::StrCat("Vej;1;;;9220;", huge, ";;A\n", huge, ";1;;;9220;Ø;;A\n", "Vej;1;;;9220;Ø;",
                             huge, ";A\n", "Vej;1;;;9220;Ø;;", huge, "\n", "Vej;1;", huge, ";;9220;Ø;;A\n"));
  EXPECT_THAT(Refused(file), ElementsAre("2 too-long town", "3 bad-form street", "4 too-long organisation",
                                         "5 too-long area", "6 bad-form floor"));
}

TEST(DwellingCsvTest, WhatIsRefusedIsNotQuoted) {
  const std::string secret = "Hansine 010190-1234";
  const DwellingFile file = ReadPlain(secret + ";1;;;9220;Ø;;A\nVej;" + secret + ";;;9220;Ø;;A\nVej;1;" +
                                      secret + ";;9220;Ø;;A\nVej;1;;;9220;" + secret + ";;A\n");
  EXPECT_THAT(Refused(file),
              ElementsAre("2 bad-form street", "3 bad-form number", "4 bad-form floor", "5 bad-form town"));
  for (const RefusedRow& row : file.refused.listed()) {
    EXPECT_THAT(row.why, Not(HasSubstr("Hansine")));
    EXPECT_THAT(row.why, Not(HasSubstr("010190")));
    EXPECT_FALSE(row.why.empty());
  }
}

TEST(DwellingCsvTest, OnlyTheStatusesOfTheMappingAreTaken) {
  const DwellingFile file = ReadRegister(
      "0a3f50b4-2b1c-32b8-e044-000000000001,1,Vej,1,st,tv\n"
      "0a3f50b4-2b1c-32b8-e044-000000000002,3,Vej,1,st,th\n"
      "0a3f50b4-2b1c-32b8-e044-000000000003,2,Vej,1,what,ever\n"
      "0a3f50b4-2b1c-32b8-e044-000000000004,7,Vej,1,1,th\n"
      "0a3f50b4-2b1c-32b8-e044-000000000005,,Vej,1,2,th\n"
      "no-uuid,1,Vej,1,2,th\n");
  EXPECT_THAT(Accepted(file), ElementsAre("2 Vej 1|st|tv|", "3 Vej 1|st|th|"));
  ASSERT_THAT(Refused(file), ElementsAre("4 status-refused status", "5 status-unknown status",
                                         "6 missing status", "7 bad-form id"));
  EXPECT_EQ(file.refused.listed()[0].why, "the address is closed");
}

TEST(DwellingCsvTest, TheSecondOfOneAddressIsRefusedHoweverItIsSpelt) {
  const DwellingFile file = ReadPlain(
      "Aagade;20B;2;th;9220;Ø;;A\nÅGADE;20 b;2. sal;t.h.;9220;Ø;;A\n"
      "Aagade;20B;2;th;9000;Ø;;A\n");
  EXPECT_THAT(Accepted(file), ElementsAre("2 Aagade 20B|2|th|A", "4 Aagade 20B|2|th|A"));
  ASSERT_THAT(Refused(file), ElementsAre("3 duplicate "));
  EXPECT_EQ(file.refused.listed()[0].why, "the same address stands on line 2");
}

TEST(DwellingCsvTest, TheSecondOfOneRegisterIdIsRefused) {
  const DwellingFile file = ReadRegister(
      "0a3f50b4-2b1c-32b8-e044-000000000001,1,Vej,1,st,tv\n"
      "0A3F50B4-2B1C-32B8-E044-000000000001,1,Vej,1,st,th\n");
  EXPECT_THAT(Refused(file), ElementsAre("3 duplicate id"));
}

TEST(DwellingCsvTest, ARefusedRowDoesNotStandInTheWayOfAGoodOne) {
  const DwellingFile file = ReadRegister(
      "0a3f50b4-2b1c-32b8-e044-000000000001,2,Vej,1,st,tv\n"
      "0a3f50b4-2b1c-32b8-e044-000000000001,1,Vej,1,st,tv\n");
  EXPECT_THAT(Accepted(file), ElementsAre("3 Vej 1|st|tv|"));
}

TEST(DwellingCsvTest, OneEntranceIsWrittenAsItsFirstRowWroteIt) {
  const DwellingFile file = ReadPlain(
      "Aagade;1;st;tv;9220;Aalborg Øst;Plus Bolig;A\n"
      "Ågade;1;st;th;9220;AALBORG ØST;Lejerbo;A\n"
      "ågade;1;1;th;9220;;;A\n");
  ASSERT_EQ(file.rows.size(), 3u);
  for (const v1::DwellingRow& row : file.rows) {
    EXPECT_EQ(row.entrance().SerializeAsString(), file.rows[0].entrance().SerializeAsString());
  }
  EXPECT_EQ(file.rows[1].dwelling().organisation(), "Lejerbo");
  EXPECT_EQ(file.rows[2].dwelling().organisation(), "");
}

TEST(DwellingCsvTest, AnAreaComesFromTheRowThenTheTableThenTheCaller) {
  EntranceAreas table;
  table.Add("Vej", "1", "", {"From the table", "Lejerbo"});
  table.Add("Vej", "2", "", {"From the table", "Lejerbo"});
  const std::string rows = "Vej;1;;;9220;Ø;;From the row\nVej;2;;;9220;Ø;;\nVej;3;;;9220;Ø;;\n";
  const DwellingFile with_default = ReadPlain(rows, {&table, "From the caller"});
  EXPECT_THAT(Accepted(with_default),
              ElementsAre("2 Vej 1|||From the row", "3 Vej 2|||From the table", "4 Vej 3|||"));
  EXPECT_EQ(with_default.rows[1].entrance().organisation(), "Lejerbo");
  const DwellingFile without = ReadPlain(rows, {&table, ""});
  EXPECT_THAT(Accepted(without), ElementsAre("2 Vej 1|||From the row", "3 Vej 2|||From the table"));
  EXPECT_THAT(Refused(without), ElementsAre("4 no-area "));
}

TEST(DwellingCsvTest, OneStairwellLiesInOneArea) {
  const DwellingFile file = ReadPlain(
      "Vej;1;st;tv;9220;Ø;;East\nVej;1;st;th;9220;Ø;;West\nVej;1;1;tv;9220;Ø;;\n", {nullptr, "East"});
  EXPECT_THAT(Accepted(file), ElementsAre("2 Vej 1|st|tv|East", "4 Vej 1|1|tv|"));
  EXPECT_THAT(Refused(file), ElementsAre("3 area-conflict area"));
}

TEST(DwellingCsvTest, MissingColumnsAreAllNamed) {
  const auto file = Read(kPlain, "street;floor\nVej;1\n");
  EXPECT_EQ(GetErrorCode(file.status()), ErrorCode::kBadInput);
  EXPECT_THAT(std::string(file.status().message()),
              HasSubstr("missing columns: number, door, postcode, town"));
}

TEST(DwellingCsvTest, OptionalColumnsMayBeMissing) {
  const auto file =
      Read(kPlain, "town;street;number;floor;door;postcode\nØ;Vej;1;;;9220\n", {.default_area = "East"});
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_THAT(Accepted(*file), ElementsAre("2 Vej 1|||"));
}

TEST(DwellingCsvTest, AFileThatCannotBeReadAsATableIsRefusedWhole) {
  const std::string header = kPlainHeader;
  for (const std::string& text :
       {std::string(), header, header + "\n\n", header + "\"Vej;1;;;9220;Ø;;A\n",
        header + "V\xE6j;1;;;9220;Ø;;A\n", header + std::string("V\0j;1;;;9220;;;A\n", 17),
        std::string("\x7F"
                    "ELF\x02\x01\x01\0\0\0",
                    10),
        std::string("%PDF-1.7\n")}) {
    EXPECT_EQ(GetErrorCode(Read(kPlain, text).status()), ErrorCode::kBadInput) << text;
  }
}

TEST(DwellingCsvTest, ThousandsOfRefusalsAreCountedAndTheFirstThousandListed) {
  std::string rows;
  for (int i = 0; i < 1500; ++i) rows += "Vej;0;;;9220;Ø;;A\n";
  const DwellingFile file = ReadPlain(rows + "Vej;1;;;9220;Ø;;A\n");
  EXPECT_EQ(file.rows.size(), 1u);
  EXPECT_EQ(file.refused.listed().size(), RefusedRows::kMaxListed);
  EXPECT_EQ(file.refused.total(), 1500);
  EXPECT_EQ(file.refused.counts().at(RowRefusal::kBadForm), 1500);
}

TEST(DwellingCsvTest, WhatComesOutPassesTheChecksOfEveryRecord) {
  const DwellingFile file = ReadPlain("Åvej;7;k2;a;9220;Ø;;A\nÅvej;7B;kælder;1-2;0800;;;A\n");
  ASSERT_EQ(file.rows.size(), 2u);
  for (const v1::DwellingRow& row : file.rows) {
    v1::Dwelling dwelling = row.dwelling();
    dwelling.set_entrance_id(std::string(16, 'e'));
    EXPECT_FALSE(ValidateContent(RecordTypeOf<v1::Entrance>(), row.entrance(), {}));
    EXPECT_FALSE(ValidateContent(RecordTypeOf<v1::Dwelling>(), dwelling, {}));
  }
}

TEST(DwellingCsvTest, ReadingTheSameFileTwiceGivesTheSameRows) {
  const std::string rows = "Åvej;7;k2;a;9220;Ø;;A\nAagade;1;;;9220;Ø;;A\n";
  EXPECT_EQ(Accepted(ReadPlain(rows)), Accepted(ReadPlain(rows)));
}

}  // namespace
}  // namespace opgang
