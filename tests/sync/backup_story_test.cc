// The base goes back to a backup, and the devices heal it by themselves (I4, I7, I13); what they keep for that, and when
// they let go of it.
#include <algorithm>
#include <vector>

#include "server/engine/transaction.h"
#include "tests/support/off_site.h"
#include "tests/support/pushed.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using testing::IsEmpty;

class BackupStory : public SyncStory {
 protected:
  // Twice: what the others handed in comes with the second session.
  void SyncAll(const std::vector<TestDevice*>& devices) {
    for (int round = 0; round < 2; ++round) {
      for (TestDevice* device : devices) device->SyncWell();
    }
  }
  bool Overdue() { return amal.store().backup_status().overdue(); }
  std::optional<Fate> FateOf(IntentId intent) { return base.reader().FateOf(intent).value(); }
  // The number of mutations that a fresh epoch would make the device hand in again.
  uint32_t KeptBy(TestDevice& device) {
    v1::Welcome welcome;
    welcome.set_epoch(std::string(16, 'e'));
    auto clone = device.Clone();
    EXPECT_EQ(clone->store().sync_store().ApplyWelcome(welcome, clock.Read(), clock.Read()),
              absl::OkStatus());
    return clone->store().outbox_counts().unsent;
  }

  OffSite off_site{base};
};

TEST_F(BackupStory,
       BaseRestoredFromYesterdayUnderEightDevicesWithADayOfWorkEachEndsWithEveryAcknowledgedMutation) {
  std::vector<std::unique_ptr<TestDevice>> crew;
  std::vector<TestDevice*> devices{&amal, &jonas};
  for (const char* staff : {"bodil", "carl", "dina", "emil", "fatma", "gert"}) {
    crew.push_back(
        std::make_unique<TestDevice>(base, clock, staff, "outreach", std::vector<std::string>{"Testlund"}));
    devices.push_back(crew.back().get());
  }
  std::vector<RecordId> yesterdays;
  for (TestDevice* device : devices) yesterdays.push_back(device->SaveInquirer("Yesterday").citizen);
  SyncAll(devices);
  const auto yesterday = off_site.Backup();

  clock.Advance(absl::Hours(20));
  std::vector<IntentId> acknowledged;
  const auto note = [&](const SaveReceipt& receipt) {
    acknowledged.insert(acknowledged.end(), receipt.intents.begin(), receipt.intents.end());
  };
  std::vector<RecordId> todays;
  for (int hour = 0; hour < 6; ++hour) {
    clock.Advance(absl::Hours(1));
    for (size_t i = 0; i < devices.size(); ++i) {
      const SavedInquirer inquirer = devices[i]->SaveInquirer("Hour " + std::to_string(hour));
      note(inquirer.receipt);
      todays.push_back(inquirer.citizen);
      // An edit of what another device wrote yesterday, which this one has seen.
      note(devices[i]->Rename(yesterdays[(i + hour) % devices.size()],
                              "Renamed by " + devices[i]->peer().staff_code));
      devices[i]->SyncWell();
    }
  }
  SyncAll(devices);
  ExpectSameRecords(base, devices);
  const auto before = RecordsAtBase(base, {AreaScope(base.Area("Testlund"))});
  std::vector<std::string> names_before;
  for (const RecordId id : yesterdays) names_before.push_back(amal.NameOf(id));

  ASSERT_TRUE(off_site.Restore(yesterday).ok());
  for (const IntentId& intent : acknowledged) ASSERT_FALSE(FateOf(intent).has_value());
  SyncAll(devices);

  for (const IntentId& intent : acknowledged) {
    ASSERT_TRUE(FateOf(intent).has_value()) << intent.ToString();
    EXPECT_TRUE(FateOf(intent)->verdict.has_applied());
  }
  ExpectSameRecords(base, devices);
  EXPECT_EQ(RecordsAtBase(base, {AreaScope(base.Area("Testlund"))}).size(), before.size());
  EXPECT_EQ(base.Check().mutations, static_cast<int64_t>(2 * yesterdays.size() + acknowledged.size()));
  EXPECT_THAT(base.Check().problems, IsEmpty());
  for (size_t i = 0; i < yesterdays.size(); ++i) {
    EXPECT_THAT(amal.NamesOf(yesterdays[i]), testing::Contains(names_before[i]));
  }
  for (const RecordId id : todays) EXPECT_NE(jonas.NameOf(id), "(not visible)");
}

TEST_F(BackupStory, WorkAfterTheLastSyncGoesInBehindWhatTheBaseLost) {
  amal.SyncWell();
  const auto file = off_site.Backup();
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.SyncWell();
  amal.Rename(citizen, "Amina Jensen");  // not sent when the base goes
  ASSERT_TRUE(off_site.Restore(file).ok());
  std::vector<std::string> order;
  amal.dialer().on_request = [&](const v1::SyncRequest& request) {
    for (const v1::SealedMutation& mutation : PushedIn(request).mutations()) {
      v1::MutationEnvelope envelope;
      ASSERT_TRUE(envelope.ParseFromString(mutation.envelope()));
      order.push_back(envelope.intent_id());
    }
  };
  amal.SyncWell();
  ASSERT_GE(order.size(), 2u);
  const std::vector<std::string> last_two(order.end() - 2, order.end());
  EXPECT_TRUE(std::is_sorted(last_two.begin(), last_two.end()))
      << "the create comes before the edit that saw it";
  EXPECT_EQ(amal.NameOf(citizen), "Amina Jensen");
  ExpectSameRecords(base, {&amal});
}

// I3: whatever the backup had forgotten of a replica, no place of it is ever taken twice.
TEST_F(BackupStory, AfterARestoreEveryDeviceGoesOnAsAnotherReplicaWithoutSuspicion) {
  amal.SaveCitizen("Before");
  amal.SyncWell();
  const auto file = off_site.Backup();
  ASSERT_TRUE(off_site.Restore(file).ok());  // amal's token still fits
  int new_replicas = 0;
  amal.dialer().on_response = [&](const v1::SyncResponse& response) {
    new_replicas += response.welcome().new_replica_id().empty() ? 0 : 1;
  };
  amal.SyncWell();
  amal.SyncWell();
  jonas.SyncWell();
  EXPECT_EQ(new_replicas, 1);
  const auto devices = base.reader().Devices().value();
  for (const auto& [account, replica] : devices) EXPECT_EQ(account.twin_since_us, 0);
}

TEST_F(BackupStory, LockedTabletHealsTheBaseToo) {
  amal.SyncWell();
  const auto file = off_site.Backup();
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.Lock();
  ASSERT_TRUE(off_site.Restore(file).ok());
  EXPECT_EQ(amal.SyncWell().applied, 1u);
  jonas.SyncWell();
  EXPECT_EQ(jonas.NameOf(citizen), "Amina");
}

TEST_F(BackupStory, RestoreCutAfterEachMessageEndsAsIfNeverCut) {
  amal.SyncWell();
  const auto file = off_site.Backup();
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.SyncWell();
  for (int after = 1; after < 9; ++after) {
    ASSERT_TRUE(off_site.Restore(file, /*older=*/true).ok());
    amal.dialer().CutNext({after});
    amal.Sync().IgnoreError();
    EXPECT_EQ(amal.NameOf(citizen), "Amina") << "visible throughout (I10)";
    amal.SyncWell();
    ExpectSameRecords(base, {&amal});
    EXPECT_EQ(base.Check().mutations, 1);
    const auto devices = base.reader().Devices().value();
    for (const auto& [account, replica] : devices) EXPECT_EQ(account.twin_since_us, 0) << after;
  }
}

TEST_F(BackupStory, KeptMutationsGoWhenAConfirmedBackupHasPassedThemAndNotBefore) {
  amal.SaveCitizen("First");
  amal.SyncWell();
  const auto file = off_site.Backup();
  amal.SaveCitizen("Second");
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_EQ(KeptBy(amal), 2u) << "a backup that nobody opened counts for nothing";
  ASSERT_TRUE(off_site.Confirm(off_site.ReceiptOf(file)).ok());
  amal.SyncWell();
  EXPECT_EQ(KeptBy(amal), 1u) << "the second is in no backup";
  off_site.BackUpAndConfirm();
  amal.SyncWell();
  EXPECT_EQ(KeptBy(amal), 0u);
}

TEST_F(BackupStory, HorizonStartsAnewAfterARestoreAndReceiptsOfTheFormerEpochMoveNothing) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  const auto earlier = off_site.Backup();
  const auto file = off_site.Backup();  // remembers the earlier one, and not itself
  ASSERT_TRUE(off_site.Restore(file).ok());
  for (const auto& of_former_epoch : {earlier, file}) {
    const auto refused = off_site.Confirm(off_site.ReceiptOf(of_former_epoch));
    EXPECT_EQ(GetErrorCode(refused.status()), ErrorCode::kReceiptRefused);
  }
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_EQ(KeptBy(amal), 1u);
  EXPECT_EQ(amal.store().backup_status().durable_horizon(), 0u);
}

TEST_F(BackupStory, RefusedWorkIsRefusedAgainAndStaysWithTheWorker) {
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ);
  amal.SyncWell();
  const auto file = off_site.Backup();
  const SavedInquirer note = amal.SaveInquirer("Amina");
  EXPECT_EQ(amal.SyncWell().refused, 2u);
  ASSERT_TRUE(off_site.Restore(file).ok());
  ASSERT_EQ(base.Check().quarantined, 0);
  amal.SyncWell();
  EXPECT_EQ(base.Check().quarantined, 2);
  EXPECT_EQ(amal.store().outbox_counts().needs_attention, 2u);
}

TEST_F(BackupStory, WhatAPersonHadReplayedIsKeptRawAgainWhereTheBackupLacksTheReason) {
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ);
  amal.SyncWell();
  const auto file = off_site.Backup();
  const SavedInquirer note = amal.SaveInquirer("Amina");
  amal.SyncWell();
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ_WRITE);
  ASSERT_TRUE(base.Replay(note.receipt.intents[0])->has_applied());
  amal.SyncWell();
  amal.SyncWell();
  ASSERT_EQ(amal.store().outbox_counts().needs_attention, 0u);
  ASSERT_TRUE(off_site.Restore(file).ok());
  amal.SyncWell();
  EXPECT_EQ(base.Check().quarantined, 2) << "nothing is lost: the grant is what the backup lacks";
  EXPECT_EQ(amal.store().outbox_counts().needs_attention, 2u) << "and nothing is silent";
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ_WRITE);
  ASSERT_TRUE(base.Replay(note.receipt.intents[0])->has_applied());
  amal.SyncWell();
  EXPECT_EQ(amal.NameOf(note.citizen), "Amina");
}

TEST_F(BackupStory, WhatItsAuthorGaveUpDoesNotComeBackThoughTheRestoredBaseWouldTakeIt) {
  amal.SyncWell();
  const auto file = off_site.Backup();  // amal may write here
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ);
  const SavedInquirer note = amal.SaveInquirer("Given up");
  EXPECT_EQ(amal.SyncWell().refused, 2u);
  ASSERT_EQ(amal.store().Withdraw(note.receipt.intents[0]), absl::OkStatus());
  ASSERT_TRUE(off_site.Restore(file).ok());
  amal.SyncWell();
  EXPECT_EQ(amal.NameOf(note.citizen), "(not visible)");
  EXPECT_EQ(base.Check().records, 0);
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
}

TEST_F(BackupStory, CorrectedWorkComesBackCorrectedAndOnce) {
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ);
  amal.SyncWell();
  const auto file = off_site.Backup();
  const RecordId citizen = amal.SaveCitizen("Wrong");
  amal.SyncWell();
  const OutboxItem refused = amal.store().Outbox()->at(0);
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ_WRITE);
  ASSERT_TRUE(amal.store().Fix(refused.intent, CitizenCalled("Right")).ok());
  EXPECT_EQ(amal.SyncWell().applied, 1u);
  amal.SyncWell();
  ASSERT_TRUE(off_site.Restore(file).ok());
  base.Grant("amal", AreaScope(base.Area("Testlund")), v1::GRANT_MODE_READ_WRITE);
  amal.SyncWell();
  EXPECT_EQ(amal.NamesOf(citizen), std::set<std::string>{"Right"});
  EXPECT_EQ(base.Check().mutations, 1);
}

TEST_F(BackupStory, HorizonOlderThanThreeDaysWarnsAndAFreshOrQuietBaseNever) {
  amal.SyncWell();
  clock.Advance(absl::Hours(24 * 30));
  amal.SyncWell();
  EXPECT_FALSE(Overdue()) << "nothing to back up";
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  clock.Advance(absl::Hours(71));
  amal.SyncWell();
  EXPECT_FALSE(Overdue());
  clock.Advance(absl::Hours(2));
  amal.SyncWell();
  EXPECT_TRUE(Overdue()) << "three days of work, and no backup ever";
  off_site.BackUpAndConfirm();
  amal.SyncWell();
  EXPECT_FALSE(Overdue());
  clock.Advance(absl::Hours(24 * 30));
  amal.SyncWell();
  EXPECT_FALSE(Overdue()) << "nothing was written since";
  amal.SaveCitizen("Bo");
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_TRUE(Overdue()) << "the last backup is old, and there is work beyond it";
}

TEST_F(BackupStory, RestoredBaseIsGivenThreeDaysForItsFirstBackup) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  const auto file = off_site.Backup();
  clock.Advance(absl::Hours(24 * 10));
  ASSERT_TRUE(off_site.Restore(file).ok());
  amal.SyncWell();
  EXPECT_FALSE(Overdue());
  clock.Advance(absl::Hours(73));
  amal.SyncWell();
  EXPECT_TRUE(Overdue());
}

TEST_F(BackupStory, RestoreOlderThanAConfirmedBackupIsRefusedAndWhereForcedStaysToBeSeen) {
  amal.SyncWell();
  const auto old = off_site.Backup();
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  off_site.BackUpAndConfirm();
  amal.SyncWell();  // lets go of Amina
  ASSERT_EQ(KeptBy(amal), 0u);
  EXPECT_EQ(GetErrorCode(off_site.Restore(old).status()), ErrorCode::kBadInput);
  ASSERT_TRUE(off_site.Restore(old, /*older=*/true).ok());
  amal.SyncWell();
  amal.SyncWell();
  EXPECT_TRUE(amal.store().backup_status().restored_too_old());
  ASSERT_EQ(InTransaction(base.store(), [&] { return base.store().AcceptLoss(); }), absl::OkStatus());
  amal.SyncWell();
  EXPECT_FALSE(amal.store().backup_status().restored_too_old());
}

TEST_F(BackupStory, StoreEnrolledAfterTheBackupIsToldSoAndItsWorkGoesAlongWhenItEnrolsAgain) {
  amal.SyncWell();
  const auto file = off_site.Backup();
  TestDevice bodil(base, clock, "bodil", "outreach", {"Testlund"});
  const RecordId heard = bodil.SaveInquirer("Heard by the base").citizen;
  bodil.SyncWell();
  const RecordId unsent = bodil.SaveInquirer("Not yet sent").citizen;
  ASSERT_TRUE(off_site.Restore(file).ok());
  EXPECT_EQ(GetErrorCode(bodil.Sync().status()), ErrorCode::kUnknownStore);
  EXPECT_EQ(bodil.store().outbox_counts().unsent, 2u);
  EXPECT_EQ(bodil.NameOf(heard), "Heard by the base");
  clock.Advance(absl::Hours(5));

  bodil.EnrollAgain(base.Invite("bodil", "outreach", {"Testlund"}));
  EXPECT_EQ(bodil.store().outbox_counts().unsent, 4u);
  EXPECT_EQ(bodil.NameOf(unsent), "Not yet sent") << "the same passphrase opens the old store";
  EXPECT_EQ(bodil.SyncWell().applied, 4u);
  EXPECT_EQ(bodil.NameOf(heard), "Heard by the base");
  amal.SyncWell();
  EXPECT_EQ(amal.NameOf(unsent), "Not yet sent");
  ExpectSameRecords(base, {&amal, &bodil});
}

TEST_F(BackupStory, WorkGoesAlongThoughThePassphraseOfTheOldStoreWasForgotten) {
  const RecordId unsent = amal.SaveInquirer("Amina").citizen;
  amal.EnrollAgain(base.Invite("amal", "outreach", {"Testlund"}), "eight red doors");
  EXPECT_EQ(amal.store().outbox_counts().unsent, 2u);
  EXPECT_EQ(amal.NameOf(unsent), "(not visible)") << "sealed to the base and to the old store";
  EXPECT_EQ(amal.SyncWell().applied, 2u);
  EXPECT_EQ(amal.NameOf(unsent), "Amina");
}

// I14: what goes along was recorded when it was recorded, not after the second enrolment.
TEST_F(BackupStory, WorkThatGoesAlongKeepsItsTimes) {
  TestDevice bodil(base, clock, "bodil", "outreach", {"Testlund"});
  const absl::Time saved = clock.WallNow();
  const SavedInquirer inquirer = bodil.SaveInquirer("Amina");
  clock.Advance(absl::Hours(48));
  bodil.EnrollAgain(base.Invite("bodil", "outreach", {"Testlund"}));
  bodil.SyncWell();
  const auto record = base.reader().FindRecord(inquirer.inquiry).value();
  ASSERT_TRUE(record.has_value());
  EXPECT_LT(absl::FromUnixMicros(record->record.created().recorded().latest_us()), saved + absl::Minutes(1));
}

TEST_F(BackupStory, EnrollingAgainAtTheSameBaseDoublesNothing) {
  const SavedInquirer inquirer = amal.SaveInquirer("Amina");
  amal.SyncWell();
  amal.SaveCitizen("Bo");
  amal.EnrollAgain(base.Invite("amal", "outreach", {"Testlund"}));
  EXPECT_EQ(amal.store().outbox_counts().unsent, 3u);
  amal.SyncWell();
  EXPECT_EQ(base.Check().mutations, 3);
  EXPECT_EQ(base.Check().records, 3);
  ExpectSameRecords(base, {&amal});
}

}  // namespace
}  // namespace opgang
