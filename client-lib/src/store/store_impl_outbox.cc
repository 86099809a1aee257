// The half of StoreImpl that shows what is on its way, and what the base refused.
#include <algorithm>
#include <utility>

#include "client-lib/src/store/store_impl.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

using Kind = Bundle::Change::Kind;

std::vector<uint32_t> FieldsOf(const google::protobuf::RepeatedPtrField<v1::FieldEdit>& edits) {
  std::vector<uint32_t> fields;
  for (const v1::FieldEdit& edit : edits) fields.push_back(edit.field());
  return fields;
}

// What a message sets, beside what was touched before.
std::vector<uint32_t> WithSetFields(std::vector<uint32_t> fields, const google::protobuf::Message& message) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const auto* field : set) fields.push_back(static_cast<uint32_t>(field->number()));
  return fields;
}

// A chair belongs to one meeting: a correction that names another one needs another chair.
bool SameMeeting(const RecordTypeInfo& type, const std::string& fields,
                 const google::protobuf::Message& corrected) {
  const auto before = ParseContent(type, fields);
  const auto* was = dynamic_cast<const v1::Seat*>(before.get());
  const auto* is = dynamic_cast<const v1::Seat*>(&corrected);
  return was != nullptr && is != nullptr && was->meeting_id() == is->meeting_id();
}

std::set<std::string> SeenBy(const google::protobuf::RepeatedPtrField<v1::FieldEdit>& edits) {
  std::set<std::string> seen;
  for (const v1::FieldEdit& edit : edits)
    seen.insert(edit.seen_versions().begin(), edit.seen_versions().end());
  return seen;
}

std::string BundleIdOf(const QueueRow& row) { return row.ParsedEnvelope().bundle().bundle_id(); }

// Half of the bytes, for the correction may be longer than what it replaces.
bool FitsOneBundle(const std::vector<QueueRow>& rows) {
  size_t bytes = 0;
  for (const QueueRow& row : rows) bytes += row.envelope.size() + row.sealed_payload.size();
  return rows.size() <= kMaxBundleMutations && bytes <= kMaxBundleBytes / 2;
}

// What waits beside it is tried again by the base as soon as this took effect.
void KeepBundleOf(IntentId intent, std::vector<QueueRow>& rows) {
  const auto first = std::find_if(rows.begin(), rows.end(),
                                  [&](const QueueRow& row) { return row.intent_id == intent.ToBytes(); });
  const std::string bundle = BundleIdOf(*first);
  std::erase_if(rows, [&](const QueueRow& row) {
    return row.intent_id != intent.ToBytes() && (bundle.empty() || BundleIdOf(row) != bundle);
  });
}

}  // namespace

OutboxCounts StoreImpl::outbox_counts() const {
  OutboxCounts counts;
  for (const auto& [position, row] : queue_->live()) {
    counts.unsent += row.unsent() ? 1 : 0;
    counts.needs_attention += row.needs_attention() ? 1 : 0;
    counts.damaged += row.damaged ? 1 : 0;
  }
  return counts;
}

OutboxItem StoreImpl::ItemOf(const QueueRow& row, const StoreTime& time) const {
  OutboxItem item;
  const v1::MutationEnvelope envelope = row.ParsedEnvelope();
  item.intent = IntentId::FromBytes(row.intent_id).value_or(IntentId());
  item.seq = row.seq;
  item.record = RecordId::FromBytes(envelope.record_id()).value_or(RecordId());
  item.type = FindRecordType(envelope.record_type());
  item.recorded = time.SomeTimeUntilNow();
  if (row.damaged) {
    item.state = OutboxState::kDamaged;
    return item;
  }
  if (row.state == RowState::kRefused) {
    item.state = OutboxState::kNeedsAttention;
    item.refusal = Refusal{static_cast<v1::RefusalCode>(row.code), row.field};
  }
  const auto own = reading_ == nullptr ? std::nullopt : reading_->OpenRow(row, time);
  if (!own) return item;
  item.action = own->payload.action();
  item.recorded = time.RecordedBy(own->payload.evidence());
  if (item.type != nullptr) item.content = ParseContent(*item.type, own->payload.fields());
  return item;
}

absl::StatusOr<std::vector<OutboxItem>> StoreImpl::Outbox() const {
  const StoreTime time = Time();
  std::vector<OutboxItem> items;
  for (const auto& [position, row] : queue_->live()) {
    if (row.damaged || row.unsent() || row.needs_attention()) items.push_back(ItemOf(row, time));
  }
  return items;
}

// A bundle is never parted (I19), and what waits for a create that was refused goes with it: which may be part of another
// bundle, whose other parts go along in turn.
std::vector<QueueRow> StoreImpl::RefusedTogether(IntentId refused) const {
  const QueueRow* first = queue_->FindByIntent(refused.ToBytes());
  if (first == nullptr || !first->needs_attention()) return {};
  std::map<int64_t, v1::MutationEnvelope> refusals;  // by position
  for (const auto& [position, row] : queue_->live()) {
    if (row.needs_attention()) refusals[position] = row.ParsedEnvelope();
  }
  std::set<int64_t> together = {first->position};
  std::set<std::string> bundles = {BundleIdOf(*first)};
  std::set<std::string> records = {first->ParsedEnvelope().record_id()};
  bundles.erase("");
  for (size_t before = 0; before != together.size();) {
    before = together.size();
    for (const auto& [position, envelope] : refusals) {
      const bool waits = queue_->live().at(position).code == v1::REFUSAL_CODE_CREATE_QUARANTINED &&
                         records.contains(envelope.record_id());
      const std::string& bundle = envelope.bundle().bundle_id();
      if (!waits && !bundles.contains(bundle) && position != first->position) continue;
      together.insert(position);
      records.insert(envelope.record_id());
      if (!bundle.empty()) bundles.insert(bundle);
    }
  }
  std::vector<QueueRow> rows;
  for (const int64_t position : together) rows.push_back(queue_->live().at(position));
  return rows;
}

// The intention of a refused mutation once more, with other content where it is the one to be corrected.
absl::StatusOr<Intention> StoreImpl::Again(const QueueRow& row,
                                           const google::protobuf::Message* corrected) const {
  const auto own = reading_->OpenRow(row, Time());
  const RecordTypeInfo* type = own ? FindRecordType(own->envelope.record_type()) : nullptr;
  if (type == nullptr) return MakeError(ErrorCode::kBadInput, "the refused mutation cannot be read here");
  Intention again;
  again.replaces = row.intent_id;
  if (corrected == nullptr || SameMeeting(*type, own->payload.fields(), *corrected)) {
    again.chair = own->payload.chair_of_replica_id();
  }
  Bundle::Change& change = again.change;
  change.record = own->record;
  change.type = type;
  const auto scope = Scope::FromProto(own->envelope.scopes(0));
  if (scope) change.area = AreaId(scope->id);
  if (own->payload.action() == v1::MUTATION_ACTION_DELETE) {
    change.kind = Kind::kDelete;
    return again;
  }
  change.kind = own->payload.action() == v1::MUTATION_ACTION_CREATE ? Kind::kCreate : Kind::kPatch;
  change.content = ParseContent(*type, own->payload.fields());
  change.fields = FieldsOf(own->payload.edits());
  if (corrected == nullptr) {
    again.seen_only = SeenBy(own->payload.edits());
    return again;
  }
  std::shared_ptr<google::protobuf::Message> copy(corrected->New());
  copy->CopyFrom(*corrected);
  change.content = copy;
  change.fields = WithSetFields(change.fields, *corrected);
  return again;
}

absl::StatusOr<SaveReceipt> StoreImpl::Fix(IntentId refused, const google::protobuf::Message& corrected) {
  std::vector<QueueRow> rows = RefusedTogether(refused);
  if (rows.empty()) return MakeError(ErrorCode::kNotFound, "no refused mutation of this id");
  if (reading_ == nullptr) return MakeError(ErrorCode::kLocked, "the store is locked");
  if (!FitsOneBundle(rows)) KeepBundleOf(refused, rows);
  SavePlan plan;
  plan.why = WhyQueued::kCorrection;
  for (QueueRow& row : rows) {
    const bool target = row.intent_id == refused.ToBytes();
    ASSIGN_OR_RETURN(Intention again, Again(row, target ? &corrected : nullptr));
    if (target && again.change.type->prototype->GetDescriptor() != corrected.GetDescriptor()) {
      return RefusalError({v1::REFUSAL_CODE_TYPE_MISMATCH, 0}, again.change.type->type);
    }
    plan.intentions.push_back(std::move(again));
    plan.hidden.insert(row.intent_id);
    row.settled = true;
    plan.write.rows.push_back(std::move(row));
  }
  return Write(std::move(plan));
}

absl::Status StoreImpl::Withdraw(IntentId refused) {
  QueueWrite write;
  write.rows = RefusedTogether(refused);
  for (QueueRow& row : write.rows) row.settled = true;
  for (const auto& [position, row] : queue_->live()) {
    if (row.damaged && IntentId::FromBytes(row.intent_id).value_or(IntentId()) == refused) {
      write.removed.push_back(position);
    }
  }
  if (write.rows.empty() && write.removed.empty()) {
    return MakeError(ErrorCode::kNotFound, "no refused mutation of this id");
  }
  return Commit(write);
}

}  // namespace opgang
