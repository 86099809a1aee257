// When a device's nearest case is due, as the board's list of silent devices has it: told in the Hello, or where much waits when
// all was pushed.
#include "client-lib/src/sync/client_session.h"
#include "tests/support/pushed.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

class NearestDueOverSync : public SyncStory {
 protected:
  NearestDueOverSync() {
    amal.SyncWell();
    amal.dialer().on_request = [&](const v1::SyncRequest& request) { Hear(request); };
  }

  void Hear(const v1::SyncRequest& request) {
    if (request.has_hello()) hello = request.hello();
    if (request.has_nearest_due()) {
      ++told;
      pushed_before = pushed;
    }
    pushed += PushedIn(request).mutations_size();
  }
  void SaveInquirers(int count) {
    for (int i = 0; i < count; ++i) amal.SaveInquirer("Amina");
  }
  int64_t Known() {
    const auto replica = ReplicaId::FromBytes(hello.replica_id());
    const auto state = base.store().FindReplica(replica.value_or(ReplicaId()));
    return state.ok() && state->has_value() ? (*state)->nearest_due_us : -1;
  }
  // Of an inquiry that is made now: by the end of the third day after it.
  int64_t Due() { return absl::ToUnixMicros(EndOfLocalDay(LocalDay(clock.WallNow()) + 3)); }

  v1::Hello hello;        // the last one
  int told = 0;           // behind a Hello
  int pushed = 0;         // mutations
  int pushed_before = 0;  // the last time that it was told
};

TEST_F(NearestDueOverSync, IsToldInTheHelloWhereLittleWaits) {
  SaveInquirers(250);
  amal.SyncWell();
  EXPECT_FALSE(hello.due_follows());
  EXPECT_EQ(hello.nearest_due_us(), Due());
  EXPECT_EQ(told, 0);
  EXPECT_EQ(Known(), Due());
}

TEST_F(NearestDueOverSync, IsToldOnceWhenAllWasPushedWhereMuchWaits) {
  SaveInquirers(251);
  amal.SyncWell();
  EXPECT_TRUE(hello.due_follows());
  EXPECT_EQ(hello.nearest_due_us(), 0);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(pushed_before, 502);
  EXPECT_EQ(Known(), Due());
}

TEST_F(NearestDueOverSync, WhereTheSessionIsCutBeforeItIsToldTheBaseGoesByWhatItHeardLast) {
  SaveInquirers(1);
  amal.SyncWell();
  const int64_t first = Due();
  clock.Advance(absl::Hours(48));
  SaveInquirers(251);
  auto at_base = base.Connect(amal.peer());
  ClientSession session(amal.store().sync_store(), clock, {});
  ASSERT_EQ(session.Start(), absl::OkStatus());
  at_base->Hear(**session.NextRequest());
  at_base->SayAll();
  base.Disconnect(at_base);
  EXPECT_EQ(Known(), first);
  amal.Sync({.attempts = 2}).IgnoreError();
  EXPECT_EQ(told, 1);
}

TEST_F(NearestDueOverSync, IsToldInTheHelloOfABaseThatHearsNothingElse) {
  KnownSchema before;
  before.hears_due = false;
  base.UpgradeTo(before);
  SaveInquirers(251);
  EXPECT_EQ(amal.SyncWell().unsent, 0u);
  EXPECT_TRUE(hello.due_follows()) << "it was another base yesterday";
  SaveInquirers(251);
  EXPECT_EQ(amal.SyncWell().unsent, 0u);
  EXPECT_FALSE(hello.due_follows()) << "it has said so by now";
  EXPECT_EQ(hello.nearest_due_us(), Due());
  EXPECT_EQ(Known(), Due());
  base.UpgradeTo({});
  amal.SyncWell();
  SaveInquirers(251);
  amal.SyncWell();
  EXPECT_TRUE(hello.due_follows());
}

TEST_F(NearestDueOverSync, ATabletTakenOutOfUseTellsNone) {
  SaveInquirers(251);
  base.Revoke("amal", v1::REVOCATION_REASON_REPLACED);
  ASSERT_TRUE(amal.Sync().ok());
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
  EXPECT_TRUE(hello.due_follows()) << "it was in use yesterday";
  EXPECT_EQ(told, 0);
}

TEST_F(NearestDueOverSync, ALockedTabletKnowsNone) {
  SaveInquirers(251);
  amal.Lock();
  EXPECT_EQ(amal.SyncWell().unsent, 0u);
  EXPECT_FALSE(hello.due_follows());
  EXPECT_EQ(told, 0);
  EXPECT_EQ(Known(), 0) << "what was heard last";
}

}  // namespace
}  // namespace opgang
