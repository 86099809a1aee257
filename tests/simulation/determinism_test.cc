// One seed, one run: the log is the same byte for byte, in this process and in others.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "tests/simulation/simulator.h"

namespace opgang::simulation {
namespace {

std::string LogOfAnotherProcess(uint64_t seed) {
  const std::string command = std::string(OPGANG_SIMULATE) + " --seed " + std::to_string(seed);
  FILE* const pipe = ::popen(command.c_str(), "r");
  std::string log;
  std::array<char, 4096> block;
  for (size_t got = 0; (got = std::fread(block.data(), 1, block.size(), pipe)) > 0;)
    log.append(block.data(), got);
  EXPECT_EQ(::pclose(pipe), 0);
  return log;
}

TEST(Determinism, SameSeedSameLogTwiceInOneProcessAndInTwoOthers) {
  for (uint64_t seed : {3u, 17u, 78u}) {
    const std::string log = RunPlan(MakePlan(seed), {}).log;
    EXPECT_GT(log.size(), 1000u);
    EXPECT_EQ(RunPlan(MakePlan(seed), {}).log, log);
    EXPECT_EQ(LogOfAnotherProcess(seed), log);
    EXPECT_EQ(LogOfAnotherProcess(seed), log);
  }
}

TEST(Determinism, WithoutItsLogTheRunIsTheSame) {
  const Outcome with = RunPlan(MakePlan(5), {.keep_log = true});
  const Outcome without = RunPlan(MakePlan(5), {.keep_log = false});
  EXPECT_EQ(with.reached, without.reached);
  EXPECT_TRUE(without.log.empty());
}

TEST(Determinism, OtherSeedOtherRun) {
  EXPECT_NE(RunPlan(MakePlan(1), {}).log, RunPlan(MakePlan(2), {}).log);
}

TEST(PlanText, ComesBackAsItWas) {
  const Plan plan = MakePlan(42);
  const auto read = PlanFromText("# a comment\n" + ToText(plan));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->seed, plan.seed);
  EXPECT_EQ(read->cast, plan.cast);
  EXPECT_EQ(read->steps, plan.steps);
  EXPECT_FALSE(PlanFromText("fly 1 2 3\n").has_value());
  EXPECT_FALSE(PlanFromText("move 1 2\n").has_value());
}

}  // namespace
}  // namespace opgang::simulation
