// What a stolen store hands in lies in quarantine as it came, unopened. Two named people decide on it: the first one's word is
// noted, and the second one's, who is another and says the same, does it. So neither a thief's entries nor somebody's wish to be
// rid of a note goes by one person. Runs on the writer's thread.
#ifndef OPGANG_SERVER_ADMIN_STOLEN_H_
#define OPGANG_SERVER_ADMIN_STOLEN_H_

#include <set>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/sealing/sealing.h"
#include "opgang/v1/admin.pb.h"
#include "server/engine/committer.h"
#include "server/store/base_store.h"

namespace opgang {

// One mutation, with the parts of its bundle. Released: opened, and decided as a replay decides (Committer::Replay); what still
// does not take effect waits in quarantine like any other. A word that differs from the first one takes its place. kNotFound: no
// such mutation of a stolen store; kBadInput: the same person twice, nobody named, or a discard without its reason.
absl::StatusOr<v1::SettleStolenResponse> SettleStolen(BaseStore& store, Committer& committer,
                                                      const BoxKeyPair& base_keys,
                                                      const v1::SettleStolenRequest& request, absl::Time now,
                                                      std::set<Scope>& touched);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_STOLEN_H_
