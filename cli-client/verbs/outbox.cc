// opgang outbox: what is still here and why. Refused work stays with its worker as "needs attention", with
// field, reason and remedy, until it is fixed or withdrawn. Items are named by their number in the queue.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/error_report.h"
#include "cli-client/field_menu.h"
#include "cli-client/layout.h"
#include "cli-client/prompts.h"
#include "cli-client/record_form.h"
#include "cli-client/record_json.h"
#include "cli-client/record_view.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/words.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct OutboxArgs {
  uint64_t number = 0;
};

std::string TypeWords(const Context& context, const OutboxItem& item) {
  return item.type == nullptr ? context.T("outbox.newer-type") : TypeLabel(context.texts(), *item.type);
}

std::string ItemLine(const Context& context, const OutboxItem& item) {
  std::string line = PadTo(std::to_string(item.seq), 5) + " " + PadTo(TypeWords(context, item), 16) + " " +
                     PadTo(Label(context.texts(), item.action), 8) + " ";
  if (item.state == OutboxState::kQueued) return line + context.T("outbox.queued");
  line += context.T("outbox.attention");
  if (item.refusal) {
    const RefusalWords words = WordsOf(context.texts(), *item.refusal, item.type);
    line += ": " + JoinParts({words.field, words.reason}, ": ");
  }
  return line;
}

Json ItemJson(const Context& context, const OutboxItem& item) {
  Json json = {{"number", item.seq},
               {"intent", item.intent.ToString()},
               {"record", item.record.ToString()},
               {"type", item.type == nullptr ? Json(nullptr) : Json(item.type->name)},
               {"action", Word(item.action)},
               {"state", item.state == OutboxState::kQueued ? "queued" : "needs-attention"}};
  if (item.refusal) {
    const RefusalWords words = WordsOf(context.texts(), *item.refusal, item.type);
    json["refusal"] = {{"code", Word(item.refusal->code)},
                       {"field_number", item.refusal->field},
                       {"field", words.field},
                       {"reason", words.reason},
                       {"remedy", words.remedy}};
  }
  if (item.content != nullptr) json["content"] = ContentJson(*item.content);
  return json;
}

absl::Status RunList(Context& context) {
  RETURN_IF_ERROR(context.OpenStore().status());
  RETURN_IF_ERROR(context.NoteList());
  ASSIGN_OR_RETURN(const std::vector<OutboxItem> items, context.store().Outbox());
  Json document = JsonDocument("outbox");
  document["items"] = Json::array();
  for (const OutboxItem& item : items) {
    for (const std::string& line : Wrap(ItemLine(context, item), context.terminal().Width(), 6))
      context.Say(line);
    document["items"].push_back(ItemJson(context, item));
  }
  context.Say(UnsentWords(context));
  document["queue"] = UnsentJson(context);
  context.Emit(document);
  return absl::OkStatus();
}

absl::StatusOr<OutboxItem> ItemOf(Context& context, uint64_t number) {
  ASSIGN_OR_RETURN(const std::vector<OutboxItem> items, context.store().Outbox());
  for (const OutboxItem& item : items) {
    if (item.seq == number) return item;
  }
  return ErrorWithWords(ErrorCode::kNotFound, context.T("outbox.no-such-number"));
}

void SayContent(const Context& context, const View& view, const Message& content) {
  const auto* descriptor = content.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const std::string value = ValueWords(context, view, content, *descriptor->field(i));
    if (value.empty()) continue;
    const std::string line = "  " + FieldLabel(context.texts(), *descriptor->field(i)) + ": " + value;
    for (const std::string& part : Wrap(line, context.terminal().Width(), 4)) context.Say(part);
  }
}

absl::Status RunShow(Context& context, const OutboxArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const OutboxItem item, ItemOf(context, args.number));
  for (const std::string& line : Wrap(ItemLine(context, item), context.terminal().Width(), 6))
    context.Say(line);
  if (item.refusal) {
    const std::string remedy = WordsOf(context.texts(), *item.refusal, item.type).remedy;
    for (const std::string& line : Wrap("  " + remedy, context.terminal().Width(), 2)) context.Say(line);
  }
  if (item.content != nullptr) SayContent(context, *view, *item.content);
  Json document = JsonDocument("outbox-item");
  document["item"] = ItemJson(context, item);
  context.Emit(document);
  return absl::OkStatus();
}

// The refused field, or where the whole was refused, one that the person chooses.
absl::StatusOr<const FieldDescriptor*> FieldToFix(const Context& context, const View& view,
                                                  const OutboxItem& item) {
  const int number = item.refusal ? static_cast<int>(item.refusal->field) : 0;
  const FieldDescriptor* field = item.content->GetDescriptor()->FindFieldByNumber(number);
  if (field != nullptr && CanAsk(*field)) return field;
  return ChooseField(context, view, *item.content);
}

absl::Status AskCorrection(const Context& context, const View& view, const OutboxItem& item,
                           Message& corrected) {
  ASSIGN_OR_RETURN(const FieldDescriptor* field, FieldToFix(context, view, item));
  if (item.refusal) {
    const RefusalWords words = WordsOf(context.texts(), *item.refusal, item.type);
    context.Hint(JoinParts({words.field, words.reason, words.remedy}, ": "));
  }
  const std::string now = ValueWords(context, view, *item.content, *field);
  if (!now.empty()) context.Hint(FieldLabel(context.texts(), *field) + ": " + now);
  const Answered answered = AskField(context, *item.type, *field, corrected);
  if (answered == Answered::kLeft) return MakeError(ErrorCode::kCancelled, "left at a prompt");
  if (answered == Answered::kSkipped) corrected.GetReflection()->ClearField(&corrected, field);
  return absl::OkStatus();
}

absl::Status RunFix(Context& context, const OutboxArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const OutboxItem item, ItemOf(context, args.number));
  if (item.state != OutboxState::kNeedsAttention || item.content == nullptr || item.type == nullptr) {
    return ErrorWithWords(ErrorCode::kUsage, context.T("outbox.nothing-to-fix"));
  }
  std::unique_ptr<Message> corrected(item.content->New());
  corrected->CopyFrom(*item.content);
  if (context.options().json_input) {
    const std::string member = JsonMember(*item.type);
    ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {member}));
    RETURN_IF_ERROR(input.Get(context, member, *corrected));
  } else if (context.MayPrompt()) {
    RETURN_IF_ERROR(AskCorrection(context, *view, item, *corrected));
  } else {
    return ErrorWithWords(ErrorCode::kUsage, context.T("usage.needs-terminal-or-json"));
  }
  RETURN_IF_ERROR(context.store().Fix(item.intent, *corrected).status());
  TellSaved(context, {item.record}, context.T("outbox.fixed"));
  return absl::OkStatus();
}

absl::Status RunWithdraw(Context& context, const OutboxArgs& args) {
  RETURN_IF_ERROR(context.OpenStore().status());
  ASSIGN_OR_RETURN(const OutboxItem item, ItemOf(context, args.number));
  if (context.MayPrompt()) {
    const auto yes =
        AskYesNo(context, context.T("outbox.withdraw.question", {{"type", TypeWords(context, item)}}));
    if (!yes.value_or(false)) return MakeError(ErrorCode::kCancelled, "not withdrawn");
  }
  RETURN_IF_ERROR(context.store().Withdraw(item.intent));
  TellSaved(context, {item.record}, context.T("outbox.withdrawn"));
  return absl::OkStatus();
}

void AddNumbered(VerbTable& verbs, const std::string& name, absl::Status (*run)(Context&, const OutboxArgs&),
                 bool takes_json) {
  auto args = std::make_shared<OutboxArgs>();
  CLI::App* verb = verbs.Add(name, [args, run](Context& context) { return run(context, *args); });
  verb->add_option("number", args->number, verbs.T("help.outbox.number"))->required();
  if (takes_json) verbs.TakesJson(verb);
}

}  // namespace

void AddOutbox(VerbTable& verbs) {
  CLI::App* verb = verbs.Add("outbox", RunList);
  verb->require_subcommand(0, 1);
  verbs.Add("outbox.list", RunList);
  AddNumbered(verbs, "outbox.show", RunShow, /*takes_json=*/false);
  AddNumbered(verbs, "outbox.fix", RunFix, /*takes_json=*/true);
  AddNumbered(verbs, "outbox.withdraw", RunWithdraw, /*takes_json=*/false);
}

}  // namespace opgang::cli
