#include "server/engine/verdicts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/engine/referrals.h"

namespace opgang {
namespace {

v1::Verdict VerdictFor(const OpenedMutation& mutation) {
  v1::Verdict verdict;
  verdict.set_seq(mutation.seq);
  verdict.set_intent_id(LogIdOf(mutation).ToBytes());
  return verdict;
}

v1::InstantInterval ToProto(const Interval& interval) {
  v1::InstantInterval proto;
  proto.set_earliest_us(absl::ToUnixMicros(interval.earliest));
  proto.set_latest_us(absl::ToUnixMicros(interval.latest));
  return proto;
}

}  // namespace

IntentId LogIdOf(const OpenedMutation& mutation) {
  if (!mutation.intent.empty() && !mutation.under_digest) return mutation.intent;
  return IntentId::FromBytes(mutation.digest).value_or(IntentId());
}

v1::Verdict IdReusedVerdict(const OpenedMutation& mutation) {
  v1::Verdict verdict = VerdictFor(mutation);
  verdict.mutable_id_reused();
  return verdict;
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

v1::Verdict ErasedVerdict(const OpenedMutation& mutation) {
  v1::Verdict verdict = VerdictFor(mutation);
  verdict.mutable_erased();
  return verdict;
}

Interval FromProto(const v1::InstantInterval& proto) {
  return {absl::FromUnixMicros(proto.earliest_us()), absl::FromUnixMicros(proto.latest_us())};
}

LoggedMutation LogEntry(const Author& author, const OpenedMutation& mutation, absl::Time received,
                        const Interval& recorded, v1::Verdict verdict) {
  LoggedMutation entry;
  entry.fate = {LogIdOf(mutation), author.replica, mutation.seq, mutation.digest, std::move(verdict)};
  entry.record = RecordId::FromBytes(mutation.envelope.record_id()).value_or(RecordId());
  entry.subject = RecordId::FromBytes(mutation.envelope.subject_id()).value_or(RecordId());
  entry.author = author.staff_code;
  entry.received_us = absl::ToUnixMicros(received);
  entry.recorded = ToProto(recorded);
  entry.envelope = mutation.envelope_bytes;
  entry.payload = mutation.payload_bytes;
  return entry;
}

LoggedMutation ErasedEntry(const Submission& submission, const OpenedMutation& mutation) {
  LoggedMutation entry;
  entry.fate = {LogIdOf(mutation), submission.author->replica, mutation.seq, "", ErasedVerdict(mutation)};
  entry.author = submission.author->staff_code;
  entry.received_us = absl::ToUnixMicros(submission.received);
  return entry;
}

bool IsBlind(const Submission& submission) {
  return std::any_of(
      submission.mutations.begin(), submission.mutations.end(),
      [&](const OpenedMutation& mutation) { return WritesBlind(*submission.author, mutation.envelope); });
}

}  // namespace opgang
