// opgang move: a citizen lives in another area now. opgang receipts: what became of a referral.
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

int Exit(ErrorCode code) { return static_cast<int>(code); }

class MovingStory : public CliTest {
 protected:
  // Two areas are granted; Amina lives behind a door of the first.
  std::string AminaOfTwoAreas() {
    Begin();
    const std::string amina = (SaveInquiryAt("2th", "Amina", "20304050"), CitizenHandle());
    v1::Grant other = base_.grants[0];
    other.mutable_scope()->set_id(std::string(16, 'n'));
    other.set_display_name("Nabolund");
    base_.grants.push_back(other);
    EXPECT_EQ(Run({"sync"}).exit, 0);
    return amina;
  }
  Json ContentOf(const std::string& handle) { return RunJson({"show", handle})["record"]["content"]; }
  void HearGrants() {
    EXPECT_EQ(OpenUnlocked()->sync_store().ApplyWelcome(base_.Welcome(), clock_.Read(), clock_.Read()),
              absl::OkStatus());
  }
  // The base tells of one referral at every sync.
  void HearReceipt(absl::Time received, absl::Time taken_up) {
    auto store = OpenUnlocked();
    v1::Welcome welcome = base_.Welcome();
    v1::ReferralReceipt& receipt = *welcome.add_receipts();
    receipt.set_intent_id(std::string(16, 'i'));
    receipt.set_citizen_id(std::string(16, 'c'));
    receipt.set_received_us(absl::ToUnixMicros(received));
    if (taken_up != absl::InfinitePast()) receipt.set_taken_up_us(absl::ToUnixMicros(taken_up));
    receipt.set_entrance_id(entrance_.ToBytes());
    receipt.set_floor("2");
    receipt.set_door("th");
    EXPECT_EQ(store->sync_store().ApplyWelcome(welcome, clock_.Read(), clock_.Read()), absl::OkStatus());
  }
};

TEST_F(MovingStory, OneCommandMovesACitizenAndTheFormerDoorIsHersNoLonger) {
  const std::string amina = AminaOfTwoAreas();
  ASSERT_TRUE(ContentOf(amina).contains("floor"));
  const Ran moved = Run({"move", amina, "--to", "Nabolund"});
  EXPECT_EQ(moved.exit, 0) << moved.err;
  EXPECT_THAT(moved.out, HasSubstr("lives in Nabolund now"));
  EXPECT_THAT(moved.out, HasSubstr("Unsent: 1"));
  ExpectFits(moved.out);
  const Json content = ContentOf(amina);
  EXPECT_TRUE(content.contains("area_id"));
  EXPECT_FALSE(content.contains("floor") || content.contains("entrance_id"));
  EXPECT_EQ(content["telephone"], "20304050");
  EXPECT_EQ(Run({"undo"}).exit, 0);
  EXPECT_FALSE(ContentOf(amina).contains("area_id"));
}

TEST_F(MovingStory, WhereToIsAskedForWithOneKeyAndWordsAreDanishToo) {
  const std::string amina = AminaOfTwoAreas();
  const Ran moved = Run({"--lang", "da", "move", amina}, "1");
  EXPECT_EQ(moved.exit, 0) << moved.err;
  EXPECT_THAT(moved.out + moved.err, HasSubstr("Hvor bor borgeren nu?"));
  EXPECT_THAT(moved.out, HasSubstr("bor nu i Nabolund"));
  ExpectFits(moved.out);
}

TEST_F(MovingStory, AreaMustBeOneThatTheWorkerMayWriteIn) {
  const std::string amina = AminaOfTwoAreas();
  EXPECT_EQ(Run({"move", amina, "--to", "Fjernlund"}).exit, Exit(ErrorCode::kNotFound));
  EXPECT_EQ(RunPiped({"move", amina}).exit, Exit(ErrorCode::kUsage)) << "nobody can be asked";
  EXPECT_EQ(Run({"move", amina, "--to", "Nabolund", "--door", "2th"}).exit, Exit(ErrorCode::kUsage))
      << "a door of the area where the worker stands is no door there";
  base_.grants.back().set_mode(v1::GRANT_MODE_READ);
  ASSERT_EQ(Run({"sync"}).exit, 0);
  const Ran refused = Run({"move", amina});
  EXPECT_EQ(refused.exit, Exit(ErrorCode::kUsage));
  EXPECT_THAT(refused.err, HasSubstr("coordinator"));
}

TEST_F(MovingStory, HandingOverIsNoReading) {
  const std::string amina = AminaOfTwoAreas();
  base_.grants.back().set_mode(v1::GRANT_MODE_WRITE_ONLY);
  ASSERT_EQ(Run({"sync"}).exit, 0);
  const Ran moved = Run({"move", amina, "--to", "Nabolund"});
  EXPECT_EQ(moved.exit, 0);
  EXPECT_THAT(moved.err, HasSubstr("You may not read that area"));
}

TEST_F(MovingStory, ReceiptsShowDateAndDoorAndNoPerson) {
  Begin("partner");
  EXPECT_THAT(Run({"receipts"}).out, HasSubstr("No receipts"));
  const Ran referral = Run({"inquiry", "--door", "2th"}, "Amina\n20304050\ny");
  EXPECT_EQ(referral.exit, 0) << referral.err;
  base_.grants[0].set_mode(v1::GRANT_MODE_WRITE_ONLY);
  HearGrants();
  const Ran waiting = Run({"receipts"});
  EXPECT_THAT(waiting.out, HasSubstr("2. th"));
  EXPECT_THAT(waiting.out, HasSubstr("not handed in yet"));
  EXPECT_THAT(waiting.out, Not(HasSubstr("Amina")));
  ExpectFits(waiting.out);
  const absl::Time received = clock_.WallNow();
  HearReceipt(received, absl::InfinitePast());
  EXPECT_TRUE(RunJson({"receipts"})["receipts"][1]["taken_up"].is_null());
  HearReceipt(received, received + absl::Hours(1));
  for (const char* language : {"en", "da"}) {
    const Ran told = Run({"--lang", language, "receipts"});
    EXPECT_THAT(told.out, HasSubstr(language == std::string("en") ? "taken up" : "taget op"));
    ExpectFits(told.out);
  }
  const Json document = RunJson({"receipts"});
  EXPECT_EQ(document["schema"], "opgang/receipts/1");
  EXPECT_EQ(document["receipts"][1]["door"], "2. th");
  EXPECT_EQ(document["receipts"][1]["received"], JsonTime(received));
  EXPECT_EQ(document["queue"]["unsent"], 3);
}

}  // namespace
}  // namespace opgang::cli
