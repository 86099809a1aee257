// Who does what: a task is taken on, handed over and given back; a breach gets its cause; two citizens who may be one are
// a task until somebody says.
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Wednesday 1 April 2026; the person is amal.
class WorkStory : public CliTest {
 protected:
  Json Tasks(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"tasks"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunJson(arguments)["tasks"];
  }
  Json TaskOf(const std::string& kind) {
    for (const Json& task : Tasks()) {
      if (task["kind"] == kind) return task;
    }
    return nullptr;
  }
  std::string TheCase() { return RunJson({"due"})["cases"][0]["handle"]; }
};

TEST_F(WorkStory, ATaskIsMineOnceITakeItOnAndNotMineOnceItIsHandedOver) {
  Begin("coordinator");
  SaveInquiryAt("2th", "Amina", "20304050");
  const std::string task = TheCase();
  EXPECT_THAT(RunPiped({"claim", task}).out, HasSubstr("is held by amal"));
  EXPECT_EQ(TaskOf("case")["holders"], Json({"amal"}));
  const Ran over = RunPiped({"hand-over", task, "karen"});
  EXPECT_EQ(over.exit, 0) << over.err;
  EXPECT_THAT(over.err + over.out, HasSubstr("Nobody called karen has noted anything"));
  EXPECT_TRUE(Tasks({"--mine"}).empty()) << "though I noted the inquiry";
  EXPECT_THAT(RunPiped({"tasks"}).out, HasSubstr("held by karen"));
  EXPECT_THAT(RunPiped({"due"}).out, HasSubstr("held by karen"));
  EXPECT_EQ(RunJson({"due"})["cases"][0]["holders"], Json({"karen"}));
  EXPECT_THAT(RunPiped({"claim", task, "--give-back"}).out, HasSubstr("nobody holds"));
  EXPECT_EQ(TaskOf("case")["holders"], Json::array());
  EXPECT_EQ(Tasks({"--mine"}).size(), 1u);
}

TEST_F(WorkStory, WhatNobodyHoldsCannotBeGivenBackAndADoorIsNoTask) {
  Begin("coordinator");
  SaveInquiryAt("2th", "Amina", "20304050");
  const Ran back = RunPiped({"claim", TheCase(), "--give-back"});
  EXPECT_EQ(back.exit, static_cast<int>(ErrorCode::kNotFound));
  EXPECT_THAT(back.err, HasSubstr("Nobody holds this task"));
  const std::string visit = RunJson({"door", "1tv", "no-answer"})["records"][0]["handle"];
  EXPECT_THAT(RunPiped({"claim", visit}).err, HasSubstr("about no citizen"));
  const Ran form = RunPiped({"hand-over", TheCase(), "Karen Hansen"});
  EXPECT_EQ(form.exit, static_cast<int>(ErrorCode::kRefused));
  EXPECT_THAT(form.err, Not(HasSubstr("Hansen")));
}

TEST_F(WorkStory, ABreachAsksWhyUntilSomebodySaysAndStaysABreach) {
  Begin("coordinator");
  SaveInquiryAt("2th", "Amina", "20304050");
  const std::string inquiry = TheCase();
  const Ran early = RunPiped({"cause", inquiry, "no-group"});
  EXPECT_EQ(early.exit, static_cast<int>(ErrorCode::kNotFound));
  EXPECT_THAT(early.err, HasSubstr("No case of this citizen was late"));
  EXPECT_TRUE(TaskOf("breach-cause").is_null());
  Later(absl::Hours(24 * 4));
  EXPECT_EQ(TaskOf("breach-cause")["due"], nullptr);
  const Ran list = RunPiped({"tasks"});
  EXPECT_THAT(list.out, HasSubstr("not in time: why?, Amina"));
  ExpectFits(list.out);
  const Ran said = Run({"cause", inquiry}, "g");
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_FALSE(said.starved);
  EXPECT_THAT(said.out, HasSubstr("The case stays a breach"));
  EXPECT_TRUE(TaskOf("breach-cause").is_null());
  EXPECT_EQ(RunJson({"due"})["cases"][0]["state"], "overdue");
}

TEST_F(WorkStory, ACauseByJsonNamesTheCaseByItsHandle) {
  Begin("coordinator");
  const std::string citizen = SaveInquiryAt("2th", "Amina", "20304050");
  Later(absl::Hours(24 * 4));
  const Ran ran =
      RunPiped({"cause", citizen, "--json-input"}, R"({"breach_cause": {"cause": "seen-too-late"}})");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_TRUE(TaskOf("breach-cause").is_null());
}

TEST_F(WorkStory, TwoWhoMayBeOneAreATaskUntilSomebodySaysThatTheyAreTwo) {
  Begin("coordinator");
  const std::string first = SaveInquiryAt("2th", "Amina", "20304050");
  const std::string amina = CitizenHandle(0);
  const std::string second = SaveInquiryAt("1tv", "Amina J.", "20304050");
  const Json task = TaskOf("likely-duplicate");
  ASSERT_FALSE(task.is_null());
  EXPECT_EQ(task["due"], nullptr);
  EXPECT_EQ(task["older"], amina);
  const Ran list = RunPiped({"tasks"});
  EXPECT_THAT(list.out, AllOf(HasSubstr("perhaps registered twice, Amina J."), HasSubstr("same: telephone")));
  ExpectFits(list.out);
  EXPECT_THAT(RunPiped({"same-person", first, second, "--two"}).out, HasSubstr("are two persons"));
  EXPECT_TRUE(TaskOf("likely-duplicate").is_null());
  EXPECT_EQ(RunPiped({"same-person", first, second}).exit, 0) << "one after all";
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 1u);
  EXPECT_EQ(RunPiped({"same-person", first, second, "--take-back"}).exit, 0);
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 2u);
  EXPECT_TRUE(TaskOf("likely-duplicate").is_null()) << "a person has said so";
}

TEST_F(WorkStory, WhoIsJoinedByWayOfAThirdIsNoTask) {
  Begin("coordinator");
  const std::string first = SaveInquiryAt("2th", "Amina", "20304050");
  const std::string second = SaveInquiryAt("1tv", "Amina J.", "20304050");
  const std::string third = SaveInquiryAt("1th", "A. Jensen", "20304050");
  EXPECT_EQ(RunPiped({"same-person", first, second}).exit, 0);
  EXPECT_FALSE(TaskOf("likely-duplicate").is_null());
  EXPECT_EQ(RunPiped({"same-person", second, third}).exit, 0);
  EXPECT_TRUE(TaskOf("likely-duplicate").is_null());
}

}  // namespace
}  // namespace opgang::cli
