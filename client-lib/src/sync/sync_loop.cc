#include "client-lib/src/sync/sync_loop.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "client-lib/src/sync/client_session.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr absl::Duration kStep = absl::Milliseconds(200);
constexpr absl::Duration kHeartbeat = absl::Seconds(10);
constexpr absl::Duration kLongestPause = absl::Seconds(20);
constexpr int kMostNewReplicas = 3;  // in one sync: a copy becomes one, a base in its senses names no more

// Since-boot time: no wrong wall clock makes a session look silent.
absl::Time SteadyNow(Clock& clock) { return absl::FromUnixMicros(clock.Read().boottime_us()); }

absl::Status ErrorOf(v1::GoAwayReason reason) {
  switch (reason) {
    case v1::GO_AWAY_REASON_UNKNOWN_STORE:
      return MakeError(ErrorCode::kUnknownStore, "the base does not know this store");
    case v1::GO_AWAY_REASON_PROTOCOL:
      return MakeError(ErrorCode::kInternal, "the base did not understand this device");
    case v1::GO_AWAY_REASON_FENCED:
      return MakeError(ErrorCode::kTryLater, "a newer session of this store has begun");
    case v1::GO_AWAY_REASON_SHUTTING_DOWN:
      return MakeError(ErrorCode::kTryLater, "the base is shutting down");
    default: return MakeError(ErrorCode::kTryLater, "the base could not go on");
  }
}

// One session over one stream.
class SessionRun {
 public:
  SessionRun(SyncStore& store, SyncStream& stream, Clock& clock, const SyncOptions& options, bool as_copy)
      : session_(store, clock, {.as_copy = as_copy}), stream_(stream), clock_(clock), options_(options) {}

  // Ok: in good order, everything handed in and current (or stopped by the observer).
  absl::Status Run() {
    RETURN_IF_ERROR(session_.Start());
    heard_ = spoke_ = SteadyNow(clock_);
    while (true) {
      RETURN_IF_ERROR(Speak());
      if (auto end = stream_.ended(); end.has_value()) return End(*end);
      const auto response = stream_.Wait(kStep);
      if (response.has_value()) RETURN_IF_ERROR(Hear(*response));
      if (SteadyNow(clock_) - heard_ > options_.silence_timeout) {
        return MakeError(ErrorCode::kNoBase, "the base has fallen silent");
      }
    }
  }

  const ClientSession& session() const { return session_; }

 private:
  absl::Status Speak() {
    const bool asked_to_stop = options_.observer != nullptr && !options_.observer->KeepGoing();
    if (!closing_ && (asked_to_stop || (session_.done() && (!options_.live || session_.new_replica())))) {
      closing_ = true;
      stream_.HalfClose();
    }
    while (!closing_ && stream_.writable()) {
      if (SteadyNow(clock_) - spoke_ > kHeartbeat) session_.Tick();
      ASSIGN_OR_RETURN(auto request, session_.NextRequest());
      if (!request.has_value()) break;
      spoke_ = SteadyNow(clock_);
      stream_.Write(*std::move(request));
    }
    return absl::OkStatus();
  }

  absl::Status Hear(const v1::SyncResponse& response) {
    heard_ = SteadyNow(clock_);
    RETURN_IF_ERROR(session_.OnResponse(response));
    if (options_.observer == nullptr) return absl::OkStatus();
    options_.observer->OnProgress(session_.progress());
    if (response.has_ack() || response.has_page() || response.has_leaf_content())
      options_.observer->OnChanged();
    return absl::OkStatus();
  }

  absl::Status End(const absl::Status& end) {
    if (session_.go_away().has_value()) return ErrorOf(*session_.go_away());
    if (session_.new_replica() || closing_) return absl::OkStatus();
    return end.ok() ? MakeError(ErrorCode::kTryLater, "the base ended the session early") : end;
  }

  ClientSession session_;
  SyncStream& stream_;
  Clock& clock_;
  const SyncOptions& options_;
  bool closing_ = false;
  absl::Time heard_;
  absl::Time spoke_;
};

void Add(const SyncResult& session, SyncResult& total) {
  total.sent += session.sent;
  total.applied += session.applied;
  total.refused += session.refused;
  total.side_by_side += session.side_by_side;
  total.received += session.received;
  total.repaired += session.repaired;
  total.differing = session.differing;
  total.read = session.read;
}

bool WorthRetrying(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  return code == ErrorCode::kNoBase || code == ErrorCode::kTryLater;
}

absl::Duration Jitter(int attempt, Random& random) {
  const absl::Duration ceiling =
      std::min(absl::Milliseconds(250) * (1 << std::min(attempt, 8)), kLongestPause);
  uint16_t draw = 0;
  random.Fill(reinterpret_cast<uint8_t*>(&draw), sizeof(draw));
  return ceiling * (draw / 65535.0);
}

absl::Status OutcomeOf(const ClientSession& session) {
  if (session.retry_later() > 0)
    return MakeError(ErrorCode::kTryLater, "the base asked to send part of it later");
  if (session.id_reused() > 0) {
    return MakeError(ErrorCode::kBaseRefused,
                     "the base holds other work under the same ids: this store is a copy");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SyncResult> RunSync(SyncStore& store, SyncDialer& dialer, Clock& clock, Random& random,
                                   const SyncOptions& options, Pause pause) {
  SyncResult total;
  absl::Status last;
  bool as_copy = false;
  bool was_copy = false;
  int new_replicas = 0;
  for (int attempt = 0; attempt < options.attempts;) {
    auto stream = dialer.Dial(options.connect_timeout);
    if (!stream.ok()) {
      // Nobody there from the start: the person decides when to try again. In mid-work the base may be starting anew.
      last = stream.status();
      if (attempt == 0 || !WorthRetrying(last)) return last;
      if (++attempt < options.attempts) pause(Jitter(attempt, random));
      continue;
    }
    SessionRun run(store, **stream, clock, options, as_copy);
    last = run.Run();
    Add(run.session().result(), total);
    total.unsent = store.unsent_count();
    if (last.ok() && run.session().new_replica()) {  // a greeting, not an attempt
      if (++new_replicas > kMostNewReplicas) {
        return MakeError(ErrorCode::kBaseRefused, "the base takes this store for a copy again and again");
      }
      as_copy = false;
      continue;
    }
    if (last.ok() && run.session().id_reused() > 0 && !was_copy) {
      as_copy = was_copy = true;
      continue;
    }
    if (last.ok()) last = OutcomeOf(run.session());
    if (last.ok()) return total;
    if (!WorthRetrying(last)) return last;
    const SyncResult& result = run.session().result();
    const bool moved_on = result.sent + result.received + result.repaired > 0;
    attempt = moved_on ? 1 : attempt + 1;  // as long as something arrives, it goes on
    if (attempt < options.attempts) pause(Jitter(attempt, random));
  }
  return last;
}

}  // namespace opgang
