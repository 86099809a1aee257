// A clock that the test turns by hand.
#ifndef OPGANG_TESTS_KEYS_DIAL_CLOCK_H_
#define OPGANG_TESTS_KEYS_DIAL_CLOCK_H_

#include "core/base/clock.h"

namespace opgang {

class DialClock : public Clock {
 public:
  absl::Time WallNow() override { return wall_; }
  v1::ClockReading Read() override {
    v1::ClockReading reading;
    reading.set_wall_us(absl::ToUnixMicros(wall_));
    reading.set_boottime_us(absl::ToInt64Microseconds(since_boot_));
    return reading;
  }

  // Time passes on both clocks.
  void Advance(absl::Duration by) {
    since_boot_ += by;
    wall_ += by;
  }
  // Only the wall clock is set, as a person or a time server does.
  void SetWall(absl::Time wall) { wall_ = wall; }

 private:
  absl::Time wall_ = absl::FromUnixSeconds(1775000000);
  absl::Duration since_boot_ = absl::Hours(5);
};

}  // namespace opgang

#endif  // OPGANG_TESTS_KEYS_DIAL_CLOCK_H_
