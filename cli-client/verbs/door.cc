// opgang door: note what a door answered. `door 2th no-answer` in one line; `door 2th` asks for one key;
// `door` walks the entrance (walk.h); `door all no-access` is about the entrance as a whole.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/door_facts.h"
#include "cli-client/inquiry_entry.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/visit_entry.h"
#include "cli-client/walk.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

struct DoorArgs {
  std::vector<std::string> words;
  bool add = false;
  VisitDetails details;
};

struct DoorWords {
  std::string door;
  std::string disposition;  // empty: not said
};

// The last word is the disposition where it is one: "2 th no-answer", "2. th", "all flyers".
DoorWords SplitWords(const std::vector<std::string>& words) {
  DoorWords split;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool last = i + 1 == words.size();
    if (last && i > 0 && ValueOfWord(*v1::Disposition_descriptor(), words[i]) != nullptr) {
      split.disposition = words[i];
    } else {
      split.door += (split.door.empty() ? "" : " ") + words[i];
    }
  }
  return split;
}

std::string WordList(const std::vector<const EnumValue*>& values) {
  std::string list;
  for (const EnumValue* value : values) list += (list.empty() ? "" : ", ") + WordOf(*value);
  return list;
}

// The disposition that was said or is now chosen with one key.
absl::StatusOr<v1::Disposition> DispositionOf(const Context& context, const DoorTarget& target,
                                              const std::string& word) {
  const std::vector<const EnumValue*> fitting = DispositionsFor(target.whole);
  const EnumValue* said = word.empty() ? nullptr : ValueOfWord(*v1::Disposition_descriptor(), word);
  for (const EnumValue* value : fitting) {
    if (value == said) return static_cast<v1::Disposition>(value->number());
  }
  if (said != nullptr || !context.MayPrompt()) {
    return ErrorWithWords(ErrorCode::kUsage,
                          context.T("door.which-disposition", {{"words", WordList(fitting)}}));
  }
  const MenuAnswer answer = AskMenu(context, TargetLabel(context, target),
                                    MenuOf(context.texts(), fitting, kReservedKeys), /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "no disposition given");
  return static_cast<v1::Disposition>(answer.number);
}

void TellFacts(const Context& context, const DoorTarget& target) {
  const View* view = context.ViewIfUnlocked();
  if (view == nullptr || target.whole) return;
  context.Hint(FactsWords(context, *view, FactsOf(*view, target.entrance, target.door, context.Now())));
}

absl::Status NoteDoor(Context& context, const DoorWords& words, const DoorArgs& args) {
  ASSIGN_OR_RETURN(const DoorTarget target, TargetOf(context, words.door, args.add));
  if (words.disposition.empty()) TellFacts(context, target);
  ASSIGN_OR_RETURN(const v1::Disposition disposition, DispositionOf(context, target, words.disposition));
  ASSIGN_OR_RETURN(const std::vector<RecordId> records,
                   SaveVisit(context, target, disposition, args.details));
  TellSaved(context, records, VisitWords(context, target, disposition));
  if (disposition != v1::DISPOSITION_INTERESTED) return absl::OkStatus();
  if (!context.MayPrompt()) {
    context.Hint(context.T("door.interested.next"));
    return absl::OkStatus();
  }
  if (!target.to_be_added) return InquiryAtDoor(context, target);
  ASSIGN_OR_RETURN(const DoorTarget added, TargetOf(context, words.door, /*add=*/false));
  return InquiryAtDoor(context, added);
}

// {"visit": {"floor": "2", "door": "th", "disposition": "no-answer"}}; the entrance is the current one unless
// it is named.
absl::Status NoteFromJson(Context& context) {
  ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {"visit"}));
  v1::Visit visit;
  RETURN_IF_ERROR(input.Get(context, "visit", visit));
  if (visit.entrance_id().empty()) {
    ASSIGN_OR_RETURN(const RecordId entrance, EntranceHere(context));
    visit.set_entrance_id(entrance.ToBytes());
  }
  if (visit.disposition() == v1::DISPOSITION_DO_NOT_CALL && !visit.has_do_not_call_until()) {
    RETURN_IF_ERROR(FillDetails(context, {}, visit));
  }
  Bundle bundle = context.NewBundle();
  ASSIGN_OR_RETURN(const AreaId area, AreaHere(context));
  bundle.Create(visit, area);
  return SaveAndTell(context, bundle, context.T("door.saved.json"));
}

// `opgang door --json`: the entrance's doors and what is known of each.
absl::Status TellEntrance(Context& context, const View& view) {
  ASSIGN_OR_RETURN(const RecordId entrance, EntranceHere(context));
  Json document = JsonDocument("entrance");
  document["entrance"] = EntranceLabel(view, entrance);
  document["doors"] = Json::array();
  for (const VisibleRecord* record : view.DwellingsOf(entrance)) {
    const auto& dwelling = record->As<v1::Dwelling>();
    const DoorName door{dwelling.floor(), dwelling.door()};
    Json item = {{"door", FormatDoor(door)}, {"handle", view.HandleOf(record->id)}};
    item.update(FactsJson(view, FactsOf(view, entrance, door, context.Now())));
    document["doors"].push_back(std::move(item));
  }
  context.Emit(document);
  return absl::OkStatus();
}

absl::Status WalkOrTell(Context& context) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  if (context.options().json) return TellEntrance(context, *view);
  if (!context.MayPrompt()) return ErrorWithWords(ErrorCode::kUsage, context.T("door.walk.needs-terminal"));
  return WalkEntrance(context);
}

absl::Status RunDoor(Context& context, const DoorArgs& args) {
  RETURN_IF_ERROR(context.OpenStore().status());
  if (context.options().json_input) return NoteFromJson(context);
  if (args.words.empty()) return WalkOrTell(context);
  return NoteDoor(context, SplitWords(args.words), args);
}

}  // namespace

void AddDoor(VerbTable& verbs) {
  auto args = std::make_shared<DoorArgs>();
  CLI::App* verb = verbs.Add("door", [args](Context& context) { return RunDoor(context, *args); });
  verb->add_option("words", args->words, verbs.T("help.door.words"));
  verb->add_option("--when", args->details.when, verbs.T("help.option.when"));
  verb->add_option("--back", args->details.back, verbs.T("help.door.back"));
  verb->add_option("--language", args->details.language, verbs.T("help.option.language"));
  verb->add_flag("--add", args->add, verbs.T("help.door.add"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
