// The Linux kernel keyring, through libkeyutils.
//
// One key of type "user" for each store, "opgang:<store id>", in the user keyring (@u):
//   8 bytes     CLOCK_BOOTTIME in microseconds, big-endian, from which on the key is not handed out
//   the rest    the store's key
// The kernel's own timeout is set as well and removes the key, but it follows the wall clock, which on a
// tablet may jump (I16): the time in the payload decides.
//
// Only possessors may touch the key, not every process with the same user id. A process possesses what its
// own keyrings lead to, so each call links @u to the process keyring first: a session opened by su, cron or a
// service manager does not lead to @u by itself.
#include <keyutils.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>

#include "core/base/status_macros.h"
#include "opgang/key_provider.h"

namespace opgang {
namespace {

constexpr char kType[] = "user";
constexpr size_t kDeadlineSize = 8, kMaxKeySize = 256;
constexpr absl::Duration kLongestTimeout = absl::Hours(24 * 365);  // an endless one fits the payload so
constexpr key_perm_t kPossessorOnly =
    KEY_POS_VIEW | KEY_POS_READ | KEY_POS_WRITE | KEY_POS_SEARCH | KEY_POS_LINK | KEY_POS_SETATTR;

std::string DescriptionOf(StoreId store) { return "opgang:" + store.ToString(); }

absl::Status KeyringError(const char* what, int error) {
  const std::string message = std::string(what) + ": " + std::strerror(error);
  if (error == EDQUOT) return absl::ResourceExhaustedError(message);
  return absl::UnavailableError(message);
}

// Whether `error` only says that there is no such key (any more).
bool IsAbsence(int error) { return error == ENOKEY || error == EKEYEXPIRED || error == EKEYREVOKED; }

absl::Duration SinceBoot(Clock& clock) { return absl::Microseconds(clock.Read().boottime_us()); }

// Deadline and key as one payload; wiped by its owner.
SecretBytes Payload(absl::Duration deadline, const SecretBytes& key) {
  const auto microseconds = static_cast<uint64_t>(absl::ToInt64Microseconds(deadline));
  std::string bytes;
  bytes.reserve(kDeadlineSize + key.size());  // never moves, so that one wipe is enough
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(microseconds >> shift));
  bytes.append(key.Reveal());
  SecretBytes payload(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return payload;
}

// The key in a payload, unless its time has passed or somebody else wrote it.
std::optional<SecretBytes> KeyIn(std::string_view payload, absl::Duration since_boot) {
  if (payload.size() <= kDeadlineSize) return std::nullopt;
  uint64_t deadline = 0;
  for (const char byte : payload.substr(0, kDeadlineSize))
    deadline = deadline << 8 | static_cast<uint8_t>(byte);
  if (deadline > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  if (since_boot >= absl::Microseconds(static_cast<int64_t>(deadline))) return std::nullopt;
  return SecretBytes(payload.substr(kDeadlineSize));
}

// At least one second: to the kernel zero means for ever.
unsigned KernelTimeout(absl::Duration timeout) {
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(timeout, absl::Seconds(1)));
  return static_cast<unsigned>(std::clamp<int64_t>(seconds, 1, std::numeric_limits<int32_t>::max()));
}

class KeyringKeyProvider : public KeyProvider {
 public:
  explicit KeyringKeyProvider(Clock& clock) : clock_(clock) {}

  bool available() override { return Possess().ok(); }

  absl::Status Remember(StoreId store, const SecretBytes& key, absl::Duration timeout) override {
    if (timeout <= absl::ZeroDuration()) return Forget(store);
    if (key.empty() || key.size() > kMaxKeySize)
      return absl::InvalidArgumentError("a key has 1 to 256 bytes");
    RETURN_IF_ERROR(Possess());
    const absl::Duration deadline = SinceBoot(clock_) + std::min(timeout, kLongestTimeout);
    const SecretBytes payload = Payload(deadline, key);
    const key_serial_t made = add_key(kType, DescriptionOf(store).c_str(), payload.data(), payload.size(),
                                      KEY_SPEC_PROCESS_KEYRING);
    if (made < 0) return KeyringError("add_key", errno);
    const absl::Status published = Publish(made, timeout);
    keyctl_unlink(made, KEY_SPEC_PROCESS_KEYRING);
    return published;
  }

  absl::StatusOr<std::optional<SecretBytes>> Recall(StoreId store) override {
    if (!Possess().ok()) return std::nullopt;
    const long found = keyctl_search(KEY_SPEC_USER_KEYRING, kType, DescriptionOf(store).c_str(), 0);
    if (found < 0 && IsAbsence(errno)) return std::nullopt;
    if (found < 0) return KeyringError("keyctl_search", errno);
    std::array<char, kDeadlineSize + kMaxKeySize> buffer;
    const long size = keyctl_read(static_cast<key_serial_t>(found), buffer.data(), buffer.size());
    if (size < 0 && IsAbsence(errno)) return std::nullopt;
    if (size < 0) return KeyringError("keyctl_read", errno);
    std::optional<SecretBytes> key;
    if (static_cast<size_t>(size) <= buffer.size()) {
      key = KeyIn({buffer.data(), static_cast<size_t>(size)}, SinceBoot(clock_));
    }
    sodium_memzero(buffer.data(), buffer.size());
    return key;
  }

  // Revoked before it is unlinked: whoever still holds the key's number reads nothing.
  absl::Status Forget(StoreId store) override {
    if (!Possess().ok()) return absl::OkStatus();
    const long found = keyctl_search(KEY_SPEC_USER_KEYRING, kType, DescriptionOf(store).c_str(), 0);
    if (found < 0) return IsAbsence(errno) ? absl::OkStatus() : KeyringError("keyctl_search", errno);
    const auto key = static_cast<key_serial_t>(found);
    if (keyctl_revoke(key) != 0 && !IsAbsence(errno)) return KeyringError("keyctl_revoke", errno);
    keyctl_unlink(key, KEY_SPEC_USER_KEYRING);
    return absl::OkStatus();
  }

 private:
  absl::Status Possess() {
    if (keyctl_link(KEY_SPEC_USER_KEYRING, KEY_SPEC_PROCESS_KEYRING) == 0) return absl::OkStatus();
    return KeyringError("the kernel keyring", errno);
  }

  // The key enters @u, where it outlives this process, with its timeout and permissions already on it. The
  // link replaces an older key of the same description.
  absl::Status Publish(key_serial_t key, absl::Duration timeout) {
    if (keyctl_set_timeout(key, KernelTimeout(timeout)) != 0)
      return KeyringError("keyctl_set_timeout", errno);
    if (keyctl_setperm(key, kPossessorOnly) != 0) return KeyringError("keyctl_setperm", errno);
    if (keyctl_link(key, KEY_SPEC_USER_KEYRING) != 0) return KeyringError("keyctl_link", errno);
    return absl::OkStatus();
  }

  Clock& clock_;
};

}  // namespace

std::unique_ptr<KeyProvider> MakeKeyringKeyProvider(Clock& clock) {
  return std::make_unique<KeyringKeyProvider>(clock);
}

}  // namespace opgang
