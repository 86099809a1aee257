// The steps towards a citizen: opgang reply (a step on the way; it stops no clock), opgang took-part (ends
// the case), opgang close (ends it otherwise, with a reason).
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/person_form.h"
#include "cli-client/prompts.h"
#include "cli-client/record_form.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/when.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

struct StepArgs {
  std::string citizen;
  std::string word;  // outcome, kind or reason
  std::string way;
  std::string when;
  std::string later;
  int attempts = 0;
  bool note = false;
};

absl::Status Left() { return MakeError(ErrorCode::kCancelled, "left at a prompt"); }

// The citizen that the handle leads to, and the JSON of a record about it where that is how the content
// comes.
template <typename Message, typename Fill>
absl::Status SaveStep(Context& context, const StepArgs& args, std::string_view member, std::string_view words,
                      Fill fill) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, args.citizen));
  Message content;
  content.set_citizen_id(citizen->id.ToBytes());
  if (context.options().json_input) {
    ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {member}));
    RETURN_IF_ERROR(input.Get(context, member, content));
  } else {
    RETURN_IF_ERROR(fill(*view, content));
  }
  Bundle bundle = context.NewBundle();
  bundle.Create(content, AreaOf(*citizen));
  return SaveAndTell(context, bundle, context.T(words, {{"citizen", view->HandleOf(citizen->id)}}));
}

absl::Status FillReply(const Context& context, const StepArgs& args, v1::Reply& reply) {
  ASSIGN_OR_RETURN(const v1::ContactWay way,
                   WordOrAsk<v1::ContactWay>(context, args.way, context.T("reply.way"), "--way"));
  ASSIGN_OR_RETURN(const v1::ReplyOutcome outcome,
                   WordOrAsk<v1::ReplyOutcome>(context, args.word, context.T("reply.outcome"), "outcome"));
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheFile));
  reply.set_way(way);
  reply.set_outcome(outcome);
  SetHappened(reply, happened);
  return AskNote(context, args.note, *reply.mutable_note());
}

absl::Status RunReply(Context& context, const StepArgs& args) {
  return SaveStep<v1::Reply>(context, args, "reply", "reply.saved",
                             [&](const View&, v1::Reply& reply) { return FillReply(context, args, reply); });
}

// The room of the latest participation: groups meet where they met.
std::string LastPlace(const View& view) {
  const auto records = view.OfType(RecordType::kParticipation);
  return records.empty() ? std::string() : records.back()->As<v1::Participation>().place();
}

// A room is asked for, Enter takes the last one; without a person it is the next line of stdin.
absl::StatusOr<std::string> PlaceOf(const Context& context, const View& view) {
  std::string place = LastPlace(view);
  if (context.MayPrompt()) {
    const std::string question = place.empty()
                                     ? context.T("took-part.place")
                                     : context.T("took-part.place.default", {{"place", Shown(place)}});
    if (!AskText(context, question, place)) return Left();
  } else if (auto line = context.terminal().CanPrompt() ? std::nullopt : context.terminal().NextInputLine()) {
    if (!Trimmed(*line).empty()) place = Trimmed(*line);
  }
  if (place.empty()) return ErrorWithWords(ErrorCode::kUsage, context.T("took-part.place.missing"));
  return place;
}

absl::Status FillParticipation(const Context& context, const StepArgs& args, const View& view,
                               v1::Participation& participation) {
  ASSIGN_OR_RETURN(const v1::ParticipationKind kind,
                   WordOrAsk<v1::ParticipationKind>(context, args.word, context.T("took-part.kind"), "kind"));
  participation.set_kind(kind);
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheRule));
  SetHappened(participation, happened);
  ASSIGN_OR_RETURN(*participation.mutable_place(), PlaceOf(context, view));
  return absl::OkStatus();
}

absl::Status RunTookPart(Context& context, const StepArgs& args) {
  return SaveStep<v1::Participation>(context, args, "participation", "took-part.saved",
                                     [&](const View& view, v1::Participation& participation) {
                                       return FillParticipation(context, args, view, participation);
                                     });
}

// Asks for the one detail that the reason calls for, where it was not said.
absl::Status FillReasonDetail(const Context& context, const StepArgs& args, v1::Closing& closing) {
  const auto ask = [&](int field) {
    if (!context.MayPrompt()) return absl::OkStatus();  // validation says what is missing
    const Answered answered = AskField(context, RecordTypeOf<v1::Closing>(),
                                       *v1::Closing::descriptor()->FindFieldByNumber(field), closing);
    return answered == Answered::kLeft ? Left() : absl::OkStatus();
  };
  if (closing.reason() == v1::CLOSING_REASON_NOT_REACHED) {
    if (args.attempts == 0) return ask(v1::Closing::kAttemptsFieldNumber);
    closing.set_attempts(args.attempts);
  }
  if (closing.reason() == v1::CLOSING_REASON_WANTS_LATER_DATE) {
    if (args.later.empty()) return ask(v1::Closing::kLaterDateFieldNumber);
    ASSIGN_OR_RETURN(const v1::StatedTime later, FutureWhen(context, args.later));
    *closing.mutable_later_date() = later.date();
  }
  return absl::OkStatus();
}

absl::Status FillClosing(const Context& context, const StepArgs& args, v1::Closing& closing) {
  ASSIGN_OR_RETURN(const v1::ClosingReason reason,
                   WordOrAsk<v1::ClosingReason>(context, args.word, context.T("close.reason"), "reason"));
  closing.set_reason(reason);
  RETURN_IF_ERROR(FillReasonDetail(context, args, closing));
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheFile));
  SetHappened(closing, happened);
  return AskNote(context, args.note, *closing.mutable_note());
}

absl::Status RunClose(Context& context, const StepArgs& args) {
  return SaveStep<v1::Closing>(
      context, args, "closing", "close.saved",
      [&](const View&, v1::Closing& closing) { return FillClosing(context, args, closing); });
}

// What all three take.
CLI::App* AddStep(VerbTable& verbs, const std::string& name, const std::shared_ptr<StepArgs>& args,
                  absl::Status (*run)(Context&, const StepArgs&), const std::string& word) {
  CLI::App* verb = verbs.Add(name, [args, run](Context& context) { return run(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.argument.citizen"))->required();
  verb->add_option(word, args->word, verbs.T("help." + name + "." + word));
  verb->add_option("--when", args->when, verbs.T("help.option.when"));
  verbs.TakesJson(verb);
  return verb;
}

}  // namespace

void AddReply(VerbTable& verbs) {
  auto args = std::make_shared<StepArgs>();
  CLI::App* verb = AddStep(verbs, "reply", args, RunReply, "outcome");
  verb->add_option("--way", args->way, verbs.T("help.reply.way"));
  verb->add_flag("--note", args->note, verbs.T("help.option.note"));
}

void AddTookPart(VerbTable& verbs) {
  AddStep(verbs, "took-part", std::make_shared<StepArgs>(), RunTookPart, "kind");
}

void AddClose(VerbTable& verbs) {
  auto args = std::make_shared<StepArgs>();
  CLI::App* verb = AddStep(verbs, "close", args, RunClose, "reason");
  verb->add_option("--attempts", args->attempts, verbs.T("help.close.attempts"));
  verb->add_option("--later", args->later, verbs.T("help.close.later"));
  verb->add_flag("--note", args->note, verbs.T("help.option.note"));
}

}  // namespace opgang::cli
