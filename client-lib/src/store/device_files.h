// Names and forms of the files under a device's home directory (opgang/device.h draws the tree).
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_DEVICE_FILES_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_DEVICE_FILES_H_

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/ids.h"
#include "opgang/v1/local_state.pb.h"

namespace opgang {

class DeviceFiles {
 public:
  explicit DeviceFiles(std::filesystem::path home) : home_(std::move(home)) {}

  std::filesystem::path StoreDirectory(StoreId id) const { return home_ / "stores" / id.ToString(); }
  // What an enrolment that got no answer goes on with.
  std::filesystem::path PendingKeyFile(const std::string& invitation_id) const;
  std::filesystem::path LockFile() const { return home_ / "lock"; }

  // kNotEnrolled where no store is in use.
  absl::StatusOr<StoreId> Current() const;
  absl::Status SetCurrent(StoreId id) const;
  // The stores whose identity is whole, in id order.
  std::vector<StoreId> Stores() const;
  // kNotEnrolled where there is none, kDamaged, kNewerFile.
  absl::StatusOr<v1::StoreIdentity> ReadIdentity(StoreId id) const;

 private:
  const std::filesystem::path home_;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_DEVICE_FILES_H_
