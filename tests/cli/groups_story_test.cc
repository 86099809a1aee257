// A group is planned, a seat promised at the door, the list ticked, a no-show followed up: the commands and their words.
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Wednesday 1 April 2026, as in every story here.
class GroupsStory : public CliTest {
 protected:
  void BeginWithDirectory(const std::string& role = "coordinator") {
    v1::Grant directory = base_.grants.front();
    directory.mutable_scope()->set_kind(v1::SCOPE_KIND_DIRECTORY);
    directory.mutable_scope()->set_id(std::string(16, 'd'));
    base_.grants.push_back(directory);
    Begin(role);
  }

  std::string SavedHandle(const Ran& ran, size_t n = 0) {
    EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
    return ran.exit == 0 ? ran.json()["records"].at(n)["handle"].get<std::string>() : "";
  }
  std::string Add(const std::string& what, const Json& content) {
    return SavedHandle(RunPiped({"groups", "add", what, "--json", "--json-input"}, content.dump()));
  }
  // The common room, Kom & Kvit, and a group with rolling entry that meets on Thursday and in a week.
  void Plan(const Json& more = Json::object()) {
    venue_ = Add("venue", {{"venue", {{"name", "The common room"}}}});
    const std::string programme = Add(
        "programme", {{"group_programme", {{"name", "Kom & Kvit"}, {"kind", "kom-og-kvit"}, {"weeks", 8}}}});
    Json group = {{"name", "Thursdays"}, {"programme_id", programme}, {"rolling_entry", true}};
    group.update(more);
    group_ = Add("group", {{"group", group}});
    const Ran planned = RunPiped({"groups", "meeting", group_, "--at", "thu 17:00", "--minutes", "120",
                                  "--venue", venue_, "--weeks", "2", "--json"});
    thursday_ = SavedHandle(planned, 0);
    next_week_ = SavedHandle(planned, 1);
  }
  Json Tasks() { return RunJson({"tasks"})["tasks"]; }
  std::vector<std::string> TaskKinds() {
    std::vector<std::string> kinds;
    for (const Json& task : Tasks()) kinds.push_back(task["kind"]);
    return kinds;
  }
  std::string TaskHandle(const std::string& kind) {
    for (const Json& task : Tasks()) {
      if (task["kind"] == kind) return task["handle"];
    }
    ADD_FAILURE() << "no task " << kind;
    return {};
  }

  // As if the screen had no right edge.
  static std::string Unwrapped(const std::string& screen) {
    std::string line;
    for (const char c : screen) {
      const bool gap = c == '\n' || c == ' ';
      if (!gap || !line.ends_with(' ')) line += gap ? ' ' : c;
    }
    return line;
  }
  // The base lends chairs of the Thursday to this tablet.
  void Lend(uint32_t chairs) {
    const auto store = Open();
    for (const VisibleRecord* record : (*store->view())->OfType(RecordType::kMeeting)) {
      v1::SeatLoan& loan = base_.loans.emplace_back();
      loan.set_meeting_id(record->id.ToBytes());
      loan.set_granted(chairs);
      loan.set_keep(chairs);
    }
    SyncWithBase(*store);
  }
  void CutCapacityTo(int32_t chairs) {
    const auto store = Open();
    v1::Group group;
    group.set_capacity(chairs);
    Bundle bundle(clock_);
    bundle.Patch((*store->view())->OfType(RecordType::kGroup).front()->id, group,
                 {v1::Group::kCapacityFieldNumber});
    ASSERT_TRUE(store->Save(bundle).ok());
  }

  std::string venue_, group_, thursday_, next_week_;
};

// --- Planning. ---

TEST_F(GroupsStory, APersonIsAskedForAGroupAndItsProgrammeIsTheOnlyOne) {
  BeginWithDirectory();
  ASSERT_EQ(Run({"groups", "add", "venue"}, "Laundry\n").exit, 0);
  ASSERT_EQ(Run({"groups", "add", "programme"}, "Kom & Kvit\nk8\n").exit, 0);
  const Ran ran = Run({"groups", "add", "group"}, "Thursdays\nda\nkaren\n12\nay");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_FALSE(ran.starved);
  EXPECT_THAT(ran.out, HasSubstr("Saved: Thursdays."));
  const Json group = RunJson({"groups"})["groups"][0];
  EXPECT_EQ(group["name"], "Thursdays");
  EXPECT_EQ(group["instructor"], "karen");
  EXPECT_EQ(group["capacity"], 12);
  EXPECT_EQ(group["capacity_meaning"], "advice");
  EXPECT_EQ(group["rolling_entry"], true);
  EXPECT_EQ(group["next_meeting"], nullptr);
}

TEST_F(GroupsStory, AGroupMeetsEachWeekAndTheListSaysWhenNext) {
  BeginWithDirectory();
  Plan({{"capacity", 12}, {"capacity_meaning", "advice"}});
  const Ran list = RunPiped({"groups"});
  EXPECT_THAT(list.out, AllOf(HasSubstr("Thursdays, Kom & Kvit"),
                              HasSubstr("Thu 2 Apr 17:00, The common room; 0 of 12 promised")));
  ExpectFits(list.out);
  const Json meetings = RunJson({"groups", "show", group_})["meetings"];
  ASSERT_EQ(meetings.size(), 2u);
  EXPECT_EQ(meetings[0]["start"], "2026-04-02T15:00:00.000Z");
  EXPECT_EQ(meetings[1]["start"], "2026-04-09T15:00:00.000Z");
  EXPECT_EQ(meetings[1]["minutes"], 120);
}

TEST_F(GroupsStory, AMeetingNeedsAnHourAndTheNextOneTakesRoomAndLengthFromTheLast) {
  BeginWithDirectory();
  Plan();
  const Ran no_hour = RunPiped({"groups", "meeting", group_, "--at", "fri"});
  EXPECT_EQ(no_hour.exit, static_cast<int>(ErrorCode::kBadInput));
  EXPECT_THAT(no_hour.err, HasSubstr("needs an hour"));
  ASSERT_EQ(RunPiped({"groups", "meeting", group_, "--at", "fri 10:00"}).exit, 0);
  const Json friday = RunJson({"groups", "show", group_})["meetings"][1];
  EXPECT_EQ(friday["venue"], "The common room");
  EXPECT_EQ(friday["minutes"], 120);
}

TEST_F(GroupsStory, WhoMayNotPlanIsToldSoAtOnce) {
  BeginWithDirectory("outreach");
  const Ran ran = RunPiped({"groups", "add", "venue", "--json-input"}, R"({"venue": {"name": "Laundry"}})");
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kRefused));
  EXPECT_THAT(ran.err, HasSubstr("your role may not write this here"));
  EXPECT_EQ(Unsent(), 0u);
}

TEST_F(GroupsStory, AGroupWithChairsSaysWhatTheyMean) {
  BeginWithDirectory();
  Plan();
  const Ran ran =
      RunPiped({"groups", "add", "group", "--json-input"},
               R"({"group": {"name": "Fridays", "programme_id": ")" + group_ + R"(", "capacity": 5}})");
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kRefused));
  EXPECT_THAT(ran.err, HasSubstr("what the number of chairs means"));
}

TEST_F(GroupsStory, AHandleOfSomethingElseIsNoMeeting) {
  BeginWithDirectory();
  Plan();
  const Ran ran = RunPiped({"groups", "cancel", group_});
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kNotFound));
  EXPECT_THAT(ran.err, HasSubstr("something else than a meeting"));
}

// --- A season from a spreadsheet. ---

constexpr char kSeason[] =
    "hold;forløb;dato;tid;minutter;lokale;stole;betydning;underviser\r\n"
    "Torsdage;Kom & Kvit;2026-04-02;17:00;120;Fælleshuset;12;vejledende;karen\r\n"
    "Torsdage;Kom & Kvit;2026-04-09;17:00;120;Vaskeriet;12;vejledende;karen\r\n";

TEST_F(GroupsStory, ASpreadsheetIsTakenInOnceHoweverOftenItIsGiven) {
  BeginWithDirectory();
  const Ran ran = RunPiped({"groups", "import"}, kSeason);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("6 new, 0 changed, 0 known already"));
  const uint32_t unsent = Unsent();
  EXPECT_THAT(RunPiped({"groups", "import"}, kSeason).out, HasSubstr("0 new, 0 changed, 2 known already"));
  EXPECT_EQ(Unsent(), unsent);
  const Json group = RunJson({"groups"})["groups"][0];
  EXPECT_EQ(group["name"], "Torsdage");
  EXPECT_EQ(group["capacity_meaning"], "advice");
  EXPECT_EQ(group["rolling_entry"], true);
  EXPECT_EQ(group["next_meeting"]["venue"], "Fælleshuset");
}

TEST_F(GroupsStory, TheExampleIsTakenInFromItsFile) {
  BeginWithDirectory();
  const Ran ran = RunPiped({"groups", "import", std::string(OPGANG_SOURCE_DIR) + "/examples/groups.csv"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(RunJson({"groups"})["groups"].size(), 2u);
}

TEST_F(GroupsStory, AChangedRoomFollowsTheSpreadsheet) {
  BeginWithDirectory();
  ASSERT_EQ(RunPiped({"groups", "import"}, kSeason).exit, 0);
  const Ran ran = RunPiped({"groups", "import"},
                           "venue,minutes,time,date,programme,group\n"
                           "Vaskeriet,90,17:00,2026-04-02,Kom & Kvit,Torsdage\n");
  EXPECT_THAT(ran.out, HasSubstr("0 new, 1 changed, 0 known already")) << ran.err;
  EXPECT_EQ(RunJson({"groups"})["groups"][0]["next_meeting"]["venue"], "Vaskeriet");
}

TEST_F(GroupsStory, ABadRowIsNamedByLineAndColumnAndNothingIsTakenIn) {
  BeginWithDirectory();
  const std::string header = "group;programme;date;time;minutes;venue;capacity;meaning\n";
  const std::string good = "Thursdays;Kom & Kvit;2026-04-02;17:00;120;Laundry;;\n";
  const auto import = [&](const std::string& row) {
    const Ran ran = RunPiped({"groups", "import"}, header + good + row);
    EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kBadInput)) << row;
    EXPECT_EQ(Unsent(), 0u) << row;
    return ran.err;
  };
  EXPECT_THAT(import("G;P;2026-04-31;17:00;120;L;;\n"), HasSubstr("Line 3, column date"));
  EXPECT_THAT(import("G;P;thu;17:00;120;L;;\n"), HasSubstr("Line 3, column date"));
  EXPECT_THAT(import("G;P;2026-04-03;;120;L;;\n"), HasSubstr("Line 3, column date"));
  EXPECT_THAT(import("G;P;2026-04-03;17:00;two;L;;\n"), HasSubstr("Line 3, column minutes"));
  EXPECT_THAT(import("G;P;2026-04-03;17:00;120;;;\n"), HasSubstr("Line 3, column venue"));
  EXPECT_THAT(import("G;P;2026-04-03;17:00;120;L;5;\n"), HasSubstr("Line 3, column meaning"));
  EXPECT_THAT(RunPiped({"groups", "import"}, "group;venue\nG;V\n").err, HasSubstr("missing columns"));
  EXPECT_EQ(RunPiped({"groups", "import", "/nowhere/season.csv"}).exit,
            static_cast<int>(ErrorCode::kBadInput));
}

// --- A seat. ---

TEST_F(GroupsStory, BesideTheDueTimeStandsTheLastGroupBeforeItOrThatThereIsNone) {
  BeginWithDirectory();
  SaveInquiryAt("2th", "Amina", "20304050");
  EXPECT_THAT(RunPiped({"due"}).out, HasSubstr("NO GROUP IN TIME"));
  EXPECT_EQ(RunJson({"due"})["cases"][0]["group"]["no_group_in_time"], true);
  EXPECT_THAT(TaskKinds(), ElementsAre("no-group-in-time"));
  Plan();
  for (const char* command : {"due", "board"}) {
    const Ran ran = RunPiped({command});
    EXPECT_THAT(ran.out, HasSubstr("last group before: Thu 2 Apr 17:00, Thursdays, The common room"));
    ExpectFits(ran.out);
  }
  EXPECT_EQ(RunJson({"due"})["cases"][0]["group"]["last_meeting"]["handle"], thursday_);
}

TEST_F(GroupsStory, WithoutADirectoryNothingIsSaidOfGroups) {
  Begin();
  SaveInquiryAt("2th", "Amina", "20304050");
  EXPECT_THAT(RunPiped({"due"}).out, Not(HasSubstr("GROUP IN TIME")));
  EXPECT_EQ(RunJson({"due"})["cases"][0]["group"]["no_group_in_time"], nullptr);
  EXPECT_THAT(TaskKinds(), ElementsAre("case"));
}

TEST_F(GroupsStory, ASeatIsOfferedBookedWithOneKeyAndShownAsTheStepOnTheWay) {
  BeginWithDirectory();
  Plan();
  const std::string one = SaveInquiryAt("2th", "Amina", "20304050");
  const Ran seats = RunPiped({"seats", one});
  EXPECT_THAT(seats.out, AllOf(HasSubstr("Thu 2 Apr 17:00"), HasSubstr("THE LAST ONE IN"),
                               HasSubstr("Too late for the three days:"), HasSubstr("Thu 9 Apr 17:00")));
  ExpectFits(seats.out);
  const Ran booked = Run({"book", one}, "1");
  EXPECT_EQ(booked.exit, 0) << booked.err;
  EXPECT_THAT(booked.out, HasSubstr("Promised to"));
  EXPECT_THAT(RunPiped({"due"}).out, HasSubstr("seat Thu 2 Apr 17:00, Thursdays, The common room"));
  EXPECT_EQ(RunJson({"due"})["cases"][0]["group"]["seat"]["state"], "stands");
  EXPECT_TRUE(TaskKinds().empty());
  const Ran again = RunPiped({"book", one, thursday_});
  EXPECT_EQ(again.exit, static_cast<int>(ErrorCode::kBadInput));
  EXPECT_THAT(again.err, HasSubstr("has a seat in that meeting already"));
}

TEST_F(GroupsStory, WhereNobodyCanBeAskedTheMeetingIsNamed) {
  BeginWithDirectory();
  Plan();
  const std::string one = SaveInquiryAt("2th", "Amina", "20304050");
  EXPECT_EQ(RunPiped({"book", one}).exit, static_cast<int>(ErrorCode::kUsage));
  EXPECT_EQ(RunPiped({"book", one, next_week_}).exit, 0);
  EXPECT_THAT(TaskKinds(), ElementsAre("case")) << "a seat after the due time does not meet the rule";
}

TEST_F(GroupsStory, OfALimitedGroupTheWishIsTakenInPlainWordsAndStaysATask) {
  BeginWithDirectory();
  Plan({{"capacity", 1}, {"capacity_meaning", "limit"}});
  const std::string amina = SaveInquiryAt("2th", "Amina", "20304050");
  EXPECT_THAT(Unwrapped(RunPiped({"seats", amina}).out), HasSubstr("; to be confirmed; THE LAST ONE"));
  const Ran booked = RunPiped({"book", amina, thursday_});
  EXPECT_THAT(Unwrapped(booked.out), AllOf(HasSubstr("TO BE CONFIRMED"), HasSubstr("within the three days")));
  EXPECT_THAT(RunPiped({"due"}).out, HasSubstr("seat TO BE CONFIRMED Thu 2 Apr 17:00"));
  const Ran promised = RunPiped({"seat", TaskHandle("seat-to-confirm"), "promised"});
  EXPECT_EQ(promised.exit, static_cast<int>(ErrorCode::kBadInput));
  EXPECT_THAT(Unwrapped(promised.err),
              AllOf(HasSubstr("No chair of this meeting is lent to this device (0 of 1 promised"),
                    HasSubstr("confirmed by the base when a chair is free")));
  EXPECT_EQ(RunJson({"seats", amina})["in_time"][0]["lent"], 0);
}

TEST_F(GroupsStory, AChairThatIsLentIsPromisedAtTheDoorAndTheNextWishWaits) {
  BeginWithDirectory();
  Plan({{"capacity", 3}, {"capacity_meaning", "limit"}});
  Lend(1);
  const std::string amina = SaveInquiryAt("2th", "Amina", "20304050");
  const std::string bo = SaveInquiryAt("1th", "Bo", "20304051");
  EXPECT_THAT(Unwrapped(RunPiped({"seats", amina}).out), HasSubstr("; 1 lent here"));
  EXPECT_EQ(RunJson({"seats", amina})["in_time"][0]["lent"], 1);
  EXPECT_THAT(RunPiped({"book", amina, thursday_}).out, HasSubstr("Promised to"));
  EXPECT_THAT(RunPiped({"book", bo, thursday_}).out, HasSubstr("TO BE CONFIRMED"));
  EXPECT_EQ(RunJson({"due"})["cases"][0]["group"]["seat"]["state"], "stands");
}

TEST_F(GroupsStory, ASeatThatIsToldAnewKeepsItsChair) {
  BeginWithDirectory();
  Plan({{"capacity", 1}, {"capacity_meaning", "limit"}});
  Lend(1);
  RunPiped({"book", SaveInquiryAt("2th", "Amina", "20304050"), thursday_});
  RunPiped({"groups", "move", thursday_, "--at", "2026-04-03 18:00"});
  EXPECT_EQ(RunPiped({"seat", TaskHandle("broken-promise"), "promised"}).exit, 0);
  EXPECT_TRUE(TaskKinds().empty());
}

TEST_F(GroupsStory, AnOverbookedMeetingIsATaskWithEveryPromiseInIt) {
  BeginWithDirectory();
  Plan({{"capacity", 2}, {"capacity_meaning", "limit"}});
  Lend(2);
  RunPiped({"book", SaveInquiryAt("2th", "Amina", "20304050"), thursday_});
  RunPiped({"book", SaveInquiryAt("1th", "Bo", "20304051"), thursday_});
  EXPECT_TRUE(TaskKinds().empty());
  CutCapacityTo(1);
  EXPECT_THAT(TaskKinds(), ElementsAre("overbooked"));
  const Json task = Tasks()[0];
  EXPECT_EQ(task["promises"].size(), 2u);
  EXPECT_EQ(task["meeting"], thursday_);
  EXPECT_EQ(task["citizen"], nullptr);
  const Ran told = RunPiped({"tasks"});
  EXPECT_THAT(told.out, AllOf(HasSubstr("OVERBOOKED: 2 promised, 1 chairs"), HasSubstr("promised, Amina"),
                              HasSubstr("promised, Bo")));
  ExpectFits(told.out);
  const std::string seat = task["promises"][0];
  EXPECT_EQ(RunPiped({"seat", seat, "cancelled"}).exit, 0);
  EXPECT_THAT(TaskKinds(), ElementsAre("case"));
}

TEST_F(GroupsStory, AMovedMeetingIsATaskUntilTheSeatIsToldAnew) {
  BeginWithDirectory();
  Plan();
  RunPiped({"book", SaveInquiryAt("2th", "Amina", "20304050"), thursday_});
  const Ran moved = RunPiped({"groups", "move", thursday_, "--at", "2026-04-03 18:00"});
  EXPECT_THAT(moved.out, AllOf(HasSubstr("Fri 3 Apr 18:00"), HasSubstr("Seats in it: 1")));
  EXPECT_THAT(RunPiped({"due"}).out, HasSubstr("seat MOVED"));
  const std::string seat = TaskHandle("broken-promise");
  EXPECT_THAT(RunPiped({"tasks"}).out, HasSubstr("promise broken: tell the citizen, Amina, Fri 3 Apr 18:00"));
  EXPECT_EQ(RunPiped({"seat", seat, "promised"}).exit, 0);
  EXPECT_TRUE(TaskKinds().empty());
}

TEST_F(GroupsStory, ACancelledMeetingLosesItsSeatsAndTakesNoMore) {
  BeginWithDirectory();
  Plan();
  const std::string one = SaveInquiryAt("2th", "Amina", "20304050");
  RunPiped({"book", one, thursday_});
  ASSERT_EQ(RunPiped({"groups", "cancel", thursday_}).exit, 0);
  EXPECT_THAT(RunPiped({"due"}).out, HasSubstr("seat LOST: Thu 2 Apr 17:00"));
  EXPECT_EQ(RunJson({"due"})["cases"][0]["group"]["no_group_in_time"], true);
  const std::string bo = SaveInquiryAt("1th", "Bo", "20304051");
  const Ran refused = RunPiped({"book", bo, thursday_});
  EXPECT_EQ(refused.exit, static_cast<int>(ErrorCode::kRefused));
  EXPECT_THAT(refused.err, HasSubstr("the meeting is cancelled"));
  const Ran nobody = RunPiped({"attend", thursday_, "--came", one});
  EXPECT_THAT(nobody.err, HasSubstr("the meeting is cancelled"));
}

TEST_F(GroupsStory, ASeatAfterTheMeetingBeganIsRefusedWithWords) {
  BeginWithDirectory();
  Plan();
  const std::string one = SaveInquiryAt("2th", "Amina", "20304050");
  Later(absl::Hours(30));
  const Ran ran = RunPiped({"book", one, thursday_});
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kRefused));
  EXPECT_THAT(ran.err, HasSubstr("the meeting has begun"));
}

// --- Attendance. ---

TEST_F(GroupsStory, OneKeyAPersonTicksTheListAndAWalkInIsOneName) {
  BeginWithDirectory();
  Plan();
  RunPiped({"book", SaveInquiryAt("2th", "Amina", "20304050"), thursday_});
  RunPiped({"book", SaveInquiryAt("1th", "Bo", "20304051"), thursday_});
  Later(absl::Hours(30));
  const Ran ran = Run({"attend", thursday_}, "caCarla\n\n");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_FALSE(ran.starved);
  EXPECT_THAT(ran.out, HasSubstr("Saved: 3 ticked."));
  const Json list = RunJson({"attend", thursday_})["citizens"];
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0]["name"], "Amina");
  EXPECT_EQ(list[0]["attendance"], "came");
  EXPECT_EQ(list[1]["attendance"], "absent");
  EXPECT_EQ(list[2]["name"], "Carla");
  EXPECT_EQ(list[2]["attendance"], "came");
  const Json cases = RunJson({"due"})["cases"];
  ASSERT_EQ(cases.size(), 1u) << "Amina's is met";
  EXPECT_EQ(cases[0]["name"], "Bo");
  EXPECT_FALSE(Run({"attend", thursday_}, "\n").starved) << "who is ticked is not asked for again";
}

TEST_F(GroupsStory, ACoordinatorSaysWhoLeadsAndAnInstructorIsToldThatItGrantsNothing) {
  BeginWithDirectory();
  Plan();
  const Ran led = RunPiped({"groups", "lead", group_, "lone"});
  EXPECT_THAT(Unwrapped(led.out), HasSubstr("lone leads it, and reads the citizens"));
  EXPECT_EQ(RunJson({"groups", "show", group_})["group"]["instructor"], "lone");
  const Ran nobody = RunPiped({"groups", "lead", group_, "Lone Hansen"});
  EXPECT_EQ(nobody.exit, static_cast<int>(ErrorCode::kRefused));
}

TEST_F(GroupsStory, WhoLeadsTheGroupAndHasNoAreaTakesAWalkInIntoTheGroup) {
  BeginWithDirectory();
  Plan();
  ASSERT_EQ(RunPiped({"sync"}).exit, 0);
  const RecordId group = (*Open()->view())->OfType(RecordType::kGroup).front()->id;
  v1::Grant led = base_.grants.front();
  *led.mutable_scope() = GroupScope(group).ToProto();
  std::erase_if(base_.grants,
                [](const v1::Grant& grant) { return grant.scope().kind() != v1::SCOPE_KIND_DIRECTORY; });
  ASSERT_EQ(RunPiped({"sync"}).exit, 0);
  Later(absl::Hours(30));
  EXPECT_THAT(Run({"attend", thursday_}, "Carla\n\n").err, HasSubstr("opgang at"));
  base_.grants.push_back(led);
  ASSERT_EQ(RunPiped({"sync"}).exit, 0);
  const Ran ran = Run({"attend", thursday_}, "Carla\n\n");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Saved: 1 ticked."));
  const Json list = RunJson({"attend", thursday_})["citizens"];
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["name"], "Carla");
}

TEST_F(GroupsStory, AttendanceBeforeTheMeetingIsRefusedBeforeTheFirstKey) {
  BeginWithDirectory();
  Plan();
  RunPiped({"book", SaveInquiryAt("2th", "Amina", "20304050"), thursday_});
  const Ran ran = Run({"attend", thursday_}, "c");
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kRefused));
  EXPECT_EQ(ran.keystrokes, 0);
  EXPECT_THAT(ran.err, HasSubstr("the meeting lies ahead"));
}

TEST_F(GroupsStory, NobodyUnknownUnexpectedOrTickedAlreadyIsMissed) {
  BeginWithDirectory();
  Plan();
  const std::string amina = SaveInquiryAt("2th", "Amina", "20304050");
  const std::string bo = SaveInquiryAt("1th", "Bo", "20304051");
  RunPiped({"book", amina, thursday_});
  Later(absl::Hours(30));
  const uint32_t before = Unsent();
  EXPECT_EQ(RunPiped({"attend", thursday_, "--absent", "zzzzzz"}).exit,
            static_cast<int>(ErrorCode::kNotFound));
  const Ran unexpected = RunPiped({"attend", thursday_, "--came", amina, "--absent", bo});
  EXPECT_EQ(unexpected.exit, static_cast<int>(ErrorCode::kBadInput));
  EXPECT_THAT(unexpected.err, HasSubstr("was not expected"));
  const Ran twice = RunPiped({"attend", thursday_, "--came", amina, "--excused", amina});
  EXPECT_THAT(twice.err, HasSubstr("named twice"));
  EXPECT_EQ(Unsent(), before) << "all or nothing";
  EXPECT_EQ(RunPiped({"attend", thursday_, "--came", amina, "--came", bo}).exit, 0);
  EXPECT_THAT(RunPiped({"attend", thursday_, "--absent", amina}).err, HasSubstr("ticked already"));
}

TEST_F(GroupsStory, AnAbsenceIsATaskUntilItHasAnOutcome) {
  BeginWithDirectory();
  Plan();
  const std::string one = SaveInquiryAt("2th", "Amina", "20304050");
  RunPiped({"book", one, thursday_});
  Later(absl::Hours(30));
  ASSERT_EQ(RunPiped({"attend", thursday_, "--absent", one}).exit, 0);
  const Ran tasks = RunPiped({"tasks"});
  EXPECT_THAT(tasks.out, HasSubstr("did not come: follow up, Amina, Thu 2 Apr 17:00, Thursdays"));
  ExpectFits(tasks.out);
  const std::string absence = TaskHandle("absence-follow-up");
  EXPECT_THAT(RunPiped({"follow-up", absence, "not-reached"}).out, HasSubstr("the task stays"));
  EXPECT_EQ(TaskHandle("absence-follow-up"), absence);
  EXPECT_EQ(Run({"follow-up", absence}, "c").exit, 0);
  EXPECT_THAT(TaskKinds(), ElementsAre("no-group-in-time"));
}

TEST_F(GroupsStory, TasksAreMineByWhatINotedAndByTheGroupsThatILead) {
  BeginWithDirectory();
  Plan({{"instructor", "amal"}});
  SaveInquiryAt("2th", "Amina", "20304050");
  EXPECT_EQ(RunJson({"tasks", "--mine"})["tasks"].size(), 1u) << "noted here";
  EXPECT_EQ(RunJson({"tasks", "--here"})["tasks"].size(), 1u);
  ASSERT_EQ(RunPiped({"sync"}).exit, 0);
  EXPECT_EQ(RunJson({"tasks"})["tasks"].size(), 1u);
}

TEST_F(GroupsStory, EverythingIsSaidInDanishToo) {
  BeginWithDirectory();
  Plan();
  const std::string one = SaveInquiryAt("2th", "Amina", "20304050");
  EXPECT_THAT(RunPiped({"due", "--lang", "da"}).out, HasSubstr("sidste hold før: tors 2. apr."));
  EXPECT_THAT(RunPiped({"book", one, thursday_, "--lang", "da"}).out, HasSubstr("Lovet"));
  EXPECT_THAT(RunPiped({"groups", "--lang", "da"}).out, HasSubstr("1 lovet"));
}

}  // namespace
}  // namespace opgang::cli
