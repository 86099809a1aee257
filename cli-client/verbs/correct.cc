// opgang correct: one field of one record, or the choice between values that stand side by side. Moving an
// inquiry's asked date moves a due time, so it needs a reason.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/field_menu.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/record_form.h"
#include "cli-client/record_json.h"
#include "cli-client/record_view.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/when.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct CorrectArgs {
  std::string handle;
  std::string asked;
  std::string reason;
  std::string field;
};

absl::Status Left() { return MakeError(ErrorCode::kCancelled, "left at a prompt"); }

absl::Status SavePatch(Context& context, const VisibleRecord& record, const Message& values,
                       const std::vector<uint32_t>& fields) {
  const std::string handle = context.Handle(record.id);
  Bundle bundle = context.NewBundle();
  bundle.Patch(record.id, values, fields);
  return SaveAndTell(context, bundle, context.T("correct.saved", {{"handle", handle}}));
}

// An inquiry's asked date moves a due time, so it needs a reason.
absl::Status CorrectAsked(Context& context, const VisibleRecord& record, const CorrectArgs& args) {
  if (record.type->type != RecordType::kInquiry) {
    return ErrorWithWords(ErrorCode::kUsage, context.T("correct.asked.only-inquiry"));
  }
  ASSIGN_OR_RETURN(const auto asked, PastWhen(context, args.asked, WhenMatters::kForTheRule));
  if (!asked) return ErrorWithWords(ErrorCode::kUsage, context.T("correct.asked.missing"));
  ASSIGN_OR_RETURN(
      const v1::CorrectionReason reason,
      WordOrAsk<v1::CorrectionReason>(context, args.reason, context.T("correct.reason"), "--reason"));
  v1::Inquiry values;
  *values.mutable_asked() = *asked;
  values.set_correction_reason(reason);
  return SavePatch(context, record, values,
                   {v1::Inquiry::kAskedFieldNumber, v1::Inquiry::kCorrectionReasonFieldNumber});
}

// The fields of `json`, of the record's type: {"inquiry": {"safe_hours": "after 16"}}.
absl::Status CorrectFromJson(Context& context, const VisibleRecord& record) {
  const std::string member = JsonMember(*record.type);
  ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {member}));
  std::unique_ptr<Message> values(record.type->prototype->New());
  RETURN_IF_ERROR(input.Get(context, member, *values));
  std::vector<uint32_t> fields;
  std::vector<const FieldDescriptor*> set;
  values->GetReflection()->ListFields(*values, &set);
  for (const FieldDescriptor* field : set) fields.push_back(static_cast<uint32_t>(field->number()));
  if (fields.empty()) return ErrorWithWords(ErrorCode::kBadInput, context.T("correct.nothing"));
  return SavePatch(context, record, *values, fields);
}

// One key chooses between values that stand side by side. -1: none of them, a new one is typed.
absl::StatusOr<int> ChooseSide(const Context& context, const std::vector<SideValue>& sides) {
  std::vector<MenuChoice> menu;
  for (size_t i = 0; i < sides.size() && i < 9; ++i) {
    menu.push_back({std::to_string(i + 1),
                    context.T("show.by", {{"value", sides[i].words}, {"author", sides[i].author}}),
                    static_cast<int>(i)});
  }
  menu.push_back({"n", context.T("correct.another"), -1});
  const MenuAnswer answer = AskMenu(context, context.T("correct.side-by-side"), menu, /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return Left();
  return answer.number;
}

// The value of one of several that stand side by side: the one that stands first, then the alternatives.
void TakeSide(const VisibleRecord& record, const FieldDescriptor& field, int side, Message& values) {
  if (side == 0) {
    values.CopyFrom(record.content());
    return;
  }
  for (const v1::FieldState& state : record.record->field_states()) {
    if (state.field() != static_cast<uint32_t>(field.number())) continue;
    values.ParsePartialFromString(state.alternatives(side - 1).field_bytes());
  }
}

absl::Status AskValue(const Context& context, const VisibleRecord& record, const FieldDescriptor& field,
                      Message& values) {
  const Answered answered = AskField(context, *record.type, field, values);
  if (answered == Answered::kLeft) return Left();
  if (answered == Answered::kGiven) return absl::OkStatus();
  // Enter: the field is cleared, once the person has said so.
  const auto clear = AskYesNo(context, context.T("correct.clear"));
  return clear.value_or(false) ? absl::OkStatus() : Left();
}

absl::Status CorrectField(Context& context, const View& view, const VisibleRecord& record,
                          const FieldDescriptor& field) {
  std::unique_ptr<Message> values(record.type->prototype->New());
  const std::vector<SideValue> sides = SideValuesOf(context, view, record, field);
  int side = -1;
  if (!sides.empty()) {
    ASSIGN_OR_RETURN(side, ChooseSide(context, sides));
  }
  if (side >= 0) {
    TakeSide(record, field, side, *values);
  } else {
    RETURN_IF_ERROR(AskValue(context, record, field, *values));
  }
  return SavePatch(context, record, *values, {static_cast<uint32_t>(field.number())});
}

absl::Status RunCorrect(Context& context, const CorrectArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOf(context, *view, args.handle));
  if (context.options().json_input) return CorrectFromJson(context, *record);
  if (!args.asked.empty()) return CorrectAsked(context, *record, args);
  if (!context.MayPrompt())
    return ErrorWithWords(ErrorCode::kUsage, context.T("usage.needs-terminal-or-json"));
  const FieldDescriptor* field = nullptr;
  if (args.field.empty()) {
    ASSIGN_OR_RETURN(field, ChooseField(context, *view, record->content()));
  } else {
    ASSIGN_OR_RETURN(field, NamedField(context, record->content(), args.field));
  }
  if (field->name() != "asked") return CorrectField(context, *view, *record, *field);
  CorrectArgs asked = args;
  const LineAnswer answer = AskLine(context, QuestionWords(context, *record->type, *field));
  if (answer.reply != Answered::kGiven) return Left();
  asked.asked = answer.text.Reveal();
  return CorrectAsked(context, *record, asked);
}

}  // namespace

void AddCorrect(VerbTable& verbs) {
  auto args = std::make_shared<CorrectArgs>();
  CLI::App* verb = verbs.Add("correct", [args](Context& context) { return RunCorrect(context, *args); });
  verb->add_option("handle", args->handle, verbs.T("help.argument.handle"))->required();
  verb->add_option("--asked", args->asked, verbs.T("help.correct.asked"));
  verb->add_option("--reason", args->reason, verbs.T("help.correct.reason"));
  verb->add_option("--field", args->field, verbs.T("help.correct.field"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
