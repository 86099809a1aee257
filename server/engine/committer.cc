#include "server/engine/committer.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/engine/admission.h"
#include "server/engine/corrections.h"
#include "server/engine/placement.h"
#include "server/engine/referrals.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr Refusal kBundlePartner{v1::REFUSAL_CODE_BUNDLE_PARTNER, 0};
constexpr Refusal kBadBundle{v1::REFUSAL_CODE_BAD_BUNDLE, 0};

using MaybeVerdict = std::optional<v1::Verdict>;

// What the log calls a mutation whose envelope names no id: its digest, which is as unique.
IntentId LogIdOf(const OpenedMutation& mutation) {
  if (!mutation.intent.empty() && !mutation.under_digest) return mutation.intent;
  return IntentId::FromBytes(mutation.digest).value_or(IntentId());
}

v1::Verdict VerdictFor(const OpenedMutation& mutation) {
  v1::Verdict verdict;
  verdict.set_seq(mutation.seq);
  verdict.set_intent_id(LogIdOf(mutation).ToBytes());
  return verdict;
}

v1::Verdict IdReusedVerdict(const OpenedMutation& mutation) {
  v1::Verdict verdict = VerdictFor(mutation);
  verdict.mutable_id_reused();
  return verdict;
}

// For a group that was not committed.
v1::RetryReason RetryReasonFor(const absl::Status& status) {
  return GetErrorCode(status) == ErrorCode::kDiskFull ? v1::RETRY_REASON_DISK_FULL
                                                      : v1::RETRY_REASON_SHUTTING_DOWN;
}

std::vector<v1::Verdict> RetryLater(const Submission& submission, v1::RetryReason reason) {
  std::vector<v1::Verdict> verdicts;
  for (const OpenedMutation& mutation : submission.mutations) {
    v1::Verdict& verdict = verdicts.emplace_back();
    verdict.set_seq(mutation.seq);
    verdict.set_intent_id(mutation.intent.ToBytes());
    verdict.mutable_retry_later()->set_reason(reason);
  }
  return verdicts;
}

v1::Verdict QuarantinedVerdict(const OpenedMutation& mutation, const Refusal& refusal) {
  v1::Verdict verdict = VerdictFor(mutation);
  verdict.mutable_quarantined()->set_code(refusal.code);
  verdict.mutable_quarantined()->set_field(refusal.field);
  return verdict;
}

// For the author who may write and not read: as if it had taken effect.
v1::Verdict ToldAsApplied(const OpenedMutation& mutation, uint64_t rev) {
  v1::Verdict verdict;
  verdict.set_seq(mutation.seq);
  verdict.set_intent_id(mutation.intent.ToBytes());
  verdict.mutable_applied()->set_rev(rev);
  return verdict;
}

v1::Verdict AppliedVerdict(const OpenedMutation& mutation, uint64_t rev, const Admitted& admitted) {
  v1::Verdict verdict = VerdictFor(mutation);
  verdict.mutable_applied()->set_rev(rev);
  for (uint32_t field : admitted.conflict_fields) verdict.mutable_applied()->add_conflict_fields(field);
  for (const v1::MergedField& merged : admitted.merged) *verdict.mutable_applied()->add_merged() = merged;
  return verdict;
}

v1::InstantInterval ToProto(const Interval& interval) {
  v1::InstantInterval proto;
  proto.set_earliest_us(absl::ToUnixMicros(interval.earliest));
  proto.set_latest_us(absl::ToUnixMicros(interval.latest));
  return proto;
}

Interval FromProto(const v1::InstantInterval& proto) {
  return {absl::FromUnixMicros(proto.earliest_us()), absl::FromUnixMicros(proto.latest_us())};
}

LoggedMutation LogEntry(const Author& author, const OpenedMutation& mutation, absl::Time received,
                        const Interval& recorded, const v1::Verdict& verdict) {
  LoggedMutation entry;
  entry.fate = {LogIdOf(mutation), author.replica, mutation.seq, mutation.digest, verdict};
  entry.record = RecordId::FromBytes(mutation.envelope.record_id()).value_or(RecordId());
  entry.subject = RecordId::FromBytes(mutation.envelope.subject_id()).value_or(RecordId());
  entry.author = author.staff_code;
  entry.received_us = absl::ToUnixMicros(received);
  entry.recorded = ToProto(recorded);
  entry.envelope = mutation.envelope_bytes;
  entry.payload = mutation.payload_bytes;
  return entry;
}

v1::Verdict ErasedVerdict(const OpenedMutation& mutation) {
  v1::Verdict verdict = VerdictFor(mutation);
  verdict.mutable_erased();
  return verdict;
}

// A place that is taken, and nothing else: without it the next mutation of this replica would seem to pass one over.
LoggedMutation ErasedEntry(const Submission& submission, const OpenedMutation& mutation) {
  LoggedMutation entry;
  entry.fate = {LogIdOf(mutation), submission.author.replica, mutation.seq, "", ErasedVerdict(mutation)};
  entry.author = submission.author.staff_code;
  entry.received_us = absl::ToUnixMicros(submission.received);
  return entry;
}

// Two parts of one submission under one id or in one place.
bool HasTwins(const std::vector<OpenedMutation>& mutations) {
  std::set<IntentId> intents;
  std::set<uint64_t> places;
  return !std::all_of(mutations.begin(), mutations.end(), [&](const OpenedMutation& mutation) {
    return intents.insert(LogIdOf(mutation)).second && places.insert(mutation.seq).second;
  });
}

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

bool IsBlind(const Submission& submission) {
  return std::any_of(
      submission.mutations.begin(), submission.mutations.end(),
      [&](const OpenedMutation& mutation) { return WritesBlind(submission.author, mutation.envelope); });
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

Answers AllRetryLater(const std::vector<Submission>& group, const absl::Status& status) {
  Answers answers{.status = status};
  for (const Submission& submission : group)
    answers.verdicts.push_back(RetryLater(submission, RetryReasonFor(status)));
  return answers;
}

// Decided again, a group is decided as if for the first time (I8).
absl::StatusOr<CommitOutcome> Committer::Commit(const std::vector<Submission>& group) {
  const auto before = std::make_tuple(seats_moved_, uncovered_, split_, held_back_);
  auto outcome = CommitInOne(group);
  const bool again = torn_ && !in_parts_;
  in_parts_ = torn_;
  if (!again) return outcome;
  std::tie(seats_moved_, uncovered_, split_, held_back_) = before;
  return CommitInOne(group);
}

absl::StatusOr<CommitOutcome> Committer::CommitInOne(const std::vector<Submission>& group) {
  CommitOutcome outcome;
  standings_.clear();
  torn_ = false;
  RETURN_IF_ERROR(InTransaction(store_, [&] { return DecideGroup(group, outcome); }));
  return outcome;
}

absl::Status Committer::DecideGroup(const std::vector<Submission>& group, CommitOutcome& outcome) {
  for (const Submission& submission : group) {
    if (held_back_.contains(submission.author.replica)) {
      outcome.verdicts.push_back(RetryLater(submission, v1::RETRY_REASON_DISK_FULL));
      continue;
    }
    ASSIGN_OR_RETURN(const bool stands, AuthorityStands(submission.author));
    if (!stands) {
      held_back_.insert(submission.author.replica);
      outcome.verdicts.push_back(RetryLater(submission, v1::RETRY_REASON_SHUTTING_DOWN));
      continue;
    }
    ASSIGN_OR_RETURN(Decided verdicts, Decide(submission, outcome.touched));
    RETURN_IF_ERROR(NotePlaces(submission.author.replica, verdicts));
    outcome.verdicts.push_back(std::move(verdicts));
  }
  if (!group.empty()) RETURN_IF_ERROR(SettleSeats(group.back().received, outcome.touched));
  return WriteStandings();
}

// Nothing is decided by what somebody could do before a role, a grant or the device was taken: the session has ended, and the
// next one is greeted as what he is now.
absl::StatusOr<bool> Committer::AuthorityStands(const Author& author) {
  if (author.as_of == 0 || author.as_of == store_.authority_rev()) return true;
  ASSIGN_OR_RETURN(const auto account, store_.FindStore(author.store));
  if (!account.has_value()) return false;
  ASSIGN_OR_RETURN(const Author now, AuthorOf(store_, *account));
  return SameAuthority(author, now);
}

Answers Committer::Answer(const std::vector<Submission>& group) {
  auto outcome = Commit(group);
  if (outcome.ok()) return {absl::OkStatus(), std::move(outcome->verdicts), std::move(outcome->touched)};
  for (const Submission& submission : group) held_back_.insert(submission.author.replica);
  return AllRetryLater(group, outcome.status());
}

// Known by intent id or by place: the first verdict again, or ID_REUSED where the bytes are others.
absl::StatusOr<MaybeVerdict> Committer::KnownVerdict(ReplicaId replica, const OpenedMutation& mutation) {
  ASSIGN_OR_RETURN(const auto fate, store_.FateOf(LogIdOf(mutation)));
  const bool erased =
      fate.has_value() && fate->verdict.has_erased();  // whatever the bytes: nothing tells them any more
  if (erased || (fate.has_value() && fate->digest == mutation.digest)) {
    v1::Verdict verdict = fate->told.value_or(fate->verdict);
    verdict.set_seq(mutation.seq);
    return MaybeVerdict(verdict);
  }
  ASSIGN_OR_RETURN(const Standing* standing, StandingOf(replica));
  if (mutation.seq < standing->next_seq) split_.insert(replica);
  const bool reused = fate.has_value() || split_.contains(replica);
  return reused ? MaybeVerdict(IdReusedVerdict(mutation)) : MaybeVerdict();
}

// ID_REUSED says that somebody has used an id. Who may write and not read is told it of his own only: another's id he may
// have come by, and is probing.
absl::Status Committer::HideForeignIds(Submission& submission) {
  for (OpenedMutation& mutation : submission.mutations) {
    if (mutation.intent.empty()) continue;
    ASSIGN_OR_RETURN(const std::string author, store_.WroteIt(mutation.intent));
    mutation.under_digest = !author.empty() && author != submission.author.staff_code;
  }
  return absl::OkStatus();
}

// Dedup first: a bundle that is known in any part is answered, never applied again (I2).
absl::StatusOr<Committer::Decided> Committer::Decide(const Submission& submission, std::set<Scope>& touched) {
  if (!IsBlind(submission)) return DecideAs(submission, touched);
  Submission hidden = submission;
  RETURN_IF_ERROR(HideForeignIds(hidden));
  return DecideAs(hidden, touched);
}

absl::Status Committer::NotePlaces(ReplicaId replica, const Decided& verdicts) {
  ASSIGN_OR_RETURN(Standing * standing, StandingOf(replica));
  for (const v1::Verdict& verdict : verdicts) {
    if (!verdict.has_id_reused()) standing->next_seq = std::max(standing->next_seq, verdict.seq() + 1);
  }
  return absl::OkStatus();
}

absl::StatusOr<Committer::Decided> Committer::DecideAs(const Submission& submission,
                                                       std::set<Scope>& touched) {
  std::vector<MaybeVerdict> known;
  bool any_known = false;
  bool reused = HasTwins(submission.mutations);
  for (const OpenedMutation& mutation : submission.mutations) {
    ASSIGN_OR_RETURN(MaybeVerdict verdict, KnownVerdict(submission.author.replica, mutation));
    any_known |= verdict.has_value();
    reused |= verdict.has_value() && verdict->has_id_reused();
    known.push_back(std::move(verdict));
  }
  if (!reused && ConcernsErased(submission, known))
    return DecideWithoutErased(submission, std::move(known), touched);
  if (!any_known && !reused) return ApplyOrQuarantine(submission, touched);
  return CompleteKnown(submission, std::move(known), reused);
}

bool Committer::IsErased(const OpenedMutation& mutation) const {
  const auto subject = RecordId::FromBytes(mutation.envelope.subject_id());
  const auto record = RecordId::FromBytes(mutation.envelope.record_id());
  return (subject.has_value() && store_.IsErased(*subject)) ||
         (record.has_value() && store_.IsErased(*record));
}

bool Committer::ConcernsErased(const Submission& submission, const std::vector<MaybeVerdict>& known) const {
  if (!store_.has_erasures()) return false;
  const auto told = [](const MaybeVerdict& verdict) { return verdict.has_value() && verdict->has_erased(); };
  return std::any_of(known.begin(), known.end(), told) ||
         std::any_of(submission.mutations.begin(), submission.mutations.end(),
                     [&](const OpenedMutation& mutation) { return IsErased(mutation); });
}

// What is about an erased citizen has its verdict, new or known. What is left of a bundle is about others: each record has
// one subject and stands by itself, so it takes effect, or waits, as the bundle that it is now (I12, I19).
absl::StatusOr<Committer::Decided> Committer::DecideWithoutErased(const Submission& submission,
                                                                  std::vector<MaybeVerdict> known,
                                                                  std::set<Scope>& touched) {
  Submission rest = submission;
  rest.mutations.clear();
  std::vector<MaybeVerdict> known_of_rest;
  for (size_t i = 0; i < known.size(); ++i) {
    const OpenedMutation& mutation = submission.mutations[i];
    const bool told_before = known[i].has_value() && known[i]->has_erased();
    if (!told_before && !IsErased(mutation)) {
      rest.mutations.push_back(mutation);
      known_of_rest.push_back(known[i]);
      continue;
    }
    if (!known[i].has_value()) RETURN_IF_ERROR(store_.AppendLog(ErasedEntry(submission, mutation)));
    known[i] = ErasedVerdict(mutation);
  }
  Decided decided;
  const bool any_known = std::any_of(known_of_rest.begin(), known_of_rest.end(),
                                     [](const MaybeVerdict& verdict) { return verdict.has_value(); });
  if (any_known) {
    ASSIGN_OR_RETURN(decided, CompleteKnown(rest, std::move(known_of_rest), /*reused=*/false));
  } else if (!rest.mutations.empty()) {
    ASSIGN_OR_RETURN(decided, ApplyOrQuarantine(rest, touched));
  }
  Decided verdicts;
  auto next = decided.begin();
  for (MaybeVerdict& verdict : known) {
    const bool erased = verdict.has_value() && verdict->has_erased();
    verdicts.push_back(erased ? *std::move(verdict) : std::move(*next++));
  }
  return verdicts;
}

// The parts that are not known yet: where one part's id or place is taken, the whole bundle comes again under others;
// else a part came without its partners before, and this one joins it in quarantine.
absl::StatusOr<Committer::Decided> Committer::CompleteKnown(const Submission& submission,
                                                            std::vector<MaybeVerdict> known, bool reused) {
  // What is not taken in narrows nothing.
  std::vector<Interval> recorded;
  if (!reused) {
    ASSIGN_OR_RETURN(recorded, RecordedIntervals(submission));
  }
  Decided verdicts;
  for (size_t i = 0; i < known.size(); ++i) {
    const OpenedMutation& mutation = submission.mutations[i];
    if (known[i].has_value()) {
      verdicts.push_back(*std::move(known[i]));
    } else if (reused) {
      verdicts.push_back(IdReusedVerdict(mutation));
    } else {
      ASSIGN_OR_RETURN(verdicts.emplace_back(), Quarantine(submission, mutation, recorded[i], kBadBundle));
    }
  }
  return verdicts;
}

absl::StatusOr<Committer::Decided> Committer::ApplyOrQuarantine(const Submission& submission,
                                                                std::set<Scope>& touched) {
  ASSIGN_OR_RETURN(const std::vector<Interval> recorded, RecordedIntervals(submission));
  // Before anything that others wrote is looked at, for else the order of a bundle's parts would tell of it.
  for (size_t i = 0; IsBlind(submission) && i < submission.mutations.size(); ++i) {
    Admitted alone;
    alone.refusal = AdmitAlone(submission.author, submission.mutations[i], recorded[i], submission.received);
    if (alone.refusal.has_value()) return QuarantineAll(submission, recorded, i, alone);
  }
  // Nothing is written before the first one is admitted: of a mutation alone there is never anything to take back.
  const bool in_part = in_parts_ && submission.mutations.size() > 1;
  uint64_t rev = 0;
  Decided verdicts;
  std::set<Scope> news;
  Concerned concerned;
  for (size_t i = 0; i < submission.mutations.size(); ++i) {
    const OpenedMutation& mutation = submission.mutations[i];
    ASSIGN_OR_RETURN(Admitted admitted,
                     Admit(store_, submission.author, mutation, recorded[i], submission.received));
    if (admitted.refusal.has_value()) {
      torn_ |= i > 0;
      if (i > 0 && !in_part) return MakeError(ErrorCode::kInternal, "a bundle was refused in its middle");
      if (i > 0) RETURN_IF_ERROR(store_.DropPart());
      return QuarantineAll(submission, recorded, i, admitted);
    }
    if (i == 0) {
      if (in_part) RETURN_IF_ERROR(store_.BeginPart());
      ASSIGN_OR_RETURN(rev, store_.NextRev());
    }
    verdicts.push_back(AppliedVerdict(mutation, rev, admitted));
    RETURN_IF_ERROR(store_.AppendLog(
        LogEntry(submission.author, mutation, submission.received, recorded[i], verdicts.back())));
    admitted.record.rev = rev;
    RETURN_IF_ERROR(NoteSeat(submission.author, mutation, admitted.record));
    RETURN_IF_ERROR(NoteLeader(submission.author, admitted.record, submission.received));
    RETURN_IF_ERROR(store_.PutRecord(admitted.record));
    news.insert(admitted.record.scopes.begin(), admitted.record.scopes.end());
    RETURN_IF_ERROR(NoteConcerned(store_, admitted.record, concerned));
  }
  RETURN_IF_ERROR(SettlePlaces(store_, concerned, rev, submission.received, news));
  RETURN_IF_ERROR(NoteReferrals(store_, submission));
  if (in_part) RETURN_IF_ERROR(store_.KeepPart());
  touched.merge(news);
  RETURN_IF_ERROR(SettleReplaced(submission, touched));
  return verdicts;
}

absl::StatusOr<std::vector<Interval>> Committer::RecordedIntervals(const Submission& submission) {
  ASSIGN_OR_RETURN(Standing * standing, StandingOf(submission.author.replica));
  ReplicaState& state = standing->state;
  std::vector<Interval> intervals;
  for (const OpenedMutation& mutation : submission.mutations) {
    Interval interval = RecordedInterval(mutation.payload.evidence(), submission.session,
                                         submission.author.enrolled, submission.received);
    if (state.last_earliest_us > 0) {
      const absl::Time previous = absl::FromUnixMicros(state.last_earliest_us);
      interval = NarrowByPrevious(interval, Interval{previous, submission.received});
    }
    if (mutation.captured_by) {
      interval = NarrowByNext(interval, Interval{submission.author.enrolled, *mutation.captured_by});
    }
    state.last_earliest_us = absl::ToUnixMicros(interval.earliest);
    intervals.push_back(interval);
  }
  return intervals;
}

absl::StatusOr<Committer::Standing*> Committer::StandingOf(ReplicaId replica) {
  if (!standings_.contains(replica)) {
    ASSIGN_OR_RETURN(auto state, store_.FindReplica(replica));
    ASSIGN_OR_RETURN(const uint64_t next_seq, store_.NextSeq(replica));
    standings_[replica] = {state.value_or(ReplicaState{}), next_seq};
  }
  return &standings_[replica];
}

absl::Status Committer::WriteStandings() {
  for (const auto& [replica, standing] : standings_) {
    if (standing.state.id.empty()) continue;
    RETURN_IF_ERROR(store_.PutReplica(standing.state));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Verdict> Committer::Quarantine(const Submission& submission,
                                                  const OpenedMutation& mutation, const Interval& recorded,
                                                  const Refusal& refusal, uint64_t told_at_rev) {
  const v1::Verdict verdict = QuarantinedVerdict(mutation, refusal);
  QuarantinedMutation item;
  item.mutation = LogEntry(submission.author, mutation, submission.received, recorded, verdict);
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
    ASSIGN_OR_RETURN(auto chain, ReplacedBy(store_, submission.author.staff_code, mutation));
    std::move(chain.begin(), chain.end(), std::back_inserter(replaced));
  }
  if (replaced.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto related, RelatedTo(replaced));
  const FateDecision decision =
      DecisionBy(v1::DECISION_KIND_CORRECTED, submission.author.staff_code, submission.received);
  for (const QuarantinedMutation& item : replaced) {
    const Fate& fate = item.mutation.fate;
    RETURN_IF_ERROR(store_.RemoveQuarantine(fate.intent));
    RETURN_IF_ERROR(store_.ChangeFate(fate.intent, fate.verdict, decision));
  }
  std::erase_if(related, [&](const auto& item) { return Contains(replaced, item.mutation.fate.intent); });
  return ReplayRelated(
      related, DecisionBy(v1::DECISION_KIND_REPLAYED, submission.author.staff_code, submission.received),
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
