// The only file that reads the machine's clocks and its random generator.
#include <sodium.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/time/clock.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/random.h"

namespace opgang {
namespace {

// The kernel's boot id; random for this process where /proc is missing, which only widens evidence.
std::string ReadBootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  if (std::getline(file, text)) {
    if (auto uuid = UuidFromString(text)) return std::string(uuid->begin(), uuid->end());
  }
  return SystemRandom().Bytes(16);
}

class MachineClock : public Clock {
 public:
  absl::Time WallNow() override { return absl::Now(); }

  v1::ClockReading Read() override {
    static const std::string boot_id = ReadBootId();
    timespec since_boot{};
    clock_gettime(CLOCK_BOOTTIME, &since_boot);
    v1::ClockReading reading;
    reading.set_wall_us(absl::ToUnixMicros(WallNow()));
    reading.set_boot_id(boot_id);
    reading.set_boottime_us(absl::ToInt64Microseconds(absl::DurationFromTimespec(since_boot)));
    return reading;
  }
};

class SodiumRandom : public Random {
 public:
  SodiumRandom() {
    if (sodium_init() < 0) {
      std::fputs("opgang: libsodium cannot be initialised\n", stderr);
      std::abort();
    }
  }
  void Fill(uint8_t* out, size_t size) override { randombytes_buf(out, size); }
};

}  // namespace

Clock& SystemClock() {
  static auto* clock = new MachineClock;
  return *clock;
}

Random& SystemRandom() {
  static auto* random = new SodiumRandom;
  return *random;
}

}  // namespace opgang
