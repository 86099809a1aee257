// A base and a tablet as this release left them on disk, opened by this build; and what a made-up next release makes of
// their files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "client-lib/src/keys/memory_key_provider.h"
#include "client-lib/src/store/schema.h"
#include "client-lib/src/sync/sync_loop.h"
#include "core/base/error.h"
#include "core/sqlite/database.h"
#include "opgang/device.h"
#include "server/store/sqlite_base_schema.h"
#include "tests/ages/made_up_home.h"
#include "tests/support/in_process_stream.h"
#include "tests/support/test_device.h"

namespace opgang::ages {
namespace {

using nlohmann::json;

constexpr char kHowToWrite[] =
    "\n  What a released build has left on disk is not what this build reads. If nothing of this schema was "
    "ever released:"
    "\n  build/bin/ages home. Once it was: append a migration (docs/adding-a-record-type.md says where), and "
    "leave the file.";

// Nobody enrols here.
class NoEnrolment : public EnrollTransport {
  absl::StatusOr<v1::EnrollResponse> Enroll(const v1::Invitation&, const v1::EnrollRequest&) override {
    return MakeError(ErrorCode::kNoBase, "no base");
  }
};

// The stored home, copied to where it may be changed.
class Home : public testing::TestWithParam<uint32_t> {
 protected:
  Home() : directory_(MakeTestDirectory()), clock_(HomeTime() + absl::Hours(1)), keys_(clock_) {
    std::filesystem::copy(HomeDirectory(GetParam()), directory_, std::filesystem::copy_options::recursive);
    // What git does not keep.
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
      const bool folder = entry.is_directory();
      std::filesystem::permissions(entry.path(), std::filesystem::perms(folder ? 0700 : 0600));
    }
    std::ifstream(directory_ / "expected.json") >> expected_;
  }
  ~Home() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Store> OpenTablet() {
    DeviceOptions options{.home = directory_ / "tablet",
                          .clock = &clock_,
                          .random = &SystemRandom(),
                          .keys = &keys_,
                          .passphrase_cost = PassphraseCost::ForTests(),
                          .enroll = &enroll_};
    auto store = Device(options).OpenStore(absl::ZeroDuration());
    EXPECT_EQ(store.status(), absl::OkStatus()) << kHowToWrite;
    if (!store.ok()) return nullptr;
    EXPECT_EQ((*store)->Unlock(kHomePassphrase), absl::OkStatus()) << kHowToWrite;
    return *std::move(store);
  }
  std::filesystem::path StoreFile(const char* name) const {
    return std::filesystem::directory_iterator(directory_ / "tablet" / "stores")->path() / name;
  }

  const std::filesystem::path directory_;
  ManualClock clock_;
  MemoryKeyProvider keys_;
  NoEnrolment enroll_;
  json expected_;
};

TEST_P(Home, TheBaseHoldsWhatItHeld) {
  TestBase base{clock_, "", directory_ / "base"};
  ASSERT_TRUE(base.running()) << kHowToWrite;
  EXPECT_EQ(Describe(base.reader()).dump(1), expected_["base"].dump(1)) << kHowToWrite;
}

TEST_P(Home, TheTabletHoldsWhatItHeld) {
  const auto store = OpenTablet();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(Describe(*store).dump(1), expected_["tablet"].dump(1)) << kHowToWrite;
}

TEST_P(Home, TheBaseServesTheTabletAndItsWorkArrives) {
  TestBase base{clock_, "", directory_ / "base"};
  ASSERT_TRUE(base.running()) << kHowToWrite;
  const auto store = OpenTablet();
  ASSERT_NE(store, nullptr);
  InProcessDialer dialer(base, clock_, Peer{store->info().staff_code, store->info().id});
  const auto result =
      RunSync(store->sync_store(), dialer, clock_, SystemRandom(), {.attempts = 1}, [](absl::Duration) {});
  ASSERT_EQ(result.status(), absl::OkStatus()) << kHowToWrite;
  EXPECT_TRUE(result->read);
  EXPECT_EQ(result->applied, 1u);
  EXPECT_EQ(result->unsent, 0u);
  EXPECT_EQ(result->repaired + result->differing, 0u) << "its copy comes to the base's sums";
  EXPECT_EQ(Describe(base.reader())["records"].size(), expected_["base"]["records"].size() + 1);
  EXPECT_EQ(Describe(*store)["records"].size(), expected_["tablet"]["records"].size());
}

TEST_P(Home, TheSumsOfTheBaseAreThoseOfItsRows) {
  TestBase base{clock_, "", directory_ / "base"};
  ASSERT_TRUE(base.running()) << kHowToWrite;
  EXPECT_THAT(base.Check().problems, testing::ElementsAre());
}

INSTANTIATE_TEST_SUITE_P(EverySchema, Home, testing::ValuesIn(StoredHomes()));

TEST(HomeFiles, ThisSchemaHasItsHomeStored) {
  EXPECT_THAT(StoredHomes(), testing::Contains(kSchemaVersion)) << kHowToWrite;
}

}  // namespace
}  // namespace opgang::ages
