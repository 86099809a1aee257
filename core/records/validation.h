// What a record may contain. The same checks run at capture, while the worker looks at the screen, and at the
// base. Pure: content only; permission and causality are the base's.
#ifndef OPGANG_CORE_RECORDS_VALIDATION_H_
#define OPGANG_CORE_RECORDS_VALIDATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "core/base/ids.h"
#include "core/records/registry.h"
#include "opgang/v1/mutation.pb.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

// Why something was refused. The words and the remedy stand in the catalogues; nothing here quotes content.
struct Refusal {
  v1::RefusalCode code = v1::REFUSAL_CODE_UNSPECIFIED;
  uint32_t field = 0;  // field number in the type's message; 0 = as a whole
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// A kRefused error that carries `refusal` (and the type's name and field name in its message), and back.
absl::Status RefusalError(const Refusal& refusal, uint32_t record_type);
std::optional<Refusal> GetRefusal(const absl::Status& status);

// Limits. A payload is bounded so that a bundle always fits one message.
inline constexpr size_t kMaxPayloadBytes = 24 * 1024;
inline constexpr size_t kMaxBundleMutations = 64;
inline constexpr size_t kMaxBundleBytes = 200 * 1024;

struct ValidationContext {
  RecordId record_id;
  RecordId subject;  // from the envelope; empty = none
  // Nothing can have happened after it (Europe/Copenhagen). For a create: last day of its recorded interval.
  // For a patch: today by base time, because what it leaves untouched may have been said later than it was
  // captured.
  absl::CivilDay latest_day;
};

// Checks whole content: a create, or a record as a patch would leave it. nullopt = sound. Names the first
// field that is not. Fields that this build does not know, and unknown values of enums that are not required,
// pass (I17).
std::optional<Refusal> ValidateContent(const RecordTypeInfo& info, const google::protobuf::Message& content,
                                       const ValidationContext& context);

// What a change says about itself, whatever the record holds: a change of Inquiry.asked names its reason in
// the same patch, because it moves a due time; an entry of a ledger (NicotineHandOut) is neither patched nor
// deleted. nullopt for a create, and for fields that cannot be parsed (the caller refuses those as UNREADABLE).
std::optional<Refusal> ValidatePatch(const RecordTypeInfo& info, const v1::MutationPayload& payload);

// A bundle's members together: an inquiry needs a way to find the person again, on itself (agreed place,
// slip) or on its citizen (telephone; dwelling, or entrance with floor or door: an entrance alone is twelve
// doors). `citizen` may be null: not known here (then only the inquiry's own fields count, and a missing way
// is not refused).
std::optional<Refusal> ValidateInquiryReach(const v1::Inquiry& inquiry, const v1::Citizen* citizen);

// An intake's three required questions: products, daily amounts, place. Refusal names the first that is
// missing; the first two are one field, and no product at all is the first.
std::optional<Refusal> ValidateIntakeComplete(const v1::Intake& intake);

// The envelope by itself: ids, scopes, type, subject form, bundle form. Does not look into the payload.
// Refusals name field 0: the fields of the envelope are none of the worker's.
std::optional<Refusal> ValidateEnvelope(const v1::MutationEnvelope& envelope);

// Text that holds something like a Danish civil registration number: six digits that are a date (ddmmyy),
// optional spaces or a hyphen or dash, four digits; not part of a longer number. Telephone numbers pass,
// eight digits in any grouping or "+" and E.164.
bool LooksLikeCpr(std::string_view text);
bool IsValidUtf8(std::string_view text);
// Spaces, hyphens, dots, slashes and parentheses are dropped. Eight Danish digits -> themselves; "+45 …" and
// "0045 …"
// -> eight digits; other "+…" and "00…" -> E.164. nullopt otherwise. What it returns is a fixed point.
std::optional<std::string> NormalizeTelephone(std::string_view text);

}  // namespace opgang

#endif  // OPGANG_CORE_RECORDS_VALIDATION_H_
