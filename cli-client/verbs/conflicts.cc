// opgang conflicts: what several people wrote about the same field without having seen each other, and settling it in
// one action: one of the shown values by its number, or a new one that is typed (never an argument).
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/conflict_view.h"
#include "cli-client/error_report.h"
#include "cli-client/field_menu.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/record_form.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/words.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct SettleArgs {
  std::string handle;
  std::string field;
  size_t take = 0;  // 0: not said
  bool keep = false;
  bool remove = false;
  std::string reason;
};

absl::Status Left() { return MakeError(ErrorCode::kCancelled, "left at a prompt"); }

void SayWrapped(const Context& context, const std::string& line, int indent) {
  for (const std::string& part : Wrap(line, context.terminal().Width(), indent)) context.Say(part);
}

absl::Status RunList(Context& context) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  Json document = JsonDocument("conflicts");
  document["conflicts"] = Json::array();
  for (const VisibleRecord* record : view->WithAlternatives()) {
    for (const OpenConflict& conflict : OpenConflictsOf(*record->record)) {
      const std::string handle = view->HandleOf(record->id);
      const std::string count = std::to_string(conflict.values.size());
      SayWrapped(context,
                 context.T("conflicts.line", {{"handle", PadTo(handle, 5)},
                                              {"type", TypeLabel(context.texts(), *record->type)},
                                              {"label", RecordLabel(context, *view, *record)},
                                              {"field", ConflictLabel(context, *record, conflict.field)},
                                              {"count", count}}),
                 6);
      document["conflicts"].push_back({{"handle", handle},
                                       {"id", record->id.ToString()},
                                       {"type", record->type->name},
                                       {"field", ConflictFieldName(*record, conflict.field)},
                                       {"values", conflict.values.size()}});
    }
  }
  if (document["conflicts"].empty()) context.Say(context.T("conflicts.none"));
  context.Emit(document);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<OpenConflict>> ConflictsOf(const Context& context, const VisibleRecord& record) {
  std::vector<OpenConflict> conflicts = OpenConflictsOf(*record.record);
  if (conflicts.empty()) return ErrorWithWords(ErrorCode::kNotFound, context.T("conflicts.none-here"));
  return conflicts;
}

void SayConflict(const Context& context, const View& view, const VisibleRecord& record,
                 const OpenConflict& conflict) {
  context.Say(ConflictLabel(context, record, conflict.field) + ":");
  for (const std::string& line : ConflictLines(context, view, record, conflict))
    SayWrapped(context, "  " + line, 5);
}

absl::Status RunShow(Context& context, const SettleArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOf(context, *view, args.handle));
  ASSIGN_OR_RETURN(const auto conflicts, ConflictsOf(context, *record));
  const std::string handle = view->HandleOf(record->id);
  SayWrapped(
      context,
      handle + "  " + TypeLabel(context.texts(), *record->type) + "  " + RecordLabel(context, *view, *record),
      2);
  Json document = JsonDocument("conflict");
  document["handle"] = handle;
  document["id"] = record->id.ToString();
  document["type"] = record->type->name;
  document["conflicts"] = Json::array();
  for (const OpenConflict& conflict : conflicts) {
    SayConflict(context, *view, *record, conflict);
    document["conflicts"].push_back(ConflictJson(*record, conflict));
  }
  context.Say(context.T("conflicts.how", {{"handle", handle}}));
  context.Emit(document);
  return absl::OkStatus();
}

std::string Names(const VisibleRecord& record, const std::vector<OpenConflict>& conflicts) {
  std::vector<std::string> names;
  for (const OpenConflict& conflict : conflicts) names.push_back(ConflictFieldName(record, conflict.field));
  return JoinParts(names, ", ");
}

// The one that is named, the only one, or one that the person chooses.
absl::StatusOr<OpenConflict> ChosenConflict(const Context& context, const VisibleRecord& record,
                                            const std::vector<OpenConflict>& conflicts,
                                            const std::string& name) {
  std::string wanted = name;
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  for (const OpenConflict& conflict : conflicts) {
    if (ConflictFieldName(record, conflict.field) == wanted) return conflict;
  }
  if (name.empty() && conflicts.size() == 1) return conflicts.front();
  if (!name.empty() || !context.MayPrompt()) {
    return ErrorWithWords(ErrorCode::kUsage,
                          context.T("conflicts.which-field", {{"fields", Names(record, conflicts)}}));
  }
  std::vector<MenuChoice> menu;
  for (size_t i = 0; i < conflicts.size() && i < 9; ++i) {
    menu.push_back(
        {std::to_string(i + 1), ConflictLabel(context, record, conflicts[i].field), static_cast<int>(i)});
  }
  const MenuAnswer answer = AskMenu(context, context.T("conflicts.choose-field"), menu, /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return Left();
  return conflicts[static_cast<size_t>(answer.number)];
}

// 1-based; 0: none of them, a new one is typed.
absl::StatusOr<size_t> ChosenNumber(const Context& context, const View& view, const VisibleRecord& record,
                                    const OpenConflict& conflict, const SettleArgs& args) {
  const bool whole = conflict.field == kWholeRecord;
  if (whole && args.keep != args.remove) return args.keep ? 1 : 2;
  if (args.take > conflict.values.size() || args.keep || args.remove)
    return ErrorWithWords(ErrorCode::kUsage, context.T("conflicts.no-such-value"));
  if (args.take > 0) return args.take;
  if (!context.MayPrompt()) return ErrorWithWords(ErrorCode::kUsage, context.T("conflicts.needs-choice"));
  std::vector<MenuChoice> menu;
  for (size_t i = 0; i < conflict.values.size() && i < 9; ++i) {
    const OpenValue& value = conflict.values[i];
    const std::string words = FieldValueWords(context, view, record, conflict.field, value.bytes);
    menu.push_back({std::to_string(i + 1), words + " (" + WhoWords(context, value.provenance) + ")",
                    static_cast<int>(i + 1)});
  }
  if (!whole) menu.push_back({"n", context.T("correct.another"), 0});
  const std::string question = ConflictLabel(context, record, conflict.field);
  const MenuAnswer answer = AskMenu(context, question, menu, /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return Left();
  return static_cast<size_t>(answer.number);
}

absl::Status AskNewValue(const Context& context, const VisibleRecord& record, const FieldDescriptor& field,
                         Message& values) {
  if (!CanAsk(field)) return ErrorWithWords(ErrorCode::kUsage, context.T("conflicts.needs-choice"));
  const Answered answered = AskField(context, *record.type, field, values);
  if (answered == Answered::kLeft) return Left();
  if (answered == Answered::kGiven) return absl::OkStatus();
  const auto clear = AskYesNo(context, context.T("correct.clear"));
  return clear.value_or(false) ? absl::OkStatus() : Left();
}

// The new value of this field, and nothing else: {"citizen": {"telephone": "20304050"}}.
absl::Status ReadNewValue(const Context& context, const VisibleRecord& record, const FieldDescriptor& field,
                          Message& values) {
  const std::string member = JsonMember(*record.type);
  ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {member}));
  RETURN_IF_ERROR(input.Get(context, member, values));
  std::vector<const FieldDescriptor*> set;
  values.GetReflection()->ListFields(values, &set);
  for (const FieldDescriptor* one : set) {
    if (one == &field || one->name() == "correction_reason") continue;
    return ErrorWithWords(ErrorCode::kBadInput, context.T("conflicts.only-field", {{"field", field.name()}}));
  }
  return absl::OkStatus();
}

// Moving an inquiry's asked date moves a due time, so it needs a reason.
absl::Status SayWhy(const Context& context, const SettleArgs& args, Message& values,
                    std::vector<uint32_t>& fields) {
  auto* inquiry = dynamic_cast<v1::Inquiry*>(&values);
  if (inquiry == nullptr || fields.front() != v1::Inquiry::kAskedFieldNumber) return absl::OkStatus();
  fields.push_back(v1::Inquiry::kCorrectionReasonFieldNumber);
  if (inquiry->correction_reason() != v1::CORRECTION_REASON_UNSPECIFIED) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const v1::CorrectionReason reason,
      WordOrAsk<v1::CorrectionReason>(context, args.reason, context.T("correct.reason"), "--reason"));
  inquiry->set_correction_reason(reason);
  return absl::OkStatus();
}

absl::Status Save(Context& context, const VisibleRecord& record, const Bundle& bundle) {
  return SaveAndTell(context, bundle,
                     context.T("conflicts.settled", {{"handle", context.Handle(record.id)}}));
}

absl::Status SettleWhole(Context& context, const VisibleRecord& record, bool keep) {
  Bundle bundle = context.NewBundle();
  if (keep) {
    const std::unique_ptr<Message> nothing(record.type->prototype->New());
    bundle.Patch(record.id, *nothing, {kWholeRecord});
  } else {
    bundle.Delete(record.id, *record.type);
  }
  return Save(context, record, bundle);
}

absl::Status SettleField(Context& context, const View& view, const VisibleRecord& record,
                         const OpenConflict& conflict, const SettleArgs& args) {
  const FieldDescriptor* field =
      record.type->prototype->GetDescriptor()->FindFieldByNumber(static_cast<int>(conflict.field));
  if (field == nullptr) return ErrorWithWords(ErrorCode::kUsage, context.T("conflicts.newer-field"));
  std::unique_ptr<Message> values(record.type->prototype->New());
  if (context.options().json_input) {
    RETURN_IF_ERROR(ReadNewValue(context, record, *field, *values));
  } else {
    ASSIGN_OR_RETURN(const size_t number, ChosenNumber(context, view, record, conflict, args));
    if (number == 0) {
      RETURN_IF_ERROR(AskNewValue(context, record, *field, *values));
    } else {
      values->ParsePartialFromString(conflict.values[number - 1].bytes);
    }
  }
  std::vector<uint32_t> fields = {conflict.field};
  RETURN_IF_ERROR(SayWhy(context, args, *values, fields));
  Bundle bundle = context.NewBundle();
  bundle.Patch(record.id, *values, fields);
  return Save(context, record, bundle);
}

absl::Status RunSettle(Context& context, const SettleArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOf(context, *view, args.handle));
  ASSIGN_OR_RETURN(const auto conflicts, ConflictsOf(context, *record));
  ASSIGN_OR_RETURN(const OpenConflict conflict, ChosenConflict(context, *record, conflicts, args.field));
  if (conflict.field != kWholeRecord) return SettleField(context, *view, *record, conflict, args);
  ASSIGN_OR_RETURN(const size_t number, ChosenNumber(context, *view, *record, conflict, args));
  return SettleWhole(context, *record, /*keep=*/number == 1);
}

}  // namespace

void AddConflicts(VerbTable& verbs) {
  CLI::App* verb = verbs.Add("conflicts", RunList);
  verb->require_subcommand(0, 1);
  verbs.Add("conflicts.list", RunList);
  auto args = std::make_shared<SettleArgs>();
  CLI::App* show = verbs.Add("conflicts.show", [args](Context& context) { return RunShow(context, *args); });
  CLI::App* settle =
      verbs.Add("conflicts.settle", [args](Context& context) { return RunSettle(context, *args); });
  for (CLI::App* one : {show, settle})
    one->add_option("handle", args->handle, verbs.T("help.argument.handle"))->required();
  settle->add_option("--field", args->field, verbs.T("help.conflicts.field"));
  settle->add_option("--take", args->take, verbs.T("help.conflicts.take"));
  settle->add_flag("--keep", args->keep, verbs.T("help.conflicts.keep"));
  settle->add_flag("--delete", args->remove, verbs.T("help.conflicts.delete"));
  settle->add_option("--reason", args->reason, verbs.T("help.correct.reason"));
  verbs.TakesJson(settle);
}

}  // namespace opgang::cli
