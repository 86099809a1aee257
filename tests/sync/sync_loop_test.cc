// The loop around sessions: what it tries again, what it tells at once, and that it never goes on for ever in silence.
#include "client-lib/src/sync/sync_loop.h"

#include <deque>
#include <functional>

#include "tests/support/pushed.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

// A base that says what it is told to say, then nothing. Time passes while the device waits.
class ScriptedStream : public SyncStream {
 public:
  ScriptedStream(ManualClock& clock, std::deque<v1::SyncResponse> words, std::optional<absl::Status> then,
                 std::vector<v1::SyncRequest>& heard, int& half_closes)
      : clock_(clock),
        words_(std::move(words)),
        then_(std::move(then)),
        heard_(heard),
        half_closes_(half_closes) {}
  bool writable() override { return true; }
  void Write(v1::SyncRequest request) override { heard_.push_back(std::move(request)); }
  void HalfClose() override {
    ++half_closes_;
    then_ = absl::OkStatus();
  }
  std::optional<v1::SyncResponse> Wait(absl::Duration at_most) override {
    if (words_.empty()) {
      clock_.Advance(at_most);
      return std::nullopt;
    }
    v1::SyncResponse next = std::move(words_.front());
    words_.pop_front();
    return next;
  }
  std::optional<absl::Status> ended() override { return words_.empty() ? then_ : std::nullopt; }

 private:
  ManualClock& clock_;
  std::deque<v1::SyncResponse> words_;
  std::optional<absl::Status> then_;  // nullopt: silence
  std::vector<v1::SyncRequest>& heard_;
  int& half_closes_;
};

class SyncLoop : public SyncStory, public SyncDialer {
 protected:
  void Begin(absl::Duration) override { begun_at = clock.WallNow(); }
  absl::StatusOr<std::unique_ptr<SyncStream>> Dial(absl::Duration) override {
    ++dials;
    clock.Advance(takes_to_dial);
    if (!cannot_dial.empty()) {
      const absl::Status status = cannot_dial.front();
      if (cannot_dial.size() > 1) cannot_dial.pop_front();
      if (!status.ok()) return status;
    }
    return std::make_unique<ScriptedStream>(clock, words, then, heard, half_closes);
  }
  absl::Status Run(int attempts = 3, bool live = false) {
    return RunSync(amal.store().sync_store(), *this, clock, SystemRandom(),
                   {.live = live, .attempts = attempts}, [](absl::Duration pause) { paused += pause; })
        .status();
  }
  static v1::SyncResponse GoAway(v1::GoAwayReason reason) {
    v1::SyncResponse response;
    response.mutable_go_away()->set_reason(reason);
    return response;
  }

  int dials = 0;
  int half_closes = 0;
  absl::Duration takes_to_dial;
  absl::Time begun_at;                   // when a dialer was last told to begin
  std::deque<absl::Status> cannot_dial;  // the last one again and again
  std::deque<v1::SyncResponse> words;
  std::optional<absl::Status> then;
  std::vector<v1::SyncRequest> heard;
  static inline absl::Duration paused;
};

TEST_F(SyncLoop, BaseThatFallsSilentIsGivenUpAfterTheTimeoutAndTriedAgainSoOften) {
  amal.SaveCitizen("Amina");
  const absl::Time begin = clock.WallNow();
  EXPECT_EQ(GetErrorCode(Run()), ErrorCode::kNoBase);
  EXPECT_EQ(dials, 3);
  EXPECT_GT(clock.WallNow() - begin, 3 * absl::Seconds(30));
  EXPECT_LT(clock.WallNow() - begin, 3 * absl::Seconds(32));
  EXPECT_EQ(amal.store().outbox_counts().unsent, 1u);
}

TEST_F(SyncLoop, HelloMadeWhileTheConnectionComesAboutTellsTheClockOfItsSending) {
  amal.SaveCitizen("Amina");
  words = {GoAway(v1::GO_AWAY_REASON_PROTOCOL)};
  then = absl::OkStatus();
  takes_to_dial = absl::Seconds(14);
  const absl::Time begin = clock.WallNow();
  EXPECT_EQ(GetErrorCode(Run()), ErrorCode::kInternal);
  EXPECT_EQ(begun_at, begin);
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard[0].hello().clock().wall_us(), absl::ToUnixMicros(begin + takes_to_dial));
}

TEST_F(SyncLoop, EachSessionAfterACutBeginsWithHelloAndPushesAgain) {
  amal.SaveCitizen("Amina");
  then = MakeError(ErrorCode::kNoBase, "cut");
  EXPECT_EQ(GetErrorCode(Run()), ErrorCode::kNoBase);
  int hellos = 0, pushes = 0;
  for (const v1::SyncRequest& request : heard) {
    hellos += request.has_hello() ? 1 : 0;
    pushes += Pushes(request) ? 1 : 0;
  }
  EXPECT_EQ(hellos, 3);
  EXPECT_EQ(pushes, 3);
}

TEST_F(SyncLoop, TlsFailuresAreToldAtOnceAndNotTriedAgain) {
  for (const ErrorCode code : {ErrorCode::kBaseUntrusted, ErrorCode::kBaseRefused, ErrorCode::kDamaged}) {
    for (const bool in_mid_work : {false, true}) {
      dials = 0;
      cannot_dial = {MakeError(code, "by the preflight")};
      if (in_mid_work) cannot_dial.push_front(absl::OkStatus());
      then = MakeError(ErrorCode::kNoBase, "cut");
      EXPECT_EQ(GetErrorCode(Run(10)), code);
      EXPECT_EQ(dials, in_mid_work ? 2 : 1);
    }
  }
}

TEST_F(SyncLoop, NobodyThereIsToldAtOnceAndInMidWorkTriedSoOften) {
  cannot_dial = {MakeError(ErrorCode::kNoBase, "nobody")};
  EXPECT_EQ(GetErrorCode(Run(4)), ErrorCode::kNoBase);
  EXPECT_EQ(dials, 1);
  dials = 0;
  cannot_dial = {absl::OkStatus(), MakeError(ErrorCode::kNoBase, "nobody")};
  then = MakeError(ErrorCode::kNoBase, "cut");
  EXPECT_EQ(GetErrorCode(Run(4)), ErrorCode::kNoBase);
  EXPECT_EQ(dials, 4);
}

TEST_F(SyncLoop, GoAwayIsHeededByItsReason) {
  then = absl::OkStatus();
  const std::vector<std::tuple<v1::GoAwayReason, ErrorCode, int>> reasons = {
      {v1::GO_AWAY_REASON_SHUTTING_DOWN, ErrorCode::kTryLater, 3},
      {v1::GO_AWAY_REASON_INTERNAL, ErrorCode::kTryLater, 3},
      {v1::GO_AWAY_REASON_FENCED, ErrorCode::kTryLater, 3},
      {v1::GO_AWAY_REASON_UNKNOWN_STORE, ErrorCode::kUnknownStore, 1},
      {v1::GO_AWAY_REASON_PROTOCOL, ErrorCode::kInternal, 1}};
  for (const auto& [reason, code, times] : reasons) {
    dials = 0;
    words = {GoAway(reason)};
    EXPECT_EQ(GetErrorCode(Run()), code);
    EXPECT_EQ(dials, times) << v1::GoAwayReason_Name(reason);
  }
}

TEST_F(SyncLoop, BaseThatNamesANewReplicaAgainAndAgainIsNotFollowedForEver) {
  amal.SaveCitizen("Amina");
  v1::SyncResponse welcome;
  welcome.mutable_welcome()->set_new_replica_id(std::string(16, 'r'));
  welcome.mutable_welcome()->set_next_token(std::string(32, 't'));
  words = {welcome};
  then = absl::OkStatus();
  EXPECT_EQ(GetErrorCode(Run()), ErrorCode::kBaseRefused);
  EXPECT_LE(dials, 5);
  EXPECT_EQ(amal.store().outbox_counts().unsent, 1u);
}

// Nor does it hang on a base that never ends the stream: it has all that it waited for.
TEST_F(SyncLoop, DeviceThatHasHeardAllLeavesAndDoesNotWaitForTheEndOfTheStream) {
  v1::SyncResponse welcome, current;
  welcome.mutable_welcome()->set_next_token(std::string(32, 't'));
  welcome.mutable_welcome()->set_reading(true);
  v1::Grant& grant = *welcome.mutable_welcome()->add_grants();
  *grant.mutable_scope() = AreaScope(base.Area("Testlund")).ToProto();
  grant.set_mode(v1::GRANT_MODE_READ);
  grant.set_sum_key(std::string(32, 's'));
  *current.mutable_current()->mutable_scope() = grant.scope();
  current.mutable_current()->set_sum(std::string(16, '\0'));
  words = {welcome, current};
  const absl::Time begin = clock.WallNow();
  EXPECT_EQ(Run(), absl::OkStatus());
  EXPECT_EQ(dials, 1);
  EXPECT_EQ(half_closes, 0);
  EXPECT_EQ(clock.WallNow(), begin);
}

// What is asked to stop in mid-work says its last, and hears what comes of it.
TEST_F(SyncLoop, DeviceThatIsAskedToStopInMidWorkWaitsForTheEndOfTheStream) {
  struct Stops : SyncObserver {
    bool KeepGoing() override { return false; }
  } stops;
  amal.SaveCitizen("Amina");
  const auto result = RunSync(amal.store().sync_store(), *this, clock, SystemRandom(),
                              {.attempts = 1, .observer = &stops}, [](absl::Duration) {});
  EXPECT_EQ(result.status(), absl::OkStatus());
  EXPECT_EQ(half_closes, 1);
}

TEST_F(SyncStory, GoAwayInMidWorkLeadsBackToPushing) {
  for (int i = 0; i < 100; ++i) amal.SaveCitizen("Citizen");
  amal.dialer().on_request = [&](const v1::SyncRequest& request) {
    if (Pushes(request) && amal.dialer().dials() <= 2) base.ShutDownSessions();
  };
  const auto result = amal.Sync({.attempts = 3});
  ASSERT_EQ(result.status(), absl::OkStatus());
  EXPECT_EQ(amal.dialer().dials(), 3);
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
  ExpectSameRecords(base, {&amal});
}

}  // namespace
}  // namespace opgang
