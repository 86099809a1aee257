// The part of StoreImpl that takes the last save back.
#include <algorithm>
#include <utility>

#include "client-lib/src/store/store_impl.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/merge/merge.h"
#include "core/merge/standing.h"

namespace opgang {
namespace {

using Kind = Bundle::Change::Kind;

absl::Status NothingToUndo() { return MakeError(ErrorCode::kNotFound, "there is no save to take back"); }

bool Stands(const v1::Record& record, uint32_t field, const std::string& intent_id) {
  const std::vector<IntentId> versions = VersionsOf(record, field);
  return std::any_of(versions.begin(), versions.end(),
                     [&](const IntentId& version) { return version.ToBytes() == intent_id; });
}

std::set<std::string> SeenBy(const v1::UndoStep& step) {
  std::set<std::string> seen = {step.intent_id()};
  for (const v1::FieldEdit& edit : step.edits())
    seen.insert(edit.seen_versions().begin(), edit.seen_versions().end());
  return seen;
}

std::vector<uint32_t> SetFields(const google::protobuf::Message& message) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  std::vector<uint32_t> fields;
  for (const auto* field : set) fields.push_back(static_cast<uint32_t>(field->number()));
  return fields;
}

// Setting an asked date back moves a due time as well, and says why.
void SayWhyAskedMoves(google::protobuf::Message& before, std::vector<uint32_t>& fields) {
  using M = v1::Inquiry;
  auto* inquiry = dynamic_cast<v1::Inquiry*>(&before);
  const bool moves = std::find(fields.begin(), fields.end(), M::kAskedFieldNumber) != fields.end();
  if (inquiry == nullptr || !moves) return;
  if (inquiry->correction_reason() == v1::CORRECTION_REASON_UNSPECIFIED) {
    inquiry->set_correction_reason(v1::CORRECTION_REASON_OTHER);
  }
  fields.push_back(M::kCorrectionReasonFieldNumber);
}

// The delete `version`, as somebody sees it who looks at the record.
void AddDelete(const std::string& version, v1::Record& record) {
  for (v1::FieldState& state : *record.mutable_field_states()) {
    if (state.field() == kWholeRecord) return state.add_alternatives()->set_version(version);
  }
  v1::FieldState state;
  state.set_field(kWholeRecord);
  state.add_alternatives()->set_version(version);
  *record.add_field_states() = std::move(state);
}

}  // namespace

absl::StatusOr<SaveReceipt> StoreImpl::UndoLast() {
  if (reading_ == nullptr) return MakeError(ErrorCode::kLocked, "the store is locked");
  v1::UndoNote note;
  const auto opened = OpenSealedBox(reading_->keys().box, queue_->state().undo_note());
  if (!opened.ok() || !note.ParseFromString(*opened) || note.steps().empty()) return NothingToUndo();

  // A save is refused as a whole or not at all; then giving it up is all there is to undo.
  if (const auto intent = IntentId::FromBytes(note.steps(0).intent_id())) {
    QueueWrite write;
    write.rows = RefusedTogether(*intent);
    for (QueueRow& row : write.rows) row.settled = true;
    write.state = queue_->state();
    write.state->clear_undo_note();
    if (!write.rows.empty()) RETURN_IF_ERROR(Commit(write));
    if (!write.rows.empty()) return SaveReceipt{};
  }
  SavePlan plan;
  plan.undoable = false;
  plan.why = WhyQueued::kUndo;
  for (auto step = note.steps().rbegin(); step != note.steps().rend(); ++step) {
    if (auto undoing = Undoing(*step)) plan.intentions.push_back(*std::move(undoing));
  }
  if (plan.intentions.empty()) return NothingToUndo();
  return Write(std::move(plan));
}

std::optional<Intention> StoreImpl::Undoing(const v1::UndoStep& step) {
  const RecordTypeInfo* type = FindRecordType(step.record_type());
  const auto record = RecordId::FromBytes(step.record_id());
  if (type == nullptr || !record) return std::nullopt;
  Intention undo;
  undo.change.kind = Kind::kPatch;
  undo.change.record = *record;
  undo.change.type = type;
  undo.seen_only = SeenBy(step);
  if (step.action() == v1::MUTATION_ACTION_DELETE) return UndoingDelete(step, std::move(undo));
  if (step.action() == v1::MUTATION_ACTION_PATCH) return UndoingPatch(step, std::move(undo));
  undo.change.kind = Kind::kDelete;
  return reading_->Find(*record, {}) ? std::optional(std::move(undo)) : std::nullopt;
}

// A deleted record comes back by an edit of all its fields that changes none and says that its author saw the
// delete.
std::optional<Intention> StoreImpl::UndoingDelete(const v1::UndoStep& step, Intention undo) {
  KnownRecord before;
  VisibleRecord& visible = before.visible;
  const bool stands = reading_->Find(undo.change.record, {}).has_value();
  v1::Record deleted;
  if (stands || !deleted.ParseFromString(step.record_before())) return std::nullopt;
  visible.id = undo.change.record;
  visible.type = undo.change.type;
  visible.subject = RecordId::FromBytes(step.subject_id()).value_or(RecordId());
  for (const v1::ScopeId& id : step.scopes()) {
    if (const auto scope = Scope::FromProto(id)) visible.scopes.push_back(*scope);
  }
  std::shared_ptr<google::protobuf::Message> content(visible.type->prototype->New());
  if (!content->ParseFromString(deleted.fields())) return std::nullopt;
  undo.change.fields = SetFields(*content);
  SayWhyAskedMoves(*content, undo.change.fields);
  undo.change.fields.push_back(kWholeRecord);
  AddDelete(step.intent_id(), deleted);
  visible.record = LazyRecord(std::move(deleted));
  undo.change.content = std::move(content);
  undo.seen_only.reset();
  undo.known = std::move(before);
  return undo;
}

// Only fields in which this save's value still stands are set back.
std::optional<Intention> StoreImpl::UndoingPatch(const v1::UndoStep& step, Intention undo) {
  const auto known = reading_->Find(undo.change.record, {});
  if (!known) return std::nullopt;
  for (const v1::FieldEdit& edit : step.edits()) {
    if (Stands(*known->visible.record, edit.field(), step.intent_id()))
      undo.change.fields.push_back(edit.field());
  }
  std::shared_ptr<google::protobuf::Message> before(undo.change.type->prototype->New());
  if (undo.change.fields.empty() || !before->ParseFromString(step.fields_before())) return std::nullopt;
  SayWhyAskedMoves(*before, undo.change.fields);
  undo.change.content = std::move(before);
  return undo;
}

}  // namespace opgang
