#include "tests/device/device_test_base.h"

#include <sqlite3.h>
#include <stdlib.h>

#include <fstream>
#include <sstream>

#include "core/records/registry.h"
#include "core/sealing/lease_sealing.h"
#include "server/identity/certificate_authority.h"

namespace opgang {

namespace {

const CertifiedKey& Ca() {
  static const auto* ca = new CertifiedKey(MakeCertificateAuthority(SystemRandom()).value());
  return *ca;
}

}  // namespace

absl::StatusOr<v1::EnrollResponse> FakeEnrollTransport::Enroll(const v1::Invitation& invitation,
                                                               const v1::EnrollRequest& request) {
  if (!failure.ok()) return failure;
  for (const v1::EnrollRequest& before : requests) {
    const bool same_invitation = before.invitation_id() == request.invitation_id();
    if (same_invitation &&
        RequestedKey(before.certificate_request()) != RequestedKey(request.certificate_request())) {
      return MakeError(ErrorCode::kInvitationUsed, "other keys");
    }
  }
  requests.push_back(request);
  if (lose_the_answer) return MakeError(ErrorCode::kNoBase, "cut");
  v1::EnrollResponse response;
  response.set_base_us(absl::ToUnixMicros(clock_.WallNow()));
  const PeerIdentity amal{invitation.staff_code(), StoreId::FromBytes(invitation.store_id()).value()};
  const auto certificate = CertifyStore(Ca(), amal, request.certificate_request(), SystemRandom());
  if (!certificate.ok()) return certificate.status();
  response.set_certificate_pem(*certificate);
  // What becomes of a lease has tests of its own.
  response.mutable_lease()->set_share(std::string(kLeaseShareSize, 's'));
  response.mutable_lease()->set_until_us(absl::ToUnixMicros(clock_.WallNow() + lease_lasts));
  return response;
}

// Wednesday 1 April 2026, noon in Copenhagen.
DeviceTest::DeviceTest()
    : clock_(absl::FromCivil(absl::CivilSecond(2026, 4, 1, 12, 0, 0), CopenhagenTime())),
      base_(clock_),
      keys_(clock_),
      transport_(clock_) {
  std::string pattern = testing::TempDir() + "/opgang-device-XXXXXX";
  root_ = ::mkdtemp(pattern.data());
  home_ = root_ / "home";
}

DeviceTest::~DeviceTest() { std::filesystem::remove_all(root_); }

DeviceOptions DeviceTest::Options(std::filesystem::path home) {
  return DeviceOptions{.home = home.empty() ? home_ : std::move(home),
                       .clock = &clock_,
                       .random = &SystemRandom(),
                       .keys = &keys_,
                       .passphrase_cost = PassphraseCost::ForTests(),
                       .enroll = &transport_,
                       .vfs = vfs_};
}

EnrollInput DeviceTest::MakeInvitation(const std::string& staff_code) {
  v1::Invitation invitation;
  invitation.set_invitation_id(SystemRandom().Bytes(16));
  invitation.add_addresses("127.0.0.1:7443");
  invitation.set_base_public_key(base_.public_key());
  invitation.set_store_id(SystemRandom().Bytes(16));
  invitation.set_replica_id(SystemRandom().Bytes(16));
  invitation.set_first_token(SystemRandom().Bytes(32));
  invitation.set_staff_code(staff_code);
  invitation.set_device_label("tablet-3");
  invitation.set_role("outreach");
  const std::string code = MakeInvitationCode(SystemRandom());
  const std::string normal = NormalizeInvitationCode(code).value();
  return {SealInvitation(invitation.SerializeAsString(), normal, PassphraseCost::ForTests(), SystemRandom()),
          code, kPassphrase};
}

void DeviceTest::Enroll() { ASSERT_EQ(Device(Options({})).Enroll(MakeInvitation("amal")), absl::OkStatus()); }

std::unique_ptr<Store> DeviceTest::Open(std::filesystem::path home) {
  auto store = Device(Options(std::move(home))).OpenStore(absl::ZeroDuration());
  EXPECT_EQ(store.status(), absl::OkStatus());
  return store.ok() ? *std::move(store) : nullptr;
}

std::unique_ptr<Store> DeviceTest::OpenUnlocked(std::filesystem::path home) {
  auto store = Open(std::move(home));
  EXPECT_TRUE(store != nullptr && store->Unlock(kPassphrase).ok());
  return store;
}

const View& DeviceTest::ViewOf(Store& store) {
  const auto view = store.view();
  EXPECT_EQ(view.status(), absl::OkStatus());
  return **view;
}

void DeviceTest::Greet(Store& store) {
  const v1::ClockReading sent = clock_.Read();
  clock_.Advance(absl::Milliseconds(40));
  EXPECT_EQ(store.sync_store().ApplyWelcome(base_.Welcome(), sent, clock_.Read()), absl::OkStatus());
}

VerdictCounts DeviceTest::PushAll(Store& store) {
  VerdictCounts counts;
  uint64_t after = 0;
  for (;;) {
    const auto push = store.sync_store().NextPush(after, 64 * 1024);
    EXPECT_EQ(push.status(), absl::OkStatus());
    if (!push.ok() || push->mutations().empty()) return counts;
    after = push->mutations().rbegin()->seq();
    const auto some = store.sync_store().ApplyAck(base_.Take(*push));
    EXPECT_EQ(some.status(), absl::OkStatus());
    counts.applied += some->applied;
    counts.refused += some->refused;
    counts.side_by_side += some->side_by_side;
  }
}

void DeviceTest::Pull(Store& store) {
  const auto hello = store.sync_store().MakeHello();
  ASSERT_EQ(hello.status(), absl::OkStatus());
  for (const v1::Grant& grant : base_.grants) {
    const Scope scope = *Scope::FromProto(grant.scope());
    uint64_t rev = 0;
    for (const v1::Cursor& cursor : hello->cursors()) {
      if (Scope::FromProto(cursor.scope()) == scope) rev = cursor.rev();
    }
    ASSERT_EQ(store.sync_store().ApplyPage(base_.PageOf(scope, rev)), absl::OkStatus());
    const v1::Current current = base_.CurrentOf(scope);
    ASSERT_EQ(store.sync_store().ApplyCurrent(current), absl::OkStatus());
    const auto difference = store.sync_store().FindDifference(current);
    ASSERT_EQ(difference.status(), absl::OkStatus());
    if (difference->has_value()) Repair(store, scope);
    EXPECT_FALSE(store.sync_store().FindDifference(current)->has_value());
  }
}

void DeviceTest::Repair(Store& store, const Scope& scope) {
  for (const v1::LeafContent& leaf : base_.LeavesOf(scope)) {
    const auto repaired = store.sync_store().ApplyLeafContent(leaf);
    ASSERT_EQ(repaired.status(), absl::OkStatus());
    repaired_ += *repaired;
  }
}

void DeviceTest::Sync(Store& store) {
  Greet(store);
  PushAll(store);
  Pull(store);
}

SaveReceipt DeviceTest::Save(Store& store, const Bundle& bundle) {
  const auto receipt = store.Save(bundle);
  EXPECT_EQ(receipt.status(), absl::OkStatus());
  return receipt.value_or(SaveReceipt());
}

Inquirer DeviceTest::SaveInquirer(Store& store, const std::string& name, const std::string& telephone) {
  v1::Citizen citizen = CitizenNamed(name);
  citizen.set_telephone(telephone);
  Bundle bundle = NewBundle();
  Inquirer inquirer;
  inquirer.citizen = bundle.Create(citizen, base_.area());
  inquirer.inquiry = bundle.Create(InquiryBy(inquirer.citizen));
  inquirer.receipt = Save(store, bundle);
  return inquirer;
}

SaveReceipt DeviceTest::Rename(Store& store, RecordId citizen, const std::string& name) {
  Bundle bundle = NewBundle();
  bundle.Patch(citizen, CitizenNamed(name), {v1::Citizen::kNameFieldNumber});
  return Save(store, bundle);
}

std::string DeviceTest::NameOf(Store& store, RecordId citizen) {
  const VisibleRecord* record = ViewOf(store).Find(citizen);
  return record == nullptr ? "(not visible)" : record->As<v1::Citizen>().name();
}

std::filesystem::path DeviceTest::StoreDirectory(std::filesystem::path home) {
  if (home.empty()) home = home_;
  return std::filesystem::directory_iterator(home / "stores")->path();
}

std::filesystem::path DeviceTest::CopyOfHome() {
  const std::filesystem::path copy = root_ / ("copy-" + std::to_string(++copies_));
  std::filesystem::copy(home_, copy, std::filesystem::copy_options::recursive);
  return copy;
}

int64_t DeviceTest::NumberIn(const char* file, const std::string& sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open((StoreDirectory() / file).c_str(), &db), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
  const int64_t value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return value;
}

std::string DeviceTest::AllBytes() {
  std::stringstream all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home_)) {
    if (entry.is_regular_file() && entry.file_size() > 0)
      all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
  }
  return all.str();
}

v1::Citizen CitizenNamed(const std::string& name) {
  v1::Citizen citizen;
  citizen.set_name(name);
  return citizen;
}

v1::Inquiry InquiryBy(RecordId citizen) {
  v1::Inquiry inquiry;
  inquiry.set_citizen_id(citizen.ToBytes());
  inquiry.set_channel(v1::CHANNEL_DOOR);
  return inquiry;
}

}  // namespace opgang
