// A course at the command line: quit date, nicotine, the end, four weeks and half a year after, and every misuse.
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Wednesday 1 April 2026, as in every story here.
class CourseStory : public CliTest {
 protected:
  // Amina asks at a door, answers the three questions and takes part.
  void BeginCourse(const std::string& role = "health") {
    Begin(role);
    amina_ = SaveInquiryAt("2th", "Amina", "20304050");
    const Ran intake = RunPiped({"intake", amina_, "--json-input"},
                                R"({"intake": {"products": [{"product": "cigarettes", "daily_amount": 20}],
                                    "place": "home", "birth_year": 1980, "programme": "kom-og-kvit"}})");
    EXPECT_EQ(intake.exit, 0) << intake.err;
    const Ran came = RunPiped({"took-part", amina_, "group-meeting"}, "The common room\n");
    EXPECT_EQ(came.exit, 0) << came.err;
  }
  void GoTo(int month, int day, int hour = 12) {
    Later(absl::FromCivil(absl::CivilSecond(2026, month, day, hour), CopenhagenTime()) - clock_.WallNow());
  }
  Json Course() { return RunJson({"course", amina_})["courses"].at(0); }
  std::vector<std::string> TaskKinds() {
    std::vector<std::string> kinds;
    const Json document = RunJson({"tasks"});
    for (const Json& task : document["tasks"]) kinds.push_back(task["kind"]);
    return kinds;
  }
  void ExpectRefused(const std::vector<std::string>& arguments, const std::string& code,
                     const std::string& words) {
    std::vector<std::string> as_json = arguments;
    as_json.push_back("--json");
    EXPECT_EQ(RunPiped(as_json).json()["refusal"], code);
    const Ran ran = RunPiped(arguments);
    EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kRefused));
    EXPECT_THAT(OnOneLine(ran.err), HasSubstr(words));
    ExpectFits(ran.err);
  }
  static std::string OnOneLine(std::string text) {
    for (size_t at = text.find("\n  "); at != std::string::npos; at = text.find("\n  "))
      text.replace(at, 3, " ");
    return text;
  }
  void Do(const std::vector<std::string>& arguments) {
    const Ran ran = RunPiped(arguments);
    EXPECT_EQ(ran.exit, 0) << ran.err;
    ExpectFits(ran.out + ran.err);
  }

  std::string amina_;
};

TEST_F(CourseStory, FromTheQuitDateToTheEndEachStepIsOneLine) {
  BeginCourse();
  Do({"quit-date", amina_, "2026-04-10"});
  Do({"nicotine", amina_, "patch", "--weeks", "2", "--amount", "14", "--strength", "21"});
  Do({"carbon-monoxide", amina_, "12.5", "--occasion", "session", "--monitor", "unit-2"});
  const Ran course = RunPiped({"course", amina_});
  EXPECT_THAT(course.out,
              AllOf(HasSubstr("course since Wed 1 Apr, Kom og kvit"), HasSubstr("came to 1 of 1 sessions"),
                    HasSubstr("quit date Fri 10 Apr"), HasSubstr("four weeks: ask Tue 5 May - Fri 22 May"),
                    HasSubstr("half a year: ring Thu 10 Sep - Tue 10 Nov"),
                    HasSubstr("patch, 14 pieces for 2 weeks")));
  ExpectFits(course.out);
  GoTo(5, 27);
  Do({"end-course", amina_, "smoke-free", "--completed", "yes", "--satisfaction", "5"});
  EXPECT_EQ(Course()["ended"], "2026-05-27");
  EXPECT_EQ(Course()["completed"], true);
  EXPECT_EQ(Course()["status"], "smoke-free");
}

TEST_F(CourseStory, APersonIsAskedForWhatIsMissing) {
  BeginCourse();
  const Ran handed = Run({"nicotine", amina_, "gum"}, "4\n30\n1\n");
  EXPECT_EQ(handed.exit, 0) << handed.err;
  EXPECT_FALSE(handed.starved);
  EXPECT_EQ(RunJson({"nicotine", amina_})["entries"][0]["amount"], 30);
  const Ran date = Run({"quit-date", amina_}, "2026-04-10\n");
  EXPECT_EQ(date.exit, 0) << date.err;
  const Ran again = Run({"quit-date", amina_, "2026-04-12"}, "m");
  EXPECT_EQ(again.exit, 0) << again.err;
  EXPECT_EQ(Course()["quit_date"]["date"], "2026-04-12");
  EXPECT_EQ(Course()["quit_date"]["first_date"], "2026-04-10");
  const Ran end = Run({"end-course", amina_}, "fy4\n");
  EXPECT_EQ(end.exit, 0) << end.err;
  EXPECT_FALSE(end.starved);
}

TEST_F(CourseStory, ADateBesideOneThatStandsIsMovedOrBegunAnewAndNeverGuessed) {
  BeginCourse();
  Do({"quit-date", amina_, "2026-04-10"});
  const Ran neither = RunPiped({"quit-date", amina_, "2026-04-12"});
  EXPECT_EQ(neither.exit, static_cast<int>(ErrorCode::kUsage));
  EXPECT_THAT(neither.err, HasSubstr("--move"));
  Do({"quit-date", amina_, "2026-04-12", "--move"});
  Do({"quit-date", amina_, "2026-05-12", "--new"});
  EXPECT_EQ(Course()["quit_date"]["date"], "2026-05-12");
  EXPECT_EQ(Course()["quit_date"]["first_date"], "2026-05-12");
}

TEST_F(CourseStory, AHandOutBeyondTheEightWeeksIsRefusedAndTheWeeksThatAreLeftAreSaid) {
  BeginCourse();
  Do({"nicotine", amina_, "patch", "--weeks", "6", "--amount", "42"});
  ExpectRefused({"nicotine", amina_, "patch", "--weeks", "3", "--amount", "21"}, "nicotine-weeks",
                "2 weeks left, to be handed out by Tue 26 May");
  EXPECT_THAT(RunPiped({"nicotine", amina_, "--lang", "da"}).out, HasSubstr("2 uger tilbage"));
  EXPECT_EQ(RunJson({"nicotine", amina_})["weeks_left"], 2);
  Do({"nicotine", amina_, "patch", "--weeks", "2", "--amount", "14"});
  ExpectRefused({"nicotine", amina_, "gum", "--weeks", "1", "--amount", "10"}, "nicotine-weeks",
                "No week is left");
}

TEST_F(CourseStory, AfterFiftySixDaysNothingIsHandedOut) {
  BeginCourse();
  Do({"nicotine", amina_, "patch", "--weeks", "1", "--amount", "7"});
  GoTo(5, 26);
  Do({"nicotine", amina_, "patch", "--weeks", "1", "--amount", "7"});
  GoTo(5, 27);
  ExpectRefused({"nicotine", amina_, "patch", "--weeks", "1", "--amount", "7"}, "nicotine-window",
                "0 weeks left");
}

TEST_F(CourseStory, AnEntryIsCorrectedByAnotherOneAndNeverEdited) {
  BeginCourse();
  Do({"nicotine", amina_, "patch", "--weeks", "8", "--amount", "7"});
  const std::string wrong = RunJson({"nicotine", amina_})["entries"][0]["handle"];
  const Ran undo = RunPiped({"undo"});
  EXPECT_EQ(undo.exit, static_cast<int>(ErrorCode::kRefused));
  EXPECT_THAT(undo.err, HasSubstr("--corrects"));
  Do({"nicotine", amina_, "--weeks", "1", "--corrects", wrong});
  const Json entries = RunJson({"nicotine", amina_})["entries"];
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0]["weeks"], 1);
  EXPECT_EQ(entries[0]["amount"], 7);
  EXPECT_EQ(entries[0]["is_correction"], true);
}

TEST_F(CourseStory, OnlyTheHealthRoleHandsOutAndMeasures) {
  BeginCourse("outreach");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"nicotine", amina_, "patch", "--weeks", "1", "--amount", "7"},
        std::vector<std::string>{"carbon-monoxide", amina_, "3", "--occasion", "session"}}) {
    const Ran ran = RunPiped(command);
    EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kRefused));
    EXPECT_THAT(ran.err, HasSubstr("your role may not write this here"));
  }
  Do({"quit-date", amina_, "2026-04-10"});
  Do({"end-course", amina_, "not-known", "--completed", "no"});
}

TEST_F(CourseStory, EveryMisuseHasItsWords) {
  Begin("health");
  amina_ = SaveInquiryAt("2th", "Amina", "20304050");
  ExpectRefused({"nicotine", amina_, "patch", "--weeks", "1", "--amount", "7"}, "not-participating",
                "the citizen takes part in no course on that day");
  ExpectRefused({"end-course", amina_, "smoking", "--completed", "no"}, "course-not-begun",
                "no course that has begun and not ended is there on that day");
  Do({"quit-date", amina_, "2026-04-01"});
  ExpectRefused({"four-weeks", amina_, "smoked"}, "before-intake",
                "it lies before the course or its quit date");
  ExpectRefused({"call", amina_, "reached"}, "before-intake", "it lies before the course or its quit date");
  ExpectRefused({"six-months", amina_, "smoking"}, "before-intake",
                "it lies before the course or its quit date");
  ExpectRefused({"carbon-monoxide", amina_, "201", "--occasion", "session"}, "out-of-range",
                "this is outside what is possible");
  EXPECT_EQ(RunPiped({"four-weeks", "zzzzzz", "smoked"}).exit, static_cast<int>(ErrorCode::kNotFound));
}

TEST_F(CourseStory, AQuitDateBeforeBirthIsRefused) {
  BeginCourse();
  ExpectRefused({"quit-date", amina_, "1980-05-01"}, "before-birth", "it is not after the year of birth");
}

TEST_F(CourseStory, WithoutAQuitDateThereIsNothingToAskAbout) {
  BeginCourse();
  const Ran ran = RunPiped({"call", amina_, "reached"});
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kBadInput));
  EXPECT_THAT(ran.err, HasSubstr("There is no quit date"));
  Do({"six-months", amina_, "--reason", "dead"});
}

TEST_F(CourseStory, TheTasksAppearByThemselvesAndGoWhenTheyAreDone) {
  BeginCourse();
  Do({"quit-date", amina_, "2026-04-10"});
  EXPECT_TRUE(TaskKinds().empty());
  GoTo(5, 5);
  EXPECT_THAT(TaskKinds(), ElementsAre("four-weeks"));
  EXPECT_THAT(RunPiped({"tasks"}).out, HasSubstr("ask about the days 15 to 28, Amina, 17 d"));
  Do({"four-weeks", amina_, "not-smoked"});
  EXPECT_TRUE(TaskKinds().empty());
  GoTo(9, 9);
  EXPECT_TRUE(TaskKinds().empty());
  GoTo(9, 10);
  EXPECT_THAT(TaskKinds(), ElementsAre("six-months"));
  const std::string quit = RunJson({"tasks"})["tasks"][0]["handle"];
  const Ran tasks = RunPiped({"tasks"});
  EXPECT_THAT(tasks.out, AllOf(HasSubstr("ring, half a year after, Amina"),
                               HasSubstr("4 more days to try, one at 17:00 or"), HasSubstr("61 d")));
  ExpectFits(tasks.out);
  Do({"call", quit, "not-reached"});
  ExpectRefused({"six-months", quit, "--reason", "not-reached"}, "attempts-missing",
                "it takes attempts on four days first");
  for (const int day : {11, 12, 13}) {
    GoTo(9, day);
    Do({"call", quit, "not-reached"});
  }
  EXPECT_THAT(RunPiped({"tasks"}).out, HasSubstr("one more attempt, at 17:00 or later"));
  GoTo(9, 13, 17);
  Do({"call", quit, "not-reached"});
  EXPECT_THAT(RunPiped({"tasks"}).out, HasSubstr("tried enough: an answer or the reason"));
  const Json protocol = RunJson({"tasks"})["tasks"][0]["protocol"];
  EXPECT_EQ(protocol["days_tried"], 4);
  EXPECT_EQ(protocol["may_give_up"], true);
  Do({"six-months", quit, "--reason", "not-reached"});
  EXPECT_TRUE(TaskKinds().empty());
  EXPECT_EQ(Course()["six_months"]["reason"], "not-reached");
}

TEST_F(CourseStory, AnAnswerOutsideTheWindowIsKeptAndSaidNotToCount) {
  BeginCourse();
  Do({"quit-date", amina_, "2026-04-10"});
  GoTo(8, 1);
  const Ran early = RunPiped({"six-months", amina_, "continuous", "--cigarettes", "1-to-5"});
  EXPECT_EQ(early.exit, 0) << early.err;
  EXPECT_THAT(early.err, HasSubstr("It does not count"));
  GoTo(10, 10);
  EXPECT_THAT(TaskKinds(), ElementsAre("six-months"));
  const Ran in_time = RunPiped({"six-months", amina_, "continuous", "--cigarettes", "1-to-5"});
  EXPECT_THAT(in_time.err, Not(HasSubstr("It does not count")));
  EXPECT_TRUE(TaskKinds().empty());
  EXPECT_EQ(Course()["six_months"]["answer"], "continuous");
}

TEST_F(CourseStory, ALockedTabletSavesAllTheSame) {
  BeginCourse();
  const uint32_t before = Unsent();
  auto store = OpenUnlocked();
  const RecordId citizen = ViewOf(*store).OfType(RecordType::kCitizen).front()->id;
  ASSERT_EQ(store->Lock(), absl::OkStatus());
  v1::NicotineHandOut hand_out;
  hand_out.set_citizen_id(citizen.ToBytes());
  hand_out.set_product(v1::NICOTINE_PRODUCT_PATCH);
  hand_out.set_weeks(8);
  hand_out.set_amount(56);
  Bundle bundle = NewBundle();
  bundle.Create(hand_out, base_.area());
  EXPECT_TRUE(store->Save(bundle).ok());
  store.reset();
  EXPECT_EQ(Unsent(), before + 1);
}

}  // namespace
}  // namespace opgang::cli
