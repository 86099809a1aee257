// The wire inside one process: the device's sync loop on one side, the base's session on the other, and a
// pair of scissors between them.
#ifndef OPGANG_TESTS_SUPPORT_IN_PROCESS_STREAM_H_
#define OPGANG_TESTS_SUPPORT_IN_PROCESS_STREAM_H_

#include <functional>
#include <memory>
#include <optional>

#include "client-lib/src/sync/sync_stream.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_base.h"

namespace opgang {

struct Cut {
  enum class Kind {
    kLine,      // the line goes; the base commits what reached it, and the answer is lost
    kBaseDies,  // kill -9 at the base: what reached it and was not committed is lost too
  };
  int after = 0;  // messages that pass, both directions counted together
  Kind kind = Kind::kLine;
};

class InProcessDialer : public SyncDialer {
 public:
  InProcessDialer(TestBase& base, ManualClock& clock, Peer peer)
      : base_(base), clock_(clock), peer_(std::move(peer)) {}

  absl::StatusOr<std::unique_ptr<SyncStream>> Dial(absl::Duration timeout) override;

  // With another certificate from now on.
  void SpeakAs(Peer peer) { peer_ = std::move(peer); }
  // Of the next stream only.
  void CutNext(Cut cut) { cut_ = cut; }
  // Messages that passed on the streams so far, both directions.
  int passed() const { return passed_; }
  int dials() const { return dials_; }
  // Sessions that were half-closed: where the device waited for the base to end them.
  int half_closes() const { return half_closes_; }

  // Called on every message that passed, after it was handed over.
  std::function<void(const v1::SyncRequest&)> on_request;
  std::function<void(const v1::SyncResponse&)> on_response;
  // Called where nothing happens: 200 ms go by.
  std::function<void()> on_idle;
  SessionLimits limits;

 private:
  friend class InProcessStream;
  TestBase& base_;
  ManualClock& clock_;
  Peer peer_;
  std::optional<Cut> cut_;
  int passed_ = 0;
  int dials_ = 0;
  int half_closes_ = 0;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_SUPPORT_IN_PROCESS_STREAM_H_
