// simulate: runs seeds, replays one, cuts a failing one down. See docs/testing.md.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "CLI/CLI.hpp"
#include "tests/simulation/simulator.h"

namespace opgang::simulation {
namespace {

struct Arguments {
  uint64_t seeds = 0;
  uint64_t from = 1;
  uint64_t seed = 0;
  std::string run;  // a stored run
  bool shrink = false;
  bool sometimes = false;
  int shrink_runs = 3000;
};

void Add(const std::map<std::string, uint64_t>& more, std::map<std::string, uint64_t>& total) {
  for (const auto& [name, count] : more) total[name] += count;
}

void PrintFailure(const Plan& plan, const Outcome& outcome) {
  std::printf("seed %llu FAILED %s after %zu of %zu steps: %s\n", static_cast<unsigned long long>(plan.seed),
              outcome.failure->check.c_str(), outcome.steps, plan.steps.size(),
              outcome.failure->what.c_str());
  std::printf(
      "replay: build/bin/simulate --seed %llu      smallest run: build/bin/simulate --seed %llu --shrink\n",
      static_cast<unsigned long long>(plan.seed), static_cast<unsigned long long>(plan.seed));
  std::fflush(stdout);
}

int RunSeeds(const Arguments& arguments, WorldOptions options) {
  options.keep_log = false;
  std::map<std::string, uint64_t> reached;
  uint64_t failed = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (uint64_t i = 0; i < arguments.seeds; ++i) {
    const Plan plan = MakePlan(arguments.from + i);
    const Outcome outcome = RunPlan(plan, options);
    Add(outcome.reached, reached);
    if (outcome.failure.has_value()) {
      PrintFailure(plan, outcome);
      if (++failed >= 20) break;
    }
    if ((i + 1) % 500 != 0 && i + 1 != arguments.seeds) continue;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::printf("%llu seeds, %.1f seeds/s, %llu failed\n", static_cast<unsigned long long>(i + 1),
                static_cast<double>(i + 1) / took.count(), static_cast<unsigned long long>(failed));
    std::fflush(stdout);
  }
  for (const auto& [name, count] : reached) {
    std::printf("  %8llu  %s\n", static_cast<unsigned long long>(count), name.c_str());
  }
  bool complete = true;
  for (const std::string& name : arguments.sometimes ? NeverReached(reached) : std::vector<std::string>()) {
    std::printf("never reached: %s\n", name.c_str());
    complete = false;
  }
  return failed == 0 && complete ? 0 : 1;
}

int RunOne(const Plan& plan, const Arguments& arguments, const WorldOptions& options) {
  const Outcome outcome = RunPlan(plan, options);
  if (!arguments.shrink || !outcome.failure.has_value()) {
    std::cout << outcome.log;
    if (outcome.failure.has_value()) PrintFailure(plan, outcome);
    return outcome.failure.has_value() ? 1 : 0;
  }
  const Plan smallest = Shrink(plan, outcome.failure->check, options, arguments.shrink_runs);
  const Outcome again = RunPlan(smallest, options);
  std::cout << "# " << outcome.failure->check << ": " << outcome.failure->what << '\n'
            << ToText(smallest) << "#\n# The log of it:\n";
  std::istringstream lines(again.log);
  for (std::string line; std::getline(lines, line);) std::cout << "# " << line << '\n';
  return 1;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Runs a base and its tablets on virtual clocks, networks and disks.");
  app.add_option("--seeds", arguments.seeds, "how many seeds to run");
  app.add_option("--from", arguments.from, "the first of them");
  app.add_option("--seed", arguments.seed, "replay this one, with a log of one line a step");
  app.add_option("--run", arguments.run, "replay a stored run");
  app.add_flag("--shrink", arguments.shrink, "cut the failing run down and print the smallest");
  app.add_flag("--sometimes", arguments.sometimes, "fail where a state was never reached");
  CLI11_PARSE(app, argc, argv);
  WorldOptions options;
  if (!arguments.run.empty()) {
    std::ifstream file(arguments.run);
    std::stringstream text;
    text << file.rdbuf();
    const auto plan = PlanFromText(text.str());
    if (!plan.has_value()) {
      std::cerr << "simulate: no stored run: " << arguments.run << '\n';
      return 2;
    }
    return RunOne(*plan, arguments, options);
  }
  if (arguments.seeds > 0) return RunSeeds(arguments, options);
  return RunOne(MakePlan(arguments.seed), arguments, options);
}

}  // namespace
}  // namespace opgang::simulation

int main(int argc, char** argv) { return opgang::simulation::Main(argc, argv); }
