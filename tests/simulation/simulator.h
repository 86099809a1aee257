// Running plans: one, many, and a failing one cut down to the smallest that fails the same check.
#ifndef OPGANG_TESTS_SIMULATION_SIMULATOR_H_
#define OPGANG_TESTS_SIMULATION_SIMULATOR_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/plan.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {

struct Outcome {
  std::optional<Failure> failure;
  size_t steps = 0;
  std::string log;
  std::map<std::string, uint64_t> reached;
};
Outcome RunPlan(const Plan& plan, WorldOptions options);

// Leaves out steps for as long as the same check fails. At most `runs` runs.
Plan Shrink(const Plan& failing, const std::string& check, WorldOptions options, int runs);

// States that must each be reached in a set of runs, or it has shown nothing of them.
const std::vector<std::string>& Sometimes();
std::vector<std::string> NeverReached(const std::map<std::string, uint64_t>& reached);

}  // namespace opgang::simulation

#endif  // OPGANG_TESTS_SIMULATION_SIMULATOR_H_
