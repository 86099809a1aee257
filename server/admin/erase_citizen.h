// A coordinator erases a citizen: whom an argument means, who goes along, what would go, and which devices have not confirmed.
#ifndef OPGANG_SERVER_ADMIN_ERASE_CITIZEN_H_
#define OPGANG_SERVER_ADMIN_ERASE_CITIZEN_H_

#include <set>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/engine/committer.h"
#include "server/store/base_store.h"

namespace opgang {

// A record id, or the handle that devices show (the random end of the id, three characters at least); never a name. kNotFound,
// kAmbiguous; kBadInput where it is neither.
absl::StatusOr<RecordId> CitizenNamed(BaseReader& store, std::string_view typed);

// Erases the citizen, or counts what would go. Where somebody has joined citizens as the same person the request says whether
// they go along: erasing one of them would leave the person there, and erasing all of them may be more than was meant. kBadInput
// where it does not. An erased citizen is named by record id, and what was left half done is brought to its end.
absl::StatusOr<v1::EraseCitizenResponse> EraseCitizenAsAsked(BaseStore& store, Committer& committer,
                                                             const v1::EraseCitizenRequest& request,
                                                             absl::Time now, std::set<Scope>& touched);

absl::StatusOr<v1::ListErasuresResponse> ListErasures(BaseStore& store, bool open_only);

void AddUp(const v1::ErasureCounts& more, v1::ErasureCounts& counts);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_ERASE_CITIZEN_H_
