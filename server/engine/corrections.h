// Corrected mutations and what they correct: the author's own, of the same record, still in quarantine.
#ifndef OPGANG_SERVER_ENGINE_CORRECTIONS_H_
#define OPGANG_SERVER_ENGINE_CORRECTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

// What `mutation` corrects, and what that one corrected before it.
absl::StatusOr<std::vector<QuarantinedMutation>> ReplacedBy(BaseStore& store, std::string_view author,
                                                            const OpenedMutation& mutation);
// The intent id of the refused mutation that this one corrects; empty where it corrects none or is not readable.
std::string ReplacedIdIn(const QuarantinedMutation& item);
bool Contains(const std::vector<QuarantinedMutation>& items, IntentId intent);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_CORRECTIONS_H_
