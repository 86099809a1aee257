#include "cli-client/scores.h"

#include <cmath>

#include "core/clinical/ftnd.h"
#include "fmt/format.h"

namespace opgang::cli {

std::string ClinicalScoreWords(const Texts& texts, const v1::ClinicalIntake& intake) {
  const auto sum = FtndSum(intake);
  const auto hsi = HeavinessOfSmokingIndex(intake);
  std::string words = sum ? texts("score.ftnd", {{"sum", std::to_string(*sum)},
                                                 {"band", texts("score.band." + std::string(FtndBand(*sum)))},
                                                 {"table", std::string(kFtndBandTable)}})
                          : texts("score.ftnd.incomplete");
  words += "; " + (hsi ? texts("score.hsi", {{"sum", std::to_string(*hsi)}}) : texts("score.hsi.incomplete"));
  return words + ".";
}

std::string IntakeScoreWords(const Texts& texts, const v1::Intake& intake) {
  std::optional<double> years;
  if (intake.has_years_smoked()) years = intake.years_smoked();
  const auto pack_years = PackYears(CigarettesADay(intake), years);
  if (!pack_years) return {};
  return texts("score.pack-years", {{"years", fmt::format("{:g}", std::round(*pack_years * 10) / 10)}});
}

}  // namespace opgang::cli
