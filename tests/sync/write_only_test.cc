// A caretaker refers people to an area and reads nobody there: what reaches him, what he is told, and his receipts.
#include "core/sealing/sealing.h"
#include "tests/support/hand_device.h"
#include "tests/sync/two_areas.h"

namespace opgang {
namespace {

using testing::ElementsAre;

class WriteOnly : public TwoAreasStory {
 protected:
  // One page of the register of doors.
  void ImportDoors() {
    v1::ImportDwellingsRequest request;
    request.set_area("Testlund");
    for (const char* door : {"tv", "th"}) {
      v1::DwellingRow& row = *request.add_rows();
      row.mutable_entrance()->set_street("Humlebakken");
      row.mutable_entrance()->set_number("20B");
      row.mutable_entrance()->set_postcode("9220");
      row.mutable_entrance()->set_town("Aalborg Øst");
      row.mutable_dwelling()->set_floor("2");
      row.mutable_dwelling()->set_door(door);
      row.set_line(1);
    }
    EXPECT_EQ(base.Import(request).entrances_added(), 1);
  }
  // A bundle as the caretaker's client makes it.
  SavedInquirer Refer(const std::string& name) {
    v1::Citizen citizen = CitizenCalled(name);
    citizen.set_telephone("20304050");
    citizen.set_floor("2");
    citizen.set_door("th");
    const auto entrances = karl.view().Entrances();
    if (!entrances.empty()) citizen.set_entrance_id(entrances[0]->id.ToBytes());
    Bundle bundle = karl.NewBundle();
    SavedInquirer saved;
    saved.citizen = bundle.Create(citizen, testlund);
    v1::Inquiry inquiry;
    inquiry.set_citizen_id(saved.citizen.ToBytes());
    inquiry.set_channel(v1::CHANNEL_DOOR);
    saved.inquiry = bundle.Create(inquiry, testlund);
    saved.receipt = karl.Save(bundle);
    return saved;
  }
  std::vector<Receipt> Receipts() { return karl.store().Receipts().value(); }

  TestDevice karl{base, clock, "karl", "partner", {"Testlund"}};
};

TEST_F(WriteOnly, EntrancesAndDoorsReachHimAndNoPersonDoes) {
  ImportDoors();
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  v1::Visit visit;
  visit.set_entrance_id(
      base.reader().RecordsOfType(AreaScope(testlund), RecordType::kEntrance)->at(0).id.ToBytes());
  visit.set_disposition(v1::DISPOSITION_NO_ACCESS);
  Bundle bundle = amal.NewBundle();
  bundle.Create(visit, testlund);
  amal.Save(bundle);
  amal.SyncWell();
  std::set<uint32_t> types;
  std::set<Scope> scopes;
  karl.dialer().on_response = [&](const v1::SyncResponse& response) {
    for (const v1::FeedEntry& entry : response.page().entries()) types.insert(entry.record_type());
    if (response.has_page()) scopes.insert(*Scope::FromProto(response.page().scope()));
    if (response.has_current()) scopes.insert(*Scope::FromProto(response.current().scope()));
  };
  karl.SyncWell();
  EXPECT_THAT(types, ElementsAre(RecordType::kEntrance, RecordType::kDwelling));
  EXPECT_THAT(scopes, ElementsAre(AreaPlacesScope(testlund)));
  EXPECT_EQ(karl.view().Entrances().size(), 1u);
  EXPECT_EQ(karl.view().DwellingsOf(karl.view().Entrances()[0]->id).size(), 2u);
  EXPECT_FALSE(Sees(karl, amina.citizen));
  ExpectSameRecords(base, {&karl, &amal});
}

TEST_F(WriteOnly, ReferralArrivesAndHeKeepsAReceiptThatIsTakenUpLater) {
  ImportDoors();
  karl.SyncWell();
  const SavedInquirer amina = Refer("Amina");
  ASSERT_EQ(Receipts().size(), 1u);
  EXPECT_FALSE(Receipts()[0].received.has_value());
  EXPECT_EQ(karl.SyncWell().applied, 2u);
  karl.SyncWell();
  ASSERT_EQ(Receipts().size(), 1u);
  EXPECT_TRUE(Receipts()[0].received.has_value());
  EXPECT_FALSE(Receipts()[0].taken_up.has_value());
  EXPECT_EQ(Receipts()[0].entrance, karl.view().Entrances()[0]->id);
  EXPECT_EQ(Receipts()[0].door, (DoorName{"2", "th"}));
  amal.SyncWell();
  EXPECT_EQ(amal.NameOf(amina.citizen), "Amina");
  EXPECT_EQ(amal.view().Cases(clock.WallNow(), true).size(), 1u);
  Close(amal, amina.citizen);
  clock.Advance(absl::Hours(1));
  amal.SyncWell();
  const absl::Time taken_up = clock.WallNow();
  karl.SyncWell();
  EXPECT_EQ(Receipts()[0].taken_up, taken_up);
  Note(amal, amina.citizen, "later");
  clock.Advance(absl::Hours(1));
  amal.SyncWell();
  karl.SyncWell();
  EXPECT_EQ(Receipts()[0].taken_up, taken_up) << "the first time";
  ExpectSameRecords(base, {&karl, &amal});
}

TEST_F(WriteOnly, OnceAnsweredThePersonIsOnHisDeviceNoLonger) {
  const SavedInquirer amina = Refer("Amina");
  EXPECT_TRUE(Sees(karl, amina.citizen)) << "until the base has it";
  karl.SyncWell();
  EXPECT_FALSE(Sees(karl, amina.citizen) || Sees(karl, amina.inquiry));
  EXPECT_THAT(karl.AskQueue("SELECT DISTINCT hex(wrapped_for_store) FROM queue_keys"), ElementsAre(""))
      << "of the kept mutations only the base's wrapping remains";
  karl.Reopen();
  EXPECT_FALSE(Sees(karl, amina.citizen));
  EXPECT_EQ(Receipts().size(), 0u) << "as of the last Welcome";
  karl.SyncWell();
  EXPECT_EQ(Receipts().size(), 1u);
}

TEST_F(WriteOnly, WhatIsWrongWithHisOwnWordsHeIsTold) {
  Bundle bundle = karl.NewBundle();
  bundle.Create(CitizenCalled("Amina"), nabolund);
  karl.Save(bundle);
  EXPECT_EQ(karl.SyncWell().refused, 1u) << "not his area";
  v1::Contact contact;
  contact.set_place(v1::CONTACT_PLACE_LAUNDRY);
  Bundle other = karl.NewBundle();
  other.Create(contact, testlund);
  karl.Save(other);
  EXPECT_EQ(karl.SyncWell().refused, 1u) << "partners refer people and nothing else";
}

TEST_F(WriteOnly, HeChangesAndDeletesNothingNotEvenHisOwn) {
  const SavedInquirer amina = Refer("Amina");
  karl.Rename(amina.citizen, "Amina H.");
  EXPECT_EQ(karl.SyncWell().refused, 1u);
  EXPECT_EQ(base.store().FindRecord(amina.citizen).value()->record.field_states_size(), 0);
}

// Whoever holds a partner's certificate speaks the protocol by hand. What exists and what does not must sound the same.
class Probing : public WriteOnly {
 protected:
  Draft Person(RecordId record) { return hand.Create(CitizenCalled("X"), AreaScope(testlund), record); }
  Draft InquiryOf(RecordId citizen) {
    v1::Inquiry inquiry;
    inquiry.set_citizen_id(citizen.ToBytes());
    inquiry.set_channel(v1::CHANNEL_DOOR);
    inquiry.set_slip_number("1");
    return hand.Create(inquiry, AreaScope(testlund));
  }
  Draft Under(Draft draft, IntentId intent) {
    draft.envelope.set_intent_id(intent.ToBytes());
    return draft;
  }
  RecordId Fresh() { return RecordId::Make(clock.WallNow(), SystemRandom()); }

  // The answer without ids and rev. Whatever becomes of it, it costs one rev.
  std::string Sound(const Draft& draft) {
    const uint64_t before = base.store().NewestRev().value();
    v1::Verdict verdict = hand.Commit(draft);
    EXPECT_EQ(verdict.intent_id(), draft.envelope.intent_id());
    EXPECT_TRUE(verdict.has_applied()) << verdict.DebugString();
    EXPECT_EQ(verdict.applied().rev(), before + 1);
    EXPECT_EQ(base.store().NewestRev().value(), before + 1);
    verdict.mutable_applied()->clear_rev();
    verdict.clear_intent_id();
    verdict.clear_seq();
    return verdict.SerializeAsString();
  }

  SavedInquirer Known() {
    const SavedInquirer amina = amal.SaveInquirer("Amina");
    amal.SyncWell();
    return amina;
  }

  HandDevice hand{base, clock, "karla", "partner", {"Testlund"}};
};

TEST_F(Probing, KnownRecordIdSoundsLikeAnUnknownOne) {
  const SavedInquirer amina = Known();
  EXPECT_EQ(Sound(Person(amina.citizen)), Sound(Person(Fresh())));
  EXPECT_EQ(Sound(Person(amina.inquiry)), Sound(Person(Fresh()))) << "a record of another type";
  amal.SyncWell();
  EXPECT_THAT(amal.NamesOf(amina.citizen), ElementsAre("Amina")) << "untouched";
  EXPECT_EQ(base.Check().quarantined, 2) << "and kept raw";
}

TEST_F(Probing, AnotherAuthorsCitizenSoundsLikeNobody) {
  const SavedInquirer amina = Known();
  EXPECT_EQ(Sound(InquiryOf(amina.citizen)), Sound(InquiryOf(Fresh())));
  amal.SyncWell();
  EXPECT_EQ(amal.view().About(amina.citizen).size(), 2u) << "she and her own inquiry";
}

TEST_F(Probing, AnotherAuthorsIntentIdSoundsLikeAFreshOne) {
  const IntentId taken = Known().receipt.intents[0];
  const Draft probe = Under(Person(Fresh()), taken);
  EXPECT_EQ(Sound(probe), Sound(Person(Fresh())));
  EXPECT_EQ(base.store().WroteIt(taken).value(), "amal");
  const v1::Verdict own = hand.Commit(Person(Fresh()));
  const auto intent = *IntentId::FromBytes(own.intent_id());
  EXPECT_TRUE(hand.Commit(Under(Person(Fresh()), intent)).has_id_reused()) << "his own ids are his to know";
}

TEST_F(Probing, AnothersQuarantinedCreateSoundsLikeNothing) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  base.TakeArea("amal", "Testlund");
  clock.Advance(absl::Hours(24 * 40));
  ASSERT_EQ(amal.SyncWell().refused, 1u);
  EXPECT_EQ(Sound(Person(citizen)), Sound(Person(Fresh())));
}

TEST_F(Probing, InAnAreaThatIsNotHisNothingIsToldEither) {
  const SavedInquirer amina = Known();
  const auto sound = [&](Draft draft) {
    *draft.envelope.mutable_scopes(0) = AreaScope(nabolund).ToProto();
    const v1::Verdict verdict = hand.Commit(draft);
    EXPECT_EQ(verdict.intent_id(), draft.envelope.intent_id());
    return verdict.quarantined().SerializeAsString();
  };
  const std::string fresh = sound(Person(Fresh()));
  EXPECT_FALSE(fresh.empty());
  EXPECT_EQ(sound(Person(amina.citizen)), fresh);
  EXPECT_EQ(sound(Under(Person(Fresh()), amina.receipt.intents[0])), fresh);
}

TEST_F(Probing, AskedAgainTheAnswerIsTheSameAndAPersonsDecisionTellsNothing) {
  const SavedInquirer amina = Known();
  for (const Draft& probe : {Person(amina.citizen), Under(Person(Fresh()), amina.receipt.intents[0])}) {
    v1::SealedMutation sealed = hand.Seal(probe);
    const v1::Verdict first = hand.Commit(std::vector{sealed})[0];
    EXPECT_EQ(hand.Commit(std::vector{sealed})[0].SerializeAsString(), first.SerializeAsString());
  }
  const auto waiting = base.store().Quarantine(std::nullopt).value();
  for (const QuarantinedMutation& kept : waiting) {
    ASSERT_TRUE(base.committer()
                    .Discard(kept.mutation.fate.intent, "karen", clock.WallNow(), v1::DECISION_REASON_OTHER)
                    .ok());
  }
  const auto told = base.store().ChangedFates(hand.peer.store, 0).value();
  EXPECT_EQ(told.size(), 2u);
  for (const v1::Verdict& verdict : told) EXPECT_TRUE(verdict.has_applied());
}

TEST_F(Probing, BundleThatIsKeptBackSoundsAppliedWhole) {
  const SavedInquirer amina = Known();
  Draft person = Person(amina.citizen), inquiry = InquiryOf(amina.citizen);
  HandDevice::MakeBundle({&person, &inquiry});
  const auto verdicts = hand.Commit(hand.Seal({person, inquiry}));
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_TRUE(verdicts[0].has_applied() && verdicts[1].has_applied());
  EXPECT_EQ(verdicts[0].applied().rev(), verdicts[1].applied().rev());
  EXPECT_EQ(base.Check().quarantined, 2);
}

// Beside a part that is wrong by itself: the order of the parts must not tell which one the base stumbled over.
TEST_F(Probing, BundleWithAWrongPartSoundsTheSameWhateverElseIsThere) {
  const SavedInquirer amina = Known();
  for (const RecordId& record : {amina.citizen, Fresh()}) {
    Draft person = Person(record), wrong = InquiryOf(record);
    wrong.payload.set_fields("");
    HandDevice::MakeBundle({&person, &wrong});
    const auto verdicts = hand.Commit(hand.Seal({person, wrong}));
    EXPECT_EQ(verdicts.at(0).quarantined().code(), v1::REFUSAL_CODE_BUNDLE_PARTNER);
    EXPECT_TRUE(verdicts.at(1).has_quarantined());
  }
}

TEST_F(Probing, ReceiptForSomebodyElsesCitizenIsNeverTakenUp) {
  const SavedInquirer amina = Known();
  Sound(Person(amina.citizen));
  Note(amal, amina.citizen, "somebody works with her");
  amal.SyncWell();
  const auto receipts = base.store().Receipts("karla", 10).value();
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_EQ(receipts[0].taken_up_us(), 0);
}

}  // namespace
}  // namespace opgang
