// opgang sync --explain: each decision of a sync in a line, from what was noted where it was made (opgang/decisions.h).
// Handles, codes and numbers; never what a record says.
#ifndef OPGANG_CLI_CLIENT_SYNC_EXPLANATION_H_
#define OPGANG_CLI_CLIENT_SYNC_EXPLANATION_H_

#include <vector>

#include "cli-client/context.h"
#include "opgang/decisions.h"

namespace opgang::cli {

// In the order in which they were made.
void SayExplanation(const Context& context, const std::vector<SyncDecision>& decisions);
Json ExplanationJson(const Context& context, const std::vector<SyncDecision>& decisions);

}  // namespace opgang::cli

#endif  // OPGANG_CLI_CLIENT_SYNC_EXPLANATION_H_
