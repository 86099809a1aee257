// opgang contact: a conversation. With a citizen (`contact k7f`), with somebody who is new and wants to be
// noted
// (`contact --new`), or with nobody in particular: an anonymous drop-in, which carries no name and no note.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli-client/inquiry_entry.h"
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

struct ContactArgs {
  std::string citizen;
  std::string place;
  std::vector<std::string> topics;
  std::string when;
  bool new_citizen = false;
  bool note = false;
};

// Who the conversation was with, until it is saved.
struct Partner {
  std::optional<AreaId> area;
  RecordId known;                      // empty: nobody known
  std::optional<v1::Citizen> citizen;  // somebody new
  bool anonymous() const { return known.empty() && !citizen; }
};

absl::StatusOr<Partner> PartnerOf(Context& context, const ContactArgs& args) {
  Partner partner;
  if (!args.citizen.empty()) {
    ASSIGN_OR_RETURN(const View* view, context.OpenView());
    ASSIGN_OR_RETURN(const VisibleRecord* citizen, CitizenOf(context, *view, args.citizen));
    partner.known = citizen->id;
    partner.area = AreaOf(*citizen);
    return partner;
  }
  ASSIGN_OR_RETURN(partner.area, AreaHere(context));
  return partner;
}

absl::Status AskNewCitizen(const Context& context, Partner& partner) {
  if (!context.MayPrompt())
    return ErrorWithWords(ErrorCode::kUsage, context.T("usage.needs-terminal-or-json"));
  v1::Citizen citizen;
  if (!AskNameAndTelephone(context, citizen)) return MakeError(ErrorCode::kCancelled, "left at a prompt");
  const auto agreed = AskYesNo(context, context.T("contact.consent"));
  if (!agreed.value_or(false)) {
    context.Hint(context.T("inquiry.dropped"));
    return MakeError(ErrorCode::kCancelled, "no consent");
  }
  partner.citizen = citizen;
  return absl::OkStatus();
}

// Topics one key each, Enter when done.
bool AskTopics(const Context& context, v1::Contact& contact) {
  for (;;) {
    const MenuAnswer answer =
        AskEnum(context, context.T("contact.topics"), *v1::Topic_descriptor(), /*may_skip=*/true);
    if (answer.reply == Answered::kLeft) return false;
    if (answer.reply == Answered::kSkipped) return true;
    const auto& topics = contact.topics();
    if (std::find(topics.begin(), topics.end(), answer.number) == topics.end()) {
      contact.add_topics(static_cast<v1::Topic>(answer.number));
    }
  }
}

absl::Status FillTopics(const Context& context, const ContactArgs& args, v1::Contact& contact) {
  for (const std::string& word : args.topics) {
    ASSIGN_OR_RETURN(const v1::Topic topic, WordOrAsk<v1::Topic>(context, word, "", "--topic"));
    contact.add_topics(topic);
  }
  if (!args.topics.empty() || !context.MayPrompt()) return absl::OkStatus();
  return AskTopics(context, contact) ? absl::OkStatus()
                                     : MakeError(ErrorCode::kCancelled, "left at a prompt");
}

absl::Status FillContact(const Context& context, const ContactArgs& args, bool anonymous,
                         v1::Contact& contact) {
  ASSIGN_OR_RETURN(const v1::ContactPlace place,
                   WordOrAsk<v1::ContactPlace>(context, args.place, context.T("contact.place"), "--place"));
  contact.set_place(place);
  RETURN_IF_ERROR(FillTopics(context, args, contact));
  ASSIGN_OR_RETURN(const auto happened, PastWhen(context, args.when, WhenMatters::kForTheFile));
  SetHappened(contact, happened);
  if (args.note && anonymous) return ErrorWithWords(ErrorCode::kUsage, context.T("contact.no-note"));
  return AskNote(context, args.note, *contact.mutable_note());
}

absl::Status SaveContact(Context& context, const Partner& partner, v1::Contact contact,
                         std::optional<v1::Consent> consent) {
  Bundle bundle = context.NewBundle();
  RecordId citizen = partner.known;
  if (partner.citizen) citizen = bundle.Create(*partner.citizen, partner.area);
  if (consent) {
    consent->set_citizen_id(citizen.ToBytes());
    bundle.Create(*consent, partner.area);
  }
  contact.set_citizen_id(citizen.ToBytes());
  bundle.Create(contact, partner.area);
  return SaveAndTell(context, bundle,
                     context.T(partner.anonymous() ? "contact.saved.anonymous" : "contact.saved"));
}

// {"contact": {...}} and, for somebody new, {"citizen": {...}, "consent": {}}.
absl::Status SaveFromJson(Context& context, const ContactArgs& args) {
  ASSIGN_OR_RETURN(const JsonInput input, JsonInput::Read(context, {"contact", "citizen", "consent"}));
  ASSIGN_OR_RETURN(Partner partner, PartnerOf(context, args));
  v1::Contact contact;
  RETURN_IF_ERROR(input.Get(context, "contact", contact));
  std::optional<v1::Consent> consent;
  if (input.Has("citizen") && partner.known.empty()) {
    if (!input.Has("consent"))
      return ErrorWithWords(ErrorCode::kBadInput, context.T("inquiry.consent.needed"));
    RETURN_IF_ERROR(input.Get(context, "citizen", partner.citizen.emplace()));
    consent = ContactConsent(context, v1::Inquiry());
    RETURN_IF_ERROR(input.Get(context, "consent", *consent));
  }
  return SaveContact(context, partner, std::move(contact), std::move(consent));
}

absl::Status RunContact(Context& context, const ContactArgs& args) {
  RETURN_IF_ERROR(context.OpenStore().status());
  if (context.options().json_input) return SaveFromJson(context, args);
  ASSIGN_OR_RETURN(Partner partner, PartnerOf(context, args));
  if (args.new_citizen) RETURN_IF_ERROR(AskNewCitizen(context, partner));
  v1::Contact contact;
  RETURN_IF_ERROR(FillContact(context, args, partner.anonymous(), contact));
  std::optional<v1::Consent> consent;
  if (partner.citizen) consent = ContactConsent(context, v1::Inquiry());
  return SaveContact(context, partner, std::move(contact), std::move(consent));
}

}  // namespace

void AddContact(VerbTable& verbs) {
  auto args = std::make_shared<ContactArgs>();
  CLI::App* verb = verbs.Add("contact", [args](Context& context) { return RunContact(context, *args); });
  verb->add_option("citizen", args->citizen, verbs.T("help.contact.citizen"));
  verb->add_option("--place", args->place, verbs.T("help.contact.place"));
  verb->add_option("--topic", args->topics, verbs.T("help.contact.topic"))->allow_extra_args(false);
  verb->add_option("--when", args->when, verbs.T("help.option.when"));
  verb->add_flag("--new", args->new_citizen, verbs.T("help.contact.new"));
  verb->add_flag("--note", args->note, verbs.T("help.option.note"));
  verbs.TakesJson(verb);
}

}  // namespace opgang::cli
