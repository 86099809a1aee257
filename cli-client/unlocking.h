// How a locked store is opened for reading: from OPGANG_PASSPHRASE_FILE, else by asking the person.
#ifndef OPGANG_CLI_CLIENT_UNLOCKING_H_
#define OPGANG_CLI_CLIENT_UNLOCKING_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli-client/context.h"
#include "core/sealing/secret.h"

namespace opgang::cli {

// A round: how long an unlocked store stays so.
inline constexpr absl::Duration kRound = absl::Hours(4);

// The first line of the file that OPGANG_PASSPHRASE_FILE names; nullopt where the variable is not set.
// kBadInput where the file cannot be read, is no plain file, or others may read it (mode beyond 0600).
absl::StatusOr<std::optional<SecretBytes>> PassphraseFromFile(const Context& context);

// For sync, which can also work locked: as below, but Enter at the prompt, or nobody to ask, leaves the store
// locked. kLeaseOver: the sync goes on, and unlocks where the base agrees.
absl::Status UnlockIfWanted(Context& context);

// Opens the context's locked store. kLocked where there is neither file nor person; kWrongPassphrase;
// kCancelled.
absl::Status UnlockByAnyMeans(Context& context, absl::Duration remember_for);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_UNLOCKING_H_
