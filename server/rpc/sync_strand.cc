#include "server/rpc/sync_strand.h"

#include <utility>

#include "server/engine/device_uses.h"
#include "server/engine/erasure.h"
#include "server/engine/holdings.h"
#include "server/rpc/refusals.h"
#include "spdlog/spdlog.h"

namespace opgang {

SyncStrand::SyncStrand(BaseServices& base, Peer peer, StreamEnd* stream)
    : base_(base),
      device_(peer.store),
      session_(*this, base.session_keys, base.epoch, std::move(peer)),
      stream_(stream) {}

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
    if (base_.devices != nullptr) base_.devices->Hear(device_, incoming_.ByteSizeLong());
    session.OnRequest(incoming_);
    owes_read_ = true;
    ReadOn();
  });
}

void SyncStrand::OnTick() {
  Do([this](ServerSession& session) {
    session.OnTick();
    ReadOn();
  });
}

void SyncStrand::ReadOn() {
  if (!owes_read_ || finished_) return;
  if (base_.devices != nullptr && !base_.devices->MayReadOn(device_)) return;
  owes_read_ = false;
  stream_->BeginRead(&incoming_);
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
  const auto held = session_.held();
  if (!held.has_value()) return spdlog::info("event=session-end replica={} fenced=true", replica->ToString());
  spdlog::info("event=session-end replica={} unsent={}", replica->ToString(), held->unsent_count);
  base_.writer->Run([id = *replica, held = *held, now = Now()](BaseStore& store, Committer&) {
    const absl::Status status = NoteSessionEnd(store, id, held, now);
    if (!status.ok()) spdlog::warn("event=session-end-not-noted error=\"{}\"", std::string(status.message()));
  });
}

void SyncStrand::Greet(const Peer& peer, const v1::Hello& hello) {
  base_.writer->Run([self = shared_from_this(), peer, hello](BaseStore& store, Committer& committer) {
    auto greeting = opgang::Greet(store, peer, hello, self->Now(), *self->base_.random);
    if (greeting.ok() && greeting->found_twice)
      spdlog::warn("event=store-exists-twice staff={} store={}", peer.staff_code, peer.store.ToString());
    if (greeting.ok() && greeting->go_away == v1::GO_AWAY_REASON_UNKNOWN_STORE)
      NoteRefusal(self->base_, peer, "SyncService/Sync");
    if (greeting.ok()) committer.GoOn(greeting->author.replica);
    std::set<Scope> touched;
    // What fails is done with the next commit that concerns a seat.
    if (greeting.ok() && greeting->chairs_came_back) (void)committer.AnswerWishes(self->Now(), touched);
    self->base_.writer->Announce(touched);
    self->Do([greeting = std::move(greeting)](ServerSession& session) { session.OnGreeted(greeting); });
  });
}

bool SyncStrand::IsWithinTheDay(const std::vector<Submission>& submissions) {
  size_t mutations = 0, bytes = 0;
  for (const Submission& submission : submissions) {
    mutations += submission.mutations.size();
    for (const OpenedMutation& mutation : submission.mutations)
      bytes += mutation.envelope_bytes.size() + mutation.payload_bytes.size();
  }
  return base_.devices == nullptr || base_.devices->TakeIn(device_, mutations, bytes);
}

// By way of the writer, so that verdicts come in the order of their pushes.
void SyncStrand::AnswerLater(const std::vector<Submission>& submissions) {
  std::vector<v1::Verdict> later;
  for (const Submission& submission : submissions) {
    for (const OpenedMutation& mutation : submission.mutations) {
      v1::Verdict& verdict = later.emplace_back();
      verdict.set_seq(mutation.seq);
      verdict.set_intent_id(mutation.intent.ToBytes());
      verdict.mutable_retry_later()->set_reason(v1::RETRY_REASON_OVERLOAD);
    }
  }
  base_.writer->Run([self = shared_from_this(), later = std::move(later)](BaseStore&, Committer&) {
    self->Do([later](ServerSession& session) { session.OnVerdicts(later); });
  });
}

void SyncStrand::Submit(std::vector<Submission> submissions) {
  takes_no_work_ = takes_no_work_ || !IsWithinTheDay(submissions);
  if (takes_no_work_) return AnswerLater(submissions);
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

void SyncStrand::TakeUses(StoreId from, const std::string& staff_code, const v1::DeviceUses& uses) {
  base_.writer->Run([self = shared_from_this(), from, staff_code, uses](BaseStore& store, Committer&) {
    auto taken = opgang::TakeUses(store, self->base_.keys.box, from, staff_code, uses, self->Now());
    if (!taken.ok()) spdlog::warn("event=uses-not-taken error=\"{}\"", std::string(taken.status().message()));
    self->Do([taken = std::move(taken)](ServerSession& session) { session.OnUsesTaken(taken); });
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
