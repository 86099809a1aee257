// Inviting a staff member's device, and the device's first call. Runs on the writer's thread.
//
// An invitation is good once and for 72 hours. "Once" means one set of keys: the same device may ask again after a lost
// answer; other keys are refused.
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
#include "server/engine/greeting.h"
#include "server/identity/key_store.h"
#include "server/store/base_store.h"

namespace opgang {

inline constexpr absl::Duration kInvitationLifetime = absl::Hours(72);

// Makes staff member, areas, grants, store account and certificate, and returns the invitation, still to be sealed.
// kBadInput: a code, label, role or address of a wrong form; no area.
absl::StatusOr<v1::Invitation> MakeInvitation(BaseStore& store, const BaseKeys& keys,
                                              const v1::InviteRequest& request,
                                              const std::vector<std::string>& own_addresses, absl::Time now,
                                              Random& random);

// The municipality's directory, where the offer of groups stands. A base holds one municipality so far; devices go by
// their grants and never by this id, so that another one can get its own.
inline constexpr Scope kDirectoryScope{
    v1::SCOPE_KIND_DIRECTORY, {0x0f, 0x70, 0x67, 0x61, 0x6e, 0x67, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}};

// Everybody reads the directory; who plans groups writes it (the types' writers stand in core/records/registry.cc). After
// MakeInvitation and before the invitation leaves the base; doing it again changes nothing but the mode.
absl::Status GrantDirectory(BaseStore& store, const std::string& staff_code, Role role);

// kBaseRefused: no such store, or not this invitation. kInvitationUsed: other keys are registered.
// kInvitationExpired.
absl::StatusOr<v1::EnrollResponse> Enroll(BaseStore& store, const Peer& peer,
                                          const v1::EnrollRequest& request, absl::Time now);

// The area of that name; made, where it is new.
absl::StatusOr<AreaId> AreaNamed(BaseStore& store, const std::string& name, absl::Time now, Random& random);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_ENROLMENT_H_
