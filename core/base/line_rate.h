// How much a line carries, judged by what came through and how long that took. Both ends of a session size what they
// send by it, so that on a slow line that is often cut little is lost with each cut, and something always arrives.
#ifndef OPGANG_CORE_BASE_LINE_RATE_H_
#define OPGANG_CORE_BASE_LINE_RATE_H_

#include <algorithm>
#include <cstddef>

#include "absl/time/time.h"

namespace opgang {

class LineRate {
 public:
  // `bytes` that left at `sent` were acknowledged at `now`. In order of sending. Times of any one clock; one that
  // jumps costs a bad guess for a while, nothing else.
  void Passed(size_t bytes, absl::Time sent, absl::Time now) {
    busy_ += std::max(now - std::max(sent, last_), absl::ZeroDuration());
    last_ = now;
    bytes_ += static_cast<double>(bytes);
    if (bytes_ < kMemory) return;
    bytes_ /= 2;
    busy_ /= 2;
  }

  bool known() const { return bytes_ > 0; }

  // Bytes that the line carries in `span`, between `least` (also while nothing is known) and `most`.
  size_t Worth(absl::Duration span, size_t least, size_t most) const {
    if (!known()) return std::min(least, most);
    const double seconds = absl::ToDoubleSeconds(busy_);
    const double worth =
        seconds <= 0 ? static_cast<double>(most) : bytes_ / seconds * absl::ToDoubleSeconds(span);
    if (worth >= static_cast<double>(most)) return most;
    return std::clamp(static_cast<size_t>(worth), std::min(least, most), most);
  }

 private:
  static constexpr double kMemory = 256 * 1024;  // bytes; what is older counts half, a quarter...

  double bytes_ = 0;
  absl::Duration busy_;  // with something under way
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_LINE_RATE_H_
