// A tablet with work on it, made once for the process and put back for each input.
#ifndef OPGANG_TESTS_FUZZ_DEVICE_FIXTURE_H_
#define OPGANG_TESTS_FUZZ_DEVICE_FIXTURE_H_

#include <filesystem>

#include "tests/support/test_device.h"

namespace opgang::fuzz {

// Three citizens are confirmed, two more wait in the queue.
struct DeviceFixture {
  // Never destroyed: static storage outlives the last input.
  static DeviceFixture& Get() {
    static auto* fixture = new DeviceFixture;
    return *fixture;
  }

  ManualClock clock{absl::FromUnixSeconds(1'775'037'600)};
  TestBase base{clock};
  TestDevice device{base, clock, "amal", "outreach", {"Testlund"}};
  std::filesystem::path image;

 private:
  DeviceFixture() {
    for (const char* name : {"Amina", "Bo", "Samira"}) device.SaveInquirer(name);
    device.SyncWell();
    for (const char* name : {"Inge", "Jonas"}) device.SaveInquirer(name);
    image = device.CopyOfHome();
  }
};

}  // namespace opgang::fuzz

#endif  // OPGANG_TESTS_FUZZ_DEVICE_FIXTURE_H_
