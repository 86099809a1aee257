// The reports about courses once more: slow, by another way, from the plain words of lives.h, and sharing no code with
// core/rules or core/reports. Days are found by stepping, months by a table; every number is a loop over all lives.
#ifndef OPGANG_TESTS_REPORTS_NAIVE_COUNTS_H_
#define OPGANG_TESTS_REPORTS_NAIVE_COUNTS_H_

#include <map>
#include <string>
#include <vector>

#include "tests/reports/lives.h"

namespace opgang::naive {

// "19 of 26" by the figure's id, as Told() says it; of every figure that has a number. Of all areas, of courses registered,
// dates set and hand-outs made in 2025, as of the last day of June 2026.
using Counts = std::map<std::string, std::string>;
Counts Stop(const std::vector<Life>& lives);
Counts Nhs(const std::vector<Life>& lives);
Counts Russell(const std::vector<Life>& lives);
Counts Nrt(const std::vector<Life>& lives);
Counts KomOgKvit(const std::vector<Life>& lives);

}  // namespace opgang::naive

#endif  // OPGANG_TESTS_REPORTS_NAIVE_COUNTS_H_
