#include "core/base/error.h"

#include <charconv>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace opgang {
namespace {

constexpr char kPayloadUrl[] = "opgang.dev/error-code";

absl::StatusCode CanonicalCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInternal: return absl::StatusCode::kInternal;
    case ErrorCode::kUsage:
    case ErrorCode::kRefused:
    case ErrorCode::kBadInput:
    case ErrorCode::kReceiptRefused:
    case ErrorCode::kAmbiguous: return absl::StatusCode::kInvalidArgument;
    case ErrorCode::kNotFound: return absl::StatusCode::kNotFound;
    case ErrorCode::kWrongPassphrase:
    case ErrorCode::kInvitationWrongCode:
    case ErrorCode::kBaseUntrusted: return absl::StatusCode::kUnauthenticated;
    case ErrorCode::kBaseRefused:
    case ErrorCode::kUnknownStore:
    case ErrorCode::kRevoked:
    case ErrorCode::kNotWritable: return absl::StatusCode::kPermissionDenied;
    case ErrorCode::kDiskFull: return absl::StatusCode::kResourceExhausted;
    case ErrorCode::kDamaged: return absl::StatusCode::kDataLoss;
    case ErrorCode::kNoBase:
    case ErrorCode::kTryLater: return absl::StatusCode::kUnavailable;
    case ErrorCode::kCancelled: return absl::StatusCode::kCancelled;
    case ErrorCode::kLocked:
    case ErrorCode::kLeaseOver:
    case ErrorCode::kWaitToGuess:
    case ErrorCode::kNotEnrolled:
    case ErrorCode::kStoreBusy:
    case ErrorCode::kNewerFile:
    case ErrorCode::kInvitationUsed:
    case ErrorCode::kInvitationExpired:
    case ErrorCode::kInvitationDamaged:
    case ErrorCode::kNeedsAttention: return absl::StatusCode::kFailedPrecondition;
  }
  return absl::StatusCode::kInternal;
}

}  // namespace

absl::Status MakeError(ErrorCode code, std::string_view message) {
  absl::Status status(CanonicalCode(code), absl::string_view(message.data(), message.size()));
  status.SetPayload(kPayloadUrl, absl::Cord(std::to_string(static_cast<int>(code))));
  return status;
}

ErrorCode GetErrorCode(const absl::Status& status) {
  auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return ErrorCode::kInternal;
  const std::string text(*payload);
  int number = static_cast<int>(ErrorCode::kInternal);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return static_cast<ErrorCode>(number);
}

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInternal: return "internal";
    case ErrorCode::kUsage: return "usage";
    case ErrorCode::kRefused: return "refused";
    case ErrorCode::kNotFound: return "not-found";
    case ErrorCode::kAmbiguous: return "ambiguous";
    case ErrorCode::kLocked: return "locked";
    case ErrorCode::kWrongPassphrase: return "wrong-passphrase";
    case ErrorCode::kNotEnrolled: return "not-enrolled";
    case ErrorCode::kStoreBusy: return "store-busy";
    case ErrorCode::kDiskFull: return "disk-full";
    case ErrorCode::kNotWritable: return "not-writable";
    case ErrorCode::kNewerFile: return "newer-file";
    case ErrorCode::kDamaged: return "damaged";
    case ErrorCode::kNoBase: return "no-base";
    case ErrorCode::kBaseUntrusted: return "base-untrusted";
    case ErrorCode::kBaseRefused: return "base-refused";
    case ErrorCode::kInvitationWrongCode: return "invitation-wrong-code";
    case ErrorCode::kInvitationUsed: return "invitation-used";
    case ErrorCode::kInvitationExpired: return "invitation-expired";
    case ErrorCode::kInvitationDamaged: return "invitation-damaged";
    case ErrorCode::kBadInput: return "bad-input";
    case ErrorCode::kNeedsAttention: return "needs-attention";
    case ErrorCode::kTryLater: return "try-later";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kReceiptRefused: return "receipt-refused";
    case ErrorCode::kUnknownStore: return "unknown-store";
    case ErrorCode::kLeaseOver: return "lease-over";
    case ErrorCode::kRevoked: return "revoked";
    case ErrorCode::kWaitToGuess: return "wait-to-guess";
  }
  return "internal";
}

std::optional<ErrorCode> ErrorCodeFromName(std::string_view name) {
  for (int number = 1; number <= static_cast<int>(kLastErrorCode); ++number) {
    const auto code = static_cast<ErrorCode>(number);
    if (ErrorCodeName(code) == name) return code;
  }
  return std::nullopt;
}

}  // namespace opgang
