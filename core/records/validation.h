// What a record may contain. The same checks run at capture, while the worker looks at the screen, and at the base.
// Pure: content only; permission and causality are the base's.
#ifndef OPGANG_CORE_RECORDS_VALIDATION_H_
#define OPGANG_CORE_RECORDS_VALIDATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/status/status.h"
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
  RecordId subject;            // from the envelope; empty = none
  absl::CivilDay latest_day;   // nothing can have happened after it: last day of the recorded interval
};

// Checks whole content: a create, or a record as a patch would leave it. nullopt = sound.
std::optional<Refusal> ValidateContent(const RecordTypeInfo& info, const google::protobuf::Message& content,
                                       const ValidationContext& context);

// A bundle's members together: an inquiry needs a way to find the person again, on itself or on its citizen.
// `citizen` may be null: not known here (then only the inquiry's own fields count, and a missing way is not refused).
std::optional<Refusal> ValidateInquiryReach(const v1::Inquiry& inquiry, const v1::Citizen* citizen);

// An intake's three required questions: products, daily amounts, place. Refusal names the first that is missing.
std::optional<Refusal> ValidateIntakeComplete(const v1::Intake& intake);

// The envelope by itself: ids, scopes, type, subject form, bundle form. Does not look into the payload.
std::optional<Refusal> ValidateEnvelope(const v1::MutationEnvelope& envelope);

// Text that holds something like a Danish civil registration number: six digits that are a date (ddmmyy),
// an optional space or hyphen, four digits; not part of a longer number. Telephone numbers pass.
bool LooksLikeCpr(std::string_view text);
bool IsValidUtf8(std::string_view text);
// Eight Danish digits -> themselves without spaces; "+45 …" -> eight digits; other "+…" -> E.164. nullopt otherwise.
std::optional<std::string> NormalizeTelephone(std::string_view text);

}  // namespace opgang

#endif  // OPGANG_CORE_RECORDS_VALIDATION_H_
