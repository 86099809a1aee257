#include "core/reports/small_cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/reports/report_builder.h"
#include "tests/reports/cohort.h"

namespace opgang {
namespace {

RowList Rows(uint32_t from, uint32_t to) {
  RowList rows;
  for (uint32_t row = from; row < to; ++row) rows.push_back(row);
  return rows;
}

class SmallCellsTest : public testing::Test {
 protected:
  ReportBuilder OfPeople(int people) {
    ReportBuilder report("test", 1, {.from = Day(2026, 1, 1), .to = Day(2026, 1, 2)});
    for (int i = 0; i < people; ++i) report.AddRow("p", {});
    return report;
  }
};

TEST_F(SmallCellsTest, OneToFourAreNotToldAndNoughtAndFiveAre) {
  ReportBuilder report = OfPeople(20);
  report.Whole({}, "nought", {});
  report.Whole({}, "one", Rows(0, 1));
  report.Whole({}, "four", Rows(1, 5));
  report.Whole({}, "five", Rows(5, 10));
  const v1::Report told = WithoutSmallCells(report.Done());
  EXPECT_EQ(Told(told, "nought"), "0");
  EXPECT_EQ(Told(told, "one"), "*");
  EXPECT_EQ(Told(told, "four"), "*");
  EXPECT_EQ(Told(told, "five"), "5");
}

TEST_F(SmallCellsTest, TheOtherOfTwoPartsWouldGiveItAway) {
  ReportBuilder report = OfPeople(12);
  report.Whole({}, "all", Rows(0, 12));
  report.Of({}, "many", "all", Rows(0, 9));
  report.Of({}, "few", "all", Rows(9, 12));
  report.Share({}, "rate", "all", Rows(0, 9));
  const v1::Report told = WithoutSmallCells(report.Done());
  EXPECT_EQ(Told(told, "all"), "12");
  EXPECT_EQ(Told(told, "many"), "* of 12");
  EXPECT_EQ(Told(told, "few"), "* of 12");
  EXPECT_EQ(Told(told, "rate"), "* of 12");
}

TEST_F(SmallCellsTest, TwoSmallPartsHideEachOther) {
  ReportBuilder report = OfPeople(12);
  report.Whole({}, "all", Rows(0, 12));
  report.Of({}, "many", "all", Rows(0, 6));
  report.Of({}, "few", "all", Rows(6, 9));
  report.Of({}, "others", "all", Rows(9, 12));
  const v1::Report told = WithoutSmallCells(report.Done());
  EXPECT_EQ(Told(told, "many"), "6 of 12");
  EXPECT_EQ(Told(told, "few"), "* of 12");
  EXPECT_EQ(Told(told, "others"), "* of 12");
}

TEST_F(SmallCellsTest, NoRowAndNothingOfASuppressedOneIsLeft) {
  ReportBuilder report = OfPeople(8);
  report.Whole({}, "took-part", Rows(0, 3));
  report.Hours({}, "took-part", Rows(0, 3), {{1, 2}, {1, 2}, {1, 2}});
  const v1::Report told = WithoutSmallCells(report.Done());
  EXPECT_EQ(told.rows_size(), 0);
  for (const v1::Figure& figure : told.figures()) {
    EXPECT_TRUE(figure.suppressed()) << figure.id();
    EXPECT_EQ(figure.rows_size() + figure.value() + figure.of_value(), 0) << figure.id();
    EXPECT_FALSE(figure.has_low_hours()) << figure.id();
  }
}

// Tries every sum and difference of the told counts: none is a small cell.
TEST_F(SmallCellsTest, NoSumOrDifferenceOfWhatIsToldIsASmallCell) {
  std::mt19937 random(7);
  constexpr uint32_t kPeople = 16;
  int suppressed_though_large = 0;
  for (int round = 0; round < 40; ++round) {
    ReportBuilder builder = OfPeople(kPeople);
    std::vector<std::vector<int>> cells;
    for (int cell = 0; cell < 7; ++cell) {
      constexpr uint32_t kEdges[] = {0, 3, 8, kPeople};
      const size_t first = std::uniform_int_distribution<size_t>(0, 2)(random);
      const uint32_t from = kEdges[first];
      const uint32_t to = kEdges[std::uniform_int_distribution<size_t>(first + 1, 3)(random)];
      builder.Whole({}, "cell" + std::to_string(cell), Rows(from, to));
      std::vector<int>& members = cells.emplace_back(kPeople, 0);
      for (uint32_t i = from; i < to; ++i) members[i] = 1;
    }
    const v1::Report told = WithoutSmallCells(builder.Done());
    for (int combination = 0; combination < 2187; ++combination) {  // 3 to the 7th
      std::vector<int> sum(kPeople, 0);
      for (int cell = 0, rest = combination; cell < 7; ++cell, rest /= 3) {
        if (told.figures(cell).suppressed()) continue;
        for (uint32_t i = 0; i < kPeople; ++i) sum[i] += (rest % 3 - 1) * cells[cell][i];
      }
      for (const std::vector<int>& cell : cells) {
        const auto size = std::ranges::count(cell, 1);
        EXPECT_FALSE(size < kSmallestToldCell && sum == cell) << "round " << round;
      }
    }
    for (int cell = 0; cell < 7; ++cell)
      suppressed_though_large += told.figures(cell).suppressed() && std::ranges::count(cells[cell], 1) >= 5;
  }
  EXPECT_GT(suppressed_though_large, 0);
}

}  // namespace
}  // namespace opgang
