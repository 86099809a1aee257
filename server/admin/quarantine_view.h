// A quarantined mutation as a person at the base reads it.
#ifndef OPGANG_SERVER_ADMIN_QUARANTINE_VIEW_H_
#define OPGANG_SERVER_ADMIN_QUARANTINE_VIEW_H_

#include "opgang/v1/admin.pb.h"
#include "server/store/base_store.h"

namespace opgang {

// With the content as text where it could be opened; holds personal data: for the screen, never for a log.
v1::QuarantineItem ToItem(const QuarantinedMutation& quarantined);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_QUARANTINE_VIEW_H_
