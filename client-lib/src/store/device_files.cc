#include "client-lib/src/store/device_files.h"

#include <algorithm>

#include "client-lib/src/store/store_impl.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/durable_file.h"

namespace opgang {
namespace {

constexpr uint32_t kIdentityFormat = 1;

std::optional<StoreId> StoreIdFromText(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto uuid = UuidFromString(text);
  return uuid ? std::optional(StoreId(*uuid)) : std::nullopt;
}

absl::Status NotEnrolled() { return MakeError(ErrorCode::kNotEnrolled, "no store on this device"); }

bool IsMissing(const absl::Status& status) { return GetErrorCode(status) == ErrorCode::kNotFound; }

}  // namespace

std::filesystem::path DeviceFiles::PendingKeyFile(const std::string& invitation_id) const {
  const auto id = StoreId::FromBytes(invitation_id).value_or(StoreId());
  return home_ / "pending" / (id.ToString() + ".pb");
}

absl::StatusOr<StoreId> DeviceFiles::Current() const {
  const auto text = ReadWholeFile(home_ / "current", 256);
  if (!text.ok()) return IsMissing(text.status()) ? NotEnrolled() : text.status();
  const auto id = StoreIdFromText(*text);
  if (!id) return MakeError(ErrorCode::kDamaged, "the file `current` names no store");
  return *id;
}

absl::Status DeviceFiles::SetCurrent(StoreId id) const {
  return WriteFileDurably(home_ / "current", id.ToString() + "\n");
}

std::vector<StoreId> DeviceFiles::Stores() const {
  std::vector<StoreId> ids;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home_ / "stores", error)) {
    const auto id = StoreIdFromText(entry.path().filename().string());
    if (id && ReadIdentity(*id).ok()) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::StatusOr<v1::StoreIdentity> DeviceFiles::ReadIdentity(StoreId id) const {
  const auto bytes = ReadWholeFile(StoreDirectory(id) / kIdentityFile);
  if (!bytes.ok()) return IsMissing(bytes.status()) ? NotEnrolled() : bytes.status();
  v1::StoreIdentity identity;
  if (!identity.ParseFromString(*bytes) || identity.format_version() == 0) {
    return MakeError(ErrorCode::kDamaged, "store.pb cannot be read");
  }
  if (identity.format_version() > kIdentityFormat) {
    return MakeError(ErrorCode::kNewerFile, "store.pb was written by a newer version");
  }
  return identity;
}

}  // namespace opgang
