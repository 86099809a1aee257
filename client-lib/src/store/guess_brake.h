// Slows down whoever guesses passphrases on this device: beside Argon2id, a wait that grows with each wrong one, counted by the
// since-boot clock, so that neither killing the process, nor a new boot, nor setting the clock shortens it. It stands in the way
// of a person at the screen; whoever has the disk guesses elsewhere, and Argon2id and the lease stand before him.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_GUESS_BRAKE_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_GUESS_BRAKE_H_

#include <filesystem>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/clock.h"

namespace opgang {

// After so many wrong ones: nothing, then half a minute that doubles up to an hour.
absl::Duration WaitAfter(uint32_t wrong_count);

class GuessBrake {
 public:
  // `clock` outlives it.
  GuessBrake(const std::filesystem::path& store_directory, Clock& clock);

  // How long until the next try; zero: now.
  absl::Duration Wait() const;
  // Before a try: counted as wrong, durably, until it turns out right. kWaitToGuess while Wait() lasts. A full disk keeps
  // nobody from reading: then the try goes uncounted.
  absl::Status BeforeTry();
  // It was right.
  void Forget();

 private:
  const std::filesystem::path file_;
  Clock& clock_;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_GUESS_BRAKE_H_
