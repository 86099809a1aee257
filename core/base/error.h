// One language for errors. Everything returns absl::Status; what a person must be told apart carries an
// ErrorCode as a status payload. docs/errors.md lists what each means to the worker; the command-line
// client's exit codes are these numbers.
#ifndef OPGANG_CORE_BASE_ERROR_H_
#define OPGANG_CORE_BASE_ERROR_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"

namespace opgang {

// Stable: scripts rely on these numbers. 0 is success, 1 an internal error, 2 wrong usage.
enum class ErrorCode : int {
  kInternal = 1,
  kUsage = 2,      // a wrong flag or word
  kRefused = 3,    // the content was refused (field, reason, remedy)
  kNotFound = 4,   // no such record here
  kAmbiguous = 5,  // a handle or address fits several
  kLocked = 6,     // the store is locked and this needs reading
  kWrongPassphrase = 7,
  kNotEnrolled = 8,  // no store on this device
  kStoreBusy = 9,    // another process uses the store
  kDiskFull = 10,
  kNotWritable = 11,    // read-only directory, or no permission
  kNewerFile = 12,      // written by a newer version; untouched
  kDamaged = 13,        // a file cannot be read as what it should be
  kNoBase = 14,         // the base cannot be reached
  kBaseUntrusted = 15,  // TLS: not the base that invited us
  kBaseRefused = 16,    // TLS or RPC: the base does not accept us
  kInvitationWrongCode = 17,
  kInvitationUsed = 18,
  kInvitationExpired = 19,
  kInvitationDamaged = 20,
  kBadInput = 21,        // a file or stdin that cannot be read as what it should be
  kNeedsAttention = 22,  // done, but something the worker saved was refused by the base
  kTryLater = 23,        // the base is overloaded or shutting down; saved work is safe
  kCancelled = 24,       // stopped by the person
  kReceiptRefused = 25,  // a backup's receipt that is garbled, or of no backup of this base and epoch
  kUnknownStore = 26,    // the base does not know this store: to be enrolled again; its work goes along
  kLeaseOver = 27,       // unlocking needs a sync with the passphrase first
  kRevoked = 28,         // this store was taken out of use: it hands in and reads nothing
  kWaitToGuess = 29,     // wrong passphrases: the next one is looked at after a while
};
inline constexpr ErrorCode kLastErrorCode = ErrorCode::kWaitToGuess;

// An absl::Status whose payload carries `code`. `message` is English, for logs and developers: it must hold
// no personal data. The words for the worker come from the catalogues.
absl::Status MakeError(ErrorCode code, std::string_view message);

// The code that `status` carries; kInternal where it carries none. `status` must not be ok.
ErrorCode GetErrorCode(const absl::Status& status);

// "store-busy": the stable name used in JSON output and logs.
std::string_view ErrorCodeName(ErrorCode code);
// The code of that name; nullopt for no such name.
std::optional<ErrorCode> ErrorCodeFromName(std::string_view name);

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_ERROR_H_
