// An area that is taken from a worker: pending work is handed in first, then everything goes from the device, and the
// device says so to the base (I11).
#include "core/sealing/sealing.h"
#include "server/engine/holdings.h"
#include "tests/sync/two_areas.h"

namespace opgang {
namespace {

using testing::ElementsAre;

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

class LostScopes : public TwoAreasStory {
 protected:
  // What would let somebody with the store's key read something: sealed rows of the copy, and the store's own wrapping of
  // queue keys.
  static std::vector<std::string> ReadableBlobs(TestDevice& device) {
    std::vector<std::string> blobs;
    for (const std::string& hex : device.AskConfirmed("SELECT hex(sealed) FROM records"))
      blobs.push_back(FromHex(hex));
    for (const std::string& hex :
         device.AskQueue("SELECT hex(wrapped_for_store) FROM queue_keys WHERE wrapped_for_store <> x''"))
      blobs.push_back(FromHex(hex));
    return blobs;
  }
  static void ExpectNoneIn(const std::string& bytes, const std::vector<std::string>& blobs) {
    EXPECT_FALSE(blobs.empty());
    for (const std::string& blob : blobs) EXPECT_EQ(bytes.find(blob), std::string::npos);
  }
  void MoveWorker(const std::string& staff) {
    base.TakeArea(staff, "Testlund");
    base.GiveArea(staff, "Nabolund");
  }
};

TEST_F(LostScopes, AWorkerMovedToAnotherAreaInMidDayLosesNoNoteAndKeepsNoOtherAreasPerson) {
  const SavedInquirer hassan = jonas.SaveInquirer("Hassan");
  Bundle theirs = mona.NewBundle();
  const RecordId neighbour = theirs.Create(CitizenCalled("Mette"), nabolund);
  mona.Save(theirs);
  SyncAll();
  const SavedInquirer amina = amal.SaveInquirer("Amina");
  const RecordId note = Note(amal, hassan.citizen, "not yet handed in");
  clock.Advance(absl::Hours(1));
  MoveWorker("amal");
  clock.Advance(absl::Hours(3));
  const RecordId after = Note(amal, hassan.citizen, "written after noon, not having heard");
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 1u);
  const auto result = amal.SyncWell();
  EXPECT_EQ(result.refused, 1u) << "only what was captured after it was taken waits for a person";
  EXPECT_EQ(result.applied, 3u);
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 0u);
  for (const RecordId& gone : {hassan.citizen, hassan.inquiry, amina.citizen, amina.inquiry, note, after})
    EXPECT_FALSE(Sees(amal, gone));
  EXPECT_TRUE(Sees(amal, neighbour));
  SyncAll();
  for (const RecordId& kept : {amina.citizen, amina.inquiry, note}) EXPECT_TRUE(Sees(jonas, kept));
  EXPECT_EQ(base.Check().quarantined, 1) << "and is kept, raw";
  ExpectAllAgree();
}

// The end of a stream costs a round trip, and tells nothing but that the last words were heard.
TEST_F(LostScopes, OnlyADeviceThatSaidWhatIsNotAnsweredWaitsForTheEndOfItsSession) {
  const SavedInquirer hassan = jonas.SaveInquirer("Hassan");
  SyncAll();
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  EXPECT_EQ(amal.dialer().half_closes(), 0) << "verdicts and Current are all that it waits for";
  base.Erase(hassan.citizen);
  amal.SyncWell();
  EXPECT_EQ(amal.dialer().half_closes(), 1) << "ErasuresHeeded";
  amal.SyncWell();
  EXPECT_EQ(amal.dialer().half_closes(), 1);
  MoveWorker("amal");
  amal.SyncWell();
  EXPECT_EQ(amal.dialer().half_closes(), 2) << "ScopesRemoved";
  amal.SyncWell();
  EXPECT_EQ(amal.dialer().half_closes(), 2);
  amal.Lock();
  amal.SyncWell();
  EXPECT_EQ(amal.dialer().half_closes(), 3) << "no Current says that nothing more comes";
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 0u);
}

TEST_F(LostScopes, NoByteThatTheStoreCouldReadIsLeftInAnyFileOnceItIsConfirmed) {
  SavedInquirer hassan = jonas.SaveInquirer("Hassan");
  SyncAll();
  for (int i = 0; i < 40; ++i)
    Note(amal, hassan.citizen, "note " + std::to_string(i) + std::string(300, 'x'));
  amal.SyncWell();
  Note(amal, hassan.citizen, "one more");
  amal.Rename(hassan.citizen, "Hassan A.");
  const std::vector<std::string> before = ReadableBlobs(amal);
  MoveWorker("amal");
  ASSERT_EQ(base.UnconfirmedRemovals("amal"), 1u);
  amal.SyncWell();
  ASSERT_EQ(base.UnconfirmedRemovals("amal"), 0u);
  ExpectNoneIn(amal.AllBytes(), before);
  EXPECT_THAT(amal.AskConfirmed("SELECT count(*) FROM records"), ElementsAre("0"));
  amal.Reopen();
  ExpectNoneIn(amal.AllBytes(), before);
  EXPECT_TRUE(amal.Records().empty()) << "unlocked";
  EXPECT_FALSE(amal.store().History(hassan.citizen).ok());
  EXPECT_EQ(GetErrorCode(amal.store().UndoLast().status()), ErrorCode::kNotFound);
}

TEST_F(LostScopes, WhatWasKeptForTheHorizonIsStillHandedInToARestoredBase) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  MoveWorker("amal");
  amal.SyncWell();
  ASSERT_THAT(amal.AskQueue("SELECT DISTINCT hex(wrapped_for_store) FROM queue_keys"), ElementsAre(""));
  v1::Welcome welcome;
  welcome.set_epoch(std::string(16, 'e'));
  ASSERT_EQ(amal.store().sync_store().ApplyWelcome(welcome, clock.Read(), clock.Read()), absl::OkStatus());
  const auto again = amal.store().sync_store().NextPush(0, 1 << 20);
  ASSERT_EQ(again->mutations_size(), 1);
  ASSERT_EQ(again->queue_keys_size(), 1);
  const auto opened = OpenSealedBox(base.keys().box, again->queue_keys(0).wrapped_for_base());
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(
      Open(SecretBytes(*opened), again->mutations(0).sealed_payload(), again->mutations(0).envelope()).ok());
  EXPECT_FALSE(Sees(amal, citizen)) << "not even now that it waits again";
}

TEST_F(LostScopes, RemovalWaitsForWorkThatTheBaseAskedToSendLater) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.Rename(citizen, "Amina A.");
  MoveWorker("amal");
  v1::Welcome welcome;
  auto& store = amal.store().sync_store();
  ASSERT_TRUE(store.MakeHello().ok());
  welcome.set_reading(true);
  ASSERT_EQ(store.ApplyWelcome(welcome, clock.Read(), clock.Read()), absl::OkStatus());
  EXPECT_THAT(*store.RemoveLostScopes(), ElementsAre()) << "a rename waits";
  EXPECT_EQ(amal.NameOf(citizen), "Amina A.") << "and can still be mended";
  v1::Ack ack;
  ack.add_verdicts()->set_intent_id(amal.store().Outbox()->at(0).intent.ToBytes());
  ack.mutable_verdicts(0)->mutable_applied()->set_rev(2);
  ASSERT_TRUE(store.ApplyAck(ack).ok());
  EXPECT_THAT(*store.RemoveLostScopes(), ElementsAre(AreaScope(testlund)));
  EXPECT_FALSE(Sees(amal, citizen));
}

// A session that is cut anywhere while a scope goes: it goes all the same, whole, and is confirmed.
TEST_F(LostScopes, CutAnywhereItGoesWholeAndIsConfirmed) {
  for (const auto kind : {Cut::Kind::kLine, Cut::Kind::kBaseDies}) {
    for (int cut = 0; cut < 40; ++cut) {
      TwoAreas world;
      const SavedInquirer amina = world.amal.SaveInquirer("Amina");
      world.amal.SyncWell();
      const RecordId note = Note(world.amal, amina.citizen, "pending");
      const std::vector<std::string> before = ReadableBlobs(world.amal);
      world.clock.Advance(absl::Minutes(1));
      world.base.TakeArea("amal", "Testlund");
      world.base.GiveArea("amal", "Nabolund");
      world.amal.dialer().CutNext({cut, kind});
      const bool was_cut = !world.amal.Sync().ok();
      world.amal.Reopen();
      world.amal.SyncWell();
      EXPECT_EQ(world.base.UnconfirmedRemovals("amal"), 0u) << "cut after " << cut;
      EXPECT_EQ(world.base.store().FindRecord(note).value()->subject, amina.citizen);
      ExpectNoneIn(world.amal.AllBytes(), before);
      EXPECT_TRUE(world.amal.Records().empty());
      if (!was_cut) break;
      ASSERT_LT(cut, 39);
    }
  }
}

TEST_F(LostScopes, LockedTabletHandsInAndConfirmsNothing) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  amal.SaveCitizen("Bo");
  clock.Advance(absl::Minutes(1));
  base.TakeArea("amal", "Testlund");
  amal.Lock();
  EXPECT_EQ(amal.SyncWell().applied, 1u);
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 1u) << "it cannot look, so it cannot say";
  amal.Unlock();
  EXPECT_TRUE(Sees(amal, citizen));
  amal.SyncWell();
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 0u);
  EXPECT_FALSE(Sees(amal, citizen));
}

TEST_F(LostScopes, LockedTabletThatSaysItRemovedIsNotBelieved) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  base.TakeArea("amal", "Testlund");
  amal.Lock();
  auto session = base.Connect(amal.peer());
  v1::SyncRequest hello;
  *hello.mutable_hello() = *amal.store().sync_store().MakeHello();
  hello.mutable_hello()->set_protocol_version(1);
  session->Hear(hello);
  session->SayAll();
  v1::SyncRequest removed;
  *removed.mutable_scopes_removed()->add_scopes() = AreaScope(testlund).ToProto();
  session->Hear(removed);
  const auto said = session->SayAll();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].go_away().reason(), v1::GO_AWAY_REASON_PROTOCOL);
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 1u);
}

TEST_F(LostScopes, ConfirmationIsNotedOnceWithItsTimeAndNeverOfWhatMayBeRead) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  const ReplicaId replica = base.store().FindStore(amal.peer().store).value()->replica;
  const auto holding = [&] { return base.store().Holdings(replica).value(); };
  ASSERT_EQ(holding(), std::vector<Holding>{{AreaScope(testlund)}});
  ASSERT_EQ(ConfirmRemoved(base.store(), replica, {AreaScope(testlund)}, clock.WallNow()), absl::OkStatus());
  EXPECT_EQ(holding()[0].removed_us, 0) << "it may be read";
  base.TakeArea("amal", "Testlund");
  amal.SyncWell();
  const Holding removed = holding()[0];
  EXPECT_GT(removed.removed_us, 0);
  EXPECT_GT(removed.told_us, 0);
  clock.Advance(absl::Hours(1));
  amal.SyncWell();
  EXPECT_EQ(holding()[0], removed);
  base.GiveArea("amal", "Testlund");
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 0u);
  amal.SyncWell();
  EXPECT_EQ(holding()[0], (Holding{AreaScope(testlund)})) << "it holds it again";
}

TEST_F(LostScopes, CloneOfATabletHasToConfirmForItself) {
  amal.SaveCitizen("Amina");
  amal.SyncWell();
  const auto clone = amal.Clone();
  amal.SyncWell();
  amal.SyncWell();
  clone->SyncWell();
  base.TakeArea("amal", "Testlund");
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 2u);
  amal.SyncWell();
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 1u);
  clone->SyncWell();
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 0u);
}

TEST_F(LostScopes, AreaGivenAgainComesAsANewGenerationAndStartsAnew) {
  const RecordId citizen = jonas.SaveCitizen("Amina");
  SyncAll();
  base.TakeArea("amal", "Testlund");
  amal.SyncWell();
  base.GiveArea("amal", "Testlund");
  int resets = 0;
  amal.dialer().on_response = [&](const v1::SyncResponse& r) { resets += r.page().reset() ? 1 : 0; };
  amal.SyncWell();
  EXPECT_EQ(resets, 1);
  EXPECT_EQ(amal.NameOf(citizen), "Amina");
  EXPECT_EQ(amal.store().sync_store().MakeHello()->cursors(0).generation(), 2u);
}

TEST_F(LostScopes, GivenAndTakenAndGivenWhileTheTabletWasAwayStartsAnewToo) {
  const RecordId citizen = jonas.SaveCitizen("Amina");
  SyncAll();
  const RecordId pending = amal.SaveCitizen("Pending");
  for (int i = 0; i < 2; ++i) {
    base.TakeArea("amal", "Testlund");
    base.GiveArea("amal", "Testlund");
  }
  int resets = 0;
  amal.dialer().on_response = [&](const v1::SyncResponse& r) { resets += r.page().reset() ? 1 : 0; };
  EXPECT_EQ(amal.SyncWell().applied, 1u);
  EXPECT_EQ(resets, 1);
  EXPECT_EQ(amal.NameOf(citizen), "Amina");
  EXPECT_EQ(amal.NameOf(pending), "Pending");
  ExpectSameRecords(base, {&amal});
}

TEST_F(LostScopes, WorkFromBeforeItWasTakenCountsForThirtyDaysAndThenWaitsForAPerson) {
  amal.SyncWell();
  amal.SaveCitizen("Amina");
  clock.Advance(absl::Hours(1));
  base.TakeArea("amal", "Testlund");
  clock.Advance(absl::Hours(24 * 30));
  const RecordId late = jonas.SaveCitizen("Bo");
  jonas.SyncWell();
  base.TakeArea("jonas", "Testlund");
  EXPECT_EQ(amal.SyncWell().refused, 1u);
  jonas.Rename(late, "after it was taken");
  EXPECT_EQ(jonas.SyncWell().refused, 1u);
  EXPECT_EQ(base.Check().quarantined, 2);
}

TEST_F(LostScopes, LiveSessionEndsWhenAnAreaIsTakenAndTheNextOneRemovesIt) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  amal.SyncWell();
  int idle = 0;
  amal.dialer().on_idle = [&] {
    if (++idle == 3) base.TakeArea("amal", "Testlund");
    ASSERT_LT(idle, 100);
  };
  EXPECT_FALSE(amal.Sync({.live = true, .attempts = 1}).ok()) << "come back later";
  amal.dialer().on_idle = nullptr;
  amal.SyncWell();
  EXPECT_FALSE(Sees(amal, citizen));
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 0u);
}

}  // namespace
}  // namespace opgang
