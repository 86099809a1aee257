// The simulator's first seeds as tests of the mutants' binary, one each.
#include <gtest/gtest.h>

#include "tests/simulation/simulator.h"

namespace opgang::simulation {
namespace {

class SimulationSeeds : public testing::TestWithParam<int> {};

TEST_P(SimulationSeeds, NoCheckFails) {
  WorldOptions options;
  options.keep_log = false;
  const Outcome outcome = RunPlan(MakePlan(static_cast<uint64_t>(GetParam())), options);
  EXPECT_FALSE(outcome.failure.has_value()) << outcome.failure->check << ": " << outcome.failure->what;
}

INSTANTIATE_TEST_SUITE_P(First, SimulationSeeds, testing::Range(1, 41));

}  // namespace
}  // namespace opgang::simulation
