#include "client-lib/src/sync/sync_loop.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "client-lib/src/sync/session_run.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr absl::Duration kStep = absl::Milliseconds(200);
constexpr absl::Duration kLongestPause = absl::Seconds(20);

// Everything that one stream carries.
absl::Status RunSession(SessionRun& run, SyncStream& stream) {
  RETURN_IF_ERROR(run.Start());
  while (true) {
    while (stream.writable()) {
      ASSIGN_OR_RETURN(auto request, run.Speak());
      if (!request.has_value()) break;
      stream.Write(*std::move(request));
    }
    const bool closes = run.Closes();
    if (run.Leaves()) return run.End(absl::OkStatus());
    if (closes) stream.HalfClose();
    if (auto end = stream.ended(); end.has_value()) return run.End(*end);
    const auto response = stream.Wait(kStep);
    if (response.has_value()) RETURN_IF_ERROR(run.Hear(*response));
    RETURN_IF_ERROR(run.CheckSilence());
  }
}

void Add(const SyncResult& session, SyncResult& total) {
  total.sent += session.sent;
  total.applied += session.applied;
  total.refused += session.refused;
  total.side_by_side += session.side_by_side;
  total.received += session.received;
  total.repaired += session.repaired;
  total.differing = session.differing;
  total.read = session.read;
  total.revoked = session.revoked;
}

absl::Duration Jitter(int attempt, Random& random) {
  const absl::Duration ceiling =
      std::min(absl::Milliseconds(250) * (1 << std::min(attempt, 8)), kLongestPause);
  uint16_t draw = 0;
  random.Fill(reinterpret_cast<uint8_t*>(&draw), sizeof(draw));
  return ceiling * (draw / 65535.0);
}

// The store tells its decisions for as long as this lives.
class Explaining {
 public:
  Explaining(SyncStore& store, SyncObserver* observer) : store_(store) {
    const bool wanted = observer != nullptr && observer->WantsDecisions();
    store_.ExplainTo(wanted ? observer : nullptr);
  }
  ~Explaining() { store_.ExplainTo(nullptr); }
  Explaining(const Explaining&) = delete;
  Explaining& operator=(const Explaining&) = delete;

 private:
  SyncStore& store_;
};

}  // namespace

absl::StatusOr<SyncResult> RunSync(SyncStore& store, SyncDialer& dialer, Clock& clock, Random& random,
                                   const SyncOptions& options, Pause pause) {
  const Explaining explaining(store, options.observer);
  SyncResult total;
  SyncAttempts attempts(options.attempts);
  for (auto next = SyncAttempts::Next::kAtOnce; next != SyncAttempts::Next::kOver;) {
    if (next == SyncAttempts::Next::kAfterPause) pause(Jitter(attempts.attempt(), random));
    dialer.Begin(options.connect_timeout);
    SessionRun run(store, clock, options, attempts.opening());
    run.Prepare();
    auto stream = dialer.Dial(options.connect_timeout);
    if (!stream.ok()) {
      next = attempts.AfterFailedDial(stream.status());
      continue;
    }
    const absl::Status ended = RunSession(run, **stream);
    Add(run.session().result(), total);
    total.unsent = store.unsent_count();
    next = attempts.AfterSession(ended, run.session());
  }
  if (!attempts.outcome().ok()) return attempts.outcome();
  return total;
}

}  // namespace opgang
