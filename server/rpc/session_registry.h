// The sessions that are open, each behind a lock of its own, and what reaches all of them: news, ticks, fences, the end.
#ifndef OPGANG_SERVER_RPC_SESSION_REGISTRY_H_
#define OPGANG_SERVER_RPC_SESSION_REGISTRY_H_

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "core/base/ids.h"
#include "server/sync/server_session.h"

namespace opgang {

// One open stream. Implemented by the gRPC adapter (sync_service.cc).
class OpenSession {
 public:
  virtual ~OpenSession() = default;
  // Runs `action` on the session, soon, on a worker's thread, then sends what there is to send. Thread-safe.
  virtual void Do(std::function<void(ServerSession&)> action) = 0;
  // About once a second.
  virtual void OnTick() = 0;
};

// Thread-safe.
class SessionRegistry {
 public:
  void Add(const std::shared_ptr<OpenSession>& session);
  // `session` now speaks for `replica`: an older one that did is told to end (I2).
  void Claim(const std::shared_ptr<OpenSession>& session, ReplicaId replica);
  void Remove(const OpenSession* session);
  void DoForAll(const std::function<void(ServerSession&)>& action);
  void Tick();
  bool IsOnline(ReplicaId replica);
  size_t size();

 private:
  struct Entry {
    std::shared_ptr<OpenSession> session;
    ReplicaId replica;  // nil until greeted
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;  // guarded by mutex_
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_SESSION_REGISTRY_H_
