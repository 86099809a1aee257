// The escrow of one limited meeting: so that two tablets without a network cannot promise the same chair, the base lends
// chairs to stores beforehand, and a store promises only what it was lent.
//
//     promised anywhere + still lent to somebody  <=  capacity
//
// Every count that travels is a total since the beginning and never falls, so a message may be lost, repeated or
// overtaken: the greater total is the newer one. What is lent to a store and not yet promised or given back, as far as
// the base has heard, counts as taken; so the sum above holds whatever the base has not heard yet.
//
// Exceptions, each a decision of a person: a lease reclaimed from a lost device (Reclaim says how many chairs may turn
// out to be promised twice) and a capacity cut below what is promised (SetCapacity; free() is then negative).
//
// Pure values. The session does not carry leases yet: a limited group's seats are wishes until somebody confirms them.
#ifndef OPGANG_CORE_RULES_SEAT_ESCROW_H_
#define OPGANG_CORE_RULES_SEAT_ESCROW_H_

#include <map>

#include "core/base/ids.h"

namespace opgang {

// Totals of one store. On the device all three are its own knowledge; at the base `promised` and `returned` are what it
// has heard.
struct SeatLease {
  int granted = 0;   // chairs ever lent
  int promised = 0;  // of them, ever promised to a citizen
  int returned = 0;  // of them, ever given back unused
  int left() const { return granted - promised - returned; }
};

// The device's half.
bool TakeFromLease(SeatLease& lease);            // false: nothing left, the wish is to be confirmed
void HearGrant(SeatLease& lease, int granted);   // as the base said; an older message changes nothing
int ReturnToBase(SeatLease& lease, int chairs);  // gives back up to so many; how many it was

// The base's half.
class SeatEscrow {
 public:
  explicit SeatEscrow(int capacity) : capacity_(capacity) {}

  // Chairs that nobody holds. Negative after a cut.
  int free() const;
  // Lends `store` up to `wanted` more chairs; the total to tell it.
  int Lend(StoreId store, int wanted);
  // A store's totals, as its message tells them. More promised than was lent comes from a clone: it is counted.
  void Hear(StoreId store, const SeatLease& told);
  // A wish that came without a lease: takes a free chair, or says that there is none.
  bool Confirm();
  // A promised seat was cancelled.
  void Cancel() { ++cancelled_; }
  // The store is lost, by a person's decision, or the meeting has begun: what it still holds is free again. How many
  // chairs it may have promised unheard. What it hands in later is counted all the same.
  int Reclaim(StoreId store);
  void SetCapacity(int capacity) { capacity_ = capacity; }

 private:
  int capacity_;
  int confirmed_ = 0;
  int cancelled_ = 0;
  std::map<StoreId, SeatLease> leases_;
};

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_SEAT_ESCROW_H_
