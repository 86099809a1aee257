// Who makes each call over mutual TLS that is under way, for its handler to ask. A call that is not here came over the socket,
// and is the base's own user's.
#ifndef OPGANG_SERVER_RPC_CALLS_UNDER_WAY_H_
#define OPGANG_SERVER_RPC_CALLS_UNDER_WAY_H_

#include <map>
#include <mutex>
#include <utility>

#include "server/engine/caller.h"

namespace opgang {

// Thread-safe. Calls are told apart by the address of their context, which lives as long as they do.
class CallsUnderWay {
 public:
  class Call {
   public:
    Call(CallsUnderWay& calls, const void* context, Caller caller) : calls_(calls), context_(context) {
      const std::unique_lock lock(calls_.mutex_);
      calls_.callers_.insert_or_assign(context_, std::move(caller));
    }
    ~Call() {
      const std::unique_lock lock(calls_.mutex_);
      calls_.callers_.erase(context_);
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    CallsUnderWay& calls_;
    const void* context_;
  };

  Caller Of(const void* context) {
    const std::unique_lock lock(mutex_);
    const auto found = callers_.find(context);
    return found == callers_.end() ? Caller{.local = true, .author = {}} : found->second;
  }

 private:
  std::mutex mutex_;
  std::map<const void*, Caller> callers_;  // guarded by mutex_
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_CALLS_UNDER_WAY_H_
