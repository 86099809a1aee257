#include "client-lib/src/store/guess_brake.h"

#include <algorithm>
#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"
#include "opgang/v1/local_state.pb.h"

namespace opgang {
namespace {

constexpr char kGuessesFile[] = "guesses.pb";
constexpr uint32_t kFree = 5;
constexpr absl::Duration kFirstWait = absl::Seconds(30);
constexpr absl::Duration kLongestWait = absl::Hours(1);
constexpr uint32_t kMostDoublings = 7;

// What cannot be read counts as much as may be: nobody gains by spoiling it.
v1::PassphraseGuesses ReadGuesses(const std::filesystem::path& file) {
  v1::PassphraseGuesses guesses;
  const auto bytes = ReadWholeFile(file);
  if (!bytes.ok() && GetErrorCode(bytes.status()) == ErrorCode::kNotFound) return guesses;
  if (!bytes.ok() || !guesses.ParseFromString(*bytes)) guesses.set_wrong_count(kFree + kMostDoublings);
  return guesses;
}

}  // namespace

absl::Duration WaitAfter(uint32_t wrong_count) {
  if (wrong_count < kFree) return absl::ZeroDuration();
  const uint32_t doublings = std::min(wrong_count - kFree, kMostDoublings);
  return std::min(kFirstWait * (1 << doublings), kLongestWait);
}

GuessBrake::GuessBrake(const std::filesystem::path& store_directory, Clock& clock)
    : file_(store_directory / kGuessesFile), clock_(clock) {}

// In another boot at least the time since it began has passed.
absl::Duration GuessBrake::Wait() const {
  const v1::PassphraseGuesses guesses = ReadGuesses(file_);
  const v1::ClockReading now = clock_.Read();
  const v1::ClockReading& last = guesses.last_at();
  const bool same_boot = now.boot_id() == last.boot_id() && now.boottime_us() >= last.boottime_us();
  const int64_t since_us = same_boot ? now.boottime_us() - last.boottime_us() : now.boottime_us();
  return std::max(WaitAfter(guesses.wrong_count()) - absl::Microseconds(since_us), absl::ZeroDuration());
}

absl::Status GuessBrake::BeforeTry() {
  const absl::Duration wait = Wait();
  if (wait > absl::ZeroDuration()) {
    const auto seconds = static_cast<int>(absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1))));
    return MakeError(ErrorCode::kWaitToGuess, "try again in " + std::to_string(seconds) + " s");
  }
  v1::PassphraseGuesses guesses = ReadGuesses(file_);
  guesses.set_format_version(1);
  guesses.set_wrong_count(guesses.wrong_count() + 1);
  *guesses.mutable_last_at() = clock_.Read();
  const absl::Status written = WriteFileDurably(file_, guesses.SerializeAsString());
  const bool full = !written.ok() && GetErrorCode(written) == ErrorCode::kDiskFull;
  return full ? absl::OkStatus() : written;
}

void GuessBrake::Forget() {
  std::error_code ignored;  // what is left only slows
  std::filesystem::remove(file_, ignored);
}

}  // namespace opgang
