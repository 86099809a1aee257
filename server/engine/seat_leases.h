// Chairs lent to replicas, at the base: what is heard of leases, what each session lends or asks back, and what a
// coordinator reclaims. The arithmetic is core/rules/seat_escrow.h's. Everything runs on the writer's thread, inside the
// caller's transaction, so that what a Welcome lends is durable before the device hears of it.
//
// A lease belongs to a replica, never to a store: a copy or a restored image becomes another replica and has none. The
// chairs of the replica that it was stay lent, for its other half may hold them, until the base knows that nobody goes by
// that name any more and the store has told what it gave up; else until the meeting begins, or a person reclaims them.
#ifndef OPGANG_SERVER_ENGINE_SEAT_LEASES_H_
#define OPGANG_SERVER_ENGINE_SEAT_LEASES_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/rules/seat_escrow.h"
#include "opgang/v1/admin.pb.h"
#include "opgang/v1/sync.pb.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

// Chairs are lent of meetings that begin within this time: later ones are wished for, and the base answers.
inline constexpr absl::Duration kLendAhead = absl::Hours(24 * 14);
// Chairs are shared among replicas that were heard within this time.
inline constexpr absl::Duration kHeardLately = absl::Hours(72);

absl::StatusOr<SeatEscrow> EscrowOf(BaseReader& store, const MeetingPlan& meeting);

// What a Hello tells of leases: `speaker`'s own (nil where it must become another replica), and those of former replicas
// of the store that nobody goes by any more. true: chairs came back.
absl::StatusOr<bool> HearLeases(BaseStore& store, StoreId id, ReplicaId speaker, const v1::Hello& hello);

// Lends to `replica`, or asks back, whatever its share of each meeting is by now.
absl::StatusOr<std::vector<v1::SeatLoan>> BalanceLeases(BaseStore& store, const Author& author,
                                                        ReplicaId replica, const v1::Hello& hello,
                                                        absl::Time now);

// A promise of `author` takes effect that names a chair. False: no such chair is lent to it any more.
absl::StatusOr<bool> UseLentChair(BaseStore& store, const Author& author, ReplicaId lent_to,
                                  RecordId meeting);

// For the coordinator: limited meetings that have not begun.
absl::StatusOr<v1::ListLeasesResponse> ListLeases(BaseReader& store, absl::Time now);
// One transaction, audited. kNotFound: no such store. kBadInput: nobody is named who may decide.
absl::StatusOr<v1::ReclaimLeasesResponse> ReclaimLeases(BaseStore& store,
                                                        const v1::ReclaimLeasesRequest& request,
                                                        absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_SEAT_LEASES_H_
