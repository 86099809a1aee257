#include "cli-client/inquiry_entry.h"

#include "cli-client/due_list.h"
#include "cli-client/entrance_choice.h"
#include "cli-client/layout.h"
#include "cli-client/lookup.h"
#include "cli-client/person_form.h"
#include "cli-client/prompts.h"
#include "cli-client/saving.h"
#include "cli-client/when.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/records/validation.h"

namespace opgang::cli {
namespace {

enum ConsentKey { kYes = 1, kNo, kMore };
constexpr int kAdultAge = 18;

absl::Status Left() { return MakeError(ErrorCode::kCancelled, "left at a prompt"); }

std::vector<MenuChoice> ConsentMenu(const Context& context) {
  return {{context.T("prompt.yes.key"), context.T("inquiry.consent.yes"), kYes},
          {context.T("prompt.no.key"), context.T("inquiry.consent.no"), kNo},
          {"m", context.T("inquiry.consent.more"), kMore}};
}

bool LeadsBack(const InquiryDraft& draft) { return !ValidateInquiryReach(draft.inquiry, &draft.citizen); }

// Puts the door into a new citizen.
void SetHome(const DoorTarget& home, RecordId dwelling, v1::Citizen& citizen) {
  citizen.set_entrance_id(home.entrance.ToBytes());
  citizen.set_dwelling_id(dwelling.ToBytes());
  citizen.set_floor(home.door.floor);
  citizen.set_door(home.door.door);
}

// Where a new citizen lives, who was not met at the own door.
absl::Status AskHomeOf(const Context& context, InquiryDraft& draft) {
  const View* view = context.ViewIfUnlocked();
  if (draft.known_citizen || draft.home || view == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(draft.home, AskHome(context, *view));
  if (!draft.home) return absl::OkStatus();
  draft.area = draft.home->area;
  SetHome(*draft.home, draft.home->dwelling, draft.citizen);
  return absl::OkStatus();
}

// The last question: yes saves, no drops, m asks the rest first.
absl::StatusOr<bool> AskConsent(const Context& context, InquiryDraft& draft) {
  const bool referred = CameByReferrer(draft.inquiry);
  for (;;) {
    const MenuAnswer answer =
        AskMenu(context, context.T(referred ? "inquiry.consent.referrer" : "inquiry.consent.oral"),
                ConsentMenu(context), /*may_skip=*/false);
    if (answer.reply != Answered::kGiven) return Left();
    if (answer.number == kYes) return true;
    if (answer.number == kMore) {
      RETURN_IF_ERROR(AskHomeOf(context, draft));
      if (!AskPersonDetails(context, draft.citizen) || !AskInquiryDetails(context, draft.inquiry))
        return Left();
      continue;
    }
    const auto drop = AskYesNo(context, context.T("inquiry.drop.question"));
    if (!drop) return Left();
    if (*drop) return false;
  }
}

Bundle BundleOf(Context& context, InquiryDraft& draft, RecordId& citizen) {
  Bundle bundle = context.NewBundle();
  if (draft.known_citizen) {
    citizen = *draft.known_citizen;
  } else {
    if (draft.home) SetHome(*draft.home, DwellingFor(*draft.home, bundle), draft.citizen);
    citizen = bundle.Create(draft.citizen, draft.area);
  }
  if (draft.consent) {
    draft.consent->set_citizen_id(citizen.ToBytes());
    bundle.Create(*draft.consent, draft.area);
  }
  draft.inquiry.set_citizen_id(citizen.ToBytes());
  bundle.Create(draft.inquiry, draft.area);
  return bundle;
}

// The dates that the rule makes of the inquiry: the case's own, else, on a locked store, those of today;
// nullopt where neither is known.
std::optional<DateSpan> DueOf(const Context& context, const v1::Inquiry& inquiry, RecordId citizen) {
  if (const View* view = context.ViewIfUnlocked()) {
    for (const CaseLine& line : view->CasesOfCitizen(citizen, context.Now())) {
      if (line.response_case.open()) return line.response_case.due;
    }
  }
  const NowEstimate now = context.store().Now();
  std::optional<absl::CivilDay> stated;
  if (inquiry.has_asked()) stated = FromProto(inquiry.asked().date());
  if (!stated && DayIsUncertain(now)) return std::nullopt;
  const absl::CivilDay today = LocalDay(now.best);
  return DueDates({stated.value_or(today), stated.value_or(today)}, context.store().rule_settings());
}

std::string SavedWords(const Context& context, const v1::Inquiry& inquiry, RecordId citizen) {
  const auto due = DueOf(context, inquiry, citizen);
  return due ? context.T("inquiry.saved", {{"by", DueDateWords(context, *due)}})
             : context.T("inquiry.saved.undated");
}

void OfferDuplicates(const Context& context, RecordId citizen) {
  const View* view = context.ViewIfUnlocked();
  if (view == nullptr) return;
  for (const LikelyDuplicate& duplicate : LikelyDuplicatesOf(*view, citizen)) {
    context.Hint(context.T("inquiry.duplicate", {{"new", view->HandleOf(citizen)},
                                                 {"old", view->HandleOf(duplicate.citizen)},
                                                 {"alike", AlikeWords(context, duplicate)}}));
  }
}

void TellAboutAge(const Context& context, const v1::Citizen& citizen) {
  if (!citizen.has_birth_year()) return;
  if (context.Today().year() - citizen.birth_year() < kAdultAge) context.Hint(context.T("inquiry.under-age"));
}

}  // namespace

bool CameByReferrer(const v1::Inquiry& inquiry) {
  switch (inquiry.channel()) {
    case v1::CHANNEL_PHARMACY:
    case v1::CHANNEL_CARETAKER:
    case v1::CHANNEL_MUNICIPAL_STAFF: return true;
    default: return !inquiry.referrer().empty();
  }
}

v1::Consent ContactConsent(const Context& context, const v1::Inquiry& inquiry) {
  v1::Consent consent;
  consent.set_purpose(v1::CONSENT_PURPOSE_CONTACT);
  consent.set_form(CameByReferrer(inquiry) ? v1::CONSENT_FORM_VIA_REFERRER : v1::CONSENT_FORM_ORAL);
  consent.set_wording_version(kContactWording);
  consent.set_wording_language(context.texts().language() == Language::kDanish ? "da" : "en");
  if (inquiry.has_asked()) *consent.mutable_given() = inquiry.asked();
  return consent;
}

bool ContactConsentStands(const View& view, RecordId citizen) {
  for (const VisibleRecord* record : view.About(citizen)) {
    if (record->type->type != RecordType::kConsent) continue;
    const auto& consent = record->As<v1::Consent>();
    if (consent.purpose() == v1::CONSENT_PURPOSE_CONTACT && !consent.has_withdrawn()) return true;
  }
  return false;
}

absl::StatusOr<bool> AskInquiry(const Context& context, InquiryDraft& draft) {
  if (!draft.known_citizen && !AskNameAndTelephone(context, draft.citizen)) return Left();
  if (draft.home) SetHome(*draft.home, draft.home->dwelling, draft.citizen);
  while (!LeadsBack(draft)) {
    if (!AskWayBack(context, draft.inquiry)) return Left();
  }
  const View* view = context.ViewIfUnlocked();
  const bool stands =
      draft.known_citizen && view != nullptr && ContactConsentStands(*view, *draft.known_citizen);
  if (stands) return true;
  ASSIGN_OR_RETURN(const bool agreed, AskConsent(context, draft));
  if (agreed) draft.consent = ContactConsent(context, draft.inquiry);
  return agreed;
}

absl::Status SaveInquiry(Context& context, InquiryDraft draft) {
  RecordId citizen;
  const Bundle bundle = BundleOf(context, draft, citizen);
  RETURN_IF_ERROR(context.store().Save(bundle).status());
  TellSaved(context, RecordsOf(bundle), SavedWords(context, draft.inquiry, citizen));
  TellAboutAge(context, draft.citizen);
  if (!draft.known_citizen) OfferDuplicates(context, citizen);
  return absl::OkStatus();
}

absl::Status InquiryAtDoor(Context& context, const DoorTarget& target) {
  InquiryDraft draft;
  draft.home = target;
  draft.area = target.area;
  draft.inquiry.set_channel(v1::CHANNEL_DOOR);
  ASSIGN_OR_RETURN(const auto asked, PastWhen(context, "", WhenMatters::kForTheRule));
  if (asked) *draft.inquiry.mutable_asked() = *asked;
  ASSIGN_OR_RETURN(const bool agreed, AskInquiry(context, draft));
  if (agreed) return SaveInquiry(context, std::move(draft));
  context.Say(context.T("inquiry.dropped"));
  return absl::OkStatus();
}

}  // namespace opgang::cli
