// Erasing a citizen reaches the base, every tablet and every late arrival; others keep everything (I12).
#include "tests/erasure/erasure_story.h"

namespace opgang {
namespace {

using testing::IsEmpty;

class Erasure : public ErasureStory {};

TEST_F(Erasure, ErasedCitizenIsGoneFromTheBaseAndFromEveryTabletAndTheOthersStay) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const SavedInquirer bent = jonas.SaveInquirer("Bent");
  SyncBoth();
  jonas.Rename(amina.citizen, "Amina H.");
  SyncBoth();
  ASSERT_EQ(RecordsAbout(amina.citizen), 2u);
  base.Erase(amina.citizen);
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  for (const IntentId& intent : amina.receipt.intents) EXPECT_EQ(VerdictOf(intent), "erased");
  EXPECT_EQ(base.UnconfirmedErasure(amina.citizen), (std::set<std::string>{"amal", "jonas"}));
  SyncBoth();
  for (TestDevice* device : {&amal, &jonas}) {
    EXPECT_EQ(device->NameOf(amina.citizen), "(not visible)");
    EXPECT_EQ(device->NameOf(bent.citizen), "Bent");
  }
  EXPECT_THAT(base.UnconfirmedErasure(amina.citizen), IsEmpty());
  EXPECT_THAT(base.Check().problems, IsEmpty());
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(Erasure, TabletForgetsWhatItKeptOfItsOwnWorkToo) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const SavedInquirer bent = amal.SaveInquirer("Bent");
  SyncBoth();
  ASSERT_EQ(amal.AskQueue("SELECT count(*) FROM mutations").at(0), "4") << "kept until the durable horizon";
  base.Erase(amina.citizen);
  SyncBoth();
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM mutations").at(0), "2");
  const std::string bytes = amal.AllBytes();
  for (const IntentId& intent : amina.receipt.intents)
    EXPECT_EQ(bytes.find(intent.ToBytes()), std::string::npos)
        << "no page or journal holds a mutation of hers";
  EXPECT_NE(bytes.find(bent.receipt.intents[0].ToBytes()), std::string::npos);
}

TEST_F(Erasure, KeptWorkThatCannotBeReadBackGoesToo) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  DamageTheQueueOf(amal);
  ASSERT_EQ(amal.AskQueue("SELECT count(*) FROM mutations").at(0), "2");
  base.Erase(amina.citizen);
  SyncBoth();
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM mutations").at(0), "0");
  EXPECT_EQ(amal.store().outbox_counts().damaged, 0u);
}

TEST_F(Erasure, LockedTabletRemovesWhatItCannotReadAndConfirms) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  base.Erase(amina.citizen);
  amal.Lock();
  amal.SyncWell();
  EXPECT_EQ(base.UnconfirmedErasure(amina.citizen), std::set<std::string>{"jonas"});
  EXPECT_EQ(amal.AskConfirmed("SELECT count(*) FROM records").at(0), "0");
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM mutations").at(0), "0");
  amal.Unlock();
  EXPECT_EQ(amal.NameOf(amina.citizen), "(not visible)");
}

TEST_F(Erasure, UndoOfASaveAboutTheCitizenIsGone) {
  const RecordId amina = amal.SaveCitizen("Amina");
  SyncBoth();
  amal.Rename(amina, "Amina H.");
  amal.SyncWell();
  base.Erase(amina);
  SyncBoth();
  EXPECT_FALSE(amal.store().UndoLast().ok());
}

TEST_F(Erasure, NotesOfATabletThatComesLateAreAnsweredErasedAndNothingOfThemIsStored) {
  const RecordId amina = amal.SaveCitizen("Amina");
  SyncBoth();
  const SaveReceipt late = jonas.Rename(amina, "Amina of the third floor");
  const RecordId bent = jonas.SaveCitizen("Bent");
  base.Erase(amina);
  jonas.SyncWell();
  EXPECT_EQ(VerdictOf(late.intents[0]), "erased");
  EXPECT_EQ(RecordsAbout(amina), 0u);
  EXPECT_EQ(MutationsAbout(amina), 0u);
  EXPECT_EQ(jonas.store().outbox_counts().unsent, 0u);
  EXPECT_EQ(jonas.NameOf(bent), "Bent");
  SyncBoth();
  EXPECT_EQ(amal.NameOf(bent), "Bent");
  EXPECT_THAT(base.Check().problems, IsEmpty());
  base.Crash();
  EXPECT_THAT(base.Check().problems, IsEmpty());
}

TEST_F(Erasure, OldImageOfATabletBringsNothingBack) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  const auto image = amal.CopyOfHome();
  base.Erase(amina.citizen);
  SyncBoth();
  ASSERT_THAT(base.UnconfirmedErasure(amina.citizen), IsEmpty());
  amal.RestoreHome(image);
  ASSERT_EQ(amal.NameOf(amina.citizen), "Amina");
  for (int round = 0; round < 3; ++round) SyncBoth();
  EXPECT_EQ(amal.NameOf(amina.citizen), "(not visible)");
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM mutations").at(0), "0");
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  EXPECT_THAT(base.UnconfirmedErasure(amina.citizen), IsEmpty()) << "the image's new name has confirmed too";
}

TEST_F(Erasure, LockedImageOfTheMomentBeforeItWasToldIsToldAgain) {
  const RecordId amina = amal.SaveCitizen("Amina");
  SyncBoth();
  base.Erase(amina);
  const auto image = amal.CopyOfHome();
  amal.Lock();
  amal.SyncWell();
  ASSERT_EQ(base.UnconfirmedErasure(amina), std::set<std::string>{"jonas"});
  amal.RestoreHome(image);
  amal.Lock();
  amal.SyncWell();
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM mutations").at(0), "0");
  EXPECT_EQ(amal.AskConfirmed("SELECT count(*) FROM records").at(0), "0");
}

TEST_F(Erasure, UnsentWorkOfAnOldImageIsAnsweredErased) {
  const RecordId amina = amal.SaveCitizen("Amina");
  const auto image = amal.CopyOfHome();
  SyncBoth();
  base.Erase(amina);
  SyncBoth();
  amal.RestoreHome(image);
  ASSERT_EQ(amal.store().outbox_counts().unsent, 1u);
  for (int round = 0; round < 2; ++round) SyncBoth();
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
  EXPECT_EQ(RecordsAbout(amina), 0u);
  EXPECT_EQ(amal.NameOf(amina), "(not visible)");
}

TEST_F(Erasure, WhatWaitedInQuarantineAndWhatWasSetAsideGoToo) {
  const RecordId amina = amal.SaveCitizen("Amina");
  amal.SyncWell();
  HandDevice hand(base, clock, "bodil", "outreach", {"Testlund"});
  v1::Consent consent;  // no purpose: refused
  consent.set_citizen_id(amina.ToBytes());
  Draft refused = hand.Create(consent, AreaScope(base.Area("Testlund")));
  Draft discarded = hand.Create(consent, AreaScope(base.Area("Testlund")));
  ASSERT_TRUE(hand.Commit(refused).has_quarantined());
  ASSERT_TRUE(hand.Commit(discarded).has_quarantined());
  ASSERT_TRUE(
      base.committer()
          .Discard(discarded.intent(), "karen", clock.WallNow(), v1::DECISION_REASON_ENTERED_BY_MISTAKE)
          .ok());
  EXPECT_EQ(base.store().FootprintOf(amina).value().counts.quarantine_count(), 1u);
  base.Erase(amina);
  EXPECT_THAT(base.store().Quarantine(std::nullopt).value(), IsEmpty());
  EXPECT_EQ(VerdictOf(refused.intent()), "erased");
  EXPECT_EQ(VerdictOf(discarded.intent()), "erased");
  EXPECT_EQ(MutationsAbout(amina), 0u);
}

TEST_F(Erasure, BundleThatIsPartlyAboutTheCitizenTakesEffectForTheOther) {
  HandDevice hand(base, clock, "bodil", "outreach", {"Testlund"});
  const Scope area = AreaScope(base.Area("Testlund"));
  Draft amina = hand.Create(CitizenCalled("Amina"), area), bent = hand.Create(CitizenCalled("Bent"), area);
  ASSERT_TRUE(hand.Commit(amina).has_applied());
  ASSERT_TRUE(hand.Commit(bent).has_applied());
  base.Erase(amina.record());
  Draft of_amina = hand.Patch(amina, CitizenCalled("A. again"), {amina.intent()});
  Draft of_bent = hand.Patch(bent, CitizenCalled("Bent B."), {bent.intent()});
  HandDevice::MakeBundle({&of_amina, &of_bent});
  const auto sealed = hand.Seal(std::vector<Draft>{of_amina, of_bent});
  for (int time = 0; time < 2; ++time) {
    const auto verdicts = hand.Commit(sealed);
    ASSERT_EQ(verdicts.size(), 2u);
    EXPECT_TRUE(verdicts[0].has_erased()) << "told again what was told";
    EXPECT_TRUE(verdicts[1].has_applied());
    EXPECT_EQ(verdicts[0].seq(), sealed[0].seq());
  }
  v1::Citizen standing;
  ASSERT_TRUE(standing.ParseFromString(base.store().FindRecord(bent.record()).value()->record.fields()));
  EXPECT_EQ(standing.name(), "Bent B.");
  Draft later = hand.Create(CitizenCalled("Carl"), area);
  EXPECT_TRUE(hand.Commit(later).has_applied()) << "no place was passed over";
}

TEST_F(Erasure, NewRecordUnderAnErasedRecordsIdIsErasedWhateverSubjectItNames) {
  HandDevice hand(base, clock, "bodil", "outreach", {"Testlund"});
  const Scope area = AreaScope(base.Area("Testlund"));
  Draft amina = hand.Create(CitizenCalled("Amina"), area);
  v1::Inquiry inquiry;
  inquiry.set_citizen_id(amina.record().ToBytes());
  inquiry.set_channel(v1::CHANNEL_DOOR);
  inquiry.set_slip_number("17");
  Draft asked = hand.Create(inquiry, area);
  ASSERT_TRUE(hand.Commit(amina).has_applied());
  ASSERT_TRUE(hand.Commit(asked).has_applied());
  base.Erase(amina.record());
  Draft again = hand.Create(inquiry, area, asked.record());
  again.envelope.clear_subject_id();
  EXPECT_TRUE(hand.Commit(again).has_erased());
  EXPECT_EQ(MutationsAbout(amina.record()), 0u);
}

TEST_F(Erasure, KeyIsNowhereInTheBasesDirectoryAndWhatIsLeftOfItsPagesOpensForNobody) {
  const RecordId amina = amal.SaveCitizen("Amina");
  const RecordId bent = amal.SaveCitizen("Bent");
  SyncBoth();
  const std::string key = KeyOf(amina), other = KeyOf(bent);
  ASSERT_EQ(key.size(), 32u);
  ASSERT_NE(BaseBytes().find(key), std::string::npos);
  base.Erase(amina);
  EXPECT_EQ(BaseBytes().find(key), std::string::npos);
  EXPECT_NE(BaseBytes().find(other), std::string::npos);
  EXPECT_EQ(BaseBytes().find("Amina"), std::string::npos);
}

// After each step the base is killed; the next start finishes, and a tablet hears of it.
TEST_F(Erasure, CrashAfterTheLedgersLineIsFinishedBeforeAnythingIsServed) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  const std::string key = KeyOf(amina.citizen);
  ErasureLine line{"", absl::ToUnixMicros(clock.WallNow()), "karen", v1::ERASURE_REASON_REQUEST, {}};
  ASSERT_EQ(base.store().NoteInLedger(amina.citizen, line), absl::OkStatus());
  base.Crash();
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  EXPECT_EQ(BaseBytes().find(key), std::string::npos);
  SyncBoth();
  EXPECT_EQ(amal.NameOf(amina.citizen), "(not visible)");
  const auto erasures = base.store().Erasures().value();
  ASSERT_EQ(erasures.size(), 1u);
  EXPECT_EQ(erasures[0].actor(), "karen");
  EXPECT_EQ(erasures[0].reason(), v1::ERASURE_REASON_REQUEST);
}

TEST_F(Erasure, CrashBetweenTheContentsAndTheKeyIsFinishedAtTheNextStart) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  SyncBoth();
  const std::string key = KeyOf(amina.citizen);
  ErasureLine line{"", absl::ToUnixMicros(clock.WallNow()), "karen", v1::ERASURE_REASON_REQUEST, {}};
  ASSERT_EQ(base.store().NoteInLedger(amina.citizen, line), absl::OkStatus());
  std::set<Scope> touched;
  BaseStore& store = base.store();
  ASSERT_EQ(InTransaction(store, [&] { return store.EraseContents(amina.citizen, line, 100, touched); }),
            absl::OkStatus());
  ASSERT_NE(BaseBytes().find(key), std::string::npos);
  base.Crash();
  EXPECT_EQ(BaseBytes().find(key), std::string::npos);
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
}

TEST_F(Erasure, OneThatMetAFullDiskComesToItsEndWithTheNext) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const RecordId bent = amal.SaveCitizen("Bent"), carl = amal.SaveCitizen("Carl");
  SyncBoth();
  ErasureLine line{"", absl::ToUnixMicros(clock.WallNow()), "karen", v1::ERASURE_REASON_REQUEST, {}};
  ASSERT_EQ(base.store().NoteInLedger(amina.citizen, line), absl::OkStatus());  // and no further
  base.Erase(bent);
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  EXPECT_THAT(base.Check().problems, IsEmpty());
  SyncBoth();
  EXPECT_EQ(jonas.NameOf(carl), "Carl");
  EXPECT_EQ(jonas.NameOf(amina.citizen), "(not visible)");
}

TEST_F(Erasure, KeyThatWasDestroyedOutsideIsTakenForAnErasure) {
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const RecordId bent = amal.SaveCitizen("Bent");
  SyncBoth();
  const std::string key = KeyOf(amina.citizen);
  base.Close();
  {
    const auto slots = KeySlots::Open(base.directory() / "keys" / kKeySlotsFile, SystemRandom()).value();
    for (uint32_t i = 0; i < slots->count(); ++i) {
      if (!slots->Key(i).ok() || slots->Key(i)->Reveal() != key) continue;
      ASSERT_EQ(slots->Destroy({i}), absl::OkStatus());
    }
  }
  ASSERT_EQ(base.Open(), absl::OkStatus());
  EXPECT_EQ(RecordsAbout(amina.citizen), 0u);
  EXPECT_EQ(RecordsAbout(bent), 1u);
  SyncBoth();
  EXPECT_EQ(jonas.NameOf(amina.citizen), "(not visible)");
}

TEST_F(Erasure, BaseRefusesToStartWithoutItsNewestKeyFileAndLedger) {
  const RecordId amina = amal.SaveCitizen("Amina");
  SyncBoth();
  const std::string key = KeyOf(amina);
  const auto keys = base.directory() / "keys";
  const auto aside = MakeTestDirectory();
  const auto before = aside / "before", after = aside / "after";
  std::filesystem::copy(keys, before);
  base.Erase(amina);
  base.Close();
  std::filesystem::copy(keys, after);
  const auto replace = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(before / kErasureLedgerFile, keys / kErasureLedgerFile, replace);
  EXPECT_EQ(GetErrorCode(base.Open()), ErrorCode::kDamaged);
  std::filesystem::copy_file(after / kErasureLedgerFile, keys / kErasureLedgerFile, replace);
  std::filesystem::remove(keys / kKeySlotsFile);
  EXPECT_EQ(GetErrorCode(base.Open()), ErrorCode::kDamaged);
  std::filesystem::copy_file(before / kKeySlotsFile, keys / kKeySlotsFile, replace);
  EXPECT_EQ(base.Open(), absl::OkStatus()) << "an older key file: the ledger says which keys are to go";
  EXPECT_EQ(BaseBytes().find(key), std::string::npos);
  std::filesystem::remove_all(aside);
}

TEST_F(Erasure, CitizenOfARolledBackTransactionGetsAKeyAllTheSame) {
  BaseStore& store = base.store();
  StoredRecord record;
  record.id = record.subject = RecordId::Make(clock.WallNow(), SystemRandom());
  record.type = static_cast<uint32_t>(RecordType::kCitizen);
  record.rev = 1;
  record.scopes = {AreaScope(base.Area("Testlund"))};
  ASSERT_EQ(store.Begin(), absl::OkStatus());
  ASSERT_EQ(store.PutRecord(record), absl::OkStatus());
  store.Rollback();
  ASSERT_EQ(store.Begin(), absl::OkStatus());
  ASSERT_EQ(store.BeginPart(), absl::OkStatus());
  ASSERT_EQ(store.PutRecord(record), absl::OkStatus());
  ASSERT_EQ(store.DropPart(), absl::OkStatus());
  ASSERT_EQ(store.PutRecord(record), absl::OkStatus());
  ASSERT_EQ(store.Commit(), absl::OkStatus());
  base.Crash();
  EXPECT_TRUE(base.store().FindRecord(record.id).value().has_value());
}

TEST_F(Erasure, HostileTabletCannotHaveSomebodyErased) {
  const RecordId amina = amal.SaveCitizen("Amina");
  SyncBoth();
  std::set<Scope> touched;
  v1::Erasure claimed;
  claimed.set_subject_id(amina.ToBytes());
  claimed.set_proof(std::string(16, 'x'));
  const ReplicaId replica = base.reader().FindStore(jonas.peer().store).value()->replica;
  ASSERT_EQ(HearErasures(base.store(), base.keys().storage_key, replica, {claimed}, clock.WallNow(), touched),
            absl::OkStatus());
  EXPECT_EQ(RecordsAbout(amina), 1u);
  EXPECT_FALSE(base.store().has_erasures());
}

}  // namespace
}  // namespace opgang
