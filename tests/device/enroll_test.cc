#include <sys/stat.h>

#include <fstream>

#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

class EnrollTest : public DeviceTest {
 protected:
  ErrorCode EnrollError(const EnrollInput& input) {
    const absl::Status status = Device(Options({})).Enroll(input);
    EXPECT_FALSE(status.ok());
    return GetErrorCode(status);
  }
};

TEST_F(EnrollTest, InvitationBecomesTheCurrentStore) {
  Enroll();
  auto store = Open();
  EXPECT_EQ(store->info().staff_code, "amal");
  EXPECT_EQ(store->info().device_label, "tablet-3");
  EXPECT_EQ(store->info().role, Role::kOutreach);
  EXPECT_EQ(store->info().addresses, std::vector<std::string>{"127.0.0.1:7443"});
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
  EXPECT_FALSE(store->last_sync().has_value());
}

TEST_F(EnrollTest, DeviceWithoutAStoreSaysSo) {
  const auto store = Device(Options({})).OpenStore(absl::ZeroDuration());
  EXPECT_EQ(GetErrorCode(store.status()), ErrorCode::kNotEnrolled);
  EXPECT_TRUE(Device(Options({})).Stores().value().empty());
}

TEST_F(EnrollTest, TwoStaffMembersOnOneDeviceTheLastOneIsCurrent) {
  ASSERT_EQ(Device(Options({})).Enroll(MakeInvitation("amal")), absl::OkStatus());
  ASSERT_EQ(Device(Options({})).Enroll(MakeInvitation("jonas")), absl::OkStatus());
  const auto stores = Device(Options({})).Stores().value();
  ASSERT_EQ(stores.size(), 2u);
  EXPECT_EQ(stores[0].staff_code, "jonas");
  EXPECT_EQ(Open()->info().staff_code, "jonas");
}

TEST_F(EnrollTest, WrongCodeAndDamagedFileAreToldApart) {
  EnrollInput input = MakeInvitation("amal");
  EnrollInput wrong = input;
  wrong.code = MakeInvitationCode(SystemRandom());
  EXPECT_EQ(EnrollError(wrong), ErrorCode::kInvitationWrongCode);
  EnrollInput damaged = input;
  damaged.invitation_file = "not an invitation";
  EXPECT_EQ(EnrollError(damaged), ErrorCode::kInvitationDamaged);
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(EnrollTest, ShortPassphraseIsRefusedBeforeAnythingIsSent) {
  EnrollInput input = MakeInvitation("amal");
  input.passphrase = "1234567";
  EXPECT_EQ(EnrollError(input), ErrorCode::kRefused);
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(EnrollTest, LostAnswerThenSecondTryRegistersTheSameKeys) {
  const EnrollInput input = MakeInvitation("amal");
  transport_.lose_the_answer = true;
  EXPECT_EQ(EnrollError(input), ErrorCode::kNoBase);
  EXPECT_EQ(GetErrorCode(Device(Options({})).OpenStore(absl::ZeroDuration()).status()),
            ErrorCode::kNotEnrolled);
  transport_.lose_the_answer = false;
  EXPECT_EQ(Device(Options({})).Enroll(input), absl::OkStatus());
  EXPECT_EQ(OpenUnlocked()->info().staff_code, "amal");
  EXPECT_FALSE(std::filesystem::exists(home_ / "pending") && !std::filesystem::is_empty(home_ / "pending"));
}

TEST_F(EnrollTest, SecondTryMayChooseAnotherPassphrase) {
  EnrollInput input = MakeInvitation("amal");
  transport_.lose_the_answer = true;
  EXPECT_EQ(EnrollError(input), ErrorCode::kNoBase);
  transport_.lose_the_answer = false;
  input.passphrase = "another long one";
  ASSERT_EQ(Device(Options({})).Enroll(input), absl::OkStatus());
  EXPECT_EQ(Open()->Unlock("another long one", absl::Hours(4)), absl::OkStatus());
}

TEST_F(EnrollTest, ExpiredInvitationLeavesNoKeysBehind) {
  transport_.failure = MakeError(ErrorCode::kInvitationExpired, "72 hours");
  EXPECT_EQ(EnrollError(MakeInvitation("amal")), ErrorCode::kInvitationExpired);
  EXPECT_TRUE(std::filesystem::is_empty(home_ / "pending"));
}

TEST_F(EnrollTest, SameInvitationAgainKeepsTheStoreAndItsWork) {
  const EnrollInput input = MakeInvitation("amal");
  ASSERT_EQ(Device(Options({})).Enroll(input), absl::OkStatus());
  SaveInquirer(*Open(), "Amina");
  EXPECT_EQ(Device(Options({})).Enroll(input), absl::OkStatus());
  EXPECT_EQ(Open()->outbox_counts().unsent, 2u);
  EnrollInput other = input;
  other.passphrase = "not the one it has";
  EXPECT_EQ(EnrollError(other), ErrorCode::kWrongPassphrase);
}

TEST_F(EnrollTest, HalfMadeStoreDoesNotCountAndIsMadeWithTheSameKeys) {
  const EnrollInput input = MakeInvitation("amal");
  transport_.lose_the_answer = true;
  EXPECT_EQ(EnrollError(input), ErrorCode::kNoBase);
  transport_.lose_the_answer = false;
  const auto before_the_answer = CopyOfHome();
  ASSERT_EQ(Device(Options({})).Enroll(input), absl::OkStatus());
  // As if the power went before the last file: everything but store.pb, `current` and the pending key's
  // removal.
  std::filesystem::remove(StoreDirectory() / "store.pb");
  std::filesystem::remove(home_ / "current");
  std::filesystem::copy(before_the_answer / "pending", home_ / "pending",
                        std::filesystem::copy_options::recursive);
  EXPECT_TRUE(Device(Options({})).Stores().value().empty());
  EXPECT_EQ(Device(Options({})).Enroll(input), absl::OkStatus());
  EXPECT_EQ(OpenUnlocked()->outbox_counts().unsent, 0u);
}

TEST_F(EnrollTest, FilesAndDirectoriesArePrivate) {
  Enroll();
  SaveInquirer(*Open(), "Amina");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home_)) {
    struct stat info {};
    ASSERT_EQ(::stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, entry.is_directory() ? 0700u : 0600u) << entry.path();
  }
}

TEST_F(EnrollTest, HomeThatCannotBeMadeIsNotWritable) {
  std::ofstream(home_) << "a file stands where the directory should be";
  EXPECT_EQ(EnrollError(MakeInvitation("amal")), ErrorCode::kNotWritable);
}

}  // namespace
}  // namespace opgang
