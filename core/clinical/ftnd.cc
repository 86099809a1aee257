#include "core/clinical/ftnd.h"

#include <array>

namespace opgang {
namespace {

using Points = std::optional<int>;

// Item 1: minutes from waking to the first cigarette.
Points FirstCigarettePoints(v1::FtndFirstCigarette answer) {
  switch (answer) {
    case v1::FTND_FIRST_CIGARETTE_WITHIN_5_MIN: return 3;
    case v1::FTND_FIRST_CIGARETTE_6_TO_30_MIN: return 2;
    case v1::FTND_FIRST_CIGARETTE_31_TO_60_MIN: return 1;
    case v1::FTND_FIRST_CIGARETTE_LATER: return 0;
    default: return std::nullopt;
  }
}

// Items 2, 5 and 6. "Would rather not say" is a missing item.
Points YesNoPoints(v1::Answer answer) {
  if (answer == v1::ANSWER_YES) return 1;
  if (answer == v1::ANSWER_NO) return 0;
  return std::nullopt;
}

// Item 3.
Points HardestPoints(v1::FtndHardestToGiveUp answer) {
  if (answer == v1::FTND_HARDEST_TO_GIVE_UP_FIRST_IN_MORNING) return 1;
  if (answer == v1::FTND_HARDEST_TO_GIVE_UP_ANY_OTHER) return 0;
  return std::nullopt;
}

// Item 4: <=10, 11-20, 21-30, >=31 a day. The test knows whole cigarettes; an average of 10.5 is more than
// ten. nullopt for none, because the test is for people who smoke cigarettes, and for what is no amount (NaN,
// negative).
Points AmountPoints(const v1::ClinicalIntake& intake) {
  const double a_day = intake.ftnd_cigarettes_a_day();
  if (!intake.has_ftnd_cigarettes_a_day() || !(a_day > 0)) return std::nullopt;
  if (a_day <= 10) return 0;
  if (a_day <= 20) return 1;
  if (a_day <= 30) return 2;
  return 3;
}

template <size_t n>
std::optional<int> SumIfComplete(const std::array<Points, n>& items) {
  int sum = 0;
  for (const Points& item : items) {
    if (!item) return std::nullopt;
    sum += *item;
  }
  return sum;
}

bool IsCigarette(v1::Product product) {
  return product == v1::PRODUCT_CIGARETTES || product == v1::PRODUCT_ROLL_UPS;
}

}  // namespace

std::optional<int> FtndSum(const v1::ClinicalIntake& intake) {
  return SumIfComplete<6>({
      FirstCigarettePoints(intake.ftnd_first_cigarette()),
      YesNoPoints(intake.ftnd_hard_to_refrain()),
      HardestPoints(intake.ftnd_hardest_to_give_up()),
      AmountPoints(intake),
      YesNoPoints(intake.ftnd_more_in_first_hours()),
      YesNoPoints(intake.ftnd_smokes_when_ill()),
  });
}

std::optional<int> HeavinessOfSmokingIndex(const v1::ClinicalIntake& intake) {
  return SumIfComplete<2>({FirstCigarettePoints(intake.ftnd_first_cigarette()), AmountPoints(intake)});
}

std::string_view FtndBand(int sum) {
  if (sum <= 2) return "very-low";
  if (sum <= 4) return "low";
  if (sum == 5) return "medium";
  if (sum <= 7) return "high";
  return "very-high";
}

std::optional<double> PackYears(std::optional<double> cigarettes_a_day, std::optional<double> years) {
  const bool known = cigarettes_a_day && years && *cigarettes_a_day >= 0 && *years >= 0;
  if (!known) return std::nullopt;
  return *cigarettes_a_day / 20 * *years;
}

std::optional<double> CigarettesADay(const v1::Intake& intake) {
  double sum = 0;
  for (const v1::ProductUse& use : intake.products()) {
    if (!IsCigarette(use.product())) continue;
    if (!use.has_daily_amount()) return std::nullopt;
    sum += use.daily_amount();
  }
  return sum;
}

std::optional<bool> IsHeavySmoker(const v1::Intake& intake, const HeavySmokerRule& rule) {
  const std::optional<double> a_day = CigarettesADay(intake);
  if (!a_day) return std::nullopt;
  return *a_day >= rule.at_least_cigarettes_a_day;
}

}  // namespace opgang
