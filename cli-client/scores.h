// The scores of an intake in words. Computed by core/clinical, stored nowhere.
#ifndef OPGANG_CLI_CLIENT_SCORES_H_
#define OPGANG_CLI_CLIENT_SCORES_H_

#include <string>

#include "cli-client/text/catalogue.h"
#include "opgang/v1/intake.pb.h"

namespace opgang::cli {

// "FTND 6 of 10, high (fagerstrom-2012); HSI 4 of 6"; "FTND: incomplete" where an item is missing.
std::string ClinicalScoreWords(const Texts& texts, const v1::ClinicalIntake& intake);
// "Pack-years: 12.5"; empty where they cannot be computed.
std::string IntakeScoreWords(const Texts& texts, const v1::Intake& intake);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_SCORES_H_
