// The command line itself: languages, directories, and that nothing personal is taken or repeated from it.
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

using Usage = CliTest;

TEST_F(Usage, WordsThatDoNotBelongAreRefusedWithAHintAndNotRepeated) {
  Begin();
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"find", "Amina"},
                                             {"show", "Amina Ali"},
                                             {"inquiry", "Amina"},
                                             {"at", "Humlebakken 20B"},
                                             {"Amina"},
                                             {"door", "Amina", "no-answer"},
                                             {"reply", "Amina", "reached"},
                                             {"inquiry", "--name=Amina"},
                                             {"due", "--all=Amina"}}) {
    const Ran ran = Run(arguments);
    EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kUsage)) << arguments[0];
    EXPECT_THAT(ran.err, Not(HasSubstr("Amina"))) << arguments[0];
    EXPECT_THAT(ran.err, Not(HasSubstr("Humlebakken"))) << arguments[0];
    EXPECT_FALSE(ran.err.empty());
  }
}

TEST_F(Usage, HelpExistsForEveryCommandInBothLanguages) {
  for (const char* verb :
       {"at",          "door",    "contact",  "inquiry", "intake",    "reply",  "took-part",
        "close",       "correct", "undo",     "due",     "find",      "show",   "sync",
        "status",      "outbox",  "board",    "enroll",  "unlock",    "lock",   "doctor",
        "same-person", "groups",  "seats",    "book",    "seat",      "attend", "tasks",
        "follow-up",   "move",    "receipts", "claim",   "hand-over", "cause",  "report"}) {
    const Ran english = Run({verb, "--help"});
    const Ran danish = Run({verb, "--help", "--lang", "da"});
    EXPECT_EQ(english.exit, 0) << verb;
    EXPECT_THAT(english.out, HasSubstr("Usage: opgang " + std::string(verb))) << verb;
    EXPECT_THAT(danish.out, HasSubstr("Brug")) << verb;
    ExpectFits(english.out);
    ExpectFits(danish.out);
  }
}

TEST_F(Usage, TheHelpOfAllFitsTheScreenAndItsSecondLinesStandUnderTheWords) {
  const std::string english = Run({"--help"}).out;
  ExpectFits(english);
  EXPECT_THAT(english, HasSubstr("  --home DIR              directory of this device"));
  EXPECT_THAT(english, HasSubstr("\n" + std::string(26, ' ') + "$XDG_DATA_HOME/opgang)\n"));
  ExpectFits(Run({"--help", "--lang", "da"}).out);
}

TEST_F(Usage, TheVersionIsSaidWithoutAStore) {
  const Ran asked = Run({"--version"});
  EXPECT_EQ(asked.exit, 0);
  EXPECT_THAT(asked.out, testing::MatchesRegex("opgang [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(Usage, TheLanguageComesFromLangThenLcAllThenLcMessagesThenLang) {
  Begin();
  environment_["LANG"] = "da_DK.UTF-8";
  EXPECT_THAT(RunPiped({"status"}).out, HasSubstr("Usendt"));
  environment_["LC_ALL"] = "C.UTF-8";
  EXPECT_THAT(RunPiped({"status"}).out, HasSubstr("Unsent"));
  EXPECT_THAT(RunPiped({"status", "--lang", "da"}).out, HasSubstr("Usendt"));
  EXPECT_EQ(RunPiped({"status", "--lang", "tlh"}).exit, static_cast<int>(ErrorCode::kUsage));
}

TEST_F(Usage, TheHomeComesFromTheOptionThenTheVariableThenXdg) {
  Begin();
  EXPECT_EQ(RunPiped({"status", "--home", home_.string()}).exit, 0);
  EXPECT_EQ(RunPiped({"status", "--home", (home_ / "elsewhere").string()}).exit,
            static_cast<int>(ErrorCode::kNotEnrolled));
}

TEST_F(Usage, WithNoInputNothingIsAsked) {
  Begin();
  const Ran ran = Run({"inquiry", "--door", "2th", "--no-input"}, "Amina\n\ny");
  EXPECT_EQ(ran.exit, static_cast<int>(ErrorCode::kUsage));
  EXPECT_EQ(ran.keystrokes, 0);
}

}  // namespace
}  // namespace opgang::cli
