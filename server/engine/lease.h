// The lease at the base: until when a store may be unlocked (docs/decisions/0018). Every session that shows that somebody knows
// the passphrase renews it: with a read proof, or, where the lease was over and the device has let go of its share, with a
// lease proof, which brings the share back. A store that was taken out of use gets neither.
#ifndef OPGANG_SERVER_ENGINE_LEASE_H_
#define OPGANG_SERVER_ENGINE_LEASE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/engine/greeting.h"
#include "server/store/base_store.h"

namespace opgang {

inline constexpr absl::Duration kLeaseLasts = absl::Hours(24 * 7);
// Wrong lease proofs that are looked at one after the other; then one in kLeaseGuessEvery. Whoever has the disk and no share
// can try a passphrase here only.
inline constexpr uint32_t kLeaseGuesses = 5;
inline constexpr absl::Duration kLeaseGuessEvery = absl::Minutes(15);

// Inside the greeting's transaction; `greeting.reading` is known. Puts the account where it changed.
absl::Status RenewLease(BaseStore& store, StoreAccount& account, ReplicaId replica, const v1::Hello& hello,
                        absl::Time now, Greeting& greeting);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_LEASE_H_
