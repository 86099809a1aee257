// What the gRPC services share: the engine, the workers, the open sessions.
#ifndef OPGANG_SERVER_RPC_BASE_SERVICES_H_
#define OPGANG_SERVER_RPC_BASE_SERVICES_H_

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/rules/three_day_rule.h"
#include "server/engine/writer.h"
#include "server/identity/key_store.h"
#include "server/identity/keys_copy.h"
#include "server/rpc/calls_under_way.h"
#include "server/rpc/device_limits.h"
#include "server/rpc/front_door.h"
#include "server/rpc/session_registry.h"
#include "server/rpc/worker_pool.h"
#include "server/sync/server_session.h"

namespace opgang {

// Owned by RunningBase (running_base.h); outlives every service and session.
struct BaseServices {
  Clock* clock = nullptr;
  Random* random = nullptr;
  EpochId epoch;
  BaseKeys keys;
  SessionKeys session_keys;
  CalendarSettings calendar;
  std::vector<std::string> addresses;  // "host:port", for invitations
  std::unique_ptr<WorkerPool> pool;
  std::unique_ptr<Writer> writer;
  std::filesystem::path directory;
  std::mutex backing_up;                      // one backup at a time
  std::unique_ptr<BaseReader> backup_reader;  // guarded by backing_up
  SessionRegistry sessions;
  CallsUnderWay calls;
  std::mutex refusals_mutex;
  // When a refusal was last noted in the audit, by store and method (refusals.cc); guarded by refusals_mutex.
  std::map<std::pair<StoreId, std::string>, absl::Time> refusals;
  std::unique_ptr<KeysCopy> keys_copy;    // never null while the base runs
  std::unique_ptr<DeviceLimits> devices;  // null: without limits
  std::unique_ptr<FrontDoor> door;        // null: nobody comes over the network
  std::string proxy_certificate;  // PEM; not empty: devices come through the proxy of that certificate only
};

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_BASE_SERVICES_H_
