// A base with the threads that ship (writer, workers, registry, strands, a ticker), and streams to it from other threads,
// in this process and without gRPC: what ThreadSanitizer can see whole.
#ifndef OPGANG_TESTS_THREADS_THREADED_BASE_H_
#define OPGANG_TESTS_THREADS_THREADED_BASE_H_

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "client-lib/src/sync/sync_stream.h"
#include "server/rpc/sync_strand.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_base.h"

namespace opgang {

class ThreadedBase {
 public:
  // Serves the files of `base`, whose own store must be closed meanwhile.
  explicit ThreadedBase(const TestBase& base, int workers = 3);
  ~ThreadedBase();

  BaseServices& services() { return services_; }
  // As RunningBase::Stop(): sessions are told to come back later; then, once their streams are gone, what was handed in is
  // committed and the threads end.
  void TellAllToGo();
  void Stop();

 private:
  void Tick();

  ManualClock clock_;  // stands
  BaseServices services_;
  std::mutex mutex_;
  std::condition_variable stops_;
  bool stopped_ = false;  // guarded by mutex_
  std::thread ticker_;
};

// A device's end of a stream. The base's end reacts on this thread and on the workers', as it does on gRPC's.
class ThreadedStream : public SyncStream, private StreamEnd {
 public:
  ThreadedStream(ThreadedBase& base, Peer peer);
  ~ThreadedStream() override;  // cut, where it is still open

  bool writable() override;
  void Write(v1::SyncRequest request) override;
  void HalfClose() override;
  std::optional<v1::SyncResponse> Wait(absl::Duration at_most) override;
  std::optional<absl::Status> ended() override;

 private:
  void BeginRead(v1::SyncRequest* into) override;
  void BeginWrite(const v1::SyncResponse* message) override;
  void EndStream() override;
  // Hands on what waits, where the base reads. Called without the lock.
  void CarryUp();

  std::shared_ptr<SyncStrand> strand_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<v1::SyncRequest> up_;
  std::deque<v1::SyncResponse> down_;
  v1::SyncRequest* reading_ = nullptr;
  bool half_closed_ = false;
  bool told_half_closed_ = false;
  bool ended_ = false;
};

class ThreadedDialer : public SyncDialer {
 public:
  ThreadedDialer(ThreadedBase& base, Peer peer) : base_(base), peer_(std::move(peer)) {}
  absl::StatusOr<std::unique_ptr<SyncStream>> Dial(absl::Duration) override {
    return std::make_unique<ThreadedStream>(base_, peer_);
  }

 private:
  ThreadedBase& base_;
  const Peer peer_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_THREADS_THREADED_BASE_H_
