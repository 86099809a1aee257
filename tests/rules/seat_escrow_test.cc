// The escrow: whatever is lost, repeated, overtaken, promised and given back, no meeting is overbooked.
#include "core/rules/seat_escrow.h"

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace opgang {
namespace {

ReplicaId ReplicaCalled(char name) { return *ReplicaId::FromBytes(std::string(16, name)); }
const ReplicaId kAmal = ReplicaCalled('a');
const ReplicaId kJonas = ReplicaCalled('j');

// The device hears what its session lends or asks back.
void Hear(SeatLease& device, const SeatLoanTotals& told) {
  HearGrant(device, told.granted);
  ReturnToBase(device, device.left() - told.keep);
}

TEST(SeatEscrowTest, WhatIsLentIsNotFreeUntilItComesBack) {
  SeatEscrow base{3};
  SeatLease amal;
  Hear(amal, base.Balance(kAmal, amal, 1));
  EXPECT_EQ(amal.left(), 3);
  EXPECT_EQ(base.free(), 0);
  EXPECT_EQ(ReturnToBase(amal, 2), 2);
  EXPECT_EQ(base.free(), 0) << "nobody has said so";
  base.Hear(kAmal, amal);
  EXPECT_EQ(base.free(), 2);
}

TEST(SeatEscrowTest, ADevicePromisesWhatItWasLentAndNoMore) {
  SeatLease amal;
  EXPECT_FALSE(TakeFromLease(amal));
  HearGrant(amal, 1);
  EXPECT_TRUE(TakeFromLease(amal));
  EXPECT_FALSE(TakeFromLease(amal));
  EXPECT_EQ(ReturnToBase(amal, 1), 0) << "a promised chair does not come back";
}

TEST(SeatEscrowTest, WhatIsGivenBackIsNeverPromisedAfterwards) {
  SeatLease amal;
  HearGrant(amal, 2);
  EXPECT_EQ(ReturnToBase(amal, 2), 2);
  HearGrant(amal, 2);
  EXPECT_FALSE(TakeFromLease(amal));
}

TEST(SeatEscrowTest, AnOlderMessageChangesNothing) {
  SeatEscrow base{5};
  SeatLease amal;
  Hear(amal, base.Balance(kAmal, amal, 5));
  const SeatLoanTotals first{amal.granted, 1};
  Hear(amal, base.Balance(kAmal, amal, 1));
  HearGrant(amal, first.granted);
  EXPECT_EQ(amal.left(), 5);
  const SeatLease earlier = amal;
  ReturnToBase(amal, 4);
  base.Hear(kAmal, amal);
  base.Hear(kAmal, earlier);
  EXPECT_EQ(base.free(), 4);
}

TEST(SeatEscrowTest, TheShareIsEvenAndTheRestWaitsForWishes) {
  SeatEscrow base{8};
  EXPECT_EQ(base.Balance(kAmal, {}, 3).granted, 2);
  EXPECT_EQ(base.Balance(kJonas, {}, 3).granted, 2);
  EXPECT_EQ(base.Balance(ReplicaCalled('k'), {}, 3).granted, 2);
  EXPECT_EQ(base.free(), 2);
}

TEST(SeatEscrowTest, FewerChairsThanTabletsGoOneEachToWhoComesFirst) {
  SeatEscrow base{1};
  EXPECT_EQ(base.Balance(kAmal, {}, 4).granted, 1);
  EXPECT_EQ(base.Balance(kJonas, {}, 4).granted, 0);
}

TEST(SeatEscrowTest, WhoHoldsMoreThanTheShareIsAskedForTheRest) {
  SeatEscrow base{4};
  SeatLease amal;
  Hear(amal, base.Balance(kAmal, amal, 1));
  ASSERT_EQ(amal.left(), 4);
  Hear(amal, base.Balance(kAmal, amal, 2));
  EXPECT_EQ(amal.left(), 2);
  base.Hear(kAmal, amal);
  EXPECT_EQ(base.Balance(kJonas, {}, 2).granted, 2);
}

TEST(SeatEscrowTest, WishesComeBeforeLeases) {
  SeatEscrow base{2, 0, 2};
  EXPECT_EQ(base.Balance(kAmal, {}, 1).granted, 0);
  base.wishes = 0;
  SeatLease amal;
  Hear(amal, base.Balance(kAmal, amal, 1));
  base.wishes = 1;
  EXPECT_EQ(base.Balance(kAmal, amal, 1).keep, 1) << "one goes back for the wish";
}

TEST(SeatEscrowTest, WhereChairsAreFewSomeAreKeptForWishesThatAreOnTheirWay) {
  SeatEscrow few{2};
  EXPECT_EQ(few.Balance(kAmal, {}, 1, 2).granted, 0);
  SeatEscrow many{8};
  EXPECT_EQ(many.Balance(kAmal, {}, 2, 2).granted, 4);
}

TEST(SeatEscrowTest, APromiseThatTookEffectUsesItsLentChairOnce) {
  SeatEscrow base{1};
  base.Balance(kAmal, {}, 1);
  EXPECT_TRUE(base.UseLent(kAmal));
  ++base.promised;
  EXPECT_EQ(base.free(), 0);
  EXPECT_FALSE(base.UseLent(kAmal)) << "a copy's";
  EXPECT_FALSE(base.UseLent(kJonas));
}

TEST(SeatEscrowTest, WhatTheDeviceHasUsedUnheardIsLentAnew) {
  SeatEscrow base{4};
  SeatLease amal;
  Hear(amal, base.Balance(kAmal, amal, 2));
  ASSERT_TRUE(TakeFromLease(amal) && TakeFromLease(amal));
  Hear(amal, base.Balance(kAmal, amal, 2));
  EXPECT_EQ(amal.left(), 1) << "its share of the two that are left";
  EXPECT_EQ(base.free(), 1);
}

TEST(SeatEscrowTest, ACutCapacityLendsNothingAndSaysByHowMuchItIsOver) {
  SeatEscrow base{3, 2};
  base.capacity = 1;
  EXPECT_EQ(base.free(), -1);
  EXPECT_EQ(base.Balance(kAmal, {}, 1).granted, 0);
}

TEST(SeatEscrowTest, AReclaimedLeaseSaysHowManyChairsAreAtRiskAndIsGivenBackWhenItsDeviceComes) {
  SeatEscrow base{3};
  SeatLease lost;
  Hear(lost, base.Balance(kAmal, lost, 1));
  ASSERT_TRUE(TakeFromLease(lost));
  EXPECT_EQ(base.Reclaim(kAmal), 3);
  EXPECT_EQ(base.free(), 3);
  ASSERT_EQ(base.Balance(kJonas, {}, 1).granted, 3);
  Hear(lost, base.Balance(kAmal, lost, 2));
  EXPECT_EQ(lost.left(), 0);
  EXPECT_FALSE(base.UseLent(kAmal)) << "the promise that nobody had heard of needs another chair";
  ++base.promised;
  EXPECT_EQ(base.free(), -1);
}

TEST(SeatEscrowTest, ARestoredBaseLearnsOfWhatItHadLentWhenTheLeaseIsGivenUp) {
  SeatEscrow restored{4};
  SeatLease amal{3, 1, 2};  // one of three promised, the rest given up with the name
  restored.HearFormer(kAmal, amal);
  EXPECT_EQ(restored.free(), 3) << "the promise has not come yet";
  EXPECT_TRUE(restored.UseLent(kAmal));
  ++restored.promised;
  EXPECT_EQ(restored.free(), 3);
}

// Random histories of one base and four tablets. Messages of both directions wait in bags: any one may arrive, again
// and again, or never. A promise takes effect once, whenever it comes.
class History {
 public:
  History(uint32_t seed, int capacity) : dice_(seed), capacity_(capacity), base_{capacity} {}

  void Run(int steps) {
    for (int i = 0; i < steps; ++i) {
      Step();
      ASSERT_LE(Promised(), capacity_) << "after step " << i;
      ASSERT_GE(base_.free(), 0) << "after step " << i;
    }
  }
  // All is heard: what the base takes for lent is at least what the tablets hold.
  void Drain() {
    int held = 0;
    for (size_t i = 0; i < kTablets; ++i) {
      while (unheard_[i] > 0) Arrive(i);
      base_.Hear(Name(i), tablets_[i]);
      held += tablets_[i].left();
    }
    ASSERT_EQ(base_.promised, Promised());
    ASSERT_LE(held, base_.lent());
    ASSERT_LE(base_.promised + base_.lent(), capacity_);
  }
  int Promised() const {
    int promised = base_.promised;
    for (const int unheard : unheard_) promised += unheard;
    return promised;
  }

 private:
  static constexpr size_t kTablets = 4;
  struct Told {
    size_t tablet;
    SeatLoanTotals loan;
    SeatLease lease;
  };
  static ReplicaId Name(size_t tablet) { return ReplicaCalled(static_cast<char>('a' + tablet)); }
  int Roll(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(dice_); }

  void Step() {
    const size_t tablet = static_cast<size_t>(Roll(kTablets));
    SeatLease& lease = tablets_[tablet];
    switch (Roll(9)) {
      case 0: to_base_.push_back({tablet, {}, lease}); break;
      case 1: Deliver(to_base_, [&](const Told& t) { Session(t); }); break;
      case 2:
      case 3: Deliver(to_tablets_, [&](const Told& t) { Hear(tablets_[t.tablet], t.loan); }); break;
      case 4: unheard_[tablet] += TakeFromLease(lease) ? 1 : 0; break;
      case 5: ReturnToBase(lease, Roll(2)); break;
      case 6: Arrive(tablet); break;
      case 7:  // a wish comes, or is answered
        if (base_.free() > 0 && base_.wishes > 0) {
          --base_.wishes;
          ++base_.promised;
        } else {
          base_.wishes = std::min(base_.wishes + 1, 2);
        }
        break;
      case 8: base_.promised -= base_.promised > 0 && Roll(3) == 0 ? 1 : 0; break;  // cancelled
    }
  }

  void Session(const Told& told) {
    base_.Hear(Name(told.tablet), told.lease);
    to_tablets_.push_back(
        {told.tablet, base_.Balance(Name(told.tablet), told.lease, 1 + Roll(kTablets)), {}});
  }

  void Arrive(size_t tablet) {
    if (unheard_[tablet] == 0) return;
    --unheard_[tablet];
    ++base_.promised;
    ASSERT_TRUE(base_.UseLent(Name(tablet)));
  }

  template <typename Hear>
  void Deliver(std::vector<Told>& bag, Hear hear) {
    if (bag.empty()) return;
    const size_t chosen = static_cast<size_t>(Roll(static_cast<int>(bag.size())));
    const Told told = bag[chosen];
    if (Roll(2) == 0) bag.erase(bag.begin() + static_cast<std::ptrdiff_t>(chosen));
    hear(told);
  }

  std::mt19937 dice_;
  const int capacity_;
  SeatEscrow base_;
  SeatLease tablets_[kTablets];
  int unheard_[kTablets] = {};
  std::vector<Told> to_tablets_;
  std::vector<Told> to_base_;
};

TEST(SeatEscrowHistories, NeverPromiseMoreThanTheCapacity) {
  int full = 0;
  for (uint32_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const int capacity = static_cast<int>(seed % 13);
    History history(seed, capacity);
    history.Run(300);
    history.Drain();
    if (HasFatalFailure()) return;
    full += history.Promised() == capacity ? 1 : 0;
  }
  EXPECT_GT(full, 50) << "the histories must come to the bound";
}

}  // namespace
}  // namespace opgang
