#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

class LockedStoreTest : public DeviceTest {
 protected:
  LockedStoreTest() { Enroll(); }
};

TEST_F(LockedStoreTest, SavedWhileLockedThenUnlockedAndVisible) {
  Inquirer inquirer;
  {
    auto store = Open();
    ASSERT_FALSE(store->unlocked());
    inquirer = SaveInquirer(*store, "Amina");
    EXPECT_EQ(store->outbox_counts().unsent, 2u);
    EXPECT_EQ(GetErrorCode(store->view().status()), ErrorCode::kLocked);
  }
  auto store = OpenUnlocked();
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  EXPECT_TRUE(ViewOf(*store).Find(inquirer.inquiry)->unsent);
  EXPECT_EQ(ViewOf(*store).Cases(clock_.WallNow(), true).size(), 1u);
}

TEST_F(LockedStoreTest, LockedStoreHandsInWhatItCannotRead) {
  auto store = Open();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  const auto hello = store->sync_store().MakeHello();
  EXPECT_TRUE(hello->read_proof().empty());
  EXPECT_EQ(hello->unsent_count(), 2u);
  EXPECT_EQ(hello->nearest_due_us(), 0);
  EXPECT_EQ(PushAll(*store).applied, 2u);
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
  EXPECT_TRUE(base_.RecordOf(inquirer.citizen).has_value());
}

TEST_F(LockedStoreTest, LockedOutboxTellsWhatIsThereButNotWhatItSays) {
  auto store = Open();
  SaveInquirer(*store, "Amina");
  const auto items = store->Outbox().value();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].type->name, "citizen");
  EXPECT_EQ(items[0].content, nullptr);
}

TEST_F(LockedStoreTest, PatchAndUndoNeedThePassphrase) {
  auto store = Open();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Bundle patch = NewBundle();
  patch.Patch(inquirer.citizen, CitizenNamed("Amina J."), {v1::Citizen::kNameFieldNumber});
  EXPECT_EQ(GetErrorCode(store->Save(patch).status()), ErrorCode::kLocked);
  EXPECT_EQ(GetErrorCode(store->UndoLast().status()), ErrorCode::kLocked);
  EXPECT_EQ(store->outbox_counts().unsent, 2u);
}

TEST_F(LockedStoreTest, WrongPassphraseOpensNothing) {
  auto store = Open();
  EXPECT_EQ(GetErrorCode(store->Unlock("seven green floors")), ErrorCode::kWrongPassphrase);
  EXPECT_FALSE(store->unlocked());
}

TEST_F(LockedStoreTest, RememberedKeyOpensTheNextProcessUntilItIsForgottenOrTimedOut) {
  OpenUnlocked();
  EXPECT_TRUE(Open()->unlocked());
  clock_.Advance(absl::Hours(4) + absl::Seconds(1));
  EXPECT_FALSE(Open()->unlocked());
  {
    auto store = OpenUnlocked();
    EXPECT_EQ(store->Lock(), absl::OkStatus());
    EXPECT_FALSE(store->unlocked());
    EXPECT_EQ(GetErrorCode(store->view().status()), ErrorCode::kLocked);
  }
  EXPECT_FALSE(Open()->unlocked());
}

TEST_F(LockedStoreTest, ReadProofIsTheStoresOwnOverTheLastToken) {
  auto store = OpenUnlocked();
  const auto hello = store->sync_store().MakeHello();
  const auto replica = ReplicaId::FromBytes(hello->replica_id());
  ASSERT_TRUE(replica.has_value());
  const std::string& key = transport_.requests.front().proof_public_key();
  EXPECT_TRUE(CheckReadProof(key, *replica, hello->token(), hello->read_proof()));
}

TEST_F(LockedStoreTest, TwoProcessesOnOneStoreTheSecondIsToldItIsBusy) {
  auto first = Open();
  const auto second = Device(Options({})).OpenStore(absl::ZeroDuration());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(GetErrorCode(second.status()), ErrorCode::kStoreBusy);
}

TEST_F(LockedStoreTest, DisplayNamesOfGrantsAreReadableOnlyUnlocked) {
  {
    auto store = OpenUnlocked();
    Greet(*store);
    ASSERT_EQ(store->grants().size(), 1u);
    EXPECT_EQ(store->grants()[0].display_name, "Gl. Testlund");
    EXPECT_EQ(store->Lock(), absl::OkStatus());
  }
  auto store = Open();
  ASSERT_EQ(store->grants().size(), 1u);
  EXPECT_EQ(store->grants()[0].display_name, "");
  EXPECT_EQ(store->grants()[0].scope, base_.area_scope());
}

}  // namespace
}  // namespace opgang
