// What is refused, what waits with it, and what a person decides of it. Committer's other half: committer.cc.
#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/engine/admission.h"
#include "server/engine/committer.h"
#include "server/engine/corrections.h"
#include "server/engine/placement.h"
#include "server/engine/referrals.h"
#include "server/engine/transaction.h"
#include "server/engine/verdicts.h"

namespace opgang {
namespace {

constexpr Refusal kBundlePartner{v1::REFUSAL_CODE_BUNDLE_PARTNER, 0};

// Of a store that was taken out of use it is not known that they came whole.
bool MayBeInPieces(const QuarantinedMutation& part) {
  const v1::RefusalCode code = CodeOf(part);
  return code == v1::REFUSAL_CODE_BAD_BUNDLE || code == v1::REFUSAL_CODE_REVOKED;
}

// A bundle that came in pieces must be there whole before it can take effect. One that came whole has shown that
// already: a part that is missing now was corrected by another mutation.
bool LacksParts(const std::vector<QuarantinedMutation>& parts) {
  if (std::none_of(parts.begin(), parts.end(), MayBeInPieces)) return false;
  for (size_t i = 0; i < parts.size(); ++i) {
    const v1::Bundle bundle = BundleOf(parts[i]);
    const bool alone = parts.size() == 1 && bundle.bundle_id().empty();
    if (!alone && (bundle.index() != i || bundle.count() != parts.size())) return true;
  }
  return false;
}

absl::Status CheckNotStolen(const QuarantinedMutation& item) {
  if (CodeOf(item) != v1::REFUSAL_CODE_STOLEN) return absl::OkStatus();
  return MakeError(ErrorCode::kBadInput, "it came from a stolen device: two people release or discard it");
}

// A person who replays decides by what the author may do now: whatever he might do at the time, it waits for nobody else.
Author AsOfToday(Author author) {
  author.role_since_us = 0;
  author.former_roles.clear();
  for (StoredGrant& grant : author.grants) grant.given_us = 0;
  return author;
}

FateDecision DecisionBy(v1::DecisionKind kind, std::string_view actor, absl::Time now,
                        v1::DecisionReason reason = v1::DECISION_REASON_UNSPECIFIED) {
  return {kind, std::string(actor), absl::ToUnixMicros(now), reason};
}

}  // namespace

absl::StatusOr<v1::Verdict> Committer::Quarantine(const Submission& submission,
                                                  const OpenedMutation& mutation, const Interval& recorded,
                                                  const Refusal& refusal, uint64_t told_at_rev) {
  const v1::Verdict verdict = QuarantinedVerdict(mutation, refusal);
  QuarantinedMutation item;
  item.mutation = LogEntry(*submission.author, mutation, submission.received, recorded, verdict);
  if (told_at_rev > 0) {
    item.mutation.fate.told = ToldAsApplied(mutation, told_at_rev);
  } else if (mutation.under_digest) {  // by the name that its author knows
    item.mutation.fate.told = verdict;
    item.mutation.fate.told->set_intent_id(mutation.intent.ToBytes());
  }
  item.record_type = mutation.envelope.record_type();
  item.opened = mutation.opened;
  item.queue_key_id = mutation.queue_key_id;
  item.wrapped_for_base = mutation.wrapped_for_base;
  RETURN_IF_ERROR(store_.PutQuarantine(item));
  return item.mutation.fate.told.value_or(verdict);
}

// The culprit with its own reason, its partners with theirs: a bundle is quarantined whole (I19). A rev is spent where the
// author is told that it took effect: that of the next one would say that it did not.
absl::StatusOr<Committer::Decided> Committer::QuarantineAll(const Submission& submission,
                                                            const std::vector<Interval>& recorded,
                                                            size_t culprit, const Admitted& refused) {
  uint64_t told_at_rev = 0;
  if (refused.refusal_tells_of_others && IsBlind(submission)) {
    ASSIGN_OR_RETURN(told_at_rev, store_.NextRev());
  }
  Decided verdicts;
  for (size_t i = 0; i < submission.mutations.size(); ++i) {
    const OpenedMutation& mutation = submission.mutations[i];
    const Refusal why = i == culprit ? *refused.refusal : mutation.refusal.value_or(kBundlePartner);
    ASSIGN_OR_RETURN(verdicts.emplace_back(),
                     Quarantine(submission, mutation, recorded[i], why, told_at_rev));
  }
  if (told_at_rev > 0) RETURN_IF_ERROR(NoteReferrals(store_, submission));
  return verdicts;
}

// Corrected mutations took effect: those they replace leave quarantine, and what waited with them is tried again.
absl::Status Committer::SettleReplaced(const Submission& submission, std::set<Scope>& touched) {
  std::vector<QuarantinedMutation> replaced;
  for (const OpenedMutation& mutation : submission.mutations) {
    ASSIGN_OR_RETURN(auto chain, ReplacedBy(store_, submission.author->staff_code, mutation));
    std::move(chain.begin(), chain.end(), std::back_inserter(replaced));
  }
  if (replaced.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto related, RelatedTo(replaced));
  const FateDecision decision =
      DecisionBy(v1::DECISION_KIND_CORRECTED, submission.author->staff_code, submission.received);
  for (const QuarantinedMutation& item : replaced) {
    const Fate& fate = item.mutation.fate;
    RETURN_IF_ERROR(store_.RemoveQuarantine(fate.intent));
    RETURN_IF_ERROR(store_.ChangeFate(fate.intent, fate.verdict, decision));
  }
  std::erase_if(related, [&](const auto& item) { return Contains(replaced, item.mutation.fate.intent); });
  return ReplayRelated(
      related, DecisionBy(v1::DECISION_KIND_REPLAYED, submission.author->staff_code, submission.received),
      touched);
}

// Everything in quarantine that hangs together with `items`: partners of their bundles, mutations of the same records,
// and their partners in turn; in the order in which it came.
absl::StatusOr<std::vector<QuarantinedMutation>> Committer::RelatedTo(
    const std::vector<QuarantinedMutation>& items) {
  ASSIGN_OR_RETURN(const std::vector<QuarantinedMutation> all, store_.Quarantine(std::nullopt));
  std::set<std::string> bundles;
  std::set<RecordId> records;
  for (const QuarantinedMutation& item : items) {
    bundles.insert(BundleKeyOf(item));
    records.insert(item.mutation.record);
  }
  bundles.erase("");
  const auto belongs = [&](const QuarantinedMutation& other) {
    return records.contains(other.mutation.record) || bundles.contains(BundleKeyOf(other));
  };
  for (size_t before = 0; before != bundles.size() + records.size();) {
    before = bundles.size() + records.size();
    for (const auto& other : all) {
      if (!belongs(other)) continue;
      records.insert(other.mutation.record);
      if (!BundleKeyOf(other).empty()) bundles.insert(BundleKeyOf(other));
    }
  }
  // What a stolen store handed in moves with nobody: two people say so of each (server/admin/stolen.h).
  std::vector<QuarantinedMutation> related;
  std::copy_if(all.begin(), all.end(), std::back_inserter(related),
               [&](const auto& other) { return belongs(other) && CodeOf(other) != v1::REFUSAL_CODE_STOLEN; });
  return related;
}

absl::Status Committer::ReplayRelated(const std::vector<QuarantinedMutation>& related,
                                      const FateDecision& decision, std::set<Scope>& touched) {
  std::set<IntentId> done;
  for (const QuarantinedMutation& item : related) {
    if (done.contains(item.mutation.fate.intent)) continue;
    std::vector<QuarantinedMutation> parts;
    const std::string bundle = BundleKeyOf(item);
    for (const QuarantinedMutation& other : related) {
      const bool same = bundle.empty() ? &other == &item : BundleKeyOf(other) == bundle;
      if (same) parts.push_back(other);
      if (same) done.insert(other.mutation.fate.intent);
    }
    RETURN_IF_ERROR(ReplayBundle(std::move(parts), decision, touched));
  }
  return absl::OkStatus();
}

// A quarantined mutation as it was before it was refused, judged by what this build knows today.
OpenedMutation Committer::Reopen(const QuarantinedMutation& item) const {
  OpenedMutation mutation;
  mutation.seq = item.mutation.fate.seq;
  mutation.intent = item.mutation.fate.intent;
  mutation.digest = item.mutation.fate.digest;
  mutation.envelope_bytes = item.mutation.envelope;
  mutation.payload_bytes = item.mutation.payload;
  mutation.opened = item.opened;
  CheckForm(mutation, schema_);
  return mutation;
}

absl::StatusOr<Author> Committer::AuthorOfItem(const QuarantinedMutation& item) {
  ASSIGN_OR_RETURN(Author author, AuthorOf(store_, item.mutation.author));
  author.replica = item.mutation.fate.replica;
  ASSIGN_OR_RETURN(author.device_label, store_.DeviceLabelOf(author.replica));
  return author;
}

// Each keeps its place; the culprit with its reason of today. What came in pieces and is whole by now says so.
absl::Status Committer::KeepQuarantined(const std::vector<QuarantinedMutation>& parts, size_t culprit,
                                        const Refusal& refusal, const FateDecision& decision) {
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool was_in_pieces = MayBeInPieces(parts[i]);
    if (i != culprit && !was_in_pieces) continue;
    const OpenedMutation mutation = Reopen(parts[i]);
    const v1::Verdict verdict = QuarantinedVerdict(mutation, i == culprit ? refusal : kBundlePartner);
    RETURN_IF_ERROR(store_.ChangeFate(mutation.intent, verdict, decision));
  }
  return absl::OkStatus();
}

// All parts take effect under one rev, or none does.
absl::Status Committer::ReplayBundle(std::vector<QuarantinedMutation> parts, const FateDecision& decision,
                                     std::set<Scope>& touched) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return BundleOf(a).index() < BundleOf(b).index(); });
  if (LacksParts(parts)) {
    for (const QuarantinedMutation& part : parts) {
      const Fate& fate = part.mutation.fate;
      RETURN_IF_ERROR(store_.ChangeFate(fate.intent, fate.verdict, decision));
    }
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(Author author, AuthorOfItem(parts[0]));
  if (decision.kind == v1::DECISION_KIND_REPLAYED) author = AsOfToday(std::move(author));
  RETURN_IF_ERROR(store_.BeginPart());
  for (const auto& part : parts) RETURN_IF_ERROR(store_.RemoveQuarantine(part.mutation.fate.intent));
  ASSIGN_OR_RETURN(const uint64_t rev, store_.NextRev());
  std::set<Scope> news;
  Concerned concerned;
  for (size_t i = 0; i < parts.size(); ++i) {
    const OpenedMutation mutation = Reopen(parts[i]);
    ASSIGN_OR_RETURN(Admitted admitted, Admit(store_, author, mutation, FromProto(parts[i].mutation.recorded),
                                              absl::FromUnixMicros(parts[i].mutation.received_us)));
    if (admitted.refusal.has_value()) {
      RETURN_IF_ERROR(store_.DropPart());
      return KeepQuarantined(parts, i, *admitted.refusal, decision);
    }
    admitted.record.rev = rev;
    RETURN_IF_ERROR(NoteSeat(author, mutation, admitted.record));
    RETURN_IF_ERROR(NoteLeader(author, admitted.record, absl::FromUnixMicros(decision.at_us)));
    RETURN_IF_ERROR(store_.PutRecord(admitted.record));
    news.insert(admitted.record.scopes.begin(), admitted.record.scopes.end());
    RETURN_IF_ERROR(NoteConcerned(store_, admitted.record, concerned));
    RETURN_IF_ERROR(store_.ChangeFate(mutation.intent, AppliedVerdict(mutation, rev, admitted), decision));
  }
  RETURN_IF_ERROR(SettlePlaces(store_, concerned, rev, absl::FromUnixMicros(decision.at_us), news));
  touched.merge(news);
  return store_.KeepPart();
}

absl::StatusOr<v1::Verdict> Committer::Replay(IntentId intent, std::string_view actor, absl::Time now,
                                              std::set<Scope>& touched, v1::DecisionReason reason) {
  if (actor.empty()) return MakeError(ErrorCode::kBadInput, "a decision names who made it");
  ASSIGN_OR_RETURN(const auto items, store_.Quarantine(intent));
  if (items.empty()) return MakeError(ErrorCode::kNotFound, "no such mutation in quarantine");
  RETURN_IF_ERROR(CheckNotStolen(items[0]));
  RETURN_IF_ERROR(InTransaction(store_, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto related, RelatedTo(items));
    RETURN_IF_ERROR(
        ReplayRelated(related, DecisionBy(v1::DECISION_KIND_REPLAYED, actor, now, reason), touched));
    return SettleSeats(now, touched);
  }));
  ASSIGN_OR_RETURN(const auto fate, store_.FateOf(intent));
  return fate->verdict;
}

absl::StatusOr<int> Committer::Discard(IntentId intent, std::string_view actor, absl::Time now,
                                       v1::DecisionReason reason, std::string_view first_actor) {
  if (actor.empty() || reason == v1::DECISION_REASON_UNSPECIFIED)
    return MakeError(ErrorCode::kBadInput, "a discard names who decided and why");
  ASSIGN_OR_RETURN(const auto items, store_.Quarantine(intent));
  if (items.empty()) return MakeError(ErrorCode::kNotFound, "no such mutation in quarantine");
  if (first_actor.empty()) RETURN_IF_ERROR(CheckNotStolen(items[0]));
  FateDecision decision = DecisionBy(v1::DECISION_KIND_DISCARDED, actor, now, reason);
  decision.first_actor = std::string(first_actor);
  const std::string bundle = BundleKeyOf(items[0]);
  int discarded = 0;
  RETURN_IF_ERROR(InTransaction(store_, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto all, store_.Quarantine(std::nullopt));
    for (const QuarantinedMutation& item : all) {
      const Fate& fate = item.mutation.fate;
      const bool partner = !bundle.empty() && BundleKeyOf(item) == bundle;
      if (fate.intent != intent && !partner) continue;
      RETURN_IF_ERROR(store_.RemoveQuarantine(fate.intent));
      RETURN_IF_ERROR(store_.ChangeFate(fate.intent, fate.verdict, decision));
      ++discarded;
    }
    return absl::OkStatus();
  }));
  return discarded;
}

}  // namespace opgang
