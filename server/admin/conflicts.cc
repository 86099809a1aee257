#include "server/admin/conflicts.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/merge/field_set.h"
#include "core/merge/history.h"
#include "core/merge/merge.h"
#include "core/merge/open_conflicts.h"
#include "core/packing/packing.h"
#include "core/records/registry.h"
#include "google/protobuf/text_format.h"
#include "server/engine/admission.h"
#include "server/engine/base_author.h"

namespace opgang {
namespace {

// A field as text, e.g. "telephone: \"20304050\"".
std::string TextOf(uint32_t record_type, const std::string& field_bytes) {
  const RecordTypeInfo* info = FindRecordType(record_type);
  if (info == nullptr) return {};
  const std::unique_ptr<google::protobuf::Message> content(info->prototype->New());
  if (!content->ParsePartialFromString(field_bytes)) return {};
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(*content, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

v1::FieldValue ToFieldValue(uint32_t record_type, uint32_t field, const std::string& bytes,
                            v1::Provenance provenance) {
  v1::FieldValue value;
  value.set_version(provenance.intent_id());
  if (field != kWholeRecord) value.set_content(TextOf(record_type, bytes));
  provenance.clear_intent_id();
  *value.mutable_provenance() = std::move(provenance);
  return value;
}

void AddItems(const StoredRecord& record, bool with_values, v1::ListConflictsResponse& response) {
  for (const OpenConflict& conflict : OpenConflictsOf(record.record)) {
    v1::ConflictItem& item = *response.add_items();
    item.set_record_id(record.id.ToBytes());
    item.set_record_type(record.type);
    item.set_field(conflict.field);
    if (!with_values) continue;
    for (const OpenValue& value : conflict.values) {
      *item.add_values() = ToFieldValue(record.type, conflict.field, value.bytes, value.provenance);
    }
  }
}

absl::StatusOr<StoredRecord> Existing(BaseStore& store, RecordId id) {
  ASSIGN_OR_RETURN(auto record, store.FindRecord(id));
  if (!record.has_value()) return MakeError(ErrorCode::kNotFound, "no such record");
  return *std::move(record);
}

absl::StatusOr<OpenConflict> ConflictIn(const v1::Record& record, uint32_t field) {
  for (OpenConflict& conflict : OpenConflictsOf(record)) {
    if (conflict.field == field) return std::move(conflict);
  }
  return MakeError(ErrorCode::kNotFound, "no open conflict in that field: settled already, perhaps");
}

void See(const v1::Record& record, uint32_t field, v1::MutationPayload& payload) {
  v1::FieldEdit& edit = *payload.add_edits();
  edit.set_field(field);
  for (const IntentId& version : VersionsOf(record, field)) edit.add_seen_versions(version.ToBytes());
}

// The field alone out of a new value, or of one that was shown.
absl::StatusOr<std::string> ChosenBytes(const v1::SettleConflictRequest& request,
                                        const OpenConflict& conflict) {
  if (request.take_version().empty()) {
    ASSIGN_OR_RETURN(const FieldSet fields, SplitFields(request.new_value()));
    const auto chosen = fields.find(request.field());
    return chosen == fields.end() ? std::string() : chosen->second;
  }
  for (const OpenValue& value : conflict.values) {
    if (value.provenance.intent_id() == request.take_version()) return value.bytes;
  }
  return MakeError(ErrorCode::kBadInput, "no such value stands there: show the conflict again");
}

absl::StatusOr<v1::MutationPayload> SettlingPayload(const v1::SettleConflictRequest& request,
                                                    const StoredRecord& record) {
  ASSIGN_OR_RETURN(const OpenConflict conflict, ConflictIn(record.record, request.field()));
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_PATCH);
  if (request.field() == kWholeRecord && request.delete_record()) {
    payload.set_action(v1::MUTATION_ACTION_DELETE);
    for (const auto& state : record.record.field_states()) See(record.record, state.field(), payload);
    return payload;
  }
  See(record.record, request.field(), payload);
  if (request.field() == kWholeRecord) return payload;
  ASSIGN_OR_RETURN(std::string fields, ChosenBytes(request, conflict));
  const bool moves_due = record.type == static_cast<uint32_t>(RecordType::kInquiry) &&
                         request.field() == v1::Inquiry::kAskedFieldNumber;
  if (moves_due) {
    See(record.record, v1::Inquiry::kCorrectionReasonFieldNumber, payload);
    v1::Inquiry why;
    why.set_correction_reason(static_cast<v1::CorrectionReason>(request.correction_reason()));
    fields += why.SerializeAsString();
  }
  payload.set_fields(std::move(fields));
  return payload;
}

v1::ValueFate ToProto(ValueFate fate) {
  switch (fate) {
    case ValueFate::kStands: return v1::VALUE_FATE_STANDS;
    case ValueFate::kStandsBeside: return v1::VALUE_FATE_STANDS_BESIDE;
    case ValueFate::kReplaced: return v1::VALUE_FATE_REPLACED;
    case ValueFate::kCameLate: return v1::VALUE_FATE_CAME_LATE;
  }
  return v1::VALUE_FATE_UNSPECIFIED;
}

absl::StatusOr<LoggedChange> ToChange(BaseStore& store, const LoggedMutation& logged) {
  LoggedChange change;
  if (!ParsePayload(logged.payload, change.payload))
    return MakeError(ErrorCode::kDamaged, "a mutation in the log does not parse");
  v1::Provenance& provenance = change.provenance;
  provenance.set_intent_id(logged.fate.intent.ToBytes());
  provenance.set_author(logged.author);
  provenance.set_received_us(logged.received_us);
  *provenance.mutable_recorded() = logged.recorded;
  if (!change.payload.replaces_intent_id().empty())
    provenance.add_replaces(change.payload.replaces_intent_id());
  ASSIGN_OR_RETURN(*provenance.mutable_device(), store.DeviceLabelOf(logged.fate.replica));
  return change;
}

}  // namespace

absl::Status CheckRecordInSight(BaseReader& store, const Caller& caller, RecordId record) {
  if (caller.local) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto scopes, store.ScopesOf(record));
  if (caller.ReadsAny(scopes)) return absl::OkStatus();
  return MakeError(ErrorCode::kNotFound, "no such record");
}

absl::StatusOr<v1::ListConflictsResponse> ListConflicts(BaseStore& store, const Caller& caller,
                                                        std::optional<RecordId> only) {
  v1::ListConflictsResponse response;
  if (only.has_value()) {
    RETURN_IF_ERROR(CheckRecordInSight(store, caller, *only));
    ASSIGN_OR_RETURN(const StoredRecord record, Existing(store, *only));
    AddItems(record, /*with_values=*/true, response);
    return response;
  }
  ASSIGN_OR_RETURN(const auto records, store.RecordsInConflict());
  for (const StoredRecord& record : records) {
    if (caller.local || caller.ReadsAny(record.scopes)) AddItems(record, /*with_values=*/false, response);
  }
  return response;
}

absl::StatusOr<StaffMember> PersonWhoDecides(BaseReader& store, std::string_view staff_code) {
  ASSIGN_OR_RETURN(const auto staff, store.FindStaff(staff_code));
  if (staff.has_value()) return *staff;
  return MakeError(ErrorCode::kBadInput, "who decides is named by the code of a staff member of this base");
}

absl::StatusOr<v1::SettleConflictResponse> SettleConflict(BaseStore& store, Committer& committer,
                                                          const v1::SettleConflictRequest& request,
                                                          Clock& clock, Random& random,
                                                          std::set<Scope>& touched, const Caller& caller) {
  ASSIGN_OR_RETURN(const StaffMember person, PersonWhoDecides(store, request.actor()));
  const RecordId id = RecordId::FromBytes(request.record_id()).value_or(RecordId());
  ASSIGN_OR_RETURN(StoredRecord record, Existing(store, id));
  // Said where he reads it, which may be one of several.
  std::ranges::stable_partition(record.scopes, [&](const Scope& scope) { return caller.Reads(scope); });
  ASSIGN_OR_RETURN(v1::MutationPayload payload, SettlingPayload(request, record));
  ASSIGN_OR_RETURN(const uint64_t next_seq, store.NextSeq(BaseAuthor::ReplicaOf(store.epoch())));
  BaseAuthor base(store.epoch(), next_seq, clock, random);
  Submission submission = base.InTheNameOf(person, record, std::move(payload));
  if (!caller.local) OwnAuthor(submission).grants = caller.author.grants;
  const OpenedMutation& mutation = submission.mutations[0];
  const Interval now{submission.received, submission.received};
  ASSIGN_OR_RETURN(const Admitted admitted,
                   Admit(store, *submission.author, mutation, now, submission.received));
  if (admitted.refusal.has_value()) return RefusalError(*admitted.refusal, record.type);
  ASSIGN_OR_RETURN(CommitOutcome outcome, committer.Commit({submission}));
  touched.merge(outcome.touched);
  v1::SettleConflictResponse response;
  *response.mutable_verdict() = outcome.verdicts[0][0];
  return response;
}

absl::StatusOr<v1::RecordHistoryResponse> RecordHistory(BaseStore& store, RecordId id) {
  ASSIGN_OR_RETURN(const StoredRecord record, Existing(store, id));
  ASSIGN_OR_RETURN(const auto log, store.MergedInto(id));
  std::vector<LoggedChange> changes;
  for (const LoggedMutation& logged : log) {
    ASSIGN_OR_RETURN(changes.emplace_back(), ToChange(store, logged));
  }
  v1::RecordHistoryResponse response;
  response.set_record_type(record.type);
  for (const HistoryValue& value : HistoryOf(changes, record.record)) {
    v1::HistoryItem& item = *response.add_items();
    item.set_field(value.field);
    *item.mutable_value() = ToFieldValue(record.type, value.field, value.bytes, value.provenance);
    if (value.field == kWholeRecord)
      item.mutable_value()->set_content(value.bytes.empty() ? "deleted" : "kept");
    item.set_fate(ToProto(value.fate));
    item.set_replaced_by(value.replaced_by.intent_id());
    item.set_replaced_by_author(value.replaced_by.author());
  }
  return response;
}

}  // namespace opgang
