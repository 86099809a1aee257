#include "core/rules/clock_evidence.h"
#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

class SavingTest : public DeviceTest {
 protected:
  SavingTest() { Enroll(); }

  std::optional<Refusal> RefusalFor(Store& store, const Bundle& bundle) {
    const auto receipt = store.Save(bundle);
    EXPECT_FALSE(receipt.ok());
    if (receipt.ok()) return std::nullopt;
    EXPECT_EQ(GetErrorCode(receipt.status()), ErrorCode::kRefused);
    return GetRefusal(receipt.status());
  }
};

TEST_F(SavingTest, SavedIsThereAfterACrashAtOnce) {
  auto store = Open();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  const auto crashed = CopyOfHome();  // what a power cut would leave: no close, no checkpoint
  auto reopened = OpenUnlocked(crashed);
  EXPECT_EQ(reopened->outbox_counts().unsent, 2u);
  EXPECT_EQ(NameOf(*reopened, inquirer.citizen), "Amina");
}

TEST_F(SavingTest, ReceiptNamesIntentsInOrderAndSeqsRiseWithoutGaps) {
  auto store = Open();
  EXPECT_EQ(SaveInquirer(*store, "Amina").receipt.first_seq, 1u);
  const Inquirer second = SaveInquirer(*store, "Bo");
  EXPECT_EQ(second.receipt.first_seq, 3u);
  const auto push = store->sync_store().NextPush(0, 1 << 20);
  ASSERT_EQ(push->mutations_size(), 4);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(push->mutations(i).seq(), static_cast<uint64_t>(i + 1));
  v1::MutationEnvelope third;
  ASSERT_TRUE(third.ParseFromString(push->mutations(2).envelope()));
  EXPECT_EQ(third.intent_id(), second.receipt.intents[0].ToBytes());
}

TEST_F(SavingTest, EnvelopeSaysScopeSubjectAndBundleInClear) {
  auto store = Open();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  const auto push = store->sync_store().NextPush(0, 1 << 20);
  v1::MutationEnvelope inquiry;
  ASSERT_TRUE(inquiry.ParseFromString(push->mutations(1).envelope()));
  EXPECT_EQ(inquiry.record_id(), inquirer.inquiry.ToBytes());
  EXPECT_EQ(inquiry.subject_id(), inquirer.citizen.ToBytes());
  ASSERT_EQ(inquiry.scopes_size(), 1);
  EXPECT_EQ(Scope::FromProto(inquiry.scopes(0)), base_.area_scope());  // where its citizen stands
  EXPECT_EQ(inquiry.bundle().index(), 1u);
  EXPECT_EQ(inquiry.bundle().count(), 2u);
}

TEST_F(SavingTest, StampsRiseStrictlyWhileTheWallClockFallsAndAcrossProcesses) {
  SaveInquirer(*Open(), "Amina");
  clock_.SetWall(absl::UnixEpoch());
  SaveInquirer(*Open(), "Bo");
  auto store = Open();
  PushAll(*store);
  const auto& payloads = base_.payloads();
  ASSERT_EQ(payloads.size(), 4u);
  for (size_t i = 1; i < payloads.size(); ++i) {
    const auto& before = payloads[i - 1].stamp();
    const auto& after = payloads[i].stamp();
    EXPECT_LT(std::pair(before.wall_us(), before.logical()), std::pair(after.wall_us(), after.logical()));
  }
}

TEST_F(SavingTest, EvidenceHoldsTheClocksAndTheLastBaseTime) {
  auto store = Open();
  clock_.Advance(absl::Minutes(30));
  SaveInquirer(*store, "Amina");
  PushAll(*store);
  const v1::ClockEvidence& evidence = base_.payloads()[0].evidence();
  EXPECT_EQ(evidence.captured().boottime_us(), clock_.Read().boottime_us());
  const Interval recorded =
      RecordedInterval(evidence, std::nullopt, absl::UnixEpoch(), absl::InfiniteFuture());
  EXPECT_EQ(recorded.earliest, clock_.WallNow());
  EXPECT_EQ(recorded.latest, clock_.WallNow());
}

TEST_F(SavingTest, TelephoneIsStoredInOneForm) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina", "+45 20 30 40 50");
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen)->As<v1::Citizen>().telephone(), "20304050");
}

TEST_F(SavingTest, RefusedContentSavesNothingOfItsBundle) {
  auto store = Open();
  Bundle bundle = NewBundle();
  v1::Citizen citizen = CitizenNamed("Amina");
  citizen.set_telephone("20304050");
  const RecordId id = bundle.Create(citizen, base_.area());
  v1::Inquiry inquiry = InquiryBy(id);
  inquiry.set_note("cpr 010190-1234");
  bundle.Create(inquiry);
  const auto refusal = RefusalFor(*store, bundle);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->code, v1::REFUSAL_CODE_CPR_IN_TEXT);
  EXPECT_EQ(refusal->field, static_cast<uint32_t>(v1::Inquiry::kNoteFieldNumber));
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
}

TEST_F(SavingTest, InquiryWithoutAWayBackIsRefused) {
  auto store = Open();
  Bundle bundle = NewBundle();
  bundle.Create(InquiryBy(bundle.Create(CitizenNamed("Amina"), base_.area())));
  EXPECT_EQ(RefusalFor(*store, bundle)->code, v1::REFUSAL_CODE_NO_WAY_BACK);
}

TEST_F(SavingTest, NoteOfThreeMegabytesIsRefused) {
  auto store = Open();
  Bundle bundle = NewBundle();
  v1::Citizen citizen = CitizenNamed("Amina");
  citizen.set_note(std::string(3 << 20, 'x'));
  bundle.Create(citizen, base_.area());
  EXPECT_EQ(RefusalFor(*store, bundle)->code, v1::REFUSAL_CODE_TOO_LONG);
}

TEST_F(SavingTest, SixtyFiveChangesAreNoBundle) {
  auto store = Open();
  Bundle bundle = NewBundle();
  for (int i = 0; i < 65; ++i) bundle.Create(CitizenNamed("Amina"), base_.area());
  EXPECT_EQ(RefusalFor(*store, bundle)->code, v1::REFUSAL_CODE_BAD_BUNDLE);
  EXPECT_EQ(RefusalFor(*store, NewBundle())->code, v1::REFUSAL_CODE_BAD_BUNDLE);
}

TEST_F(SavingTest, CreateWithoutAnAreaStandsWhereTheWorkerStandsElseInTheOnlyOne) {
  auto store = OpenUnlocked();
  Bundle nowhere = NewBundle();
  nowhere.Create(CitizenNamed("Amina"));
  EXPECT_EQ(GetErrorCode(store->Save(nowhere).status()), ErrorCode::kBadInput);

  Greet(*store);  // one area granted
  Bundle granted = NewBundle();
  const RecordId in_only_area = granted.Create(CitizenNamed("Amina"));
  Save(*store, granted);
  EXPECT_EQ(ViewOf(*store).Find(in_only_area)->scopes, std::vector<Scope>{base_.area_scope()});

  const AreaId elsewhere = AreaId::Make(clock_.WallNow(), SystemRandom());
  const RecordId entrance = RecordId::Make(clock_.WallNow(), SystemRandom());
  ASSERT_EQ(store->SetCurrentEntrance(entrance, elsewhere), absl::OkStatus());
  Bundle standing = NewBundle();
  const RecordId here = standing.Create(CitizenNamed("Bo"));
  Save(*store, standing);
  EXPECT_EQ(ViewOf(*store).Find(here)->scopes, std::vector<Scope>{AreaScope(elsewhere)});
}

TEST_F(SavingTest, CurrentEntranceSurvivesTheProcess) {
  const RecordId entrance = RecordId::Make(clock_.WallNow(), SystemRandom());
  ASSERT_EQ(Open()->SetCurrentEntrance(entrance, base_.area()), absl::OkStatus());
  auto store = Open();
  EXPECT_EQ(store->current_entrance(), entrance);
  EXPECT_EQ(store->current_area(), base_.area());
}

TEST_F(SavingTest, PatchSaysWhatItsAuthorSawAlsoBehindOwnUnsentPatches) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  const SaveReceipt first = Rename(*store, inquirer.citizen, "Amina J.");
  Rename(*store, inquirer.citizen, "Amina Jensen");
  PushAll(*store);
  const v1::FieldEdit& edit = base_.payloads()[3].edits(0);
  const std::set<std::string> seen(edit.seen_versions().begin(), edit.seen_versions().end());
  EXPECT_EQ(seen, (std::set<std::string>{inquirer.receipt.intents[0].ToBytes(), first.intents[0].ToBytes()}));
}

TEST_F(SavingTest, IntakeIsCompleteOnlyWithItsThreeAnswers) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  v1::Intake intake;
  intake.set_citizen_id(inquirer.citizen.ToBytes());
  intake.set_status(v1::INTAKE_STATUS_DRAFT);
  Bundle create = NewBundle();
  const RecordId id = create.Create(intake);
  Save(*store, create);

  v1::Intake complete;
  complete.set_status(v1::INTAKE_STATUS_COMPLETE);
  Bundle too_early = NewBundle();
  too_early.Patch(id, complete, {v1::Intake::kStatusFieldNumber});
  EXPECT_EQ(RefusalFor(*store, too_early)->field, static_cast<uint32_t>(v1::Intake::kProductsFieldNumber));

  v1::Intake answers;
  v1::ProductUse& use = *answers.add_products();
  use.set_product(v1::PRODUCT_CIGARETTES);
  use.set_daily_amount(20);
  answers.set_place(v1::INTAKE_PLACE_HOME);
  Bundle answered = NewBundle();
  answered.Patch(id, answers, {v1::Intake::kProductsFieldNumber, v1::Intake::kPlaceFieldNumber});
  answered.Patch(id, complete, {v1::Intake::kStatusFieldNumber});
  Save(*store, answered);
  EXPECT_EQ(ViewOf(*store).Find(id)->As<v1::Intake>().status(), v1::INTAKE_STATUS_COMPLETE);
}

TEST_F(SavingTest, WordAfterTodayIsRefusedWhereTodayIsKnownAndKeptWhereItIsNot) {
  auto store = OpenUnlocked();
  const auto asked_on = [&](int day) {
    Bundle bundle = NewBundle();
    v1::Citizen citizen = CitizenNamed("Amina");
    citizen.set_telephone("20304050");
    v1::Inquiry inquiry = InquiryBy(bundle.Create(citizen, base_.area()));
    *inquiry.mutable_asked()->mutable_date() = ToProto(absl::CivilDay(2026, 4, day));
    bundle.Create(inquiry);
    return bundle;
  };
  EXPECT_EQ(RefusalFor(*store, asked_on(2))->code, v1::REFUSAL_CODE_AFTER_RECORDING);
  Save(*store, asked_on(1));
  clock_.Reboot();  // nothing bounds the present any more, and the wall clock is not believed (I16)
  clock_.SetWall(absl::UnixEpoch());
  Save(*store, asked_on(2));
}

TEST_F(SavingTest, PushHoldsWholeBundlesAndTheKeysTheyNeed) {
  SaveInquirer(*Open(), "Amina");
  SaveInquirer(*Open(), "Bo");
  auto store = Open();
  const auto first = store->sync_store().NextPush(0, 1);  // at least one bundle, however small the room
  ASSERT_EQ(first->mutations_size(), 2);
  EXPECT_EQ(first->queue_keys_size(), 1);
  const auto second = store->sync_store().NextPush(2, 1 << 20);
  ASSERT_EQ(second->mutations_size(), 2);
  EXPECT_NE(second->queue_keys(0).queue_key_id(), first->queue_keys(0).queue_key_id());
  EXPECT_TRUE(store->sync_store().NextPush(4, 1 << 20)->mutations().empty());
}

}  // namespace
}  // namespace opgang
