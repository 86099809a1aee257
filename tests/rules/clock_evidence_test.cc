#include "core/rules/clock_evidence.h"

#include <random>
#include <string>

#include "gtest/gtest.h"
#include "tests/rules/case_count.h"
#include "tests/rules/rule_testing.h"
#include "tests/rules/slow_rule.h"

namespace opgang {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kHour = 3600 * kSecond;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kYear = 365 * kDay;

const absl::Time kEnrolled = Local(2026, 3, 1);
const absl::Time kReceived = Local(2026, 3, 20);

// A tablet in a world where the true time is known. Its wall clock is off; its since-boot clock counts truly.
struct Tablet {
  int64_t booted;    // true time
  int64_t wall_off;  // wall clock minus true time
  char boot = 'a';

  v1::ClockReading At(int64_t now) const {
    v1::ClockReading reading;
    reading.set_wall_us(now + wall_off);
    reading.set_boot_id(std::string(16, boot));
    reading.set_boottime_us(now - booted);
    return reading;
  }
  Anchor SyncsAt(int64_t now, absl::Duration uncertainty = absl::Milliseconds(200)) const {
    return {Micros(now), At(now), uncertainty};
  }
};

v1::ClockEvidence Evidence(const v1::ClockReading& captured, const std::optional<Anchor>& anchor) {
  v1::ClockEvidence evidence;
  *evidence.mutable_captured() = captured;
  if (anchor) *evidence.mutable_anchor() = ToProto(*anchor);
  return evidence;
}

int64_t Us(absl::Time time) { return absl::ToUnixMicros(time); }

class ClockEvidenceTest : public ::testing::Test {
 protected:
  const int64_t booted_ = Us(Local(2026, 3, 2, 7));
  const int64_t synced_ = Us(Local(2026, 3, 2, 8));
  const int64_t captured_ = Us(Local(2026, 3, 4, 15, 30));
  Tablet tablet_{booted_, -56 * kYear};  // believes in 1970
  Tablet rebooted_{Us(Local(2026, 3, 3, 6)), -56 * kYear, 'b'};
};

// ---- Recorded

TEST_F(ClockEvidenceTest, SyncedThenCapturedInOneBootIsExactWhateverTheWallClockSays) {
  for (const int64_t off : {-56 * kYear, -kYear, int64_t{0}, kYear, 10 * kYear}) {
    tablet_.wall_off = off;
    const auto evidence = Evidence(tablet_.At(captured_), tablet_.SyncsAt(synced_));
    EXPECT_EQ(RecordedInterval(evidence, std::nullopt, kEnrolled, kReceived), At(Micros(captured_)));
  }
}

TEST_F(ClockEvidenceTest, TheWallClockJumpsBetweenSyncAndCaptureAndNothingChanges) {
  const Anchor anchor = tablet_.SyncsAt(synced_);
  tablet_.wall_off = 10 * kYear;
  const auto evidence = Evidence(tablet_.At(captured_), anchor);
  EXPECT_EQ(RecordedInterval(evidence, std::nullopt, kEnrolled, kReceived), At(Micros(captured_)));
}

TEST_F(ClockEvidenceTest, CapturedBeforeTheFirstSyncThenSyncedInTheSameBootIsExact) {
  const auto evidence = Evidence(tablet_.At(captured_), std::nullopt);
  const Anchor session = tablet_.SyncsAt(captured_ + 2 * kDay);
  EXPECT_EQ(RecordedInterval(evidence, session, kEnrolled, kReceived), At(Micros(captured_)));
}

TEST_F(ClockEvidenceTest, SyncedThenRebootedThenCapturedIsFromTheLastSyncToTheReceipt) {
  const auto evidence = Evidence(rebooted_.At(captured_), tablet_.SyncsAt(synced_));
  const Interval expected{Micros(synced_), kReceived};
  EXPECT_EQ(RecordedInterval(evidence, std::nullopt, kEnrolled, kReceived), expected);
  const Tablet third{captured_ + kDay, 0, 'c'};
  EXPECT_EQ(RecordedInterval(evidence, third.SyncsAt(captured_ + 2 * kDay), kEnrolled, kReceived), expected);
}

TEST_F(ClockEvidenceTest, NeverSyncedAndRebootedIsFromTheEnrolmentToTheReceipt) {
  const auto evidence = Evidence(tablet_.At(captured_), std::nullopt);
  EXPECT_EQ(RecordedInterval(evidence, std::nullopt, kEnrolled, kReceived), (Interval{kEnrolled, kReceived}));
}

TEST_F(ClockEvidenceTest, RebootedCaptureIsExactOnceThatBootHasSynced) {
  const auto evidence = Evidence(rebooted_.At(captured_), tablet_.SyncsAt(synced_));
  const Anchor session = rebooted_.SyncsAt(captured_ + kHour);
  EXPECT_EQ(RecordedInterval(evidence, session, kEnrolled, kReceived), At(Micros(captured_)));
}

TEST_F(ClockEvidenceTest, ASinceBootClockThatRanBackwardsIsNoEvidence) {
  const auto evidence = Evidence(tablet_.At(synced_ - kHour), tablet_.SyncsAt(synced_));
  EXPECT_EQ(RecordedInterval(evidence, std::nullopt, kEnrolled, kReceived),
            (Interval{Micros(synced_), kReceived}));
  const auto alone = Evidence(tablet_.At(captured_), std::nullopt);
  const Anchor earlier_session = tablet_.SyncsAt(captured_ - 1);
  EXPECT_EQ(RecordedInterval(alone, earlier_session, kEnrolled, kReceived), (Interval{kEnrolled, kReceived}));
}

TEST_F(ClockEvidenceTest, AnUnknownBootIsNoBoot) {
  v1::ClockReading nameless = tablet_.At(captured_);
  nameless.clear_boot_id();
  Anchor anchor = tablet_.SyncsAt(synced_);
  anchor.reading.clear_boot_id();
  EXPECT_EQ(RecordedInterval(Evidence(nameless, anchor), std::nullopt, kEnrolled, kReceived),
            (Interval{Micros(synced_), kReceived}));
}

TEST_F(ClockEvidenceTest, UncertaintyBelowASecondIsDroppedAndFromASecondOnKept) {
  const auto with = [&](absl::Duration uncertainty) {
    return RecordedInterval(Evidence(tablet_.At(captured_), tablet_.SyncsAt(synced_, uncertainty)),
                            std::nullopt, kEnrolled, kReceived);
  };
  const absl::Time t = Micros(captured_);
  EXPECT_EQ(with(absl::Seconds(1) - absl::Microseconds(1)), At(t));
  EXPECT_EQ(with(absl::Seconds(1)), (Interval{t - absl::Seconds(1), t + absl::Seconds(1)}));
  EXPECT_EQ(with(-absl::Hours(1)), At(t));
}

TEST_F(ClockEvidenceTest, OfTwoKnownBaseTimesTheLessUncertainDecides) {
  const auto evidence = Evidence(tablet_.At(captured_), tablet_.SyncsAt(synced_, absl::Minutes(2)));
  const Anchor session = tablet_.SyncsAt(captured_ + kDay, absl::Milliseconds(50));
  EXPECT_EQ(RecordedInterval(evidence, session, kEnrolled, kReceived), At(Micros(captured_)));
}

TEST_F(ClockEvidenceTest, NeverAfterTheReceiptAndNeverBeforeTheEnrolment) {
  const auto evidence = Evidence(tablet_.At(captured_), tablet_.SyncsAt(synced_));
  const absl::Time early_receipt = Micros(captured_ - kHour);
  EXPECT_EQ(RecordedInterval(evidence, std::nullopt, kEnrolled, early_receipt), At(early_receipt));
  const absl::Time late_enrolment = Micros(captured_ + kHour);
  EXPECT_EQ(RecordedInterval(evidence, std::nullopt, late_enrolment, kReceived), At(late_enrolment));
  EXPECT_EQ(RecordedInterval(evidence, std::nullopt, kReceived, kEnrolled), At(kEnrolled));
}

TEST_F(ClockEvidenceTest, AbsurdNumbersStayWithinTheBounds) {
  for (const int64_t a : {INT64_MIN, int64_t{-1}, int64_t{0}, INT64_MAX}) {
    for (const int64_t b : {INT64_MIN, int64_t{-1}, int64_t{0}, INT64_MAX}) {
      v1::ClockEvidence evidence = Evidence(tablet_.At(captured_), tablet_.SyncsAt(synced_));
      evidence.mutable_captured()->set_boottime_us(a);
      evidence.mutable_anchor()->set_base_us(b);
      evidence.mutable_anchor()->set_uncertainty_us(a);
      const Interval recorded = RecordedInterval(evidence, std::nullopt, kEnrolled, kReceived);
      EXPECT_LE(kEnrolled, recorded.earliest);
      EXPECT_LE(recorded.earliest, recorded.latest);
      EXPECT_LE(recorded.latest, kReceived);
    }
  }
}

TEST_F(ClockEvidenceTest, AnchorsGoThroughTheirMessageUnchanged) {
  const Anchor anchor = tablet_.SyncsAt(synced_, absl::Seconds(3));
  const Anchor back = ToAnchor(ToProto(anchor));
  EXPECT_EQ(back.base, anchor.base);
  EXPECT_EQ(back.uncertainty, anchor.uncertainty);
  EXPECT_EQ(back.reading.SerializeAsString(), anchor.reading.SerializeAsString());
}

// ---- Neighbours in seq

TEST_F(ClockEvidenceTest, NeighboursNarrowAnInterval) {
  const Interval wide{Micros(synced_), kReceived};
  EXPECT_EQ(NarrowByPrevious(wide, At(Micros(captured_))), (Interval{Micros(captured_), kReceived}));
  EXPECT_EQ(NarrowByNext(wide, At(Micros(captured_))), (Interval{Micros(synced_), Micros(captured_)}));
  EXPECT_EQ(NarrowByPrevious(wide, std::nullopt), wide);
  EXPECT_EQ(NarrowByNext(wide, std::nullopt), wide);
}

TEST_F(ClockEvidenceTest, WiderNeighboursChangeNothing) {
  const Interval exact = At(Micros(captured_));
  EXPECT_EQ(NarrowByPrevious(exact, Interval{kEnrolled, kReceived}), exact);
  EXPECT_EQ(NarrowByNext(exact, Interval{kEnrolled, kReceived}), exact);
}

TEST_F(ClockEvidenceTest, ContradictingNeighboursMoveNoFurtherThanTheNearerEnd) {
  const Interval some{Micros(synced_), Micros(captured_)};
  EXPECT_EQ(NarrowByPrevious(some, At(kReceived)), At(Micros(captured_)));
  EXPECT_EQ(NarrowByNext(some, At(kEnrolled)), At(Micros(synced_)));
}

// ---- Now

TEST_F(ClockEvidenceTest, NowIsExactInTheBootOfTheLastSync) {
  const NowEstimate estimate = EstimateNow(tablet_.At(captured_), tablet_.SyncsAt(synced_));
  EXPECT_EQ(estimate.now, At(Micros(captured_)));
  EXPECT_EQ(estimate.best, Micros(captured_));
  EXPECT_TRUE(estimate.exact);
}

TEST_F(ClockEvidenceTest, NowAfterARebootIsTheWallClockWhereItLiesAfterTheLastSync) {
  const Anchor anchor = tablet_.SyncsAt(synced_);
  const Interval open{Micros(synced_), absl::InfiniteFuture()};
  rebooted_.wall_off = kHour;
  EXPECT_EQ(EstimateNow(rebooted_.At(captured_), anchor).now, open);
  EXPECT_EQ(EstimateNow(rebooted_.At(captured_), anchor).best, Micros(captured_ + kHour));
  rebooted_.wall_off = -56 * kYear;
  EXPECT_EQ(EstimateNow(rebooted_.At(captured_), anchor).now, open);
  EXPECT_EQ(EstimateNow(rebooted_.At(captured_), anchor).best, Micros(synced_));
  EXPECT_FALSE(EstimateNow(rebooted_.At(captured_), anchor).exact);
}

TEST_F(ClockEvidenceTest, NowAfterARebootIsNotBeforeTheLastSyncLessItsUncertainty) {
  const Anchor vague = tablet_.SyncsAt(synced_, absl::Seconds(30));
  const NowEstimate estimate = EstimateNow(rebooted_.At(captured_), vague);
  EXPECT_EQ(estimate.now.earliest, Micros(synced_ - 30 * kSecond));
  EXPECT_EQ(estimate.best, Micros(synced_ - 30 * kSecond));
}

TEST_F(ClockEvidenceTest, NowBeforeTheFirstSyncIsTheWallClockAndNotExact) {
  const NowEstimate estimate = EstimateNow(tablet_.At(captured_), std::nullopt);
  EXPECT_EQ(estimate.best, Micros(captured_ - 56 * kYear));
  EXPECT_EQ(estimate.now, (Interval{absl::InfinitePast(), absl::InfiniteFuture()}));
  EXPECT_FALSE(estimate.exact);
}

TEST_F(ClockEvidenceTest, NowIsExactUpToAMinuteWide) {
  EXPECT_TRUE(EstimateNow(tablet_.At(captured_), tablet_.SyncsAt(synced_, absl::Seconds(30))).exact);
  const NowEstimate vague = EstimateNow(tablet_.At(captured_), tablet_.SyncsAt(synced_, absl::Seconds(31)));
  EXPECT_FALSE(vague.exact);
  EXPECT_EQ(vague.best, Micros(captured_));
}

// ---- The rule on wrong clocks: the true date is known to the test and never to the code (I14, I16)

struct Life {
  int64_t true_capture;
  v1::ClockEvidence evidence;
  std::optional<Anchor> session;
  absl::Time received;
  bool exact;          // some base time was known in the boot of the capture
  int64_t known_from;  // else: the last base time known before
};

Life SomeLife(std::mt19937_64& random) {
  const auto pick = [&](int64_t from, int64_t to) { return std::uniform_int_distribution(from, to)(random); };
  const int64_t enrolled = Us(kEnrolled);
  Life life{.known_from = enrolled};
  const Tablet before{enrolled, pick(-30 * kYear, 30 * kYear), 'a'};
  const int64_t synced = enrolled + pick(1, 300 * kDay);
  const bool rebooted = pick(0, 1) == 1;
  const Tablet after{rebooted ? synced + pick(1, 3 * kDay) : before.booted, pick(-30 * kYear, 30 * kYear),
                     rebooted ? 'b' : 'a'};
  life.true_capture = std::max(synced, after.booted) + pick(0, 5 * kDay);
  const int64_t session = life.true_capture + pick(0, 5 * kDay);
  const bool ever_synced = pick(0, 3) > 0;
  const bool same_boot_session = pick(0, 1) == 1;
  life.evidence = Evidence(after.At(life.true_capture),
                           ever_synced ? std::optional(before.SyncsAt(synced)) : std::nullopt);
  const Tablet at_session{same_boot_session ? after.booted : session, 0,
                          same_boot_session ? after.boot : 'c'};
  life.session = at_session.SyncsAt(session);
  life.received = Micros(session);
  life.exact = (ever_synced && !rebooted) || same_boot_session;
  if (ever_synced) life.known_from = synced;
  return life;
}

TEST(WrongClocksTest, TheDueDateIsTheTrueOneOrTheSpanThatTheEvidenceAllows) {
  std::mt19937_64 random(16);
  for (int i = 0; i < 3000; ++i) {
    const Life life = SomeLife(random);
    const Interval recorded = RecordedInterval(life.evidence, life.session, kEnrolled, life.received);
    const DateSpan due = DueDates(AskedOn(std::nullopt, recorded), RuleSettings());
    const auto slow_due = [](int64_t us) { return Day(slow::Due(slow::LocalDate(us), kCalendarRule)); };
    const absl::CivilDay truly = slow_due(life.true_capture);
    const DateSpan expected =
        life.exact ? On(truly) : DateSpan{slow_due(life.known_from), slow_due(Us(life.received))};
    ASSERT_EQ(due, expected) << "life " << i;
    ASSERT_TRUE(due.earliest <= truly && truly <= due.latest) << "life " << i;
    CountCompared();
  }
}

}  // namespace
}  // namespace opgang
