// A clock that moves only when a test turns it.
#ifndef OPGANG_TESTS_SUPPORT_MANUAL_CLOCK_H_
#define OPGANG_TESTS_SUPPORT_MANUAL_CLOCK_H_

#include <string>

#include "core/base/clock.h"

namespace opgang {

class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time wall) : wall_(wall) {}

  absl::Time WallNow() override { return wall_; }
  v1::ClockReading Read() override {
    v1::ClockReading reading;
    reading.set_wall_us(absl::ToUnixMicros(wall_));
    reading.set_boot_id(boot_id_);
    reading.set_boottime_us(absl::ToInt64Microseconds(since_boot_));
    return reading;
  }

  // Time passes: both clocks go on.
  void Advance(absl::Duration by) {
    wall_ += by;
    since_boot_ += by;
  }
  // Somebody sets the wall clock; the since-boot clock does not care.
  void SetWall(absl::Time wall) { wall_ = wall; }
  // The machine starts anew.
  void Reboot() {
    boot_id_[0] = static_cast<char>(boot_id_[0] + 1);
    since_boot_ = absl::Seconds(20);
  }

 private:
  absl::Time wall_;
  absl::Duration since_boot_ = absl::Hours(1);
  std::string boot_id_ = std::string(16, 'b');
};

}  // namespace opgang

#endif  // OPGANG_TESTS_SUPPORT_MANUAL_CLOCK_H_
