// What may be wrong with a device, looked for one thing after another. Changes nothing.
#ifndef OPGANG_CLI_CLIENT_DOCTOR_H_
#define OPGANG_CLI_CLIENT_DOCTOR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli-client/context.h"

namespace opgang::cli {

struct Finding {
  std::string about;  // "home", "store", "keys", "clock", "sync", "queue", "base": for programs
  std::string mark;   // "good", "note" or "bad"
  std::string words;
  absl::Status status;  // of "bad": becomes the exit code
};

// `ask_base`: also tries to reach the base (at most 5 seconds).
std::vector<Finding> Examine(Context& context, bool ask_base);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_DOCTOR_H_
