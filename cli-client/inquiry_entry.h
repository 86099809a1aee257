// Taking a citizen's inquiry: name, telephone, one key for the consent, and it is saved in one piece.
//
// Asking to be contacted is the consent to be contacted. If the citizen says no, what was typed is dropped
// and the door stays as it was noted.
#ifndef OPGANG_CLI_CLIENT_INQUIRY_ENTRY_H_
#define OPGANG_CLI_CLIENT_INQUIRY_ENTRY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "cli-client/door_facts.h"
#include "opgang/v1/citizen.pb.h"
#include "opgang/v1/response.pb.h"

namespace opgang::cli {

// The text that is read to the citizen; its version is kept with the consent.
inline constexpr char kContactWording[] = "contact-2026-1";

// What will be saved. Nothing of it is stored before.
struct InquiryDraft {
  std::optional<RecordId>
      known_citizen;  // set: the citizen is on the device already; `citizen` then holds a copy
  v1::Citizen citizen;
  v1::Inquiry inquiry;
  std::optional<v1::Consent> consent;  // absent for a known citizen whose consent stands
  std::optional<DoorTarget> home;      // the door the citizen lives behind
  std::optional<AreaId> area;
};

// After "talked, interested": asks and saves. kCancelled where the person left or the citizen said no.
absl::Status InquiryAtDoor(Context& context, const DoorTarget& target);

// Asks for what the draft lacks, and for the consent. False: the citizen said no, and the draft is to be
// dropped. kCancelled: left.
absl::StatusOr<bool> AskInquiry(const Context& context, InquiryDraft& draft);

// One bundle: dwelling where it is to be added, citizen, consent, inquiry. Then tells the due date, and
// likely duplicates where the store is unlocked.
absl::Status SaveInquiry(Context& context, InquiryDraft draft);

// The consent as it is asked here: oral, or by the referrer's word where a referrer brought the inquiry.
v1::Consent ContactConsent(const Context& context, const v1::Inquiry& inquiry);
bool CameByReferrer(const v1::Inquiry& inquiry);

// A consent to be contacted stands for this citizen.
bool ContactConsentStands(const View& view, RecordId citizen);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_INQUIRY_ENTRY_H_
