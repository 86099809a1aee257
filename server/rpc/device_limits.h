// What one device may ask of the base in a second, a minute and a day (base_limits.h), by the store that its certificate
// names. Kept in memory: a base that starts anew counts anew.
//
// A limit is a bucket that holds what is allowed in one span and fills at that pace: who has used it up may go on slowly, and
// has all of it again a span later.
#ifndef OPGANG_SERVER_RPC_DEVICE_LIMITS_H_
#define OPGANG_SERVER_RPC_DEVICE_LIMITS_H_

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "server/rpc/base_limits.h"

namespace opgang {

// Thread-safe.
class DeviceLimits {
 public:
  // `clock` outlives it; since-boot time counts.
  DeviceLimits(const BaseLimits& limits, Clock& clock) : limits_(limits), clock_(clock) {}

  // A call begins. kTryLater: this device has begun too many of late.
  absl::Status BeginCall(StoreId device);

  // One session that is open; it counts until it goes.
  class Session {
   public:
    Session(DeviceLimits& limits, StoreId device) : limits_(limits), device_(device) {}
    ~Session() { limits_.EndSession(device_); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

   private:
    DeviceLimits& limits_;
    const StoreId device_;
  };
  // As BeginCall(); kTryLater also where the device has as many sessions open as it may. The session goes before the limits.
  absl::StatusOr<std::unique_ptr<Session>> BeginSession(StoreId device);

  // A message of so many bytes came.
  void Hear(StoreId device, size_t bytes);
  // May its next message be read now? Otherwise it waits where it is, and the network holds the device back.
  bool MayReadOn(StoreId device);
  // Work that a device hands in, taken off what it may in a day: all of it or (false) nothing.
  bool TakeIn(StoreId device, size_t mutations, size_t bytes);

 private:
  // Below zero: more was used than there was.
  struct Bucket {
    double level = 0;
    absl::Time as_of = absl::InfinitePast();  // then: full
  };
  struct Account {
    int64_t sessions = 0;
    Bucket calls, messages, bytes, mutations_today, bytes_today;
    absl::Time tell_next = absl::InfinitePast();
  };
  Account& AccountOf(StoreId device);
  absl::Time Now();
  double& Messages(Account& account, absl::Time now) const;
  double& Bytes(Account& account, absl::Time now) const;
  absl::Status Begin(StoreId device, Account& account);
  void Tell(StoreId device, Account& account, const char* limit);
  void EndSession(StoreId device);

  const BaseLimits limits_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<StoreId, Account> accounts_;  // guarded by mutex_; one for each store that ever called
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_DEVICE_LIMITS_H_
