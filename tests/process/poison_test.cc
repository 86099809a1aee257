// One poisoned mutation among 500 delays none of the others (I5), is readable at both ends with field, reason
// and remedy, and a person can end it in each of four ways: fix or withdraw it on the tablet, replay or
// discard it at the base.
#include <string>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/rules/stated_time.h"
#include "gtest/gtest.h"
#include "opgang/device.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

constexpr int kQueue = 500;
constexpr int kPoisonedAt = 100;

// The tablet's clock after a restart: another boot, so that nothing bounds "now", and a day that has not come
// is accepted at capture. The base knows better.
class RestartedClock : public Clock {
 public:
  absl::Time WallNow() override { return SystemClock().WallNow(); }
  v1::ClockReading Read() override {
    v1::ClockReading reading = SystemClock().Read();
    reading.set_boot_id(std::string(16, 'b'));
    return reading;
  }
};

class PoisonTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    tablet_.Join(base_, "amal", "tablet-1");
    base_.Invite("cilla", "office", "coordinator");  // who decides is somebody whom the base knows
  }

  static v1::Contact DropIn(int days_ahead) {
    v1::Contact contact;
    contact.set_place(v1::CONTACT_PLACE_LAUNDRY);
    const absl::CivilDay today = LocalDay(SystemClock().WallNow());
    if (days_ahead != 0) *contact.mutable_happened()->mutable_date() = ToProto(today + days_ahead);
    return contact;
  }

  // `count` drop-ins in a queue, the one at `poisoned` dated in the future.
  void FillQueue(int count, int poisoned) {
    RestartedClock clock;
    DeviceOptions options;
    options.home = tablet_.home();
    options.clock = &clock;
    const auto store = Device(options).OpenStore();
    ASSERT_TRUE(store.ok()) << store.status();
    for (int i = 0; i < count; ++i) {
      Bundle bundle(clock);
      bundle.Create(DropIn(i == poisoned ? 5 : 0));
      const auto saved = (*store)->Save(bundle);
      ASSERT_TRUE(saved.ok()) << saved.status();
      if (i == poisoned) poison_ = saved->intents[0].ToString();
    }
  }

  Json OnlyItem() const {
    const Json listed = tablet_.RunJson({"outbox", "list"});
    EXPECT_EQ(listed["items"].size(), 1U) << listed.dump();
    return listed["items"].empty() ? Json::object() : listed["items"][0];
  }
  std::string NumberOfOnlyItem() const { return std::to_string(OnlyItem().value("number", 0)); }

  Json Quarantine() const { return base_.AdminJson({"quarantine", "list"})["items"]; }

  int NeedsAttention() const { return tablet_.RunJson({"status"})["queue"].value("needs_attention", -1); }

  void ExpectNeedsAttention() {
    const Outcome synced = tablet_.Run({"sync"});
    EXPECT_EQ(synced.exit_code, static_cast<int>(ErrorCode::kNeedsAttention)) << synced.Words();
    EXPECT_EQ(NeedsAttention(), 1);
  }

  // A visit that outreach staff may note; meanwhile the base has made amal an instructor, who may not, and her tablet has
  // not heard of it.
  void SaveWhatTheRoleForbids() {
    base_.Invite("amal", "other", "instructor");
    ASSERT_EQ(tablet_.Run({"door", "1tv", "no-answer"}).exit_code, 0);
    ExpectNeedsAttention();
    poison_ = OnlyItem().value("intent", "");
  }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet tablet_{scratch_ / "tablet"};
  std::string poison_;
};

TEST_F(PoisonTest, OneOfFiveHundredIsRefusedTheOthersAreStoredAtOnceAndBothEndsSayFieldReasonAndRemedy) {
  const int64_t before = base_.AdminJson({"check"})["records"];
  FillQueue(kQueue, kPoisonedAt);
  ExpectNeedsAttention();
  EXPECT_EQ(tablet_.Unsent(), 0) << "nothing waits behind it";
  EXPECT_EQ(base_.AdminJson({"check"})["records"], before + kQueue - 1);

  const Json refusal = OnlyItem()["refusal"];
  EXPECT_EQ(OnlyItem()["intent"], poison_);
  EXPECT_EQ(refusal["code"], "after-recording") << refusal.dump();
  EXPECT_EQ(refusal["field_number"], static_cast<int>(v1::Contact::kHappenedFieldNumber));
  for (const char* part : {"field", "reason", "remedy"}) EXPECT_NE(refusal[part], "") << part;
  const std::string shown = tablet_.Run({"outbox", "show", NumberOfOnlyItem()}).out;
  EXPECT_NE(shown.find(refusal.value("remedy", "?").substr(0, 12)), std::string::npos) << shown;

  ASSERT_EQ(Quarantine().size(), 1U);
  EXPECT_EQ(Quarantine()[0]["intent"], poison_);
  EXPECT_EQ(Quarantine()[0]["code"], "after-recording");
  EXPECT_EQ(Quarantine()[0]["field"], "happened");
  const Outcome at_base = base_.Admin({"quarantine", "show", poison_});
  EXPECT_NE(at_base.out.find("happened"), std::string::npos) << at_base.Words();
  EXPECT_NE(at_base.out.find("LAUNDRY"), std::string::npos) << "its content can be read";
}

TEST_F(PoisonTest, FixedOnTheTabletItIsStoredAndNeedsAttentionNoMore) {
  FillQueue(1, 0);
  ExpectNeedsAttention();
  const std::string today = absl::FormatCivilTime(LocalDay(SystemClock().WallNow()));
  tablet_.Save({"outbox", "fix", NumberOfOnlyItem()}, {{"contact", {{"happened", today}}}});
  tablet_.Sync();
  EXPECT_EQ(NeedsAttention(), 0);
  EXPECT_EQ(Quarantine(), Json::array()) << "the corrected one took its place";
}

TEST_F(PoisonTest, WithdrawnOnTheTabletItIsGoneThereAndKeptAtTheBaseUntilSomebodyDiscardsIt) {
  FillQueue(1, 0);
  ExpectNeedsAttention();
  EXPECT_EQ(tablet_.Run({"outbox", "withdraw", NumberOfOnlyItem()}).exit_code, 0);
  tablet_.Sync();
  EXPECT_EQ(NeedsAttention(), 0);
  ASSERT_EQ(Quarantine().size(), 1U);
  const Outcome discarded =
      base_.Admin({"quarantine", "discard", poison_, "--actor", "cilla", "--why", "duplicate"});
  EXPECT_EQ(discarded.exit_code, 0) << discarded.Words();
  EXPECT_EQ(Quarantine(), Json::array());
  const Json decisions = base_.AdminJson({"quarantine", "decisions"})["decisions"];
  ASSERT_EQ(decisions.size(), 1U) << decisions.dump();
  EXPECT_EQ(decisions[0]["actor"], "cilla");
  EXPECT_EQ(decisions[0]["decision"], "discarded");
  EXPECT_EQ(decisions[0]["why"], "duplicate");
  EXPECT_GT(decisions[0]["at_us"], 0);
}

TEST_F(PoisonTest, ReplayedAtTheBaseOnceItsReasonIsGoneItIsStoredAndTheTabletHearsOfIt) {
  SaveWhatTheRoleForbids();
  const Outcome early = base_.Admin({"quarantine", "replay", poison_, "--actor", "cilla"});
  EXPECT_EQ(early.exit_code, static_cast<int>(ErrorCode::kRefused)) << early.Words();
  ASSERT_EQ(Quarantine().size(), 1U);
  EXPECT_EQ(Quarantine()[0]["code"], "not-permitted");

  base_.Invite("amal", "other-again", "outreach");
  const Outcome replayed = base_.Admin({"quarantine", "replay", poison_, "--actor", "cilla"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.Words();
  EXPECT_EQ(Quarantine(), Json::array());
  tablet_.Sync();
  EXPECT_EQ(NeedsAttention(), 0);
}

TEST_F(PoisonTest, NobodyInParticularDecidesNothing) {
  SaveWhatTheRoleForbids();
  const Outcome unknown =
      base_.Admin({"quarantine", "discard", poison_, "--actor", "somebody", "--why", "duplicate"});
  EXPECT_EQ(unknown.exit_code, static_cast<int>(ErrorCode::kBadInput)) << unknown.Words();
  EXPECT_NE(base_.Admin({"quarantine", "discard", poison_, "--actor", "cilla"}).exit_code, 0) << "no reason";
  EXPECT_NE(base_.Admin({"quarantine", "discard", poison_, "--why", "duplicate"}).exit_code, 0);
  EXPECT_EQ(Quarantine().size(), 1U);
}

TEST_F(PoisonTest, DiscardedAtTheBaseItIsNotReplayableAndNothingElseIsTouched) {
  SaveWhatTheRoleForbids();
  EXPECT_EQ(
      base_.Admin({"quarantine", "discard", poison_, "--actor", "cilla", "--why", "duplicate"}).exit_code, 0);
  EXPECT_EQ(Quarantine(), Json::array());
  const Outcome late = base_.Admin({"quarantine", "replay", poison_, "--actor", "cilla"});
  EXPECT_EQ(late.exit_code, static_cast<int>(ErrorCode::kNotFound)) << late.Words();
  EXPECT_EQ(base_.AdminJson({"check"})["problems"], Json::array());
}

}  // namespace
}  // namespace opgang
