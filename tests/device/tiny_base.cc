#include "tests/device/tiny_base.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/checksum/scope_sum.h"
#include "core/merge/merge.h"
#include "core/packing/packing.h"

namespace opgang {
namespace {

v1::Provenance ProvenanceOf(const std::string& intent, const std::string& author, int64_t now_us) {
  v1::Provenance provenance;
  provenance.set_intent_id(intent);
  provenance.set_author(author);
  provenance.set_device("tablet-of-" + author);
  provenance.mutable_recorded()->set_earliest_us(now_us);
  provenance.mutable_recorded()->set_latest_us(now_us);
  provenance.set_received_us(now_us);
  return provenance;
}

}  // namespace

TinyBase::TinyBase(Clock& clock)
    : clock_(clock),
      box_(MakeBoxKeyPair(SystemRandom())),
      area_(AreaId::Make(clock.WallNow(), SystemRandom())),
      sum_key_(SystemRandom().Bytes(32)),
      epoch_(SystemRandom().Bytes(16)) {
  v1::Grant grant;
  *grant.mutable_scope() = AreaScope(area_).ToProto();
  grant.set_generation(1);
  grant.set_mode(v1::GRANT_MODE_READ_WRITE);
  grant.set_display_name("Gl. Testlund");
  grant.set_sum_key(sum_key_);
  grants.push_back(grant);
}

v1::Welcome TinyBase::Welcome() const {
  v1::Welcome welcome;
  welcome.set_epoch(epoch_);
  welcome.set_base_us(absl::ToUnixMicros(clock_.WallNow()));
  welcome.set_next_token(SystemRandom().Bytes(32));
  for (const v1::Grant& grant : grants) *welcome.add_grants() = grant;
  welcome.set_credit_bytes(1 << 20);
  welcome.set_durable_horizon(durable_horizon);
  *welcome.mutable_backup() = backup;
  welcome.set_reading(true);
  for (const v1::SeatLoan& loan : loans) *welcome.add_loans() = loan;
  return welcome;
}

std::optional<Refusal> TinyBase::RefusalOf(const Opened& opened) const {
  const RecordTypeInfo* type = FindRecordType(opened.envelope.record_type());
  std::unique_ptr<google::protobuf::Message> content(type->prototype->New());
  content->ParseFromString(opened.payload.fields());
  return refuse ? refuse(opened.envelope, *content) : std::nullopt;
}

v1::Verdict TinyBase::Apply(const Opened& opened, uint64_t rev) {
  Stored& stored = records_[*RecordId::FromBytes(opened.envelope.record_id())];
  stored.type = opened.envelope.record_type();
  stored.subject = opened.envelope.subject_id();
  if (stored.scopes.empty()) {
    for (const auto& id : opened.envelope.scopes()) stored.scopes.push_back(*Scope::FromProto(id));
  }
  const bool known = stored.rev != 0;
  auto merged = Merge(known ? &stored.record : nullptr, opened.payload,
                      ProvenanceOf(opened.envelope.intent_id(), "amal", absl::ToUnixMicros(clock_.WallNow())),
                      {stored.type, nullptr});
  EXPECT_TRUE(merged.ok());
  stored.record = merged->record;
  stored.rev = rev;
  stored.change = stored.record.deleted() ? v1::FEED_CHANGE_DELETE : v1::FEED_CHANGE_PUT;
  v1::Verdict verdict;
  verdict.set_intent_id(opened.envelope.intent_id());
  verdict.mutable_applied()->set_rev(rev);
  for (const uint32_t field : merged->conflict_fields) verdict.mutable_applied()->add_conflict_fields(field);
  for (const v1::MergedField& field : merged->merged) *verdict.mutable_applied()->add_merged() = field;
  return verdict;
}

v1::Ack TinyBase::Take(const v1::Push& push) {
  for (const v1::QueueKey& key : push.queue_keys()) {
    EXPECT_TRUE(key.wrapped_for_store().empty());
    keys_[key.queue_key_id()] = SecretBytes(OpenSealedBox(box_, key.wrapped_for_base()).value());
  }
  std::vector<Opened> opened;
  for (const v1::SealedMutation& mutation : push.mutations()) {
    Opened one;
    EXPECT_TRUE(one.envelope.ParseFromString(mutation.envelope()));
    const auto payload =
        Open(keys_.at(mutation.queue_key_id()), mutation.sealed_payload(), mutation.envelope());
    EXPECT_TRUE(payload.ok());
    EXPECT_TRUE(ParsePayload(payload.value_or(""), one.payload));
    payloads_.push_back(one.payload);
    opened.push_back(std::move(one));
  }
  v1::Ack ack;
  for (size_t begin = 0; begin < opened.size();) {
    const size_t count = std::max<size_t>(1, opened[begin].envelope.bundle().count());
    std::optional<Refusal> refusal;
    for (size_t i = begin; i < begin + count && !refusal; ++i) refusal = RefusalOf(opened[i]);
    const bool known = verdicts_.contains(opened[begin].envelope.intent_id());
    if (!refusal && !known) ++rev_;
    for (size_t i = begin; i < begin + count; ++i) {
      const std::string& intent = opened[i].envelope.intent_id();
      if (!known && !refusal) verdicts_[intent] = Apply(opened[i], rev_);
      if (!known && refusal) {
        const auto own = RefusalOf(opened[i]);
        verdicts_[intent].set_intent_id(intent);
        auto* quarantined = verdicts_[intent].mutable_quarantined();
        quarantined->set_code(own ? own->code : v1::REFUSAL_CODE_BUNDLE_PARTNER);
        quarantined->set_field(own ? own->field : 0);
        quarantine_[intent] = opened[i];
      }
      *ack.add_verdicts() = verdicts_[intent];
      ack.mutable_verdicts()->rbegin()->set_seq(push.mutations(static_cast<int>(i)).seq());
    }
    begin += count;
  }
  return ack;
}

void TinyBase::Replay(const std::string& intent_id) {
  verdicts_[intent_id] = Apply(quarantine_.at(intent_id), ++rev_);
}

std::vector<v1::DeviceUse> TinyBase::OpenUses(const v1::DeviceUses& uses) const {
  std::vector<v1::DeviceUse> opened;
  for (const v1::SealedUse& use : uses.uses()) {
    const auto bytes = OpenSealedBox(box_, use.sealed());
    EXPECT_TRUE(bytes.ok());
    EXPECT_TRUE(opened.emplace_back().ParseFromString(bytes.value_or("")));
  }
  return opened;
}

v1::Page TinyBase::PageOf(const Scope& scope, uint64_t after_rev) const {
  v1::Page page;
  *page.mutable_scope() = scope.ToProto();
  page.set_generation(1);
  page.set_to_rev(rev_);
  page.set_reset(after_rev == 0);
  std::vector<std::pair<uint64_t, RecordId>> order;
  for (const auto& [id, stored] : records_) {
    const bool here = std::find(stored.scopes.begin(), stored.scopes.end(), scope) != stored.scopes.end();
    const bool told = after_rev > 0 || stored.change == v1::FEED_CHANGE_PUT;
    if (here && told && stored.rev > after_rev) order.emplace_back(stored.rev, id);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [rev, id] : order) {
    const Stored& stored = records_.at(id);
    v1::FeedEntry& entry = *page.add_entries();
    entry.set_change(stored.change);
    entry.set_record_id(id.ToBytes());
    entry.set_record_type(stored.type);
    entry.set_rev(rev);
    entry.set_subject_id(stored.subject);
    if (stored.change == v1::FEED_CHANGE_PUT) entry.set_record(stored.record.SerializeAsString());
  }
  return page;
}

std::vector<v1::FeedEntry> TinyBase::Living(const Scope& scope) const {
  const v1::Page page = PageOf(scope, 0);
  std::vector<v1::FeedEntry> living(page.entries().begin(), page.entries().end());
  std::sort(living.begin(), living.end(),
            [](const v1::FeedEntry& a, const v1::FeedEntry& b) { return a.record_id() < b.record_id(); });
  return living;
}

v1::Current TinyBase::CurrentOf(const Scope& scope) const {
  RowTally tally;
  for (const v1::FeedEntry& entry : Living(scope)) {
    tally.Add(RowSum(SecretBytes(sum_key_), {entry.record_id(), entry.record_type(), entry.rev(),
                                             entry.subject_id(), entry.record()}));
  }
  v1::Current current;
  *current.mutable_scope() = scope.ToProto();
  current.set_rev(rev_);
  current.set_record_count(tally.count);
  current.set_sum(tally.sum.ToBytes());
  return current;
}

std::vector<v1::LeafContent> TinyBase::LeavesOf(const Scope& scope) const {
  std::vector<v1::LeafContent> leaves(kLeafCount);
  for (int leaf = 0; leaf < kLeafCount; ++leaf) {
    *leaves[leaf].mutable_scope() = scope.ToProto();
    leaves[leaf].set_leaf(static_cast<uint32_t>(leaf));
  }
  for (const v1::FeedEntry& entry : Living(scope)) {
    *leaves[LeafOf(*RecordId::FromBytes(entry.record_id()))].add_entries() = entry;
  }
  return leaves;
}

RecordId TinyBase::Put(const google::protobuf::Message& content, RecordId id, std::string subject) {
  Opened opened;
  opened.envelope.set_intent_id(IntentId::Make(clock_.WallNow(), SystemRandom()).ToBytes());
  opened.envelope.set_record_id(id.ToBytes());
  opened.envelope.set_record_type(RecordTypeOfMessage(content).type);
  opened.envelope.set_subject_id(std::move(subject));
  *opened.envelope.add_scopes() = Scope{RecordTypeOfMessage(content).scope_kind, area_.uuid()}.ToProto();
  opened.payload.set_action(v1::MUTATION_ACTION_CREATE);
  opened.payload.set_fields(content.SerializeAsString());
  Apply(opened, ++rev_);
  return id;
}

void TinyBase::PatchAsOther(RecordId id, const google::protobuf::Message& values,
                            std::vector<uint32_t> fields, bool having_seen) {
  Stored& stored = records_.at(id);
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_PATCH);
  payload.set_fields(values.SerializeAsString());
  for (const uint32_t field : fields) {
    v1::FieldEdit& edit = *payload.add_edits();
    edit.set_field(field);
    if (!having_seen) continue;
    for (const IntentId& version : VersionsOf(stored.record, field))
      edit.add_seen_versions(version.ToBytes());
  }
  const std::string intent = IntentId::Make(clock_.WallNow(), SystemRandom()).ToBytes();
  stored.record =
      Merge(&stored.record, payload, ProvenanceOf(intent, "jonas", absl::ToUnixMicros(clock_.WallNow())),
            {stored.type, nullptr})
          ->record;
  stored.rev = ++rev_;
}

void TinyBase::Delete(RecordId id) {
  records_.at(id).change = v1::FEED_CHANGE_DELETE;
  records_.at(id).rev = ++rev_;
}

// With everything else about the same person.
void TinyBase::Erase(RecordId id) {
  ++rev_;
  for (auto& [other, stored] : records_) {
    if (other != id && stored.subject != id.ToBytes()) continue;
    stored.change = v1::FEED_CHANGE_ERASE;
    stored.record.Clear();
    stored.rev = rev_;
  }
}

void TinyBase::LoseEverything() {
  records_.clear();
  verdicts_.clear();
  quarantine_.clear();
  rev_ = 0;
  epoch_ = SystemRandom().Bytes(16);
}

std::optional<v1::Record> TinyBase::RecordOf(RecordId id) const {
  const auto found = records_.find(id);
  if (found == records_.end() || found->second.change != v1::FEED_CHANGE_PUT) return std::nullopt;
  return found->second.record;
}

}  // namespace opgang
