// The files in examples/ are what a newcomer imports first: they are read here by the code that ships.
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/import/dwelling_csv.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

std::ifstream Example(const std::string& name) {
  std::ifstream file(std::string(OPGANG_EXAMPLES "/") + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return file;
}

DwellingMapping Mapping(const std::string& name) {
  std::stringstream text;
  text << Example("mappings/" + name).rdbuf();
  return ParseDwellingMapping(text.str()).value();
}

DwellingFile ReadArea() {
  std::ifstream in = Example("aalborg-soe/dwellings.csv");
  return ReadDwellings(in, Mapping("plain.toml"), {}).value();
}

EntranceAreasFile ReadAreas() {
  std::ifstream in = Example("aalborg-soe/entrance-areas.csv");
  return ReadEntranceAreas(in).value();
}

TEST(ExampleAreaTest, Has2154DwellingsOfFiveOrganisationsAndNoneIsRefused) {
  const DwellingFile file = ReadArea();
  EXPECT_EQ(file.rows.size(), 2154u);
  EXPECT_EQ(file.refused.total(), 0);
  std::set<std::string> organisations;
  std::set<std::string> areas;
  for (const v1::DwellingRow& row : file.rows) {
    organisations.insert(row.entrance().organisation());
    EXPECT_EQ(row.dwelling().organisation(), "");
    areas.insert(row.area());
  }
  EXPECT_THAT(organisations, UnorderedElementsAre("Himmerland Boligforening", "Alabu Bolig", "Vivabolig",
                                                  "Plus Bolig", "Lejerbo"));
  EXPECT_THAT(areas, ElementsAre("Aalborg SØ"));
}

TEST(ExampleAreaTest, TheTableOfEntrancesNamesEveryEntranceOfTheArea) {
  const EntranceAreasFile table = ReadAreas();
  EXPECT_EQ(table.refused.total(), 0);
  std::set<std::string> entrances;
  for (const v1::DwellingRow& row : ReadArea().rows) {
    const v1::Entrance& entrance = row.entrance();
    const EntranceArea* entry = table.areas.Find(entrance.street(), entrance.number(), entrance.postcode());
    ASSERT_NE(entry, nullptr) << entrance.street() << ' ' << entrance.number();
    EXPECT_EQ(entry->organisation, entrance.organisation());
    entrances.insert(entrance.street() + entrance.number());
  }
  EXPECT_EQ(table.areas.size(), entrances.size());
}

TEST(ExampleAreaTest, TheRegisterSampleIsReadWithTheTableAndItsThreeBadRowsAreListed) {
  const EntranceAreasFile table = ReadAreas();
  std::ifstream in = Example("aalborg-soe/dawa-sample.csv");
  const DwellingFile file = ReadDwellings(in, Mapping("dawa-flat.toml"), {&table.areas, ""}).value();
  EXPECT_EQ(file.rows.size(), 27u);
  std::map<std::string, int> refused;
  for (const RefusedRow& row : file.refused.listed())
    ++refused[std::string(RowRefusalName(row.reason)) + " " + row.column];
  EXPECT_EQ(refused, (std::map<std::string, int>{
                         {"bad-form etage", 1}, {"no-area ", 1}, {"status-refused status", 1}}));
  for (const v1::DwellingRow& row : file.rows) {
    EXPECT_EQ(row.area(), "Aalborg SØ");
    EXPECT_FALSE(row.entrance().organisation().empty());
    EXPECT_FALSE(row.dwelling().register_id().empty());
  }
}

TEST(ExampleAreaTest, TheDirectorySaysThatItIsSynthetic) {
  std::stringstream text;
  text << Example("aalborg-soe/README.md").rdbuf();
  EXPECT_THAT(text.str(), ::testing::HasSubstr("SYNTHETIC"));
}

}  // namespace
}  // namespace opgang
