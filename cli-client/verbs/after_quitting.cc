// How it went after the quit date. opgang four-weeks: the days 15 to 28. opgang call: an attempt to ring, half a year later.
// opgang six-months: what came of it, or the reason why it is not known.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/about_citizen.h"
#include "cli-client/course_view.h"
#include "cli-client/prompts.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/when.h"

namespace opgang::cli {
namespace {

struct OutcomeArgs {
  std::string citizen;
  std::string word;
  std::string cigarettes;
  std::string reason;
  std::string when;
  bool note = false;
};

// The attempt that the record is about; `optional`: none is an answer too.
template <typename Message>
absl::Status NameAttempt(const Context& context, const View& view, const VisibleRecord& citizen,
                         const std::string& handle, bool optional, Message& content) {
  const CourseHistory history = HistoryOf(view, citizen.id, context.Now());
  const auto attempt = AttemptOfHandle(context, view, history, handle);
  if (!attempt.ok()) return optional ? absl::OkStatus() : attempt.status();
  content.set_quit_date_id(attempt->id.ToBytes());
  return absl::OkStatus();
}

template <typename Message>
absl::Status FillRest(const Context& context, const OutcomeArgs& args, Message& content) {
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheFile));
  SetHappened(content, happened);
  return absl::OkStatus();
}

absl::Status RunFourWeeks(Context& context, const OutcomeArgs& args) {
  return SaveAbout<v1::FourWeekStatus>(
      context, args.citizen, "four_week_status", "four-weeks.saved",
      [&](const View& view, const VisibleRecord& citizen, v1::FourWeekStatus& status) {
        return NameAttempt(context, view, citizen, args.citizen, false, status);
      },
      [&](const View&, const VisibleRecord&, v1::FourWeekStatus& status) {
        const auto answer =
            WordOrAsk<v1::FourWeekAnswer>(context, args.word, context.T("four-weeks.answer"), "answer");
        if (!answer.ok()) return answer.status();
        status.set_answer(*answer);
        return FillRest(context, args, status);
      });
}

absl::Status RunCall(Context& context, const OutcomeArgs& args) {
  return SaveAbout<v1::FollowUpCall>(
      context, args.citizen, "follow_up_call", "call.saved",
      [&](const View& view, const VisibleRecord& citizen, v1::FollowUpCall& call) {
        return NameAttempt(context, view, citizen, args.citizen, false, call);
      },
      [&](const View&, const VisibleRecord&, v1::FollowUpCall& call) {
        const auto outcome =
            WordOrAsk<v1::CallOutcome>(context, args.word, context.T("call.outcome"), "outcome");
        if (!outcome.ok()) return outcome.status();
        call.set_outcome(*outcome);
        if (args.note) {
          const absl::Status asked = AskMissing(context, call, {v1::FollowUpCall::kNoteFieldNumber});
          if (!asked.ok()) return asked;
        }
        return FillRest(context, args, call);
      });
}

absl::Status FillSixMonths(const Context& context, const OutcomeArgs& args, v1::SixMonthStatus& status) {
  using M = v1::SixMonthStatus;
  std::vector<int> ask;
  if (!args.reason.empty()) {
    ASSIGN_OR_RETURN(const v1::NoAnswerReason reason,
                     WordOrAsk<v1::NoAnswerReason>(context, args.reason, "", "--reason"));
    status.set_reason(reason);
  } else {
    ASSIGN_OR_RETURN(
        const v1::SixMonthAnswer answer,
        WordOrAsk<v1::SixMonthAnswer>(context, args.word, context.T("six-months.answer"), "answer"));
    status.set_answer(answer);
    if (answer == v1::SIX_MONTH_ANSWER_CONTINUOUS) {
      ASSIGN_OR_RETURN(const v1::CigarettesSinceQuit cigarettes,
                       WordOrAsk<v1::CigarettesSinceQuit>(
                           context, args.cigarettes, context.T("six-months.cigarettes"), "--cigarettes"));
      status.set_cigarettes_since_quit(cigarettes);
    }
    if (answer == v1::SIX_MONTH_ANSWER_REDUCED) ask.push_back(M::kProductsFieldNumber);
  }
  if (args.note) ask.push_back(M::kNoteFieldNumber);
  RETURN_IF_ERROR(AskMissing(context, status, ask));
  return FillRest(context, args, status);
}

// What was noted may be worth less than was meant: said at once.
void WarnOfWindow(Context& context, const std::string& handle) {
  const View* view = context.ViewIfUnlocked();
  const auto citizen =
      view == nullptr ? absl::StatusOr<const VisibleRecord*>(nullptr) : CitizenOf(context, *view, handle);
  if (!citizen.ok() || *citizen == nullptr) return;
  const CourseHistory history = HistoryOf(*view, (*citizen)->id, context.Now());
  for (const Course& course : history.courses) {
    if (!course.six_months || !course.six_months->outside) continue;
    context.Hint(
        context.T("six-months.outside", {{"window", WindowWords(context, course.six_months->window)}}));
  }
}

absl::Status RunSixMonths(Context& context, const OutcomeArgs& args) {
  const bool without = context.options().json_input || (!args.reason.empty() && args.reason != "not-reached");
  const absl::Status saved = SaveAbout<v1::SixMonthStatus>(
      context, args.citizen, "six_month_status", "six-months.saved",
      [&](const View& view, const VisibleRecord& citizen, v1::SixMonthStatus& status) {
        return NameAttempt(context, view, citizen, args.citizen, without, status);
      },
      [&](const View&, const VisibleRecord&, v1::SixMonthStatus& status) {
        return FillSixMonths(context, args, status);
      });
  if (saved.ok()) WarnOfWindow(context, args.citizen);
  return saved;
}

CLI::App* AddOutcome(VerbTable& verbs, const std::string& name, const std::shared_ptr<OutcomeArgs>& args,
                     absl::Status (*run)(Context&, const OutcomeArgs&), const std::string& word) {
  CLI::App* verb = verbs.Add(name, [args, run](Context& context) { return run(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen-or-quit-date"))->required();
  verb->add_option(word, args->word, verbs.T("help." + name + "." + word));
  verb->add_option("--when", args->when, verbs.T("help.option.when"));
  verbs.TakesJson(verb);
  return verb;
}

}  // namespace

void AddFourWeeks(VerbTable& verbs) {
  AddOutcome(verbs, "four-weeks", std::make_shared<OutcomeArgs>(), RunFourWeeks, "answer");
}

void AddCall(VerbTable& verbs) {
  auto args = std::make_shared<OutcomeArgs>();
  CLI::App* verb = AddOutcome(verbs, "call", args, RunCall, "outcome");
  verb->add_flag("--note", args->note, verbs.T("help.option.note"));
}

void AddSixMonths(VerbTable& verbs) {
  auto args = std::make_shared<OutcomeArgs>();
  CLI::App* verb = AddOutcome(verbs, "six-months", args, RunSixMonths, "answer");
  verb->add_option("--cigarettes", args->cigarettes, verbs.T("help.six-months.cigarettes"));
  verb->add_option("--reason", args->reason, verbs.T("help.six-months.reason"));
  verb->add_flag("--note", args->note, verbs.T("help.option.note"));
}

}  // namespace opgang::cli
