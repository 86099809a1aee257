// Walking an entrance: its doors in visiting order, one key a door.
#ifndef OPGANG_CLI_CLIENT_WALK_H_
#define OPGANG_CLI_CLIENT_WALK_H_

#include "absl/status/status.h"
#include "cli-client/context.h"

namespace opgang::cli {

// Shows what is known of each door before the knock. A disposition's key saves at once; Enter goes on without
// noting anything (no disposition is the default); u takes back the last save; b goes back a door; q ends. An
// interested citizen leads to the inquiry and back to the walk. Needs an unlocked store and a person.
absl::Status WalkEntrance(Context& context);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_WALK_H_
