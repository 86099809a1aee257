// The wire between a tablet and its base, over real mutual TLS: broken at every byte of a small session, hung, slow, frozen,
// doubled. Whatever it does, a sync ends with a word that says what happened, nothing saved is lost or doubled, and the
// next sync over a sound wire brings the rest.
//
// A cut at some fifty bytes of each direction in the tests; OPGANG_CUT_STRIDE=1 takes every one (scripts/soak).
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "client-lib/src/store/store_impl.h"
#include "client-lib/src/sync/client_session.h"
#include "client-lib/src/transport/grpc_sync_stream.h"
#include "gtest/gtest.h"
#include "tests/process/support/wired_tablet.h"

namespace opgang {
namespace {

// A store counts its rows once a session: a few hundred sessions on one, then a new one.
constexpr int kSessionsOnOneBase = 400;

int64_t Stride(int64_t otherwise) {
  const char* given = std::getenv("OPGANG_CUT_STRIDE");
  return given == nullptr ? otherwise : std::stoll(given);
}

const char* NameOf(Towards towards) {
  return towards == Towards::kBase ? "towards the base" : "towards the device";
}

struct World {
  World() {
    base.Start();
    base.ImportOneEntrance();
    tablet = std::make_unique<WiredTablet>(base, scratch / "tablet");
  }
  ScratchDirectory scratch;
  BaseProcess base{scratch / "base"};
  std::unique_ptr<WiredTablet> tablet;
};

class WireTest : public testing::Test {
 protected:
  // The bytes of a session that hands one note in, by direction.
  int64_t SessionBytes(Towards towards) {
    World world;
    world.tablet->SaveNote();
    world.tablet->SyncWell();
    return world.tablet->wire().passed(towards);
  }

  // One note in a session to which `fault` happens; then one over a sound wire. True where the fault came in time.
  static bool Befall(WiredTablet& tablet, const WireFault& fault, std::map<ErrorCode, int>& told) {
    tablet.SaveNote();
    tablet.wire().Arm(fault);
    const auto result = tablet.Sync();
    const bool befallen = tablet.wire().befallen() > 0;
    if (!result.ok()) ++told[GetErrorCode(result.status())];
    EXPECT_TRUE(result.ok() || IsWorded(result.status(),
                                        {ErrorCode::kNoBase, ErrorCode::kTryLater, ErrorCode::kBaseRefused}))
        << "byte " << fault.after_bytes << ' ' << NameOf(fault.towards) << ": " << result.status();
    EXPECT_TRUE(tablet.ShowsAllNotes()) << "byte " << fault.after_bytes << ' ' << NameOf(fault.towards);
    tablet.SyncWell();
    return befallen;
  }

  // At every `stride`-th byte, from the first on, until a whole session passes first. No two are of the same size.
  static int CutAtEveryByte(Towards towards, int connections, int64_t stride,
                            std::map<ErrorCode, int>& told) {
    int cuts = 0, sessions = 0;
    auto world = std::make_unique<World>();
    for (int64_t byte = 0;; byte += stride) {
      if (!Befall(*world->tablet, {.after_bytes = byte, .towards = towards, .connections = connections},
                  told))
        break;
      ++cuts;
      if (++sessions % kSessionsOnOneBase != 0) continue;
      world->tablet->CompareAtTheEnd();
      world = std::make_unique<World>();
    }
    world->tablet->CompareAtTheEnd();
    std::cout << cuts << " cuts " << NameOf(towards);
    for (const auto& [code, count] : told) std::cout << ", " << ErrorCodeName(code) << ' ' << count;
    std::cout << std::endl;
    return cuts;
  }
};

TEST_F(WireTest, CutAfterAnyByteFromTheBaseNothingIsLostOrDoubledAndTheErrorSaysNoBase) {
  const int64_t size = SessionBytes(Towards::kDevice);
  const int64_t stride = Stride(size / 50);
  std::map<ErrorCode, int> told;
  EXPECT_GE(CutAtEveryByte(Towards::kDevice, /*connections=*/1, stride, told), size * 9 / 10 / stride);
  EXPECT_GT(told[ErrorCode::kNoBase], 0);
  EXPECT_EQ(told[ErrorCode::kBaseRefused], 0) << "one cut is no refusal";
}

TEST_F(WireTest, CutAfterAnyByteFromTheDeviceNothingIsLostOrDoubledAndTheErrorSaysNoBase) {
  const int64_t size = SessionBytes(Towards::kBase);
  const int64_t stride = Stride(size / 50);
  std::map<ErrorCode, int> told;
  EXPECT_GE(CutAtEveryByte(Towards::kBase, /*connections=*/1, stride, told), size * 9 / 10 / stride);
  EXPECT_GT(told[ErrorCode::kNoBase], 0);
  EXPECT_EQ(told[ErrorCode::kBaseRefused], 0) << "one cut is no refusal";
}

// Not once but always, so that no second look finds the wire sound: the sync ends all the same, and says so.
TEST_F(WireTest, WireThatBreaksEveryConnectionAtTheSameByteEndsEachSyncWithAWord) {
  for (const Towards towards : {Towards::kDevice, Towards::kBase}) {
    std::map<ErrorCode, int> told;
    const int64_t stride = std::max<int64_t>(Stride(25) * 16, 16);
    EXPECT_GT(CutAtEveryByte(towards, /*connections=*/1000, stride, told), 5);
  }
}

TEST_F(WireTest, WireThatHangsIsNoBaseOnceTheDeviceHasWaitedLongEnough) {
  const int64_t size = SessionBytes(Towards::kDevice);
  World world;
  WiredTablet& tablet = *world.tablet;
  for (const int64_t byte : {int64_t{0}, size / 4, size / 2}) {  // a later session is shorter than the first
    tablet.SaveNote();
    tablet.wire().Arm({.after_bytes = byte, .kind = WireFault::Kind::kHang});
    const auto result = tablet.Sync({.connect_timeout = absl::Milliseconds(300),
                                     .silence_timeout = absl::Milliseconds(300),
                                     .attempts = 2});
    EXPECT_TRUE(IsWorded(result.status(), {ErrorCode::kNoBase}))
        << "byte " << byte << " of " << size << ": " << result.status();
    EXPECT_EQ(tablet.wire().befallen(), tablet.wire().connections());
    EXPECT_TRUE(tablet.ShowsAllNotes());
  }
  tablet.CompareAtTheEnd();
}

TEST_F(WireTest, LateAndSlowWireBringsEverythingInOrder) {
  World world;
  for (int i = 0; i < 20; ++i) world.tablet->SaveNote(1000);
  world.tablet->wire().SetSpeed({.bytes_per_second = 200'000, .delay = std::chrono::milliseconds(30)});
  world.tablet->CompareAtTheEnd();
}

TEST_F(WireTest, WireThatBringsEveryConnectionTwiceDoublesNothing) {
  World world;
  world.tablet->wire().SetSpeed({.doubled = true});
  for (int i = 0; i < 5; ++i) {
    world.tablet->SaveNote();
    world.tablet->SyncWell();
  }
  world.tablet->CompareAtTheEnd();
}

// What was pushed and what is unsent, after every answer.
class Drain : public SyncObserver {
 public:
  explicit Drain(WiredTablet& tablet) : tablet_(tablet), unsent_(tablet.unsent()) {}
  void OnProgress(const SyncProgress&) override {
    const uint32_t now = tablet_.unsent();
    went_back_ += now > unsent_ ? 1 : 0;
    unsent_ = now;
  }
  int went_back() const { return went_back_; }

 private:
  WiredTablet& tablet_;
  uint32_t unsent_;
  int went_back_ = 0;
};

// 16 kbit/s carry 20,000 bytes in 10 seconds. Here the wire is 200 times as fast and is cut after as many bytes, so 200 times
// as often; the true speed, in virtual time: tests/sync/line_test.cc.
TEST_F(WireTest, QueueOfFiveThousandDrainsOverASlowWireCutEvery20000BytesMonotonically) {
  constexpr uint32_t kMutations = 5000;
  World world;
  WiredTablet& tablet = *world.tablet;
  for (uint32_t i = 0; i < kMutations; ++i) tablet.SaveNote();
  ASSERT_EQ(tablet.unsent(), kMutations);
  tablet.wire().SetSpeed({.bytes_per_second = 200 * 2000, .delay = std::chrono::milliseconds(2)});
  tablet.wire().Arm({.after_bytes = 20'000, .towards = Towards::kBase});
  Drain drain(tablet);
  int syncs = 0, without_progress = 0;
  for (uint32_t before = kMutations; before > 0 && syncs < 100; ++syncs) {
    const auto result = tablet.Sync({.attempts = 3, .observer = &drain});
    EXPECT_TRUE(result.ok() || IsWorded(result.status(), {ErrorCode::kNoBase})) << result.status();
    without_progress += tablet.unsent() == before && before > 0 ? 1 : 0;
    before = tablet.unsent();
  }
  EXPECT_EQ(tablet.unsent(), 0u);
  EXPECT_EQ(drain.went_back(), 0) << "what was answered stays answered";
  EXPECT_EQ(without_progress, 0);
  EXPECT_GT(tablet.wire().befallen(), 10);
  std::cout << tablet.wire().befallen() << " cuts, " << tablet.wire().passed(Towards::kBase) << " bytes up, "
            << syncs << " syncs" << std::endl;
  tablet.wire().SetSpeed({});
  tablet.CompareAtTheEnd();
}

// A session that says Hello and reads nothing any more: another tablet is served whole meanwhile, and the wire shows what
// the base had given out for the first.
TEST_F(WireTest, ReaderOfZeroSpeedCostsTheBaseAPageAndDelaysNobody) {
  World world;
  WiredTablet& writer = *world.tablet;
  for (int i = 0; i < 400; ++i) writer.SaveNote(1000);
  writer.SyncWell();
  WiredTablet frozen(world.base, world.scratch / "frozen", "jonas", "tablet-2");
  for (int i = 0; i < 400; ++i) writer.SaveNote(1000);
  writer.SyncWell();

  frozen.wire().Heal();
  v1::SyncRequest hello;
  *hello.mutable_hello() = frozen.store().sync_store().MakeHello().value();
  hello.mutable_hello()->set_protocol_version(1);
  hello.mutable_hello()->clear_cursors();  // everything is wanted
  const auto identity = static_cast<StoreImpl&>(frozen.store()).identity();
  GrpcSyncDialer dialer(
      {{LoopbackAddress(frozen.wire().port())},
       {identity.ca_pem(), identity.certificate_pem(), SecretBytes(identity.private_key_pem())}});
  auto stream = dialer.Dial(absl::Seconds(10));
  ASSERT_TRUE(stream.ok()) << stream.status();
  const int64_t handshake = frozen.wire().passed(Towards::kDevice);
  (*stream)->Write(hello);

  WiredTablet other(world.base, world.scratch / "other", "samira", "tablet-3");
  EXPECT_LT(other.wire().passed(Towards::kDevice), 20'000) << "it was current already";
  for (int i = 0; i < 50; ++i) writer.SaveNote(1000);
  writer.SyncWell();
  other.wire().Heal();
  EXPECT_GE(other.Sync({}).value().received, 50u) << "the others are served";
  const int64_t given = frozen.wire().passed(Towards::kDevice) - handshake;
  EXPECT_GT(given, 8 * 1024);
  EXPECT_LT(given, 64 * 1024) << "a Welcome and a page, of some 900,000 bytes that wait";
  std::cout << given << " bytes were given out to a reader of zero speed" << std::endl;
  stream->reset();
  frozen.wire().CutAll();
  frozen.SyncWell();
  writer.CompareAtTheEnd();
}

}  // namespace
}  // namespace opgang
