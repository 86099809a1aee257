// Packing between builds of different ages: what one end does not open is not sent to it, and where the other end has become
// older meanwhile nothing is lost.
#include "client-lib/src/sync/client_session.h"
#include "core/packing/packing.h"
#include "tests/ages/future.h"

namespace opgang::ages {
namespace {

class PackingOverSync : public SyncStory {
 protected:
  // Before there was any packing.
  static KnownSchema Unpacking() {
    KnownSchema schema;
    schema.packing = 0;
    schema.takes_opened = false;
    return schema;
  }
  // One session of Amal's. `opens`: what her app says that it opens.
  bool Talk(uint32_t opens) {
    auto at_base = base.Connect(amal.peer());
    ClientSession session(amal.store().sync_store(), clock, {});
    EXPECT_EQ(session.Start(), absl::OkStatus());
    for (bool moved = true; moved;) {
      moved = false;
      for (auto request = session.NextRequest(); request.value().has_value();
           request = session.NextRequest()) {
        if ((*request)->has_hello()) (*request)->mutable_hello()->set_opens_packing(opens);
        packed_up += (*request)->has_packed();
        at_base->Hear(**request);
        moved = true;
      }
      for (const v1::SyncResponse& response : at_base->SayAll()) {
        packed_down += response.has_packed();
        EXPECT_EQ(session.OnResponse(response), absl::OkStatus());
        moved = true;
      }
    }
    base.Disconnect(at_base);
    return session.done();
  }
  void SaveADay() {
    for (int i = 0; i < 20; ++i) amal.SaveCitizen("Amina");
  }

  int packed_up = 0, packed_down = 0;
};

TEST_F(PackingOverSync, BothEndsPackWhatTheOtherOpens) {
  EXPECT_TRUE(Talk(kPackingForm));
  SaveADay();
  EXPECT_TRUE(Talk(kPackingForm));
  EXPECT_GT(packed_up, 0);
  EXPECT_GT(packed_down, 0);
  EXPECT_EQ(base.Check().records, 20);
}

TEST_F(PackingOverSync, NothingIsPackedBeforeTheBaseHasSaidThatItOpensIt) {
  SaveADay();
  EXPECT_TRUE(Talk(kPackingForm));
  EXPECT_EQ(packed_up, 0);
  EXPECT_EQ(base.Check().records, 20);
}

TEST_F(PackingOverSync, WhatExpandsAsNoHonestPushDoesEndsTheSession) {
  auto at_base = base.Connect(amal.peer());
  ClientSession session(amal.store().sync_store(), clock, {});
  ASSERT_EQ(session.Start(), absl::OkStatus());
  at_base->Hear(*session.NextRequest().value());
  at_base->SayAll();
  v1::SyncRequest zeros;
  zeros.mutable_push()->add_mutations()->set_sealed_payload(std::string(200 * 1024, '\0'));
  PackMessage(zeros);
  ASSERT_TRUE(zeros.has_packed());
  at_base->Hear(zeros);
  const auto said = at_base->SayAll();
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said.back().go_away().reason(), v1::GO_AWAY_REASON_PROTOCOL);
}

TEST_F(PackingOverSync, AnOlderAppIsSentNothingPacked) {
  SaveADay();
  EXPECT_TRUE(Talk(0));
  EXPECT_EQ(packed_down, 0);
  EXPECT_EQ(base.Check().records, 20);
}

TEST_F(PackingOverSync, AnOlderBaseThatCameBackKeepsWhatWasPackedUntilItsUpgrade) {
  amal.SyncWell();
  const SavedInquirer note = amal.SaveInquirer("Amina");
  base.UpgradeTo(Unpacking());
  EXPECT_TRUE(Talk(kPackingForm)) << "what it passed over is sent again as it is";
  EXPECT_GT(packed_up, 0);
  EXPECT_EQ(base.Check().quarantined, 2);
  base.UpgradeTo({});
  EXPECT_EQ(base.Check().quarantined, 0);
  amal.SyncWell();
  jonas.SyncWell();
  EXPECT_EQ(jonas.NameOf(note.citizen), "Amina");
  ExpectSameRecords(base, {&amal, &jonas});
}

TEST_F(PackingOverSync, WhatIsSavedAfterHearingTheOlderBaseIsTakenAtOnce) {
  amal.SyncWell();
  base.UpgradeTo(Unpacking());
  amal.SyncWell();
  amal.SaveInquirer("Amina");
  EXPECT_EQ(amal.SyncWell().applied, 2u);
  EXPECT_EQ(base.Check().quarantined, 0);
}

TEST_F(PackingOverSync, TheSameAgainToAnUpgradedBaseIsTheSame) {
  amal.SyncWell();
  amal.SaveInquirer("Amina");
  base.UpgradeTo(Unpacking());
  {  // its verdict does not arrive
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
  ASSERT_EQ(base.Check().quarantined, 2);
  base.UpgradeTo({});
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.unsent, 0u) << "known by what it says";
  EXPECT_EQ(amal.store().outbox_counts().needs_attention, 0u);
  EXPECT_EQ(base.Check().records, 2);
}

}  // namespace
}  // namespace opgang::ages
