// Two outreach workers, their tablets, one area and one base.
#ifndef OPGANG_TESTS_SYNC_SYNC_STORY_H_
#define OPGANG_TESTS_SYNC_SYNC_STORY_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/support/test_base.h"
#include "tests/support/test_device.h"

namespace opgang {

// Wednesday 1 April 2026, noon in Copenhagen.
inline absl::Time NoonOfTheFirst() {
  return absl::FromCivil(absl::CivilSecond(2026, 4, 1, 12, 0, 0), CopenhagenTime());
}

struct Neighbourhood {
  ManualClock clock{NoonOfTheFirst()};
  TestBase base{clock};
  TestDevice amal{base, clock, "amal", "outreach", {"Testlund"}};
  TestDevice jonas{base, clock, "jonas", "outreach", {"Testlund"}};
};

class SyncStory : public testing::Test, protected Neighbourhood {};

}  // namespace opgang

#endif  // OPGANG_TESTS_SYNC_SYNC_STORY_H_
