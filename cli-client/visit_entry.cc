#include "cli-client/visit_entry.h"

#include "cli-client/prompts.h"
#include "cli-client/saving.h"
#include "cli-client/when.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/rules/stated_time.h"

namespace opgang::cli {
namespace {

// Empty where nothing was said.
absl::StatusOr<std::string> SaidOrAsked(const Context& context, const std::string& said,
                                        std::string_view question, std::string_view problem,
                                        const std::function<bool(const std::string&)>& fits) {
  if (!said.empty() || !context.MayPrompt()) return said;
  const LineAnswer answer = AskLineThat(context, question, problem, fits);
  if (answer.reply == Answered::kLeft) return MakeError(ErrorCode::kCancelled, "left at a prompt");
  return answer.text.Reveal();
}

absl::Status FillComeBack(const Context& context, const VisitDetails& details, v1::Visit& visit) {
  const absl::CivilDay today = context.Today();
  ASSIGN_OR_RETURN(
      const std::string back,
      SaidOrAsked(context, details.back, context.T("door.back.prompt"), context.T("when.not-understood"),
                  [today](const std::string& text) { return ParseFutureWord(text, today).ok(); }));
  if (back.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(*visit.mutable_come_back(), FutureWhen(context, back));
  return absl::OkStatus();
}

absl::Status FillLanguage(const Context& context, const VisitDetails& details, v1::Visit& visit) {
  ASSIGN_OR_RETURN(const std::string language,
                   SaidOrAsked(context, details.language, context.T("door.language.prompt"), "",
                               [](const std::string&) { return true; }));
  visit.set_language(language);
  return absl::OkStatus();
}

}  // namespace

std::vector<const EnumValue*> DispositionsFor(bool whole_entrance) {
  std::vector<const EnumValue*> fitting;
  for (const EnumValue* value : ChoicesOf(*v1::Disposition_descriptor())) {
    if ((value->number() >= v1::DISPOSITION_NO_ACCESS) == whole_entrance) fitting.push_back(value);
  }
  return fitting;
}

absl::Status FillDetails(const Context& context, const VisitDetails& details, v1::Visit& visit) {
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, details.when, WhenMatters::kForTheFile));
  SetHappened(visit, happened);
  switch (visit.disposition()) {
    case v1::DISPOSITION_COME_BACK: return FillComeBack(context, details, visit);
    case v1::DISPOSITION_LANGUAGE: return FillLanguage(context, details, visit);
    case v1::DISPOSITION_DO_NOT_CALL:
      *visit.mutable_do_not_call_until() = ToProto(context.Today() + kDoNotCallDays);
      return absl::OkStatus();
    default: return absl::OkStatus();
  }
}

absl::StatusOr<std::vector<RecordId>> SaveVisit(Context& context, const DoorTarget& target,
                                                v1::Disposition disposition, const VisitDetails& details) {
  v1::Visit visit;
  visit.set_disposition(disposition);
  RETURN_IF_ERROR(FillDetails(context, details, visit));
  Bundle bundle = context.NewBundle();
  visit.set_entrance_id(target.entrance.ToBytes());
  visit.set_dwelling_id(DwellingFor(target, bundle).ToBytes());
  visit.set_floor(target.door.floor);
  visit.set_door(target.door.door);
  bundle.Create(visit, target.area);
  RETURN_IF_ERROR(context.store().Save(bundle).status());
  return RecordsOf(bundle);
}

std::string VisitWords(const Context& context, const DoorTarget& target, v1::Disposition disposition) {
  return context.T("door.saved", {{"door", TargetLabel(context, target)},
                                  {"disposition", Label(context.texts(), disposition)}});
}

}  // namespace opgang::cli
