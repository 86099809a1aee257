// The escrow: whatever is lost, repeated, overtaken, promised and given back, no meeting is overbooked.
#include "core/rules/seat_escrow.h"

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace opgang {
namespace {

StoreId StoreCalled(char name) { return *StoreId::FromBytes(std::string(16, name)); }

TEST(SeatEscrowTest, WhatIsLentIsNotFreeUntilItComesBack) {
  SeatEscrow base(3);
  SeatLease amal;
  HearGrant(amal, base.Lend(StoreCalled('a'), 2));
  EXPECT_EQ(amal.left(), 2);
  EXPECT_EQ(base.free(), 1);
  EXPECT_TRUE(base.Confirm());
  EXPECT_FALSE(base.Confirm()) << "the other two are lent";
  EXPECT_EQ(ReturnToBase(amal, 5), 2);
  base.Hear(StoreCalled('a'), amal);
  EXPECT_EQ(base.free(), 2);
}

TEST(SeatEscrowTest, ADevicePromisesWhatItWasLentAndNoMore) {
  SeatEscrow base(10);
  SeatLease amal;
  EXPECT_FALSE(TakeFromLease(amal));
  HearGrant(amal, base.Lend(StoreCalled('a'), 1));
  EXPECT_TRUE(TakeFromLease(amal));
  EXPECT_FALSE(TakeFromLease(amal));
  EXPECT_EQ(ReturnToBase(amal, 1), 0) << "a promised chair does not come back";
}

TEST(SeatEscrowTest, AnOlderMessageChangesNothing) {
  SeatEscrow base(5);
  SeatLease amal;
  const int first = base.Lend(StoreCalled('a'), 1);
  HearGrant(amal, base.Lend(StoreCalled('a'), 2));
  HearGrant(amal, first);
  EXPECT_EQ(amal.left(), 3);
  const SeatLease earlier = amal;
  TakeFromLease(amal);
  base.Hear(StoreCalled('a'), amal);
  base.Hear(StoreCalled('a'), earlier);
  ReturnToBase(amal, 9);
  base.Hear(StoreCalled('a'), amal);
  EXPECT_EQ(base.free(), 4);
}

TEST(SeatEscrowTest, ACancelledSeatIsFreeAgain) {
  SeatEscrow base(1);
  EXPECT_TRUE(base.Confirm());
  base.Cancel();
  EXPECT_TRUE(base.Confirm());
}

TEST(SeatEscrowTest, ACutCapacityLendsNothingAndSaysByHowMuchItIsOver) {
  SeatEscrow base(3);
  ASSERT_TRUE(base.Confirm() && base.Confirm());
  base.SetCapacity(1);
  EXPECT_EQ(base.free(), -1);
  EXPECT_EQ(base.Lend(StoreCalled('a'), 4), 0);
  EXPECT_FALSE(base.Confirm());
}

TEST(SeatEscrowTest, AReclaimedLeaseSaysHowManyChairsAreAtRiskAndNoMoreThanThatIsOverbooked) {
  SeatEscrow base(3);
  SeatLease lost;
  HearGrant(lost, base.Lend(StoreCalled('l'), 3));
  ASSERT_TRUE(TakeFromLease(lost));
  base.Hear(StoreCalled('l'), lost);
  ASSERT_TRUE(TakeFromLease(lost));
  const int at_risk = base.Reclaim(StoreCalled('l'));
  EXPECT_EQ(at_risk, 2);
  ASSERT_TRUE(base.Confirm() && base.Confirm());
  base.Hear(StoreCalled('l'), lost);
  EXPECT_EQ(base.free(), -1) << "the promise that nobody had heard of is counted";
}

// Random histories of one base and four tablets. Messages of both directions wait in bags: any one may arrive, again
// and again, or never.
class History {
 public:
  History(uint32_t seed, int capacity) : dice_(seed), capacity_(capacity), base_(capacity) {}

  void Run(int steps) {
    for (int i = 0; i < steps; ++i) {
      Step();
      ASSERT_LE(Promised(), capacity_) << "after step " << i;
    }
  }
  // All is heard: then the base's count is the true one.
  void Drain() {
    for (size_t i = 0; i < kTablets; ++i) base_.Hear(Name(i), tablets_[i]);
    int held = 0;
    for (const SeatLease& tablet : tablets_) held += tablet.left();
    // Of a grant whose message was lost the tablet knows nothing; the base still holds it for the tablet.
    ASSERT_LE(base_.free(), capacity_ - Promised() - held);
    ASSERT_GE(base_.free(), 0);
  }
  int Promised() const {
    int promised = confirmed_;
    for (const SeatLease& tablet : tablets_) promised += tablet.promised;
    return promised - cancelled_;
  }

 private:
  static constexpr size_t kTablets = 4;
  struct Told {
    size_t tablet;
    SeatLease lease;
  };
  static StoreId Name(size_t tablet) { return StoreCalled(static_cast<char>('a' + tablet)); }
  int Roll(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(dice_); }

  void Step() {
    const size_t tablet = static_cast<size_t>(Roll(kTablets));
    SeatLease& lease = tablets_[tablet];
    switch (Roll(8)) {
      case 0: to_tablets_.push_back({tablet, {base_.Lend(Name(tablet), Roll(4))}}); break;
      case 1:
        Deliver(to_tablets_, [&](const Told& t) { HearGrant(tablets_[t.tablet], t.lease.granted); });
        break;
      case 2: TakeFromLease(lease); break;
      case 3: ReturnToBase(lease, Roll(3)); break;
      case 4: to_base_.push_back({tablet, lease}); break;
      case 5: Deliver(to_base_, [&](const Told& t) { base_.Hear(Name(t.tablet), t.lease); }); break;
      case 6: confirmed_ += base_.Confirm() ? 1 : 0; break;
      case 7:
        // What the base has confirmed itself and not yet cancelled.
        if (confirmed_ - cancelled_ > 0) {
          base_.Cancel();
          ++cancelled_;
        }
        break;
    }
  }

  template <typename Hear>
  void Deliver(std::vector<Told>& bag, Hear hear) {
    if (bag.empty()) return;
    const size_t chosen = static_cast<size_t>(Roll(static_cast<int>(bag.size())));
    hear(bag[chosen]);
    if (Roll(2) == 0) bag.erase(bag.begin() + static_cast<std::ptrdiff_t>(chosen));
  }

  std::mt19937 dice_;
  const int capacity_;
  SeatEscrow base_;
  SeatLease tablets_[kTablets];
  std::vector<Told> to_tablets_;
  std::vector<Told> to_base_;
  int confirmed_ = 0;
  int cancelled_ = 0;
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
  EXPECT_GT(full, 100) << "the histories must come to the bound";
}

}  // namespace
}  // namespace opgang
