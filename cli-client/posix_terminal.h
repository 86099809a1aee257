// The person's terminal: termios for keys and secrets, libedit for lines.
#ifndef OPGANG_CLI_CLIENT_POSIX_TERMINAL_H_
#define OPGANG_CLI_CLIENT_POSIX_TERMINAL_H_

#include "cli-client/line_editor.h"
#include "cli-client/terminal.h"

namespace opgang::cli {

// stdin, stdout and stderr of this process. Make one for each process.
class PosixTerminal : public Terminal {
 public:
  PosixTerminal();

  bool CanPrompt() const override;
  bool HasScreen() const override;
  int Width() const override;
  void Out(std::string_view text) override;
  void Err(std::string_view text) override;
  Key ReadKey(std::string_view question) override;
  std::optional<std::string> ReadLine(const LineRequest& request) override;
  std::optional<SecretBytes> ReadSecret(std::string_view prompt) override;
  std::optional<std::string> NextInputLine() override;
  absl::StatusOr<std::string> ReadAllInput(size_t limit) override;
  bool Interrupted() override;

 private:
  LineEditor editor_;
  bool watching_ = false;
};

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_POSIX_TERMINAL_H_
