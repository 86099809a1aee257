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

// What a quarantined mutation says of itself.
v1::Bundle BundleOf(const QuarantinedMutation& item);
// The same for all parts of one bundle; empty: it stands alone. Bundle ids are made by devices: another author's is
// another bundle.
std::string BundleKeyOf(const QuarantinedMutation& item);
v1::RefusalCode CodeOf(const QuarantinedMutation& item);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_CORRECTIONS_H_
