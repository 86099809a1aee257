// How a new store reaches the base once, to register its public keys. A seam: over gRPC in production, a
// function in tests.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_ENROLL_TRANSPORT_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_ENROLL_TRANSPORT_H_

#include "absl/status/statusor.h"
#include "opgang/v1/invitation.pb.h"

namespace opgang {

class EnrollTransport {
 public:
  virtual ~EnrollTransport() = default;
  // Reaches the base as `invitation` says (addresses in order, its bootstrap certificate and key) and registers the
  // keys. Idempotent for the same requested key. Errors: kNoBase, kBaseUntrusted, kBaseRefused, kInvitationUsed,
  // kInvitationExpired.
  virtual absl::StatusOr<v1::EnrollResponse> Enroll(const v1::Invitation& invitation,
                                                    const v1::EnrollRequest& request) = 0;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_ENROLL_TRANSPORT_H_
