// The one binary of scripts/mutants: the tests of the parts that are mutated, and a share of the simulator's seeds.
// OPGANG_MUTANTS_REACHED=FILE: writes a line for each test: its name, its microseconds of CPU, the sites that it reached.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>

#include "tests/mutants/switch.h"

namespace opgang::mutants {
namespace {

class ReachedBy : public testing::EmptyTestEventListener {
 public:
  explicit ReachedBy(const char* path) : out_(path) {}

  void OnTestStart(const testing::TestInfo& /*test*/) override {
    std::fill(std::begin(reached), std::end(reached), 0);
    begun_ = std::clock();
  }

  void OnTestEnd(const testing::TestInfo& test) override {
    const std::clock_t took = std::clock() - begun_;
    out_ << test.test_suite_name() << '.' << test.name() << ' ' << took * 1000000 / CLOCKS_PER_SEC;
    for (int site = 0; site < kMostSites; ++site) {
      if (reached[site] != 0) out_ << ' ' << site;
    }
    out_ << std::endl;  // whole lines, also where a later test ends the process
  }

 private:
  std::ofstream out_;
  std::clock_t begun_ = 0;
};

}  // namespace
}  // namespace opgang::mutants

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  if (const char* path = std::getenv("OPGANG_MUTANTS_REACHED")) {
    testing::UnitTest::GetInstance()->listeners().Append(new opgang::mutants::ReachedBy(path));
  }
  return RUN_ALL_TESTS();
}
