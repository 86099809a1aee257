#include "client-lib/src/store/visible_record.h"

#include <algorithm>
#include <utility>

#include "core/base/wire_fields.h"
#include "core/merge/merge.h"

namespace opgang {
namespace {

bool IsContained(const OwnMutation& mutation, const std::optional<ConfirmedRecord>& confirmed,
                 const v1::Record& record) {
  if (!confirmed) return false;
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

// What the record is and where it stands: as confirmed, from which it takes the scopes, else as its first own mutation says.
bool Describe(std::optional<ConfirmedRecord>& confirmed, const OwnMutations& own, VisibleRecord& visible) {
  if (confirmed) {
    visible.id = confirmed->id;
    visible.type = FindRecordType(confirmed->record_type);
    visible.subject = confirmed->subject;
    visible.scopes = std::move(confirmed->scopes.empty() ? confirmed->left_scopes : confirmed->scopes);
  } else if (!own.empty()) {
    const v1::MutationEnvelope& envelope = own.front()->envelope;
    visible.id = own.front()->record;
    visible.type = FindRecordType(envelope.record_type());
    visible.subject = RecordId::FromBytes(envelope.subject_id()).value_or(RecordId());
    visible.scopes = ScopesOf(envelope);
  }
  return visible.type != nullptr;
}

bool Replay(const OwnMutation& mutation, VisibleRecord& visible, v1::Record& record) {
  const bool known = record.has_created() || record.has_last_changed();
  MergeContext context;
  context.record_type = visible.type->type;
  auto merged = Merge(known ? &record : nullptr, mutation.payload, mutation.provenance, context);
  if (!merged.ok()) return false;
  record = std::move(merged->record);
  visible.unsent |= mutation.state == RowState::kQueued;
  visible.needs_attention |= mutation.state == RowState::kRefused;
  return true;
}

// What is shown of a record without more being asked: most of a v1::Record is who wrote it, which nobody looks at.
struct Outline {
  std::string_view fields;
  bool has_field_states = false;
  bool deleted = false;
  Interval recorded;
};

// nullopt where `provenance` is none. As RecordedIn().
std::optional<Interval> RecordedInBytes(std::string_view provenance) {
  std::optional<std::string_view> recorded;
  absl::Time received = absl::UnixEpoch();
  const bool whole = ForEachField(provenance, [&](const WireField& field) {
    if (field.number == v1::Provenance::kRecordedFieldNumber) recorded = field.content;
    if (field.number == v1::Provenance::kReceivedUsFieldNumber)
      received = absl::FromUnixMicros(static_cast<int64_t>(field.value));
  });
  if (!whole) return std::nullopt;
  if (!recorded) return Interval{received, received};
  v1::InstantInterval interval;
  if (!interval.ParseFromArray(recorded->data(), static_cast<int>(recorded->size()))) return std::nullopt;
  return Interval{absl::FromUnixMicros(interval.earliest_us()), absl::FromUnixMicros(interval.latest_us())};
}

// nullopt where `record` is none.
std::optional<Outline> ReadOutline(std::string_view record) {
  Outline outline;
  std::optional<std::string_view> created, last_changed;
  const bool whole = ForEachField(record, [&](const WireField& field) {
    switch (field.number) {
      case v1::Record::kFieldsFieldNumber: outline.fields = field.content; break;
      case v1::Record::kFieldStatesFieldNumber: outline.has_field_states = true; break;
      case v1::Record::kCreatedFieldNumber: created = field.content; break;
      case v1::Record::kLastChangedFieldNumber: last_changed = field.content; break;
      case v1::Record::kDeletedFieldNumber: outline.deleted = field.value != 0; break;
      default: break;
    }
  });
  if (!whole) return std::nullopt;
  const auto recorded = RecordedInBytes(created ? *created : last_changed.value_or(""));
  if (!recorded) return std::nullopt;
  outline.recorded = *recorded;
  return outline;
}

// What is looked at for one citizen at a time, and of which there is much. Everything else some list goes through, or the
// index reads, also on several threads at once.
bool IsReadOneByOne(RecordType type) {
  return type == RecordType::kConsent || type == RecordType::kContact || type == RecordType::kIntake ||
         type == RecordType::kClinicalIntake;
}

// A confirmed record without own work on top.
std::optional<VisibleRecord> AsConfirmed(std::optional<ConfirmedRecord> confirmed) {
  VisibleRecord visible;
  if (!Describe(confirmed, {}, visible)) return std::nullopt;
  std::string& record = confirmed->record;
  const auto outline = ReadOutline(record);
  if (!outline || outline->deleted) return std::nullopt;
  visible.recorded = outline->recorded;
  const size_t at = outline->fields.empty() ? 0 : static_cast<size_t>(outline->fields.data() - record.data());
  visible.record = LazyRecord(std::move(record), at, outline->fields.size(), outline->has_field_states);
  if (!IsReadOneByOne(visible.type->type) && !visible.Parse()) return std::nullopt;
  return visible;
}

}  // namespace

bool VisibleRecord::Parse() const {
  content_ = ParseContent(*type, record.fields());
  return content_ != nullptr;
}

const google::protobuf::Message& VisibleRecord::content() const {
  if (content_ == nullptr && !Parse())
    content_ = std::shared_ptr<const google::protobuf::Message>(type->prototype->New());
  return *content_;
}

bool HasFieldStates(std::string_view record) {
  bool found = false;
  ForEachField(record,
               [&](const WireField& field) { found |= field.number == v1::Record::kFieldStatesFieldNumber; });
  return found;
}

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
                                                              std::string_view fields) {
  std::shared_ptr<google::protobuf::Message> content(type.prototype->New());
  return content->ParseFromArray(fields.data(), static_cast<int>(fields.size())) ? content : nullptr;
}

std::optional<VisibleRecord> MakeVisible(std::optional<ConfirmedRecord> confirmed, const OwnMutations& own) {
  if (confirmed && own.empty()) return AsConfirmed(std::move(confirmed));
  VisibleRecord visible;
  if (!Describe(confirmed, own, visible)) return std::nullopt;
  v1::Record record;
  if (confirmed && !record.ParseFromString(confirmed->record)) return std::nullopt;
  OwnMutations pending;
  for (const OwnMutation* mutation : own) {
    if (!mutation->settled && !IsContained(*mutation, confirmed, record)) pending.push_back(mutation);
  }
  if (!confirmed && pending.empty()) return std::nullopt;
  for (const OwnMutation* mutation : pending) Replay(*mutation, visible, record);
  if (record.deleted()) return std::nullopt;
  visible.recorded = RecordedIn(record);
  visible.record = LazyRecord(std::move(record));
  if (!visible.Parse()) return std::nullopt;
  return visible;
}

}  // namespace opgang
