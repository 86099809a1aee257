#include "tests/rules/case_count.h"

#include <cstdio>

#include "gtest/gtest.h"

namespace opgang {
namespace {

constexpr int kRequired = 300;
int compared = 0;

class CaseCount : public ::testing::Environment {
 public:
  void TearDown() override {
    std::printf("the rule was compared with the slow one in %d cases\n", compared);
    const bool whole_run = ::testing::GTEST_FLAG(filter) == "*";
    if (whole_run) {
      EXPECT_GE(compared, kRequired);
    }
  }
};

// GoogleTest owns it.
[[maybe_unused]] const auto* const environment = ::testing::AddGlobalTestEnvironment(new CaseCount);

}  // namespace

void CountCompared() { ++compared; }

}  // namespace opgang
