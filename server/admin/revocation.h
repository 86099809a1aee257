// Taking a device's store out of use, and saying what was on it. Runs on the writer's thread.
#ifndef OPGANG_SERVER_ADMIN_REVOCATION_H_
#define OPGANG_SERVER_ADMIN_REVOCATION_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "opgang/v1/admin.pb.h"
#include "server/engine/caller.h"
#include "server/store/base_store.h"

namespace opgang {

// For ever: a device that comes back is invited anew. From this commit on nothing more is read, nothing takes effect, and open
// sessions end (ServerSession::CheckAuthority). Again for another reason changes nothing, but that "stolen" takes the place of
// any other: what waits in quarantine then, unopened or not, stays as it is. Durable and audited. kNotFound: no such device in
// the caller's sight; kBadInput: no reason.
absl::StatusOr<v1::RevokeDeviceResponse> RevokeDevice(BaseStore& store, const Caller& caller,
                                                      const v1::RevokeDeviceRequest& request, absl::Time now);

// For the notice of a breach within 72 hours (GDPR art. 33): an upper bound, never too few. `device` is the caller's to fill in.
// Audited. kNotFound.
absl::StatusOr<v1::DescribeIncidentResponse> DescribeIncident(BaseStore& store, const Caller& caller,
                                                              const v1::DescribeIncidentRequest& request,
                                                              absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_REVOCATION_H_
