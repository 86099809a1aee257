#include "server/engine/admission.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/merge/merge.h"
#include "server/engine/corrections.h"

namespace opgang {
namespace {

using MaybeRefusal = std::optional<Refusal>;

bool MayWriteTo(const Author& author, const Scope& scope) {
  return std::any_of(author.grants.begin(), author.grants.end(), [&](const StoredGrant& grant) {
    return grant.scope == scope && grant.mode != v1::GRANT_MODE_READ;
  });
}

std::vector<Scope> ScopesOf(const v1::MutationEnvelope& envelope) {
  std::vector<Scope> scopes;
  for (const auto& proto : envelope.scopes()) {
    if (auto scope = Scope::FromProto(proto)) scopes.push_back(*scope);
  }
  return scopes;
}

MaybeRefusal Authorise(const Author& author, const RecordTypeInfo& info, const OpenedMutation& mutation,
                       const std::optional<StoredRecord>& existing) {
  if (!MayWrite(author.role, info)) return Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0};
  for (const Scope& scope : ScopesOf(mutation.envelope)) {
    if (!MayStandIn(info, scope.kind)) return Refusal{v1::REFUSAL_CODE_WRONG_SCOPE, 0};
    if (!MayWriteTo(author, scope)) return Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0};
  }
  if (!existing.has_value()) return std::nullopt;
  const bool reaches = std::any_of(existing->scopes.begin(), existing->scopes.end(),
                                   [&](const Scope& scope) { return MayWriteTo(author, scope); });
  if (!reaches) return Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0};
  if (existing->type != static_cast<uint32_t>(info.type)) return Refusal{v1::REFUSAL_CODE_TYPE_MISMATCH, 0};
  if (existing->subject.ToBytes() != mutation.envelope.subject_id()) {
    return Refusal{v1::REFUSAL_CODE_SUBJECT_MISMATCH, 0};
  }
  return std::nullopt;
}

absl::StatusOr<MaybeRefusal> CheckReach(BaseStore& store, const v1::Inquiry& inquiry) {
  ASSIGN_OR_RETURN(const auto citizen,
                   store.FindRecord(RecordId::FromBytes(inquiry.citizen_id()).value_or(RecordId())));
  v1::Citizen content;
  const bool known = citizen.has_value() && citizen->type == static_cast<uint32_t>(RecordType::kCitizen) &&
                     content.ParseFromString(citizen->record.fields());
  return ValidateInquiryReach(inquiry, known ? &content : nullptr);
}

// What only the whole content, beside what the base knows, can show.
absl::StatusOr<MaybeRefusal> ValidateInContext(BaseStore& store, const RecordTypeInfo& info,
                                               const google::protobuf::Message& content) {
  if (info.type == RecordType::kInquiry) return CheckReach(store, static_cast<const v1::Inquiry&>(content));
  if (info.type == RecordType::kIntake) {
    const auto& intake = static_cast<const v1::Intake&>(content);
    if (intake.status() == v1::INTAKE_STATUS_COMPLETE) return ValidateIntakeComplete(intake);
  }
  return MaybeRefusal();
}

absl::StatusOr<MaybeRefusal> Validate(BaseStore& store, const RecordTypeInfo& info,
                                      const OpenedMutation& mutation, const v1::Record& merged,
                                      const Interval& recorded, absl::Time received) {
  if (auto refusal = ValidatePatch(info, mutation.payload)) return MaybeRefusal(refusal);
  // Before its create arrives a record is a part only; a deleted one is nobody's to read.
  if (!merged.has_created() || merged.deleted()) return MaybeRefusal();
  const std::unique_ptr<google::protobuf::Message> content(info.prototype->New());
  if (!content->ParseFromString(merged.fields()))
    return MaybeRefusal(Refusal{v1::REFUSAL_CODE_UNREADABLE, 0});
  ValidationContext context;
  context.record_id = RecordId::FromBytes(mutation.envelope.record_id()).value_or(RecordId());
  context.subject = RecordId::FromBytes(mutation.envelope.subject_id()).value_or(RecordId());
  const bool is_create = mutation.payload.action() == v1::MUTATION_ACTION_CREATE;
  context.latest_day = LocalDay(is_create ? recorded.latest : received);
  if (auto refusal = ValidateContent(info, *content, context)) return MaybeRefusal(refusal);
  return ValidateInContext(store, info, *content);
}

v1::Provenance ProvenanceOf(const Author& author, const OpenedMutation& mutation, const Interval& recorded,
                            absl::Time received) {
  v1::Provenance provenance;
  provenance.set_intent_id(mutation.intent.ToBytes());
  provenance.set_author(author.staff_code);
  provenance.set_device(author.device_label);
  provenance.mutable_recorded()->set_earliest_us(absl::ToUnixMicros(recorded.earliest));
  provenance.mutable_recorded()->set_latest_us(absl::ToUnixMicros(recorded.latest));
  provenance.set_received_us(absl::ToUnixMicros(received));
  return provenance;
}

// What it corrects, named by itself and by those that it corrects in turn.
absl::Status AddReplaced(BaseStore& store, const Author& author, const OpenedMutation& mutation,
                         v1::Provenance& provenance) {
  if (mutation.payload.replaces_intent_id().empty()) return absl::OkStatus();
  provenance.add_replaces(mutation.payload.replaces_intent_id());
  ASSIGN_OR_RETURN(const auto chain, ReplacedBy(store, author.staff_code, mutation));
  for (const QuarantinedMutation& item : chain) {
    const std::string earlier = ReplacedIdIn(item);
    if (!earlier.empty()) provenance.add_replaces(earlier);
  }
  return absl::OkStatus();
}

// Merges as the log says. An error is the store's; a refusal is the mutation's.
absl::StatusOr<std::optional<MergeResult>> MergeByLog(BaseStore& store, const v1::Record* current,
                                                      const OpenedMutation& mutation,
                                                      const v1::Provenance& provenance) {
  absl::Status read;
  MergeContext context;
  context.record_type = mutation.envelope.record_type();
  context.merged_before = [&](const std::string& id) -> std::optional<v1::Provenance> {
    const auto intent = IntentId::FromBytes(id);
    if (!intent.has_value()) return std::nullopt;
    auto found = store.FindMerged(*intent);
    if (found.ok()) return *std::move(found);
    read.Update(found.status());
    return std::nullopt;
  };
  auto merged = Merge(current, mutation.payload, provenance, context);
  RETURN_IF_ERROR(read);
  return merged.ok() ? std::optional(*std::move(merged)) : std::nullopt;
}

// A mutation of a record whose create is quarantined joins it there; a create that corrects another one does not.
absl::StatusOr<bool> WaitsForItsCreate(BaseStore& store, const OpenedMutation& mutation,
                                       const std::optional<StoredRecord>& existing) {
  if (existing.has_value() && existing->record.has_created()) return false;
  const bool corrects = mutation.payload.action() == v1::MUTATION_ACTION_CREATE &&
                        !mutation.payload.replaces_intent_id().empty();
  if (corrects) return false;
  const RecordId record = RecordId::FromBytes(mutation.envelope.record_id()).value_or(RecordId());
  ASSIGN_OR_RETURN(const std::optional<IntentId> create, store.QuarantinedCreate(record));
  return create.has_value();
}

Admitted Refused(const Refusal& refusal) {
  Admitted admitted;
  admitted.refusal = refusal;
  return admitted;
}

}  // namespace

absl::StatusOr<Admitted> Admit(BaseStore& store, const Author& author, const OpenedMutation& mutation,
                               const Interval& recorded, absl::Time received) {
  if (mutation.refusal.has_value()) return Refused(*mutation.refusal);
  const RecordTypeInfo* info = FindRecordType(mutation.envelope.record_type());
  if (info == nullptr) return Refused({v1::REFUSAL_CODE_UNKNOWN_TYPE, 0});
  const RecordId id = RecordId::FromBytes(mutation.envelope.record_id()).value_or(RecordId());
  ASSIGN_OR_RETURN(const std::optional<StoredRecord> existing, store.FindRecord(id));
  ASSIGN_OR_RETURN(const bool waits, WaitsForItsCreate(store, mutation, existing));
  if (waits) return Refused({v1::REFUSAL_CODE_CREATE_QUARANTINED, 0});
  if (auto refusal = Authorise(author, *info, mutation, existing)) return Refused(*refusal);

  v1::Provenance provenance = ProvenanceOf(author, mutation, recorded, received);
  RETURN_IF_ERROR(AddReplaced(store, author, mutation, provenance));
  ASSIGN_OR_RETURN(auto merged, MergeByLog(store, existing.has_value() ? &existing->record : nullptr,
                                           mutation, provenance));
  if (!merged.has_value()) return Refused({v1::REFUSAL_CODE_UNREADABLE, 0});
  ASSIGN_OR_RETURN(const MaybeRefusal refusal,
                   Validate(store, *info, mutation, merged->record, recorded, received));
  if (refusal.has_value()) return Refused(*refusal);

  Admitted admitted;
  admitted.record.id = id;
  admitted.record.type = mutation.envelope.record_type();
  admitted.record.subject = RecordId::FromBytes(mutation.envelope.subject_id()).value_or(RecordId());
  admitted.record.scopes = existing.has_value() ? existing->scopes : ScopesOf(mutation.envelope);
  admitted.record.record = std::move(merged->record);
  admitted.conflict_fields = std::move(merged->conflict_fields);
  admitted.merged = std::move(merged->merged);
  return admitted;
}

}  // namespace opgang
