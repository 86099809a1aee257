// One tablet with one store, a tiny base, a clock to turn, and the words of the field.
#ifndef OPGANG_TESTS_DEVICE_DEVICE_TEST_BASE_H_
#define OPGANG_TESTS_DEVICE_DEVICE_TEST_BASE_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "client-lib/src/keys/memory_key_provider.h"
#include "client-lib/src/store/enroll_transport.h"
#include "client-lib/src/sync/sync_store.h"
#include "core/base/error.h"
#include "opgang/bundle.h"
#include "opgang/device.h"
#include "opgang/store.h"
#include "tests/device/tiny_base.h"
#include "tests/support/manual_clock.h"

namespace opgang {

// Answers enrolments as the base would, or as the test says.
class FakeEnrollTransport : public EnrollTransport {
 public:
  explicit FakeEnrollTransport(Clock& clock) : clock_(clock) {}
  absl::StatusOr<v1::EnrollResponse> Enroll(const v1::Invitation& invitation,
                                            const v1::EnrollRequest& request) override;
  absl::Status failure;          // returned where it is not ok
  bool lose_the_answer = false;  // the base registers the keys, the device hears nothing
  absl::Duration lease_lasts = absl::Hours(24 * 3650);
  std::vector<v1::EnrollRequest> requests;

 private:
  Clock& clock_;
};

struct Inquirer {
  RecordId citizen;
  RecordId inquiry;
  SaveReceipt receipt;
};

class DeviceTest : public testing::Test {
 protected:
  static constexpr char kPassphrase[] = "seven green doors";

  DeviceTest();
  ~DeviceTest() override;

  DeviceOptions Options(std::filesystem::path home);
  EnrollInput MakeInvitation(const std::string& staff_code);
  void Enroll();
  // Opens the store as the next process would. The one before must be gone.
  std::unique_ptr<Store> Open(std::filesystem::path home = {});
  std::unique_ptr<Store> OpenUnlocked(std::filesystem::path home = {});
  const View& ViewOf(Store& store);

  // A session with the base, or a part of one.
  void Greet(Store& store);
  VerdictCounts PushAll(Store& store);
  void Pull(Store& store);
  void Repair(Store& store, const Scope& scope);
  void Sync(Store& store);

  Bundle NewBundle() { return Bundle(clock_); }
  SaveReceipt Save(Store& store, const Bundle& bundle);
  Inquirer SaveInquirer(Store& store, const std::string& name, const std::string& telephone = "20 30 40 50");
  SaveReceipt Rename(Store& store, RecordId citizen, const std::string& name);
  std::string NameOf(Store& store, RecordId citizen);

  std::filesystem::path StoreDirectory(std::filesystem::path home = {});
  std::filesystem::path CopyOfHome();
  // The one number that `sql` asks of one of the store's files, behind the store's back.
  int64_t NumberIn(const char* file, const std::string& sql);
  // Every byte of every file under the home directory.
  std::string AllBytes();

  ManualClock clock_;
  TinyBase base_;
  MemoryKeyProvider keys_;
  FakeEnrollTransport transport_;
  std::filesystem::path home_;
  std::string vfs_;
  uint32_t repaired_ = 0;  // rows that were not as the base has them, in all sessions

 private:
  std::filesystem::path root_;
  int copies_ = 0;
};

v1::Citizen CitizenNamed(const std::string& name);
v1::Inquiry InquiryBy(RecordId citizen);

}  // namespace opgang

#endif  // OPGANG_TESTS_DEVICE_DEVICE_TEST_BASE_H_
