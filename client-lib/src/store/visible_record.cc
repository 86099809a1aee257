#include "client-lib/src/store/visible_record.h"

#include <algorithm>
#include <utility>

#include "core/merge/merge.h"

namespace opgang {
namespace {

bool IsContained(const OwnMutation& mutation, const ConfirmedRecord* confirmed, const v1::Record& record) {
  if (confirmed == nullptr) return false;
  const bool comparable = mutation.state == RowState::kAcknowledged && !confirmed->stale;
  if (comparable && confirmed->rev >= mutation.rev) return true;
  return BearsMarkOf(record, mutation.provenance.intent_id());
}

bool Names(const google::protobuf::RepeatedPtrField<v1::Provenance>& list, std::string_view intent_id) {
  return std::any_of(list.begin(), list.end(),
                     [&](const v1::Provenance& one) { return one.intent_id() == intent_id; });
}

Interval RecordedIn(const v1::Record& record) {
  const v1::Provenance& said = record.has_created() ? record.created() : record.last_changed();
  if (said.has_recorded()) {
    return {absl::FromUnixMicros(said.recorded().earliest_us()),
            absl::FromUnixMicros(said.recorded().latest_us())};
  }
  const absl::Time received = absl::FromUnixMicros(said.received_us());
  return {received, received};
}

std::vector<Scope> ScopesOf(const v1::MutationEnvelope& envelope) {
  std::vector<Scope> scopes;
  for (const v1::ScopeId& id : envelope.scopes()) {
    if (const auto scope = Scope::FromProto(id)) scopes.push_back(*scope);
  }
  return scopes;
}

// What the record is and where it stands: as confirmed, else as its first own mutation says.
bool Describe(const ConfirmedRecord* confirmed, const std::vector<OwnMutation>& own, VisibleRecord& visible) {
  if (confirmed != nullptr) {
    visible.id = confirmed->id;
    visible.type = FindRecordType(confirmed->record_type);
    visible.subject = RecordId::FromBytes(confirmed->subject_id).value_or(RecordId());
    visible.scopes = confirmed->scopes.empty() ? confirmed->left_scopes : confirmed->scopes;
  } else if (!own.empty()) {
    const v1::MutationEnvelope& envelope = own.front().envelope;
    visible.id = own.front().record;
    visible.type = FindRecordType(envelope.record_type());
    visible.subject = RecordId::FromBytes(envelope.subject_id()).value_or(RecordId());
    visible.scopes = ScopesOf(envelope);
  }
  return visible.type != nullptr;
}

bool Replay(const OwnMutation& mutation, VisibleRecord& visible) {
  const bool known = visible.record.has_created() || visible.record.has_last_changed();
  MergeContext context;
  context.record_type = visible.type->type;
  auto merged = Merge(known ? &visible.record : nullptr, mutation.payload, mutation.provenance, context);
  if (!merged.ok()) return false;
  visible.record = std::move(merged->record);
  visible.unsent |= mutation.state == RowState::kQueued;
  visible.needs_attention |= mutation.state == RowState::kRefused;
  return true;
}

}  // namespace

bool BearsMarkOf(const v1::Record& record, std::string_view intent_id) {
  if (record.created().intent_id() == intent_id || record.last_changed().intent_id() == intent_id)
    return true;
  return std::any_of(
      record.field_states().begin(), record.field_states().end(), [&](const v1::FieldState& state) {
        return state.version() == intent_id || Names(state.same(), intent_id) ||
               std::any_of(state.alternatives().begin(), state.alternatives().end(),
                           [&](const v1::FieldAlternative& other) {
                             return other.version() == intent_id || Names(other.same(), intent_id);
                           });
      });
}

std::shared_ptr<const google::protobuf::Message> ParseContent(const RecordTypeInfo& type,
                                                              const std::string& fields) {
  std::shared_ptr<google::protobuf::Message> content(type.prototype->New());
  return content->ParseFromString(fields) ? content : nullptr;
}

std::optional<VisibleRecord> MakeVisible(const ConfirmedRecord* confirmed,
                                         const std::vector<OwnMutation>& own) {
  VisibleRecord visible;
  if (!Describe(confirmed, own, visible)) return std::nullopt;
  if (confirmed != nullptr && !visible.record.ParseFromString(confirmed->record)) return std::nullopt;
  std::vector<const OwnMutation*> pending;
  for (const OwnMutation& mutation : own) {
    if (mutation.settled || IsContained(mutation, confirmed, visible.record)) continue;
    pending.push_back(&mutation);
  }
  if (confirmed == nullptr && pending.empty()) return std::nullopt;
  for (const OwnMutation* mutation : pending) Replay(*mutation, visible);
  if (visible.record.deleted()) return std::nullopt;
  visible.content = ParseContent(*visible.type, visible.record.fields());
  if (visible.content == nullptr) return std::nullopt;
  visible.recorded = RecordedIn(visible.record);
  return visible;
}

}  // namespace opgang
