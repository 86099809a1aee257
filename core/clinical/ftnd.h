// Scores: FTND, HSI, pack-years, heavy smoker. Pure.
#ifndef OPGANG_CORE_CLINICAL_FTND_H_
#define OPGANG_CORE_CLINICAL_FTND_H_

#include <optional>
#include <string_view>

#include "opgang/v1/intake.pb.h"

namespace opgang {

// Sum 0..10 of the Fagerström test for nicotine dependence (Heatherton et al. 1991). nullopt = incomplete: an
// item is missing, refused, or the person uses no cigarettes (item 4 is 0). Never 0 for "unknown".
std::optional<int> FtndSum(const v1::ClinicalIntake& intake);

// Heaviness of Smoking Index: items 1 + 4, 0..6; nullopt as above.
std::optional<int> HeavinessOfSmokingIndex(const v1::ClinicalIntake& intake);

// Dependence bands differ between sources, so a band names its table.
inline constexpr std::string_view kFtndBandTable = "fagerstrom-2012";
std::string_view FtndBand(int sum);  // "very-low" 0-2, "low" 3-4, "medium" 5, "high" 6-7, "very-high" 8-10

// cigarettes a day / 20 x years. nullopt where either is unknown or negative.
std::optional<double> PackYears(std::optional<double> cigarettes_a_day, std::optional<double> years);

// Cigarettes and roll-ups a day together; nullopt where one of them has no amount, 0 where neither is used.
std::optional<double> CigarettesADay(const v1::Intake& intake);

// D1 says "heavy smokers" and defines none: a named rule with a configurable threshold.
struct HeavySmokerRule {
  double at_least_cigarettes_a_day = 15;
};
std::optional<bool> IsHeavySmoker(const v1::Intake& intake, const HeavySmokerRule& rule);

}  // namespace opgang

#endif  // OPGANG_CORE_CLINICAL_FTND_H_
