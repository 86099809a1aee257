// A device that is taken out of use: within one message in an open session, at the next Hello, and on the device itself. It hands
// in what it has, to quarantine, and reads nothing.
#include "server/admin/revocation.h"

#include "server/engine/holdings.h"
#include "tests/support/hand_device.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

class Revocation : public SyncStory {
 protected:
  void SyncBoth() {
    amal.SyncWell();
    jonas.SyncWell();
    amal.SyncWell();
  }
  size_t Quarantined() { return base.store().Quarantine(std::nullopt).value().size(); }
  v1::RefusalCode CodeOfOnly() {
    return base.store().Quarantine(std::nullopt).value().at(0).mutation.fate.verdict.quarantined().code();
  }
};

TEST_F(Revocation, InAnOpenSessionNotOnePageMoreLeavesTheBase) {
  SyncBoth();
  for (int i = 0; i < 20; ++i) jonas.SaveCitizen("Person " + std::to_string(i));
  jonas.SyncWell();
  int pages_after = 0, messages = 0;
  bool revoked = false;
  amal.dialer().on_request = [&](const v1::SyncRequest& request) {
    if (!request.has_hello()) return;
    base.RunJobs();  // greeted: its Welcome waits to be sent, and pages behind it
    base.Revoke("amal", v1::REVOCATION_REASON_LOST);
    revoked = true;
  };
  amal.dialer().on_response = [&](const v1::SyncResponse& response) {
    ++messages;
    if (revoked && (response.has_page() || response.has_current())) ++pages_after;
  };
  EXPECT_FALSE(amal.Sync().ok());
  EXPECT_TRUE(revoked);
  EXPECT_GT(messages, 0);
  EXPECT_EQ(pages_after, 0);
}

TEST_F(Revocation, WorkThatIsUnderWayWhenItHappensIsNeitherTakenInNorLost) {
  HandDevice nina(base, clock, "nina", "outreach", {"Testlund"});
  auto session = base.Connect(nina.peer);
  session->Hear(nina.HelloRequest());
  const auto greeted = session->SayAll();
  nina.Heed(greeted.at(0).welcome());
  const auto sealed = nina.Seal(nina.Create(CitizenCalled("On the way"), AreaScope(base.Area("Testlund"))));
  session->Hear(nina.Request(nina.Push({sealed})));  // waits for the writer
  base.Revoke("nina", v1::REVOCATION_REASON_LOST);
  for (const v1::SyncResponse& said : session->SayAll()) {
    for (const v1::Verdict& verdict : said.ack().verdicts()) EXPECT_TRUE(verdict.has_retry_later());
    EXPECT_TRUE(said.has_ack() || said.has_go_away()) << said.DebugString();
  }
  EXPECT_EQ(Quarantined(), 0u);
  EXPECT_EQ(base.Check().records, 0);
  auto next = base.Connect(nina.peer);
  next->Hear(nina.HelloRequest());
  next->Hear(nina.Request(nina.Push({sealed})));
  next->SayAll();
  ASSERT_EQ(Quarantined(), 1u);
  EXPECT_EQ(CodeOfOnly(), v1::REFUSAL_CODE_REVOKED);
}

TEST_F(Revocation, AtTheNextHelloItHandsInReadsNothingAndEmptiesItself) {
  jonas.SaveCitizen("Hassan Yusuf Abdi");
  SyncBoth();
  ASSERT_FALSE(amal.Records().empty());
  const std::string sealed = amal.AskConfirmed("SELECT hex(sealed) FROM records").at(0);
  amal.SaveCitizen("Not handed in yet");
  base.Revoke("amal", v1::REVOCATION_REASON_LEFT);
  EXPECT_GT(base.UnconfirmedRemovals("amal"), 0u);
  jonas.SaveCitizen("After she left");
  jonas.SyncWell();
  const auto result = amal.Sync();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->read);
  EXPECT_TRUE(result->revoked);
  EXPECT_EQ(result->received, 0u);
  EXPECT_EQ(result->refused, 1u);
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 0u) << "it said that nothing is left";
  EXPECT_FALSE(amal.store().unlocked());
  EXPECT_TRUE(amal.store().grants().empty());
  EXPECT_EQ(amal.AskConfirmed("SELECT count(*) FROM records").at(0), "0");
  EXPECT_EQ(amal.AskQueue("SELECT count(*) FROM queue_keys WHERE wrapped_for_store <> x''").at(0), "0");
  ASSERT_TRUE(amal.store().revoked().has_value());
  EXPECT_EQ(amal.store().revoked()->reason(), v1::REVOCATION_REASON_LEFT);
  EXPECT_EQ(GetErrorCode(amal.store().Unlock("seven green doors")), ErrorCode::kRevoked);
}

TEST_F(Revocation, SavingGoesOnForEverAndWhatIsSavedStillReachesTheBase) {
  SyncBoth();
  base.Revoke("amal", v1::REVOCATION_REASON_REPLACED);
  ASSERT_TRUE(amal.Sync().ok());
  Bundle bundle = amal.NewBundle();
  bundle.Create(CitizenCalled("Asked all the same"), base.Area("Testlund"));
  ASSERT_EQ(amal.store().Save(bundle).status(), absl::OkStatus());
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_EQ(Quarantined(), 1u);
}

TEST_F(Revocation, ALockedTabletInAThiefsHandIsToldTooAndNeedsNoPassphraseToForget) {
  jonas.SaveCitizen("Hassan");
  SyncBoth();
  amal.Lock();
  base.Revoke("amal", v1::REVOCATION_REASON_STOLEN);
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_EQ(amal.AskConfirmed("SELECT count(*) FROM records").at(0), "0");
  EXPECT_EQ(base.UnconfirmedRemovals("amal"), 0u);
  EXPECT_TRUE(amal.store().lease().over);
}

TEST_F(Revocation, CutAnywhereItIsToldAgainUntilTheRemovalIsConfirmed) {
  jonas.SaveCitizen("Hassan");
  SyncBoth();
  base.Revoke("amal", v1::REVOCATION_REASON_LOST);
  int after = 1;
  for (; base.UnconfirmedRemovals("amal") > 0 && after < 60; ++after) {
    amal.dialer().CutNext({after});
    (void)amal.Sync();
  }
  EXPECT_LT(after, 60);
  EXPECT_EQ(amal.AskConfirmed("SELECT count(*) FROM records").at(0), "0");
}

TEST_F(Revocation, StolenTakesThePlaceOfLostAndNothingTakesThePlaceOfStolen) {
  base.Revoke("amal", v1::REVOCATION_REASON_LOST);
  const auto stores = [&] { return base.store().Stores("amal").value().at(0); };
  const int64_t since = stores().revoked.at_us();
  clock.Advance(absl::Hours(1));
  base.Revoke("amal", v1::REVOCATION_REASON_STOLEN);
  EXPECT_TRUE(stores().is_stolen());
  EXPECT_EQ(stores().revoked.at_us(), since);
  base.Revoke("amal", v1::REVOCATION_REASON_REPLACED);
  EXPECT_TRUE(stores().is_stolen());
}

TEST_F(Revocation, TheIncidentCountsEverybodyWhoMayBeOnItAlsoWhoHasLeftTheArea) {
  const SavedInquirer moved = jonas.SaveInquirer("Moves away");
  jonas.SaveCitizen("Stays");
  SyncBoth();
  v1::DescribeIncidentRequest request;
  request.set_store_id(base.store().Stores("amal").value().at(0).id.ToBytes());
  request.set_actor("jonas");
  const auto incident = [&] {
    return DescribeIncident(base.store(), {.local = true, .author = {}}, request, clock.WallNow()).value();
  };
  EXPECT_EQ(incident().people_count(), 2u);
  EXPECT_GT(incident().last_read_us(), 0);
  Bundle away = jonas.NewBundle();
  away.Delete(moved.citizen, RecordTypeOf<v1::Citizen>());
  jonas.Save(away);
  jonas.SyncWell();
  EXPECT_EQ(incident().people_count(), 2u) << "her copy was sent before: never too few";
  base.Revoke("amal", v1::REVOCATION_REASON_LOST);
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_EQ(incident().people_count(), 0u) << "the device said that it has emptied itself";
}

}  // namespace
}  // namespace opgang
