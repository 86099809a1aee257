#include "server/engine/base_author.h"

#include <memory>
#include <utility>

#include "core/merge/field_set.h"
#include "core/records/registry.h"
#include "server/engine/placement.h"

namespace opgang {
namespace {

// Field numbers whose bytes differ between two serialized messages.
std::vector<uint32_t> DifferentFields(const FieldSet& before, const FieldSet& after) {
  std::vector<uint32_t> fields;
  for (const auto& [field, bytes] : before) {
    const auto other = after.find(field);
    if (other == after.end() || other->second != bytes) fields.push_back(field);
  }
  for (const auto& [field, bytes] : after) {
    if (!before.contains(field)) fields.push_back(field);
  }
  return fields;
}

}  // namespace

BaseAuthor::BaseAuthor(EpochId epoch, uint64_t next_seq, Clock& clock, Random& random)
    : replica_(ReplicaOf(epoch)), next_seq_(next_seq), clock_(clock), random_(random) {}

Submission BaseAuthor::Create(const google::protobuf::Message& content, const Scope& scope, RecordId& id) {
  id = RecordId::Make(clock_.WallNow(), random_);
  v1::MutationEnvelope envelope;
  envelope.set_record_id(id.ToBytes());
  envelope.set_record_type(static_cast<uint32_t>(RecordTypeOfMessage(content).type));
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_CREATE);
  payload.set_fields(content.SerializeAsString());
  return Wrap(std::move(envelope), std::move(payload), scope);
}

std::optional<Submission> BaseAuthor::Patch(const StoredRecord& current,
                                            const google::protobuf::Message& wanted) {
  const auto before = SplitFields(current.record.fields());
  const auto after = SplitFields(wanted.SerializeAsString());
  if (!before.ok() || !after.ok()) return std::nullopt;
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_PATCH);
  FieldSet touched;
  for (uint32_t field : DifferentFields(*before, *after)) {
    // What this build has no name for was not meant to be cleared (I17).
    const bool known = wanted.GetDescriptor()->FindFieldByNumber(static_cast<int>(field)) != nullptr;
    if (!known && !after->contains(field)) continue;
    v1::FieldEdit& edit = *payload.add_edits();
    edit.set_field(field);
    for (const IntentId& seen : VersionsOf(current.record, field)) edit.add_seen_versions(seen.ToBytes());
    if (auto value = after->find(field); value != after->end()) touched.insert(*value);
  }
  if (payload.edits().empty()) return std::nullopt;
  payload.set_fields(JoinFields(touched));
  v1::MutationEnvelope envelope;
  envelope.set_record_id(current.id.ToBytes());
  envelope.set_record_type(current.type);
  return Wrap(std::move(envelope), std::move(payload), current.scopes.front());
}

Submission BaseAuthor::InTheNameOf(const StaffMember& person, const StoredRecord& current,
                                   v1::MutationPayload payload) {
  v1::MutationEnvelope envelope;
  envelope.set_record_id(current.id.ToBytes());
  envelope.set_record_type(current.type);
  envelope.set_subject_id(current.subject.ToBytes());
  const std::optional<AreaId> moved_to = MovedTo(envelope, payload);
  Submission submission = Wrap(std::move(envelope), std::move(payload), current.scopes.front());
  Author& author = OwnAuthor(submission);
  if (moved_to.has_value()) author.grants.push_back({AreaScope(*moved_to), 1, v1::GRANT_MODE_READ_WRITE, ""});
  author.staff_code = person.staff_code;
  author.role = person.role;
  return submission;
}

Submission BaseAuthor::Wrap(v1::MutationEnvelope envelope, v1::MutationPayload payload, const Scope& scope) {
  OpenedMutation mutation;
  mutation.seq = next_seq_++;
  mutation.intent = IntentId::Make(clock_.WallNow(), random_);
  envelope.set_intent_id(mutation.intent.ToBytes());
  *envelope.add_scopes() = scope.ToProto();
  envelope.set_schema_version(kSchemaVersion);
  const v1::ClockReading reading = clock_.Read();
  payload.mutable_stamp()->set_wall_us(reading.wall_us());
  *payload.mutable_evidence()->mutable_captured() = reading;
  mutation.envelope_bytes = envelope.SerializeAsString();
  mutation.payload_bytes = payload.SerializeAsString();
  mutation.envelope = std::move(envelope);
  mutation.payload = std::move(payload);
  mutation.opened = true;
  mutation.digest = random_.Bytes(16);  // never sent again, so never compared

  Submission submission;
  submission.received = absl::FromUnixMicros(reading.wall_us());
  Author author;
  author.staff_code = "base";
  author.role = Role::kBase;
  author.replica = replica_;
  author.grants = {{scope, 1, v1::GRANT_MODE_READ_WRITE, ""}};
  author.enrolled = submission.received;
  submission.author = std::make_shared<const Author>(std::move(author));
  submission.session = Anchor{submission.received, reading, absl::ZeroDuration()};
  submission.mutations.push_back(std::move(mutation));
  return submission;
}

}  // namespace opgang
