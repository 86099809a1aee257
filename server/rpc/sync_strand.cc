#include "server/rpc/sync_strand.h"

#include <utility>

#include "server/engine/erasure.h"
#include "server/engine/holdings.h"
#include "spdlog/spdlog.h"

namespace opgang {

SyncStrand::SyncStrand(BaseServices& base, Peer peer, StreamEnd* stream)
    : base_(base), session_(*this, base.session_keys, base.epoch, std::move(peer)), stream_(stream) {}

void SyncStrand::Do(std::function<void(ServerSession&)> action) {
  {
    std::unique_lock lock(waiting_mutex_);
    waiting_.push_back(std::move(action));
    if (std::exchange(has_turn_, true)) return;
  }
  base_.pool->Post([self = shared_from_this()] { self->TakeTurn(); });
}

void SyncStrand::TakeTurn() {
  std::unique_lock lock(waiting_mutex_);
  const Action action = std::move(waiting_.front());
  waiting_.pop_front();
  lock.unlock();
  Act(action);
  lock.lock();
  has_turn_ = !waiting_.empty();
  if (!has_turn_) return;
  lock.unlock();
  base_.pool->Post([self = shared_from_this()] { self->TakeTurn(); });
}

void SyncStrand::Act(const Action& action) {
  std::unique_lock lock(mutex_);
  if (stream_ == nullptr) return;
  action(session_);
  Pump();
}

void SyncStrand::Read() {
  std::unique_lock lock(mutex_);
  if (stream_ != nullptr) stream_->BeginRead(&incoming_);
}

void SyncStrand::OnReadDone(bool ok) {
  Do([this, ok](ServerSession& session) {
    if (!ok) return session.OnHalfClose();
    session.OnRequest(incoming_);
    stream_->BeginRead(&incoming_);
  });
}

void SyncStrand::OnWriteDone(bool ok) {
  Do([this, ok](ServerSession&) {
    writing_ = false;
    if (!ok) Finish();
  });
}

void SyncStrand::OnCancel() {
  Do([this](ServerSession&) { Finish(); });
}

void SyncStrand::OnDone() {
  std::unique_lock lock(mutex_);
  stream_ = nullptr;
  base_.sessions.Remove(this);
  const auto replica = session_.replica();
  if (!replica.has_value()) return;
  spdlog::info("event=session-end replica={} unsent={}", replica->ToString(), session_.unsent_count());
  base_.writer->Run(
      [id = *replica, unsent = session_.unsent_count(), now = Now()](BaseStore& store, Committer&) {
        const absl::Status status = NoteSessionEnd(store, id, unsent, now);
        if (!status.ok())
          spdlog::warn("event=session-end-not-noted error=\"{}\"", std::string(status.message()));
      });
}

void SyncStrand::Greet(const Peer& peer, const v1::Hello& hello) {
  base_.writer->Run([self = shared_from_this(), peer, hello](BaseStore& store, Committer& committer) {
    auto greeting = opgang::Greet(store, peer, hello, self->Now(), *self->base_.random);
    if (greeting.ok() && greeting->found_twice)
      spdlog::warn("event=store-exists-twice staff={} store={}", peer.staff_code, peer.store.ToString());
    if (greeting.ok()) committer.GoOn(greeting->author.replica);
    std::set<Scope> touched;
    // What fails is done with the next commit that concerns a seat.
    if (greeting.ok() && greeting->chairs_came_back) (void)committer.AnswerWishes(self->Now(), touched);
    self->base_.writer->Announce(touched);
    self->Do([greeting = std::move(greeting)](ServerSession& session) { session.OnGreeted(greeting); });
  });
}

void SyncStrand::Submit(std::vector<Submission> submissions) {
  base_.writer->Submit(std::move(submissions),
                       [self = shared_from_this()](std::vector<v1::Verdict> verdicts) {
                         self->Do([verdicts = std::move(verdicts)](ServerSession& session) mutable {
                           session.OnVerdicts(std::move(verdicts));
                         });
                       });
}

void SyncStrand::FenceOthers(ReplicaId replica) {
  spdlog::info("event=session-start replica={}", replica.ToString());
  base_.sessions.Claim(shared_from_this(), replica);
}

void SyncStrand::NoteRemoved(ReplicaId replica, std::vector<Scope> scopes) {
  spdlog::info("event=scopes-removed replica={} scopes={}", replica.ToString(), scopes.size());
  base_.writer->Run([replica, scopes = std::move(scopes), now = Now()](BaseStore& store, Committer&) {
    const absl::Status status = ConfirmRemoved(store, replica, scopes, now);
    if (!status.ok())
      spdlog::warn("event=scopes-removed-not-noted error=\"{}\"", std::string(status.message()));
  });
}

void SyncStrand::NoteErasures(ReplicaId replica, std::vector<v1::Erasure> erasures) {
  spdlog::info("event=erasures-heeded replica={} citizens={}", replica.ToString(), erasures.size());
  base_.writer->Run([self = shared_from_this(), replica, erasures = std::move(erasures), now = Now()](
                        BaseStore& store, Committer&) {
    std::set<Scope> touched;
    const absl::Status status =
        HearErasures(store, self->base_.keys.storage_key, replica, erasures, now, touched);
    self->base_.writer->Announce(touched);
    if (!status.ok())
      spdlog::warn("event=erasures-heeded-not-noted error=\"{}\"", std::string(status.message()));
  });
}

void SyncStrand::NoteLeafRepair(ReplicaId replica, const Scope& scope, size_t leaves) {
  spdlog::warn("event=leaf-repair replica={} scope={} leaves={}", replica.ToString(), UuidToString(scope.id),
               leaves);
}

void SyncStrand::Pump() {
  if (writing_ || finished_) return;
  auto response = session_.NextResponse();
  if (response.has_value()) {
    outgoing_ = *std::move(response);
    writing_ = true;
    stream_->BeginWrite(&outgoing_);
  } else if (session_.over()) {
    Finish();
  }
}

void SyncStrand::Finish() {
  if (finished_) return;
  finished_ = true;
  stream_->EndStream();
}

}  // namespace opgang
