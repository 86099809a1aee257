// What changes from outside: grants, resets, erasures, another replica id, another history of the base.
#include "tests/device/device_test_base.h"

namespace opgang {
namespace {

class ScopesAndEpochsTest : public DeviceTest {
 protected:
  ScopesAndEpochsTest() { Enroll(); }
};

TEST_F(ScopesAndEpochsTest, ResetSweepsWhatTheBaseNamesNoLonger) {
  auto store = OpenUnlocked();
  const Inquirer gone = SaveInquirer(*store, "Gone");
  const Inquirer stays = SaveInquirer(*store, "Stays");
  Sync(*store);
  base_.Delete(gone.citizen);
  base_.Delete(gone.inquiry);
  Greet(*store);
  ASSERT_EQ(store->sync_store().ApplyPage(base_.PageOf(base_.area_scope(), 0)), absl::OkStatus());
  EXPECT_NE(ViewOf(*store).Find(gone.citizen), nullptr);  // until Current says that all was named
  store.reset();
  store = OpenUnlocked();  // the sweep outlives the process
  ASSERT_EQ(store->sync_store().ApplyCurrent(base_.CurrentOf(base_.area_scope())), absl::OkStatus());
  EXPECT_EQ(ViewOf(*store).Find(gone.citizen), nullptr);
  EXPECT_EQ(NameOf(*store, stays.citizen), "Stays");
}

TEST_F(ScopesAndEpochsTest, RecordInTwoScopesStaysUntilItHasLeftTheLast) {
  const Scope group{v1::SCOPE_KIND_GROUP, *UuidFromString("0190a6e0-0000-7000-8000-000000000001")};
  v1::Grant grant = base_.grants[0];
  *grant.mutable_scope() = group.ToProto();
  base_.grants.push_back(grant);
  auto store = OpenUnlocked();
  Greet(*store);
  const RecordId citizen = RecordId::Make(clock_.WallNow(), SystemRandom());
  base_.Put(CitizenNamed("Amina"), citizen, citizen.ToBytes());
  v1::Page page = base_.PageOf(base_.area_scope(), 0);
  ASSERT_EQ(store->sync_store().ApplyPage(page), absl::OkStatus());
  *page.mutable_scope() = group.ToProto();
  ASSERT_EQ(store->sync_store().ApplyPage(page), absl::OkStatus());
  EXPECT_EQ(ViewOf(*store).Find(citizen)->scopes.size(), 2u);

  v1::Current current = base_.CurrentOf(base_.area_scope());
  ASSERT_EQ(store->sync_store().ApplyCurrent(current), absl::OkStatus());
  page.set_reset(false);
  page.mutable_entries(0)->set_change(v1::FEED_CHANGE_LEAVE);
  ASSERT_EQ(store->sync_store().ApplyPage(page), absl::OkStatus());
  EXPECT_NE(ViewOf(*store).Find(citizen), nullptr);
  *page.mutable_scope() = base_.area_scope().ToProto();
  ASSERT_EQ(store->sync_store().ApplyPage(page), absl::OkStatus());
  EXPECT_NE(ViewOf(*store).Find(citizen), nullptr)
      << "the group is not Current: it might be on its way there";
  *current.mutable_scope() = group.ToProto();
  ASSERT_EQ(store->sync_store().ApplyCurrent(current), absl::OkStatus());
  EXPECT_EQ(ViewOf(*store).Find(citizen), nullptr);
}

TEST_F(ScopesAndEpochsTest, WhatWentOnThroughASecondScopeStaysUntilTheThirdHasBroughtIt) {
  const Scope second{v1::SCOPE_KIND_GROUP, *UuidFromString("0190a6e0-0000-7000-8000-000000000001")};
  const Scope third{v1::SCOPE_KIND_GROUP, *UuidFromString("0190a6e0-0000-7000-8000-000000000002")};
  for (const Scope& scope : {second, third}) {
    v1::Grant grant = base_.grants[0];
    *grant.mutable_scope() = scope.ToProto();
    base_.grants.push_back(grant);
  }
  auto store = OpenUnlocked();
  Greet(*store);
  const RecordId citizen = RecordId::Make(clock_.WallNow(), SystemRandom());
  base_.Put(CitizenNamed("Amina"), citizen, citizen.ToBytes());
  v1::Page page = base_.PageOf(base_.area_scope(), 0);
  ASSERT_EQ(store->sync_store().ApplyPage(page), absl::OkStatus());
  const v1::Page whole = page;
  const uint64_t put = page.to_rev();
  const auto apply = [&](const Scope& scope, v1::FeedChange change, uint64_t rev, uint64_t to) {
    page = whole;
    page.set_reset(false);
    *page.mutable_scope() = scope.ToProto();
    page.mutable_entries(0)->set_change(change);
    page.mutable_entries(0)->set_rev(rev);
    page.set_to_rev(to);
    ASSERT_EQ(store->sync_store().ApplyPage(page), absl::OkStatus());
  };
  const auto become_current = [&](const Scope& scope, uint64_t rev) {
    v1::Current current = base_.CurrentOf(base_.area_scope());
    *current.mutable_scope() = scope.ToProto();
    current.set_rev(rev);
    static_cast<void>(store->sync_store().ApplyCurrent(current));  // its sums are not the point
  };
  become_current(base_.area_scope(), put);
  become_current(third, put + 3);

  // It went to the second scope at put + 2 and on to the third at put + 6; the second tells first.
  apply(second, v1::FEED_CHANGE_LEAVE, put + 6, put + 8);
  become_current(second, put + 8);
  apply(base_.area_scope(), v1::FEED_CHANGE_LEAVE, put + 2, put + 10);
  become_current(base_.area_scope(), put + 10);
  EXPECT_NE(ViewOf(*store).Find(citizen), nullptr);

  apply(third, v1::FEED_CHANGE_PUT, put + 6, put + 10);
  become_current(third, put + 10);
  ASSERT_NE(ViewOf(*store).Find(citizen), nullptr);
  EXPECT_EQ(ViewOf(*store).Find(citizen)->scopes, std::vector<Scope>{third});
}

TEST_F(ScopesAndEpochsTest, HowFarScopesHaveComeIsWrittenDownOnceForAllOfThem) {
  const Scope group{v1::SCOPE_KIND_GROUP, *UuidFromString("0190a6e0-0000-7000-8000-000000000001")};
  v1::Grant grant = base_.grants[0];
  *grant.mutable_scope() = group.ToProto();
  base_.grants.push_back(grant);
  const auto become_current = [&](Store& store, const Scope& scope, uint64_t rev) {
    v1::Current current = base_.CurrentOf(base_.area_scope());
    *current.mutable_scope() = scope.ToProto();
    current.set_rev(rev);
    ASSERT_EQ(store.sync_store().ApplyCurrent(current), absl::OkStatus());
  };
  auto store = OpenUnlocked();
  Greet(*store);
  for (const Scope& scope : {base_.area_scope(), group}) become_current(*store, scope, 5);
  const auto told = [&] {
    store.reset();  // what the next process knows
    store = OpenUnlocked();
    Greet(*store);
    const v1::Hello hello = store->sync_store().MakeHello().value();
    std::vector<uint64_t> revs;
    for (const v1::Cursor& cursor : hello.cursors()) revs.push_back(cursor.rev());
    return revs;
  };
  EXPECT_EQ(told(), (std::vector<uint64_t>{5, 5}));
  become_current(*store, group, 9);
  EXPECT_EQ(told(), (std::vector<uint64_t>{5, 5})) << "the area has not come as far";
  become_current(*store, group, 9);
  become_current(*store, base_.area_scope(), 9);
  EXPECT_EQ(told(), (std::vector<uint64_t>{9, 9}));
}

TEST_F(ScopesAndEpochsTest, OlderPageOfASecondScopeDoesNotTakeTheRecordBack) {
  const Scope group{v1::SCOPE_KIND_GROUP, *UuidFromString("0190a6e0-0000-7000-8000-000000000001")};
  auto store = OpenUnlocked();
  Greet(*store);
  const RecordId citizen = RecordId::Make(clock_.WallNow(), SystemRandom());
  base_.Put(CitizenNamed("Amina"), citizen, citizen.ToBytes());
  v1::Page older = base_.PageOf(base_.area_scope(), 0);
  *older.mutable_scope() = group.ToProto();
  base_.PatchAsOther(citizen, CitizenNamed("Amina Hassan"), {v1::Citizen::kNameFieldNumber}, true);
  ASSERT_EQ(store->sync_store().ApplyPage(base_.PageOf(base_.area_scope(), 0)), absl::OkStatus());
  ASSERT_EQ(store->sync_store().ApplyPage(older), absl::OkStatus());
  EXPECT_EQ(NameOf(*store, citizen), "Amina Hassan");
  EXPECT_EQ(ViewOf(*store).Find(citizen)->scopes.size(), 2u);
}

TEST_F(ScopesAndEpochsTest, LostScopeGoesWithItsRecordsOnceWhatWaitedThereIsAnswered) {
  auto store = OpenUnlocked();
  const Inquirer confirmed = SaveInquirer(*store, "Amina");
  Sync(*store);
  const Inquirer unsent = SaveInquirer(*store, "Bo");
  base_.grants.clear();
  Greet(*store);
  EXPECT_EQ(*store->sync_store().RemoveLostScopes(), std::vector<Scope>());
  EXPECT_EQ(NameOf(*store, confirmed.citizen), "Amina");
  EXPECT_EQ(NameOf(*store, unsent.citizen), "Bo");
  PushAll(*store);
  EXPECT_EQ(*store->sync_store().RemoveLostScopes(), std::vector{base_.area_scope()});
  EXPECT_EQ(ViewOf(*store).Find(confirmed.citizen), nullptr);
  EXPECT_EQ(ViewOf(*store).Find(unsent.citizen), nullptr);
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
  EXPECT_EQ(store->sync_store().MakeHello()->cursors_size(), 0);
  EXPECT_EQ(GetErrorCode(store->UndoLast().status()), ErrorCode::kNotFound);
  store.reset();
  EXPECT_EQ(ViewOf(*OpenUnlocked()).Find(confirmed.citizen), nullptr);
}

TEST_F(ScopesAndEpochsTest, AcknowledgedWorkInALostScopeIsShownNoLonger) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Greet(*store);
  PushAll(*store);
  base_.grants.clear();
  Greet(*store);
  ASSERT_TRUE(store->sync_store().RemoveLostScopes().ok());
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen), nullptr);
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
}

TEST_F(ScopesAndEpochsTest, WelcomeWithoutReadingTakesNoGrantAway) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  v1::Welcome welcome = base_.Welcome();
  welcome.clear_grants();
  welcome.set_reading(false);
  ASSERT_EQ(store->sync_store().ApplyWelcome(welcome, clock_.Read(), clock_.Read()), absl::OkStatus());
  EXPECT_EQ(store->grants().size(), 1u);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
}

TEST_F(ScopesAndEpochsTest, ErasedPersonIsGoneFromBothFilesAndDoesNotComeBack) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  v1::Inquiry slip;
  slip.set_slip_number("17");
  Bundle patch = NewBundle();
  patch.Patch(inquirer.inquiry, slip, {v1::Inquiry::kSlipNumberFieldNumber});
  Save(*store, patch);
  base_.Erase(inquirer.citizen);
  Greet(*store);
  Pull(*store);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen), nullptr);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.inquiry), nullptr);
  EXPECT_EQ(repaired_, 0u) << "by the page itself, not by the repair that comes behind it";
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
  EXPECT_EQ(GetErrorCode(store->UndoLast().status()), ErrorCode::kNotFound);
  store.reset();
  EXPECT_EQ(AllBytes().find(inquirer.inquiry.ToBytes()), std::string::npos);
}

TEST_F(ScopesAndEpochsTest, ErasedVerdictRemovesTheMutation) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  v1::Ack ack;
  for (const IntentId& intent : inquirer.receipt.intents) {
    ack.add_verdicts()->set_intent_id(intent.ToBytes());
    ack.mutable_verdicts()->rbegin()->mutable_erased();
  }
  ASSERT_TRUE(store->sync_store().ApplyAck(ack).ok());
  EXPECT_EQ(store->outbox_counts().unsent, 0u);
  EXPECT_EQ(ViewOf(*store).Find(inquirer.citizen), nullptr);
}

TEST_F(ScopesAndEpochsTest, AnotherReplicaRenumbersFromOneAndKeepsTheIntents) {
  auto store = OpenUnlocked();
  SaveInquirer(*store, "Amina");
  Sync(*store);
  const Inquirer second = SaveInquirer(*store, "Bo");
  const ReplicaId replica = ReplicaId::Make(clock_.WallNow(), SystemRandom());
  ASSERT_EQ(store->sync_store().BecomeReplica(replica), absl::OkStatus());
  const auto push = store->sync_store().NextPush(0, 1 << 20);
  ASSERT_EQ(push->mutations_size(), 2);
  EXPECT_EQ(push->mutations(0).seq(), 1u);
  EXPECT_EQ(push->mutations(1).seq(), 2u);
  v1::MutationEnvelope envelope;
  ASSERT_TRUE(envelope.ParseFromString(push->mutations(0).envelope()));
  EXPECT_EQ(envelope.intent_id(), second.receipt.intents[0].ToBytes());
  EXPECT_EQ(store->sync_store().MakeHello()->replica_id(), replica.ToBytes());
  EXPECT_EQ(SaveInquirer(*store, "Cem").receipt.first_seq, 3u);
  store.reset();
  EXPECT_EQ(Open()->outbox_counts().unsent, 4u);
}

TEST_F(ScopesAndEpochsTest, BaseRestoredFromAnEmptyBackupIsHealedByTheDevice) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Rename(*store, inquirer.citizen, "Amina Jensen");
  Sync(*store);
  store.reset();
  base_.LoseEverything();
  store = OpenUnlocked();
  Greet(*store);
  EXPECT_EQ(store->outbox_counts().unsent, 3u);
  EXPECT_EQ(store->sync_store().MakeHello()->cursors_size(), 0);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Jensen");
  PushAll(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Jensen");
  Pull(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Jensen");
  EXPECT_TRUE(ViewOf(*store).WithAlternatives().empty());
  EXPECT_TRUE(base_.RecordOf(inquirer.inquiry).has_value());
}

TEST_F(ScopesAndEpochsTest, NewWorkAfterARestoreIsNotHiddenByAHigherRevOfTheOldHistory) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  for (int i = 0; i < 20; ++i) {  // somebody else's work, which this device cannot hand in again
    base_.Put(v1::Entrance(), RecordId::Make(clock_.WallNow(), SystemRandom()));
  }
  Rename(*store, inquirer.citizen, "Amina J.");
  Sync(*store);
  base_.LoseEverything();
  Greet(*store);
  Rename(*store, inquirer.citizen, "Amina Jensen");
  PushAll(*store);  // acknowledged at a rev below the old copy's
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Jensen");
  Pull(*store);
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina Jensen");
}

// The copy of the former epoch bears its mark, and says nothing of whether it was replayed in this one.
TEST_F(ScopesAndEpochsTest, WhatIsRefusedAnewNeedsAttentionWhileTheOldCopyIsStillShown) {
  const Scope group{v1::SCOPE_KIND_GROUP, *UuidFromString("0190a6e0-0000-7000-8000-000000000001")};
  v1::Grant grant = base_.grants[0];
  *grant.mutable_scope() = group.ToProto();
  base_.grants.push_back(grant);
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  base_.LoseEverything();
  base_.Put(v1::Entrance(), RecordId::Make(clock_.WallNow(), SystemRandom()));
  base_.refuse = [](const v1::MutationEnvelope&, const google::protobuf::Message&) {
    return Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0};
  };
  Greet(*store);
  PushAll(*store);
  ASSERT_EQ(store->sync_store().ApplyPage(base_.PageOf(base_.area_scope(), 0)), absl::OkStatus());
  // The group may bring it yet.
  ASSERT_EQ(store->sync_store().ApplyCurrent(base_.CurrentOf(base_.area_scope())), absl::OkStatus());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  EXPECT_EQ(store->outbox_counts().needs_attention, 2u);
}

TEST_F(ScopesAndEpochsTest, KeptMutationsGoWhenTheDurableHorizonHasPassedThem) {
  auto store = OpenUnlocked();
  SaveInquirer(*store, "Amina");
  Sync(*store);
  base_.durable_horizon = 1000;
  Greet(*store);
  base_.LoseEverything();
  Greet(*store);
  EXPECT_EQ(store->outbox_counts().unsent, 0u);  // nothing is left to hand in again
}

TEST_F(ScopesAndEpochsTest, CountOrSumThatDiffersFromTheBasesIsNoticedAndTheCursorStays) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  Sync(*store);
  const v1::Current right = base_.CurrentOf(base_.area_scope());
  v1::Current other_count = right, other_sum = right, other_key = right;
  other_count.set_record_count(right.record_count() + 1);
  other_sum.mutable_sum()->front() ^= 1;
  other_key.clear_sum();  // nothing to compare with
  EXPECT_FALSE(store->sync_store().FindDifference(right)->has_value());
  EXPECT_TRUE(store->sync_store().FindDifference(other_count)->has_value());
  EXPECT_TRUE(store->sync_store().FindDifference(other_sum)->has_value());
  EXPECT_FALSE(store->sync_store().FindDifference(other_key)->has_value());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
  EXPECT_EQ(store->sync_store().MakeHello()->cursors_size(), 1);
}

TEST_F(ScopesAndEpochsTest, CurrentOfAScopeThatAnotherScopesPageHasOvertakenTellsNothing) {
  auto store = OpenUnlocked();
  const RecordId citizen = RecordId::Make(clock_.WallNow(), SystemRandom());
  base_.Put(CitizenNamed("Amina"), citizen, citizen.ToBytes());
  Sync(*store);
  const v1::Current older = base_.CurrentOf(base_.area_scope());
  base_.PatchAsOther(citizen, CitizenNamed("Amina Hassan"), {v1::Citizen::kNameFieldNumber}, true);
  v1::Page newer = base_.PageOf(base_.area_scope(), older.rev());
  newer.mutable_scope()->set_kind(v1::SCOPE_KIND_GROUP);
  ASSERT_EQ(store->sync_store().ApplyPage(newer), absl::OkStatus());
  EXPECT_FALSE(store->sync_store().FindDifference(older)->has_value());
  EXPECT_FALSE(store->sync_store().FindDifference(base_.CurrentOf(base_.area_scope()))->has_value());
}

TEST_F(ScopesAndEpochsTest, LeafContentLeavesAloneWhatIsToComeWithAPageAndWhatIsNotOfItsPart) {
  auto store = OpenUnlocked();
  std::vector<RecordId> ids;
  for (const char last : {1, 2, 3}) {  // one leaf, in record order
    std::string bytes(16, '\x70');
    bytes[14] = last;
    ids.push_back(*RecordId::FromBytes(bytes));
    base_.Put(CitizenNamed("Citizen"), ids.back(), bytes);
  }
  Sync(*store);
  v1::LeafContent content;
  *content.mutable_scope() = base_.area_scope().ToProto();
  content.set_leaf(0x70);
  content.set_through_record_id(ids[1].ToBytes());
  content.add_later_record_ids(ids[0].ToBytes());
  EXPECT_EQ(*store->sync_store().ApplyLeafContent(content), 1u);
  EXPECT_NE(ViewOf(*store).Find(ids[0]), nullptr) << "named as later";
  EXPECT_EQ(ViewOf(*store).Find(ids[1]), nullptr) << "not named: it has left";
  EXPECT_NE(ViewOf(*store).Find(ids[2]), nullptr) << "beyond the part";
  content.set_leaf(0x71);
  *content.add_entries() = base_.PageOf(base_.area_scope(), 0).entries(0);
  EXPECT_EQ(GetErrorCode(store->sync_store().ApplyLeafContent(content).status()), ErrorCode::kBadInput);
}

TEST_F(ScopesAndEpochsTest, WelcomeTeachesBaseTimeAtTheMiddleOfTheRoundTrip) {
  auto store = OpenUnlocked();
  clock_.Reboot();
  clock_.SetWall(absl::FromCivil(absl::CivilSecond(2036, 1, 1, 0, 0, 0), CopenhagenTime()));
  EXPECT_FALSE(store->Now().exact);
  const absl::Time base_time = absl::FromCivil(absl::CivilSecond(2026, 4, 2, 9, 0, 0), CopenhagenTime());
  v1::Welcome welcome = base_.Welcome();
  welcome.set_base_us(absl::ToUnixMicros(base_time));
  const v1::ClockReading sent = clock_.Read();
  clock_.Advance(absl::Milliseconds(600));
  ASSERT_EQ(store->sync_store().ApplyWelcome(welcome, sent, clock_.Read()), absl::OkStatus());
  EXPECT_TRUE(store->Now().exact);
  EXPECT_EQ(store->Now().best, base_time + absl::Milliseconds(300));
  EXPECT_EQ(store->last_sync(), base_time);
}

std::vector<std::string> IntentsToSend(Store& store) {
  std::vector<std::string> intents;
  const auto push = store.sync_store().NextPush(0, 1 << 20);
  for (const auto& mutation : push->mutations()) {
    v1::MutationEnvelope envelope;
    EXPECT_TRUE(envelope.ParseFromString(mutation.envelope()));
    intents.push_back(envelope.intent_id());
  }
  return intents;
}

TEST_F(ScopesAndEpochsTest, WhatAFormerReplicaSentIsHandedInAgainInTheOrderOfCapture) {
  auto store = OpenUnlocked();
  const Inquirer refused = SaveInquirer(*store, "Refused");
  base_.refuse = [](const auto&, const auto&) { return Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0}; };
  Greet(*store);
  PushAll(*store);
  base_.refuse = nullptr;
  const Inquirer applied = SaveInquirer(*store, "Applied");
  Sync(*store);
  ASSERT_EQ(store->sync_store().BecomeReplica(ReplicaId::Make(clock_.WallNow(), SystemRandom())),
            absl::OkStatus());
  base_.LoseEverything();
  Greet(*store);
  std::vector<std::string> captured;
  for (const Inquirer* inquirer : {&refused, &applied}) {
    for (const IntentId& intent : inquirer->receipt.intents) captured.push_back(intent.ToBytes());
  }
  EXPECT_EQ(IntentsToSend(*store), captured);
  EXPECT_EQ(store->sync_store().NextPush(0, 1 << 20)->mutations(0).seq(), 1u);
  EXPECT_EQ(SaveInquirer(*store, "Next").receipt.first_seq, 5u);
}

TEST_F(ScopesAndEpochsTest, WhatThisReplicaSentKeepsItsPlacesWhenItIsHandedInAgain) {
  auto store = OpenUnlocked();
  SaveInquirer(*store, "Let go");
  Sync(*store);
  base_.durable_horizon = 1000;
  Greet(*store);
  base_.durable_horizon = 0;
  SaveInquirer(*store, "Kept");
  Sync(*store);
  base_.LoseEverything();
  Greet(*store);
  const auto push = store->sync_store().NextPush(0, 1 << 20);
  ASSERT_EQ(push->mutations_size(), 2);
  EXPECT_EQ(push->mutations(0).seq(), 3u);
  EXPECT_EQ(push->mutations(1).seq(), 4u);
}

TEST_F(ScopesAndEpochsTest, WorkOfAStoreThatHasNeverReadStaysVisibleWhenItIsAnswered) {
  auto store = OpenUnlocked();
  const Inquirer inquirer = SaveInquirer(*store, "Amina");
  PushAll(*store);
  v1::Welcome locked = base_.Welcome();
  locked.clear_grants();
  locked.set_reading(false);
  ASSERT_EQ(store->sync_store().ApplyWelcome(locked, clock_.Read(), clock_.Read()), absl::OkStatus());
  EXPECT_EQ(NameOf(*store, inquirer.citizen), "Amina");
}

TEST_F(ScopesAndEpochsTest, ScopeWhoseSumKeyIsUnknownIsNotCompared) {
  base_.grants[0].clear_sum_key();
  auto store = OpenUnlocked();
  SaveInquirer(*store, "Amina");
  Greet(*store);
  EXPECT_FALSE(store->sync_store().FindDifference(base_.CurrentOf(base_.area_scope()))->has_value());
}

}  // namespace
}  // namespace opgang
