// The base's limits as they are met: by a stranger, by a hostile device, and by an honest one, which hears a word, keeps its
// work and hands it in later.
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/error.h"
#include "gtest/gtest.h"
#include "server/identity/key_store.h"
#include "server/rpc/front_door.h"
#include "server/rpc/running_base.h"
#include "server/rpc/stream_counts.h"
#include "tests/attack/intruder.h"
#include "tests/attack/shared_clock.h"
#include "tests/attack/stream_by_hand.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/tablet.h"
#include "tests/support/store_certificate.h"

namespace opgang {
namespace {

class AtTheDoorTest : public testing::Test {
 protected:
  void Start(const BaseLimits& limits = {}) {
    BaseOptions options;
    options.directory = scratch_ / "base";
    options.listen = "127.0.0.1:0";
    options.limits = limits;
    options.clock = &clock_;
    auto started = RunningBase::Start(options);
    ASSERT_TRUE(started.ok()) << started.status();
    base_ = *std::move(started);
  }
  // Of our authority, and yet of no store that is enrolled.
  CertifiedKey DeviceCertificate() {
    const BaseKeys keys = LoadBaseKeys(scratch_ / "base").value();
    const PeerIdentity device{"amal", StoreId::Make(absl::UnixEpoch(), SystemRandom())};
    return IssueStoreCertificate(keys.ca, device, SystemRandom()).value();
  }
  int port() const { return base_->port(); }

  ScratchDirectory scratch_;
  SharedClock clock_;
  std::unique_ptr<RunningBase> base_;
};

constexpr char kHalfAHandshake[] = "\x16\x03\x01\x02\x00\x01";
const std::string kWholeRecord("\x16\x03\x01\x00\x01\x01", 6);  // no ClientHello, and as long as it says
const std::string kNoRoom("\x15\x03\x03\x00\x02\x02\x50", 7);

TEST_F(AtTheDoorTest, AHandshakeThatIsNeverFinishedEndsWhenItsTimeIsOver) {
  Start();
  Intruder silent(port()), slow(port()), polite(port());
  EXPECT_TRUE(slow.Say(kHalfAHandshake));
  EXPECT_TRUE(polite.SayClientHello());
  // The base has seen both once it answers somebody who came later.
  Intruder later(port());
  EXPECT_TRUE(later.Handshake(DeviceCertificate()));
  clock_.Advance(absl::Seconds(21));
  EXPECT_TRUE(silent.IsHungUpOn());
  EXPECT_TRUE(slow.IsHungUpOn());
  EXPECT_TRUE(polite.IsHungUpOn());
}

TEST_F(AtTheDoorTest, ADeviceThatConnectsAndNeverCallsIsCutAsWell) {
  Start();
  Intruder idle(port());
  EXPECT_TRUE(idle.Handshake(DeviceCertificate()));
  clock_.Advance(absl::Seconds(21));
  EXPECT_TRUE(idle.IsHungUpOn());
}

TEST_F(AtTheDoorTest, WhoDoesNotBeginWithTlsIsHungUpOnAtOnce) {
  Start();
  Intruder web(port()), hasty(port());
  EXPECT_TRUE(web.Say("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(web.IsHungUpOn());
  EXPECT_TRUE(hasty.Say({"\x16\x03\x01\xff\xff", 5}));
  EXPECT_TRUE(hasty.IsHungUpOn()) << "no record is that long";
}

TEST_F(AtTheDoorTest, ARecordMayComeInPieces) {
  Start({.connections = 1});
  Intruder inside(port());
  EXPECT_TRUE(inside.Handshake(DeviceCertificate()));
  Intruder slow(port());
  for (const char byte : kWholeRecord) EXPECT_TRUE(slow.Say({&byte, 1}));
  EXPECT_TRUE(inside.IsHungUpOn()) << "the newcomer stands at the door now, where it was";
}

TEST_F(AtTheDoorTest, WhoHasNotSaidHisFirstRecordTakesNobodysPlace) {
  Start({.connections = 1});
  Intruder inside(port());
  EXPECT_TRUE(inside.Handshake(DeviceCertificate()));
  Intruder silent(port()), slow(port()), later(port());
  EXPECT_TRUE(slow.Say(kHalfAHandshake));
  EXPECT_TRUE(later.Say("no TLS"));
  EXPECT_TRUE(later.IsHungUpOn());  // the base has seen them all
  EXPECT_TRUE(inside.SayInTls("PRI"));
  clock_.Advance(absl::Seconds(19));
  EXPECT_TRUE(inside.SayInTls(" * "));
}

TEST_F(AtTheDoorTest, ManyWhoDoNotGoOnPushOutTheOldestOfTheirAddressAndNobodyElse) {
  Start({.knocks = 4});
  Intruder honest(port(), "127.0.0.1");
  std::vector<std::unique_ptr<Intruder>> many;
  for (int i = 0; i < 12; ++i) many.push_back(std::make_unique<Intruder>(port(), "127.0.0.2"));
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(many[static_cast<size_t>(i)]->IsHungUpOn()) << i;
  EXPECT_TRUE(honest.Handshake(DeviceCertificate()));
}

TEST_F(AtTheDoorTest, ManyHandshakesOfOneAddressPushOutItsOldestAndNobodyElse) {
  Start({.connections_at_the_door = 4});
  Intruder honest(port(), "127.0.0.1");
  std::vector<std::unique_ptr<Intruder>> many;
  for (int i = 0; i < 12; ++i) {
    many.push_back(std::make_unique<Intruder>(port(), "127.0.0.2"));
    EXPECT_TRUE(many.back()->SayClientHello());
    EXPECT_TRUE(many.back()->Hears()) << "the base has let it in before the next one comes";
  }
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(many[static_cast<size_t>(i)]->IsHungUpOn()) << i;
  EXPECT_TRUE(honest.Handshake(DeviceCertificate()));
}

TEST_F(AtTheDoorTest, AStrangersEndlessHeaderIsCutBeforeAnybodyReadsIt) {
  Start();
  Intruder stranger(port());
  EXPECT_TRUE(stranger.Handshake());  // his end of TLS 1.3 is done before ours has refused
  stranger.BeginEndlessHeader();
  int said = 0;
  while (said < 1000 && stranger.GoOnWithTheHeader()) ++said;
  EXPECT_LT(said, 1000) << "64 MB were taken from a stranger";
}

TEST_F(AtTheDoorTest, ADevicesEndlessHeaderIsCutOnceItHasBroughtMoreThanItMay) {
  Start({.unheard_bytes = 256 << 10});
  Intruder device(port());
  EXPECT_TRUE(device.Handshake(DeviceCertificate()));
  EXPECT_TRUE(device.BeginEndlessHeader());
  int said = 0;
  while (said < 100'000 && device.GoOnWithTheHeader()) ++said;
  EXPECT_LT(said, 100'000) << "6 GB were taken from one header";
  Intruder again(port());
  EXPECT_TRUE(again.Say(kWholeRecord));
  EXPECT_TRUE(again.IsHungUpOn());
  EXPECT_EQ(again.heard(), kNoRoom) << "its address is held back, and told so";
  Intruder elsewhere(port(), "127.0.0.3");
  EXPECT_TRUE(elsewhere.Handshake(DeviceCertificate()));
}

TEST_F(AtTheDoorTest, GrpcCountsTheStreamsOfEachConnectionAndThoseWhoResetThemAreCut) {
  Start();
  StreamCounts counts;
  Intruder device(port()), other(port());
  EXPECT_EQ(counts.BegunBy(device.Name()), std::nullopt) << "no handshake yet";
  EXPECT_TRUE(device.Handshake(DeviceCertificate()));
  EXPECT_TRUE(device.BeginAndReset(3));
  EXPECT_TRUE(other.Handshake(DeviceCertificate()));
  EXPECT_TRUE(other.BeginAndReset(1));
  for (int i = 0; i < 1000 && counts.BegunBy(device.Name()).value_or(0) < 3; ++i)
    absl::SleepFor(absl::Milliseconds(10));
  EXPECT_EQ(counts.BegunBy(device.Name()), 3u);
  int said = 0;
  while (said < 10'000 && device.BeginAndReset(100)) ++said;
  EXPECT_LT(said, 10'000) << "a million sessions were begun and reset";
  Intruder again(port());
  EXPECT_TRUE(again.Say(kWholeRecord));
  EXPECT_TRUE(again.IsHungUpOn());
  EXPECT_EQ(again.heard(), kNoRoom) << "its address is held back, and told so";
}

// The door alone, with a count of streams that the test says.
class DoorAloneTest : public testing::Test {
 protected:
  void SetUp() override {
    door_ = FrontDoor::Open({.listen = "127.0.0.1:0"}).value();
    door_->Start([this](int, int fd) { inside_.emplace_back(fd); },
                 [this](const std::string&) { return std::optional<uint64_t>(begun_); });
  }
  void TearDown() override { door_->Close(); }

  std::vector<OwnedFd> inside_;  // of the door's thread until it is closed
  std::atomic<uint64_t> begun_ = 0;
  std::unique_ptr<FrontDoor> door_;
};

TEST_F(DoorAloneTest, WhoHasBegunFarMoreStreamsThanHandlersHaveSeenIsCut) {
  Intruder device(door_->port());
  EXPECT_TRUE(device.Say(kWholeRecord + std::string(20'000, 'x')));
  absl::SleepFor(absl::Milliseconds(100));  // looked at, and left alone
  EXPECT_TRUE(device.Say("x"));
  begun_ = 101;
  EXPECT_TRUE(device.IsHungUpOn());
  EXPECT_FALSE(door_->BeginCall("ipv4:" + device.Name())) << "what still comes of it is nobody's";
}

// With real tablets, and a base whose operator has set its limits low.
class LimitsTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    amal_.Join(base_, "amal", "tablet-1");
    citizen_ = amal_.TakeInquiry("Kept");
    amal_.Sync();
  }
  // The base is started anew: what a device has used up before counts no more.
  void Limit(const std::vector<std::string>& limits) {
    base_.Stop();
    std::vector<std::string> words;
    for (const std::string& limit : limits) words.insert(words.end(), {"--limit", limit});
    base_.ServeWith(words);
    base_.Start();
  }
  void SaveNotes(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string note = "note " + std::to_string(++notes_);
      amal_.Save({"contact", citizen_}, {{"contact", {{"place", "laundry"}, {"note", note}}}});
    }
  }
  // Told in words, with what was saved still there.
  void ExpectLater(const Outcome& outcome, int unsent) {
    EXPECT_EQ(outcome.exit_code, static_cast<int>(ErrorCode::kTryLater)) << outcome.Words();
    EXPECT_NE(outcome.err.find("Everything saved is safe here"), std::string::npos) << outcome.Words();
    EXPECT_NE(outcome.err.find("Try again in a few minutes"), std::string::npos) << outcome.Words();
    EXPECT_EQ(amal_.Unsent(), unsent);
  }
  void ExpectAllAtTheBaseOnce() {
    EXPECT_EQ(amal_.Unsent(), 0);
    Tablet other(scratch_ / "other");
    other.Join(base_, "karen", "tablet-9");
    const auto notes = amal_.NotesAbout(citizen_);
    EXPECT_EQ(notes.size(), static_cast<size_t>(notes_));
    EXPECT_EQ(other.NotesAbout(other.Find("Kept")), notes);
    EXPECT_EQ(base_.AdminJson({"check"})["problems"], Json::array());
  }
  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet amal_{scratch_ / "amal"};
  std::string citizen_;
  int notes_ = 0;
};

TEST_F(LimitsTest, StrangersFillTheBaseAndATabletSyncsAllTheSame) {
  Limit({"connections=8", "connections-per-address=6"});
  std::vector<std::unique_ptr<Intruder>> strangers;
  for (const char* address : {"127.0.0.2", "127.0.0.3", "127.0.0.1"}) {
    for (int i = 0; i < 10; ++i) {
      strangers.push_back(std::make_unique<Intruder>(base_.port(), address));
      EXPECT_TRUE(strangers.back()->SayClientHello());
    }
  }
  SaveNotes(1);
  amal_.Sync();
  ExpectAllAtTheBaseOnce();
}

TEST_F(LimitsTest, ABaseThatIsFullOfDevicesSaysTryLaterAndTakesTheWorkOnceThereIsRoom) {
  Tablet jonas(scratch_ / "jonas");
  jonas.Join(base_, "jonas", "tablet-2");
  Limit({"connections=1"});
  const v1::StoreIdentity identity = StoreIn(jonas.home());
  const StreamByHand::Caller caller{identity.ca_pem(), CertificateIn(identity)};
  auto open = std::make_unique<StreamByHand>(base_.port(), caller);
  EXPECT_EQ(open->Hello(), "known store");  // its connection stays
  SaveNotes(2);
  ExpectLater(amal_.Run({"sync"}), 2);
  open.reset();
  Outcome again = amal_.Run({"sync"});  // the door sees within a moment that the other has gone
  for (int i = 0; i < 50 && again.exit_code == static_cast<int>(ErrorCode::kTryLater); ++i)
    again = amal_.Run({"sync"});
  EXPECT_EQ(again.exit_code, 0) << again.Words();
  Limit({});
  ExpectAllAtTheBaseOnce();
}

TEST_F(LimitsTest, ADeviceWithAllItsSessionsOpenIsToldAndHandsInOnceOneHasEnded) {
  Limit({"sessions-per-device=1"});
  const v1::StoreIdentity identity = StoreIn(amal_.home());
  const StreamByHand::Caller thief{identity.ca_pem(), CertificateIn(identity)};
  std::unique_ptr<StreamByHand> open;
  std::string second = "known store";  // it overtook the first, which was turned away in its place
  for (int i = 0; i < 100 && second == "known store"; ++i) {
    open = std::make_unique<StreamByHand>(base_.port(), thief);
    second = StreamByHand(base_.port(), thief).Hello();
  }
  EXPECT_NE(second.find("try-later: this device has too many sessions open"), std::string::npos) << second;
  SaveNotes(1);
  ExpectLater(amal_.Run({"sync"}), 1);
  open.reset();
  amal_.Sync();
  ExpectAllAtTheBaseOnce();
}

TEST_F(LimitsTest, ADeviceThatCallsTooOftenIsToldToTryLaterAndItsWorkIsTakenIn) {
  Limit({"calls-per-minute=5"});
  Outcome told = amal_.Run({"sync"});
  for (int i = 0; i < 40 && told.exit_code == 0; ++i) {
    SaveNotes(1);
    told = amal_.Run({"sync"});
  }
  ExpectLater(told, 1);
  Limit({});
  amal_.Sync();
  ExpectAllAtTheBaseOnce();
}

TEST_F(LimitsTest, WorkBeyondTheDaysLimitWaitsOnTheDeviceWhichGoesOnReading) {
  Limit({"mutations-per-day=4"});
  SaveNotes(2);
  amal_.Sync();
  Tablet jonas(scratch_ / "jonas");
  jonas.Join(base_, "jonas", "tablet-2");
  jonas.TakeInquiry("News");
  jonas.Run({"sync"});
  SaveNotes(3);
  ExpectLater(amal_.Run({"sync"}), 3);
  EXPECT_NE(amal_.Find("News"), "") << "its own work waits; others' came all the same";
  Limit({"mutations-per-day=4"});
  amal_.Sync();
  ExpectAllAtTheBaseOnce();
}

TEST_F(LimitsTest, AStoreThatTheBaseDoesNotKnowIsTurnedAwayAndThatIsAuditedOnce) {
  const BaseKeys keys = LoadBaseKeys(base_.directory()).value();
  const PeerIdentity nobody{"nobody", StoreId::Make(absl::UnixEpoch(), SystemRandom())};
  const StreamByHand::Caller caller{keys.ca.certificate_pem,
                                    IssueStoreCertificate(keys.ca, nobody, SystemRandom()).value()};
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(StreamByHand(base_.port(), caller).Hello(), "GO_AWAY_REASON_UNKNOWN_STORE");
  const Json listed = base_.AdminJson({"audit", "list", "--actor", "amal", "--action", "refused"});
  ASSERT_EQ(listed["entries"].size(), 1u) << listed;
  EXPECT_NE(listed["entries"][0].dump().find("SyncService/Sync"), std::string::npos);
}

TEST_F(LimitsTest, AnUnknownLimitIsToldAndNothingIsServed) {
  base_.Stop();
  const Outcome outcome = base_.Admin({"serve", "--listen", "127.0.0.1:0", "--limit", "conections=5"});
  EXPECT_EQ(outcome.exit_code, static_cast<int>(ErrorCode::kUsage)) << outcome.Words();
  EXPECT_NE(outcome.err.find("--limit takes NAME=NUMBER"), std::string::npos) << outcome.Words();
}

}  // namespace
}  // namespace opgang
