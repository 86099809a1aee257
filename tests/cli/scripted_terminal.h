// A person made of a script: what is typed is given beforehand, what is shown is kept, and every keystroke is
// counted.
#ifndef OPGANG_TESTS_CLI_SCRIPTED_TERMINAL_H_
#define OPGANG_TESTS_CLI_SCRIPTED_TERMINAL_H_

#include <string>
#include <string_view>

#include "cli-client/completion.h"
#include "cli-client/layout.h"
#include "cli-client/terminal.h"
#include "core/base/error.h"

namespace opgang::cli {

class ScriptedTerminal : public Terminal {
 public:
  // Keys in the order in which they are pressed: '\n' is Enter, '\t' completes, '\x04' is Ctrl-D.
  void Type(std::string_view keys) { script_ += keys; }
  // No terminal: stdin is this text.
  void Pipe(std::string_view text) {
    can_prompt = false;
    input_ += text;
  }

  bool CanPrompt() const override { return can_prompt; }
  bool HasScreen() const override { return has_screen; }
  int Width() const override { return width; }
  void Out(std::string_view text) override { out += text; }
  void Err(std::string_view text) override { err += text; }

  Key ReadKey(std::string_view question) override {
    err += question;
    if (script_.empty()) return Starve();
    const std::string text = Take();
    if (text == "\n") return {Key::Kind::kEnter, {}};
    if (text == "\x04") return {Key::Kind::kEnd, {}};
    return {Key::Kind::kCharacter, text};
  }

  std::optional<std::string> ReadLine(const LineRequest& request) override {
    err += request.prompt;
    std::string line;
    for (;;) {
      if (script_.empty()) {
        Starve();
        return std::nullopt;
      }
      const std::string text = Take();
      if (text == "\x04") return std::nullopt;
      if (text == "\n") return line;
      if (text != "\t") {
        line += text;
      } else if (request.candidates != nullptr) {
        line = Complete(line, *request.candidates).line;
      }
    }
  }

  std::optional<SecretBytes> ReadSecret(std::string_view prompt) override {
    const auto line = ReadLine({std::string(prompt), nullptr});
    if (!line) return std::nullopt;
    return SecretBytes(*line);
  }

  std::optional<std::string> NextInputLine() override {
    if (input_.empty()) return std::nullopt;
    const size_t end = std::min(input_.find('\n'), input_.size());
    std::string line = input_.substr(0, end);
    input_.erase(0, end + 1);
    return line;
  }

  absl::StatusOr<std::string> ReadAllInput(size_t limit) override {
    if (input_.size() > limit) return MakeError(ErrorCode::kBadInput, "too long");
    return std::exchange(input_, {});
  }

  bool Interrupted() override { return interrupted; }

  int keystrokes = 0;
  bool starved = false;  // something was asked for after the script had ended
  bool can_prompt = true;
  bool has_screen = false;
  bool interrupted = false;
  int width = 80;
  std::string out;
  std::string err;

 private:
  std::string Take() {
    const std::string text(FirstCharacter(script_));
    script_.erase(0, text.size());
    ++keystrokes;
    return text;
  }
  Key Starve() {
    starved = true;
    return {};
  }

  std::string script_;
  std::string input_;
};

}  // namespace opgang::cli

#endif  // OPGANG_TESTS_CLI_SCRIPTED_TERMINAL_H_
