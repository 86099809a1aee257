// The half of StoreImpl that lets go of scopes. A scope that the base takes stays readable here until everything captured
// in it has its verdict, because what is refused must be seen to be mended; then it goes whole (I11):
//
//   1. queue.db      the store's own wrapping of the keys under which its mutations lie, and where the worker stood
//   2. confirmed.db  its records and its cursor
//   3. both logs are emptied of page images; only then the removal is confirmed
//
// A crash in between begins anew at the next session: the base tells the scope in every Welcome until it is confirmed.
#include <algorithm>
#include <utility>

#include "client-lib/src/store/store_impl.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr char kReceiptsBinding[] = "receipts";

bool Names(const v1::MutationEnvelope& envelope, const std::set<Scope>& scopes) {
  return std::any_of(envelope.scopes().begin(), envelope.scopes().end(), [&](const v1::ScopeId& id) {
    const auto scope = Scope::FromProto(id);
    return scope && scopes.contains(*scope);
  });
}

Receipt ReceiptFrom(const v1::ReferralReceipt& told) {
  Receipt receipt;
  receipt.citizen = RecordId::FromBytes(told.citizen_id()).value_or(RecordId());
  receipt.received = absl::FromUnixMicros(told.received_us());
  if (told.taken_up_us() > 0) receipt.taken_up = absl::FromUnixMicros(told.taken_up_us());
  receipt.recorded = {*receipt.received, *receipt.received};
  receipt.entrance = RecordId::FromBytes(told.entrance_id()).value_or(RecordId());
  receipt.door = {told.floor(), told.door()};
  return receipt;
}

}  // namespace

absl::Status StoreImpl::NoteLostScopes(const v1::Welcome& welcome) {
  ASSIGN_OR_RETURN(lost_, confirmed_->Scopes());
  for (const v1::ScopeId& id : welcome.lost_scopes()) {
    if (const auto scope = Scope::FromProto(id)) lost_.insert(*scope);
  }
  for (const Scope& scope : ReadableScopes(queue_->state())) lost_.erase(scope);
  return absl::OkStatus();
}

std::set<Scope> StoreImpl::AnsweredLostScopes() const {
  std::set<Scope> answered = lost_;
  if (answered.empty()) return answered;
  for (const auto& [seq, position] : queue_->In(RowState::kQueued)) {
    const v1::MutationEnvelope envelope = queue_->live().at(position).ParsedEnvelope();
    std::erase_if(answered, [&](const Scope& scope) { return Names(envelope, {scope}); });
  }
  return answered;
}

absl::StatusOr<std::vector<Scope>> StoreImpl::RemoveLostScopes() {
  if (revoked()) return RemoveEverything();
  if (reading_ == nullptr) return std::vector<Scope>();
  RETURN_IF_ERROR(Settle(/*grants_known=*/true));
  const std::set<Scope> gone = AnsweredLostScopes();
  RETURN_IF_ERROR(CloseQueue(gone));
  if (gone.empty()) return std::vector<Scope>();
  ASSIGN_OR_RETURN(std::set<Scope> kept, confirmed_->Scopes());
  for (const Scope& scope : gone) kept.erase(scope);
  ASSIGN_OR_RETURN(const ConfirmedChange removed, confirmed_->KeepOnly(kept));
  RETURN_IF_ERROR(confirmed_->Wipe());
  RETURN_IF_ERROR(TakeConfirmedChange(removed));
  reading_->Refresh();
  for (const Scope& scope : gone) lost_.erase(scope);
  return std::vector<Scope>(gone.begin(), gone.end());
}

// What was answered in scopes that are gone; and what was handed in where this store may write and not read, once it is the
// base's.
absl::Status StoreImpl::CloseQueue(const std::set<Scope>& gone) {
  const auto& grants = queue_->state().grants();
  const bool writes_blind = std::any_of(grants.begin(), grants.end(), [](const v1::StoredGrant& grant) {
    return grant.mode() == v1::GRANT_MODE_WRITE_ONLY;
  });
  if (gone.empty() && !writes_blind) return absl::OkStatus();
  const std::set<Scope> readable = ReadableScopes(queue_->state());
  ASSIGN_OR_RETURN(const std::set<std::string> keys, queue_->KeysOnlyOf([&](const QueueRow& row) {
    const v1::MutationEnvelope envelope = row.ParsedEnvelope();
    if (row.unsent() || Names(envelope, readable)) return false;
    return Names(envelope, gone) || row.state == RowState::kKept;
  }));
  if (keys.empty() && gone.empty()) return absl::OkStatus();
  v1::QueueState state = queue_->state();
  const auto area = AreaId::FromBytes(state.current_area());
  const bool stood_there = area && gone.contains(AreaScope(*area));
  if (stood_there) {
    state.clear_current_area();
    state.clear_current_entrance();
  }
  state.clear_undo_note();
  RETURN_IF_ERROR(queue_->CloseKeys(keys, state));
  reading_->KeysClosed(keys);
  return absl::OkStatus();
}

void StoreImpl::TakeReceipts(const v1::Welcome& welcome, v1::QueueState& state) {
  state.clear_sealed_receipts();
  if (reading_ == nullptr || welcome.receipts().empty()) return;
  v1::ReferralReceipts receipts;
  *receipts.mutable_receipts() = welcome.receipts();
  state.set_sealed_receipts(
      Seal(reading_->keys().settings, receipts.SerializeAsString(), kReceiptsBinding, *options_.random));
}

absl::StatusOr<std::vector<Receipt>> StoreImpl::Receipts() {
  if (reading_ == nullptr) return MakeError(ErrorCode::kLocked, "the store is locked");
  std::vector<Receipt> receipts = UnansweredReferrals();
  const std::string& sealed = queue_->state().sealed_receipts();
  if (sealed.empty()) return receipts;
  ASSIGN_OR_RETURN(const std::string bytes,
                   opgang::Open(reading_->keys().settings, sealed, kReceiptsBinding));
  v1::ReferralReceipts told;
  if (!told.ParseFromString(bytes)) return MakeError(ErrorCode::kDamaged, "the receipts do not parse");
  for (const v1::ReferralReceipt& receipt : told.receipts()) receipts.push_back(ReceiptFrom(receipt));
  return receipts;
}

// Newest first.
std::vector<Receipt> StoreImpl::UnansweredReferrals() const {
  const StoreTime time = Time();
  std::vector<Receipt> referrals;
  for (auto item = queue_->live().rbegin(); item != queue_->live().rend(); ++item) {
    const QueueRow& row = item->second;
    const v1::MutationEnvelope envelope = row.ParsedEnvelope();
    const bool referral = row.unsent() && envelope.record_type() == v1::RecordBody::kCitizen &&
                          !Names(envelope, ReadableScopes(queue_->state()));
    const auto own = referral ? reading_->OpenRow(row, time) : std::nullopt;
    v1::Citizen citizen;
    if (!own || !citizen.ParseFromString(own->payload.fields())) continue;
    Receipt receipt;
    receipt.citizen = own->record;
    receipt.recorded = time.RecordedBy(own->payload.evidence());
    receipt.entrance = RecordId::FromBytes(citizen.entrance_id()).value_or(RecordId());
    receipt.door = {citizen.floor(), citizen.door()};
    referrals.push_back(std::move(receipt));
  }
  return referrals;
}

}  // namespace opgang
