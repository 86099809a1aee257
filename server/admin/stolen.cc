#include "server/admin/stolen.h"

#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/conflicts.h"
#include "server/engine/corrections.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

bool IsStolen(const QuarantinedMutation& item) { return CodeOf(item) == v1::REFUSAL_CODE_STOLEN; }

// The named one, and the other parts of its bundle.
absl::StatusOr<std::vector<QuarantinedMutation>> PartsOf(BaseStore& store, IntentId intent) {
  ASSIGN_OR_RETURN(const auto named, store.Quarantine(intent));
  if (named.empty() || !IsStolen(named[0]))
    return MakeError(ErrorCode::kNotFound, "nothing of a stolen device waits under that id");
  const std::string bundle = BundleKeyOf(named[0]);
  if (bundle.empty()) return named;
  ASSIGN_OR_RETURN(auto all, store.Quarantine(std::nullopt));
  std::erase_if(all, [&](const auto& item) { return !IsStolen(item) || BundleKeyOf(item) != bundle; });
  return all;
}

// Where it does not open it stays as it came, and is refused for that from now on.
void OpenWith(const BoxKeyPair& keys, QuarantinedMutation& item) {
  const auto secret = OpenSealedBox(keys, item.wrapped_for_base);
  if (!secret.ok() || secret->size() != 32) return;
  auto plain = Open(SecretBytes(*secret), item.mutation.payload, item.mutation.envelope);
  if (!plain.ok()) return;
  item.mutation.payload = *std::move(plain);
  item.opened = true;
}

absl::Status Release(BaseStore& store, const BoxKeyPair& keys, std::vector<QuarantinedMutation>& parts,
                     const FateDecision& decision) {
  for (QuarantinedMutation& item : parts) {
    if (!item.opened) OpenWith(keys, item);
    if (item.opened) RETURN_IF_ERROR(store.PutOpened(item));
    v1::Verdict verdict = item.mutation.fate.verdict;
    verdict.mutable_quarantined()->set_code(v1::REFUSAL_CODE_REVOKED);
    RETURN_IF_ERROR(store.ChangeFate(item.mutation.fate.intent, verdict, decision));
    RETURN_IF_ERROR(store.DropStolenWord(item.mutation.fate.intent));
  }
  return absl::OkStatus();
}

absl::Status NoteFirst(BaseStore& store, IntentId intent, const v1::SettleStolenRequest& request,
                       absl::Time now) {
  v1::StolenWord word;
  word.set_discard(request.discard());
  word.set_actor(request.actor());
  word.set_at_us(absl::ToUnixMicros(now));
  return InTransaction(store, [&]() -> absl::Status {
    RETURN_IF_ERROR(store.PutStolenWord(intent, word));
    return store.Audit(word.actor(), word.discard() ? "stolen-discard-first" : "stolen-release-first",
                       intent.ToBytes(), word.at_us());
  });
}

absl::Status CheckWord(BaseReader& store, const v1::SettleStolenRequest& request) {
  RETURN_IF_ERROR(PersonWhoDecides(store, request.actor()).status());
  if (request.discard() && request.reason() == v1::DECISION_REASON_UNSPECIFIED)
    return MakeError(ErrorCode::kBadInput, "a discard names who decided and why");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::SettleStolenResponse> SettleStolen(BaseStore& store, Committer& committer,
                                                      const BoxKeyPair& base_keys,
                                                      const v1::SettleStolenRequest& request, absl::Time now,
                                                      std::set<Scope>& touched) {
  RETURN_IF_ERROR(CheckWord(store, request));
  const IntentId intent = IntentId::FromBytes(request.intent_id()).value_or(IntentId());
  ASSIGN_OR_RETURN(auto parts, PartsOf(store, intent));
  // Of a bundle it stands at its first part, whichever was named.
  const IntentId bearer = parts[0].mutation.fate.intent;
  ASSIGN_OR_RETURN(const auto first, store.FindStolenWord(bearer));
  v1::SettleStolenResponse response;
  if (!first.has_value() || first->discard() != request.discard()) {
    response.set_waits_for_second(true);
    RETURN_IF_ERROR(NoteFirst(store, bearer, request, now));
    return response;
  }
  if (first->actor() == request.actor())
    return MakeError(ErrorCode::kBadInput, "another person has to say the same");
  if (request.discard()) {
    ASSIGN_OR_RETURN(const int discarded,
                     committer.Discard(intent, request.actor(), now, request.reason(), first->actor()));
    response.set_discarded(discarded);
    RETURN_IF_ERROR(InTransaction(store, [&] { return store.DropStolenWord(bearer); }));
    return response;
  }
  const FateDecision decision{v1::DECISION_KIND_RELEASED, request.actor(), absl::ToUnixMicros(now),
                              v1::DECISION_REASON_UNSPECIFIED, first->actor()};
  RETURN_IF_ERROR(InTransaction(store, [&] { return Release(store, base_keys, parts, decision); }));
  ASSIGN_OR_RETURN(*response.mutable_verdict(), committer.Replay(intent, request.actor(), now, touched));
  return response;
}

}  // namespace opgang
