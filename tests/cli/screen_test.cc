// Screens as they are, at 80 columns, in both languages.
#include "cli-client/layout.h"
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;

class Screens : public CliTest {
 protected:
  // Amina asked on Wednesday at noon, speaks Somali; on Thursday somebody rang.
  std::string AfternoonOfTheThird() {
    Begin();
    EXPECT_EQ(
        RunPiped({"inquiry", "--door", "2th", "--language", "so", "--interpreter", "--json-input"},
                 R"({"citizen": {"name": "Amina"}, "consent": {}, "inquiry": {"safe_hours": "after 16"}})")
            .exit,
        0);
    const std::string handle = CaseHandle();
    Later(absl::Hours(24));
    EXPECT_EQ(RunPiped({"reply", handle, "not-reached", "--way", "telephone"}).exit, 0);
    Later(absl::Hours(32));
    return handle;
  }
};

TEST_F(Screens, TheDueListInEnglish) {
  const std::string handle = AfternoonOfTheThird();
  const Ran ran = Run({"due"});
  ExpectFits(ran.out);
  EXPECT_EQ(ran.out, PadTo(handle, 6) +
                         "in a group by Sat 4 Apr, 1 d 3 h left; last step: rang Thu, not reached\n"
                         "      speaks so, interpreter, safe: after 16 | Amina, Humlebakken 20B, 2. th\n"
                         "Open cases: 1, overdue: 0.\n"
                         "Counted by: calendar-days. Unsent: 4.\n");
}

TEST_F(Screens, TheDueListInDanish) {
  const std::string handle = AfternoonOfTheThird();
  const Ran ran = Run({"due", "--lang", "da"});
  ExpectFits(ran.out);
  EXPECT_EQ(ran.out, PadTo(handle, 6) +
                         "på hold senest lør 4. apr., 1 d 3 t tilbage; sidste skridt: ringede tors,\n"
                         "      ikke truffet\n"
                         "      taler so, tolk, trygt: after 16 | Amina, Humlebakken 20B, 2. th\n"
                         "Åbne sager: 1, overskredet: 0.\n"
                         "Talt efter: calendar-days. Usendt: 4.\n");
}

TEST_F(Screens, OverdueIsOnTopAndNothingEverSaysAnswerBy) {
  const std::string old = AfternoonOfTheThird();
  Later(absl::Hours(48));
  SaveInquiryAt("1th", "Jonas");
  const Ran ran = Run({"due"});
  ExpectFits(ran.out);
  EXPECT_THAT(ran.out, HasSubstr(PadTo(old, 6) +
                                 "OVERDUE by 20 h 0 min: in a group by Sat 4 Apr; last step: rang Thu,"));
  EXPECT_EQ(ran.out.find(old), 0u);
  EXPECT_THAT(ran.out, Not(HasSubstr("answer by")));
}

TEST_F(Screens, AnInexactDayIsShownWithATilde) {
  Begin();
  clock_.Reboot();
  ASSERT_EQ(RunPiped({"inquiry", "--door", "2th", "--consent"}).exit, 0);
  clock_.Reboot();
  clock_.Advance(absl::Hours(48));
  ASSERT_EQ(RunPiped({"unlock"}, std::string(kPassphrase) + "\n").exit, 0);
  EXPECT_THAT(Run({"due"}).out, HasSubstr("~"));
}

TEST_F(Screens, EveryReadingScreenFitsEightyColumnsInBothLanguages) {
  AfternoonOfTheThird();
  const std::string citizen = CitizenHandle();
  const std::vector<std::vector<std::string>> commands = {
      {"due"}, {"due", "--all"}, {"board"}, {"status"}, {"outbox"}, {"show", citizen}, {"doctor"}};
  for (const char* language : {"en", "da"}) {
    for (std::vector<std::string> command : commands) {
      command.insert(command.end(), {"--lang", language});
      const Ran ran = Run(command);
      EXPECT_EQ(ran.exit, 0) << command[0];
      ExpectFits(ran.out);
    }
  }
}

TEST_F(Screens, TheWalkInEnglish) {
  Begin();
  const Ran ran = Run({"door"}, "nq");
  EXPECT_EQ(ran.err,
            "Humlebakken 20B, doors: 6\n"
            "[n] no answer  [c] come back  [t] talked, not interested  [i] talked, interested\n"
            "[d] do not call again  [l] no common language  [h] only a child at home\n"
            "[v] vacant  [o] other\n"
            "Enter: next door   u: undo   b: back   ?: these keys   q: stop\n"
            "st. tv   no visit yet\n"
            "  > no answer. Unsent: 1.\n"
            "st. th   no visit yet\n");
}

TEST_F(Screens, ColourOnlyOnATerminalAndNeverWithNoColor) {
  Begin();
  const Ran plain = Run({"board"});
  EXPECT_THAT(plain.out, Not(HasSubstr("\x1b[")));
}

TEST_F(Screens, ARecordCannotDriveTheTerminal) {
  Begin();
  const RecordId citizen = RecordId::Make(clock_.WallNow(), SystemRandom());
  base_.Put(CitizenNamed("Ami\x1b[2Jna"), citizen, citizen.ToBytes());
  base_.Put(InquiryBy(citizen), RecordId::Make(clock_.WallNow(), SystemRandom()), citizen.ToBytes());
  ASSERT_EQ(Run({"sync"}).exit, 0);
  EXPECT_THAT(Run({"due"}).out, HasSubstr("Ami [2Jna"));
}

TEST(Layout, WidthsAreColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("Østergade"), 9);
  EXPECT_EQ(DisplayWidth("日本"), 4);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);
  EXPECT_EQ(CutTo("Østergade", 5), "Øste…");
  EXPECT_EQ(PadTo("Ø", 3), "Ø  ");
  EXPECT_EQ(Shown("a\x1b[2J\n\xff"), "a [2J \xEF\xBF\xBD");
  EXPECT_THAT(Wrap("one two three four", 9, 2), testing::ElementsAre("one two", "  three", "  four"));
}

}  // namespace
}  // namespace opgang::cli
