// Who does what: opgang claim (I take this on), opgang hand-over (a colleague does), opgang cause (why a case was not
// answered in time).
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli-client/lookup.h"
#include "cli-client/person_form.h"
#include "cli-client/prompts.h"
#include "cli-client/record_json.h"
#include "cli-client/saving.h"
#include "cli-client/verbs/verbs.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

struct ClaimArgs {
  std::string task;
  std::string holder;
  bool give_back = false;
};

// Every claim of the task becomes one of `holder`: who sees them all settles them all.
Bundle ClaimBundle(Context& context, const View& view, const VisibleRecord& about,
                   const std::string& holder) {
  v1::Claim claim;
  claim.set_citizen_id(about.subject.ToBytes());
  claim.set_task_id(about.id.ToBytes());
  claim.set_holder(holder);
  Bundle bundle = context.NewBundle();
  for (const VisibleRecord* record : view.OfType(RecordType::kClaim)) {
    if (record->As<v1::Claim>().task_id() != claim.task_id()) continue;
    bundle.Patch(record->id, claim, {v1::Claim::kHolderFieldNumber});
  }
  if (bundle.empty() && !holder.empty()) bundle.Create(claim, AreaOf(about));
  return bundle;
}

// A mistyped code would hide the task from everybody's own list.
bool HasNotedAnything(const View& view, const std::string& staff_code) {
  return std::ranges::any_of(AllRecordTypes(), [&](const RecordTypeInfo& type) {
    return std::ranges::any_of(view.OfType(type.type), [&](const VisibleRecord* record) {
      return record->record->created().author() == staff_code ||
             (type.type == RecordType::kGroup && record->As<v1::Group>().instructor() == staff_code);
    });
  });
}

absl::Status PutClaim(Context& context, const ClaimArgs& args, const std::string& holder) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* about, RecordOf(context, *view, args.task));
  if (about->subject.empty()) return ErrorWithWords(ErrorCode::kUsage, context.T("claim.no-citizen"));
  const Bundle bundle = ClaimBundle(context, *view, *about, holder);
  if (bundle.empty()) return ErrorWithWords(ErrorCode::kNotFound, context.T("claim.nobody"));
  const std::string handle = view->HandleOf(about->id);
  const std::string words = holder.empty() ? context.T("claim.given-back", {{"task", handle}})
                                           : context.T("claim.saved", {{"task", handle}, {"holder", holder}});
  const bool known =
      holder.empty() || holder == context.store().info().staff_code || HasNotedAnything(*view, holder);
  RETURN_IF_ERROR(SaveAndTell(context, bundle, words));
  if (!known) context.Hint(context.T("claim.unknown-holder", {{"holder", holder}}));
  return absl::OkStatus();
}

absl::Status RunClaim(Context& context, const ClaimArgs& args) {
  RETURN_IF_ERROR(context.OpenView().status());
  return PutClaim(context, args, args.give_back ? "" : context.store().info().staff_code);
}

absl::Status RunHandOver(Context& context, const ClaimArgs& args) {
  return PutClaim(context, args, args.holder);
}

struct CauseArgs {
  std::string task;
  std::string cause;
  bool note = false;
};

// The breach among the citizen's cases that the handle means: its own, else the only one.
absl::StatusOr<CaseLine> BreachOf(const Context& context, const View& view, const VisibleRecord& record) {
  std::vector<CaseLine> breaches = view.CasesOfCitizen(record.subject, context.Now());
  std::erase_if(breaches, [](const CaseLine& line) { return !line.response_case.breach; });
  for (const CaseLine& line : breaches) {
    const std::vector<RecordId>& inquiries = line.response_case.inquiries;
    if (std::ranges::find(inquiries, record.id) != inquiries.end()) return line;
  }
  if (breaches.size() == 1 && record.type->type == RecordType::kCitizen) return breaches.front();
  return ErrorWithWords(ErrorCode::kNotFound, context.T("cause.no-breach"));
}

absl::Status FillCause(const Context& context, const CauseArgs& args, v1::BreachCause& cause) {
  ASSIGN_OR_RETURN(const v1::CauseOfBreach word,
                   WordOrAsk<v1::CauseOfBreach>(context, args.cause, context.T("cause.which"), "cause"));
  cause.set_cause(word);
  return AskNote(context, args.note, *cause.mutable_note());
}

absl::Status RunCause(Context& context, const CauseArgs& args) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* record, RecordOf(context, *view, args.task));
  ASSIGN_OR_RETURN(const CaseLine line, BreachOf(context, *view, *record));
  v1::BreachCause cause;
  cause.set_citizen_id(line.response_case.citizen.ToBytes());
  cause.set_inquiry_id(line.response_case.id.ToBytes());
  if (context.options().json_input) {
    ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {"breach_cause"}));
    RETURN_IF_ERROR(input.Get(context, "breach_cause", cause));
  } else {
    RETURN_IF_ERROR(FillCause(context, args, cause));
  }
  Bundle bundle = context.NewBundle();
  bundle.Create(cause, line.inquiry == nullptr ? AreaOf(*record) : AreaOf(*line.inquiry));
  return SaveAndTell(context, bundle, context.T("cause.saved"));
}

}  // namespace

void AddClaim(VerbTable& verbs) {
  auto args = std::make_shared<ClaimArgs>();
  CLI::App* verb = verbs.Add("claim", [args](Context& context) { return RunClaim(context, *args); });
  verb->add_option("task", args->task, verbs.T("help.claim.task"))->required();
  verb->add_flag("--give-back", args->give_back, verbs.T("help.claim.give-back"));
}

void AddHandOver(VerbTable& verbs) {
  auto args = std::make_shared<ClaimArgs>();
  CLI::App* verb = verbs.Add("hand-over", [args](Context& context) { return RunHandOver(context, *args); });
  verb->add_option("task", args->task, verbs.T("help.claim.task"))->required();
  verb->add_option("to", args->holder, verbs.T("help.hand-over.to"))->required();
}

void AddCause(VerbTable& verbs) {
  auto args = std::make_shared<CauseArgs>();
  CLI::App* verb = verbs.Add("cause", [args](Context& context) { return RunCause(context, *args); });
  verb->add_option("case", args->task, verbs.T("help.cause.case"))->required();
  verb->add_option("cause", args->cause, verbs.T("help.cause.cause"));
  verb->add_flag("--note", args->note, verbs.T("help.option.note"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
