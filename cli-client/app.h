// The program without its main: reads the command line, runs one verb, says how it went.
#ifndef OPGANG_CLI_CLIENT_APP_H_
#define OPGANG_CLI_CLIENT_APP_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli-client/context.h"

namespace CLI {
class App;
}

namespace opgang::cli {

// Where the verbs put themselves (verbs/verbs.h).
class VerbTable {
 public:
  VerbTable(CLI::App& app, const Texts& texts, GlobalOptions& options);

  using Run = std::function<absl::Status(Context&)>;
  // A command; its help is the text "help.<name>". A nested one is named "outbox.show".
  CLI::App* Add(const std::string& name, Run run);
  // A command that only holds others.
  CLI::App* AddGroup(const std::string& name);
  // --json-input, for a command that writes.
  void TakesJson(CLI::App* verb);
  std::string T(std::string_view id) const { return texts_(id); }

  const Run& chosen() const { return chosen_; }

 private:
  CLI::App& app_;
  const Texts& texts_;
  GlobalOptions& options_;
  Run chosen_;
};

// Runs `arguments` (without the program's name); returns the exit code (docs/errors.md).
int RunApp(const std::vector<std::string>& arguments, const Wiring& wiring);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_APP_H_
