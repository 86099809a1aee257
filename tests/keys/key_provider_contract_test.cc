// The contract of KeyProvider, run on every implementation. Where the machine refuses the kernel keyring the
// same stories hold with "nothing is ever remembered".
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "client-lib/src/keys/memory_key_provider.h"
#include "opgang/key_provider.h"
#include "tests/keys/dial_clock.h"

namespace opgang {
namespace {

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<KeyProvider>(Clock&)> make;
};

class KeyProviderContractTest : public ::testing::TestWithParam<Implementation> {
 protected:
  ~KeyProviderContractTest() override {
    for (const StoreId store : {amal_, jonas_}) EXPECT_TRUE(keys_->Forget(store).ok());
  }

  void Remember(StoreId store, const std::string& key, absl::Duration timeout = absl::Hours(4)) {
    const absl::Status remembered = keys_->Remember(store, SecretBytes(key), timeout);
    EXPECT_EQ(remembered.code(), keys_->available() ? absl::StatusCode::kOk : absl::StatusCode::kUnavailable);
  }
  void ExpectRemembered(StoreId store, const std::string& key) {
    const auto recalled = keys_->Recall(store);
    ASSERT_TRUE(recalled.ok()) << recalled.status();
    ASSERT_EQ(recalled->has_value(), keys_->available());
    EXPECT_TRUE(!recalled->has_value() || (*recalled)->Reveal() == key);
  }
  void ExpectNothing(StoreId store) {
    const auto recalled = keys_->Recall(store);
    ASSERT_TRUE(recalled.ok()) << recalled.status();
    EXPECT_FALSE(recalled->has_value());
  }

  DialClock clock_;
  std::unique_ptr<KeyProvider> keys_ = GetParam().make(clock_);
  const StoreId amal_ = StoreId::Make(absl::UnixEpoch(), SystemRandom());
  const StoreId jonas_ = StoreId::Make(absl::UnixEpoch(), SystemRandom());
};

TEST_P(KeyProviderContractTest, NothingIsRememberedBeforeTheFirstUnlock) { ExpectNothing(amal_); }

TEST_P(KeyProviderContractTest, ARememberedKeyIsRecalledAsOftenAsAsked) {
  Remember(amal_, "key of amal");
  ExpectRemembered(amal_, "key of amal");
  ExpectRemembered(amal_, "key of amal");
}

TEST_P(KeyProviderContractTest, KeysOfAnyBytesAndOfTheLargestSizeComeBackWhole) {
  Remember(amal_, std::string("\0\xff\n", 3));
  ExpectRemembered(amal_, std::string("\0\xff\n", 3));
  Remember(amal_, std::string(256, 'k'));
  ExpectRemembered(amal_, std::string(256, 'k'));
}

TEST_P(KeyProviderContractTest, TwoStoresOnOneTabletKeepTheirOwnKeys) {
  Remember(amal_, "key of amal");
  ExpectNothing(jonas_);
  Remember(jonas_, "key of jonas");
  ExpectRemembered(amal_, "key of amal");
  EXPECT_TRUE(keys_->Forget(amal_).ok());
  ExpectNothing(amal_);
  ExpectRemembered(jonas_, "key of jonas");
}

TEST_P(KeyProviderContractTest, TheKeyIsThereUntilItsTimeoutAndNotAtIt) {
  Remember(amal_, "key", absl::Hours(4));
  clock_.Advance(absl::Hours(4) - absl::Microseconds(1));
  ExpectRemembered(amal_, "key");
  clock_.Advance(absl::Microseconds(1));
  ExpectNothing(amal_);
}

TEST_P(KeyProviderContractTest, RememberingAgainReplacesTheKeyAndStartsTheTimeAnew) {
  Remember(amal_, "old", absl::Hours(4));
  clock_.Advance(absl::Hours(3));
  Remember(amal_, "new", absl::Hours(4));
  clock_.Advance(absl::Hours(3));
  ExpectRemembered(amal_, "new");
}

TEST_P(KeyProviderContractTest, RememberingAfterTheTimeoutWorksAgain) {
  Remember(amal_, "key", absl::Seconds(10));
  clock_.Advance(absl::Seconds(11));
  ExpectNothing(amal_);
  Remember(amal_, "key", absl::Seconds(10));
  ExpectRemembered(amal_, "key");
}

TEST_P(KeyProviderContractTest, AWallClockThatJumpsTenYearsNeitherLosesNorProlongsTheKey) {
  Remember(amal_, "key", absl::Hours(4));
  clock_.SetWall(clock_.WallNow() + absl::Hours(24 * 3650));
  ExpectRemembered(amal_, "key");
  clock_.SetWall(absl::UnixEpoch());
  ExpectRemembered(amal_, "key");
  clock_.Advance(absl::Hours(4));
  ExpectNothing(amal_);
}

TEST_P(KeyProviderContractTest, ATimeoutOfZeroOrLessForgets) {
  for (const absl::Duration none : {absl::ZeroDuration(), absl::Seconds(-5), -absl::InfiniteDuration()}) {
    Remember(amal_, "key");
    EXPECT_TRUE(keys_->Remember(amal_, SecretBytes("key"), none).ok());
    ExpectNothing(amal_);
  }
}

TEST_P(KeyProviderContractTest, AnEndlessTimeoutIsAllowed) {
  Remember(amal_, "key", absl::InfiniteDuration());
  clock_.Advance(absl::Hours(24));
  ExpectRemembered(amal_, "key");
}

TEST_P(KeyProviderContractTest, ForgettingWhatIsNotThereOrTwiceIsFine) {
  EXPECT_TRUE(keys_->Forget(amal_).ok());
  Remember(amal_, "key");
  EXPECT_TRUE(keys_->Forget(amal_).ok());
  EXPECT_TRUE(keys_->Forget(amal_).ok());
  ExpectNothing(amal_);
  Remember(amal_, "again");
  ExpectRemembered(amal_, "again");
}

INSTANTIATE_TEST_SUITE_P(
    Providers, KeyProviderContractTest,
    ::testing::Values(Implementation{"Memory",
                                     [](Clock& clock) { return std::make_unique<MemoryKeyProvider>(clock); }},
                      Implementation{"Keyring", [](Clock& clock) { return MakeKeyringKeyProvider(clock); }}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace opgang
