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
#include "server/engine/verdicts.h"

namespace opgang {
namespace {

constexpr Refusal kBadBundle{v1::REFUSAL_CODE_BAD_BUNDLE, 0};

using MaybeVerdict = std::optional<v1::Verdict>;

// For a group that was not committed.
v1::RetryReason RetryReasonFor(const absl::Status& status) {
  return GetErrorCode(status) == ErrorCode::kDiskFull ? v1::RETRY_REASON_DISK_FULL
                                                      : v1::RETRY_REASON_SHUTTING_DOWN;
}

// Two parts of one submission under one id or in one place.
bool HasTwins(const std::vector<OpenedMutation>& mutations) {
  if (mutations.size() == 1) return false;
  std::set<IntentId> intents;
  std::set<uint64_t> places;
  return !std::all_of(mutations.begin(), mutations.end(), [&](const OpenedMutation& mutation) {
    return intents.insert(LogIdOf(mutation)).second && places.insert(mutation.seq).second;
  });
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
    if (held_back_.contains(submission.author->replica)) {
      outcome.verdicts.push_back(RetryLater(submission, v1::RETRY_REASON_DISK_FULL));
      continue;
    }
    ASSIGN_OR_RETURN(const bool stands, AuthorityStands(*submission.author));
    if (!stands) {
      held_back_.insert(submission.author->replica);
      outcome.verdicts.push_back(RetryLater(submission, v1::RETRY_REASON_SHUTTING_DOWN));
      continue;
    }
    ASSIGN_OR_RETURN(Decided verdicts, Decide(submission, outcome.touched));
    RETURN_IF_ERROR(NotePlaces(submission.author->replica, verdicts));
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
  for (const Submission& submission : group) held_back_.insert(submission.author->replica);
  return AllRetryLater(group, outcome.status());
}

// Known by intent id or by place: the first verdict again, or ID_REUSED where the bytes are others.
absl::StatusOr<MaybeVerdict> Committer::KnownVerdict(ReplicaId replica, const OpenedMutation& mutation) {
  ASSIGN_OR_RETURN(const auto fate, store_.FateOf(LogIdOf(mutation)));
  const bool erased =
      fate.has_value() && fate->verdict.has_erased();  // whatever the bytes: nothing tells them any more
  bool same = fate.has_value() && fate->digest == mutation.digest;
  if (fate.has_value() && !erased && !same) {
    ASSIGN_OR_RETURN(const auto logged, store_.ContentOf(fate->intent));
    same = logged.has_value() && SameContent(*logged, mutation);
  }
  if (erased || same) {
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
    mutation.under_digest = !author.empty() && author != submission.author->staff_code;
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
    ASSIGN_OR_RETURN(MaybeVerdict verdict, KnownVerdict(submission.author->replica, mutation));
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
    alone.refusal = AdmitAlone(*submission.author, submission.mutations[i], recorded[i], submission.received);
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
                     Admit(store_, *submission.author, mutation, recorded[i], submission.received));
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
    LoggedMutation entry = LogEntry(*submission.author, mutation, submission.received, recorded[i],
                                    AppliedVerdict(mutation, rev, admitted));
    RETURN_IF_ERROR(store_.AppendLog(entry));
    verdicts.push_back(std::move(entry.fate.verdict));
    admitted.record.rev = rev;
    RETURN_IF_ERROR(NoteSeat(*submission.author, mutation, admitted.record));
    RETURN_IF_ERROR(NoteLeader(*submission.author, admitted.record, submission.received));
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
  ASSIGN_OR_RETURN(Standing * standing, StandingOf(submission.author->replica));
  ReplicaState& state = standing->state;
  std::vector<Interval> intervals;
  for (const OpenedMutation& mutation : submission.mutations) {
    Interval interval = mutation.own_interval.has_value()
                            ? *mutation.own_interval
                            : RecordedInterval(mutation.payload.evidence(), submission.session,
                                               submission.author->enrolled, submission.received);
    if (state.last_earliest_us > 0) {
      const absl::Time previous = absl::FromUnixMicros(state.last_earliest_us);
      interval = NarrowByPrevious(interval, Interval{previous, submission.received});
    }
    if (mutation.captured_by) {
      interval = NarrowByNext(interval, Interval{submission.author->enrolled, *mutation.captured_by});
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

}  // namespace opgang
