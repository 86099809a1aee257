// The half of StoreImpl about who may look into it: unlocking, the lease, and being taken out of use.
#include <utility>

#include "client-lib/src/store/store_impl.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/lease_sealing.h"

namespace opgang {

// Whatever the provider says, the store opens: at worst locked. What it remembers beyond the lease is forgotten.
void StoreImpl::RecallKey() {
  if (options_.keys == nullptr) return;
  if (lease_.over() || revoked()) return (void)options_.keys->Forget(info_.id);
  const auto key = options_.keys->Recall(info_.id);
  if (!key.ok() || !key->has_value()) return;
  if (StoreKeys(**key).box.public_key == identity_.store_public_key()) TakeKeys(**key);
}

absl::Status StoreImpl::Unlock(std::string_view passphrase, absl::Duration remember_for) {
  if (revoked()) return MakeError(ErrorCode::kRevoked, "this store was taken out of use");
  RETURN_IF_ERROR(lease_.Tick());
  if (!lease_.over()) RETURN_IF_ERROR(brake_.BeforeTry());
  ASSIGN_OR_RETURN(SecretBytes stretched, StretchPassphrase(passphrase, identity_.wrapped_key()));
  if (lease_.over()) {
    stretched_ = std::move(stretched);
    remember_for_ = remember_for;
    return MakeError(ErrorCode::kLeaseOver, "unlocking takes a sync with the passphrase first");
  }
  ASSIGN_OR_RETURN(const SecretBytes key, OpenStoreKey(identity_.wrapped_key(), stretched, lease_.share()));
  brake_.Forget();
  TakeKeys(key);
  // Where the key cannot be remembered the next process asks for the passphrase.
  if (options_.keys != nullptr) (void)options_.keys->Remember(info_.id, key, remember_for);
  return absl::OkStatus();
}

absl::Status StoreImpl::Lock() {
  audit_.reset();
  sum_keys_.clear();
  reading_.reset();
  stretched_.reset();
  keyring_.ForgetOpened();
  return options_.keys == nullptr ? absl::OkStatus() : options_.keys->Forget(info_.id);
}

std::optional<v1::Revocation> StoreImpl::revoked() const {
  const v1::QueueState& state = queue_->state();
  return state.has_revoked() ? std::optional(state.revoked()) : std::nullopt;
}

// A share comes where this process asked for it, by a lease proof: what it opens is read from the next session on.
absl::Status StoreImpl::TakeLease(const v1::Welcome& welcome, const v1::ClockReading& received) {
  if (!welcome.has_lease()) return absl::OkStatus();
  RETURN_IF_ERROR(lease_.Renew(welcome.lease(), welcome.base_us(), received));
  if (welcome.lease().share().empty() || !stretched_.has_value()) return absl::OkStatus();
  const SecretBytes stretched = *std::exchange(stretched_, std::nullopt);
  ASSIGN_OR_RETURN(const SecretBytes key, OpenStoreKey(identity_.wrapped_key(), stretched, lease_.share()));
  TakeKeys(key);
  if (options_.keys != nullptr) (void)options_.keys->Remember(info_.id, key, remember_for_);
  return absl::OkStatus();
}

// Nothing that the base ever gave stays: the copy, the grants with their names, the share, the remembered key. The queue goes on:
// what this worker wrote is handed in, and what is not handed in yet lies there as any locked store's work does.
absl::Status StoreImpl::Remove(const v1::Welcome& welcome, v1::QueueState& state) {
  *state.mutable_revoked() = welcome.revoked();
  state.clear_grants();
  state.clear_sealed_receipts();
  state.clear_undo_note();
  state.clear_current_entrance();
  state.clear_current_area();
  ASSIGN_OR_RETURN(lost_, confirmed_->Scopes());
  for (const v1::ScopeId& id : welcome.lost_scopes()) {
    if (const auto scope = Scope::FromProto(id)) lost_.insert(*scope);
  }
  (void)lease_.End();  // where the disk is full the bytes are overwritten all the same
  (void)Lock();
  confirmed_->Expect({});
  return confirmed_->StartAnew();
}

// Once everything is handed in: the store's own wrapping of every queue key goes as well.
absl::StatusOr<std::vector<Scope>> StoreImpl::RemoveEverything() {
  ASSIGN_OR_RETURN(const std::set<std::string> keys,
                   queue_->KeysOnlyOf([](const QueueRow& row) { return !row.unsent(); }));
  RETURN_IF_ERROR(queue_->CloseKeys(keys, queue_->state()));
  const std::set<Scope> gone = std::exchange(lost_, {});
  return std::vector<Scope>(gone.begin(), gone.end());
}

void StoreImpl::TakeRole(const v1::QueueState& state) {
  if (const auto role = RoleFromName(state.role())) info_.role = *role;
}

}  // namespace opgang
