// A tablet in a test: the device and the store that ship, in a temporary home, enrolled at a TestBase; and
// the words of the field.
#ifndef OPGANG_TESTS_SUPPORT_TEST_DEVICE_H_
#define OPGANG_TESTS_SUPPORT_TEST_DEVICE_H_

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "client-lib/src/keys/memory_key_provider.h"
#include "client-lib/src/store/enroll_transport.h"
#include "client-lib/src/sync/sync_store.h"
#include "opgang/bundle.h"
#include "opgang/device.h"
#include "opgang/store.h"
#include "opgang/sync.h"
#include "tests/support/in_process_stream.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_base.h"

namespace opgang {

// Registers a new store's keys at the base, without a network.
class DirectEnroll : public EnrollTransport {
 public:
  explicit DirectEnroll(TestBase& base) : base_(base) {}
  absl::StatusOr<v1::EnrollResponse> Enroll(const v1::Invitation& invitation,
                                            const v1::EnrollRequest& request) override;

 private:
  TestBase& base_;
};

// A citizen who asked, saved in one piece.
struct SavedInquirer {
  RecordId citizen;
  RecordId inquiry;
  SaveReceipt receipt;
};

class TestDevice {
 public:
  TestDevice(TestBase& base, ManualClock& clock, const std::string& staff, const std::string& role,
             const std::vector<std::string>& areas);
  ~TestDevice();

  Store& store() { return *store_; }
  const View& view();
  InProcessDialer& dialer() { return dialer_; }
  Peer peer() const { return peer_; }

  Bundle NewBundle() { return Bundle(clock_); }
  SaveReceipt Save(const Bundle& bundle);
  RecordId SaveCitizen(const std::string& name);
  SavedInquirer SaveInquirer(const std::string& name);
  SaveReceipt Rename(RecordId citizen, const std::string& name);

  // One try, unless `options` says more.
  absl::StatusOr<SyncResult> Sync(SyncOptions options = {.attempts = 1});
  SyncResult SyncWell();

  // As a worker sees it: "(not visible)" where it is not.
  std::string NameOf(RecordId citizen);
  std::set<std::string> NamesOf(RecordId citizen);  // with those that stand beside
  // Every visible record, by type and id: the bytes as the base sent them.
  std::map<std::string, std::string> Records();

  void Lock();
  void Unlock();
  // The process ends and another begins.
  void Reopen();
  // The same, and nobody unlocks it: unlocked only where the key provider still remembers.
  void ReopenLocked();
  // A file of its store is overwritten with nonsense.
  void SpoilFile(const char* name);
  // Something happens to the copy of the base's records on disk between two processes.
  void SpoilConfirmed(const std::string& sql);
  void SpoilQueue(const std::string& sql);
  // The first column of a query on that copy, as text, row by row.
  std::vector<std::string> AskConfirmed(const std::string& sql);
  // The same of its queue.
  std::vector<std::string> AskQueue(const std::string& sql);
  // The bytes of every file of the home as they lie on the disk now, open or not.
  std::string AllBytes();
  // The worker is invited anew on the same tablet.
  void EnrollAgain(const v1::Invitation& invitation, const std::string& passphrase = kPassphrase);
  // A copy of the home as it is on disk, opened as another tablet's.
  std::unique_ptr<TestDevice> Clone();
  // The store of `image`, an earlier CopyOfHome(), is put back.
  std::filesystem::path CopyOfHome();
  void RestoreHome(const std::filesystem::path& image);
  // The store in another home, whose files may be damaged; unlocked where they still allow it.
  absl::StatusOr<std::unique_ptr<Store>> OpenAt(const std::filesystem::path& home);

 private:
  static constexpr char kPassphrase[] = "seven green doors";
  TestDevice(TestBase& base, ManualClock& clock, Peer peer);
  TestDevice(TestBase& base, ManualClock& clock, const v1::Invitation& invitation);
  DeviceOptions Options();
  void Open();
  std::filesystem::path FileOf(const char* name) const;
  static std::vector<std::string> Ask(const std::filesystem::path& file, const std::string& sql);
  void Enroll(const v1::Invitation& invitation);

  TestBase& base_;
  ManualClock& clock_;
  MemoryKeyProvider keys_;
  Peer peer_;
  std::string passphrase_ = kPassphrase;
  std::filesystem::path root_;
  std::unique_ptr<EnrollTransport> enroll_;
  std::unique_ptr<Store> store_;
  InProcessDialer dialer_;
  int copies_ = 0;
};

// What the base holds in these scopes, in the form of TestDevice::Records().
std::map<std::string, std::string> RecordsAtBase(TestBase& base, const std::vector<Scope>& scopes);
// Every device holds the base's bytes of its scopes, no more, and has nothing left to send (I6).
void ExpectSameRecords(TestBase& base, const std::vector<TestDevice*>& devices);

v1::Citizen CitizenCalled(const std::string& name);

}  // namespace opgang

#endif  // OPGANG_TESTS_SUPPORT_TEST_DEVICE_H_
