#include "core/clinical/ftnd.h"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace opgang {
namespace {

v1::ClinicalIntake AllAnswered() {
  v1::ClinicalIntake intake;
  intake.set_ftnd_first_cigarette(v1::FTND_FIRST_CIGARETTE_WITHIN_5_MIN);
  intake.set_ftnd_hard_to_refrain(v1::ANSWER_YES);
  intake.set_ftnd_hardest_to_give_up(v1::FTND_HARDEST_TO_GIVE_UP_FIRST_IN_MORNING);
  intake.set_ftnd_cigarettes_a_day(31);
  intake.set_ftnd_more_in_first_hours(v1::ANSWER_YES);
  intake.set_ftnd_smokes_when_ill(v1::ANSWER_YES);
  return intake;
}

v1::ClinicalIntake NothingScores() {
  v1::ClinicalIntake intake;
  intake.set_ftnd_first_cigarette(v1::FTND_FIRST_CIGARETTE_LATER);
  intake.set_ftnd_hard_to_refrain(v1::ANSWER_NO);
  intake.set_ftnd_hardest_to_give_up(v1::FTND_HARDEST_TO_GIVE_UP_ANY_OTHER);
  intake.set_ftnd_cigarettes_a_day(10);
  intake.set_ftnd_more_in_first_hours(v1::ANSWER_NO);
  intake.set_ftnd_smokes_when_ill(v1::ANSWER_NO);
  return intake;
}

TEST(FtndTest, SumRunsFromZeroToTen) {
  EXPECT_EQ(FtndSum(NothingScores()), 0);
  EXPECT_EQ(FtndSum(AllAnswered()), 10);
  EXPECT_EQ(HeavinessOfSmokingIndex(NothingScores()), 0);
  EXPECT_EQ(HeavinessOfSmokingIndex(AllAnswered()), 6);
}

TEST(FtndTest, EachItemCountsWhatThePaperSays) {
  const auto with = [](const std::function<void(v1::ClinicalIntake&)>& answer) {
    v1::ClinicalIntake intake = NothingScores();
    answer(intake);
    return FtndSum(intake);
  };
  EXPECT_EQ(with([](auto& i) { i.set_ftnd_first_cigarette(v1::FTND_FIRST_CIGARETTE_WITHIN_5_MIN); }), 3);
  EXPECT_EQ(with([](auto& i) { i.set_ftnd_first_cigarette(v1::FTND_FIRST_CIGARETTE_6_TO_30_MIN); }), 2);
  EXPECT_EQ(with([](auto& i) { i.set_ftnd_first_cigarette(v1::FTND_FIRST_CIGARETTE_31_TO_60_MIN); }), 1);
  EXPECT_EQ(with([](auto& i) { i.set_ftnd_hard_to_refrain(v1::ANSWER_YES); }), 1);
  EXPECT_EQ(
      with([](auto& i) { i.set_ftnd_hardest_to_give_up(v1::FTND_HARDEST_TO_GIVE_UP_FIRST_IN_MORNING); }), 1);
  EXPECT_EQ(with([](auto& i) { i.set_ftnd_more_in_first_hours(v1::ANSWER_YES); }), 1);
  EXPECT_EQ(with([](auto& i) { i.set_ftnd_smokes_when_ill(v1::ANSWER_YES); }), 1);
}

TEST(FtndTest, CigarettesADayChangeTheirPointsAt11And21And31) {
  const std::vector<std::pair<double, int>> cases = {{0.5, 0}, {10, 0}, {11, 1}, {20, 1},
                                                     {21, 2},  {30, 2}, {31, 3}, {200, 3}};
  for (const auto& [a_day, points] : cases) {
    v1::ClinicalIntake intake = NothingScores();
    intake.set_ftnd_cigarettes_a_day(a_day);
    EXPECT_EQ(FtndSum(intake), points) << a_day;
    EXPECT_EQ(HeavinessOfSmokingIndex(intake), points) << a_day;
  }
}

TEST(FtndTest, AMissingItemGivesNoSumAndNeverZero) {
  const std::vector<std::function<void(v1::ClinicalIntake&)>> gaps = {
      [](auto& i) { i.clear_ftnd_first_cigarette(); },
      [](auto& i) { i.clear_ftnd_hard_to_refrain(); },
      [](auto& i) { i.clear_ftnd_hardest_to_give_up(); },
      [](auto& i) { i.clear_ftnd_cigarettes_a_day(); },
      [](auto& i) { i.clear_ftnd_more_in_first_hours(); },
      [](auto& i) { i.clear_ftnd_smokes_when_ill(); },
      [](auto& i) { i.set_ftnd_smokes_when_ill(v1::ANSWER_WOULD_RATHER_NOT_SAY); }};
  for (size_t gap = 0; gap < gaps.size(); ++gap) {
    v1::ClinicalIntake intake = AllAnswered();
    gaps[gap](intake);
    EXPECT_FALSE(FtndSum(intake).has_value()) << gap;
  }
  EXPECT_FALSE(FtndSum(v1::ClinicalIntake()).has_value());
}

TEST(FtndTest, NobodyWithoutCigarettesGetsASum) {
  for (const double a_day : {0.0, -1.0, std::nan("")}) {
    v1::ClinicalIntake intake = AllAnswered();
    intake.set_ftnd_cigarettes_a_day(a_day);
    EXPECT_FALSE(FtndSum(intake).has_value()) << a_day;
    EXPECT_FALSE(HeavinessOfSmokingIndex(intake).has_value()) << a_day;
  }
}

TEST(FtndTest, TheIndexNeedsOnlyItsTwoItems) {
  v1::ClinicalIntake intake;
  intake.set_ftnd_first_cigarette(v1::FTND_FIRST_CIGARETTE_6_TO_30_MIN);
  intake.set_ftnd_cigarettes_a_day(20);
  EXPECT_EQ(HeavinessOfSmokingIndex(intake), 3);
  EXPECT_FALSE(FtndSum(intake).has_value());
}

TEST(FtndTest, BandsOfTheNamedTable) {
  const std::vector<std::string_view> bands = {"very-low",  "very-low",  "very-low", "low",
                                               "low",       "medium",    "high",     "high",
                                               "very-high", "very-high", "very-high"};
  for (int sum = 0; sum <= 10; ++sum) EXPECT_EQ(FtndBand(sum), bands[sum]) << sum;
}

TEST(PackYearsTest, CigarettesADayByTwentyTimesYears) {
  EXPECT_DOUBLE_EQ(PackYears(20, 30).value(), 30);
  EXPECT_DOUBLE_EQ(PackYears(15, 10).value(), 7.5);
  EXPECT_DOUBLE_EQ(PackYears(0, 10).value(), 0);
  EXPECT_FALSE(PackYears(std::nullopt, 10) || PackYears(10, std::nullopt) || PackYears(-1, 10) ||
               PackYears(10, -1));
}

v1::Intake Smoking(const std::vector<std::pair<v1::Product, double>>& uses) {
  v1::Intake intake;
  for (const auto& [product, amount] : uses) {
    v1::ProductUse* use = intake.add_products();
    use->set_product(product);
    use->set_daily_amount(amount);
  }
  return intake;
}

TEST(HeavySmokerTest, FifteenCigarettesADayAreHeavyAndFourteenAreNot) {
  EXPECT_EQ(IsHeavySmoker(Smoking({{v1::PRODUCT_CIGARETTES, 15}}), {}), true);
  EXPECT_EQ(IsHeavySmoker(Smoking({{v1::PRODUCT_CIGARETTES, 14.9}}), {}), false);
  EXPECT_EQ(IsHeavySmoker(Smoking({{v1::PRODUCT_CIGARETTES, 15}}), {.at_least_cigarettes_a_day = 20}), false);
}

TEST(HeavySmokerTest, RollUpsCountAsCigarettesAndSnusDoesNot) {
  const v1::Intake both =
      Smoking({{v1::PRODUCT_CIGARETTES, 10}, {v1::PRODUCT_ROLL_UPS, 5}, {v1::PRODUCT_SNUS, 40}});
  EXPECT_EQ(CigarettesADay(both), 15);
  EXPECT_EQ(IsHeavySmoker(both, {}), true);
  EXPECT_EQ(CigarettesADay(Smoking({{v1::PRODUCT_SNUS, 40}})), 0);
}

TEST(HeavySmokerTest, AnAmountThatWasNotAskedIsUnknownAndNotLow) {
  v1::Intake intake = Smoking({{v1::PRODUCT_CIGARETTES, 20}});
  intake.add_products()->set_product(v1::PRODUCT_ROLL_UPS);
  EXPECT_FALSE(CigarettesADay(intake).has_value());
  EXPECT_FALSE(IsHeavySmoker(intake, {}).has_value());
}

}  // namespace
}  // namespace opgang
