// The half of StoreImpl that tells why: nothing here decides anything.
#include "client-lib/src/store/store_impl.h"

namespace opgang {
namespace {

SyncStep StepOf(const v1::Verdict& verdict, const QueueRow& row) {
  const bool refused_before = row.state == RowState::kRefused;
  switch (verdict.outcome_case()) {
    case v1::Verdict::kApplied: return refused_before ? SyncStep::kTakenIn : SyncStep::kStored;
    case v1::Verdict::kQuarantined: return refused_before ? SyncStep::kRefusedAnew : SyncStep::kRefused;
    case v1::Verdict::kErased: return SyncStep::kDroppedErased;
    case v1::Verdict::kIdReused: return SyncStep::kIdTaken;
    case v1::Verdict::kRetryLater: return SyncStep::kHeldBack;
    case v1::Verdict::OUTCOME_NOT_SET: return SyncStep::kNotUnderstood;
  }
  return SyncStep::kNotUnderstood;
}

SyncDecision About(SyncStep step, const QueueRow& row) {
  const v1::MutationEnvelope envelope = row.ParsedEnvelope();
  SyncDecision decision;
  decision.step = step;
  decision.record = RecordId::FromBytes(envelope.record_id()).value_or(RecordId());
  decision.record_type = envelope.record_type();
  decision.intent = IntentId::FromBytes(row.intent_id).value_or(IntentId());
  decision.seq = row.seq;
  decision.why_queued = row.why;
  decision.rev = row.rev;
  return decision;
}

}  // namespace

void StoreImpl::ExplainTo(SyncObserver* observer) {
  explained_to_ = observer;
  told_sent_.clear();
  confirmed_->NoteDecisions(observer != nullptr);
}

void StoreImpl::Tell(const SyncDecision& decision) const {
  if (explained_to_ != nullptr) explained_to_->OnDecision(decision);
}

void StoreImpl::TellSent(const v1::Push& push) {
  if (explained_to_ == nullptr) return;
  for (const v1::SealedMutation& mutation : push.mutations()) {
    v1::MutationEnvelope envelope;
    if (!envelope.ParseFromString(mutation.envelope())) continue;
    const QueueRow* row = queue_->FindByIntent(envelope.intent_id());
    if (row == nullptr) continue;
    SyncDecision decision = About(SyncStep::kSent, *row);
    decision.again = !told_sent_.insert(row->intent_id).second;
    Tell(decision);
  }
}

SyncDecision StoreImpl::VerdictDecision(const v1::Verdict& verdict, const QueueRow& row) const {
  SyncDecision decision = About(StepOf(verdict, row), row);
  decision.rev = verdict.applied().rev();
  decision.merged = {verdict.applied().merged().begin(), verdict.applied().merged().end()};
  decision.retry = verdict.retry_later().reason();
  if (verdict.has_quarantined())
    decision.refusal = Refusal{verdict.quarantined().code(), verdict.quarantined().field()};
  const auto own = reading_ == nullptr ? std::nullopt : reading_->OpenRow(row, Time());
  if (own) decision.saw = {own->payload.edits().begin(), own->payload.edits().end()};
  return decision;
}

void StoreImpl::TellTakenIn(const QueueRow& row) const { Tell(About(SyncStep::kTakenIn, row)); }

void StoreImpl::TellScope(SyncStep step, const v1::ScopeId& scope) const {
  SyncDecision decision;
  decision.step = step;
  decision.scope = Scope::FromProto(scope);
  Tell(decision);
}

void StoreImpl::TellWhole(SyncStep step, uint64_t count) const {
  SyncDecision decision;
  decision.step = step;
  decision.count = count;
  Tell(decision);
}

}  // namespace opgang
