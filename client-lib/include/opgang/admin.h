// Administration of the base from a device, for coordinators and admins: staff, devices, grants, persons' rights. What each role may ask is the
// base's table of authority; what lies outside the caller's municipality or grants is not found.
#ifndef OPGANG_ADMIN_H_
#define OPGANG_ADMIN_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "opgang/store.h"
#include "opgang/v1/admin.pb.h"

namespace opgang {

// One overload for each method; the request says which. The store is unlocked (kLocked), and its person is the `actor` of
// whatever is decided. Errors as Sync()'s; kBaseRefused where the role may not ask, kRevoked, kTryLater where the store has to
// sync first, kNotFound and kBadInput with the base's words. Blocks for at most kAdministerPatience.
class Administration {
 public:
  virtual ~Administration() = default;
  virtual absl::StatusOr<v1::ListStaffResponse> Ask(const Store& store,
                                                    const v1::ListStaffRequest& request) = 0;
  virtual absl::StatusOr<v1::ChangeRoleResponse> Ask(const Store& store,
                                                     const v1::ChangeRoleRequest& request) = 0;
  virtual absl::StatusOr<v1::ListDevicesResponse> Ask(const Store& store,
                                                      const v1::ListDevicesRequest& request) = 0;
  virtual absl::StatusOr<v1::RevokeDeviceResponse> Ask(const Store& store,
                                                       const v1::RevokeDeviceRequest& request) = 0;
  virtual absl::StatusOr<v1::DescribeIncidentResponse> Ask(const Store& store,
                                                           const v1::DescribeIncidentRequest& request) = 0;
  virtual absl::StatusOr<v1::ListGrantsResponse> Ask(const Store& store,
                                                     const v1::ListGrantsRequest& request) = 0;
  virtual absl::StatusOr<v1::ChangeGrantResponse> Ask(const Store& store,
                                                      const v1::ChangeGrantRequest& request) = 0;
  virtual absl::StatusOr<v1::InviteResponse> Ask(const Store& store, const v1::InviteRequest& request) = 0;
  // A coordinator's, of citizens whose every area is his; without `apply` it only counts.
  virtual absl::StatusOr<v1::EraseCitizenResponse> Ask(const Store& store,
                                                       const v1::EraseCitizenRequest& request) = 0;
  // Of them, what he may read; the rest is counted as withheld.
  virtual absl::StatusOr<v1::ExportCitizenResponse> Ask(const Store& store,
                                                        const v1::ExportCitizenRequest& request) = 0;
};

inline constexpr absl::Duration kAdministerPatience = absl::Seconds(15);

// Over gRPC: production's. Lives for ever.
Administration& GrpcAdministration();

}  // namespace opgang

#endif  // OPGANG_ADMIN_H_
