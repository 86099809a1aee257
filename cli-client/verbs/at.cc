// opgang at: choose the entrance. Twelve doors share one; nobody retypes the street.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/entrance_choice.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

struct AtArgs {
  std::string handle;
  bool add = false;
};

absl::StatusOr<std::string> TypedEntrance(const Context& context, const std::vector<std::string>& labels) {
  if (context.MayPrompt()) {
    const LineAnswer answer = AskLine(context, context.T("at.prompt"), &labels);
    if (answer.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "no entrance given");
    return answer.text.Reveal();
  }
  if (context.terminal().CanPrompt())
    return ErrorWithWords(ErrorCode::kUsage, context.T("usage.no-entrance"));
  const auto line = context.terminal().NextInputLine();
  if (!line) return ErrorWithWords(ErrorCode::kUsage, context.T("usage.no-entrance"));
  return Trimmed(*line);
}

absl::StatusOr<const VisibleRecord*> ChooseEntrance(const Context& context, const View& view) {
  const EntranceList list = EntrancesOf(view);
  for (;;) {
    ASSIGN_OR_RETURN(const std::string typed, TypedEntrance(context, list.labels));
    const auto found = FittingEntrances(list, typed);
    if (found.size() == 1) return found.front();
    if (!context.MayPrompt()) {
      return found.empty() ? ErrorWithWords(ErrorCode::kNotFound, context.T("at.none"))
                           : ErrorWithWords(ErrorCode::kAmbiguous, context.T("at.several"));
    }
    ShowFitting(context, list, typed);
  }
}

absl::Status StandAt(Context& context, const View& view, const VisibleRecord& entrance) {
  const auto area = AreaOf(entrance);
  if (!area) return MakeError(ErrorCode::kInternal, "an entrance without an area");
  RETURN_IF_ERROR(context.store().SetCurrentEntrance(entrance.id, *area));
  const std::string label = EntranceLabel(view, entrance.id);
  const size_t doors = view.DwellingsOf(entrance.id).size();
  context.Say(context.T(
      "at.chosen",
      {{"entrance", label}, {"doors", std::to_string(doors)}, {"handle", view.HandleOf(entrance.id)}}));
  Json document = JsonDocument("at");
  document["handle"] = view.HandleOf(entrance.id);
  document["entrance"] = label;
  document["doors"] = doors;
  context.Emit(document);
  return absl::OkStatus();
}

// Postcode and town of a neighbour: Enter accepts them.
void Neighbourhood(const View& view, v1::Entrance& entrance) {
  const auto entrances = view.Entrances();
  if (entrances.empty()) return;
  entrance.set_postcode(entrances.back()->As<v1::Entrance>().postcode());
  entrance.set_town(entrances.back()->As<v1::Entrance>().town());
}

absl::Status AskEntrance(const Context& context, v1::Entrance& entrance) {
  const LineAnswer address =
      AskLineThat(context, context.T("at.add.address"), context.T("at.add.address.problem"),
                  [](const std::string& text) { return ParseStreetAndNumber(text).has_value(); });
  if (address.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "no address given");
  const auto parsed = ParseStreetAndNumber(address.text.Reveal());
  entrance.set_street(parsed->street);
  entrance.set_number(parsed->number);
  const LineAnswer postcode =
      AskLineThat(context, context.T("at.add.postcode", {{"default", entrance.postcode()}}),
                  context.T("at.add.postcode.problem"),
                  [](const std::string& text) { return NormalizePostcode(text).has_value(); });
  if (postcode.reply == Answered::kGiven) entrance.set_postcode(*NormalizePostcode(postcode.text.Reveal()));
  const LineAnswer town = AskLine(context, context.T("at.add.town", {{"default", Shown(entrance.town())}}));
  if (town.reply == Answered::kGiven) entrance.set_town(town.text.Reveal());
  const bool left = postcode.reply == Answered::kLeft || town.reply == Answered::kLeft;
  return left ? MakeError(ErrorCode::kCancelled, "left at a prompt") : absl::OkStatus();
}

absl::Status FillEntrance(const Context& context, const View& view, v1::Entrance& entrance) {
  if (context.options().json_input) {
    ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {"entrance"}));
    RETURN_IF_ERROR(input.Get(context, "entrance", entrance));
  } else if (context.MayPrompt()) {
    Neighbourhood(view, entrance);
    RETURN_IF_ERROR(AskEntrance(context, entrance));
  } else {
    return ErrorWithWords(ErrorCode::kUsage, context.T("usage.needs-terminal-or-json"));
  }
  entrance.set_status(v1::PLACE_STATUS_ACTIVE);
  entrance.set_source(v1::PLACE_SOURCE_ADDED_AT_DOOR);
  return absl::OkStatus();
}

absl::Status AddEntrance(Context& context, const View& view) {
  ASSIGN_OR_RETURN(const AreaId area, AreaHere(context));
  v1::Entrance entrance;
  RETURN_IF_ERROR(FillEntrance(context, view, entrance));
  Bundle bundle = context.NewBundle();
  const RecordId id = bundle.Create(entrance, area);
  RETURN_IF_ERROR(context.store().Save(bundle).status());
  RETURN_IF_ERROR(context.store().SetCurrentEntrance(id, area));
  TellSaved(context, {id},
            context.T("at.added", {{"entrance", Shown(entrance.street() + " " + entrance.number())}}));
  return absl::OkStatus();
}

// `opgang at --json` says where the worker stands.
absl::Status TellCurrent(Context& context, const View& view) {
  ASSIGN_OR_RETURN(const RecordId id, EntranceHere(context));
  const VisibleRecord* entrance = view.Find(id);
  if (entrance == nullptr)
    return MakeError(ErrorCode::kNotFound, "the current entrance is not here any more");
  return StandAt(context, view, *entrance);
}

absl::Status RunAt(Context& context, const AtArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  if (args.add) return AddEntrance(context, *view);
  if (args.handle.empty() && context.options().json) return TellCurrent(context, *view);
  if (args.handle.empty()) {
    ASSIGN_OR_RETURN(const VisibleRecord* entrance, ChooseEntrance(context, *view));
    return StandAt(context, *view, *entrance);
  }
  ASSIGN_OR_RETURN(const VisibleRecord* entrance, RecordOf(context, *view, args.handle));
  if (entrance->type->type != RecordType::kEntrance) {
    return ErrorWithWords(ErrorCode::kNotFound, context.T("at.no-entrance-handle"));
  }
  return StandAt(context, *view, *entrance);
}

}  // namespace

void AddAt(VerbTable& verbs) {
  auto args = std::make_shared<AtArgs>();
  CLI::App* verb = verbs.Add("at", [args](Context& context) { return RunAt(context, *args); });
  verb->add_option("handle", args->handle, verbs.T("help.at.handle"));
  verb->add_flag("--add", args->add, verbs.T("help.at.add"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
