// At the door: choosing the entrance, one door, the walk, and what is counted in keystrokes.
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

using DoorStory = CliTest;

TEST_F(DoorStory, TypingAPartOfTheStreetAndTabChoosesTheEntrance) {
  Begin();
  const Ran ran = Run({"at"}, "hum\t\n");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Humlebakken 20B"));
  EXPECT_THAT(ran.out, HasSubstr("doors: 6"));
}

TEST_F(DoorStory, AnEntranceIsChosenByItsHandle) {
  Begin();
  const std::string handle = RunJson({"at"})["handle"];
  const Ran ran = RunPiped({"at", handle});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("Humlebakken 20B"));
}

TEST_F(DoorStory, AnEntranceThatTheRegisterLacksIsAddedAndStoodIn) {
  Begin();
  const Ran ran = Run({"at", "--add"}, "Ågade 3\n\n\n");
  ASSERT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(RunJson({"at"})["entrance"], "Ågade 3");
  EXPECT_EQ(Run({"at"}, "aag\t\n").exit, 0) << "aa is found as å";
}

TEST_F(DoorStory, OneLineNotesADoor) {
  Begin();
  const Ran ran = Run({"door", "2th", "no-answer"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "Saved: Humlebakken 20B, 2. th: no answer. Unsent: 1.\n");
  EXPECT_EQ(ran.keystrokes, 0);
  EXPECT_THAT(DispositionsSaved(), ElementsAre("2. th no-answer"));
}

TEST_F(DoorStory, WithoutADispositionOneKeyIsAskedAndNoneIsAssumed) {
  Begin();
  const Ran left = Run({"door", "2th"}, "\x04");
  EXPECT_EQ(left.exit, static_cast<int>(ErrorCode::kCancelled));
  EXPECT_EQ(Unsent(), 0u);
  const Ran enter = Run({"door", "2th"}, "\n\n\x04");
  EXPECT_EQ(enter.exit, static_cast<int>(ErrorCode::kCancelled)) << "Enter chooses nothing";
  EXPECT_EQ(Unsent(), 0u);
  const Ran ran = Run({"door", "2th"}, "n");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_LE(ran.keystrokes, 2);
}

TEST_F(DoorStory, EveryDispositionTakesAtMostTwoInputs) {
  Begin();
  EXPECT_EQ(Run({"door", "1th"},
                "c"
                "thu\n")
                .exit,
            0);  // come back: one key, one word
  EXPECT_EQ(Run({"door", "1tv"},
                "l"
                "so\n")
                .exit,
            0);  // language: one key, one word
  for (const char* key : {"n", "t", "d", "h", "v", "o"}) {
    const Ran ran = Run({"door", "2tv"}, key);
    EXPECT_EQ(ran.exit, 0) << key << ran.err;
    EXPECT_FALSE(ran.starved) << key;
    EXPECT_EQ(ran.keystrokes, 1) << key;
  }
}

TEST_F(DoorStory, AWholeEntranceTakesItsOwnDispositionsOnly) {
  Begin();
  EXPECT_EQ(Run({"door", "all", "flyers"}).exit, 0);
  EXPECT_EQ(Run({"door", "all", "no-access"}).exit, 0);
  EXPECT_EQ(Run({"door", "all", "vacant"}).exit, static_cast<int>(ErrorCode::kUsage));
  EXPECT_EQ(Run({"door", "2th", "no-access"}).exit, static_cast<int>(ErrorCode::kUsage));
  EXPECT_THAT(DispositionsSaved(), ElementsAre(" flyers-all", " no-access"));
}

TEST_F(DoorStory, ADoorThatTheRegisterLacksIsAskedAboutAndAddedInOneBundle) {
  Begin();
  EXPECT_EQ(RunPiped({"door", "4th", "no-answer"}).exit, static_cast<int>(ErrorCode::kNotFound));
  EXPECT_EQ(Run({"door", "4th", "no-answer"}, "n").exit, static_cast<int>(ErrorCode::kCancelled));
  EXPECT_EQ(Unsent(), 0u);
  EXPECT_EQ(RunPiped({"door", "4th", "no-answer", "--add"}).exit, 0);
  EXPECT_EQ(Unsent(), 2u);
  auto store = OpenUnlocked();
  const VisibleRecord* dwelling = ViewOf(*store).FindDwelling(entrance_, {"4", "th"});
  ASSERT_NE(dwelling, nullptr);
  EXPECT_EQ(dwelling->As<v1::Dwelling>().source(), v1::PLACE_SOURCE_ADDED_AT_DOOR);
}

TEST_F(DoorStory, AnInterestedCitizenBehindAnAddedDoorLivesBehindThatOneDoor) {
  Begin();
  const Ran ran = Run({"door", "4th", "interested"}, "yAmina\n\ny");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  auto store = OpenUnlocked();
  const View& view = ViewOf(*store);
  EXPECT_EQ(view.DwellingsOf(entrance_).size(), 7u);
  EXPECT_EQ(view.CitizensAt(entrance_, {"4", "th"}).size(), 1u);
}

TEST_F(DoorStory, ALockedTabletSavesWithoutLookingAnythingUp) {
  Begin();
  ASSERT_EQ(Run({"lock"}).exit, 0);
  const Ran ran = Run({"door", "2th", "no-answer"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(Run({"inquiry", "--door", "2th"}, "Amina\n\ny").exit, 0);
  EXPECT_EQ(RunPiped({"contact", "--place", "laundry", "--topic", "smoking"}).exit, 0);
  EXPECT_EQ(RunPiped({"due"}).exit, static_cast<int>(ErrorCode::kLocked));
  EXPECT_EQ(Unsent(), 5u);
}

TEST_F(DoorStory, TheWalkGoesDoorByDoorInVisitingOrderWithOneKeyEach) {
  Begin();
  const Ran ran = Run({"door"}, "nn\nnvn");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_FALSE(ran.starved);
  EXPECT_EQ(ran.keystrokes, 6);
  EXPECT_THAT(ran.out, HasSubstr("Doors noted: 5. Unsent: 5."));
  EXPECT_THAT(DispositionsSaved(),
              UnorderedElementsAre("st. tv no-answer", "st. th no-answer", "1. th no-answer", "2. tv vacant",
                                   "2. th no-answer"));
}

TEST_F(DoorStory, TheWalkUndoesTheLastDoorAndGoesBackToIt) {
  Begin();
  const Ran ran = Run({"door"}, "nuvq");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(DispositionsSaved(), ElementsAre("st. tv vacant"));
}

TEST_F(DoorStory, TheNextWalkShowsWhatIsKnownBeforeTheKnock) {
  Begin();
  ASSERT_EQ(Run({"door", "sttv", "no-answer"}).exit, 0);
  ASSERT_EQ(Run({"door", "stth", "do-not-call"}).exit, 0);
  Later(absl::Hours(24));
  const Ran ran = Run({"door"}, "q");
  const Ran all = Run({"door"}, "\n\n\n\n\n\n");
  EXPECT_THAT(ran.err, HasSubstr("st. tv   no answer Wed"));
  EXPECT_THAT(all.err, HasSubstr("st. th   DO NOT CALL until Mon 28 Sep | do not call again Wed"));
  EXPECT_THAT(all.err, HasSubstr("1. tv    no visit yet"));
}

TEST_F(DoorStory, ADoNotCallExpiresByRule) {
  Begin();
  ASSERT_EQ(Run({"door", "sttv", "do-not-call"}).exit, 0);
  Later(absl::Hours(24 * 180));
  EXPECT_THAT(Run({"door"}, "q").err, HasSubstr("DO NOT CALL"));
  Later(absl::Hours(24));
  EXPECT_THAT(Run({"door"}, "q").err, Not(HasSubstr("DO NOT CALL")));
}

TEST_F(DoorStory, TwoInquirersBehindOneDoorAreShownByHandleNeverByName) {
  Begin();
  const std::string amina = SaveInquiryAt("sttv", "Amina");
  const std::string jonas = SaveInquiryAt("sttv", "Jonas");
  const Ran ran = Run({"door"}, "q");
  EXPECT_THAT(ran.err, HasSubstr("open: " + amina + " " + jonas));
  EXPECT_THAT(ran.err, Not(HasSubstr("Amina")));
  EXPECT_THAT(ran.err, Not(HasSubstr("Jonas")));
}

TEST_F(DoorStory, AnInterestedCitizenLeadsToTheInquiryAndBackToTheWalk) {
  Begin();
  const Ran ran = Run({"door"}, "iAmina\n20304050\nynq");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_FALSE(ran.starved);
  EXPECT_THAT(DispositionsSaved(), UnorderedElementsAre("st. tv interested", "st. th no-answer"));
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 1u);
}

TEST_F(DoorStory, LeavingTheInquiryKeepsTheDoorAndTheWalk) {
  Begin();
  const Ran ran = Run({"door"}, "iAmina\n\x04nq");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(DispositionsSaved(), UnorderedElementsAre("st. tv interested", "st. th no-answer"));
  EXPECT_EQ(RunJson({"due"})["cases"].size(), 0u);
}

TEST_F(DoorStory, UndoTakesBackTheLastSaveOnce) {
  Begin();
  ASSERT_EQ(Run({"door", "2th", "vacant"}).exit, 0);
  EXPECT_EQ(Run({"undo"}).exit, 0);
  EXPECT_THAT(DispositionsSaved(), ElementsAre());
  EXPECT_EQ(Run({"undo"}).exit, static_cast<int>(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace opgang::cli
