// Where an unlocked store's key waits for the next process, so that a worker types the passphrase once a
// round. A seam: on Linux the kernel's keyring, on a phone the platform's keystore, in tests memory.
#ifndef OPGANG_KEY_PROVIDER_H_
#define OPGANG_KEY_PROVIDER_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/sealing/secret.h"

namespace opgang {

// Nothing depends on a key being remembered: whatever fails here, the passphrase is asked for again. So
// callers go on after an error, and no error carries an ErrorCode for the worker. Lives on one thread.
class KeyProvider {
 public:
  virtual ~KeyProvider() = default;

  // Whether this machine remembers keys at all. Where it is false (a container that refuses the keyring),
  // Remember fails with UNAVAILABLE, Recall gives nullopt and Forget has nothing to do.
  virtual bool available() = 0;

  // Keeps a copy of `key` (1 to 256 bytes) for `timeout` of time that passes awake or asleep, whatever
  // happens to the wall clock, but at most until the machine starts again. Replaces what was remembered for
  // this store; with a timeout of zero or less it forgets. RESOURCE_EXHAUSTED where the platform has no room
  // left: what was remembered before may then still be there.
  virtual absl::Status Remember(StoreId store, const SecretBytes& key, absl::Duration timeout) = 0;

  // nullopt where nothing is remembered: never was, timed out, forgotten, or taken away by the platform.
  virtual absl::StatusOr<std::optional<SecretBytes>> Recall(StoreId store) = 0;

  // ok also where nothing was remembered.
  virtual absl::Status Forget(StoreId store) = 0;
};

// The Linux kernel keyring of the user (user-keyring(7)): shared by all the user's processes, never written
// to a disk by Opgang, gone at the latest when the machine restarts. Every process of the same user that sets
// its mind to it can read it: it guards against other users and against a lost tablet, not against the user's
// own programs. `clock` must outlive it.
std::unique_ptr<KeyProvider> MakeKeyringKeyProvider(Clock& clock = SystemClock());

}  // namespace opgang

#endif  // OPGANG_KEY_PROVIDER_H_
