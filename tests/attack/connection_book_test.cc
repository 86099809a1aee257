// Which connection gives way when too many come: strangers keep only themselves out.
#include "server/rpc/connection_book.h"

#include <string>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace opgang {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class ConnectionBookTest : public testing::Test {
 protected:
  ConnectionBook::Arrival Arrive(ConnectionBook& book, const std::string& address, int port) {
    return book.Arrive(Peer(address, port), address, now_);
  }
  bool IsLetIn(ConnectionBook& book, const std::string& address, int port) {
    return Arrive(book, address, port).admitted;
  }
  static std::string Peer(const std::string& address, int port) {
    return address + ":" + std::to_string(port);
  }
  static StoreId Device() { return StoreId::Make(absl::UnixEpoch(), SystemRandom()); }

  absl::Time now_ = absl::UnixEpoch();
};

TEST_F(ConnectionBookTest, AtTheDoorTheOldestOfTheBusiestAddressGivesWay) {
  ConnectionBook book({.connections_at_the_door = 3});
  EXPECT_TRUE(IsLetIn(book, "honest", 1));
  EXPECT_TRUE(IsLetIn(book, "stranger", 1));
  EXPECT_TRUE(IsLetIn(book, "stranger", 2));
  const auto third = Arrive(book, "stranger", 3);
  EXPECT_TRUE(third.admitted);
  EXPECT_THAT(third.cut, ElementsAre("stranger:1")) << "the honest one came first, and stays";
  EXPECT_EQ(book.at_the_door(), 3u);
}

TEST_F(ConnectionBookTest, AmongAddressesWithAsManyTheOldestGoesWhateverItIsCalled) {
  ConnectionBook book({.connections_at_the_door = 3});
  for (const char* address : {"b", "a", "c"}) Arrive(book, address, 1);
  EXPECT_THAT(Arrive(book, "d", 1).cut, ElementsAre("b:1"));
  EXPECT_THAT(Arrive(book, "e", 1).cut, ElementsAre("a:1"));
}

TEST_F(ConnectionBookTest, AThousandConnectionsOfOneStrangerKeepNobodyElseOut) {
  ConnectionBook book({.connections = 50, .connections_per_address = 20, .connections_at_the_door = 30});
  for (int i = 0; i < 1000; ++i) Arrive(book, "stranger", i);
  EXPECT_EQ(book.size(), 20u);
  EXPECT_TRUE(IsLetIn(book, "honest", 1));
  for (int i = 0; i < 1000; ++i) EXPECT_THAT(Arrive(book, "stranger", i).cut, Not(ElementsAre("honest:1")));
}

TEST_F(ConnectionBookTest, AStrangerBehindTheSameAddressGivesWayToAnHonestDevice) {
  ConnectionBook book({.connections_per_address = 3});
  for (int i = 0; i < 3; ++i) Arrive(book, "shared", i);
  const auto honest = Arrive(book, "shared", 100);
  EXPECT_TRUE(honest.admitted);
  EXPECT_THAT(honest.cut, ElementsAre("shared:0"));
}

TEST_F(ConnectionBookTest, WhoHasCalledIsNeverCutForANewcomerWhoIsToldThatTheBaseIsFull) {
  ConnectionBook book({.connections = 2, .connections_per_address = 2});
  for (int i = 0; i < 2; ++i) {
    Arrive(book, "devices", i);
    book.Prove(Peer("devices", i), Device());
  }
  EXPECT_FALSE(IsLetIn(book, "devices", 3)) << "its address is full";
  EXPECT_FALSE(IsLetIn(book, "elsewhere", 1)) << "the base is full";
  EXPECT_EQ(book.size(), 2u);
  book.Leave("devices:0");
  EXPECT_TRUE(IsLetIn(book, "elsewhere", 1));
}

TEST_F(ConnectionBookTest, ADeviceWithTooManyConnectionsLosesItsOldest) {
  ConnectionBook book({.connections_per_device = 2});
  const StoreId device = Device();
  for (int i = 0; i < 3; ++i) Arrive(book, "here", i);
  Arrive(book, "here", 9);
  book.Prove("here:9", Device());
  EXPECT_THAT(book.Prove("here:0", device), IsEmpty());
  EXPECT_THAT(book.Prove("here:1", device), IsEmpty());
  EXPECT_THAT(book.Prove("here:1", device), IsEmpty()) << "another call on the same one";
  EXPECT_THAT(book.Prove("here:2", device), ElementsAre("here:0"));
  EXPECT_EQ(book.size(), 3u) << "another device's stays";
}

TEST_F(ConnectionBookTest, NobodyStandsAtTheDoorForLongerThanTheLimitAndACallerStays) {
  ConnectionBook book({.door_seconds = 20});
  Arrive(book, "stranger", 1);
  Arrive(book, "honest", 1);
  book.Prove("honest:1", Device());
  now_ += absl::Seconds(20);
  EXPECT_THAT(book.TakeOverdue(now_), IsEmpty());
  now_ += absl::Microseconds(1);
  EXPECT_THAT(book.TakeOverdue(now_), ElementsAre("stranger:1"));
  EXPECT_EQ(book.size(), 1u);
}

TEST_F(ConnectionBookTest, BytesThatBecomeNoCallOrMessageAreAFlood) {
  ConnectionBook book({.unheard_bytes = 1000});
  Arrive(book, "here", 1);
  EXPECT_FALSE(book.FloodsBytes("here:1", 125, now_));
  book.Prove("here:1", Device());
  EXPECT_FALSE(book.FloodsBytes("here:1", 1900, now_)) << "a call came of them";
  EXPECT_FALSE(book.FloodsBytes("here:1", 2900, now_));
  EXPECT_EQ(book.Unheard("here:1"), 1000u);
  book.Hear("here:1");
  EXPECT_FALSE(book.FloodsBytes("here:1", 5000, now_)) << "a message did";
  EXPECT_EQ(book.Unheard("here:1"), 0u);
  EXPECT_TRUE(book.FloodsBytes("here:1", 6001, now_));
  EXPECT_EQ(book.size(), 0u);
}

TEST_F(ConnectionBookTest, WhoHasNotCalledYetMayBringAnEighthOfThat) {
  ConnectionBook book({.unheard_bytes = 1000});
  Arrive(book, "here", 1);
  EXPECT_TRUE(book.FloodsBytes("here:1", 126, now_));
  EXPECT_FALSE(IsLetIn(book, "here", 2)) << "its address is held back";
}

TEST_F(ConnectionBookTest, StreamsFarBeyondTheCallsThatWereSeenAreAFlood) {
  ConnectionBook book({});
  Arrive(book, "here", 1);
  EXPECT_FALSE(book.FloodsStreams("here:1", 100, now_));
  EXPECT_TRUE(book.BeginCall("here:1"));
  EXPECT_FALSE(book.FloodsStreams("here:1", 101, now_)) << "one of them was seen";
  EXPECT_TRUE(book.FloodsStreams("here:1", 102, now_));
  EXPECT_FALSE(book.BeginCall("here:1")) << "it was cut: what still comes of it is nobody's";
  EXPECT_FALSE(IsLetIn(book, "here", 2)) << "its address is held back";
}

TEST_F(ConnectionBookTest, WhoIsRefusedAndCallsOnAndOnIsCutAndAnHonestDevicesTriesAreNot) {
  ConnectionBook book({});
  Arrive(book, "here", 1);
  Arrive(book, "here", 2);
  for (int i = 0; i < 16; ++i) EXPECT_FALSE(book.RefuseCall("here:1", now_)) << i;
  EXPECT_FALSE(book.RefuseCall("here:2", now_)) << "each connection has its own";
  EXPECT_TRUE(book.RefuseCall("here:1", now_));
  EXPECT_EQ(book.size(), 1u);
  EXPECT_FALSE(IsLetIn(book, "here", 3)) << "its address is held back";
}

TEST_F(ConnectionBookTest, AfterAFloodItsAddressIsLetInOneByOneForAMinuteAndOthersAsEver) {
  ConnectionBook book({.unheard_bytes = 1000});
  Arrive(book, "flooder", 1);
  EXPECT_TRUE(book.FloodsBytes("flooder:1", 1001, now_));
  EXPECT_FALSE(IsLetIn(book, "flooder", 2));
  EXPECT_TRUE(IsLetIn(book, "honest", 1));
  now_ += absl::Seconds(2);
  book.TakeOverdue(now_);
  EXPECT_TRUE(IsLetIn(book, "flooder", 3));
  EXPECT_FALSE(IsLetIn(book, "flooder", 4));
  now_ += absl::Seconds(58);
  EXPECT_TRUE(IsLetIn(book, "flooder", 5));
  EXPECT_TRUE(IsLetIn(book, "flooder", 6));
}

TEST_F(ConnectionBookTest, APortThatIsUsedAnewIsOneConnection) {
  ConnectionBook book({.connections_per_address = 1});
  EXPECT_TRUE(IsLetIn(book, "here", 1));
  book.Prove("here:1", Device());
  EXPECT_TRUE(IsLetIn(book, "here", 1));
  EXPECT_EQ(book.size(), 1u);
  EXPECT_EQ(book.at_the_door(), 1u);
}

}  // namespace
}  // namespace opgang
