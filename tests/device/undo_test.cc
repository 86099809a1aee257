#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

class UndoTest : public DeviceTest {
 protected:
  UndoTest() { Enroll(); }
};

TEST_F(UndoTest, LastSaveOfABundleIsTakenBackWhole) {
  auto store = OpenUnlocked();
  const Inquirer first = SaveInquirer(*store, "Amina");
  const Inquirer last = SaveInquirer(*store, "Bo");
  const auto undone = store->UndoLast();
  ASSERT_EQ(undone.status(), absl::OkStatus());
  EXPECT_EQ(undone->intents.size(), 2u);
  EXPECT_EQ(ViewOf(*store).Find(last.citizen), nullptr);
  EXPECT_EQ(ViewOf(*store).Find(last.inquiry), nullptr);
  EXPECT_NE(ViewOf(*store).Find(first.citizen), nullptr);
  Sync(*store);
  EXPECT_FALSE(base_.RecordOf(last.citizen).has_value());
  EXPECT_TRUE(base_.RecordOf(first.citizen).has_value());
}

TEST_F(UndoTest, SavedWhileLockedAndUndoneInTheNextProcess) {
  const Inquirer inquirer = SaveInquirer(*Open(), "Amina");
  auto store = OpenUnlocked();
  ASSERT_TRUE(store->UndoLast().ok());
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen), nullptr);
}

TEST_F(UndoTest, OnlyTheLastSaveAndOnlyOnce) {
  auto store = OpenUnlocked();
  EXPECT_EQ(GetErrorCode(store->UndoLast().status()), ErrorCode::kNotFound);
  SaveInquirer(*store, "Amina");
  SaveInquirer(*store, "Bo");
  ASSERT_TRUE(store->UndoLast().ok());
  EXPECT_EQ(GetErrorCode(store->UndoLast().status()), ErrorCode::kNotFound);
}

TEST_F(UndoTest, PatchIsSetBackAlsoAfterItWasSyncedAndTheFormerValueIsNowhereElse) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Rename(*store, inquirer.citizen, "Anima");
  Sync(*store);
  ASSERT_TRUE(store->UndoLast().ok());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  Sync(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  EXPECT_TRUE(ViewOf(*store).WithAlternatives().empty());
}

TEST_F(UndoTest, WhatSomebodyElseWroteMeanwhileStays) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Rename(*store, inquirer.citizen, "Anima");
  Sync(*store);
  base_.PatchAsOther(inquirer.citizen, CitizenNamed("Amina Hassan"), {v1::Citizen::kNameFieldNumber}, true);
  Greet(*store);
  Pull(*store);
  EXPECT_EQ(GetErrorCode(store->UndoLast().status()), ErrorCode::kNotFound);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Hassan");
}

TEST_F(UndoTest, CreateThatSomebodyElseEditedMeanwhileSurvivesTheUndo) {
  auto store = OpenUnlocked();
  Bundle bundle = NewBundle();
  const RecordId citizen = bundle.Create(CitizenNamed("Amina"), base_.area());
  Save(*store, bundle);
  Sync(*store);
  v1::Citizen note;
  note.set_note("has a dog");
  base_.PatchAsOther(citizen, note, {v1::Citizen::kNoteFieldNumber}, true);
  Greet(*store);
  Pull(*store);
  ASSERT_TRUE(store->UndoLast().ok());
  Sync(*store);
  EXPECT_TRUE(base_.RecordOf(citizen).has_value());
}

TEST_F(UndoTest, DeletedRecordComesBackWithAllItsFields) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  Bundle bundle = NewBundle();
  bundle.Delete(inquirer.inquiry, RecordTypeOf<v1::Inquiry>());
  Save(*store, bundle);
  ASSERT_EQ(store->UndoLast().status(), absl::OkStatus());
  ASSERT_NE(ViewOf(*store).Find(inquirer.inquiry), nullptr);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.inquiry)->As<v1::Inquiry>().channel(), v1::CHANNEL_DOOR);
  Sync(*store);
  ASSERT_NE(ViewOf(*store).Find(inquirer.inquiry), nullptr);
  EXPECT_TRUE(base_.RecordOf(inquirer.inquiry).has_value());
}

TEST_F(UndoTest, CorrectedAskedDateIsSetBackWithAReason) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  v1::Inquiry corrected;
  *corrected.mutable_asked()->mutable_date() = ToProto(absl::CivilDay(2026, 3, 27));
  corrected.set_correction_reason(v1::CORRECTION_REASON_WRONG_DAY_TYPED);
  Bundle bundle = NewBundle();
  bundle.Patch(inquirer.inquiry, corrected,
               {v1::Inquiry::kAskedFieldNumber, v1::Inquiry::kCorrectionReasonFieldNumber});
  Save(*store, bundle);
  ASSERT_EQ(store->UndoLast().status(), absl::OkStatus());
  const auto& inquiry = ViewOf(*store).Find(inquirer.inquiry)->As<v1::Inquiry>();
  EXPECT_FALSE(inquiry.has_asked());
  EXPECT_EQ(inquiry.correction_reason(), v1::CORRECTION_REASON_OTHER);
}

TEST_F(UndoTest, RefusedSaveIsGivenUpInsteadOfCompensated) {
  base_.refuse = [](const v1::MutationEnvelope&, const google::protobuf::Message&) {
    return std::optional(Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0});
  };
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  const auto undone = store->UndoLast();
  ASSERT_EQ(undone.status(), absl::OkStatus());
  EXPECT_TRUE(undone->intents.empty());
  EXPECT_EQ(store->outbox_counts().needs_attention, 0u);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen), nullptr);
  EXPECT_EQ(GetErrorCode(store->UndoLast().status()), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace opgang
