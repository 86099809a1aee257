// Guessing at the screen: a wait that grows, and that no new process, no new boot and no clock shortens. A forgotten passphrase
// loses the view and never a note.
#include "client-lib/src/store/guess_brake.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

constexpr char kPassphrase[] = "seven green doors";

class Guessing : public SyncStory {
 protected:
  Guessing() {
    amal.SyncWell();
    amal.Lock();
  }
  ErrorCode Try(const std::string& passphrase) {
    const absl::Status status = amal.store().Unlock(passphrase);
    return status.ok() ? ErrorCode{} : GetErrorCode(status);
  }
  void GuessWrong(int times) {
    for (int i = 0; i < times; ++i) ASSERT_EQ(Try("wrong " + std::to_string(i)), ErrorCode::kWrongPassphrase);
  }
};

TEST_F(Guessing, FiveTypingMistakesCostNothingTheSixthWaits) {
  GuessWrong(5);
  EXPECT_EQ(Try("one more"), ErrorCode::kWaitToGuess);
  EXPECT_EQ(Try(kPassphrase), ErrorCode::kWaitToGuess) << "the right one waits like any other";
  clock.Advance(WaitAfter(5) - absl::Seconds(1));
  EXPECT_EQ(Try(kPassphrase), ErrorCode::kWaitToGuess);
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(Try(kPassphrase), ErrorCode{});
  amal.Lock();
  GuessWrong(5);
}

TEST_F(Guessing, TheWaitDoublesAndEndsAtAnHour) {
  EXPECT_EQ(WaitAfter(4), absl::ZeroDuration());
  EXPECT_EQ(WaitAfter(6), 2 * WaitAfter(5));
  EXPECT_EQ(WaitAfter(1000), absl::Hours(1));
}

TEST_F(Guessing, NeitherANewProcessNorANewBootNorTheClockShortensIt) {
  GuessWrong(5);
  amal.ReopenLocked();
  EXPECT_EQ(Try(kPassphrase), ErrorCode::kWaitToGuess);
  clock.SetWall(clock.WallNow() + absl::Hours(24));
  EXPECT_EQ(Try(kPassphrase), ErrorCode::kWaitToGuess);
  clock.Reboot();  // twenty seconds ago
  amal.ReopenLocked();
  EXPECT_EQ(Try(kPassphrase), ErrorCode::kWaitToGuess);
  clock.Advance(WaitAfter(5));
  EXPECT_EQ(Try(kPassphrase), ErrorCode{});
}

TEST_F(Guessing, ATryCountsThoughItsProcessIsKilledInTheMiddle) {
  ManualClock& now = clock;
  const auto home = MakeTestDirectory();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(GuessBrake(home, now).BeforeTry(), absl::OkStatus());
  EXPECT_EQ(GetErrorCode(GuessBrake(home, now).BeforeTry()), ErrorCode::kWaitToGuess);
  std::filesystem::remove_all(home);
}

TEST_F(Guessing, ASpoiledCountIsNoWayRoundIt) {
  GuessWrong(1);
  amal.SpoilFile("guesses.pb");
  clock.Reboot();  // of when the last try was nothing is known any more
  EXPECT_EQ(Try(kPassphrase), ErrorCode::kWaitToGuess);
  clock.Advance(absl::Hours(2));
  EXPECT_EQ(Try(kPassphrase), ErrorCode{});
}

TEST_F(Guessing, AForgottenPassphraseLosesTheViewAndNeverANote) {
  Bundle bundle = amal.NewBundle();
  const RecordId citizen =
      bundle.Create(CitizenCalled("Noted before it was forgotten"), base.Area("Testlund"));
  ASSERT_EQ(amal.store().Save(bundle).status(), absl::OkStatus());
  amal.EnrollAgain(base.Invite("amal", "outreach", {"Testlund"}), "another three doors");
  amal.SyncWell();
  jonas.SyncWell();
  EXPECT_EQ(jonas.NameOf(citizen), "Noted before it was forgotten");
  EXPECT_EQ(amal.NameOf(citizen), "Noted before it was forgotten");
}

}  // namespace
}  // namespace opgang
