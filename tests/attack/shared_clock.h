// A clock that a test turns while the base's threads read it.
#ifndef OPGANG_TESTS_ATTACK_SHARED_CLOCK_H_
#define OPGANG_TESTS_ATTACK_SHARED_CLOCK_H_

#include <mutex>

#include "tests/support/manual_clock.h"

namespace opgang {

// Thread-safe.
class SharedClock : public Clock {
 public:
  absl::Time WallNow() override {
    const std::unique_lock lock(mutex_);
    return clock_.WallNow();
  }
  v1::ClockReading Read() override {
    const std::unique_lock lock(mutex_);
    return clock_.Read();
  }
  void Advance(absl::Duration by) {
    const std::unique_lock lock(mutex_);
    clock_.Advance(by);
  }

 private:
  std::mutex mutex_;
  ManualClock clock_{absl::FromUnixSeconds(1'775'000'000)};
};

}  // namespace opgang

#endif  // OPGANG_TESTS_ATTACK_SHARED_CLOCK_H_
