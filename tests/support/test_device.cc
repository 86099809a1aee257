#include "tests/support/test_device.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "client-lib/src/sync/sync_loop.h"
#include "core/records/registry.h"
#include "server/admin/enrolment.h"

namespace opgang {
namespace {

void ExpectOk(const absl::Status& status) { EXPECT_EQ(status, absl::OkStatus()); }

std::string KeyOf(std::string_view type, RecordId id) { return std::string(type) + ' ' + id.ToString(); }

}  // namespace

absl::StatusOr<v1::EnrollResponse> DirectEnroll::Enroll(const v1::Invitation& invitation,
                                                        const v1::EnrollRequest& request) {
  return opgang::Enroll(base_.store(), base_.keys(), StoreId::FromBytes(invitation.store_id()).value(),
                        request, base_.clock().WallNow(), SystemRandom());
}

void TestDevice::Lock() { ExpectOk(store_->Lock()); }
void TestDevice::Unlock() { ExpectOk(store_->Unlock(passphrase_)); }

TestDevice::TestDevice(TestBase& base, ManualClock& clock, Peer peer)
    : base_(base),
      clock_(clock),
      keys_(clock),
      peer_(std::move(peer)),
      root_(MakeTestDirectory()),
      enroll_(std::make_unique<DirectEnroll>(base)),
      dialer_(base, clock, peer_) {}

TestDevice::TestDevice(TestBase& base, ManualClock& clock, const std::string& staff, const std::string& role,
                       const std::vector<std::string>& areas)
    : TestDevice(base, clock, base.Invite(staff, role, areas)) {}

TestDevice::TestDevice(TestBase& base, ManualClock& clock, const v1::Invitation& invitation)
    : TestDevice(base, clock,
                 Peer{invitation.staff_code(), StoreId::FromBytes(invitation.store_id()).value()}) {
  Enroll(invitation);
}

void TestDevice::EnrollAgain(const v1::Invitation& invitation, const std::string& passphrase) {
  passphrase_ = passphrase;
  store_.reset();
  peer_.store = StoreId::FromBytes(invitation.store_id()).value();
  dialer_.SpeakAs(peer_);
  Enroll(invitation);
}

void TestDevice::Enroll(const v1::Invitation& invitation) {
  const std::string code = MakeInvitationCode(SystemRandom());
  const std::string sealed =
      SealInvitation(invitation.SerializeAsString(), NormalizeInvitationCode(code).value(),
                     PassphraseCost::ForTests(), SystemRandom());
  ExpectOk(Device(Options()).Enroll({sealed, code, passphrase_}));
  Open();
}

TestDevice::~TestDevice() {
  store_.reset();
  std::filesystem::remove_all(root_);
}

DeviceOptions TestDevice::Options() {
  return DeviceOptions{.home = root_ / "home",
                       .clock = &clock_,
                       .random = &SystemRandom(),
                       .keys = &keys_,
                       .passphrase_cost = PassphraseCost::ForTests(),
                       .enroll = enroll_.get()};
}

void TestDevice::Open() {
  auto store = Device(Options()).OpenStore(absl::ZeroDuration());
  ASSERT_EQ(store.status(), absl::OkStatus());
  store_ = *std::move(store);
  if (!store_->unlocked()) Unlock();
}

void TestDevice::Reopen() {
  store_.reset();
  Open();
}

void TestDevice::ReopenLocked() {
  store_.reset();
  auto store = Device(Options()).OpenStore(absl::ZeroDuration());
  ASSERT_EQ(store.status(), absl::OkStatus());
  store_ = *std::move(store);
}

void TestDevice::SpoilFile(const char* name) { std::ofstream(FileOf(name)) << "nonsense"; }

std::filesystem::path TestDevice::FileOf(const char* name) const {
  return std::filesystem::directory_iterator(root_ / "home" / "stores")->path() / name;
}

std::vector<std::string> TestDevice::Ask(const std::filesystem::path& file, const std::string& sql) {
  std::vector<std::string> rows;
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  const auto take = [](void* taken, int, char** values, char**) {
    static_cast<std::vector<std::string>*>(taken)->push_back(values[0] == nullptr ? "" : values[0]);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), take, &rows, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
  return rows;
}

std::vector<std::string> TestDevice::AskConfirmed(const std::string& sql) {
  return Ask(FileOf("confirmed.db"), sql);
}

std::vector<std::string> TestDevice::AskQueue(const std::string& sql) { return Ask(FileOf("queue.db"), sql); }

std::string TestDevice::AllBytes() {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_ / "home")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return all;
}

void TestDevice::SpoilConfirmed(const std::string& sql) {
  store_.reset();
  AskConfirmed(sql);
  Open();
}

void TestDevice::SpoilQueue(const std::string& sql) {
  store_.reset();
  AskQueue(sql);
  Open();
}

std::filesystem::path TestDevice::CopyOfHome() {
  const std::filesystem::path image = root_ / ("image-" + std::to_string(++copies_));
  std::filesystem::copy(root_ / "home", image, std::filesystem::copy_options::recursive);
  return image;
}

void TestDevice::RestoreHome(const std::filesystem::path& image) {
  store_.reset();
  std::filesystem::remove_all(root_ / "home");
  std::filesystem::copy(image, root_ / "home", std::filesystem::copy_options::recursive);
  Open();
}

absl::StatusOr<std::unique_ptr<Store>> TestDevice::OpenAt(const std::filesystem::path& home) {
  DeviceOptions options = Options();
  options.home = home;
  auto store = Device(options).OpenStore(absl::ZeroDuration());
  if (store.ok() && !(*store)->unlocked()) (*store)->Unlock(kPassphrase).IgnoreError();
  return store;
}

std::unique_ptr<TestDevice> TestDevice::Clone() {
  std::unique_ptr<TestDevice> clone(new TestDevice(base_, clock_, peer_));
  clone->RestoreHome(CopyOfHome());
  return clone;
}

const View& TestDevice::view() {
  const auto view = store_->view();
  ExpectOk(view.status());
  return **view;
}

SaveReceipt TestDevice::Save(const Bundle& bundle) {
  const auto receipt = store_->Save(bundle);
  ExpectOk(receipt.status());
  return receipt.value_or(SaveReceipt());
}

RecordId TestDevice::SaveCitizen(const std::string& name) {
  Bundle bundle = NewBundle();
  const RecordId citizen = bundle.Create(CitizenCalled(name), base_.Area("Testlund"));
  Save(bundle);
  return citizen;
}

SavedInquirer TestDevice::SaveInquirer(const std::string& name) {
  Bundle bundle = NewBundle();
  SavedInquirer saved;
  v1::Citizen citizen = CitizenCalled(name);
  citizen.set_telephone("20304050");
  saved.citizen = bundle.Create(citizen, base_.Area("Testlund"));
  v1::Inquiry inquiry;
  inquiry.set_citizen_id(saved.citizen.ToBytes());
  inquiry.set_channel(v1::CHANNEL_DOOR);
  saved.inquiry = bundle.Create(inquiry, base_.Area("Testlund"));
  saved.receipt = Save(bundle);
  return saved;
}

SaveReceipt TestDevice::Rename(RecordId citizen, const std::string& name) {
  Bundle bundle = NewBundle();
  bundle.Patch(citizen, CitizenCalled(name), {v1::Citizen::kNameFieldNumber});
  return Save(bundle);
}

absl::StatusOr<SyncResult> TestDevice::Sync(SyncOptions options) {
  clock_.Advance(absl::Seconds(1));
  return RunSync(store_->sync_store(), dialer_, clock_, SystemRandom(), options, [](absl::Duration) {});
}

SyncResult TestDevice::SyncWell() {
  const auto result = Sync();
  ExpectOk(result.status());
  return result.value_or(SyncResult());
}

std::string TestDevice::NameOf(RecordId citizen) {
  const VisibleRecord* record = view().Find(citizen);
  return record == nullptr ? "(not visible)" : record->As<v1::Citizen>().name();
}

std::set<std::string> TestDevice::NamesOf(RecordId citizen) {
  std::set<std::string> names{NameOf(citizen)};
  const VisibleRecord* record = view().Find(citizen);
  if (record == nullptr) return names;
  for (const v1::FieldState& state : record->record->field_states()) {
    if (state.field() != v1::Citizen::kNameFieldNumber) continue;
    for (const v1::FieldAlternative& other : state.alternatives()) {
      v1::Citizen citizen_with_name;
      EXPECT_TRUE(citizen_with_name.ParseFromString(other.field_bytes()));
      names.insert(citizen_with_name.name());
    }
  }
  return names;
}

std::map<std::string, std::string> TestDevice::Records() {
  std::map<std::string, std::string> records;
  for (const RecordTypeInfo& type : AllRecordTypes()) {
    for (const VisibleRecord* record : view().OfType(type.type)) {
      records[KeyOf(type.name, record->id)] = record->record->SerializeAsString();
    }
  }
  return records;
}

std::map<std::string, std::string> RecordsAtBase(TestBase& base, const std::vector<Scope>& scopes) {
  std::map<std::string, std::string> records;
  for (const Scope& scope : scopes) {
    for (const RecordTypeInfo& type : AllRecordTypes()) {
      const auto stored_records = base.reader().RecordsOfType(scope, type.type).value();
      for (const StoredRecord& stored : stored_records) {
        records[KeyOf(type.name, stored.id)] = stored.record.SerializeAsString();
      }
    }
  }
  return records;
}

void ExpectSameRecords(TestBase& base, const std::vector<TestDevice*>& devices) {
  for (TestDevice* device : devices) {
    std::vector<Scope> scopes;
    for (const GrantInfo& grant : device->store().grants()) {
      if (grant.mode != v1::GRANT_MODE_WRITE_ONLY) scopes.push_back(grant.scope);
    }
    const auto expected = RecordsAtBase(base, scopes);
    const auto held = device->Records();
    EXPECT_EQ(device->store().outbox_counts().unsent, 0u) << device->peer().staff_code;
    for (const auto& [key, bytes] : expected) {
      EXPECT_TRUE(held.contains(key)) << device->peer().staff_code << " lacks " << key;
      EXPECT_TRUE(!held.contains(key) || held.at(key) == bytes)
          << device->peer().staff_code << " differs in " << key;
    }
    for (const auto& [key, bytes] : held) {
      EXPECT_TRUE(expected.contains(key))
          << device->peer().staff_code << " has what the base has not: " << key;
    }
  }
}

v1::Citizen CitizenCalled(const std::string& name) {
  v1::Citizen citizen;
  citizen.set_name(name);
  return citizen;
}

}  // namespace opgang
