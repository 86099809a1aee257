#include "server/engine/lease.h"

#include "core/base/status_macros.h"
#include "core/sealing/lease_sealing.h"

namespace opgang {
namespace {

bool MayGuess(const StoreAccount& account, absl::Time now) {
  return account.lease_wrong_count < kLeaseGuesses ||
         now >= absl::FromUnixMicros(account.lease_wrong_us) + kLeaseGuessEvery;
}

}  // namespace

absl::Status RenewLease(BaseStore& store, StoreAccount& account, ReplicaId replica, const v1::Hello& hello,
                        absl::Time now, Greeting& greeting) {
  const bool asks = !hello.lease_proof().empty() && MayGuess(account, now);
  const bool holds =
      asks && CheckLeaseProof(account.lease_public_key, replica, hello.token(), hello.lease_proof());
  if (!greeting.reading && !asks) return absl::OkStatus();
  const int64_t now_us = absl::ToUnixMicros(now);
  if (asks) {
    account.lease_wrong_count = holds ? 0 : account.lease_wrong_count + 1;
    account.lease_wrong_us = holds ? 0 : now_us;
  }
  if (greeting.reading) account.last_read_us = now_us;
  if (greeting.reading || holds) {
    account.lease_until_us = absl::ToUnixMicros(now + kLeaseLasts);
    greeting.lease_until_us = account.lease_until_us;
    greeting.gives_share = holds;
  }
  return store.PutStore(account);
}

}  // namespace opgang
