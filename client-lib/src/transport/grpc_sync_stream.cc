#include "client-lib/src/transport/grpc_sync_stream.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/base/status_macros.h"
#include "opgang/v1/sync.grpc.pb.h"

namespace opgang {
namespace {

// The half that gRPC calls, on its threads. The stream that owns it waits for OnDone before it goes.
class Reactor : public grpc::ClientBidiReactor<v1::SyncRequest, v1::SyncResponse> {
 public:
  explicit Reactor(std::shared_ptr<grpc::Channel> channel)
      : channel_(std::move(channel)), stub_(v1::SyncService::NewStub(channel_)) {}

  void Start() {
    context_.set_initial_metadata_corked(true);  // leaves with Hello, in one packet
    stub_->async()->Sync(&context_, this);
    AddHold();  // reads and writes begin on the caller's thread; let go when a read has failed, and not
                // before
    StartRead(&incoming_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    std::unique_lock lock(mutex_);
    if (ok) {
      has_message_ = true;
    } else {  // nothing comes any more, whoever ended it; the hold would keep OnDone away
      over_ = true;
      LetGo();
    }
    changed_.notify_all();
  }
  void OnWriteDone(bool) override {
    std::unique_lock lock(mutex_);
    writing_ = false;
    changed_.notify_all();
  }
  void OnDone(const grpc::Status& status) override {
    std::unique_lock lock(mutex_);
    done_ = FromGrpc(status);
    changed_.notify_all();
  }

  bool writable() {
    std::unique_lock lock(mutex_);
    return !writing_ && !half_closed_ && !over_;
  }

  void Write(v1::SyncRequest request) {
    std::unique_lock lock(mutex_);
    if (over_) return;  // cut since it was writable; what was not acknowledged stays in the queue
    outgoing_ = std::move(request);
    writing_ = true;
    StartWrite(&outgoing_);
  }

  void HalfClose() {
    std::unique_lock lock(mutex_);
    if (half_closed_) return;
    half_closed_ = true;
    changed_.wait(lock, [this] { return !writing_ || over_; });
    if (!over_) StartWritesDone();
  }

  std::optional<v1::SyncResponse> Wait(absl::Duration at_most) {
    std::unique_lock lock(mutex_);
    const bool was_writing = writing_;
    changed_.wait_for(lock, absl::ToChronoMilliseconds(at_most),
                      [&] { return has_message_ || done_.has_value() || (was_writing && !writing_); });
    if (!has_message_) return std::nullopt;
    has_message_ = false;
    v1::SyncResponse response = std::move(incoming_);
    StartRead(&incoming_);
    return response;
  }

  std::optional<absl::Status> ended() {
    std::unique_lock lock(mutex_);
    if (has_message_) return std::nullopt;
    return done_;
  }

  // The stream goes: cancels what is open and waits for gRPC's last call.
  void End() {
    std::unique_lock lock(mutex_);
    if (!done_.has_value()) context_.TryCancel();
    half_closed_ = true;
    LetGo();
    changed_.wait(lock, [this] { return done_.has_value(); });
  }

 private:
  void LetGo() {
    if (std::exchange(held_, false)) RemoveHold();
  }

  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::SyncService::Stub> stub_;
  grpc::ClientContext context_;
  std::mutex mutex_;
  std::condition_variable changed_;
  v1::SyncRequest outgoing_;   // the one write in flight
  v1::SyncResponse incoming_;  // the one read in flight, or the message not yet taken
  bool writing_ = false;
  bool has_message_ = false;
  bool half_closed_ = false;
  bool held_ = true;
  bool over_ = false;  // a read failed: the stream has ended or was cut
  std::optional<absl::Status> done_;
};

class GrpcSyncStream : public SyncStream {
 public:
  explicit GrpcSyncStream(std::shared_ptr<grpc::Channel> channel) : reactor_(std::move(channel)) {
    reactor_.Start();
  }
  ~GrpcSyncStream() override { reactor_.End(); }

  bool writable() override { return reactor_.writable(); }
  void Write(v1::SyncRequest request) override { reactor_.Write(std::move(request)); }
  void HalfClose() override { reactor_.HalfClose(); }
  std::optional<v1::SyncResponse> Wait(absl::Duration at_most) override { return reactor_.Wait(at_most); }
  std::optional<absl::Status> ended() override { return reactor_.ended(); }

 private:
  Reactor reactor_;
};

}  // namespace

void GrpcSyncDialer::Begin(absl::Duration timeout) {
  begun_ = std::async(std::launch::async, [this, timeout] { return Connect(base_, timeout); });
}

absl::StatusOr<std::unique_ptr<SyncStream>> GrpcSyncDialer::Dial(absl::Duration timeout) {
  ASSIGN_OR_RETURN(auto channel, begun_.valid() ? begun_.get() : Connect(base_, timeout));
  return std::make_unique<GrpcSyncStream>(std::move(channel));
}

}  // namespace opgang
