#include "server/engine/admission.h"

#include <algorithm>
#include <utility>

#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/merge/merge.h"
#include "server/engine/corrections.h"
#include "server/engine/placement.h"

namespace opgang {
namespace {

using MaybeRefusal = std::optional<Refusal>;

const StoredGrant* GrantOf(const std::vector<StoredGrant>& grants, const Scope& scope) {
  const auto found =
      std::find_if(grants.begin(), grants.end(), [&](const auto& grant) { return grant.scope == scope; });
  return found == grants.end() ? nullptr : &*found;
}

// The mutation being judged, and who speaks.
struct Case {
  const Author& author;
  const OpenedMutation& mutation;
  const Interval& recorded;
  absl::Time received;
};

bool Writes(const StoredGrant& grant) {
  return grant.mode == v1::GRANT_MODE_READ_WRITE || grant.mode == v1::GRANT_MODE_WRITE_ONLY;
}

// It stood over the whole time in which the mutation may have been captured.
bool Covers(const StoredGrant& grant, const Interval& recorded) {
  const bool before = recorded.earliest < absl::FromUnixMicros(grant.given_us);
  const bool after = grant.taken_us > 0 && recorded.latest > absl::FromUnixMicros(grant.taken_us);
  return !(grant.given_us > 0 && before) && !after;
}

// Under a grant that stands, or one that stood until not long ago.
bool MayWriteTo(const Case& judged, const Scope& scope) {
  const auto counts = [&](const StoredGrant& grant) {
    const bool too_long_ago =
        grant.taken_us > 0 && judged.received > absl::FromUnixMicros(grant.taken_us) + kTakenGrantCounts;
    return grant.scope == scope && Writes(grant) && Covers(grant, judged.recorded) && !too_long_ago;
  };
  return std::ranges::any_of(judged.author.grants, counts) ||
         std::ranges::any_of(judged.author.taken_grants, counts);
}

// Every role that the author may have had when it was captured allows it.
bool RoleMayWrite(const Case& judged, const RecordTypeInfo& info) {
  const Author& author = judged.author;
  const bool in_this_one = judged.recorded.latest >= absl::FromUnixMicros(author.role_since_us);
  if (in_this_one && !MayWrite(author.role, info)) return false;
  return std::ranges::all_of(author.former_roles, [&](const FormerRole& former) {
    const bool over = judged.recorded.earliest >= absl::FromUnixMicros(former.until_us);
    const bool ahead = former.from_us > 0 && judged.recorded.latest < absl::FromUnixMicros(former.from_us);
    return over || ahead || MayWrite(former.role, info);
  });
}

bool MayWriteToAny(const Case& judged, const std::vector<Scope>& scopes) {
  return std::any_of(scopes.begin(), scopes.end(),
                     [&](const Scope& scope) { return MayWriteTo(judged, scope); });
}

// What can be said of a mutation by itself and its author's own grants.
MaybeRefusal AuthoriseAlone(const Case& judged, const RecordTypeInfo& info) {
  const v1::MutationEnvelope& envelope = judged.mutation.envelope;
  if (!RoleMayWrite(judged, info)) return Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0};
  for (const Scope& scope : ScopesIn(envelope)) {
    if (!MayStandIn(info, scope.kind)) return Refusal{v1::REFUSAL_CODE_WRONG_SCOPE, 0};
    if (!MayWriteTo(judged, scope)) return Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0};
  }
  const auto moved_to = MovedTo(envelope, judged.mutation.payload);
  if (moved_to.has_value() && !MayWriteTo(judged, AreaScope(*moved_to))) {
    return Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, v1::Citizen::kAreaIdFieldNumber};
  }
  return std::nullopt;
}

// A record, or the citizen that a new one is about, is the author's to write to where it stands, or stood until it moved:
// who captured something there believed it to stand there still.
absl::StatusOr<bool> Reaches(BaseStore& store, const Case& judged, RecordId id) {
  ASSIGN_OR_RETURN(const std::vector<Scope> standing, store.ScopesOf(id));
  if (standing.empty() || MayWriteToAny(judged, standing))
    return true;  // still unknown is no ground for refusal
  ASSIGN_OR_RETURN(const std::vector<Scope> former, store.FormerScopesOf(id));
  return MayWriteToAny(judged, former);
}

absl::StatusOr<MaybeRefusal> Authorise(BaseStore& store, const Case& judged, const RecordTypeInfo& info,
                                       const std::optional<StoredRecord>& existing) {
  const v1::MutationEnvelope& envelope = judged.mutation.envelope;
  const RecordId id = RecordId::FromBytes(envelope.record_id()).value_or(RecordId());
  const RecordId subject = RecordId::FromBytes(envelope.subject_id()).value_or(RecordId());
  if (!existing.has_value() && id == subject) return MaybeRefusal();  // a new citizen stands nowhere yet
  ASSIGN_OR_RETURN(const bool reaches, Reaches(store, judged, existing.has_value() ? id : subject));
  if (!reaches) return MaybeRefusal(Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0});
  if (!existing.has_value()) return MaybeRefusal();
  if (existing->type != static_cast<uint32_t>(info.type))
    return MaybeRefusal(Refusal{v1::REFUSAL_CODE_TYPE_MISMATCH, 0});
  if (existing->subject != subject) return MaybeRefusal(Refusal{v1::REFUSAL_CODE_SUBJECT_MISMATCH, 0});
  return MaybeRefusal();
}

// Who may write and not read makes new records, about people whom he brought himself.
absl::StatusOr<MaybeRefusal> AuthoriseBlind(BaseStore& store, const Case& judged,
                                            const std::optional<StoredRecord>& existing) {
  const Refusal refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0};
  if (existing.has_value() || judged.mutation.under_digest) return MaybeRefusal(refusal);
  const auto subject = RecordId::FromBytes(judged.mutation.envelope.subject_id());
  if (!subject.has_value()) return MaybeRefusal();
  ASSIGN_OR_RETURN(const auto citizen, store.FindRecord(*subject));
  const bool own = !citizen.has_value() || citizen->record.created().author() == judged.author.staff_code;
  return own ? MaybeRefusal() : MaybeRefusal(refusal);
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
                                               const v1::Record& merged) {
  if (info.type == RecordType::kInquiry) {
    v1::Inquiry inquiry;
    inquiry.ParsePartialFromString(merged.fields());
    return CheckReach(store, inquiry);
  }
  if (info.type == RecordType::kIntake) {
    v1::Intake intake;
    intake.ParsePartialFromString(merged.fields());
    if (intake.status() == v1::INTAKE_STATUS_COMPLETE) return ValidateIntakeComplete(intake);
  }
  return MaybeRefusal();
}

// What its content shows by itself.
MaybeRefusal ValidateAlone(const RecordTypeInfo& info, const OpenedMutation& mutation,
                           const v1::Record& merged, const Interval& recorded, absl::Time received) {
  if (auto refusal = ValidatePatch(info, mutation.payload)) return refusal;
  // Before its create arrives a record is a part only; a deleted one is nobody's to read.
  if (!merged.has_created() || merged.deleted()) return std::nullopt;
  const bool is_create = mutation.payload.action() == v1::MUTATION_ACTION_CREATE;
  const absl::CivilDay latest_day = LocalDay(is_create ? recorded.latest : received);
  const bool known_sound = mutation.sound_from.has_value() && *mutation.sound_from <= latest_day;
  if (known_sound && merged.fields() == mutation.payload.fields()) return std::nullopt;
  return CheckContent(info, mutation, merged.fields(), latest_day);
}

absl::StatusOr<MaybeRefusal> Validate(BaseStore& store, const RecordTypeInfo& info,
                                      const OpenedMutation& mutation, const v1::Record& merged,
                                      const Interval& recorded, absl::Time received) {
  if (auto refusal = ValidateAlone(info, mutation, merged, recorded, received)) return MaybeRefusal(refusal);
  if (!merged.has_created() || merged.deleted()) return MaybeRefusal();
  return ValidateInContext(store, info, merged);
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
                                                      v1::Provenance provenance) {
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
  auto merged = Merge(current, mutation.payload, std::move(provenance), context);
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

// Everything that a mutation shows by itself, its content too where it is a create.
MaybeRefusal JudgeAlone(const Case& judged, const RecordTypeInfo& info) {
  if (auto refusal = AuthoriseAlone(judged, info)) return refusal;
  if (!WritesBlind(judged.author, judged.mutation.envelope)) return std::nullopt;
  if (judged.mutation.payload.action() != v1::MUTATION_ACTION_CREATE)
    return Refusal{v1::REFUSAL_CODE_NOT_PERMITTED, 0};
  MergeContext context;
  context.record_type = judged.mutation.envelope.record_type();
  const auto alone = Merge(nullptr, judged.mutation.payload, v1::Provenance(), context);
  if (!alone.ok()) return Refusal{v1::REFUSAL_CODE_UNREADABLE, 0};
  return ValidateAlone(info, judged.mutation, alone->record, judged.recorded, judged.received);
}

// What depends on what is there already.
absl::StatusOr<Admitted> AdmitBeside(BaseStore& store, const Case& judged, const RecordTypeInfo& info) {
  const auto& [author, mutation, recorded, received] = judged;
  const RecordId id = RecordId::FromBytes(mutation.envelope.record_id()).value_or(RecordId());
  ASSIGN_OR_RETURN(const std::optional<StoredRecord> existing, store.FindRecord(id));
  ASSIGN_OR_RETURN(const bool waits, WaitsForItsCreate(store, mutation, existing));
  if (waits) return Refused({v1::REFUSAL_CODE_CREATE_QUARANTINED, 0});
  if (auto alone = JudgeAlone(judged, info)) return Refused(*alone);
  ASSIGN_OR_RETURN(const MaybeRefusal not_his, Authorise(store, judged, info, existing));
  if (not_his.has_value()) return Refused(*not_his);
  if (WritesBlind(author, mutation.envelope)) {
    ASSIGN_OR_RETURN(const MaybeRefusal not_new, AuthoriseBlind(store, judged, existing));
    if (not_new.has_value()) return Refused(*not_new);
  }

  v1::Provenance provenance = ProvenanceOf(author, mutation, recorded, received);
  RETURN_IF_ERROR(AddReplaced(store, author, mutation, provenance));
  ASSIGN_OR_RETURN(auto merged, MergeByLog(store, existing.has_value() ? &existing->record : nullptr,
                                           mutation, std::move(provenance)));
  if (!merged.has_value()) return Refused({v1::REFUSAL_CODE_UNREADABLE, 0});
  ASSIGN_OR_RETURN(const MaybeRefusal refusal,
                   Validate(store, info, mutation, merged->record, recorded, received));
  if (refusal.has_value()) return Refused(*refusal);

  Admitted admitted;
  admitted.record.id = id;
  admitted.record.type = mutation.envelope.record_type();
  admitted.record.subject = RecordId::FromBytes(mutation.envelope.subject_id()).value_or(RecordId());
  ASSIGN_OR_RETURN(admitted.record.scopes, PlaceOf(store, info, mutation.envelope, existing));
  admitted.record.record = std::move(merged->record);
  admitted.conflict_fields = std::move(merged->conflict_fields);
  admitted.merged = std::move(merged->merged);
  return admitted;
}

}  // namespace

bool WritesBlind(const Author& author, const v1::MutationEnvelope& envelope) {
  if (author.role == Role::kPartner) return true;
  const bool anywhere = std::any_of(author.grants.begin(), author.grants.end(), [](const StoredGrant& grant) {
    return grant.mode == v1::GRANT_MODE_WRITE_ONLY;
  });
  if (!anywhere) return false;
  const std::vector<Scope> scopes = ScopesIn(envelope);
  const bool reads_all = std::all_of(scopes.begin(), scopes.end(), [&](const Scope& scope) {
    const StoredGrant* grant = GrantOf(author.grants, scope);
    if (grant == nullptr) grant = GrantOf(author.taken_grants, scope);
    return grant != nullptr && grant->mode != v1::GRANT_MODE_WRITE_ONLY;
  });
  return scopes.empty() || !reads_all;
}

std::optional<Refusal> AdmitAlone(const Author& author, const OpenedMutation& mutation,
                                  const Interval& recorded, absl::Time received) {
  if (mutation.refusal.has_value()) return mutation.refusal;
  const RecordTypeInfo* info = FindRecordType(mutation.envelope.record_type());
  if (info == nullptr) return Refusal{v1::REFUSAL_CODE_UNKNOWN_TYPE, 0};
  return JudgeAlone({author, mutation, recorded, received}, *info);
}

absl::StatusOr<Admitted> Admit(BaseStore& store, const Author& author, const OpenedMutation& mutation,
                               const Interval& recorded, absl::Time received) {
  if (mutation.refusal.has_value()) return Refused(*mutation.refusal);
  const RecordTypeInfo* info = FindRecordType(mutation.envelope.record_type());
  if (info == nullptr) return Refused({v1::REFUSAL_CODE_UNKNOWN_TYPE, 0});
  const Case judged{author, mutation, recorded, received};
  if (WritesBlind(author, mutation.envelope)) {
    if (auto alone = JudgeAlone(judged, *info)) return Refused(*alone);
  }
  ASSIGN_OR_RETURN(Admitted admitted, AdmitBeside(store, judged, *info));
  admitted.refusal_tells_of_others = true;
  return admitted;
}

}  // namespace opgang
