// A coordinator erases a citizen: whom an argument means, who goes along, what would go, and which devices have not confirmed.
#ifndef OPGANG_SERVER_ADMIN_ERASE_CITIZEN_H_
#define OPGANG_SERVER_ADMIN_ERASE_CITIZEN_H_

#include <set>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/engine/caller.h"
#include "server/engine/committer.h"
#include "server/store/base_store.h"

namespace opgang {

// A record id, or the handle that devices show (the random end of the id, three characters at least); never a name. kNotFound,
// the same for who is not in the caller's sight; kAmbiguous among those who are; kBadInput where it is neither.
absl::StatusOr<RecordId> CitizenNamed(BaseReader& store, std::string_view typed,
                                      const Caller& caller = {.local = true});

// Whether the citizen is the caller's to hand out and to erase: he reads every area in which her own record stands.
absl::StatusOr<bool> IsWhollyInSight(BaseReader& store, const Caller& caller, RecordId citizen);
// kBaseRefused where she stands in sight, and in an area that the caller does not read as well.
absl::Status CheckWhollyInSight(BaseReader& store, const Caller& caller, RecordId citizen);

// Erases the citizen, or counts what would go. Where somebody has joined citizens as the same person the request says whether
// they go along: erasing one of them would leave the person there, and erasing all of them may be more than was meant. kBadInput
// where it does not. An erased citizen is named by record id, and what was left half done is brought to its end: on the machine,
// because she stands nowhere any more. Who is joined with the citizen and not wholly in the caller's sight is neither told nor
// taken along: kBaseRefused where that was asked. A dry run is a look, and audited as one.
absl::StatusOr<v1::EraseCitizenResponse> EraseCitizenAsAsked(BaseStore& store, Committer& committer,
                                                             const v1::EraseCitizenRequest& request,
                                                             absl::Time now, std::set<Scope>& touched,
                                                             const Caller& caller = {.local = true});

absl::StatusOr<v1::ListErasuresResponse> ListErasures(BaseStore& store, bool open_only);

void AddUp(const v1::ErasureCounts& more, v1::ErasureCounts& counts);

}  // namespace opgang

#endif  // OPGANG_SERVER_ADMIN_ERASE_CITIZEN_H_
