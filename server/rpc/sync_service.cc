#include "server/rpc/sync_service.h"

#include <memory>
#include <mutex>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/rules/device_silence.h"
#include "server/engine/holdings.h"
#include "server/engine/horizon.h"
#include "server/rpc/peer.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

using Reactor = grpc::ServerBidiReactor<v1::SyncRequest, v1::SyncResponse>;

// One stream's session behind its lock. Lives for as long as anybody refers to it; the reactor may be gone before.
class SyncStrand : public OpenSession, public SessionHost, public std::enable_shared_from_this<SyncStrand> {
 public:
  SyncStrand(BaseServices& base, Peer peer, Reactor* reactor)
      : base_(base), session_(*this, base.session_keys, base.epoch, std::move(peer)), reactor_(reactor) {}

  void Do(std::function<void(ServerSession&)> action) override {
    base_.pool->Post([self = shared_from_this(), action = std::move(action)] {
      std::unique_lock lock(self->mutex_);
      if (self->reactor_ == nullptr) return;
      action(self->session_);
      self->Pump();
    });
  }

  void Read() {
    std::unique_lock lock(mutex_);
    if (reactor_ != nullptr) reactor_->StartRead(&incoming_);
  }

  void OnReadDone(bool ok) {
    Do([this, ok](ServerSession& session) {
      if (!ok) return session.OnHalfClose();
      session.OnRequest(incoming_);
      reactor_->StartRead(&incoming_);
    });
  }

  void OnWriteDone(bool ok) {
    Do([this, ok](ServerSession&) {
      writing_ = false;
      if (!ok) Finish();
    });
  }

  void OnCancel() {
    Do([this](ServerSession&) { Finish(); });
  }

  // The stream is over and its reactor about to go.
  void OnDone() {
    std::unique_lock lock(mutex_);
    reactor_ = nullptr;
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

  // SessionHost: called under the lock, on a worker's thread.
  absl::Time Now() override { return base_.clock->WallNow(); }
  BaseReader& Reader() override { return WorkerPool::Reader(); }

  void Greet(const Peer& peer, const v1::Hello& hello) override {
    base_.writer->Run([self = shared_from_this(), peer, hello](BaseStore& store, Committer&) {
      auto greeting = opgang::Greet(store, peer, hello, self->Now(), *self->base_.random);
      if (greeting.ok() && greeting->found_twice)
        spdlog::warn("event=store-exists-twice staff={} store={}", peer.staff_code, peer.store.ToString());
      self->Do([greeting = std::move(greeting)](ServerSession& session) { session.OnGreeted(greeting); });
    });
  }

  void Submit(std::vector<Submission> submissions) override {
    base_.writer->Submit(std::move(submissions), [self =
                                                      shared_from_this()](std::vector<v1::Verdict> verdicts) {
      self->Do([verdicts = std::move(verdicts)](ServerSession& session) { session.OnVerdicts(verdicts); });
    });
  }

  void FenceOthers(ReplicaId replica) override {
    spdlog::info("event=session-start replica={}", replica.ToString());
    base_.sessions.Claim(shared_from_this(), replica);
  }

  void NoteRemoved(ReplicaId replica, std::vector<Scope> scopes) override {
    spdlog::info("event=scopes-removed replica={} scopes={}", replica.ToString(), scopes.size());
    base_.writer->Run([replica, scopes = std::move(scopes), now = Now()](BaseStore& store, Committer&) {
      const absl::Status status = ConfirmRemoved(store, replica, scopes, now);
      if (!status.ok())
        spdlog::warn("event=scopes-removed-not-noted error=\"{}\"", std::string(status.message()));
    });
  }

  void NoteLeafRepair(ReplicaId replica, const Scope& scope, size_t leaves) override {
    spdlog::warn("event=leaf-repair replica={} scope={} leaves={}", replica.ToString(),
                 UuidToString(scope.id), leaves);
  }

 private:
  void Pump() {
    if (writing_ || finished_) return;
    auto response = session_.NextResponse();
    if (response.has_value()) {
      outgoing_ = *std::move(response);
      writing_ = true;
      reactor_->StartWrite(&outgoing_);
    } else if (session_.over()) {
      Finish();
    }
  }

  void Finish() {
    if (finished_) return;
    finished_ = true;
    reactor_->Finish(grpc::Status::OK);
  }

  BaseServices& base_;
  std::mutex mutex_;
  ServerSession session_;      // guarded by mutex_, as all below
  Reactor* reactor_;           // null once the stream is over
  v1::SyncRequest incoming_;   // the one read in flight
  v1::SyncResponse outgoing_;  // the one write in flight
  bool writing_ = false;
  bool finished_ = false;
};

class SyncReactor : public Reactor {
 public:
  SyncReactor(BaseServices& base, Peer peer)
      : strand_(std::make_shared<SyncStrand>(base, std::move(peer), this)) {
    base.sessions.Add(strand_);
    strand_->Read();
  }
  void OnReadDone(bool ok) override { strand_->OnReadDone(ok); }
  void OnWriteDone(bool ok) override { strand_->OnWriteDone(ok); }
  void OnCancel() override { strand_->OnCancel(); }
  void OnDone() override {
    strand_->OnDone();
    delete this;
  }

 private:
  std::shared_ptr<SyncStrand> strand_;
};

class RefusedReactor : public Reactor {
 public:
  explicit RefusedReactor(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

Reactor* SyncServiceImpl::Sync(grpc::CallbackServerContext* context) {
  auto peer = PeerOf(*context);
  if (!peer.ok()) return new RefusedReactor(peer.status());
  return new SyncReactor(base_, *std::move(peer));
}

grpc::ServerUnaryReactor* SyncServiceImpl::ListDevices(grpc::CallbackServerContext* context,
                                                       const v1::ListDevicesRequest*,
                                                       v1::ListDevicesResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto peer = PeerOf(*context);
  if (!peer.ok()) {
    reactor->Finish(ToGrpc(peer.status()));
    return reactor;
  }
  base_.pool->Post([this, reactor, response, store = peer->store] {
    const auto list = [&]() -> absl::Status {
      ASSIGN_OR_RETURN(const auto account, WorkerPool::Reader().FindStore(store));
      const bool enrolled = account.has_value() && account->enrolled_us > 0;
      if (!enrolled) return MakeError(ErrorCode::kBaseRefused, "this store is not enrolled here");
      ASSIGN_OR_RETURN(const auto staff, WorkerPool::Reader().FindStaff(account->staff_code));
      const bool refers_only = staff.has_value() && staff->role == Role::kPartner;
      if (refers_only) return MakeError(ErrorCode::kBaseRefused, "a partner is told of no other device");
      ASSIGN_OR_RETURN(
          *response, DevicesOf(WorkerPool::Reader(), base_.sessions, base_.calendar, base_.clock->WallNow()));
      for (auto& device : *response->mutable_devices()) device.clear_unconfirmed_removals();
      return absl::OkStatus();
    };
    reactor->Finish(ToGrpc(list()));
  });
  return reactor;
}

absl::StatusOr<v1::ListDevicesResponse> DevicesOf(BaseReader& reader, SessionRegistry& sessions,
                                                  const CalendarSettings& calendar, absl::Time now) {
  ASSIGN_OR_RETURN(const auto devices, reader.Devices());
  v1::ListDevicesResponse response;
  response.set_base_us(absl::ToUnixMicros(now));
  ASSIGN_OR_RETURN(const BackupFacts facts, reader.Backup());
  *response.mutable_backup() = BackupStatusOf(facts, now);
  for (const auto& [account, replica] : devices) {
    v1::DeviceStatus& status = *response.add_devices();
    status.set_device_label(account.device_label);
    status.set_holder(account.staff_code);
    status.set_last_sync_us(replica.last_sync_us);
    status.set_unsent_count(replica.unsent_count);
    status.set_nearest_due_us(replica.nearest_due_us);
    status.set_online(sessions.IsOnline(replica.id));
    status.set_twin_since_us(account.twin_since_us);
    status.set_store_id(account.id.ToBytes());
    ASSIGN_OR_RETURN(const auto removals, UnconfirmedRemovals(reader, account, replica.id));
    for (const v1::UnconfirmedRemoval& removal : removals) *status.add_unconfirmed_removals() = removal;
    const int64_t last_heard_us = replica.last_sync_us > 0 ? replica.last_sync_us : account.enrolled_us;
    status.set_silent(!status.online() && IsSilent(absl::FromUnixMicros(last_heard_us), now, calendar));
  }
  return response;
}

}  // namespace opgang
