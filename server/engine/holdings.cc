#include "server/engine/holdings.h"

#include <algorithm>
#include <set>

#include "core/base/status_macros.h"
#include "server/engine/caller.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

std::set<Scope> Readable(const std::vector<StoredGrant>& grants) {
  std::set<Scope> readable;
  for (const StoredGrant& grant : grants) {
    if (IsReadable(grant)) readable.insert(grant.scope);
  }
  return readable;
}

// Nothing, by one that was taken out of use.
absl::StatusOr<std::set<Scope>> ReadableBy(BaseReader& store, const StoreAccount& account) {
  if (account.is_revoked()) return std::set<Scope>();
  ASSIGN_OR_RETURN(const Author author, AuthorOf(store, account));
  return Readable(author.grants);
}

}  // namespace

bool IsReadable(const StoredGrant& grant) {
  return grant.mode == v1::GRANT_MODE_READ_WRITE || grant.mode == v1::GRANT_MODE_READ;
}

absl::StatusOr<std::vector<Scope>> UpdateHoldings(BaseStore& store, ReplicaId replica,
                                                  const std::vector<StoredGrant>& grants, absl::Time now) {
  ASSIGN_OR_RETURN(std::vector<Holding> holdings, store.Holdings(replica));
  std::set<Scope> given = Readable(grants);
  std::vector<Scope> lost;
  for (const Holding& before : holdings) {
    Holding holding = before;
    if (given.erase(holding.scope) > 0) {
      holding.told_us = holding.removed_us = 0;
    } else if (holding.removed_us == 0) {
      lost.push_back(holding.scope);
      if (holding.told_us == 0) holding.told_us = absl::ToUnixMicros(now);
    }
    if (holding != before) RETURN_IF_ERROR(store.PutHolding(replica, holding));
  }
  for (const Scope& scope : given) RETURN_IF_ERROR(store.PutHolding(replica, {scope}));
  return lost;
}

absl::Status InheritHoldings(BaseStore& store, ReplicaId former, ReplicaId replica) {
  ASSIGN_OR_RETURN(const std::vector<Holding> holdings, store.Holdings(former));
  for (const Holding& holding : holdings) RETURN_IF_ERROR(store.PutHolding(replica, {holding.scope}));
  return absl::OkStatus();
}

absl::Status ConfirmRemoved(BaseStore& store, ReplicaId replica, const std::vector<Scope>& scopes,
                            absl::Time now) {
  ASSIGN_OR_RETURN(const auto state, store.FindReplica(replica));
  if (!state.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto account, store.FindStore(state->store));
  if (!account.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::set<Scope> readable, ReadableBy(store, *account));
  return InTransaction(store, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<Holding> holdings, store.Holdings(replica));
    for (Holding holding : holdings) {
      const bool named = std::find(scopes.begin(), scopes.end(), holding.scope) != scopes.end();
      if (!named || holding.removed_us > 0 || readable.contains(holding.scope)) continue;
      holding.removed_us = absl::ToUnixMicros(now);
      RETURN_IF_ERROR(store.PutHolding(replica, holding));
      RETURN_IF_ERROR(
          store.Audit(account->staff_code, "scope-removed", holding.scope.ToKey(), holding.removed_us));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<v1::UnconfirmedRemoval>> UnconfirmedRemovals(BaseReader& store,
                                                                        const StoreAccount& account,
                                                                        ReplicaId replica) {
  ASSIGN_OR_RETURN(const std::vector<Holding> holdings, store.Holdings(replica));
  std::vector<v1::UnconfirmedRemoval> removals;
  if (holdings.empty()) return removals;
  ASSIGN_OR_RETURN(const std::set<Scope> readable, ReadableBy(store, account));
  for (const Holding& holding : holdings) {
    if (holding.removed_us > 0 || readable.contains(holding.scope)) continue;
    v1::UnconfirmedRemoval& removal = removals.emplace_back();
    *removal.mutable_scope() = holding.scope.ToProto();
    ASSIGN_OR_RETURN(*removal.mutable_display_name(), store.ScopeName(holding.scope));
    removal.set_told_us(holding.told_us);
  }
  return removals;
}

}  // namespace opgang
