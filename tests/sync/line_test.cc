// Lines that are slow and break: the queue drains all the same, a little with every connection, and never goes back.
#include "client-lib/src/sync/sync_loop.h"
#include "tests/sync/slow_line.h"
#include "tests/sync/sync_story.h"

namespace opgang {
namespace {

constexpr int kMany = 2400;  // records, which take the line about a quarter of a minute, packed

class SlowLineTest : public SyncStory {
 protected:
  absl::StatusOr<SyncResult> SyncOver(SlowLineDialer& dialer, int attempts = 3) {
    return RunSync(amal.store().sync_store(), dialer, clock, SystemRandom(), {.attempts = attempts},
                   [](absl::Duration) {});
  }
};

// Locked: as stored, which is five times as long as opened.
TEST_F(SlowLineTest, QueueOfFiveThousandDrainsOver64KilobitsCutEveryTenSecondsMonotonically) {
  constexpr size_t kMutations = 5000;
  for (size_t i = 0; i < kMutations; ++i) amal.SaveCitizen("Citizen " + std::to_string(i));
  amal.Lock();
  SlowLineDialer dialer(base, clock, amal.peer(), {});
  uint32_t unsent = kMutations;
  int cuts = 0, cuts_without_progress = 0;
  uint32_t unsent_at_cut = kMutations;
  dialer.on_response = [&](const v1::SyncResponse&) {
    const uint32_t now = amal.store().outbox_counts().unsent;
    EXPECT_LE(now, unsent) << "what was answered stays answered";
    unsent = now;
    if (dialer.cuts == cuts) return;
    cuts = dialer.cuts;
    cuts_without_progress += now == unsent_at_cut && now > 0 ? 1 : 0;
    unsent_at_cut = now;
  };
  const auto result = SyncOver(dialer);
  ASSERT_EQ(result.status(), absl::OkStatus());
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
  EXPECT_GT(dialer.cuts, 10);
  EXPECT_EQ(cuts_without_progress, 0);
  // A cut costs what was under way and nothing else: pushes, at most four seconds of the line ahead of their verdicts and
  // one of about a second that had begun; verdicts, behind at most two seconds of pages.
  const double bytes_of_one =
      static_cast<double>(dialer.bytes_put_on) / static_cast<double>(dialer.mutations_put_on);
  const double a_second = SlowLine().bytes_per_second / bytes_of_one;
  const auto put_on_again = static_cast<double>(dialer.mutations_put_on - kMutations);
  const auto arrived_again = static_cast<double>(dialer.mutations_arrived - kMutations);
  EXPECT_LE(put_on_again, 5.5 * a_second * dialer.cuts);
  EXPECT_LE(arrived_again, 2 * a_second * dialer.cuts);
  EXPECT_EQ(base.Check().mutations, static_cast<int64_t>(kMutations)) << "each took effect once";
  amal.Unlock();
  amal.SyncWell();
  ExpectSameRecords(base, {&amal});
}

TEST_F(SlowLineTest, LineThatCarriesTenKilobytesBetweenTwoCutsStillDrains) {
  amal.SyncWell();
  for (int i = 0; i < 1000; ++i) amal.SaveCitizen("Citizen " + std::to_string(i));
  SlowLineDialer dialer(base, clock, amal.peer(), {.bytes_per_second = 1000});
  for (int sessions = 0; sessions < 100 && !SyncOver(dialer).ok(); ++sessions) {
  }
  EXPECT_EQ(amal.store().outbox_counts().unsent, 0u);
  EXPECT_GT(dialer.cuts, 3);
  ExpectSameRecords(base, {&amal});
}

TEST_F(SlowLineTest, FirstPullOverALineThatIsCutComesToAnEnd) {
  for (int i = 0; i < kMany; ++i) jonas.SaveCitizen("Citizen " + std::to_string(i));
  jonas.SyncWell();
  SlowLineDialer dialer(base, clock, amal.peer(), {});
  ASSERT_EQ(SyncOver(dialer).status(), absl::OkStatus());
  EXPECT_GT(dialer.cuts, 0);
  ExpectSameRecords(base, {&amal});
}

TEST_F(SlowLineTest, VerdictsDoNotWaitBehindALongPull) {
  for (int i = 0; i < kMany; ++i) jonas.SaveCitizen("Citizen " + std::to_string(i));
  jonas.SyncWell();
  amal.SaveCitizen("Mine");
  SlowLineDialer dialer(base, clock, amal.peer(), {.cut_every = absl::Hours(1)});
  const absl::Time begin = clock.WallNow();
  absl::Time answered = absl::InfiniteFuture(), ended;
  dialer.on_response = [&](const v1::SyncResponse& response) {
    if (response.has_ack()) answered = std::min(answered, clock.WallNow());
  };
  ASSERT_EQ(SyncOver(dialer).status(), absl::OkStatus());
  ended = clock.WallNow();
  EXPECT_GT(ended - begin, absl::Seconds(10));
  EXPECT_LT(answered - begin, absl::Seconds(5));
}

}  // namespace
}  // namespace opgang
