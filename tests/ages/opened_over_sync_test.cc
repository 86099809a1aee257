// A push of what an unlocked store could open, and its records coming back without what the store has: between builds of
// different ages, and beside the same mutations as they are stored.
#include "client-lib/src/sync/client_session.h"
#include "core/packing/packing.h"
#include "tests/ages/future.h"
#include "tests/support/pushed.h"

namespace opgang::ages {
namespace {

class OpenedOverSync : public SyncStory {
 protected:
  // Packs, and takes nothing opened.
  static KnownSchema Before() {
    KnownSchema schema;
    schema.takes_opened = false;
    return schema;
  }
  static KnownSchema BeforePacking() {
    KnownSchema schema = Before();
    schema.packing = 0;
    return schema;
  }

  OpenedOverSync() {
    amal.SyncWell();
    amal.dialer().on_request = [&](const v1::SyncRequest& request) {
      for (const v1::SealedMutation& mutation : PushedIn(request).mutations()) {
        opened += mutation.opened_payload().empty() ? 0 : 1;
        stored += mutation.sealed_payload().empty() ? 0 : 1;
      }
    };
    amal.dialer().on_response = [&](const v1::SyncResponse& response) {
      for (const v1::FeedEntry& entry : response.page().entries()) {
        (entry.as_sent_seq() != 0 ? left_out : whole) += 1;
      }
    };
  }
  // A session in which everything reaches the base, and only its Welcome reaches the tablet.
  void PushWithoutAnswer() {
    auto at_base = base.Connect(amal.peer());
    ClientSession session(amal.store().sync_store(), clock, {});
    ASSERT_EQ(session.Start(), absl::OkStatus());
    for (int round = 0; round < 2; ++round) {
      for (auto request = session.NextRequest(); request.value().has_value(); request = session.NextRequest())
        at_base->Hear(**request);
      const auto said = at_base->SayAll();
      if (round > 0) continue;
      ASSERT_EQ(session.OnResponse(said.at(0)), absl::OkStatus());
    }
    base.Disconnect(at_base);
  }
  static std::string CursorsIn(const v1::Hello& hello) {
    std::string cursors;
    for (const v1::Cursor& cursor : hello.cursors()) cursors += cursor.SerializeAsString();
    return cursors;
  }
  void ExpectOneOfEach(int records) {
    EXPECT_EQ(base.Check().records, records);
    EXPECT_EQ(base.Check().mutations, records);
    EXPECT_EQ(base.Check().quarantined, 0);
    EXPECT_EQ(amal.store().outbox_counts().needs_attention, 0u);
    jonas.SyncWell();
    ExpectSameRecords(base, {&amal, &jonas});
  }

  int opened = 0, stored = 0;   // mutations pushed
  int left_out = 0, whole = 0;  // entries of pages
};

TEST_F(OpenedOverSync, AnUnlockedTabletPushesOpenedAndHearsOnlyWhatItLacks) {
  const SavedInquirer note = amal.SaveInquirer("Amina");
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.applied, 2u);
  EXPECT_EQ(result.repaired, 0u);
  EXPECT_EQ(opened, 2);
  EXPECT_EQ(stored, 0);
  EXPECT_EQ(left_out, 2);
  EXPECT_EQ(whole, 0);
  EXPECT_EQ(amal.NameOf(note.citizen), "Amina");
  ExpectOneOfEach(2);
}

TEST_F(OpenedOverSync, ALockedTabletPushesAsStored) {
  amal.SaveInquirer("Amina");
  amal.Lock();
  EXPECT_EQ(amal.SyncWell().applied, 2u);
  EXPECT_EQ(opened, 0);
  EXPECT_EQ(stored, 2);
  amal.Unlock();
  amal.SyncWell();
  EXPECT_EQ(left_out, 0) << "told in the session that pushed it, and no other";
  EXPECT_EQ(whole, 2);
  ExpectOneOfEach(2);
}

TEST_F(OpenedOverSync, WhatSomebodyElseChangedMeanwhileComesWhole) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  jonas.SyncWell();
  jonas.Rename(citizen, "Amina Jensen");
  jonas.SyncWell();
  amal.Rename(citizen, "Amina Hansen");
  amal.SaveCitizen("Bo");
  left_out = whole = 0;
  amal.SyncWell();
  EXPECT_EQ(left_out, 1);
  EXPECT_EQ(whole, 1);
  jonas.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(OpenedOverSync, ACreateAndAChangeOfItInOneSessionComeWhole) {
  amal.Rename(amal.SaveCitizen("Amina"), "Amina Jensen");
  EXPECT_EQ(amal.SyncWell().repaired, 0u);
  EXPECT_EQ(left_out, 0);
  EXPECT_EQ(whole, 1);
  jonas.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(OpenedOverSync, AnOlderBaseThatCameBackIsSentThemAgainAsStored) {
  for (const KnownSchema& older : {Before(), BeforePacking()}) {
    amal.SyncWell();
    opened = stored = left_out = 0;
    amal.SaveInquirer("Amina");
    base.UpgradeTo(older);
    EXPECT_EQ(amal.SyncWell().unsent, 0u);
    EXPECT_EQ(opened, 2) << "it was another base yesterday";
    EXPECT_EQ(stored, 2);
    amal.SaveInquirer("Bo");
    amal.SyncWell();
    EXPECT_EQ(opened, 2) << "it has said so by now";
    EXPECT_EQ(left_out, 0);
    base.UpgradeTo({});
    amal.SyncWell();
  }
  ExpectOneOfEach(8);
}

TEST_F(OpenedOverSync, AnOlderAppHearsEverythingWhole) {
  amal.SaveInquirer("Amina");
  auto at_base = base.Connect(amal.peer());
  ClientSession session(amal.store().sync_store(), clock, {});
  ASSERT_EQ(session.Start(), absl::OkStatus());
  for (bool moved = true; moved;) {
    moved = false;
    for (auto request = session.NextRequest(); request.value().has_value(); request = session.NextRequest()) {
      if ((*request)->has_hello()) (*request)->mutable_hello()->clear_puts_back();
      at_base->Hear(**request);
      moved = true;
    }
    for (const v1::SyncResponse& response : at_base->SayAll()) {
      const v1::SyncResponse said = Unpacked(response);
      for (const v1::FeedEntry& entry : said.page().entries()) EXPECT_EQ(entry.as_sent_seq(), 0u);
      EXPECT_EQ(session.OnResponse(response), absl::OkStatus());
      moved = true;
    }
  }
  EXPECT_TRUE(session.done());
  base.Disconnect(at_base);
  ExpectOneOfEach(2);
}

// I2: whichever way it came first, and whatever became of the answer.
TEST_F(OpenedOverSync, TheSameAgainTheOtherWayIsTheSame) {
  amal.SaveInquirer("Amina");
  PushWithoutAnswer();  // opened
  ASSERT_EQ(base.Check().mutations, 2);
  amal.Lock();
  EXPECT_EQ(amal.SyncWell().unsent, 0u);
  EXPECT_EQ(stored, 2);
  amal.SaveInquirer("Bo");
  PushWithoutAnswer();  // as stored
  ASSERT_EQ(base.Check().mutations, 4);
  amal.Unlock();
  EXPECT_EQ(amal.SyncWell().unsent, 0u);
  EXPECT_EQ(opened, 2);
  ExpectOneOfEach(4);
}

// Its digest is of the bytes as captured: packed.
TEST_F(OpenedOverSync, WhatAnEarlierBuildTookInIsTheSame) {
  amal.SaveInquirer("Amina");
  base.UpgradeTo(BeforePacking());
  PushWithoutAnswer();
  ASSERT_EQ(base.Check().quarantined, 2) << "captured packed, and taken in as it came";
  base.UpgradeTo({});
  EXPECT_EQ(amal.SyncWell().unsent, 0u);
  EXPECT_EQ(opened + stored, 2);
  ExpectOneOfEach(2);
}

TEST_F(OpenedOverSync, OtherBytesUnderTheSameIdAreNot) {
  amal.SaveCitizen("Amina");
  v1::SyncRequest first;
  amal.dialer().on_request = [&](const v1::SyncRequest& request) {
    if (request.has_opened_push()) first = request;
  };
  amal.SyncWell();
  ASSERT_TRUE(first.has_opened_push());
  v1::SealedMutation& mutation = *first.mutable_opened_push()->mutable_mutations(0);
  v1::MutationPayload payload;
  ASSERT_TRUE(payload.ParseFromString(mutation.opened_payload()));
  payload.set_fields(CitizenCalled("Bo").SerializeAsString());
  mutation.set_opened_payload(payload.SerializeAsString());
  auto at_base = base.Connect(amal.peer());
  ClientSession session(amal.store().sync_store(), clock, {});
  ASSERT_EQ(session.Start(), absl::OkStatus());
  at_base->Hear(*session.NextRequest().value());
  at_base->Hear(first);
  bool reused = false;
  for (const v1::SyncResponse& response : at_base->SayAll()) {
    const v1::SyncResponse said = Unpacked(response);
    for (const v1::Verdict& verdict : said.ack().verdicts()) reused |= verdict.has_id_reused();
  }
  EXPECT_TRUE(reused);
  base.Disconnect(at_base);
}

TEST_F(OpenedOverSync, AStolenTabletsWorkIsKeptUnopened) {
  amal.SaveInquirer("Amina");
  base.Revoke("amal", v1::REVOCATION_REASON_STOLEN);
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_EQ(opened, 2) << "before it was told";
  EXPECT_EQ(stored, 2);
  const auto items = base.store().Quarantine(std::nullopt);
  ASSERT_EQ(items->size(), 2u);
  for (const QuarantinedMutation& item : *items) {
    EXPECT_FALSE(item.opened);
    EXPECT_FALSE(item.wrapped_for_base.empty());
  }
}

// What becomes a hundredth by packing the base would take for a bomb.
TEST_F(OpenedOverSync, TheSameWordAThousandTimesGoesThrough) {
  v1::Contact contact;
  contact.set_citizen_id(amal.SaveCitizen("Amina").ToBytes());
  contact.set_place(v1::CONTACT_PLACE_LAUNDRY);
  contact.set_note(std::string(4000, 'a'));
  for (int i = 0; i < 8; ++i) {
    Bundle bundle = amal.NewBundle();
    bundle.Create(contact, base.Area("Testlund"));
    amal.Save(bundle);
  }
  EXPECT_EQ(amal.SyncWell().unsent, 0u);
  EXPECT_EQ(opened, 9);
  EXPECT_EQ(stored, 0);
  ExpectOneOfEach(9);
}

TEST_F(OpenedOverSync, APageThatSaysLessThanTheTabletHasChangesNothing) {
  amal.SaveCitizen("Amina");
  v1::Page page;
  *page.mutable_scope() = AreaScope(base.Area("Testlund")).ToProto();
  page.set_to_rev(1000);
  page.add_entries()->set_as_sent_seq(77);
  page.mutable_entries(0)->set_change(v1::FEED_CHANGE_PUT);
  SyncStore& store = amal.store().sync_store();
  const std::string before = CursorsIn(*store.MakeHello());
  EXPECT_EQ(GetErrorCode(store.ApplyPage(page)), ErrorCode::kTryLater);
  EXPECT_EQ(CursorsIn(*store.MakeHello()), before);
  amal.SyncWell();
  ExpectOneOfEach(1);
}

}  // namespace
}  // namespace opgang::ages
