// Uses that a device noted in its own chain (core/sealing/use_chain.h), taken into the base's audit: each once, whatever is handed
// in again; and what does not hold together is noted there as AUDIT_ACTION_CHAIN_BROKEN, with the number of the use:
//
//   gap A-B     these were never handed in: the device lost them, or somebody took them out
//   changed N   it is not what the device noted as its Nth: nothing of it is taken in
//   forked N    another Nth was taken in before: the device exists twice, or was put back to an old image. Taken in too.
//   unread N    noted by the device, and this base cannot make sense of it
//   start       the chain's beginning is not this base's to open: nothing of it is taken in
//
// Whose they are says the session, never the message. Looks by one person at one record within an hour are one entry.
#ifndef OPGANG_SERVER_ENGINE_DEVICE_USES_H_
#define OPGANG_SERVER_ENGINE_DEVICE_USES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/sealing/sealing.h"
#include "server/store/base_store.h"

namespace opgang {

// Whether the message keeps to its bounds (sync.proto); else its sender breaks the protocol.
bool IsWellFormed(const v1::DeviceUses& uses);

// In a transaction of its own, on the writer's thread. `uses` is well formed. Errors: the store's; then nothing is taken.
absl::StatusOr<v1::UsesTaken> TakeUses(BaseStore& store, const BoxKeyPair& box, StoreId from,
                                       const std::string& staff_code, const v1::DeviceUses& uses,
                                       absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_DEVICE_USES_H_
