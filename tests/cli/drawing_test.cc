// What is drawn on a terminal and written plainly elsewhere: the progress of a sync, the live board, ink.
#include "cli-client/layout.h"
#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kEscape[] = "\x1b";
constexpr char kClear[] = "\x1b[H\x1b[2J";

std::vector<std::string> SplitAt(const std::string& text, const std::string& mark) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end; (end = text.find(mark, begin)) != std::string::npos; begin = end + mark.size()) {
    parts.push_back(text.substr(begin, end - begin));
  }
  parts.push_back(text.substr(begin));
  return parts;
}

class Drawing : public CliTest {
 protected:
  // Somebody asked long ago.
  void BeginWithAnOverdueCase() {
    Begin();
    SaveInquiryAt("2th", "Amina");
    Later(absl::Hours(5 * 24));
  }
};

TEST_F(Drawing, SyncOnATerminalDrawsOneBarInPlaceThatEndsFull) {
  Begin();
  ASSERT_EQ(Run({"door", "2th", "no-answer"}).exit, 0);
  const Ran ran = RunOnScreen({"sync"});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  std::vector<std::string> drawn = SplitAt(ran.err, "\r");
  ASSERT_EQ(drawn.size(), 5u) << ran.err;
  EXPECT_EQ(drawn.front(), "");
  drawn.erase(drawn.begin());
  EXPECT_THAT(drawn.back(), EndsWith("\n"));
  drawn.back().pop_back();
  for (const std::string& bar : drawn) {
    EXPECT_EQ(DisplayWidth(bar), 79) << "covers what stood there, and does not wrap: " << bar;
    EXPECT_THAT(bar, Not(HasSubstr("\n")));
  }
  // One mutation and two scopes are three steps.
  EXPECT_THAT(drawn,
              ElementsAre(StartsWith("[....................] "), StartsWith("[....................] "),
                          StartsWith("[######..............] "), StartsWith("[####################] ")));
}

TEST_F(Drawing, SyncElsewhereWritesPlainLinesOneForEachStage) {
  Begin();
  ASSERT_EQ(Run({"door", "2th", "no-answer"}).exit, 0);
  const Ran ran = RunPiped({"sync"});
  ASSERT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.err, Not(HasSubstr("\r")));
  EXPECT_THAT(ran.err, Not(HasSubstr("[")));
  EXPECT_EQ(SplitAt(ran.err, "\n").size(), 3u) << ran.err;
}

TEST_F(Drawing, SyncInJsonWritesNoProgress) {
  Begin();
  ASSERT_EQ(Run({"door", "2th", "no-answer"}).exit, 0);
  EXPECT_EQ(RunOnScreen({"sync", "--json"}).err, "");
}

TEST_F(Drawing, TheLiveBoardTakesTheWholeScreenAtEachChangeAndNothingInBetween) {
  Begin();
  SaveInquiryAt("2th", "Amina");
  during_live_ = [&](Store&, const SyncOptions& options) {
    EXPECT_TRUE(options.observer->KeepGoing());
    EXPECT_TRUE(options.observer->KeepGoing()) << "nothing changed: nothing is drawn";
    options.observer->OnChanged();
    options.observer->OnChanged();  // a burst is one drawing
    EXPECT_TRUE(options.observer->KeepGoing());
  };
  const Ran ran = RunOnScreen({"board", "--watch", "--for", "30"});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  const std::vector<std::string> screens = SplitAt(ran.out, kClear);
  ASSERT_EQ(screens.size(), 3u) << ran.out;
  EXPECT_EQ(screens[0], "") << "cleared before the first line";
  EXPECT_THAT(screens[1], HasSubstr("Amina"));
  EXPECT_THAT(screens[2], HasSubstr("Amina"));
}

TEST_F(Drawing, ThePipedLiveBoardClearsNothing) {
  Begin();
  during_live_ = [](Store&, const SyncOptions& options) { options.observer->KeepGoing(); };
  EXPECT_THAT(RunPiped({"board", "--watch", "--for", "30"}).out, Not(HasSubstr(kEscape)));
}

TEST_F(Drawing, AnOverdueCaseIsInkedOnATerminalAndNowhereElse) {
  BeginWithAnOverdueCase();
  EXPECT_THAT(RunOnScreen({"due"}).out, HasSubstr(kEscape));
  EXPECT_THAT(RunPiped({"due"}).out, Not(HasSubstr(kEscape)));
  EXPECT_THAT(RunOnScreen({"due", "--json"}).out, Not(HasSubstr(kEscape)));
}

TEST_F(Drawing, NoColorKeepsEveryWordAndDropsTheInkAndAnEmptyOneCountsForNothing) {
  BeginWithAnOverdueCase();
  const std::string plain = RunPiped({"due"}).out;
  environment_["NO_COLOR"] = "1";
  EXPECT_EQ(RunOnScreen({"due"}).out, plain);
  environment_["NO_COLOR"] = "";
  EXPECT_THAT(RunOnScreen({"due"}).out, HasSubstr(kEscape));
}

}  // namespace
}  // namespace opgang::cli
