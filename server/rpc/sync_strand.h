// One stream's session behind its lock, between whatever carries the stream and the base's threads. Knows no gRPC: what
// carries it is a StreamEnd (sync_service.cc; a queue between threads in tests/threads).
#ifndef OPGANG_SERVER_RPC_SYNC_STRAND_H_
#define OPGANG_SERVER_RPC_SYNC_STRAND_H_

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "server/rpc/base_services.h"

namespace opgang {

// The stream as its strand uses it: one read and one write at a time, each answered by OnReadDone() or OnWriteDone(), on
// any thread; Finish() once. Called under the strand's lock, so it must not wait for it.
class StreamEnd {
 public:
  virtual ~StreamEnd() = default;
  virtual void BeginRead(v1::SyncRequest* into) = 0;
  virtual void BeginWrite(const v1::SyncResponse* message) = 0;
  virtual void EndStream() = 0;
};

// Lives for as long as anybody refers to it; its stream may be gone before. Thread-safe. What is to be done on the session
// is done in the order in which it came, one thing at a time, whichever workers take it: verdicts are told in the order of
// their pushes.
class SyncStrand : public OpenSession, public SessionHost, public std::enable_shared_from_this<SyncStrand> {
 public:
  // `stream` until OnDone().
  SyncStrand(BaseServices& base, Peer peer, StreamEnd* stream);

  void Do(std::function<void(ServerSession&)> action) override;
  void OnTick() override;

  // From the stream.
  void Read();  // the first one
  void OnReadDone(bool ok);
  void OnWriteDone(bool ok);
  void OnCancel();
  void OnDone();  // it is over and about to go

  // SessionHost: called under the lock, on a worker's thread.
  absl::Time Now() override { return base_.clock->WallNow(); }
  BaseReader& Reader() override { return WorkerPool::Reader(); }
  void Greet(const Peer& peer, const v1::Hello& hello) override;
  void Submit(std::vector<Submission> submissions) override;
  void FenceOthers(ReplicaId replica) override;
  void NoteRemoved(ReplicaId replica, std::vector<Scope> scopes) override;
  uint64_t AuthorityRev() override { return base_.writer->authority_rev(); }
  void NoteErasures(ReplicaId replica, std::vector<v1::Erasure> erasures) override;
  void TakeUses(StoreId from, const std::string& staff_code, const v1::DeviceUses& uses) override;
  void NoteLeafRepair(ReplicaId replica, const Scope& scope, size_t leaves) override;

 private:
  using Action = std::function<void(ServerSession&)>;
  // Does the next thing on a worker's thread, and asks for another turn where more waits: no session keeps a worker.
  void TakeTurn();
  void Act(const Action& action);
  // The next message, unless its device has brought more than it may just now: then a tick asks again.
  void ReadOn();
  bool IsWithinTheDay(const std::vector<Submission>& submissions);
  void AnswerLater(const std::vector<Submission>& submissions);
  void Pump();
  void Finish();

  BaseServices& base_;
  const StoreId device_;
  std::mutex waiting_mutex_;
  std::deque<Action> waiting_;  // guarded by waiting_mutex_
  bool has_turn_ = false;       // guarded by waiting_mutex_: a turn is posted, or being taken
  std::mutex mutex_;
  ServerSession session_;      // guarded by mutex_, as all below
  StreamEnd* stream_;          // null once the stream is over
  v1::SyncRequest incoming_;   // the one read in flight
  v1::SyncResponse outgoing_;  // the one write in flight
  bool writing_ = false;
  bool finished_ = false;
  bool owes_read_ = false;
  // What its device may hand in today is used up. The rest of this session waits too: no place may be passed over.
  bool takes_no_work_ = false;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_SYNC_STRAND_H_
