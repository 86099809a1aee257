#include "client-lib/src/store/store_impl.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/merge/open_conflicts.h"
#include "core/packing/packing.h"

namespace opgang {
namespace {

StoreId StoreIdOf(const v1::StoreIdentity& identity) {
  return StoreId::FromBytes(identity.store_id()).value_or(StoreId());
}

std::set<Scope> ScopesIn(const v1::MutationEnvelope& envelope) {
  std::set<Scope> scopes;
  for (const v1::ScopeId& id : envelope.scopes()) {
    if (const auto scope = Scope::FromProto(id)) scopes.insert(*scope);
  }
  return scopes;
}

std::string GrantBinding(const v1::ScopeId& scope) {
  return RowBinding("grants", scope.SerializeAsString(), 0, 1);
}

}  // namespace

StoreInfo InfoOf(const v1::StoreIdentity& identity) {
  StoreInfo info;
  info.id = StoreIdOf(identity);
  info.staff_code = identity.staff_code();
  info.device_label = identity.device_label();
  info.role = RoleFromName(identity.role()).value_or(Role::kOutreach);
  info.addresses = {identity.addresses().begin(), identity.addresses().end()};
  return info;
}

StoreImpl::StoreImpl(v1::StoreIdentity identity, const DeviceOptions& options, FileLock lock,
                     LeaseKeeper lease, const std::filesystem::path& directory)
    : identity_(std::move(identity)),
      info_(InfoOf(identity_)),
      options_(options),
      lock_(std::move(lock)),
      lease_(std::move(lease)),
      brake_(directory, *options.clock),
      keyring_(identity_.base_public_key(), identity_.store_public_key(), *options.random) {}

absl::StatusOr<std::unique_ptr<StoreImpl>> StoreImpl::Open(const std::filesystem::path& directory,
                                                           const v1::StoreIdentity& identity,
                                                           const DeviceOptions& options,
                                                           absl::Duration wait) {
  ASSIGN_OR_RETURN(FileLock lock, FileLock::Acquire(directory / kStoreLockFile, wait));
  ASSIGN_OR_RETURN(LeaseKeeper lease, LeaseKeeper::Open(directory, *options.clock));
  // What cannot be written of it now is written by another process; the share is not used either way.
  (void)lease.Tick();
  auto store = std::unique_ptr<StoreImpl>(
      new StoreImpl(identity, options, std::move(lock), std::move(lease), directory));
  ASSIGN_OR_RETURN(store->queue_, QueueStore::Open(directory / kQueueFile, options.vfs));
  store->uses_ = std::make_unique<UseLog>(store->queue_->db(), identity.base_public_key(), *options.random);
  ASSIGN_OR_RETURN(store->confirmed_,
                   ConfirmedStore::Open(directory / kConfirmedFile, options.vfs, *options.random));
  store->confirmed_->Expect(ReadableScopes(store->queue_->state()));
  RETURN_IF_ERROR(store->Settle(/*grants_known=*/false));
  RETURN_IF_ERROR(store->Unsettle());
  store->TakeRole(store->queue_->state());
  store->RecallKey();
  return store;
}

void StoreImpl::TakeKeys(const SecretBytes& store_key) {
  reading_ = std::make_unique<Reading>(StoreKeys(store_key), identity_.staff_code(), identity_.device_label(),
                                       *queue_, *confirmed_, keyring_, *options_.clock);
}

absl::StatusOr<const View*> StoreImpl::view() {
  if (reading_ == nullptr) return MakeError(ErrorCode::kLocked, "the store is locked");
  RETURN_IF_ERROR(reading_->View().status());
  RETURN_IF_ERROR(Unsettle());  // rows may have turned out to be damaged
  return reading_->View();
}

absl::StatusOr<size_t> StoreImpl::CountOpenConflicts() {
  if (reading_ == nullptr) return MakeError(ErrorCode::kLocked, "the store is locked");
  ASSIGN_OR_RETURN(const std::optional<size_t> counted, reading_->OpenConflictsWithoutView());
  if (counted) return *counted;
  ASSIGN_OR_RETURN(const View* const shown, view());
  size_t count = 0;
  for (const VisibleRecord* record : shown->WithAlternatives())
    count += OpenConflictsOf(*record->record).size();
  return count;
}

bool StoreImpl::HasGrant(v1::ScopeKind kind) const {
  return std::ranges::any_of(queue_->state().grants(), [&](const v1::StoredGrant& grant) {
    const auto scope = Scope::FromProto(grant.scope());
    return scope && scope->kind == kind;
  });
}

std::vector<GrantInfo> StoreImpl::grants() const {
  std::vector<GrantInfo> infos;
  for (const v1::StoredGrant& grant : queue_->state().grants()) {
    const auto scope = Scope::FromProto(grant.scope());
    if (!scope) continue;
    GrantInfo info{*scope, grant.mode(), {}};
    if (reading_ != nullptr) {
      auto name =
          opgang::Open(reading_->keys().settings, grant.sealed_display_name(), GrantBinding(grant.scope()));
      if (name.ok()) info.display_name = *std::move(name);
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

void StoreImpl::TakeGrants(const v1::Welcome& welcome, v1::QueueState& state) {
  state.clear_grants();
  for (const v1::Grant& grant : welcome.grants()) {
    v1::StoredGrant& stored = *state.add_grants();
    *stored.mutable_scope() = grant.scope();
    stored.set_generation(grant.generation());
    stored.set_mode(grant.mode());
    if (reading_ == nullptr) continue;
    stored.set_sealed_display_name(
        Seal(reading_->keys().settings, grant.display_name(), GrantBinding(grant.scope()), *options_.random));
  }
}

void StoreImpl::TakeSumKeys(const v1::Welcome& welcome) {
  sum_keys_.clear();
  for (const v1::Grant& grant : welcome.grants()) {
    const auto scope = Scope::FromProto(grant.scope());
    if (scope && grant.sum_key().size() == 32) sum_keys_[*scope] = SecretBytes(grant.sum_key());
  }
}

NowEstimate StoreImpl::Now() const { return Time().now(); }

std::optional<absl::Time> StoreImpl::last_sync() const {
  const int64_t us = queue_->state().last_sync_us();
  return us == 0 ? std::nullopt : std::optional(absl::FromUnixMicros(us));
}

std::optional<CopyRepair> StoreImpl::last_repair() const {
  const v1::CopyRepair& repair = queue_->state().last_repair();
  if (repair.record_count() == 0) return std::nullopt;
  return CopyRepair{absl::FromUnixMicros(repair.at_us()), repair.record_count()};
}

absl::Status StoreImpl::SetCurrentEntrance(RecordId entrance, AreaId area) {
  QueueWrite write;
  write.state = queue_->state();
  write.state->set_current_entrance(entrance.ToBytes());
  write.state->set_current_area(area.ToBytes());
  return queue_->Commit(write);
}

std::optional<RecordId> StoreImpl::current_entrance() const {
  return RecordId::FromBytes(queue_->state().current_entrance());
}

std::optional<AreaId> StoreImpl::current_area() const {
  return AreaId::FromBytes(queue_->state().current_area());
}

std::optional<AreaId> StoreImpl::DefaultArea() const {
  if (const auto area = current_area()) return area;
  std::set<AreaId> writable;
  for (const v1::StoredGrant& grant : queue_->state().grants()) {
    const auto scope = Scope::FromProto(grant.scope());
    const bool writes =
        grant.mode() == v1::GRANT_MODE_READ_WRITE || grant.mode() == v1::GRANT_MODE_WRITE_ONLY;
    if (scope && scope->kind == v1::SCOPE_KIND_AREA && writes) {
      writable.insert(AreaId(scope->id));
    }
  }
  return writable.size() == 1 ? std::optional(*writable.begin()) : std::nullopt;
}

CaptureContext StoreImpl::ContextFor(const std::set<std::string>& hidden) {
  const v1::QueueState& state = queue_->state();
  CaptureContext context{*options_.clock, *options_.random};
  context.locked = reading_ == nullptr;
  context.find = [this, hidden](RecordId id) -> std::optional<KnownRecord> {
    return reading_ == nullptr ? std::nullopt : reading_->Find(id, hidden);
  };
  context.view = [this]() -> const View* {
    const auto view = reading_ == nullptr ? absl::StatusOr<const ViewIndex*>(nullptr) : reading_->View();
    return view.ok() ? *view : nullptr;
  };
  context.default_area = DefaultArea();
  for (const v1::StoredGrant& grant : state.grants()) {
    const auto scope = Scope::FromProto(grant.scope());
    if (scope && scope->kind == v1::SCOPE_KIND_DIRECTORY) context.directory = scope;
  }
  context.latest_day = Time().latest_day();
  context.now = Time().now().now;
  context.last_stamp = state.last_stamp();
  if (state.has_anchor()) context.anchor = state.anchor();
  return context;
}

absl::StatusOr<SaveReceipt> StoreImpl::Save(const Bundle& bundle) {
  SavePlan plan;
  for (const Bundle::Change& change : bundle.changes()) plan.intentions.push_back({change});
  return Write(std::move(plan));
}

QueueRow StoreImpl::Sealed(const CapturedMutation& mutation) {
  QueueRow row;
  row.intent_id = mutation.envelope.intent_id();
  row.envelope = mutation.envelope.SerializeAsString();
  const std::set<Scope> scopes = ScopesIn(mutation.envelope);
  row.key_id = keyring_.WriteKey(scopes).queue_key_id();
  const bool packs = queue_->state().base_opens_packing() >= kPackingForm;
  const std::string payload = packs ? PackedPayload(mutation.payload) : mutation.payload.SerializeAsString();
  row.sealed_payload = keyring_.Seal(scopes, payload, row.envelope);
  return row;
}

absl::StatusOr<SaveReceipt> StoreImpl::Write(SavePlan plan) {
  ASSIGN_OR_RETURN(CaptureResult captured, Capture(plan.intentions, ContextFor(plan.hidden)));
  QueueWrite& write = plan.write;
  v1::QueueState state = queue_->state();
  v1::UndoNote undo;
  SaveReceipt receipt;
  receipt.first_seq = state.next_seq();
  int64_t position = queue_->next_position();
  for (CapturedMutation& mutation : captured.mutations) {
    if (mutation.needs_chair_in) {
      RETURN_IF_ERROR(TakeChair(*mutation.needs_chair_in, state, mutation.payload));
    }
    QueueRow row = Sealed(mutation);
    row.why = plan.why;
    write.keys.push_back(keyring_.WriteKey(ScopesIn(mutation.envelope)));
    row.position = position++;
    row.seq = state.next_seq();
    state.set_next_seq(row.seq + 1);
    receipt.intents.push_back(*IntentId::FromBytes(row.intent_id));
    *undo.add_steps() = mutation.undo;
    write.rows.push_back(std::move(row));
  }
  *state.mutable_last_stamp() = captured.last_stamp;
  state.clear_undo_note();
  if (plan.undoable)
    state.set_undo_note(SealToPublicKey(identity_.store_public_key(), undo.SerializeAsString()));
  write.state = std::move(state);
  RETURN_IF_ERROR(Commit(write));
  return receipt;
}

absl::Status StoreImpl::Commit(const QueueWrite& write) {
  RETURN_IF_ERROR(queue_->Commit(write));
  if (reading_ == nullptr) return absl::OkStatus();
  std::vector<int64_t> positions = write.removed;
  for (const QueueRow& row : write.rows) positions.push_back(row.position);
  reading_->RowsChanged(positions);
  return absl::OkStatus();
}

}  // namespace opgang
