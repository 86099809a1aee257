#include "cli-client/posix_terminal.h"

#include <locale.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "cli-client/raw_mode.h"
#include "core/base/error.h"

namespace opgang::cli {
namespace {

constexpr char kCtrlC = 3;
constexpr char kCtrlD = 4;
constexpr size_t kMaxLine = 64 * 1024;

volatile sig_atomic_t interrupted = 0;
void OnInterrupt(int) { interrupted = 1; }

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

std::optional<char> ReadByte() {
  char byte;
  for (;;) {
    const ssize_t n = read(STDIN_FILENO, &byte, 1);
    if (n == 1) return byte;
    if (n < 0 && errno == EINTR && !interrupted) continue;
    return std::nullopt;
  }
}

int ContinuationBytes(unsigned char lead) {
  if (lead >= 0xf0) return 3;
  if (lead >= 0xe0) return 2;
  return lead >= 0xc0 ? 1 : 0;
}

bool InputWaits() {
  int waiting = 0;
  return ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0;
}

// An arrow or a function key arrives at once: ESC, "[" or "O", parameters, one final byte (ECMA-48). Swallows
// the rest of it; ESC by itself is the Escape key.
Key AfterEscape() {
  if (!InputWaits()) return {Key::Kind::kEscape, {}};
  const auto introducer = ReadByte();
  if (introducer == '[' || introducer == 'O') {
    for (auto byte = ReadByte(); byte && (*byte < 0x40 || *byte > 0x7e); byte = ReadByte()) continue;
  }
  return {Key::Kind::kOther, {}};
}

Key KeyOf(char byte) {
  switch (byte) {
    case kCtrlC:
    case kCtrlD: return {Key::Kind::kEnd, {}};
    case '\r':
    case '\n': return {Key::Kind::kEnter, {}};
    case 8:
    case 127: return {Key::Kind::kBackspace, {}};
    case 27: return AfterEscape();
    default: break;
  }
  if (static_cast<unsigned char>(byte) < 32) return {Key::Kind::kOther, {}};
  std::string text(1, byte);
  for (int i = ContinuationBytes(static_cast<unsigned char>(byte)); i > 0; --i) {
    if (auto next = ReadByte()) text += *next;
  }
  return {Key::Kind::kCharacter, text};
}

void EraseLastCharacter(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  if (!text.empty()) text.pop_back();
}

}  // namespace

PosixTerminal::PosixTerminal() {
  // Bytes on a terminal are UTF-8 whatever LANG says: a fresh machine has no other locale than this one.
  setlocale(LC_CTYPE, "C.UTF-8");
}

bool PosixTerminal::CanPrompt() const { return isatty(STDIN_FILENO) && isatty(STDERR_FILENO); }

bool PosixTerminal::HasScreen() const {
  const char* kind = getenv("TERM");
  return isatty(STDOUT_FILENO) && !(kind != nullptr && std::string_view(kind) == "dumb");
}

int PosixTerminal::Width() const {
  winsize size{};
  for (int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::max<int>(size.ws_col, 40);
  }
  return 80;
}

void PosixTerminal::Out(std::string_view text) { WriteAll(STDOUT_FILENO, text); }
void PosixTerminal::Err(std::string_view text) { WriteAll(STDERR_FILENO, text); }

Key PosixTerminal::ReadKey(std::string_view question) {
  RawMode raw;
  Err(question);
  const auto byte = ReadByte();
  return byte ? KeyOf(*byte) : Key{};
}

std::optional<std::string> PosixTerminal::ReadLine(const LineRequest& request) {
  return editor_.Edit(request);
}

std::optional<SecretBytes> PosixTerminal::ReadSecret(std::string_view prompt) {
  RawMode raw;
  Err(prompt);
  std::string typed;
  std::optional<SecretBytes> secret;
  for (auto byte = ReadByte(); byte; byte = ReadByte()) {
    const Key key = KeyOf(*byte);
    if (key.kind == Key::Kind::kEnd) break;
    if (key.kind == Key::Kind::kBackspace) EraseLastCharacter(typed);
    if (key.kind == Key::Kind::kCharacter && typed.size() < kMaxLine) typed += key.text;
    if (key.kind == Key::Kind::kEnter) {
      secret = SecretBytes(typed);
      break;
    }
  }
  std::fill(typed.begin(), typed.end(), '\0');
  Err("\n");
  return secret;
}

std::optional<std::string> PosixTerminal::NextInputLine() {
  if (isatty(STDIN_FILENO)) return std::nullopt;  // a secret would stand on the screen
  std::string line;
  for (auto byte = ReadByte(); byte; byte = ReadByte()) {
    if (*byte == '\n') return line;
    if (*byte != '\r' && line.size() < kMaxLine) line += *byte;
  }
  if (line.empty()) return std::nullopt;
  return line;
}

absl::StatusOr<std::string> PosixTerminal::ReadAllInput(size_t limit) {
  std::string all;
  char block[4096];
  for (;;) {
    const ssize_t n = read(STDIN_FILENO, block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return MakeError(ErrorCode::kBadInput, "stdin cannot be read");
    if (n == 0) return all;
    if (all.size() + static_cast<size_t>(n) > limit)
      return MakeError(ErrorCode::kBadInput, "stdin is too long");
    all.append(block, static_cast<size_t>(n));
  }
}

bool PosixTerminal::Interrupted() {
  if (!watching_) {
    watching_ = true;
    struct sigaction action {};
    action.sa_handler = OnInterrupt;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
  }
  return interrupted != 0;
}

}  // namespace opgang::cli
