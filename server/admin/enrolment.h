// Inviting a staff member's device, and the device's first call. Runs on the writer's thread.
//
// An invitation is good once and for 72 hours. "Once" means one key: the device makes it, and whoever asks for a certificate
// of that key may ask again after a lost answer; another key is refused, and stands as an alarm until a person has looked into
// it.
#ifndef OPGANG_SERVER_ADMIN_ENROLMENT_H_
#define OPGANG_SERVER_ADMIN_ENROLMENT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/random.h"
#include "opgang/v1/admin.pb.h"
#include "opgang/v1/invitation.pb.h"
#include "server/admin/staff.h"
#include "server/engine/greeting.h"
#include "server/identity/key_store.h"
#include "server/store/base_store.h"

namespace opgang {

inline constexpr absl::Duration kInvitationLifetime = absl::Hours(72);

// Makes staff member, areas, grants, store account and certificate, and returns the invitation, still to be sealed.
// kBadInput: a code, label, role or address of a wrong form; no area where the role needs one; a staff member of another
// municipality. Somebody who has another role gets this one (staff.h).
absl::StatusOr<v1::Invitation> MakeInvitation(BaseStore& store, const BaseKeys& keys,
                                              const v1::InviteRequest& request,
                                              const std::vector<std::string>& own_addresses, absl::Time now,
                                              Random& random);

// What a caller over mutual TLS may invite: in his own municipality, which is filled in; a coordinator into areas that he reads,
// to the roles below his own, and nobody who is there in another. kBaseRefused, kNotFound as for an area that is not there.
absl::Status NarrowInvitation(BaseReader& store, const Caller& caller, v1::InviteRequest& request);

// The directory of the default municipality.
inline const Scope kDirectoryScope = DirectoryOf(kDefaultMunicipality);

// Everybody who works in a municipality reads its directory; who plans groups writes it (the types' writers stand in
// core/records/registry.cc). After MakeInvitation and before the invitation leaves the base; doing it again changes nothing but
// the mode.
absl::Status GrantDirectory(BaseStore& store, const std::string& staff_code, Role role);
// The same for who is there, inside the caller's transaction.
absl::Status PutDirectoryGrant(BaseStore& store, const StaffMember& staff);

// `invited`: the store that the invitation's certificate names. kBaseRefused: no such store, or not this invitation.
// kInvitationUsed: it was redeemed for another key; the alarm is set. kInvitationExpired. kBadInput: no keys, no request.
absl::StatusOr<v1::EnrollResponse> Enroll(BaseStore& store, const BaseKeys& keys, StoreId invited,
                                          const v1::EnrollRequest& request, absl::Time now, Random& random);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_ENROLMENT_H_
