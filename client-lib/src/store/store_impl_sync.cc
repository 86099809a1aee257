// The half of StoreImpl that the sync session drives. Where both files change, confirmed.db goes first: what
// a crash leaves half done is then asked for again, because the queue's state still says the old epoch,
// grants or rev.
#include <algorithm>
#include <map>
#include <utility>

#include "client-lib/src/store/store_impl.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/records/as_sent.h"
#include "core/sealing/lease_sealing.h"

namespace opgang {
namespace {

constexpr size_t kMostDamaged = 1000;  // as sync.proto's Hello allows
constexpr size_t kManyUnsent = 500;    // found in 2 ms what is due; 40 with 10,000

constexpr size_t kMutationOverhead = 8;  // its tag and length in a Push

using Bundled = std::vector<const QueueRow*>;

// Unsent rows from `next` on that must travel together: one, or the neighbours of its bundle. None at the end.
Bundled TakeBundle(const QueueStore& queue, QueueStore::Places::const_iterator& next) {
  Bundled rows;
  v1::Bundle bundle;
  for (; next != queue.In(RowState::kQueued).end(); ++next) {
    const bool whole = bundle.bundle_id().empty() || rows.size() == bundle.count();
    if (!rows.empty() && whole) break;
    const QueueRow& row = queue.live().at(next->second);
    v1::Bundle own = row.bundle();
    if (!rows.empty() && own.bundle_id() != bundle.bundle_id()) break;
    bundle = std::move(own);
    rows.push_back(&row);
  }
  return rows;
}

v1::SealedMutation AsStored(const QueueRow& row) {
  v1::SealedMutation mutation;
  mutation.set_seq(row.seq);
  mutation.set_envelope(row.envelope);
  mutation.set_queue_key_id(row.key_id);
  mutation.set_sealed_payload(row.sealed_payload);
  return mutation;
}

size_t SizeOf(const std::vector<v1::SealedMutation>& mutations) {
  size_t bytes = 0;
  for (const v1::SealedMutation& mutation : mutations) bytes += mutation.ByteSizeLong() + kMutationOverhead;
  return bytes;
}

// Work behind a place that a damaged row left free would pass it over: there an older image of this store could live on
// under the same name, and nobody would notice (I3). Places and positions run alike until a store is renumbered;
// afterwards a damaged row's place cannot be told from one that it had under a former name.
bool PassesOverAPlace(const QueueStore& queue) {
  if (static_cast<uint64_t>(queue.next_position()) != queue.state().next_seq()) return false;
  uint64_t last = 0;
  bool may_be_missing = false;  // what stood behind `last` was damaged, or had no answer either
  for (const auto& [position, row] : queue.live()) {
    if (row.damaged) {
      may_be_missing = true;
    } else if (row.seq > 0) {
      if (may_be_missing && row.unsent() && row.seq != last + 1) return true;
      may_be_missing = row.unsent();
      last = row.seq;
    }
  }
  return may_be_missing && queue.state().next_seq() != last + 1;
}

}  // namespace

uint32_t StoreImpl::unsent_count() { return static_cast<uint32_t>(queue_->In(RowState::kQueued).size()); }

uint32_t StoreImpl::base_opens_packing() { return queue_->state().base_opens_packing(); }

absl::StatusOr<v1::Hello> StoreImpl::MakeHello() {
  audit_.reset();  // a new session counts anew
  heeded_.clear();
  told_erased_before_ = false;
  const v1::QueueState& state = queue_->state();
  v1::Hello hello;
  hello.set_replica_id(state.replica_id());
  hello.set_token(state.token());
  hello.set_epoch(state.epoch());
  hello.set_gives_up_name(PassesOverAPlace(*queue_));
  for (const auto& [scope, cursor] : confirmed_->cursors()) {
    if (cursor.rev == 0) continue;
    v1::Cursor& told = *hello.add_cursors();
    *told.mutable_scope() = scope.ToProto();
    told.set_generation(cursor.generation);
    told.set_rev(cursor.rev);
  }
  hello.set_unsent_count(unsent_count());
  hello.set_durable_horizon(state.durable_horizon());
  *hello.mutable_leases() = state.leases();
  for (const std::string& id : queue_->DamagedSubjects(kMostDamaged)) hello.add_damaged_subjects(id);
  if (reading_ == nullptr) {
    const auto replica = ReplicaId::FromBytes(state.replica_id());
    if (stretched_.has_value() && replica.has_value())
      hello.set_lease_proof(MakeLeaseProof(LeaseKeysFrom(*stretched_), *replica, state.token()));
    return hello;
  }
  if (const auto replica = ReplicaId::FromBytes(state.replica_id())) {
    hello.set_read_proof(MakeReadProof(reading_->keys().proof, *replica, state.token()));
  }
  hello.set_due_follows(state.base_hears_due() && unsent_count() > kManyUnsent);
  if (hello.due_follows()) return hello;
  ASSIGN_OR_RETURN(const v1::NearestDue nearest, FindNearestDue());
  hello.set_nearest_due_us(nearest.due_us());
  return hello;
}

absl::StatusOr<v1::NearestDue> StoreImpl::FindNearestDue() {
  v1::NearestDue found;
  if (reading_ == nullptr) return MakeError(ErrorCode::kLocked, "the store is locked");
  ASSIGN_OR_RETURN(const absl::Time nearest, reading_->NearestDue(Now().best));
  if (nearest != absl::InfiniteFuture()) found.set_due_us(absl::ToUnixMicros(nearest));
  return found;
}

absl::Status StoreImpl::ShowThatItReads(v1::ReaderProof& proof) const {
  if (reading_ == nullptr) return MakeError(ErrorCode::kLocked, "the store is locked");
  const v1::QueueState& state = queue_->state();
  proof.set_replica_id(state.replica_id());
  proof.set_token(state.token());
  const ReplicaId replica = ReplicaId::FromBytes(state.replica_id()).value_or(ReplicaId());
  proof.set_read_proof(MakeReadProof(reading_->keys().proof, replica, state.token()));
  return absl::OkStatus();
}

// Opened where this store can and the base takes it, so that what they say is packed together; as stored what does not open, and
// what would be too much opened.
std::vector<v1::SealedMutation> StoreImpl::ForPush(const std::vector<const QueueRow*>& rows) const {
  std::vector<v1::SealedMutation> mutations;
  const bool opens = reading_ != nullptr && queue_->state().base_takes_opened();
  for (const QueueRow* row : rows) mutations.push_back(opens ? Opened(*row) : AsStored(*row));
  if (!opens || SizeOf(mutations) <= kMaxBundleBytes) return mutations;
  mutations.clear();
  for (const QueueRow* row : rows) mutations.push_back(AsStored(*row));
  return mutations;
}

v1::SealedMutation StoreImpl::Opened(const QueueRow& row) const {
  auto payload = reading_->PayloadOf(row);
  if (!payload.ok() || payload->empty()) return AsStored(row);
  v1::SealedMutation mutation;
  mutation.set_seq(row.seq);
  mutation.set_envelope(row.envelope);
  mutation.set_opened_payload(*std::move(payload));
  return mutation;
}

absl::StatusOr<v1::Push> StoreImpl::NextPush(uint64_t after_seq, size_t max_bytes) {
  v1::Push push;
  std::set<std::string> keys;
  size_t bytes = 0;
  auto next = queue_->In(RowState::kQueued).upper_bound({after_seq, INT64_MAX});
  for (Bundled rows = TakeBundle(*queue_, next); !rows.empty(); rows = TakeBundle(*queue_, next)) {
    std::vector<v1::SealedMutation> mutations = ForPush(rows);
    const size_t more = SizeOf(mutations);
    if (bytes > 0 && bytes + more > max_bytes) break;
    bytes += more;
    for (v1::SealedMutation& mutation : mutations) {
      if (!mutation.queue_key_id().empty()) keys.insert(mutation.queue_key_id());
      *push.add_mutations() = std::move(mutation);
    }
  }
  for (const std::string& id : keys) {
    const v1::QueueKey* key = queue_->FindKey(id);
    if (key == nullptr) continue;  // damaged: the base keeps what it cannot open
    v1::QueueKey& sent = *push.add_queue_keys();
    sent = *key;
    sent.clear_wrapped_for_store();
  }
  TellSent(push);
  return push;
}

// Another history at the base: everything that was ever answered is handed in again, under its old intent ids
// (I13). Not what its author has given up or corrected: the restored base might take it in now.
absl::Status StoreImpl::TakeEpoch(const std::string& epoch, QueueWrite& write) {
  const std::string known = queue_->state().epoch();
  if (epoch.empty() || epoch == known) return absl::OkStatus();
  write.state->set_epoch(epoch);
  if (known.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(uses_->HandInAgain());
  RETURN_IF_ERROR(confirmed_->BecomeStale());
  RETURN_IF_ERROR(queue_->BringUpDamagedKept());
  ASSIGN_OR_RETURN(std::vector<QueueRow> rows, queue_->KeptRows());
  for (const auto& [position, row] : queue_->live()) {
    const bool given_up = row.state == RowState::kRefused && row.settled;
    if (!row.damaged && !given_up) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(),
            [](const QueueRow& a, const QueueRow& b) { return a.position < b.position; });
  // What a former replica numbered comes before what this one has numbered since: places follow the order of capture,
  // or a bundle is torn and evidence contradicts itself. A place that the base knows already makes a new replica.
  const bool renumber =
      std::any_of(rows.begin(), rows.end(), [](const QueueRow& row) { return row.seq == 0; });
  uint64_t next = 1;
  for (QueueRow& row : rows) {
    if (row.state != RowState::kQueued) row.why = WhyQueued::kBaseRestored;
    row.state = RowState::kQueued;
    row.rev = 0;
    if (renumber) row.seq = next++;
    write.rows.push_back(std::move(row));
  }
  if (renumber) write.state->set_next_seq(next);
  return absl::OkStatus();
}

absl::Status StoreImpl::ApplyWelcome(const v1::Welcome& welcome, const v1::ClockReading& sent,
                                     const v1::ClockReading& received) {
  RETURN_IF_ERROR(TakeErasures({welcome.erasures().begin(), welcome.erasures().end()}, welcome.epoch()));
  QueueWrite write;
  write.state = queue_->state();
  v1::QueueState& state = *write.state;
  RETURN_IF_ERROR(TakeEpoch(welcome.epoch(), write));
  const std::string epoch_before = queue_->state().epoch();
  const bool another_epoch = !epoch_before.empty() && state.epoch() != epoch_before;
  if (!welcome.next_token().empty()) state.set_token(welcome.next_token());
  state.set_durable_horizon(welcome.durable_horizon());
  *state.mutable_backup() = welcome.backup();
  state.set_last_sync_us(welcome.base_us());
  state.set_base_opens_packing(welcome.opens_packing());
  state.set_base_takes_opened(welcome.takes_opened());
  state.set_base_hears_due(welcome.hears_due());
  if (const auto anchor = AnchorOfRoundTrip(welcome.base_us(), sent, received))
    *state.mutable_anchor() = *anchor;
  if (!welcome.role().empty()) state.set_role(welcome.role());
  TakeRole(state);
  RETURN_IF_ERROR(TakeLease(welcome, received));
  if (welcome.has_revoked()) RETURN_IF_ERROR(Remove(welcome, state));
  if (!welcome.reading()) {
    RETURN_IF_ERROR(Commit(write));
    if (another_epoch) TellWhole(SyncStep::kNewEpoch, write.rows.size());
    if (reading_ != nullptr) reading_->TimeChanged();
    return Settle(/*grants_known=*/false);
  }
  const std::set<Scope> before = ReadableScopes(state);
  TakeGrants(welcome, state);
  TakeSumKeys(welcome);
  const std::set<Scope> readable = ReadableScopes(state);
  const bool lost = !std::includes(readable.begin(), readable.end(), before.begin(), before.end());
  if (lost) state.clear_undo_note();  // it may hold values of a scope that is no longer ours to read
  TakeReceipts(welcome, state);
  if (!another_epoch && welcome.new_replica_id().empty()) {
    TakeLoans(welcome, queue_->state().last_sync_us(), state);
  }
  confirmed_->Expect(readable);
  RETURN_IF_ERROR(Commit(write));
  if (another_epoch) TellWhole(SyncStep::kNewEpoch, write.rows.size());
  RETURN_IF_ERROR(NoteLostScopes(welcome));
  if (reading_ != nullptr) reading_->TimeChanged();
  RETURN_IF_ERROR(Settle(/*grants_known=*/true));
  // What was let go of with a scope that is given again is shown until its pages have come.
  const bool gained = !std::includes(before.begin(), before.end(), readable.begin(), readable.end());
  if (gained) RETURN_IF_ERROR(BringBackKept());
  RETURN_IF_ERROR(uses_->Forget(state.durable_horizon()));
  return queue_->DropKeptUpTo(state.durable_horizon(), keyring_.write_key_ids());
}

absl::StatusOr<VerdictCounts> StoreImpl::ApplyAck(const v1::Ack& ack) {
  VerdictCounts counts;
  QueueWrite write;
  std::vector<SyncDecision> decisions;
  for (const v1::Verdict& verdict : ack.verdicts()) {
    const QueueRow* found = queue_->FindByIntent(verdict.intent_id());
    if (found == nullptr) continue;
    // Refused earlier, and replayed by a person at the base since.
    const bool waits = found->state == RowState::kRefused && !found->settled;
    const bool replayed = waits && verdict.has_applied();
    const bool refused_anew =
        waits && verdict.has_quarantined() &&
        (found->code != verdict.quarantined().code() || found->field != verdict.quarantined().field());
    if (found->state != RowState::kQueued && !replayed && !refused_anew) continue;
    QueueRow row = *found;
    if (explained_to_ != nullptr) decisions.push_back(VerdictDecision(verdict, row));
    switch (verdict.outcome_case()) {
      case v1::Verdict::kApplied:
        ++counts.applied;
        counts.side_by_side += static_cast<uint32_t>(verdict.applied().conflict_fields_size());
        row.state = RowState::kAcknowledged;
        row.rev = verdict.applied().rev();
        write.rows.push_back(std::move(row));
        break;
      case v1::Verdict::kQuarantined:
        counts.refused += refused_anew ? 0 : 1;
        row.state = RowState::kRefused;
        row.code = verdict.quarantined().code();
        row.field = verdict.quarantined().field();
        write.rows.push_back(std::move(row));
        break;
      case v1::Verdict::kErased: write.removed.push_back(row.position); break;
      case v1::Verdict::kIdReused: ++counts.id_reused; break;
      case v1::Verdict::kRetryLater: ++counts.retry_later; break;
      case v1::Verdict::OUTCOME_NOT_SET: break;
    }
  }
  if (!write.removed.empty()) {
    write.state = queue_->state();
    write.state->clear_undo_note();
  }
  if (!write.rows.empty() || !write.removed.empty()) RETURN_IF_ERROR(Commit(write));
  for (const SyncDecision& decision : decisions) Tell(decision);
  return counts;
}

absl::Status StoreImpl::TakeConfirmedChange(const ConfirmedChange& change) {
  for (const SyncDecision& decision : change.decisions) Tell(decision);
  if (reading_ == nullptr) return absl::OkStatus();
  reading_->RecordsChanged(change.records);
  RETURN_IF_ERROR(AuditAgain(change));
  return TakeReplayed(change.records);
}

absl::Status StoreImpl::AuditAgain(const ConfirmedChange& change) {
  if (audit_ == nullptr) return absl::OkStatus();
  for (const RecordId& id : change.records) {
    const auto put = change.put.find(id);
    if (put != change.put.end()) {
      audit_->TakePut(id, *put->second, change.scope);
      continue;
    }
    ASSIGN_OR_RETURN(const auto record, confirmed_->Find(id, reading_->keys().confirmed_rows));
    record ? audit_->Take(*record) : audit_->Drop(id);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::LeafSums>> StoreImpl::FindDifference(const v1::Current& current) {
  if (reading_ == nullptr) return std::nullopt;
  if (audit_ == nullptr) {
    auto audit = std::make_unique<ScopeAudit>(sum_keys_);
    std::vector<ScopeAudit::Summed> summed(ConfirmedStore::kSlots);
    RETURN_IF_ERROR(reading_->ForEachConfirmed(
        [&](size_t slot, ConfirmedRecord&& record) { summed[slot] = audit->Sum(record); },
        [&](size_t slot) { audit->Take(summed[slot]); }));
    for (const auto& [id, scopes] : confirmed_->lacking()) audit->TakeLacking(id, scopes);
    audit_ = std::move(audit);
    RETURN_IF_ERROR(Unsettle());  // own work on what is lacking is shown until it is here again
  }
  auto difference = audit_->DifferenceFrom(current);
  if (difference) TellScope(SyncStep::kSumDiffers, current.scope());
  return difference;
}

absl::StatusOr<uint32_t> StoreImpl::ApplyLeafContent(const v1::LeafContent& content) {
  if (reading_ == nullptr)
    return MakeError(ErrorCode::kLocked, "a locked store cannot seal what it receives");
  ASSIGN_OR_RETURN(const ConfirmedChange change,
                   confirmed_->ApplyLeafContent(content, reading_->keys().confirmed_rows));
  RETURN_IF_ERROR(TakeConfirmedChange(change));
  if (change.repaired == 0) return 0;
  QueueWrite write;
  write.state = queue_->state();
  v1::CopyRepair& repair = *write.state->mutable_last_repair();
  const int64_t session_us = write.state->last_sync_us();  // set by this session's Welcome
  if (repair.at_us() != session_us) repair.set_record_count(0);
  repair.set_at_us(session_us);
  repair.set_record_count(repair.record_count() + change.repaired);
  RETURN_IF_ERROR(Commit(write));
  return change.repaired;
}

// A refused mutation whose mark the confirmed record bears was replayed by a person at the base: it needs
// attention no longer. A stale record says nothing of it: the base may have come back from before the replay.
absl::Status StoreImpl::TakeReplayed(const std::set<RecordId>& records) {
  QueueWrite write;
  for (const auto& [seq, position] : queue_->In(RowState::kRefused)) {
    const QueueRow& row = queue_->live().at(position);
    const auto record = RecordId::FromBytes(row.ParsedEnvelope().record_id());
    if (!record || !records.contains(*record)) continue;
    ASSIGN_OR_RETURN(const auto confirmed, confirmed_->Find(*record, reading_->keys().confirmed_rows));
    v1::Record merged;
    if (!confirmed || confirmed->stale) continue;
    if (!merged.ParseFromString(confirmed->record) || !BearsMarkOf(merged, row.intent_id)) continue;
    write.rows.push_back(row);
    write.rows.back().state = RowState::kAcknowledged;
    write.rows.back().rev = confirmed->rev;
  }
  if (write.rows.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Commit(write));
  for (const QueueRow& row : write.rows) TellTakenIn(row);
  return absl::OkStatus();
}

// The entries as whole records again. Who is told this pushed them opened in this session, has their verdict, and holds them for as
// long as there is no backup with them; where that is not so the next session brings them whole.
absl::Status StoreImpl::PutBackOwn(v1::Page& page) const {
  for (v1::FeedEntry& entry : *page.mutable_entries()) {
    if (entry.as_sent_seq() == 0) continue;
    const auto lost = [] {
      return MakeError(ErrorCode::kTryLater,
                       "a page leaves out what this device has lost; the next sync brings it whole");
    };
    ASSIGN_OR_RETURN(const auto row, queue_->FindAnswered(entry.as_sent_seq()));
    if (!row.has_value()) return lost();
    const auto bytes = reading_->PayloadOf(*row);
    v1::MutationPayload payload;
    if (!bytes.ok() || !payload.ParseFromString(*bytes)) return lost();
    auto record = PutBack(entry.record(), {payload.fields(), row->intent_id});
    if (!record.has_value()) return lost();
    const v1::MutationEnvelope envelope = row->ParsedEnvelope();
    entry.set_record_id(envelope.record_id());
    entry.set_record_type(envelope.record_type());
    entry.set_subject_id(envelope.subject_id());
    entry.set_record(*std::move(record));
    entry.clear_as_sent_seq();
  }
  return absl::OkStatus();
}

// Erasures reach the queue before the cursor passes them: a crash between the two asks for the page again.
absl::Status StoreImpl::ApplyPage(const v1::Page& sent) {
  if (reading_ == nullptr)
    return MakeError(ErrorCode::kLocked, "a locked store cannot seal what it receives");
  const bool says_all = std::none_of(sent.entries().begin(), sent.entries().end(),
                                     [](const v1::FeedEntry& entry) { return entry.as_sent_seq() != 0; });
  v1::Page put_back;
  if (!says_all) {
    put_back = sent;
    RETURN_IF_ERROR(PutBackOwn(put_back));
  }
  const v1::Page& page = says_all ? sent : put_back;
  std::vector<std::string> erased;
  std::map<std::string, v1::Erasure> citizens;
  for (const v1::FeedEntry& entry : page.entries()) {
    if (entry.change() != v1::FEED_CHANGE_ERASE) continue;
    erased.push_back(entry.record_id());
    if (entry.subject_id().empty()) continue;
    erased.push_back(entry.subject_id());
    v1::Erasure& citizen = citizens[entry.subject_id()];
    citizen.set_subject_id(entry.subject_id());
    citizen.set_proof(entry.erasure_proof());
  }
  std::vector<v1::Erasure> told;
  for (const auto& [id, citizen] : citizens) told.push_back(citizen);
  RETURN_IF_ERROR(queue_->NoteErased(told, queue_->state().epoch()));
  if (!erased.empty()) {
    RETURN_IF_ERROR(queue_->RemoveAbout(erased));
    reading_->RowsRemoved();
  }
  ASSIGN_OR_RETURN(const ConfirmedChange change,
                   confirmed_->ApplyPage(page, reading_->keys().confirmed_rows));
  heeded_.insert(heeded_.end(), told.begin(), told.end());
  return TakeConfirmedChange(change);
}

absl::Status StoreImpl::ApplyCurrent(const v1::Current& current) {
  uint64_t generation = 0;
  for (const v1::StoredGrant& grant : queue_->state().grants()) {
    if (Scope::FromProto(grant.scope()) == Scope::FromProto(current.scope())) generation = grant.generation();
  }
  ASSIGN_OR_RETURN(const ConfirmedChange change, confirmed_->ApplyCurrent(current, generation));
  RETURN_IF_ERROR(TakeConfirmedChange(change));
  RETURN_IF_ERROR(Settle(/*grants_known=*/true));
  return queue_->DropKeptUpTo(queue_->state().durable_horizon(), keyring_.write_key_ids());
}

absl::Status StoreImpl::Settle(bool grants_known) {
  const ReadableCopy copy(queue_->state(), *confirmed_);
  QueueWrite write;
  for (const auto& [seq, position] : queue_->In(RowState::kAcknowledged)) {
    const QueueRow& row = queue_->live().at(position);
    const v1::MutationEnvelope envelope = row.ParsedEnvelope();
    const auto record = RecordId::FromBytes(envelope.record_id());
    const bool passed = copy.Passed(envelope, row.rev) || (record && confirmed_->IsGone(*record, row.rev));
    const bool lost = grants_known && !copy.Reads(envelope);
    if (!passed && !lost) continue;
    write.rows.push_back(row);
    write.rows.back().state = RowState::kKept;
  }
  return write.rows.empty() ? absl::OkStatus() : Commit(write);
}

absl::Status StoreImpl::Unsettle() {
  const std::set<Scope> readable = ReadableScopes(queue_->state());
  const bool all_came = std::all_of(readable.begin(), readable.end(),
                                    [&](const Scope& scope) { return confirmed_->Passed(scope, 1); });
  return all_came && confirmed_->lacking().empty() ? absl::OkStatus() : BringBackKept();
}

absl::Status StoreImpl::BringBackKept() {
  const std::set<Scope> readable = ReadableScopes(queue_->state());
  ASSIGN_OR_RETURN(std::vector<QueueRow> rows, queue_->KeptRows());
  QueueWrite write;
  for (QueueRow& row : rows) {
    const v1::MutationEnvelope envelope = row.ParsedEnvelope();
    const auto record = RecordId::FromBytes(envelope.record_id());
    const bool lacking =
        (record && confirmed_->lacking().contains(*record)) ||
        std::any_of(envelope.scopes().begin(), envelope.scopes().end(), [&](const v1::ScopeId& id) {
          const auto scope = Scope::FromProto(id);
          return scope && readable.contains(*scope) && !confirmed_->Passed(*scope, row.rev);
        });
    if (!lacking) continue;
    row.state = RowState::kAcknowledged;
    write.rows.push_back(std::move(row));
  }
  return write.rows.empty() ? absl::OkStatus() : Commit(write);
}

absl::Status StoreImpl::BecomeReplica(ReplicaId replica) {
  QueueWrite write;
  write.state = queue_->state();
  GiveLeasesUp(*write.state);
  write.state->set_replica_id(replica.ToBytes());
  ASSIGN_OR_RETURN(write.rows, queue_->KeptRows());
  for (const auto& [position, row] : queue_->live()) {
    if (!row.damaged) write.rows.push_back(row);
  }
  uint64_t next = 1;
  for (QueueRow& row : write.rows) row.seq = row.state == RowState::kQueued ? next++ : 0;
  write.state->set_next_seq(next);
  RETURN_IF_ERROR(uses_->BeginAnew());
  RETURN_IF_ERROR(Commit(write));
  TellWhole(SyncStep::kNewReplica, next - 1);
  return absl::OkStatus();
}

}  // namespace opgang
