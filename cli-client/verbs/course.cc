// opgang course: what stands of a citizen's courses, and what is to be asked when. opgang quit-date: the day from which the
// citizen means not to smoke, set for a new attempt or moved. opgang end-course: how it ended.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/about_citizen.h"
#include "cli-client/course_view.h"
#include "cli-client/layout.h"
#include "cli-client/prompts.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/when.h"
#include "core/rules/stated_time.h"

namespace opgang::cli {
namespace {

// --- What stands. ---

absl::Status RunCourse(Context& context, const std::string& handle) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, handle));
  const CourseHistory history = HistoryOf(*view, citizen->id, context.Now());
  context.Say(CitizenLabel(context, citizen));
  Json document = JsonDocument("course");
  document["citizen"] = view->HandleOf(citizen->id);
  document["courses"] = Json::array();
  for (const Course& course : history.courses) {
    for (const std::string& line : CourseLines(context, course)) context.Say(line);
    document["courses"].push_back(CourseJson(*view, course));
  }
  if (history.courses.empty()) context.Say(context.T("course.none"));
  document["nicotine"] = LedgerJson(*view, history.nicotine);
  for (const std::string& line : LedgerLines(context, *view, history.nicotine)) context.Say(line);
  context.Emit(document);
  return absl::OkStatus();
}

// --- The quit date. ---

struct QuitDateArgs {
  std::string citizen;
  std::string date;
  std::string when;
  bool moves = false;
  bool again = false;
};

enum MoveOrAgain { kMove = 1, kAgain };

// A day ahead, today, or one that has passed: "fri" is the next one.
absl::StatusOr<v1::LocalDate> QuitDay(const Context& context, const std::string& word) {
  const auto ahead = ParseFutureWord(word, context.Today());
  if (ahead.ok()) return ahead->date();
  const auto behind = ParsePastWord(word, context.Today());
  if (behind.ok()) return behind->date();
  return ErrorWithWords(ErrorCode::kBadInput, context.T("when.not-understood"));
}

// Whether a date that is set beside one that stands moves it or begins anew is the worker's to say.
absl::StatusOr<bool> Moves(const Context& context, const QuitDateArgs& args) {
  if (args.moves || args.again) return args.moves;
  if (!context.MayPrompt()) return ErrorWithWords(ErrorCode::kUsage, context.T("quit-date.move-or-new"));
  const MenuAnswer answer = AskMenu(context, context.T("quit-date.question"),
                                    {{context.T("quit-date.key.move"), context.T("quit-date.move"), kMove},
                                     {context.T("quit-date.key.new"), context.T("quit-date.new"), kAgain}},
                                    /*may_skip=*/false);
  if (answer.reply != Answered::kGiven) return MakeError(ErrorCode::kCancelled, "left at a prompt");
  return answer.number == kMove;
}

absl::Status NameMoved(const Context& context, const View& view, const VisibleRecord& citizen,
                       const QuitDateArgs& args, v1::QuitDate& quit) {
  const CourseHistory history = HistoryOf(view, citizen.id, context.Now());
  const Course* course = history.courses.empty() ? nullptr : &history.courses.back();
  const QuitAttempt* standing = course != nullptr          ? course->attempt()
                                : history.attempts.empty() ? nullptr
                                                           : &history.attempts.back();
  if (standing == nullptr) {
    if (args.moves)
      return ErrorWithWords(ErrorCode::kBadInput, context.T("quit-date.none", {{"citizen", args.citizen}}));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const bool moves, Moves(context, args));
  if (moves) quit.set_moved_from_id(standing->id.ToBytes());
  return absl::OkStatus();
}

absl::Status FillQuitDate(const Context& context, const View& view, const VisibleRecord& citizen,
                          const QuitDateArgs& args, v1::QuitDate& quit) {
  if (!args.date.empty()) {
    ASSIGN_OR_RETURN(*quit.mutable_date(), QuitDay(context, args.date));
  }
  RETURN_IF_ERROR(AskMissing(context, quit, {v1::QuitDate::kDateFieldNumber}));
  RETURN_IF_ERROR(NameMoved(context, view, citizen, args, quit));
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheFile));
  SetHappened(quit, happened);
  return absl::OkStatus();
}

absl::Status RunQuitDate(Context& context, const QuitDateArgs& args) {
  return SaveAbout<v1::QuitDate>(
      context, args.citizen, "quit_date", "quit-date.saved",
      [](const View&, const VisibleRecord&, v1::QuitDate&) { return absl::OkStatus(); },
      [&](const View& view, const VisibleRecord& citizen, v1::QuitDate& quit) {
        return FillQuitDate(context, view, citizen, args, quit);
      });
}

// --- The end. ---

struct EndArgs {
  std::string citizen;
  std::string status;
  std::string completed;
  std::optional<int> satisfaction;
  std::optional<int> planned;
  std::optional<int> attended;
  std::string when;
  bool note = false;
};

absl::Status FillEnd(const Context& context, const EndArgs& args, v1::CourseEnd& end) {
  using M = v1::CourseEnd;
  ASSIGN_OR_RETURN(
      const v1::CourseStatus status,
      WordOrAsk<v1::CourseStatus>(context, args.status, context.T("end-course.status"), "status"));
  end.set_status(status);
  ASSIGN_OR_RETURN(
      const v1::Answer completed,
      WordOrAsk<v1::Answer>(context, args.completed, context.T("end-course.completed"), "--completed"));
  end.set_completed(completed);
  if (args.satisfaction) end.set_satisfaction(*args.satisfaction);
  if (args.planned) end.set_planned_sessions(*args.planned);
  if (args.attended) end.set_attended_sessions(*args.attended);
  std::vector<int> ask = {M::kSatisfactionFieldNumber};
  if (status == v1::COURSE_STATUS_REDUCED) ask.insert(ask.begin(), M::kProductsFieldNumber);
  if (args.note) ask.push_back(M::kNoteFieldNumber);
  RETURN_IF_ERROR(AskMissing(context, end, ask));
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheFile));
  SetHappened(end, happened);
  return absl::OkStatus();
}

absl::Status RunEnd(Context& context, const EndArgs& args) {
  return SaveAbout<v1::CourseEnd>(
      context, args.citizen, "course_end", "end-course.saved",
      [](const View&, const VisibleRecord&, v1::CourseEnd&) { return absl::OkStatus(); },
      [&](const View&, const VisibleRecord&, v1::CourseEnd& end) { return FillEnd(context, args, end); });
}

}  // namespace

void AddCourse(VerbTable& verbs) {
  auto citizen = std::make_shared<std::string>();
  CLI::App* verb = verbs.Add("course", [citizen](Context& context) { return RunCourse(context, *citizen); });
  verb->add_option("citizen", *citizen, verbs.T("help.argument.citizen"))->required();
}

void AddQuitDate(VerbTable& verbs) {
  auto args = std::make_shared<QuitDateArgs>();
  CLI::App* verb = verbs.Add("quit-date", [args](Context& context) { return RunQuitDate(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen"))->required();
  verb->add_option("date", args->date, verbs.T("help.quit-date.date"));
  verb->add_flag("--move", args->moves, verbs.T("help.quit-date.move"));
  verb->add_flag("--new", args->again, verbs.T("help.quit-date.new"))->excludes("--move");
  verb->add_option("--when", args->when, verbs.T("help.quit-date.when"));
  verbs.TakesJson(verb);
}

void AddEndCourse(VerbTable& verbs) {
  auto args = std::make_shared<EndArgs>();
  CLI::App* verb = verbs.Add("end-course", [args](Context& context) { return RunEnd(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen"))->required();
  verb->add_option("status", args->status, verbs.T("help.end-course.status"));
  verb->add_option("--completed", args->completed, verbs.T("help.end-course.completed"));
  verb->add_option("--satisfaction", args->satisfaction, verbs.T("help.end-course.satisfaction"));
  verb->add_option("--planned", args->planned, verbs.T("help.end-course.planned"));
  verb->add_option("--attended", args->attended, verbs.T("help.end-course.attended"));
  verb->add_option("--when", args->when, verbs.T("help.option.when"));
  verb->add_flag("--note", args->note, verbs.T("help.option.note"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
