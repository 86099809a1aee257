// A line of so many bytes a second that is cut every few seconds, in virtual time: a device's sync loop on one side, a
// base's session on the other. Both directions carry at the same time, in order; each buffers a little ahead, as
// sockets do, and what was under way at a cut is lost.
#ifndef OPGANG_TESTS_SYNC_SLOW_LINE_H_
#define OPGANG_TESTS_SYNC_SLOW_LINE_H_

#include <functional>
#include <memory>
#include <utility>

#include "client-lib/src/sync/sync_stream.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_base.h"

namespace opgang {

struct SlowLine {
  double bytes_per_second = 8000;  // 64 kbit/s
  absl::Duration cut_every = absl::Seconds(10);
  absl::Duration delay = absl::Milliseconds(150);
  double buffer_bytes = 16 * 1024;
};

class SlowLineDialer : public SyncDialer {
 public:
  SlowLineDialer(TestBase& base, ManualClock& clock, Peer peer, SlowLine line)
      : base_(base), clock_(clock), peer_(std::move(peer)), line_(line) {}

  absl::StatusOr<std::unique_ptr<SyncStream>> Dial(absl::Duration timeout) override;

  int cuts = 0;
  size_t bytes_put_on = 0;      // pushed, whether or not they arrived
  size_t mutations_put_on = 0;  // in them
  size_t mutations_arrived = 0;
  std::function<void(const v1::SyncResponse&)> on_response;

 private:
  friend class SlowStream;
  TestBase& base_;
  ManualClock& clock_;
  const Peer peer_;
  const SlowLine line_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_SYNC_SLOW_LINE_H_
