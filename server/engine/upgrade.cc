// What a base makes of mutations that it had been too old for, once it has been upgraded: the rest of Committer.
#include <algorithm>
#include <set>
#include <utility>

#include "core/base/status_macros.h"
#include "server/engine/committer.h"
#include "server/engine/corrections.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

// Nothing but the upgrade was awaited: for its own sake, a partner's, or its record's create's.
bool AwaitedUpgrade(const QuarantinedMutation& item) {
  const v1::RefusalCode code = CodeOf(item);
  return code == v1::REFUSAL_CODE_SCHEMA_AHEAD || code == v1::REFUSAL_CODE_BUNDLE_PARTNER ||
         code == v1::REFUSAL_CODE_CREATE_QUARANTINED;
}

bool IsAhead(const OpenedMutation& mutation) {
  return mutation.refusal.has_value() && mutation.refusal->code == v1::REFUSAL_CODE_SCHEMA_AHEAD;
}

// Without `items` for which `stays` holds, and without the bundles that they are part of.
template <typename Stays>
void LeaveWithBundles(std::vector<QuarantinedMutation>& items, const Stays& stays) {
  std::set<std::string> bundles;
  for (const QuarantinedMutation& item : items) {
    if (stays(item)) bundles.insert(BundleKeyOf(item));
  }
  bundles.erase("");
  std::erase_if(items, [&](const QuarantinedMutation& item) {
    return stays(item) || bundles.contains(BundleKeyOf(item));
  });
}

}  // namespace

absl::StatusOr<int> Committer::ReplayAfterUpgrade(absl::Time now, std::set<Scope>& touched) {
  ASSIGN_OR_RETURN(std::vector<QuarantinedMutation> understood, store_.Quarantine(std::nullopt));
  const size_t before = understood.size();
  std::erase_if(understood, [&](const QuarantinedMutation& item) {
    return CodeOf(item) != v1::REFUSAL_CODE_SCHEMA_AHEAD || IsAhead(Reopen(item));
  });
  if (understood.empty()) return 0;
  ASSIGN_OR_RETURN(std::vector<QuarantinedMutation> related, RelatedTo(understood));
  LeaveWithBundles(related, [&](const QuarantinedMutation& item) {
    return !AwaitedUpgrade(item) || IsAhead(Reopen(item));
  });
  const FateDecision decision{v1::DECISION_KIND_UPGRADED, "", absl::ToUnixMicros(now)};
  RETURN_IF_ERROR(InTransaction(store_, [&] { return ReplayRelated(related, decision, touched); }));
  ASSIGN_OR_RETURN(const auto left, store_.Quarantine(std::nullopt));
  return static_cast<int>(before - left.size());
}

}  // namespace opgang
