#include "server/engine/corrections.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "core/packing/packing.h"

namespace opgang {

std::string ReplacedIdIn(const QuarantinedMutation& item) {
  v1::MutationPayload payload;
  return item.opened && ParsePayload(item.mutation.payload, payload) ? payload.replaces_intent_id() : "";
}

bool Contains(const std::vector<QuarantinedMutation>& items, IntentId intent) {
  return std::any_of(items.begin(), items.end(),
                     [&](const QuarantinedMutation& item) { return item.mutation.fate.intent == intent; });
}

v1::Bundle BundleOf(const QuarantinedMutation& item) {
  v1::MutationEnvelope envelope;
  return envelope.ParseFromString(item.mutation.envelope) ? envelope.bundle() : v1::Bundle();
}

std::string BundleKeyOf(const QuarantinedMutation& item) {
  const v1::Bundle bundle = BundleOf(item);
  return bundle.bundle_id().empty() ? "" : bundle.bundle_id() + item.mutation.author;
}

v1::RefusalCode CodeOf(const QuarantinedMutation& item) {
  return item.mutation.fate.verdict.quarantined().code();
}

absl::StatusOr<std::vector<QuarantinedMutation>> ReplacedBy(BaseStore& store, std::string_view author,
                                                            const OpenedMutation& mutation) {
  std::vector<QuarantinedMutation> chain;
  auto next = IntentId::FromBytes(mutation.payload.replaces_intent_id());
  while (next.has_value() && !Contains(chain, *next)) {
    ASSIGN_OR_RETURN(auto items, store.Quarantine(*next));
    // Of a stolen store's work two people decide, and not a correction.
    const bool own = !items.empty() && items[0].mutation.author == author &&
                     CodeOf(items[0]) != v1::REFUSAL_CODE_STOLEN &&
                     items[0].mutation.record.ToBytes() == mutation.envelope.record_id();
    if (!own) break;
    next = IntentId::FromBytes(ReplacedIdIn(items[0]));
    chain.push_back(std::move(items[0]));
  }
  return chain;
}

}  // namespace opgang
