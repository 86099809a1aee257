#include "server/sync/sent_creates.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/records/as_sent.h"

namespace opgang {
namespace {

RecordId IdIn(const std::string& bytes) { return RecordId::FromBytes(bytes).value_or(RecordId()); }

size_t HashOf(std::string_view bytes) { return std::hash<std::string_view>()(bytes); }

}  // namespace

void SentCreates::Note(const OpenedMutation& mutation) {
  if (by_seq_.size() >= kMost || mutation.refusal.has_value()) return;
  if (mutation.payload.action() != v1::MUTATION_ACTION_CREATE) return;
  const v1::MutationEnvelope& envelope = mutation.envelope;
  Sent sent{.intent = mutation.intent,
            .record = IdIn(envelope.record_id()),
            .subject = IdIn(envelope.subject_id()),
            .type = envelope.record_type(),
            .fields_hash = HashOf(mutation.payload.fields())};
  for (const v1::ScopeId& scope : envelope.scopes()) {
    sent.scopes.push_back(Scope::FromProto(scope).value_or(Scope()));
  }
  if (!seq_of_.emplace(sent.record, mutation.seq).second) return;
  by_seq_[mutation.seq] = std::move(sent);
}

void SentCreates::NoteVerdict(const v1::Verdict& verdict) {
  const auto sent = by_seq_.find(verdict.seq());
  if (sent == by_seq_.end()) return;
  if (verdict.has_applied()) {
    sent->second.rev = verdict.applied().rev();
  } else {
    seq_of_.erase(sent->second.record);
    by_seq_.erase(sent);
  }
}

bool SentCreates::IsThis(const Sent& sent, const v1::FeedEntry& entry, const Scope& scope) const {
  const bool at_hand = std::find(sent.scopes.begin(), sent.scopes.end(), scope) != sent.scopes.end();
  return at_hand && entry.change() == v1::FEED_CHANGE_PUT && entry.rev() == sent.rev &&
         entry.record_type() == sent.type && IdIn(entry.subject_id()) == sent.subject;
}

void SentCreates::LeaveOutOf(v1::FeedEntry& entry, const Scope& scope) {
  if (seq_of_.empty()) return;
  const auto place = seq_of_.find(IdIn(entry.record_id()));
  if (place == seq_of_.end()) return;
  const uint64_t seq = place->second;
  const auto sent = by_seq_.find(seq);
  v1::Record record;
  if (!IsThis(sent->second, entry, scope) || !record.ParseFromString(entry.record())) return;
  if (HashOf(record.fields()) != sent->second.fields_hash) return;
  auto rest = LeaveOut(entry.record(), {record.fields(), sent->second.intent.ToBytes()});
  if (!rest.has_value()) return;
  seq_of_.erase(place);
  by_seq_.erase(sent);
  entry.set_record(*std::move(rest));
  entry.set_as_sent_seq(seq);
  entry.clear_record_id();
  entry.clear_record_type();
  entry.clear_subject_id();
}

}  // namespace opgang
