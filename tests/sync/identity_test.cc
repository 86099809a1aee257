// Who a store is: locked, cloned, restored, without its token. Each is told, and loses and doubles nothing
// (I2, I3).
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

using Identity = SyncStory;

TEST_F(Identity, LockedDeviceHandsInItsWorkAndReadsNothing) {
  jonas.SaveCitizen("Bo");
  jonas.SyncWell();
  const RecordId note = amal.SaveCitizen("Amina");
  amal.Lock();
  int pages = 0;
  amal.dialer().on_response = [&](const v1::SyncResponse& response) {
    pages += response.has_page() || response.has_current() ? 1 : 0;
    EXPECT_TRUE(response.welcome().grants().empty());
  };
  const SyncResult result = amal.SyncWell();
  EXPECT_FALSE(result.read);
  EXPECT_EQ(result.applied, 1u);
  EXPECT_EQ(result.received, 0u);
  EXPECT_EQ(pages, 0);
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
  amal.Unlock();
  EXPECT_EQ(amal.NameOf(note), "Amina");
  amal.dialer().on_response = nullptr;
  amal.SyncWell();
  jonas.SyncWell();
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(Identity, ClonedStoreBecomesANewReplicaAndNothingIsDoubled) {
  const RecordId before = amal.SaveCitizen("Before");
  auto clone = amal.Clone();
  const RecordId on_original = amal.SaveCitizen("On the original");
  const RecordId on_clone = clone->SaveCitizen("On the clone");
  amal.SyncWell();
  clone->SyncWell();
  amal.SyncWell();
  clone->SyncWell();
  ExpectSameRecords(base, {&amal, clone.get()});
  EXPECT_EQ(base.Check().records, 3);
  EXPECT_EQ(base.Check().mutations, 3);
  for (const RecordId id : {before, on_original, on_clone}) EXPECT_NE(amal.NameOf(id), "(not visible)");
}

TEST_F(Identity, CloneThatSyncsFirstInTheOriginalsPlacesCostsTheOriginalNothing) {
  amal.SyncWell();
  auto clone = amal.Clone();
  amal.SaveInquirer("On the original");
  clone->SaveCitizen("On the clone");
  clone->SyncWell();  // takes the places that the original's bundle stands in
  amal.SyncWell();
  clone->SyncWell();
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, clone.get()});
  EXPECT_EQ(amal.store().outbox_counts().needs_attention, 0u);
  EXPECT_EQ(base.Check().records, 3);
  EXPECT_EQ(base.Check().mutations, 3);
  EXPECT_EQ(base.Check().quarantined, 0);
}

TEST_F(Identity, CloneWhoseTokenCountsAsLostWelcomeIsToldByIdReusedAndGoesOn) {
  amal.SyncWell();
  auto clone = amal.Clone();
  clone->SaveCitizen("On the clone");
  clone->dialer().CutNext(
      {2});  // the clone's push is committed under the shared replica, its Welcome is lost
  EXPECT_FALSE(clone->Sync().ok());
  amal.SaveInquirer("On the original");  // its bundle stands in the same place; its token is the one before
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.applied, 2u);
  clone->SyncWell();
  amal.SyncWell();
  ExpectSameRecords(base, {&amal, clone.get()});
  EXPECT_EQ(base.Check().records, 3);
  EXPECT_EQ(base.Check().mutations, 3);
  EXPECT_EQ(base.Check().quarantined, 0);
}

TEST_F(Identity, StoreRestoredFromAnImageBecomesANewReplicaAndHandsItsWorkInOnce) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  const auto image = amal.CopyOfHome();
  amal.SyncWell();
  amal.SyncWell();
  amal.RestoreHome(image);
  EXPECT_EQ(amal.store().outbox_counts().unsent, 1u);
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.applied, 1u);
  EXPECT_EQ(base.Check().mutations, 1);
  EXPECT_EQ(amal.NameOf(citizen), "Amina");
  ExpectSameRecords(base, {&amal});
}

TEST_F(Identity, TokenOfALostWelcomeIsAcceptedAgainAndAgain) {
  amal.SaveCitizen("Amina");
  for (int i = 0; i < 3; ++i) {
    amal.dialer().CutNext({1});  // Hello passes, Welcome does not
    EXPECT_FALSE(amal.Sync().ok());
  }
  int new_replicas = 0;
  amal.dialer().on_response = [&](const v1::SyncResponse& response) {
    new_replicas += response.welcome().new_replica_id().empty() ? 0 : 1;
  };
  amal.SyncWell();
  EXPECT_EQ(new_replicas, 0);
  ExpectSameRecords(base, {&amal});
}

TEST_F(Identity, NewerSessionOfAReplicaFencesTheOlder) {
  const auto older = base.Connect(amal.peer());
  v1::SyncRequest hello;
  *hello.mutable_hello() = amal.store().sync_store().MakeHello().value();
  hello.mutable_hello()->set_protocol_version(1);
  older->Hear(hello);
  EXPECT_FALSE(older->SayAll().empty());
  amal.SyncWell();  // the older Welcome was never heard: its token still counts
  const auto last = older->SayAll();
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].go_away().reason(), v1::GO_AWAY_REASON_FENCED);
  EXPECT_TRUE(older->session().over());
}

TEST_F(Identity, WhatAFencedSessionHeardOfTheDeviceIsNotNotedOverWhatTheNewerHeard) {
  const auto unsent_at_base = [&] {
    const ReplicaId replica =
        ReplicaId::FromBytes(amal.store().sync_store().MakeHello()->replica_id()).value_or(ReplicaId());
    return base.store().FindReplica(replica).value()->unsent_count;
  };
  amal.SaveInquirer("Amina");
  const auto older = base.Connect(amal.peer());
  v1::SyncRequest hello;
  *hello.mutable_hello() = amal.store().sync_store().MakeHello().value();
  hello.mutable_hello()->set_protocol_version(1);
  older->Hear(hello);
  older->SayAll();
  EXPECT_EQ(unsent_at_base(), 2u);
  amal.SyncWell();
  EXPECT_EQ(unsent_at_base(), 0u);
  base.Disconnect(older);
  EXPECT_EQ(unsent_at_base(), 0u);
}

TEST_F(Identity, StoreThatTheBaseDoesNotKnowIsTurnedAwayAndKeepsItsWork) {
  const Neighbourhood elsewhere;
  amal.SaveCitizen("Amina");
  const auto session = base.Connect(Peer{"amal", StoreId::FromBytes(std::string(16, 'x')).value()});
  v1::SyncRequest hello;
  *hello.mutable_hello() = amal.store().sync_store().MakeHello().value();
  hello.mutable_hello()->set_protocol_version(1);
  session->Hear(hello);
  const auto said = session->SayAll();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].go_away().reason(), v1::GO_AWAY_REASON_UNKNOWN_STORE);
  EXPECT_EQ(amal.store().outbox_counts().unsent, 1u);
}

}  // namespace
}  // namespace opgang
