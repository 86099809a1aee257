// A newer base against an older client: what the client does not understand loses nothing and stops nothing.
#include "client-lib/src/store/confirmed_store.h"
#include "client-lib/src/sync/client_session.h"
#include "client-lib/src/sync/session_run.h"
#include "core/packing/packing.h"
#include "server/engine/transaction.h"
#include "tests/ages/future.h"

namespace opgang::ages {
namespace {

using testing::Contains;
using testing::ElementsAre;

constexpr uint32_t kFutureType = 900;

class NewerBase : public SyncStory {
 protected:
  // What the base says, before the device hears it: changed, or with something more before it.
  using Twist = std::function<std::vector<v1::SyncResponse>(const v1::SyncResponse&)>;

  // One session of Amal's, message by message. True: the device had all that it waits for.
  bool Talk(const Twist& twist) {
    clock.Advance(absl::Seconds(1));
    auto at_base = base.Connect(amal.peer());
    ClientSession session(amal.store().sync_store(), clock, {});
    EXPECT_EQ(session.Start(), absl::OkStatus());
    for (bool moved = true; moved;) {
      moved = false;
      for (auto request = session.NextRequest(); request.value().has_value();
           request = session.NextRequest()) {
        at_base->Hear(**request);
        moved = true;
      }
      for (const v1::SyncResponse& response : at_base->SayAll()) {
        for (const v1::SyncResponse& heard : twist(Unpacked(response)))
          EXPECT_EQ(session.OnResponse(heard), absl::OkStatus());
        moved = true;
      }
    }
    const bool done = session.done();
    base.Disconnect(at_base);
    return done;
  }
  static std::vector<v1::SyncResponse> AsItIs(const v1::SyncResponse& response) { return {response}; }

  // The base is of the next schema and holds a record of a type that nobody here has a name for.
  RecordId PutFutureRecord() {
    StoredRecord record;
    record.id = RecordId::Make(clock.WallNow(), SystemRandom());
    record.type = kFutureType;
    record.record = AnyRecord();
    record.record.set_fields(WithFuture(v1::Citizen(), "a group").SerializeAsString());
    record.scopes = {AreaScope(base.Area("Testlund"))};
    const absl::Status put = InTransaction(base.store(), [&]() -> absl::Status {
      record.rev = base.store().NextRev().value();
      return base.store().PutRecord(record);
    });
    EXPECT_EQ(put, absl::OkStatus());
    base.Announce({record.scopes[0]});
    return record.id;
  }
  static v1::Record AnyRecord() {
    v1::Record record;
    record.mutable_created()->set_intent_id(std::string(16, 'i'));
    return record;
  }
  std::vector<std::string> TypesInTheCopy() { return amal.AskConfirmed("SELECT record_type FROM records"); }
};

TEST_F(NewerBase, ARecordOfAnUnknownTypeIsKeptForALaterAppAndShownToNobody) {
  amal.SaveCitizen("Amina");
  PutFutureRecord();
  const SyncResult result = amal.SyncWell();
  EXPECT_EQ(result.differing, 0u);
  EXPECT_EQ(amal.Records().size(), 1u);
  EXPECT_THAT(TypesInTheCopy(), Contains(std::to_string(kFutureType)));
  amal.Reopen();
  const SyncResult again = amal.SyncWell();
  EXPECT_EQ(again.received, 0u) << "it is there, and is not asked for again";
  EXPECT_EQ(again.repaired, 0u);
}

TEST_F(NewerBase, WhatItSaysInALaterMessageIsPassedOver) {
  jonas.SaveCitizen("Bo");
  jonas.SyncWell();
  EXPECT_TRUE(Talk([](const v1::SyncResponse& response) {
    return std::vector{WithFuture(v1::SyncResponse(), "news"), WithFuture(response, "more")};
  }));
  EXPECT_EQ(amal.Records().size(), 1u);
}

TEST_F(NewerBase, AVerdictOfALaterKindLeavesTheWorkInTheQueueUntilItIsUnderstood) {
  const RecordId citizen = amal.SaveCitizen("Amina");
  EXPECT_TRUE(Talk([](const v1::SyncResponse& response) {
    v1::SyncResponse other = response;
    for (v1::Verdict& verdict : *other.mutable_ack()->mutable_verdicts()) {
      verdict.clear_outcome();
      verdict = WithFuture(verdict, "postponed by a rule of next year");
    }
    return std::vector{response.has_ack() ? other : response};
  }));
  EXPECT_EQ(amal.store().outbox_counts().unsent, 1u);
  EXPECT_EQ(amal.NameOf(citizen), "Amina");
  amal.SyncWell();
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
  ExpectSameRecords(base, {&amal});
}

TEST_F(NewerBase, AReasonForRefusalThatIsNotKnownNeedsAttentionAllTheSame) {
  amal.SaveCitizen("Amina");
  Talk([](const v1::SyncResponse& response) -> std::vector<v1::SyncResponse> {
    if (!response.has_ack())
      return response.has_welcome() ? AsItIs(response) : std::vector<v1::SyncResponse>();
    v1::SyncResponse other = response;
    for (v1::Verdict& verdict : *other.mutable_ack()->mutable_verdicts())
      verdict.mutable_quarantined()->set_code(static_cast<v1::RefusalCode>(900));
    return {other};
  });
  EXPECT_EQ(amal.store().outbox_counts().needs_attention, 1u);
  const auto outbox = amal.store().Outbox().value();
  ASSERT_EQ(outbox.size(), 1u);
  EXPECT_EQ(static_cast<int>(outbox[0].refusal->code), 900);
}

// A change of a kind of tomorrow: the rest of the page arrives, and a newer app asks for the scope anew.
TEST_F(NewerBase, AChangeOfALaterKindIsPassedOverAndAskedForAgainAfterTheUpgrade) {
  jonas.SaveCitizen("Bo");
  const RecordId other = jonas.SaveCitizen("Carla");
  jonas.SyncWell();
  EXPECT_TRUE(Talk([&](const v1::SyncResponse& response) {
    v1::SyncResponse twisted = response;
    for (v1::FeedEntry& entry : *twisted.mutable_page()->mutable_entries()) {
      if (entry.record_id() == other.ToBytes()) entry.set_change(static_cast<v1::FeedChange>(9));
    }
    return std::vector{response.has_page() ? twisted : response};
  }));
  EXPECT_EQ(amal.NameOf(other), "Carla") << "the sums told that it was lacking, and its leaf was sent";

  const auto copy = amal.CopyOfHome();
  const auto file = std::filesystem::directory_iterator(copy / "stores")->path() / "confirmed.db";
  const auto rev_after = [&](const KnownSchema& schema) {
    const auto store = ConfirmedStore::Open(file, "", SystemRandom(), schema).value();
    return store->cursors().at(AreaScope(base.Area("Testlund"))).rev;
  };
  EXPECT_GT(rev_after({}), 0u) << "the same app goes on from where it is";
  EXPECT_EQ(rev_after(NextSchema()), 0u) << "a newer one starts the scope anew";
}

TEST_F(NewerBase, AScopeOrAModeOfALaterKindIsNotWaitedFor) {
  jonas.SaveCitizen("Bo");
  jonas.SyncWell();
  EXPECT_TRUE(Talk([](const v1::SyncResponse& response) {
    v1::SyncResponse twisted = response;
    if (!response.has_welcome()) return AsItIs(response);
    v1::Grant mode = response.welcome().grants(0);
    mode.mutable_scope()->set_id(std::string(16, 'm'));
    mode.set_mode(static_cast<v1::GrantMode>(9));
    v1::Grant kind = response.welcome().grants(0);
    kind.mutable_scope()->set_kind(static_cast<v1::ScopeKind>(9));
    *twisted.mutable_welcome()->add_grants() = mode;
    *twisted.mutable_welcome()->add_grants() = kind;
    return std::vector{twisted};
  }));
  EXPECT_EQ(amal.Records().size(), 1u);
  amal.Reopen();
  EXPECT_EQ(amal.SyncWell().received, 0u) << "the copy was not thrown away";
}

// What comes of a scope that it cannot name gives its room back and is nobody's.
TEST_F(NewerBase, PagesOfAScopeThatItCannotNameDoNotEndTheSession) {
  jonas.SaveCitizen("Bo");
  jonas.SyncWell();
  EXPECT_TRUE(Talk([](const v1::SyncResponse& response) {
    std::vector<v1::SyncResponse> heard = {response};
    if (!response.has_page() && !response.has_current()) return heard;
    v1::SyncResponse other = response;
    auto& scope = response.has_page() ? *other.mutable_page()->mutable_scope()
                                      : *other.mutable_current()->mutable_scope();
    scope.set_kind(static_cast<v1::ScopeKind>(9));
    heard.push_back(other);
    return heard;
  }));
  EXPECT_EQ(amal.Records().size(), 1u);
}

TEST_F(NewerBase, AReasonToGoAwayThatIsNotKnownMeansTryLater) {
  amal.SaveCitizen("Amina");
  auto at_base = base.Connect(amal.peer());
  SyncOptions options;
  SessionRun run(amal.store().sync_store(), clock, options, {});
  ASSERT_EQ(run.Start(), absl::OkStatus());
  v1::SyncResponse response;
  response.mutable_go_away()->set_reason(static_cast<v1::GoAwayReason>(9));
  ASSERT_EQ(run.Hear(response), absl::OkStatus());
  EXPECT_EQ(GetErrorCode(run.End(absl::OkStatus())), ErrorCode::kTryLater);
  base.Disconnect(at_base);
}

}  // namespace
}  // namespace opgang::ages
