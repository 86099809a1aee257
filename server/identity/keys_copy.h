// The copy of the base's keys apart from the base: `opgangd serve --keys-copy DIR`. The newest one and no other: keys that were
// destroyed must not lie in older copies, and a ledger of erasures that is not the newest brings somebody back. So it follows
// every change, each file replaced whole, and is never to be backed up with its history.
//
//   DIR/ca.pem, ca.key, box.key, storage.key, citizens.keys, erased.ledger      (as in keys/; mode 0600)
//
// `opgangd restore --keys DIR` takes them from there.
#ifndef OPGANG_SERVER_IDENTITY_KEYS_COPY_H_
#define OPGANG_SERVER_IDENTITY_KEYS_COPY_H_

#include <array>
#include <cstdint>
#include <filesystem>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace opgang {

// Copies citizens.keys and erased.ledger, durably; the ledger first.
absl::Status CopyCitizensKeys(const std::filesystem::path& from, const std::filesystem::path& to);

// Thread-safe.
class KeysCopy {
 public:
  // `to` empty: no copy is kept, and everything below does nothing.
  KeysCopy(std::filesystem::path keys, std::filesystem::path to)
      : keys_(std::move(keys)), to_(std::move(to)) {}

  bool kept() const { return !to_.empty(); }
  // Brings the copy up to date where anything has changed since. kNotWritable, kDiskFull: it is behind.
  absl::Status Follow(absl::Time now);
  bool behind() const;
  absl::Time copied() const;  // InfinitePast: never by this process

 private:
  struct Stamp {
    int64_t changed_ns = 0;
    int64_t bytes = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  using Stamps = std::array<Stamp, 2>;  // key file, ledger
  Stamps Look() const;

  const std::filesystem::path keys_;
  const std::filesystem::path to_;
  mutable std::mutex mutex_;
  Stamps copied_stamps_;                      // guarded by mutex_
  absl::Time copied_ = absl::InfinitePast();  // guarded by mutex_
};

}  // namespace opgang

#endif  // OPGANG_SERVER_IDENTITY_KEYS_COPY_H_
