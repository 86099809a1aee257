#include "server/identity/keys_copy.h"

#include <sys/stat.h>

#include <string>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"

namespace opgang {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCitizensFiles[] = {"erased.ledger", "citizens.keys"};
constexpr const char* kLastingFiles[] = {"ca.pem", "ca.key", "box.key", "storage.key"};
constexpr size_t kMostBytes = size_t{1} << 30;

// What has not changed is not written again.
absl::Status CopyFile(const fs::path& from, const fs::path& to) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(from, kMostBytes));
  const auto there = ReadWholeFile(to, kMostBytes);
  if (there.ok() && *there == bytes) return absl::OkStatus();
  return WriteFileDurably(to, bytes);
}

}  // namespace

absl::Status CopyCitizensKeys(const fs::path& from, const fs::path& to) {
  for (const char* name : kCitizensFiles) RETURN_IF_ERROR(CopyFile(from / name, to / name));
  return absl::OkStatus();
}

KeysCopy::Stamps KeysCopy::Look() const {
  Stamps stamps;
  for (size_t i = 0; i < stamps.size(); ++i) {
    struct stat status {};
    if (::stat((keys_ / kCitizensFiles[i]).c_str(), &status) != 0) continue;
    stamps[i] = {int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec, status.st_size};
  }
  return stamps;
}

absl::Status KeysCopy::Follow(absl::Time now) {
  if (!kept()) return absl::OkStatus();
  const std::unique_lock lock(mutex_);
  // What is written while it is being copied is copied again: a slot is never left half written there.
  for (Stamps stamps = Look(); stamps != copied_stamps_; stamps = Look()) {
    RETURN_IF_ERROR(MakePrivateDirectory(to_));
    for (const char* name : kLastingFiles) RETURN_IF_ERROR(CopyFile(keys_ / name, to_ / name));
    RETURN_IF_ERROR(CopyCitizensKeys(keys_, to_));
    if (Look() == stamps) copied_stamps_ = stamps;
    copied_ = now;
  }
  return absl::OkStatus();
}

bool KeysCopy::behind() const {
  const std::unique_lock lock(mutex_);
  return kept() && Look() != copied_stamps_;
}

absl::Time KeysCopy::copied() const {
  const std::unique_lock lock(mutex_);
  return copied_;
}

}  // namespace opgang
