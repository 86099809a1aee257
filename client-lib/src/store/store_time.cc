#include "client-lib/src/store/store_time.h"

#include <algorithm>

namespace opgang {
namespace {

constexpr absl::CivilDay kLastDay(2200, 12, 31);  // LocalDate's range

}  // namespace

StoreTime::StoreTime(Clock& clock, const v1::QueueState& state)
    : enrolled_(absl::FromUnixMicros(state.enrolled_us())) {
  const v1::ClockReading reading = clock.Read();
  std::optional<Anchor> last_sync;
  if (state.has_anchor()) last_sync = ToAnchor(state.anchor());
  now_ = EstimateNow(reading, last_sync);
  if (now_.exact) present_ = Anchor{now_.best, reading, (now_.now.latest - now_.now.earliest) / 2};
}

absl::CivilDay StoreTime::latest_day() const {
  return now_.now.latest == absl::InfiniteFuture() ? kLastDay : LocalDay(now_.now.latest);
}

// Where nothing bounds the present, the best guess: too late rather than too early, so that an interval never
// looks narrower than it is while the wall clock is ahead of the last sync.
absl::Time StoreTime::NotAfter() const {
  if (now_.now.latest != absl::InfiniteFuture()) return now_.now.latest;
  return std::max(now_.best, enrolled_);
}

Interval StoreTime::RecordedBy(const v1::ClockEvidence& evidence) const {
  return RecordedInterval(evidence, present_, enrolled_, NotAfter());
}

Interval StoreTime::SomeTimeUntilNow() const { return {std::min(enrolled_, NotAfter()), NotAfter()}; }

std::optional<v1::BaseTimeAnchor> AnchorOfRoundTrip(int64_t base_us, const v1::ClockReading& sent,
                                                    const v1::ClockReading& received) {
  const int64_t trip = received.boottime_us() - sent.boottime_us();
  if (sent.boot_id() != received.boot_id() || trip < 0) return std::nullopt;
  v1::BaseTimeAnchor anchor;
  anchor.set_base_us(base_us);
  anchor.set_uncertainty_us(trip / 2);
  *anchor.mutable_reading() = sent;
  anchor.mutable_reading()->set_boottime_us(sent.boottime_us() + trip / 2);
  anchor.mutable_reading()->set_wall_us(sent.wall_us() + (received.wall_us() - sent.wall_us()) / 2);
  return anchor;
}

}  // namespace opgang
