// Saving a bundle and saying so: one way for every command that writes.
#ifndef OPGANG_CLI_CLIENT_SAVING_H_
#define OPGANG_CLI_CLIENT_SAVING_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "cli-client/context.h"

namespace opgang::cli {

// Saves; on success prints `words` with the unsent count, or "opgang/saved/1" under --json.
absl::Status SaveAndTell(Context& context, const Bundle& bundle, std::string_view words);

// The records that a bundle touches, in its order.
std::vector<RecordId> RecordsOf(const Bundle& bundle);

// The second half alone, for a bundle that was saved in several steps.
void TellSaved(const Context& context, const std::vector<RecordId>& records, std::string_view words);

// "Unsent: 3" and, where there are any, "needs attention: 1". Always the queue's own numbers.
std::string UnsentWords(const Context& context);
Json UnsentJson(const Context& context);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_SAVING_H_
