// The escrow of one limited meeting: so that two tablets without a network cannot promise the same chair, the base lends
// chairs to replicas beforehand, and a replica promises only what it was lent.
//
//     seats promised + chairs lent and not accounted for  <=  capacity
//
// Every count that travels is a total since the beginning and never falls, so a message may be lost, repeated or
// overtaken: the greater total is the newer one. The base counts a lent chair as used when the mutation that uses it
// takes effect (once, whatever is repeated), and as free again when the device says that it gave it back. Until then it
// is taken; so the sum above holds whatever the base has not heard yet. A promise that is cancelled frees its chair at the
// base, not in the lease.
//
// The rule of lending: what is neither promised nor wished for is shared evenly among the replicas that were heard lately
// and may book there; each holds its share at most, and at least one chair while there is one. What is left over waits at
// the base for wishes.
//
// Exceptions, each a decision of a person or a known misfortune: a lease reclaimed from a lost device (Reclaim says how
// many chairs may turn out to be promised twice), a capacity cut below what is promised or lent, a copied device, a
// restored base. free() is then negative, and nothing is lent or confirmed.
#ifndef OPGANG_CORE_RULES_SEAT_ESCROW_H_
#define OPGANG_CORE_RULES_SEAT_ESCROW_H_

#include <map>

#include "core/base/ids.h"

namespace opgang {

// Totals of one replica. On the device all three are its own knowledge. At the base `promised` counts the chairs used by
// what took effect there, `returned` what it has heard or reclaimed.
struct SeatLease {
  int granted = 0;   // chairs ever lent
  int promised = 0;  // of them, ever promised to a citizen
  int returned = 0;  // of them, ever given back unused
  int left() const { return granted - promised - returned; }
  friend bool operator==(const SeatLease&, const SeatLease&) = default;
};

// The device's half.
bool TakeFromLease(SeatLease& lease);            // false: nothing left, the wish is to be confirmed
void HearGrant(SeatLease& lease, int granted);   // as the base said; an older message changes nothing
int ReturnToBase(SeatLease& lease, int chairs);  // gives back up to so many; how many it was

// What a replica may hold from now on: its lease's total, and how many unpromised chairs it may keep.
struct SeatLoanTotals {
  int granted = 0;
  int keep = 0;
};

// The base's half, of one meeting as it stands in the base's tables.
struct SeatEscrow {
  int capacity = 0;
  int promised = 0;  // seats that are promised, with a lease or without
  int wishes = 0;    // seats to be confirmed
  std::map<ReplicaId, SeatLease> leases;

  int lent() const;  // by as much as the base has heard
  // Chairs that nobody holds. Negative after a cut, a copy, a reclaim or a restore.
  int free() const { return capacity - promised - lent(); }
  // A promise that names a lease took effect. False: no such chair is lent any more, so it needs a free one.
  bool UseLent(ReplicaId replica);
  // The replica's own word of its totals.
  void Hear(ReplicaId replica, const SeatLease& told);
  // The same of a lease that is given up for good, of which a restored base may have forgotten chairs.
  void HearFormer(ReplicaId replica, const SeatLease& told);
  // At a session of `replica`, which says how its lease stands: lends it up to its share among `replicas` (it is one of
  // them), or asks back what is beyond. `reserved`: chairs not to be lent now, for wishes that it may be about to hand in.
  SeatLoanTotals Balance(ReplicaId replica, const SeatLease& told, int replicas, int reserved = 0);
  // The device is lost, by a person's decision: what it still holds is free again. How many chairs it may have promised
  // unheard. What it hands in later is counted all the same.
  int Reclaim(ReplicaId replica);
};

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_SEAT_ESCROW_H_
