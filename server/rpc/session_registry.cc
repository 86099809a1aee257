#include "server/rpc/session_registry.h"

#include <algorithm>

namespace opgang {

void SessionRegistry::Add(const std::shared_ptr<OpenSession>& session) {
  std::unique_lock lock(mutex_);
  entries_.push_back({session, ReplicaId()});
}

void SessionRegistry::Claim(const std::shared_ptr<OpenSession>& session, ReplicaId replica) {
  std::unique_lock lock(mutex_);
  for (Entry& entry : entries_) {
    if (entry.session == session) {
      entry.replica = replica;
    } else if (entry.replica == replica) {
      entry.replica = ReplicaId();
      entry.session->Do([](ServerSession& older) { older.GoAway(v1::GO_AWAY_REASON_FENCED); });
    }
  }
}

void SessionRegistry::Remove(const OpenSession* session) {
  std::unique_lock lock(mutex_);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.session.get() == session; });
}

void SessionRegistry::DoForAll(const std::function<void(ServerSession&)>& action) {
  std::unique_lock lock(mutex_);
  for (const Entry& entry : entries_) entry.session->Do(action);
}

void SessionRegistry::Tick() {
  std::unique_lock lock(mutex_);
  for (const Entry& entry : entries_) entry.session->OnTick();
}

bool SessionRegistry::IsOnline(ReplicaId replica) {
  std::unique_lock lock(mutex_);
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return !entry.replica.empty() && entry.replica == replica; });
}

size_t SessionRegistry::size() {
  std::unique_lock lock(mutex_);
  return entries_.size();
}

}  // namespace opgang
