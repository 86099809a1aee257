// What a store knows of time: base time now, and when its own mutations were recorded.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_STORE_TIME_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_STORE_TIME_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "core/base/clock.h"
#include "core/rules/clock_evidence.h"
#include "opgang/v1/local_state.pb.h"

namespace opgang {

class StoreTime {
 public:
  StoreTime(Clock& clock, const v1::QueueState& state);

  const NowEstimate& now() const { return now_; }
  // Nothing that is captured now can have happened after this local date. Where nothing bounds the present it
  // is the last date there is: a wall clock that lags by years must not refuse the worker's word (I16).
  absl::CivilDay latest_day() const;
  // When an own mutation was recorded, as far as this device can tell at present.
  Interval RecordedBy(const v1::ClockEvidence& evidence) const;
  // The same for one whose evidence cannot be read: since this replica began.
  Interval SomeTimeUntilNow() const;

 private:
  absl::Time NotAfter() const;

  NowEstimate now_;
  std::optional<Anchor> present_;  // absent where the present is not known exactly
  absl::Time enrolled_;
};

// The anchor that one round trip gives: the base's time belongs to the middle of it. nullopt where the
// readings cannot be compared (another boot, or a since-boot clock that ran backwards).
std::optional<v1::BaseTimeAnchor> AnchorOfRoundTrip(int64_t base_us, const v1::ClockReading& sent,
                                                    const v1::ClockReading& received);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_STORE_TIME_H_
