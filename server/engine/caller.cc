#include "server/engine/caller.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"
#include "server/engine/authority.h"
#include "server/engine/holdings.h"

namespace opgang {
namespace {

// What stands in the rows and is not for this role does not count: nobody keeps by an old grant what a role has lost.
absl::StatusOr<std::vector<StoredGrant>> GrantsThatCount(BaseReader& store, const Author& author) {
  ASSIGN_OR_RETURN(std::vector<StoredGrant> grants, store.Grants(author.staff_code));
  std::erase_if(
      grants, [&](const StoredGrant& grant) { return !MayHold(author.role, grant.scope.kind, grant.mode); });
  return grants;
}

bool SameGrants(const std::vector<StoredGrant>& a, const std::vector<StoredGrant>& b) {
  return std::ranges::equal(a, b, [](const StoredGrant& x, const StoredGrant& y) {
    return std::tie(x.scope, x.generation, x.mode, x.given_us, x.taken_us) ==
           std::tie(y.scope, y.generation, y.mode, y.given_us, y.taken_us);
  });
}

absl::Status CheckProof(BaseReader& store, const StoreAccount& account, std::string_view bytes) {
  v1::ReaderProof proof;
  const bool parsed = proof.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const ReplicaId id = ReplicaId::FromBytes(proof.replica_id()).value_or(ReplicaId());
  ASSIGN_OR_RETURN(const auto replica, store.FindReplica(id));
  const bool own = parsed && replica.has_value() && replica->store == account.id && !replica->retired;
  const bool reads = own && !proof.token().empty() && proof.token() == replica->token &&
                     CheckReadProof(account.proof_public_key, id, proof.token(), proof.read_proof());
  if (reads) return absl::OkStatus();
  return MakeError(ErrorCode::kTryLater, "the base does not know this store's last session: sync first");
}

}  // namespace

absl::StatusOr<std::optional<StoreAccount>> FindAccount(BaseReader& store, const Peer& peer) {
  ASSIGN_OR_RETURN(std::optional<StoreAccount> account, store.FindStore(peer.store));
  if (!account.has_value() || account->enrolled_us == 0) return std::nullopt;
  if (account->staff_code != peer.staff_code) return std::nullopt;
  return account;
}

absl::StatusOr<Author> AuthorOf(BaseReader& store, std::string_view staff_code) {
  Author author;
  author.staff_code = std::string(staff_code);
  ASSIGN_OR_RETURN(const auto staff, store.FindStaff(staff_code));
  if (staff.has_value()) {
    author.role = staff->role;
    author.role_since_us = staff->role_since_us;
    author.municipality = staff->municipality;
  }
  ASSIGN_OR_RETURN(author.former_roles, store.FormerRoles(staff_code));
  ASSIGN_OR_RETURN(author.grants, GrantsThatCount(store, author));
  ASSIGN_OR_RETURN(author.taken_grants, store.TakenGrants(staff_code));
  return author;
}

absl::StatusOr<Author> AuthorOf(BaseReader& store, const StoreAccount& account) {
  ASSIGN_OR_RETURN(Author author, AuthorOf(store, account.staff_code));
  author.store = account.id;
  author.replica = account.replica;
  author.device_label = account.device_label;
  author.enrolled =
      absl::FromUnixMicros(account.work_since_us > 0 ? account.work_since_us : account.enrolled_us);
  author.revoked = account.revoked;
  return author;
}

bool SameAuthority(const Author& a, const Author& b) {
  return a.role == b.role && a.municipality == b.municipality && a.revoked.at_us() == b.revoked.at_us() &&
         a.revoked.reason() == b.revoked.reason() && SameGrants(a.grants, b.grants);
}

bool Caller::Reads(const Scope& scope) const {
  return local || std::ranges::any_of(author.grants, [&](const StoredGrant& grant) {
           return grant.scope == scope && IsReadable(grant);
         });
}

bool Caller::ReadsAny(const std::vector<Scope>& scopes) const {
  return std::ranges::any_of(scopes, [this](const Scope& scope) { return Reads(scope); });
}

bool Caller::ReadsAll(const std::vector<Scope>& scopes) const {
  return !scopes.empty() && std::ranges::all_of(scopes, [this](const Scope& scope) { return Reads(scope); });
}

absl::StatusOr<Caller> CallerOf(BaseReader& store, const Peer& peer, std::string_view proof) {
  ASSIGN_OR_RETURN(const auto account, FindAccount(store, peer));
  if (!account.has_value()) return MakeError(ErrorCode::kBaseRefused, "this store is not enrolled here");
  if (account->is_revoked()) return MakeError(ErrorCode::kRevoked, "this store was taken out of use");
  RETURN_IF_ERROR(CheckProof(store, *account, proof));
  Caller caller;
  ASSIGN_OR_RETURN(caller.author, AuthorOf(store, *account));
  return caller;
}

}  // namespace opgang
