#include "core/rules/clock_evidence.h"

#include <algorithm>

namespace opgang {
namespace {

constexpr absl::Duration kNegligible = absl::Seconds(1);
constexpr absl::Duration kExact = absl::Minutes(1);

absl::Duration SinceBoot(const v1::ClockReading& reading) {
  return absl::Microseconds(reading.boottime_us());
}

// What the since-boot clock counted from one reading to a later one; nullopt where that is no evidence:
// another boot, an unknown one, or a clock that ran backwards.
std::optional<absl::Duration> Elapsed(const v1::ClockReading& from, const v1::ClockReading& to) {
  if (from.boot_id().empty() || from.boot_id() != to.boot_id()) return std::nullopt;
  const absl::Duration elapsed = SinceBoot(to) - SinceBoot(from);
  if (elapsed < absl::ZeroDuration()) return std::nullopt;
  return elapsed;
}

// An Anchor that lies elsewhere: read for every mutation, and not worth a copy of its reading.
struct KnownTime {
  absl::Time base;
  const v1::ClockReading& reading;
  absl::Duration uncertainty;
};

KnownTime KnownFrom(const Anchor& anchor) { return {anchor.base, anchor.reading, anchor.uncertainty}; }

KnownTime KnownFrom(const v1::BaseTimeAnchor& proto) {
  return {absl::FromUnixMicros(proto.base_us()), proto.reading(), absl::Microseconds(proto.uncertainty_us())};
}

absl::Duration Margin(const KnownTime& known) {
  return known.uncertainty < kNegligible ? absl::ZeroDuration() : known.uncertainty;
}

Interval Around(absl::Time instant, absl::Duration margin) { return {instant - margin, instant + margin}; }

absl::Duration Width(const Interval& interval) { return interval.latest - interval.earliest; }

std::optional<Interval> SinceAnchor(const KnownTime& anchor, const v1::ClockReading& later) {
  const auto elapsed = Elapsed(anchor.reading, later);
  if (!elapsed) return std::nullopt;
  return Around(anchor.base + *elapsed, Margin(anchor));
}

std::optional<Interval> BeforeAnchor(const v1::ClockReading& earlier, const KnownTime& anchor) {
  const auto elapsed = Elapsed(earlier, anchor.reading);
  if (!elapsed) return std::nullopt;
  return Around(anchor.base - *elapsed, Margin(anchor));
}

// Steps 1 to 3 of the header.
Interval Evident(const v1::ClockReading& captured, const std::optional<KnownTime>& known,
                 const std::optional<Anchor>& session, absl::Time epoch_start, absl::Time not_after) {
  const auto own = known ? SinceAnchor(*known, captured) : std::nullopt;
  const auto brought = session ? BeforeAnchor(captured, KnownFrom(*session)) : std::nullopt;
  if (own && brought) return Width(*brought) < Width(*own) ? *brought : *own;
  if (own) return *own;
  if (brought) return *brought;
  return {known ? known->base - Margin(*known) : epoch_start, not_after};
}

// Moves both ends into the bounds; `latest` wins where the bounds cross.
Interval CutTo(const Interval& interval, absl::Time earliest, absl::Time latest) {
  const auto cut = [&](absl::Time instant) { return std::min(std::max(instant, earliest), latest); };
  return {cut(interval.earliest), cut(interval.latest)};
}

}  // namespace

Anchor ToAnchor(const v1::BaseTimeAnchor& proto) {
  return {absl::FromUnixMicros(proto.base_us()), proto.reading(), absl::Microseconds(proto.uncertainty_us())};
}

v1::BaseTimeAnchor ToProto(const Anchor& anchor) {
  v1::BaseTimeAnchor proto;
  proto.set_base_us(absl::ToUnixMicros(anchor.base));
  *proto.mutable_reading() = anchor.reading;
  proto.set_uncertainty_us(absl::ToInt64Microseconds(anchor.uncertainty));
  return proto;
}

Interval RecordedInterval(const v1::ClockEvidence& evidence, const std::optional<Anchor>& session,
                          absl::Time epoch_start, absl::Time not_after) {
  const auto known = evidence.has_anchor() ? std::optional(KnownFrom(evidence.anchor())) : std::nullopt;
  const Interval evident = Evident(evidence.captured(), known, session, epoch_start, not_after);
  return CutTo(evident, epoch_start, not_after);
}

Interval NarrowByPrevious(const Interval& interval, const std::optional<Interval>& previous) {
  if (!previous) return interval;
  return {std::clamp(previous->earliest, interval.earliest, interval.latest), interval.latest};
}

Interval NarrowByNext(const Interval& interval, const std::optional<Interval>& next) {
  if (!next) return interval;
  return {interval.earliest, std::clamp(next->latest, interval.earliest, interval.latest)};
}

NowEstimate EstimateNow(const v1::ClockReading& reading, const std::optional<Anchor>& last_sync) {
  const absl::Time wall = absl::FromUnixMicros(reading.wall_us());
  if (!last_sync) return {{absl::InfinitePast(), absl::InfiniteFuture()}, wall, false};
  if (const auto now = SinceAnchor(KnownFrom(*last_sync), reading)) {
    return {*now, now->earliest + Width(*now) / 2, Width(*now) <= kExact};
  }
  const absl::Time earliest = last_sync->base - Margin(KnownFrom(*last_sync));
  return {{earliest, absl::InfiniteFuture()}, std::max(wall, earliest), false};
}

}  // namespace opgang
