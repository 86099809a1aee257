// What the base refuses stays with the worker: seen, fixed or withdrawn, never lost.
#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

class RefusedTest : public DeviceTest {
 protected:
  RefusedTest() {
    Enroll();
    base_.refuse = [](const v1::MutationEnvelope&,
                      const google::protobuf::Message& content) -> std::optional<Refusal> {
      const auto* citizen = dynamic_cast<const v1::Citizen*>(&content);
      if (citizen == nullptr || citizen->name() != "Poison") return std::nullopt;
      return Refusal{v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Citizen::kNameFieldNumber};
    };
  }
  static v1::Citizen Cured() {
    v1::Citizen citizen = CitizenNamed("Cured");
    citizen.set_telephone("20304050");
    return citizen;
  }
};

TEST_F(RefusedTest, OnePoisonedAmongFiveHundredDelaysNoOther) {
  auto store = OpenUnlocked();
  for (int i = 0; i < 500; ++i) {
    Bundle bundle = NewBundle();
    bundle.Create(CitizenNamed(i == 250 ? "Poison" : "Amina"), base_.area());
    Save(*store, bundle);
  }
  Greet(*store);
  const VerdictCounts counts = PushAll(*store);
  EXPECT_EQ(counts.applied, 499u);
  EXPECT_EQ(counts.refused, 1u);
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
  EXPECT_EQ(store->outbox_counts().needs_attention, 1u);
}

TEST_F(RefusedTest, RefusedIsListedWithFieldAndContentAndStaysInTheView) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Poison");
  Sync(*store);
  const auto items = store->Outbox().value();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].state, OutboxState::kNeedsAttention);
  EXPECT_EQ(items[0].refusal, (Refusal{v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Citizen::kNameFieldNumber}));
  EXPECT_EQ(static_cast<const v1::Citizen&>(*items[0].content).name(), "Poison");
  EXPECT_EQ(items[1].refusal->code, v1::REFUSAL_CODE_BUNDLE_PARTNER);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Poison");
  EXPECT_TRUE(ViewOf(*store).Find(inquirer.citizen)->needs_attention);
  EXPECT_FALSE(ViewOf(*store).Find(inquirer.citizen)->unsent);
}

TEST_F(RefusedTest, FixSendsTheWholeBundleAgainUnderNewIntents) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Poison");
  Sync(*store);
  const auto fixed = store->Fix(inquirer.receipt.intents[0], Cured());
  ASSERT_EQ(fixed.status(), absl::OkStatus());
  EXPECT_EQ(fixed->intents.size(), 2u);
  EXPECT_EQ(store->outbox_counts().needs_attention, 0u);
  EXPECT_EQ(store->outbox_counts().unsent, 2u);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Cured");
  EXPECT_FALSE(ViewOf(*store).Find(inquirer.citizen)->needs_attention);
  Sync(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Cured");
  EXPECT_TRUE(base_.RecordOf(inquirer.inquiry).has_value());
  EXPECT_EQ(base_.payloads()[2].replaces_intent_id(), inquirer.receipt.intents[0].ToBytes());
  EXPECT_EQ(base_.payloads()[3].replaces_intent_id(), inquirer.receipt.intents[1].ToBytes());
}

TEST_F(RefusedTest, FixOfThePartnerOnlyIsRefusedAgainByTheBaseAndComesBack) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Poison");
  Sync(*store);
  v1::Inquiry inquiry = InquiryBy(inquirer.citizen);
  inquiry.set_slip_number("17");
  ASSERT_TRUE(store->Fix(inquirer.receipt.intents[1], inquiry).ok());
  Sync(*store);
  EXPECT_EQ(store->outbox_counts().needs_attention, 2u);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.inquiry)->As<v1::Inquiry>().slip_number(), "17");
}

TEST_F(RefusedTest, PatchThatWaitedForARefusedCreateIsSentAlongWithTheFix) {
  auto store = OpenUnlocked();
  Bundle bundle = NewBundle();
  const RecordId citizen = bundle.Create(CitizenNamed("Poison"), base_.area());
  const SaveReceipt created = Save(*store, bundle);
  v1::Citizen note;
  note.set_note("second door");
  Bundle patch = NewBundle();
  patch.Patch(citizen, note, {v1::Citizen::kNoteFieldNumber});
  const SaveReceipt patched = Save(*store, patch);
  v1::Ack ack;
  ack.add_verdicts()->set_intent_id(created.intents[0].ToBytes());
  ack.mutable_verdicts(0)->mutable_quarantined()->set_code(v1::REFUSAL_CODE_OUT_OF_RANGE);
  ack.add_verdicts()->set_intent_id(patched.intents[0].ToBytes());
  ack.mutable_verdicts(1)->mutable_quarantined()->set_code(v1::REFUSAL_CODE_CREATE_QUARANTINED);
  ASSERT_TRUE(store->sync_store().ApplyAck(ack).ok());

  ASSERT_EQ(store->Fix(created.intents[0], Cured()).status(), absl::OkStatus());
  EXPECT_EQ(store->outbox_counts().needs_attention, 0u);
  Sync(*store);
  const VisibleRecord* record = ViewOf(*store).Find(citizen);
  EXPECT_EQ(record->As<v1::Citizen>().name(), "Cured");
  EXPECT_EQ(record->As<v1::Citizen>().note(), "second door");
}

TEST_F(RefusedTest, BundleThatWaitedForARefusedCreateIsSentAlongWhole) {
  auto store = OpenUnlocked();
  Bundle create = NewBundle();
  const RecordId citizen = create.Create(CitizenNamed("Poison"), base_.area());
  const SaveReceipt created = Save(*store, create);
  v1::Citizen note;
  note.set_note("second door");
  Bundle together = NewBundle();
  together.Patch(citizen, note, {v1::Citizen::kNoteFieldNumber});
  v1::Inquiry asks = InquiryBy(citizen);
  asks.set_slip_number("17");
  const RecordId inquiry = together.Create(asks, base_.area());
  const SaveReceipt waiting = Save(*store, together);
  v1::Ack ack;
  const auto refuse = [&](const IntentId& intent, v1::RefusalCode code) {
    v1::Verdict& verdict = *ack.add_verdicts();
    verdict.set_intent_id(intent.ToBytes());
    verdict.mutable_quarantined()->set_code(code);
  };
  refuse(created.intents[0], v1::REFUSAL_CODE_OUT_OF_RANGE);
  refuse(waiting.intents[0], v1::REFUSAL_CODE_CREATE_QUARANTINED);
  refuse(waiting.intents[1], v1::REFUSAL_CODE_BUNDLE_PARTNER);
  ASSERT_TRUE(store->sync_store().ApplyAck(ack).ok());

  const auto fixed = store->Fix(created.intents[0], Cured());
  ASSERT_EQ(fixed.status(), absl::OkStatus());
  EXPECT_EQ(fixed->intents.size(), 3u);
  EXPECT_EQ(store->outbox_counts().needs_attention, 0u);
  Sync(*store);
  EXPECT_EQ(NameOf(*store, citizen), "Cured");
  EXPECT_TRUE(base_.RecordOf(inquiry).has_value());
}

TEST_F(RefusedTest, RefusedPatchShowsUntilItIsWithdrawnThenTheConfirmedValueStands) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  const SaveReceipt poisoned = Rename(*store, inquirer.citizen, "Poison");
  Sync(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Poison");
  ASSERT_EQ(store->Withdraw(poisoned.intents[0]), absl::OkStatus());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  EXPECT_EQ(store->outbox_counts().needs_attention, 0u);
  EXPECT_EQ(GetErrorCode(store->Withdraw(poisoned.intents[0])), ErrorCode::kNotFound);
  store.reset();
  EXPECT_EQ(NameOf(*OpenUnlocked(), inquirer.citizen), "Amina");
}

TEST_F(RefusedTest, FixOfAPatchAppliesWithoutAConflict) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  const SaveReceipt poisoned = Rename(*store, inquirer.citizen, "Poison");
  Sync(*store);
  ASSERT_EQ(store->Fix(poisoned.intents[0], CitizenNamed("Amina J.")).status(), absl::OkStatus());
  Sync(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina J.");
  EXPECT_TRUE(ViewOf(*store).WithAlternatives().empty());
}

TEST_F(RefusedTest, WithdrawingWorksOnALockedStore) {
  auto store = Open();
  const Inquirer inquirer = SaveInquirer(*store, "Poison");
  PushAll(*store);
  ASSERT_EQ(store->outbox_counts().needs_attention, 2u);
  EXPECT_EQ(GetErrorCode(store->Fix(inquirer.receipt.intents[0], Cured()).status()), ErrorCode::kLocked);
  EXPECT_EQ(store->Withdraw(inquirer.receipt.intents[0]), absl::OkStatus());
  EXPECT_EQ(store->outbox_counts().needs_attention, 0u);
}

TEST_F(RefusedTest, ReplayedByAPersonAtTheBaseNeedsAttentionNoLonger) {
  auto store = OpenUnlocked();
  Bundle bundle = NewBundle();
  const RecordId citizen = bundle.Create(CitizenNamed("Poison"), base_.area());
  const SaveReceipt receipt = Save(*store, bundle);
  Sync(*store);
  ASSERT_EQ(store->outbox_counts().needs_attention, 1u);
  base_.Replay(receipt.intents[0].ToBytes());
  Sync(*store);
  EXPECT_EQ(store->outbox_counts().needs_attention, 0u);
  EXPECT_FALSE(ViewOf(*store).Find(citizen)->needs_attention);
}

TEST_F(RefusedTest, CorrectionThatIsItselfUnsoundIsRefusedAtCaptureAndNothingChanges) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Poison");
  Sync(*store);
  v1::Citizen worse = CitizenNamed("Cured");
  worse.set_telephone("12");
  const auto fixed = store->Fix(inquirer.receipt.intents[0], worse);
  EXPECT_EQ(GetErrorCode(fixed.status()), ErrorCode::kRefused);
  EXPECT_EQ(store->outbox_counts().needs_attention, 2u);
  EXPECT_EQ(GetErrorCode(store->Fix(IntentId(), worse).status()), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace opgang
