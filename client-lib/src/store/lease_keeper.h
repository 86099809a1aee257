// The device's half of the lease: the share without which no passphrase opens the store, until when it may be used, and what
// this device knows of time. The first process after the lease's end deletes the share (docs/decisions/0018).
//
// Time never goes back. Within a boot the since-boot clock counts on from the last base time that was known, whatever becomes of
// the wall clock. In another boot at least the time since that boot began has passed, and the wall clock is believed where it
// says later: a tablet that lay switched off for a week has lost its lease, and whoever sets its clock back gains no more than
// the time that it is switched off.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_LEASE_KEEPER_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_LEASE_KEEPER_H_

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/sealing/secret.h"
#include "opgang/v1/local_state.pb.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

class LeaseKeeper {
 public:
  // Of the store in `directory`; `clock` outlives it. A missing or unreadable file is a lease that is over. kNewerFile.
  static absl::StatusOr<LeaseKeeper> Open(const std::filesystem::path& directory, Clock& clock);
  // A new store's. `base_us`: base time at `received`.
  static absl::Status Begin(const std::filesystem::path& directory, const v1::Lease& lease, int64_t base_us,
                            const v1::ClockReading& received);

  // Notes how much time has passed; ends the lease where it is over by now. Whatever the disk does, the share is not handed
  // out from then on.
  absl::Status Tick();
  // The base has said so. Like Tick(), written down where the file says much less: then a command costs no disk sync.
  absl::Status Renew(const v1::Lease& lease, int64_t base_us, const v1::ClockReading& received);
  // Deletes the share: its bytes are overwritten where they lay, then the file is replaced.
  absl::Status End();

  bool over() const { return lease_.share().empty(); }
  absl::Time until() const { return absl::FromUnixMicros(lease_.until_us()); }
  SecretBytes share() const { return SecretBytes(lease_.share()); }  // empty: over

 private:
  LeaseKeeper(std::filesystem::path file, Clock& clock) : file_(std::move(file)), clock_(&clock) {}
  absl::Status Write();

  std::filesystem::path file_;
  Clock* clock_;
  v1::StoreLease lease_;
  v1::StoreLease written_;  // what the file says
};

// Base time that has passed at least when the clocks read `now`, by what a lease has seen.
int64_t SeenBy(const v1::StoreLease& lease, const v1::ClockReading& now);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_LEASE_KEEPER_H_
