// A base that runs: its directory locked, its store open, its services listening.
//
// The base's directory (mode 0700):
//   base.db      the database (store/sqlite_base_schema.h)
//   keys/        its keys (identity/key_store.h), each citizen's (store/key_slots.h) and the ledger of erasures
//                (store/erasure_ledger.h); backed up apart from the database, newest copy only (identity/keys_copy.h)
//   lock         held by the one process that has the base open
//   backup.image, restore.image  while a backup is made or restored; restoring: a restore was interrupted
//   replaced-*/  bases that a restore has set aside
//   admin.sock   where opgangd's own commands reach a running base; a Unix socket of the base's user
#ifndef OPGANG_SERVER_RPC_RUNNING_BASE_H_
#define OPGANG_SERVER_RPC_RUNNING_BASE_H_

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/rules/danish_calendar.h"
#include "core/sealing/sealing.h"
#include "server/rpc/base_limits.h"

namespace opgang {

struct BaseOptions {
  std::filesystem::path directory;
  // Where devices reach the base: "host:port". Empty: devices cannot; for commands beside a stopped base. Port 0 takes a
  // free one.
  std::string listen;
  // Names and addresses that devices dial, "host" or "host:port"; empty = the host of `listen`.
  std::vector<std::string> public_addresses;
  // Where a copy of keys/ is kept, newest only (identity/keys_copy.h); empty = nowhere.
  std::filesystem::path keys_copy;
  BaseLimits limits;
  // Behind a proxy: the file with the certificate that it shows (`opgangd proxy-keys`), and nobody else is let in. Empty: none.
  std::filesystem::path behind_proxy;
  CalendarSettings calendar;
  absl::Duration lock_wait = absl::Seconds(2);
  Clock* clock = &SystemClock();
  Random* random = &SystemRandom();
  PassphraseCost invitation_cost = PassphraseCost::Interactive();
};

class RunningBase {
 public:
  // Errors: kStoreBusy (another process has the base open), kNewerFile, kDamaged, kNotWritable, kDiskFull, kBadInput
  // (addresses; a directory whose socket path is too long; a proxy's certificate that is none), kNotWritable where the port
  // is taken.
  static absl::StatusOr<std::unique_ptr<RunningBase>> Start(const BaseOptions& options);
  virtual ~RunningBase() = default;  // Stop()

  virtual int port() const = 0;  // 0: devices cannot reach it
  // Waits until the disk has failed (true) or the time is over (false).
  virtual bool WaitForFailure(std::chrono::milliseconds at_most) = 0;
  // Tells devices to come back later, ends sessions, commits what was handed in, closes the database.
  virtual void Stop() = 0;
};

// Where the commands find a running base: a gRPC target.
std::string AdminTarget(const std::filesystem::path& directory);

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_RUNNING_BASE_H_
