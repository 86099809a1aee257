// Bringing an area's entrances and dwellings in line with a file. Every change is a mutation of the base itself and goes
// through the committer like everybody's: log, feed, history. Importing the same file again changes nothing.
#ifndef OPGANG_SERVER_ADMIN_DWELLING_IMPORT_H_
#define OPGANG_SERVER_ADMIN_DWELLING_IMPORT_H_

#include <set>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "opgang/v1/admin.pb.h"
#include "server/engine/committer.h"
#include "server/store/base_store.h"

namespace opgang {

// On the writer's thread. A row matches what the base has by the register's id where both have one, else by address. An
// address that is gone from the file is closed, not deleted; one that was added at a door and is in the file now is the
// register's from then on. kBadInput: no area. `touched`: scopes with news.
absl::StatusOr<v1::ImportDwellingsResponse> ImportDwellings(BaseStore& store, Committer& committer,
                                                            const v1::ImportDwellingsRequest& request,
                                                            Clock& clock, Random& random,
                                                            std::set<Scope>& touched);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_DWELLING_IMPORT_H_
