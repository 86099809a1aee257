// opgang inquiry: a citizen asks. `inquiry --door 2th`, `inquiry --channel caretaker --when fri`, `inquiry
// --citizen k7f`. What identifies a person is asked for or comes as JSON, never as an argument.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli-client/inquiry_entry.h"
#include "cli-client/lookup.h"
#include "cli-client/prompts.h"
#include "cli-client/record_json.h"
#include "cli-client/verbs/verbs.h"
#include "cli-client/when.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"

namespace opgang::cli {
namespace {

struct InquiryArgs {
  std::string citizen;
  std::string door;
  std::string channel;
  std::string when;
  std::string language;
  std::string slip;
  bool interpreter = false;
  bool consent = false;
  bool add = false;
};

absl::Status UseKnownCitizen(Context& context, const std::string& handle, InquiryDraft& draft) {
  ASSIGN_OR_RETURN(const View* view, context.OpenView());
  ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, handle));
  draft.known_citizen = citizen->id;
  draft.citizen = citizen->As<v1::Citizen>();
  draft.area = AreaOf(*citizen);
  return absl::OkStatus();
}

absl::Status UseDoor(const Context& context, const InquiryArgs& args, InquiryDraft& draft) {
  ASSIGN_OR_RETURN(const DoorTarget target, TargetOf(context, args.door, args.add));
  if (target.whole) return ErrorWithWords(ErrorCode::kUsage, context.T("usage.door"));
  draft.home = target;
  draft.area = target.area;
  return absl::OkStatus();
}

// Who and where: a known citizen, a door, or neither.
absl::Status UsePerson(Context& context, const InquiryArgs& args, InquiryDraft& draft) {
  if (!args.citizen.empty()) return UseKnownCitizen(context, args.citizen, draft);
  if (!args.door.empty()) return UseDoor(context, args, draft);
  ASSIGN_OR_RETURN(draft.area, AreaHere(context));
  return absl::OkStatus();
}

absl::Status UseChannel(const Context& context, const InquiryArgs& args, InquiryDraft& draft) {
  if (args.channel.empty() && !args.door.empty()) {
    draft.inquiry.set_channel(v1::CHANNEL_DOOR);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const v1::Channel channel,
                   WordOrAsk<v1::Channel>(context, args.channel, context.T("inquiry.channel"), "--channel"));
  draft.inquiry.set_channel(channel);
  return absl::OkStatus();
}

absl::Status UseOptions(const Context& context, const InquiryArgs& args, InquiryDraft& draft) {
  ASSIGN_OR_RETURN(const auto asked, PastWhen(context, args.when, WhenMatters::kForTheRule));
  if (asked) *draft.inquiry.mutable_asked() = *asked;
  draft.inquiry.set_slip_number(args.slip);
  if (!args.language.empty()) draft.citizen.set_language(args.language);
  if (args.interpreter) draft.citizen.set_interpreter_needed(true);
  return absl::OkStatus();
}

// Language and interpreter of somebody who is on the device already.
absl::Status PatchKnownCitizen(Context& context, const InquiryArgs& args, const InquiryDraft& draft) {
  std::vector<uint32_t> fields;
  if (!args.language.empty()) fields.push_back(v1::Citizen::kLanguageFieldNumber);
  if (args.interpreter) fields.push_back(v1::Citizen::kInterpreterNeededFieldNumber);
  if (!draft.known_citizen || fields.empty()) return absl::OkStatus();
  Bundle bundle = context.NewBundle();
  bundle.Patch(*draft.known_citizen, draft.citizen, fields);
  return context.store().Save(bundle).status();
}

absl::Status AskAndSave(Context& context, const InquiryArgs& args, InquiryDraft draft) {
  ASSIGN_OR_RETURN(const bool agreed, AskInquiry(context, draft));
  if (!agreed) {
    context.Say(context.T("inquiry.dropped"));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(PatchKnownCitizen(context, args, draft));
  return SaveInquiry(context, std::move(draft));
}

// With nobody to ask, the citizen's consent is said with --consent.
absl::Status SaveUnasked(Context& context, const InquiryArgs& args, InquiryDraft draft) {
  const View* view = context.ViewIfUnlocked();
  const bool stands =
      draft.known_citizen && view != nullptr && ContactConsentStands(*view, *draft.known_citizen);
  if (!stands && !args.consent) return ErrorWithWords(ErrorCode::kUsage, context.T("inquiry.consent.needed"));
  if (!stands) draft.consent = ContactConsent(context, draft.inquiry);
  RETURN_IF_ERROR(PatchKnownCitizen(context, args, draft));
  return SaveInquiry(context, std::move(draft));
}

// {"citizen": {...}, "inquiry": {...}, "consent": {}}: the input's fields win over the options. The member
// "consent", be it empty, says that the citizen agreed.
absl::Status SaveFromJson(Context& context, const InquiryArgs& args) {
  ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {"citizen", "inquiry", "consent"}));
  InquiryDraft draft;
  RETURN_IF_ERROR(UsePerson(context, args, draft));
  RETURN_IF_ERROR(UseOptions(context, args, draft));
  RETURN_IF_ERROR(input.Get(context, "inquiry", draft.inquiry));
  if (draft.inquiry.channel() == v1::CHANNEL_UNSPECIFIED) RETURN_IF_ERROR(UseChannel(context, args, draft));
  if (!draft.known_citizen) RETURN_IF_ERROR(input.Get(context, "citizen", draft.citizen));
  if (!input.Has("consent")) return SaveUnasked(context, args, std::move(draft));
  draft.consent = ContactConsent(context, draft.inquiry);
  RETURN_IF_ERROR(input.Get(context, "consent", *draft.consent));
  return SaveInquiry(context, std::move(draft));
}

absl::Status RunInquiry(Context& context, const InquiryArgs& args) {
  RETURN_IF_ERROR(context.OpenStore().status());
  if (context.options().json_input) return SaveFromJson(context, args);
  InquiryDraft draft;
  RETURN_IF_ERROR(UsePerson(context, args, draft));
  RETURN_IF_ERROR(UseChannel(context, args, draft));
  RETURN_IF_ERROR(UseOptions(context, args, draft));
  if (context.MayPrompt()) return AskAndSave(context, args, std::move(draft));
  return SaveUnasked(context, args, std::move(draft));
}

}  // namespace

void AddInquiry(VerbTable& verbs) {
  auto args = std::make_shared<InquiryArgs>();
  CLI::App* verb = verbs.Add("inquiry", [args](Context& context) { return RunInquiry(context, *args); });
  verb->add_option("--citizen", args->citizen, verbs.T("help.inquiry.citizen"));
  verb->add_option("--door", args->door, verbs.T("help.inquiry.door"));
  verb->add_option("--channel", args->channel, verbs.T("help.inquiry.channel"));
  verb->add_option("--when", args->when, verbs.T("help.inquiry.when"));
  verb->add_option("--language", args->language, verbs.T("help.option.language"));
  verb->add_option("--slip", args->slip, verbs.T("help.inquiry.slip"));
  verb->add_flag("--interpreter", args->interpreter, verbs.T("help.inquiry.interpreter"));
  verb->add_flag("--consent", args->consent, verbs.T("help.inquiry.consent"));
  verb->add_flag("--add", args->add, verbs.T("help.door.add"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
