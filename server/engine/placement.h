// Where records stand. What an envelope names is where its author believed the record to stand; the base decides:
//
//   about no person       where its create says; an entrance or a dwelling in its area's places too
//   a citizen             the area she has moved to (Citizen.area_id), else where her create says
//   all about a citizen   where the citizen stands; clinical types in the health part of that area
//   a citizen with a seat, or who took part, in a group
//                         in the group too, with what its leader needs of her (of_course in core/records/registry.h), until
//                         no seat of it is left; a move does not touch that. Whom a leader brings in and who is known in
//                         no area stands in the group's own as well
//
// A move takes everything about the citizen along in the commit that tells it, under one rev: LEAVE in the former area, PUT
// in the new one, the health part included. While a case of hers is open, what is needed to follow it up (of_case in
// core/records/registry.h) stands in both, and leaves the former one in the commit that ends it. So work that was captured
// by somebody who believed the former scope, late or offline, lands in the right one, and nothing is refused for it.
#ifndef OPGANG_SERVER_ENGINE_PLACEMENT_H_
#define OPGANG_SERVER_ENGINE_PLACEMENT_H_

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/records/registry.h"
#include "opgang/v1/mutation.pb.h"
#include "server/store/base_store.h"

namespace opgang {

std::vector<Scope> ScopesIn(const v1::MutationEnvelope& envelope);

// The area to which a mutation moves its citizen; nullopt where it moves nobody.
std::optional<AreaId> MovedTo(const v1::MutationEnvelope& envelope, const v1::MutationPayload& payload);

// Where the record of a mutation stands before SettlePlaces(): where it stood, or where a new one begins.
absl::StatusOr<std::vector<Scope>> PlaceOf(BaseStore& store, const RecordTypeInfo& info,
                                           const v1::MutationEnvelope& envelope,
                                           const std::optional<StoredRecord>& existing);

// What changed of a citizen that may change where she stands.
struct Concern {
  bool own = false;    // the citizen's own record
  bool seats = false;  // a seat of hers, or whether she took part
};
using Concerned = std::map<RecordId, Concern>;

// The citizens whose place may change with this record, which has been put.
absl::Status NoteConcerned(BaseStore& store, const StoredRecord& record, Concerned& citizens);

// After the mutations of one bundle, in its part of the transaction: brings everything about these citizens, and those who
// are the same person, to where it belongs by now. `now`: when the bundle was received; base time. Adds to `touched`.
absl::Status SettlePlaces(BaseStore& store, const Concerned& citizens, uint64_t rev, absl::Time now,
                          std::set<Scope>& touched);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_PLACEMENT_H_
