// Two real tablets and a real base: a person at the base sees who wrote what, settles it while the base serves, and can
// tell every value that lost; no value stands in a log or an argument list.
#include <string>

#include "core/base/error.h"
#include "gtest/gtest.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/tablet.h"

namespace opgang {
namespace {

class SettleTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start();
    base_.ImportOneEntrance();
    amal_.Join(base_, "amal", "tablet-1");
    jonas_.Join(base_, "jonas", "tablet-2");
    base_.Invite("karen", "office", "coordinator");
  }

  // Both write down another name, unseen by each other.
  void Clash() {
    amal_.TakeInquiry("Citizen One");
    amal_.Sync();
    jonas_.Sync();
    Rename(amal_, kFirst);
    Rename(jonas_, kSecond);
    amal_.Sync();
    jonas_.Sync();
  }
  static void Rename(const Tablet& tablet, const std::string& name) {
    tablet.Save({"correct", tablet.Find("Citizen One")}, {{"citizen", {{"name", name}}}});
  }
  Json OpenAtBase() const { return base_.AdminJson({"conflicts", "list"})["conflicts"]; }

  static constexpr char kFirst[] = "Citizen Uno";
  static constexpr char kSecond[] = "Citizen Eins";
  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet amal_{scratch_ / "amal"};
  Tablet jonas_{scratch_ / "jonas"};
};

TEST_F(SettleTest, SettledAtTheServingBaseItIsSettledOnBothTabletsAndEveryValueIsOneCommandAway) {
  Clash();
  EXPECT_EQ(jonas_.RunJson({"status"})["open_conflicts"], 1);
  ASSERT_EQ(OpenAtBase().size(), 1U);
  const std::string record = OpenAtBase()[0]["record"];
  const Json values = base_.AdminJson({"conflicts", "show", record})["conflicts"][0]["values"];
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0]["author"], "jonas");
  EXPECT_EQ(values[0]["device"], "tablet-2");
  EXPECT_EQ(values[1]["author"], "amal");
  EXPECT_NE(values[1]["value"].get<std::string>().find(kFirst), std::string::npos);

  EXPECT_EQ(base_.Admin({"conflicts", "settle", record, "--take", "2", "--actor", "nobody"}).exit_code,
            static_cast<int>(ErrorCode::kBadInput));
  const Outcome settled = base_.Admin({"conflicts", "settle", record, "--take", "2", "--actor", "karen"});
  EXPECT_EQ(settled.exit_code, 0) << settled.Words();
  EXPECT_EQ(OpenAtBase(), Json::array());
  for (const Tablet* tablet : {&amal_, &jonas_}) {
    tablet->Sync();
    EXPECT_EQ(tablet->RunJson({"status"})["open_conflicts"], 0);
    EXPECT_NE(tablet->Find(kFirst), "");
  }

  const Json history = base_.AdminJson({"history", record})["values"];
  std::string told;
  for (const Json& value : history) {
    if (value["field"] == "name")
      told += value["author"].get<std::string>() + " " + value["fate"].get<std::string>() + ", ";
  }
  EXPECT_EQ(told, "amal replaced, amal replaced, jonas replaced, karen stands, ");
}

TEST_F(SettleTest, NoValueStandsInTheBasesLogOrInAnArgument) {
  Clash();
  const std::string record = OpenAtBase()[0]["record"];
  EXPECT_EQ(base_.Admin({"conflicts", "show", record}).exit_code, 0);
  EXPECT_EQ(base_.Admin({"history", record}).exit_code, 0);
  const Outcome settled = base_.Admin({"conflicts", "settle", record, "--take", "1", "--actor", "karen"});
  base_.Stop();
  EXPECT_NE(base_.log().find("event=conflict-settle"), std::string::npos);
  EXPECT_NE(base_.log().find("actor=karen"), std::string::npos);
  for (const std::string name : {kFirst, kSecond}) {
    EXPECT_EQ(base_.log().find(name), std::string::npos);
    EXPECT_EQ((settled.out + settled.err).find(name), std::string::npos);
    for (const std::string& line : SeenCommandLines()) EXPECT_EQ(line.find(name), std::string::npos);
  }
}

}  // namespace
}  // namespace opgang
