// The real terminal, on a pseudo-terminal: keys, edited lines with completion, hidden secrets, leaving.
#include "cli-client/posix_terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <functional>
#include <string>

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// What stood on the screen when the child had ended, and its exit code.
struct Screen {
  std::string text;
  int exit = -1;
};

// Reads until `wanted` stands on the screen, or the child has ended.
bool ReadUntil(int fd, const std::string& wanted, std::string& screen) {
  constexpr int kPatienceMs = 5000;
  while (screen.find(wanted) == std::string::npos || wanted.empty()) {
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, kPatienceMs) <= 0) return false;
    char block[512];
    const ssize_t n = read(fd, block, sizeof block);
    if (n <= 0) return false;
    screen.append(block, static_cast<size_t>(n));
  }
  return true;
}

// Runs `talk` in a child on a terminal of its own; types `keys` once the prompt stands there. What `talk`
// returns is printed between brackets.
Screen OnATerminal(const std::function<std::string(PosixTerminal&)>& talk, const std::string& prompt,
                   const std::string& keys) {
  int fd = -1;
  winsize size{24, 80, 0, 0};
  const pid_t child = forkpty(&fd, nullptr, nullptr, &size);
  if (child == 0) {
    setenv("TERM", "xterm", 1);
    PosixTerminal terminal;
    terminal.Out("[" + talk(terminal) + "]\n");
    termios mode{};
    tcgetattr(STDIN_FILENO, &mode);
    _exit((mode.c_lflag & ECHO) != 0 && (mode.c_lflag & ICANON) != 0 ? 0 : 1);
  }
  Screen screen;
  EXPECT_GT(child, 0) << "this machine gives no pseudo-terminal";
  if (child < 0) return screen;  // kill(-1) would end every process there is
  EXPECT_TRUE(ReadUntil(fd, prompt, screen.text));
  EXPECT_EQ(write(fd, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  ReadUntil(fd, "", screen.text);
  kill(child, SIGKILL);  // in vain where it has ended, as it should have
  int status = 0;
  waitpid(child, &status, 0);
  close(fd);
  screen.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return screen;
}

std::string Line(PosixTerminal& terminal, const std::vector<std::string>* candidates = nullptr) {
  return terminal.ReadLine({"Where: ", candidates}).value_or("(left)");
}

TEST(PosixTerminal, ALineIsEditedByCharactersNotBytes) {
  const Screen screen = OnATerminal([](PosixTerminal& t) { return Line(t); }, "Where: ",
                                    "Ågædø\x7f\x7f"
                                    "de 3\r");
  EXPECT_THAT(screen.text, HasSubstr("[Ågæde 3]"));
  EXPECT_EQ(screen.exit, 0) << "the terminal is as it was";
}

TEST(PosixTerminal, TabCompletesWithDanishFolding) {
  const std::vector<std::string> streets = {"Humlebakken 1", "Ågade 3"};
  const Screen screen =
      OnATerminal([&](PosixTerminal& t) { return Line(t, &streets); }, "Where: ", "aag\t\r");
  EXPECT_THAT(screen.text, HasSubstr("[Ågade 3]"));
}

TEST(PosixTerminal, CtrlCAndCtrlDLeaveALineAndTheTerminalIsAsItWas) {
  for (const char* key : {"\x03", "\x04"}) {
    const Screen screen =
        OnATerminal([](PosixTerminal& t) { return Line(t); }, "Where: ", std::string("") + key);
    EXPECT_THAT(screen.text, HasSubstr("[(left)]"));
    EXPECT_EQ(screen.exit, 0);
  }
}

TEST(PosixTerminal, TypedTextIsNotThereAtTheNextPrompt) {
  const Screen screen = OnATerminal(
      [](PosixTerminal& t) {
        Line(t);
        return Line(t);
      },
      "Where: ", "Amina\r\x1b[A\r");
  EXPECT_THAT(screen.text, HasSubstr("[]"));
}

TEST(PosixTerminal, ASecretIsNotShownAndBackspaceTakesAWholeCharacter) {
  const Screen screen = OnATerminal(
      [](PosixTerminal& t) {
        const auto secret = t.ReadSecret("Passphrase: ");
        return std::to_string(secret->size()) + (secret->Reveal() == "grøn" ? " right" : " wrong");
      },
      "Passphrase: ", "grønæ\x7f\r");
  EXPECT_THAT(screen.text, HasSubstr("[5 right]"));
  EXPECT_THAT(screen.text, Not(HasSubstr("gr")));
  EXPECT_EQ(screen.exit, 0);
}

TEST(PosixTerminal, OneKeyIsEnoughAndAnArrowIsOneKey) {
  const Screen screen = OnATerminal(
      [](PosixTerminal& t) {
        const Key arrow = t.ReadKey("Key: ");
        const Key letter = t.ReadKey("");
        const Key enter = t.ReadKey("");
        const bool right =
            arrow.kind == Key::Kind::kOther && letter.text == "ø" && enter.kind == Key::Kind::kEnter;
        return std::string(right ? "right" : "wrong");
      },
      "Key: ", "\x1b[Aø\r");
  EXPECT_THAT(screen.text, HasSubstr("[right]"));
}

}  // namespace
}  // namespace opgang::cli
