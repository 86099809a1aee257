#include "cli-client/person_form.h"

#include <algorithm>

#include "cli-client/prompts.h"
#include "core/base/error.h"
#include "core/records/validation.h"

namespace opgang::cli {
namespace {

bool AskTelephone(const Context& context, v1::Citizen& citizen) {
  const LineAnswer answer =
      AskLineThat(context, context.T("person.telephone"), context.T("person.telephone.problem"),
                  [](const std::string& text) { return NormalizeTelephone(text).has_value(); });
  if (answer.reply == Answered::kGiven) citizen.set_telephone(*NormalizeTelephone(answer.text.Reveal()));
  return answer.reply != Answered::kLeft;
}

bool AskBirthYear(const Context& context, v1::Citizen& citizen) {
  const int this_year = static_cast<int>(context.Today().year());
  auto fits = [this_year](const std::string& text) {
    const auto year = ParseNumber(text);
    return year && *year >= 1900 && *year <= this_year && *year == static_cast<int>(*year);
  };
  const LineAnswer answer =
      AskLineThat(context, context.T("person.birth-year"), context.T("person.birth-year.problem"), fits);
  if (answer.reply == Answered::kGiven)
    citizen.set_birth_year(static_cast<int>(*ParseNumber(answer.text.Reveal())));
  return answer.reply != Answered::kLeft;
}

bool AskInterpreter(const Context& context, v1::Citizen& citizen) {
  const auto needed = AskYesNo(context, context.T("person.interpreter"));
  if (needed) citizen.set_interpreter_needed(*needed);
  return needed.has_value();
}

bool AskWay(const Context& context, v1::Inquiry& inquiry) {
  const MenuAnswer answer =
      AskEnum(context, context.T("person.preferred-way"), *v1::ContactWay_descriptor(), /*may_skip=*/true);
  if (answer.reply == Answered::kGiven) inquiry.set_preferred_way(static_cast<v1::ContactWay>(answer.number));
  return answer.reply != Answered::kLeft;
}

bool IsNumber(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool AskText(const Context& context, std::string_view question, std::string& text) {
  const LineAnswer answer = AskLine(context, question);
  if (answer.reply == Answered::kGiven) text = answer.text.Reveal();
  return answer.reply != Answered::kLeft;
}

bool AskNameAndTelephone(const Context& context, v1::Citizen& citizen) {
  return AskText(context, context.T("person.name"), *citizen.mutable_name()) &&
         AskTelephone(context, citizen);
}

bool AskPersonDetails(const Context& context, v1::Citizen& citizen) {
  if (citizen.language().empty() &&
      !AskText(context, context.T("person.language"), *citizen.mutable_language())) {
    return false;
  }
  const bool other_language = !citizen.language().empty() && citizen.language() != "da";
  if (other_language && !citizen.interpreter_needed() && !AskInterpreter(context, citizen)) return false;
  return AskBirthYear(context, citizen);
}

absl::Status AskNote(const Context& context, bool wanted, std::string& note) {
  if (!wanted) return absl::OkStatus();
  if (!context.MayPrompt())
    return ErrorWithWords(ErrorCode::kUsage, context.T("usage.needs-terminal-or-json"));
  return AskText(context, context.T("person.note"), note)
             ? absl::OkStatus()
             : MakeError(ErrorCode::kCancelled, "left at a prompt");
}

bool AskInquiryDetails(const Context& context, v1::Inquiry& inquiry) {
  return AskText(context, context.T("person.safe-hours"), *inquiry.mutable_safe_hours()) &&
         AskWay(context, inquiry) &&
         AskText(context, context.T("person.referrer"), *inquiry.mutable_referrer()) &&
         AskText(context, context.T("person.agreed-place"), *inquiry.mutable_agreed_place()) &&
         AskText(context, context.T("person.slip"), *inquiry.mutable_slip_number()) &&
         AskText(context, context.T("person.note"), *inquiry.mutable_note());
}

bool AskWayBack(const Context& context, v1::Inquiry& inquiry) {
  std::string text;
  if (!AskText(context, context.T("person.way-back"), text)) return false;
  if (IsNumber(text)) {
    inquiry.set_slip_number(text);
  } else {
    inquiry.set_agreed_place(text);
  }
  return true;
}

}  // namespace opgang::cli
