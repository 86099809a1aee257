// opgang tasks: what is to be done, for everybody, for my area or for me. opgang follow-up ends one kind of it, with an
// outcome; the others end by what is done: a seat, taking part, a closing.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli-client/course_view.h"
#include "cli-client/dates.h"
#include "cli-client/due_list.h"
#include "cli-client/group_view.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/person_form.h"
#include "cli-client/prompts.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/when.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

struct TaskArgs {
  bool mine = false;
  bool here = false;
};

const VisibleRecord* GroupOf(const View& view, const VisibleRecord* meeting) {
  if (meeting == nullptr) return nullptr;
  const auto id = RecordId::FromBytes(meeting->As<v1::Meeting>().group_id());
  const VisibleRecord* group = id ? view.Find(*id) : nullptr;
  return group != nullptr && group->type->type == RecordType::kGroup ? group : nullptr;
}

// I hold it; or nobody does, and I noted what it is about or the group is mine.
bool IsMine(const Context& context, const View& view, const TaskLine& task) {
  const std::string& me = context.store().info().staff_code;
  if (!task.holders.empty()) return task.holders.contains(me);
  const VisibleRecord* group = GroupOf(view, task.meeting);
  if (group != nullptr && group->As<v1::Group>().instructor() == me) return true;
  const VisibleRecord* about = view.Find(task.about);
  if (about == nullptr) return false;
  const std::string& author = about->record->created().author();
  return author.empty() || author == me;  // empty: not yet at the base, so noted here
}

bool IsIn(const View& view, const TaskLine& task, AreaId area) {
  const auto stands_there = [&](RecordId id) {
    const VisibleRecord* record = view.Find(id);
    return record != nullptr && AreaOf(*record) == area;
  };
  return stands_there(task.about) || std::ranges::any_of(task.promises, stands_there);
}

std::string KindWords(const Context& context, const View& view, const TaskLine& task) {
  const std::string key = "tasks.kind." + std::string(TaskKindName(task.kind));
  if (task.kind != TaskKind::kOverbooked) return context.T(key);
  const VisibleRecord* group = GroupOf(view, task.meeting);
  const int capacity = group == nullptr ? 0 : group->As<v1::Group>().capacity();
  return context.T(key,
                   {{"count", std::to_string(task.promises.size())}, {"capacity", std::to_string(capacity)}});
}

// Each promise of an overbooked meeting by its own handle: the one that is moved or cancelled goes by it.
void AddPromises(const Context& context, const View& view, const TaskLine& task, int width,
                 std::vector<std::string>& said) {
  for (const RecordId& id : task.promises) {
    const VisibleRecord* seat = view.Find(id);
    const std::string text =
        "      " + PadTo(view.HandleOf(id), 5) + " " +
        JoinParts({context.T("tasks.promise"),
                   CitizenLabel(context, seat == nullptr ? nullptr : view.Find(seat->subject))},
                  ", ");
    for (std::string& line : Wrap(text, width, 12)) said.push_back(std::move(line));
  }
}

absl::StatusOr<std::vector<TaskLine>> ChosenTasks(const Context& context, const View& view,
                                                  const GroupFacts& facts, const TaskArgs& args) {
  std::vector<TaskLine> tasks = facts.Tasks(context.Now(), context.store().rule_settings());
  // Without a directory nobody knows whether there is a group.
  if (!KnowsDirectory(context)) {
    for (TaskLine& task : tasks) {
      if (task.kind == TaskKind::kNoGroupInTime) task.kind = TaskKind::kCase;
    }
  }
  if (args.mine) std::erase_if(tasks, [&](const TaskLine& task) { return !IsMine(context, view, task); });
  if (args.here) {
    ASSIGN_OR_RETURN(const AreaId area, AreaHere(context));
    std::erase_if(tasks, [&](const TaskLine& task) { return !IsIn(view, task, area); });
  }
  return tasks;
}

std::string TimeLeftWords(const Context& context, const TaskLine& task) {
  if (task.due == absl::InfiniteFuture()) return {};
  const absl::Duration left = task.due - context.Now();
  if (left <= absl::ZeroDuration())
    return context.T("tasks.overdue", {{"span", SpanWords(context.texts(), -left)}});
  return context.T("tasks.left", {{"span", SpanWords(context.texts(), left)}});
}

std::string HandOutWords(const Context& context, const TaskLine& task) {
  if (task.hand_out == HandOutFlag::kNone) return context.T("nicotine.disputed");
  return context.T("nicotine.flag." + std::string(HandOutFlagName(task.hand_out)));
}

std::string AboutWords(const Context& context, const View& view, const TaskLine& task) {
  if (task.duplicate) {
    return context.T("tasks.duplicate-of", {{"old", view.HandleOf(task.duplicate->citizen)},
                                            {"alike", AlikeWords(context, *task.duplicate)}});
  }
  if (task.response_case) return DueDateWords(context, task.response_case->due);
  if (task.six_months) return ProtocolWords(context, *task.six_months);
  if (task.kind == TaskKind::kFourWeeks) return {};
  if (task.kind == TaskKind::kHandOutToCheck) return HandOutWords(context, task);
  return task.meeting == nullptr ? context.T("show.not-here") : RecordLabel(context, view, *task.meeting);
}

void AddTask(const Context& context, const View& view, const TaskLine& task, int width,
             std::vector<std::string>& said) {
  const std::string citizen =
      task.citizen.empty() ? std::string() : CitizenLabel(context, view.Find(task.citizen));
  const std::string text =
      PadTo(view.HandleOf(task.about), 5) + " " +
      JoinParts({KindWords(context, view, task), citizen, AboutWords(context, view, task),
                 TimeLeftWords(context, task), HeldByWords(context, task.holders)},
                ", ");
  std::vector<std::string> lines = Wrap(text, width, 6);
  const Ink ink = task.overdue ? Ink::kAlarm : Ink::kPlain;
  lines[0] = Inked(lines[0], ink, context.options().color);
  for (std::string& line : lines) said.push_back(std::move(line));
  AddPromises(context, view, task, width, said);
}

void SayTasks(const Context& context, const View& view, const std::vector<TaskLine>& tasks) {
  if (context.options().json) return;  // nothing is said
  const int width = context.terminal().Width();
  std::vector<std::string> said;
  for (const TaskLine& task : tasks) AddTask(context, view, task, width, said);
  context.SayAll(said);
}

Json TaskJson(const View& view, const TaskLine& task) {
  const VisibleRecord* citizen = view.Find(task.citizen);
  Json promises = Json::array();
  for (const RecordId& seat : task.promises) promises.push_back(view.HandleOf(seat));
  Json json = {{"kind", TaskKindName(task.kind)},
               {"handle", view.HandleOf(task.about)},
               {"citizen", task.citizen.empty() ? Json(nullptr) : Json(view.HandleOf(task.citizen))},
               {"name", citizen == nullptr ? "" : citizen->As<v1::Citizen>().name()},
               {"due", task.due == absl::InfiniteFuture() ? Json(nullptr) : JsonTime(task.due)},
               {"overdue", task.overdue},
               {"holders", task.holders},
               {"older", task.duplicate ? Json(view.HandleOf(task.duplicate->citizen)) : Json(nullptr)},
               {"meeting", task.meeting == nullptr ? Json(nullptr) : Json(view.HandleOf(task.meeting->id))},
               {"promises", promises}};
  if (task.six_months) json["protocol"] = SixMonthsJson(*task.six_months);
  if (task.hand_out != HandOutFlag::kNone) json["flag"] = HandOutFlagName(task.hand_out);
  return json;
}

absl::Status RunTasks(Context& context, const TaskArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  const OneMoment now(context);
  const GroupFacts facts(*view);
  ASSIGN_OR_RETURN(const std::vector<TaskLine> tasks, ChosenTasks(context, *view, facts, args));
  Json document = JsonDocument("tasks");
  document["now"] = JsonTime(context.Now());
  document["tasks"] = Json::array();
  if (context.options().json) {
    for (const TaskLine& task : tasks) document["tasks"].push_back(TaskJson(*view, task));
  }
  SayTasks(context, *view, tasks);
  const auto overdue = std::ranges::count_if(tasks, [](const TaskLine& task) { return task.overdue; });
  context.Say(context.T(tasks.empty() ? "tasks.none" : "tasks.count",
                        {{"count", std::to_string(tasks.size())}, {"overdue", std::to_string(overdue)}}) +
              " " + UnsentWords(context));
  document["queue"] = UnsentJson(context);
  context.Emit(document);
  return absl::OkStatus();
}

// --- Done, with an outcome. ---

struct FollowUpArgs {
  std::string absence;
  std::string outcome;
  std::string when;
  bool note = false;
};

absl::Status FillFollowUp(const Context& context, const FollowUpArgs& args, v1::FollowUp& follow_up) {
  ASSIGN_OR_RETURN(
      const v1::FollowUpOutcome outcome,
      WordOrAsk<v1::FollowUpOutcome>(context, args.outcome, context.T("follow-up.outcome"), "outcome"));
  follow_up.set_outcome(outcome);
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheFile));
  SetHappened(follow_up, happened);
  return AskNote(context, args.note, *follow_up.mutable_note());
}

absl::Status RunFollowUp(Context& context, const FollowUpArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* absence,
                   RecordOfType(context, *view, args.absence, RecordType::kAbsence));
  v1::FollowUp follow_up;
  follow_up.set_citizen_id(absence->subject.ToBytes());
  follow_up.set_absence_id(absence->id.ToBytes());
  if (context.options().json_input) {
    ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {"follow_up"}));
    RETURN_IF_ERROR(input.Get(context, "follow_up", follow_up));
  } else {
    RETURN_IF_ERROR(FillFollowUp(context, args, follow_up));
  }
  const bool open = follow_up.outcome() == v1::FOLLOW_UP_OUTCOME_NOT_REACHED;
  const std::string words = context.T(open ? "follow-up.saved-open" : "follow-up.saved",
                                      {{"citizen", view->HandleOf(absence->subject)}});
  Bundle bundle = context.NewBundle();
  bundle.Create(follow_up, AreaOf(*absence));
  return SaveAndTell(context, bundle, words);
}

}  // namespace

void AddTasks(VerbTable& verbs) {
  auto args = std::make_shared<TaskArgs>();
  CLI::App* verb = verbs.Add("tasks", [args](Context& context) { return RunTasks(context, *args); });
  verb->add_flag("--mine", args->mine, verbs.T("help.tasks.mine"));
  verb->add_flag("--here", args->here, verbs.T("help.tasks.here"));
}

void AddFollowUp(VerbTable& verbs) {
  auto args = std::make_shared<FollowUpArgs>();
  CLI::App* verb = verbs.Add("follow-up", [args](Context& context) { return RunFollowUp(context, *args); });
  verb->add_option("absence", args->absence, verbs.T("help.follow-up.absence"))->required();
  verb->add_option("outcome", args->outcome, verbs.T("help.follow-up.outcome"));
  verb->add_option("--when", args->when, verbs.T("help.option.when"));
  verb->add_flag("--note", args->note, verbs.T("help.option.note"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
