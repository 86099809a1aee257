// Runs that once failed, cut down to the smallest: each stays.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/simulation/simulator.h"

namespace opgang::simulation {
namespace {

std::vector<std::filesystem::path> StoredRuns() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(OPGANG_STORED_RUNS)) {
    if (entry.path().extension() == ".run") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(StoredRuns, EachHoldsToday) {
  const auto files = StoredRuns();
  ASSERT_FALSE(files.empty());
  for (const auto& path : files) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    const auto plan = PlanFromText(text.str());
    ASSERT_TRUE(plan.has_value()) << path;
    const Outcome outcome = RunPlan(*plan, {});
    EXPECT_FALSE(outcome.failure.has_value())
        << path << ": " << outcome.failure->check << ": " << outcome.failure->what;
    EXPECT_EQ(outcome.steps, plan->steps.size()) << path;
  }
}

}  // namespace
}  // namespace opgang::simulation
