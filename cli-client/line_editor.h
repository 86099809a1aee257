// Lines by libedit, used without its history: what is typed here is personal data.
#ifndef OPGANG_CLI_CLIENT_LINE_EDITOR_H_
#define OPGANG_CLI_CLIENT_LINE_EDITOR_H_

#include <memory>
#include <optional>
#include <string>

#include "cli-client/terminal.h"

namespace opgang::cli {

// stdin and stderr of this process. Make one for the process and keep it: libedit throws away what was typed
// ahead when an editor ends.
class LineEditor {
 public:
  LineEditor();
  ~LineEditor();

  // One line: Tab completes, Ctrl-C and Ctrl-D leave (nullopt).
  std::optional<std::string> Edit(const LineRequest& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_LINE_EDITOR_H_
