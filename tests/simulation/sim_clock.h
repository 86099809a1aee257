// The clocks of one simulated machine. True time is the world's; a machine sees of it what its wall clock and
// its since-boot clock show.
#ifndef OPGANG_TESTS_SIMULATION_SIM_CLOCK_H_
#define OPGANG_TESTS_SIMULATION_SIM_CLOCK_H_

#include <optional>
#include <string>

#include "core/base/clock.h"

namespace opgang::simulation {

class SimClock : public Clock {
 public:
  // `true_now` is the world's and outlives the clock. `machine` makes the boot ids of two machines differ.
  SimClock(const absl::Time& true_now, int machine)
      : true_now_(true_now), booted_(true_now - absl::Hours(1)), machine_(machine) {}

  absl::Time WallNow() override { return stuck_at_.value_or(true_now_ + offset_); }
  v1::ClockReading Read() override {
    v1::ClockReading reading;
    reading.set_wall_us(absl::ToUnixMicros(WallNow()));
    reading.set_boot_id(BootId());
    reading.set_boottime_us(absl::ToInt64Microseconds(true_now_ - booted_));
    return reading;
  }

  // Somebody sets the wall clock; the since-boot clock does not care.
  void Jump(absl::Duration by) { offset_ += by; }
  void Stick() { stuck_at_ = WallNow(); }
  void Unstick() { stuck_at_.reset(); }
  void Reboot() {
    ++boots_;
    booted_ = true_now_ - absl::Seconds(20);
  }

 private:
  std::string BootId() const {
    std::string id(16, 'b');
    id[0] = static_cast<char>(machine_);
    id[1] = static_cast<char>(boots_);
    return id;
  }

  const absl::Time& true_now_;
  absl::Time booted_;
  absl::Duration offset_ = absl::ZeroDuration();
  std::optional<absl::Time> stuck_at_;
  const int machine_;
  int boots_ = 0;
};

}  // namespace opgang::simulation

#endif  // OPGANG_TESTS_SIMULATION_SIM_CLOCK_H_
