// The seam between the client and the person: a screen, keys, lines and secrets. Production's is
// posix_terminal.h; tests script one and count its keystrokes.
//
// Results go to Out (stdout), prompts and everything else to Err (stderr), so that `--json` output stays
// clean. Nothing that is typed is kept: no history in memory or in a file.
#ifndef OPGANG_CLI_CLIENT_TERMINAL_H_
#define OPGANG_CLI_CLIENT_TERMINAL_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/sealing/secret.h"

namespace opgang::cli {

// One key press.
struct Key {
  enum class Kind {
    kCharacter,  // `text` holds one character, UTF-8
    kEnter,
    kBackspace,
    kEscape,
    kEnd,  // Ctrl-D, Ctrl-C, or no more input
    kOther,
  };
  Kind kind = Kind::kEnd;
  std::string text;
};

struct LineRequest {
  std::string prompt;
  // What Tab completes to (completion.h); may be null. Must outlive the call.
  const std::vector<std::string>* candidates = nullptr;
};

// Lives on one thread.
class Terminal {
 public:
  virtual ~Terminal() = default;

  // A person can be asked: stdin and stderr are terminals.
  virtual bool CanPrompt() const = 0;
  // stdout is a terminal: colours and a line that is drawn again are welcome.
  virtual bool HasScreen() const = 0;
  // Columns; 80 where unknown.
  virtual int Width() const = 0;

  virtual void Out(std::string_view text) = 0;
  virtual void Err(std::string_view text) = 0;

  // Shows `question`, then waits for one key, without Enter and without echo. What is typed while the
  // question is being drawn counts.
  virtual Key ReadKey(std::string_view question) = 0;
  // One edited line without its newline. nullopt: the person left (Ctrl-D, Ctrl-C) or input ended.
  virtual std::optional<std::string> ReadLine(const LineRequest& request) = 0;
  // As ReadLine, with nothing on the screen.
  virtual std::optional<SecretBytes> ReadSecret(std::string_view prompt) = 0;

  // For scripts: the next line of stdin where it is no terminal. nullopt: input ended.
  virtual std::optional<std::string> NextInputLine() = 0;
  // All of stdin. kBadInput where it is over `limit` bytes.
  virtual absl::StatusOr<std::string> ReadAllInput(size_t limit) = 0;

  // From the first call on, Ctrl-C no longer ends the process but makes this true: for sync and the live
  // board.
  virtual bool Interrupted() = 0;
};

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_TERMINAL_H_
