// Enrolling again on a device that holds work already. Where the base no longer knows a store (it was restored from a backup
// older than the enrolment), or where a passphrase was forgotten, its owner is invited anew; what lies in the old store's
// queue and kept log goes along into the new one, under its old intent ids, so that the base takes each intent once (I2, I4).
//
// The payloads stay sealed as they are: to the base, which is all that handing in needs. Where the passphrase opens the old
// store too, they are wrapped to the new one as well, and show at once; else when the base has taken them in. The old store
// stays on the disk, untouched.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_HANDOVER_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_HANDOVER_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client-lib/src/store/device_files.h"
#include "client-lib/src/store/queue_store.h"
#include "core/base/clock.h"

namespace opgang {

struct Handover {
  QueueWrite write;           // rows and keys; positions and seqs from 1
  int64_t work_since_us = 0;  // base time at which the oldest of the stores was enrolled; 0: there was none
  v1::HybridTime last_stamp;
  std::vector<v1::DeviceUses> uses;  // noted there, and maybe not known to the base
};

// What the other stores of this person at this base hold: queued, answered and kept, but for what was given up or corrected.
// `mine` names staff member, base and the new store's public key. Errors: kStoreBusy, kNewerFile, kDamaged: nothing is left
// behind unseen, so the enrolment ends there.
absl::StatusOr<Handover> CollectWork(const DeviceFiles& files, const v1::StoreIdentity& mine,
                                     std::string_view passphrase, const std::string& vfs, Clock& clock);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_HANDOVER_H_
