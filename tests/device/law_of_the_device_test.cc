// visible = confirmed records + own mutations not yet contained in them, replayed in order.
#include "core/merge/merge.h"
#include "core/records/as_sent.h"
#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

class LawOfTheDeviceTest : public DeviceTest {
 protected:
  LawOfTheDeviceTest() { Enroll(); }

  void PullPageOnly(Store& store, uint64_t after_rev) {
    ASSERT_EQ(store.sync_store().ApplyPage(base_.PageOf(base_.area_scope(), after_rev)), absl::OkStatus());
  }
};

TEST_F(LawOfTheDeviceTest, AckThenCutThenPageNoteStaysVisibleThroughout) {
  auto store = OpenUnlocked();
  Greet(*store);
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  EXPECT_TRUE(ViewOf(*store).Find(inquirer.citizen)->unsent);
  PushAll(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  EXPECT_FALSE(ViewOf(*store).Find(inquirer.citizen)->unsent);
  store.reset();  // the cut
  store = OpenUnlocked();
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  Greet(*store);
  Pull(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  store.reset();
  EXPECT_EQ(NameOf(*OpenUnlocked(), inquirer.citizen), "Amina");
}

TEST_F(LawOfTheDeviceTest, PageThenCutThenAckShowsOneValueAndNoConflict) {
  auto store = OpenUnlocked();
  Greet(*store);
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  PushAll(*store);
  Pull(*store);
  Rename(*store, inquirer.citizen, "Amina Jensen");
  const auto push = store->sync_store().NextPush(0, 1 << 20);
  const v1::Ack ack = base_.Take(*push);  // taken, but the verdict is on its way
  Pull(*store);
  const VisibleRecord* record = ViewOf(*store).Find(inquirer.citizen);
  EXPECT_EQ(record->As<v1::Citizen>().name(), "Amina Jensen");
  EXPECT_FALSE(record->unsent);  // the base has it, as the page shows
  EXPECT_TRUE(ViewOf(*store).WithAlternatives().empty());
  EXPECT_EQ(store->outbox_counts().unsent, 1u);  // but no verdict was heard
  ASSERT_TRUE(store->sync_store().ApplyAck(ack).ok());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Jensen");
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
}

// Twice: the second time its row is kept, as after somebody moved the person meanwhile.
TEST_F(LawOfTheDeviceTest, WhatTheBaseLeavesOutIsPutBackFromTheQueueAndFromTheKeptLog) {
  auto store = OpenUnlocked();
  Greet(*store);
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  const auto push = store->sync_store().NextPush(0, 1 << 20);
  ASSERT_TRUE(store->sync_store().ApplyAck(base_.Take(*push)).ok());
  v1::Page page = base_.PageOf(base_.area_scope(), 0);
  ASSERT_EQ(page.entries_size(), push->mutations_size());
  for (v1::FeedEntry& entry : *page.mutable_entries()) {
    v1::Record record;
    ASSERT_TRUE(record.ParseFromString(entry.record()));
    const auto rest = LeaveOut(entry.record(), {record.fields(), record.created().intent_id()});
    ASSERT_TRUE(rest.has_value());
    for (const v1::SealedMutation& mutation : push->mutations()) {
      v1::MutationEnvelope envelope;
      ASSERT_TRUE(envelope.ParseFromString(mutation.envelope()));
      if (envelope.record_id() == entry.record_id()) entry.set_as_sent_seq(mutation.seq());
    }
    entry.set_record(*rest);
    entry.clear_record_id();
    entry.clear_record_type();
    entry.clear_subject_id();
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(store->sync_store().ApplyPage(page), absl::OkStatus());
    const v1::Current current = base_.CurrentOf(base_.area_scope());
    ASSERT_EQ(store->sync_store().ApplyCurrent(current), absl::OkStatus());
    EXPECT_FALSE(store->sync_store().FindDifference(current)->has_value());
    EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
    EXPECT_EQ(NumberIn("queue.db", "SELECT count(*) FROM mutations WHERE state = 3"), page.entries_size());
  }
}

TEST_F(LawOfTheDeviceTest, OwnUnsentPatchStandsOnTopOfWhatTheBaseSends) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  Rename(*store, inquirer.citizen, "Amina Jensen");
  v1::Citizen other;
  other.set_note("speaks Somali");
  base_.PatchAsOther(inquirer.citizen, other, {v1::Citizen::kNoteFieldNumber}, /*having_seen=*/true);
  Greet(*store);
  Pull(*store);
  const VisibleRecord* record = ViewOf(*store).Find(inquirer.citizen);
  EXPECT_EQ(record->As<v1::Citizen>().name(), "Amina Jensen");
  EXPECT_EQ(record->As<v1::Citizen>().note(), "speaks Somali");
  EXPECT_TRUE(record->unsent);
}

TEST_F(LawOfTheDeviceTest, SameFieldChangedByTwoKeepsBothValuesSideBySide) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  base_.PatchAsOther(inquirer.citizen, CitizenNamed("Amina Hassan"), {v1::Citizen::kNameFieldNumber}, true);
  clock_.Advance(absl::Minutes(1));
  Rename(*store, inquirer.citizen, "Amina Jensen");
  Greet(*store);
  EXPECT_EQ(PushAll(*store).side_by_side, 1u);
  Pull(*store);
  ASSERT_EQ(ViewOf(*store).WithAlternatives().size(), 1u);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Jensen") << "the later one in front";
  Rename(*store, inquirer.citizen, "Amina Hassan Jensen");  // somebody who sees both decides
  Sync(*store);
  EXPECT_TRUE(ViewOf(*store).WithAlternatives().empty());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Hassan Jensen");
}

TEST_F(LawOfTheDeviceTest, PatchOfThreeOwnPatchesLosesNothingWhenSentAtOnce) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "A");
  for (const char* name : {"Am", "Ami", "Amina"}) Rename(*store, inquirer.citizen, name);
  Sync(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  EXPECT_TRUE(ViewOf(*store).WithAlternatives().empty());
}

TEST_F(LawOfTheDeviceTest, DeletedByTheBaseIsGoneAndDoesNotComeBackFromTheOverlay) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Greet(*store);
  PushAll(*store);
  base_.Delete(inquirer.citizen);
  Pull(*store);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen), nullptr);
  store.reset();
  EXPECT_EQ(ViewOf(*OpenUnlocked()).Find(inquirer.citizen), nullptr);
}

TEST_F(LawOfTheDeviceTest, AcknowledgedPatchOfADeletedRecordIsGoneWithThePageBeforeCurrent) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  const uint64_t cursor = store->sync_store().MakeHello()->cursors(0).rev();
  Rename(*store, inquirer.citizen, "Amina Jensen");
  PushAll(*store);
  base_.Delete(inquirer.citizen);
  PullPageOnly(*store, cursor);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen), nullptr);
}

TEST_F(LawOfTheDeviceTest, LaterEditThatComesFirstThroughAnotherScopeIsNotOverwrittenByOwnAcknowledgedOne) {
  const Scope group{v1::SCOPE_KIND_GROUP, *UuidFromString("0190a6e0-0000-7000-8000-000000000001")};
  v1::Grant grant = base_.grants[0];
  *grant.mutable_scope() = group.ToProto();
  base_.grants.push_back(grant);
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Greet(*store);
  PushAll(*store);
  Rename(*store, inquirer.citizen, "Amina Jensen");
  PushAll(*store);
  base_.PatchAsOther(inquirer.citizen, CitizenNamed("Amina Hassan"), {v1::Citizen::kNameFieldNumber}, true);
  v1::Page page = base_.PageOf(base_.area_scope(), 0);
  *page.mutable_scope() = group.ToProto();
  ASSERT_EQ(store->sync_store().ApplyPage(page), absl::OkStatus());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Hassan");
  EXPECT_TRUE(ViewOf(*store).WithAlternatives().empty());
}

TEST_F(LawOfTheDeviceTest, OwnUnsentDeleteHidesTheRecord) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  Bundle bundle = NewBundle();
  bundle.Delete(inquirer.inquiry, RecordTypeOf<v1::Inquiry>());
  Save(*store, bundle);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.inquiry), nullptr);
  Sync(*store);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.inquiry), nullptr);
  EXPECT_FALSE(base_.RecordOf(inquirer.inquiry).has_value());
}

TEST_F(LawOfTheDeviceTest, VerdictHeardTwiceChangesNothing) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Greet(*store);
  const auto push = store->sync_store().NextPush(0, 1 << 20);
  ASSERT_EQ(store->sync_store().ApplyAck(base_.Take(*push))->applied, 2u);
  EXPECT_EQ(store->sync_store().ApplyAck(base_.Take(*push))->applied, 0u);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
}

TEST_F(LawOfTheDeviceTest, RetryLaterAndIdReusedStayQueued) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  v1::Ack ack;
  ack.add_verdicts()->set_intent_id(inquirer.receipt.intents[0].ToBytes());
  ack.mutable_verdicts(0)->mutable_retry_later();
  ack.add_verdicts()->set_intent_id(inquirer.receipt.intents[1].ToBytes());
  ack.mutable_verdicts(1)->mutable_id_reused();
  const auto counts = store->sync_store().ApplyAck(ack);
  EXPECT_EQ(counts->retry_later, 1u);
  EXPECT_EQ(counts->id_reused, 1u);
  EXPECT_EQ(store->outbox_counts().unsent, 2u);
}

TEST_F(LawOfTheDeviceTest, CrashAfterEveryStepOfASyncLosesNothingAndDoublesNothing) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  std::vector<std::filesystem::path> moments = {CopyOfHome()};
  Greet(*store);
  moments.push_back(CopyOfHome());
  PushAll(*store);
  moments.push_back(CopyOfHome());
  PullPageOnly(*store, 0);
  moments.push_back(CopyOfHome());
  ASSERT_EQ(store->sync_store().ApplyCurrent(base_.CurrentOf(base_.area_scope())), absl::OkStatus());
  moments.push_back(CopyOfHome());
  for (const auto& moment : moments) {
    auto survivor = OpenUnlocked(moment);
    EXPECT_EQ(NameOf(*survivor, inquirer.citizen), "Amina") << moment;
    Sync(*survivor);
    EXPECT_EQ(NameOf(*survivor, inquirer.citizen), "Amina") << moment;
    EXPECT_EQ(survivor->outbox_counts().unsent, 0u) << moment;
    EXPECT_EQ(ViewOf(*survivor).OfType(RecordType::kCitizen).size(), 1u) << moment;
    EXPECT_EQ(base_.CurrentOf(base_.area_scope()).record_count(), 2u);
  }
}

TEST_F(LawOfTheDeviceTest, NearestDueTimeIsToldInHello) {
  auto store = OpenUnlocked();
  SaveInquirer(*store, "Amina");  // Wed 1 April -> by the end of Sat 4 April
  const auto hello = store->sync_store().MakeHello();
  EXPECT_EQ(hello->nearest_due_us(), absl::ToUnixMicros(EndOfLocalDay(absl::CivilDay(2026, 4, 4))));
}

TEST_F(LawOfTheDeviceTest, WriteOnlyScopeShowsWhatWasAcknowledgedUntilTheSessionLetsGoOfIt) {
  base_.grants[0].set_mode(v1::GRANT_MODE_WRITE_ONLY);
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Greet(*store);
  PushAll(*store);
  store.reset();
  store = OpenUnlocked();
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
  Greet(*store);
  EXPECT_EQ(*store->sync_store().RemoveLostScopes(), std::vector<Scope>());
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen), nullptr);
}

// The feed has one row for each record, at its latest rev: somebody else's edit puts it on a later page.
TEST_F(LawOfTheDeviceTest, NoteWhoseRecordComesOnALaterPageStaysVisibleBetweenTheTwo) {
  auto store = OpenUnlocked();
  Greet(*store);
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  PushAll(*store);
  v1::Citizen other;
  other.set_note("speaks Somali");
  base_.PatchAsOther(inquirer.citizen, other, {v1::Citizen::kNoteFieldNumber}, /*having_seen=*/true);
  v1::Page first = base_.PageOf(base_.area_scope(), 0);
  const v1::Page second = base_.PageOf(base_.area_scope(), 1);
  while (first.entries().rbegin()->rev() > 1) first.mutable_entries()->RemoveLast();
  first.set_to_rev(1);
  ASSERT_EQ(store->sync_store().ApplyPage(first), absl::OkStatus());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  ASSERT_EQ(store->sync_store().ApplyPage(second), absl::OkStatus());
  ASSERT_EQ(store->sync_store().ApplyCurrent(base_.CurrentOf(base_.area_scope())), absl::OkStatus());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen)->As<v1::Citizen>().note(), "speaks Somali");
}

}  // namespace
}  // namespace opgang
