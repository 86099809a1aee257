#include "client-lib/src/sync/session_run.h"

#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr absl::Duration kHeartbeat = absl::Seconds(10);
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

bool WorthRetrying(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  return code == ErrorCode::kNoBase || code == ErrorCode::kTryLater;
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

SessionRun::SessionRun(SyncStore& store, Clock& clock, const SyncOptions& options,
                       ClientSession::Opening opening)
    : session_(store, clock, opening), clock_(clock), options_(options) {}

absl::Status SessionRun::Start() {
  RETURN_IF_ERROR(session_.Start());
  heard_ = spoke_ = SteadyNow(clock_);
  return absl::OkStatus();
}

bool SessionRun::Closes() {
  if (closing_) return false;
  const bool asked_to_stop = options_.observer != nullptr && !options_.observer->KeepGoing();
  const bool begins_anew = session_.new_replica() || session_.retry_later() > 0 || session_.id_reused() > 0;
  closing_ = asked_to_stop || (session_.done() && (!options_.live || begins_anew));
  return closing_;
}

bool SessionRun::Leaves() const { return closing_ && session_.needs_no_end(); }

absl::StatusOr<std::optional<v1::SyncRequest>> SessionRun::Speak() {
  if (closing_) return std::nullopt;
  if (SteadyNow(clock_) - spoke_ > kHeartbeat) session_.Tick();
  ASSIGN_OR_RETURN(auto request, session_.NextRequest());
  if (request.has_value()) spoke_ = SteadyNow(clock_);
  return request;
}

absl::Status SessionRun::Hear(const v1::SyncResponse& response) {
  heard_ = SteadyNow(clock_);
  RETURN_IF_ERROR(session_.OnResponse(response));
  if (options_.observer == nullptr) return absl::OkStatus();
  options_.observer->OnProgress(session_.progress());
  if (response.has_packed() || response.has_ack() || response.has_page() || response.has_leaf_content())
    options_.observer->OnChanged();
  return absl::OkStatus();
}

absl::Status SessionRun::CheckSilence() const {
  if (SteadyNow(clock_) - heard_ <= options_.silence_timeout) return absl::OkStatus();
  return MakeError(ErrorCode::kNoBase, "the base has fallen silent");
}

absl::Status SessionRun::End(const absl::Status& end) const {
  if (session_.go_away().has_value()) return ErrorOf(*session_.go_away());
  if (session_.new_replica() || closing_) return absl::OkStatus();
  return end.ok() ? MakeError(ErrorCode::kTryLater, "the base ended the session early") : end;
}

// Nobody there from the start: the person decides when to try again. In mid-work the base may be starting anew.
SyncAttempts::Next SyncAttempts::AfterFailedDial(const absl::Status& status) {
  outcome_ = status;
  if (attempt_ == 0 || !WorthRetrying(status)) return Next::kOver;
  return ++attempt_ < attempts_ ? Next::kAfterPause : Next::kOver;
}

SyncAttempts::Next SyncAttempts::AfterSession(const absl::Status& status, const ClientSession& session) {
  outcome_ = status;
  if (status.ok() && session.new_replica()) {  // a greeting, not an attempt
    as_copy_ = false;
    if (++new_replicas_ <= kMostNewReplicas) return Next::kAtOnce;
    outcome_ = MakeError(ErrorCode::kBaseRefused, "the base takes this store for a copy again and again");
    return Next::kOver;
  }
  if (status.ok() && session.id_reused() > 0 && !was_copy_) {
    as_copy_ = was_copy_ = true;
    return Next::kAtOnce;
  }
  if (status.ok()) outcome_ = OutcomeOf(session);
  if (outcome_.ok() && session.got_share()) return Next::kAtOnce;
  if (outcome_.ok() || !WorthRetrying(outcome_)) return Next::kOver;
  const SyncResult& result = session.result();
  const bool moved_on = result.sent + result.received + result.repaired > 0;
  attempt_ = moved_on ? 1 : attempt_ + 1;  // as long as something arrives, it goes on
  return attempt_ < attempts_ ? Next::kAfterPause : Next::kOver;
}

}  // namespace opgang
