// What may lie on a device: the scopes that each replica was given to read, until it confirms that nothing of them is left
// (I11). A scope that was taken is told in every Welcome until then, so that neither side has to remember what it said.
//
//   given to read --taken--> told, unconfirmed --ScopesRemoved--> confirmed, with the time --given anew--> given to read
#ifndef OPGANG_SERVER_ENGINE_HOLDINGS_H_
#define OPGANG_SERVER_ENGINE_HOLDINGS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/base_store.h"

namespace opgang {

bool IsReadable(const StoredGrant& grant);

// A replica that reads is greeted: what it is given from now on is noted. Returns what it may read no longer and has not
// confirmed. Inside the caller's transaction.
absl::StatusOr<std::vector<Scope>> UpdateHoldings(BaseStore& store, ReplicaId replica,
                                                  const std::vector<StoredGrant>& grants, absl::Time now);

// Another identity of the same store, or a copy of it, holds what the former one ever held: a copy that was made before a
// removal has removed nothing.
absl::Status InheritHoldings(BaseStore& store, ReplicaId former, ReplicaId replica);

// One durable transaction. What the person may read at this moment, or what was confirmed before, is left as it is.
// Audited under the store's person.
absl::Status ConfirmRemoved(BaseStore& store, ReplicaId replica, const std::vector<Scope>& scopes,
                            absl::Time now);

// What a replica may still hold of scopes that its person may read no longer, heard of it or not.
absl::StatusOr<std::vector<v1::UnconfirmedRemoval>> UnconfirmedRemovals(BaseReader& store,
                                                                        const StoreAccount& account,
                                                                        ReplicaId replica);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_HOLDINGS_H_
