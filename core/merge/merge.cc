#include "core/merge/merge.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/status_macros.h"
#include "core/merge/field_set.h"
#include "core/merge/standing.h"
#include "core/records/registry.h"

namespace opgang {
namespace {

using Versions = std::set<std::string>;

constexpr size_t kVersionBytes = 16;
constexpr size_t kMaxLookedFor = 256;

bool Contains(const google::protobuf::RepeatedPtrField<std::string>& list, const std::string& version) {
  return std::find(list.begin(), list.end(), version) != list.end();
}

// Its author saw this value, or a refused one that this one corrects.
bool Saw(const Versions& seen, const v1::Provenance& provenance) {
  const auto& replaces = provenance.replaces();
  return seen.contains(provenance.intent_id()) ||
         std::any_of(replaces.begin(), replaces.end(),
                     [&](const std::string& refused) { return seen.contains(refused); });
}

bool IsDeletion(const StandingValue& value) { return value.bytes.empty(); }

class Merger {
 public:
  Merger(OpenRecord open, const v1::MutationPayload& payload, v1::Provenance provenance,
         const MergeContext& context)
      : open_(std::move(open)), payload_(payload), provenance_(std::move(provenance)), context_(context) {
    if (payload.action() != v1::MUTATION_ACTION_CREATE) provenance_.clear_replaces();
    const auto life = open_.states.find(kWholeRecord);
    deleters_saw_it_ =
        life != open_.states.end() && Contains(life->second.awaited(), provenance_.intent_id());
  }

  absl::StatusOr<MergeResult> Run() && {
    ASSIGN_OR_RETURN(incoming_, SplitFields(payload_.fields()));
    switch (payload_.action()) {
      case v1::MUTATION_ACTION_CREATE: Create(); break;
      case v1::MUTATION_ACTION_DELETE: Delete(); break;
      default: Patch(); break;
    }
    if (stands_) {
      *open_.record.mutable_last_changed() = provenance_;
      open_.record.mutable_last_changed()->clear_device();
    }
    result_.record = CloseAfterMerge(std::move(open_));
    return std::move(result_);
  }

 private:
  void Create() {
    if (!open_.record.has_created()) {
      *open_.record.mutable_created() = provenance_;
      open_.record.mutable_created()->clear_device();
      stands_ = true;
      for (const auto& [field, bytes] : incoming_) FirstValue(field, bytes);
      deleters_saw_it_ = true;  // whoever deleted the record had seen that it was made
      Revive();
      return;
    }
    // The same record made twice: nobody's value is lost.
    for (const auto& [field, bytes] : incoming_) Edit(field, {});
    Revive();
  }

  void FirstValue(uint32_t field, const std::string& bytes) {
    if (open_.states.contains(field)) {
      Edit(field, {});
    } else {
      open_.fields[field] = bytes;
    }
  }

  void Patch() {
    for (const auto& edit : payload_.edits()) {
      const Versions seen{edit.seen_versions().begin(), edit.seen_versions().end()};
      if (edit.field() == kWholeRecord) {
        Keep(seen);
      } else {
        Edit(edit.field(), seen);
      }
    }
    Revive();
  }

  // The heart of the merge: the edit replaces the values that its author saw. The rest stays.
  void Edit(uint32_t field, const Versions& seen) {
    const Standing before = ReadStanding(open_, field);
    Standing after = Unseen(before, seen);
    const bool late = TakeAwaited(after.awaited);
    const auto bytes = incoming_.find(field);
    if (!late) {
      after.values.push_back({bytes == incoming_.end() ? "" : bytes->second, provenance_});
      stands_ = true;
    }
    Write(field, std::move(after));
    Note(field, before, late);
  }

  // What was decided about a field, told beside the decision (v1::MergedField). `before`: what stood.
  void Note(uint32_t field, const Standing& before, bool late) {
    const Standing now = ReadStanding(open_, field);
    if (before.values.empty() && now.values.size() <= 1 && !late) return;
    const bool has_front =
        !now.values.empty() && (field != kWholeRecord || now.values.front().bytes == kKept);
    v1::MergedField& merged = result_.merged.emplace_back();
    merged.set_field(field);
    merged.set_late(late);
    if (has_front) merged.set_front(now.values.front().version());
    for (const StandingValue& value : before.values) {
      if (!Stands(now, value.version())) merged.add_replaced(value.version());
    }
    for (const StandingValue& value : now.values) {
      if (!has_front || value.bytes != now.values.front().bytes) merged.add_beside(value.version());
    }
  }

  // What of `before` an author who saw `seen` leaves standing, and what is awaited from now on.
  Standing Unseen(const Standing& before, const Versions& seen) const {
    Standing after;
    after.awaited = before.awaited;
    after.unseen = before.unseen;
    for (const StandingValue& value : before.values) {
      if (!Saw(seen, value.provenance)) after.values.push_back(value);
    }
    Await(
        seen, [&](const std::string& version) { return Stands(before, version); }, after.awaited);
    return after;
  }

  // Remembers what was seen and is not here yet: the newest, so that nobody's list makes the base look for long.
  template <typename Known>
  void Await(const Versions& seen, const Known& known, Versions& awaited) const {
    size_t looked_for = 0;
    for (auto version = seen.rbegin(); version != seen.rend() && looked_for < kMaxLookedFor; ++version) {
      if (version->size() != kVersionBytes || known(*version)) continue;
      ++looked_for;
      if (!HasArrived(*version)) awaited.insert(*version);
    }
  }

  // True where somebody who saw this mutation was here before it. What it corrects can no longer come.
  bool TakeAwaited(Versions& awaited) const {
    bool late = awaited.erase(provenance_.intent_id()) > 0;
    for (const std::string& refused : provenance_.replaces()) late |= awaited.erase(refused) > 0;
    awaited.erase(payload_.replaces_intent_id());
    return late;
  }

  static bool Stands(const Standing& standing, const std::string& version) {
    return std::any_of(standing.values.begin(), standing.values.end(), [&](const StandingValue& value) {
      return value.version() == version || Contains(value.provenance.replaces(), version);
    });
  }

  bool HasArrived(const std::string& version) const {
    const v1::Provenance& created = open_.record.created();
    if (created.intent_id() == version || Contains(created.replaces(), version)) return true;
    if (open_.record.last_changed().intent_id() == version) return true;
    return context_.merged_before && context_.merged_before(version).has_value();
  }

  void Write(uint32_t field, Standing standing) {
    const bool several =
        std::any_of(standing.values.begin(), standing.values.end(),
                    [&](const StandingValue& value) { return value.bytes != standing.values.front().bytes; });
    if (several) NameAuthors(standing);
    const FieldPolicy policy = PolicyOf(context_.record_type, field);
    if (WriteStanding(open_, field, policy, std::move(standing))) result_.conflict_fields.push_back(field);
  }

  // A conflict shows who wrote each of its values, and on which device; a record without one does not carry that.
  void NameAuthors(Standing& standing) const {
    if (!context_.merged_before) return;
    for (StandingValue& value : standing.values) {
      if (!value.provenance.device().empty()) continue;
      auto known = context_.merged_before(value.version());
      if (!known) continue;
      known->set_intent_id(value.version());
      *known->mutable_replaces() = value.provenance.replaces();
      value.provenance = *std::move(known);
    }
  }

  // Somebody who saw the deletes says that the record stays.
  void Keep(const Versions& seen) {
    const Standing before = ReadStanding(open_, kWholeRecord);
    Standing life = Unseen(before, seen);
    const bool late = TakeAwaited(life.awaited);
    if (!late) {
      life.values.push_back({std::string(kKept), provenance_});
      stands_ = true;
    }
    WriteLife(std::move(life));
    Note(kWholeRecord, before, late);
  }

  // An edit that none of those who deleted had seen beats them.
  void Revive() {
    if (!open_.states.contains(kWholeRecord)) return;
    const bool was_deleted = open_.record.deleted();
    const Standing before = ReadStanding(open_, kWholeRecord);
    Standing life = before;
    TakeAwaited(life.awaited);
    if (!deleters_saw_it_) life.unseen.insert(provenance_.intent_id());
    WriteLife(std::move(life));
    if (was_deleted != open_.record.deleted()) Note(kWholeRecord, before, /*late=*/false);
  }

  // The create counts as seen.
  void Delete() {
    Versions seen{open_.record.created().intent_id()};
    for (const auto& edit : payload_.edits()) {
      seen.insert(edit.seen_versions().begin(), edit.seen_versions().end());
    }
    const Versions standing = StandingVersions();
    const Standing before = ReadStanding(open_, kWholeRecord);
    Standing life = before;
    const bool first = std::none_of(life.values.begin(), life.values.end(), IsDeletion);
    if (first) life.unseen = standing;
    std::erase_if(life.values, [&](const StandingValue& value) { return Saw(seen, value.provenance); });
    std::erase_if(life.unseen, [&](const std::string& version) { return seen.contains(version); });
    Await(
        seen, [&](const std::string& version) { return standing.contains(version); }, life.awaited);
    const bool late = TakeAwaited(life.awaited);
    if (!late) life.values.push_back({"", provenance_});
    WriteLife(std::move(life));
    stands_ = open_.record.deleted();
    if (!stands_) Note(kWholeRecord, before, late);
  }

  // Of all fields, what stands and is not the create's.
  Versions StandingVersions() const {
    Versions versions;
    for (const auto& [field, state] : open_.states) {
      for (const StandingValue& value : ReadStanding(open_, field).values) versions.insert(value.version());
    }
    return versions;
  }

  // The record is gone where somebody deleted it and nothing stands that none of the deleters had seen.
  void WriteLife(Standing life) {
    const bool wanted = std::any_of(life.values.begin(), life.values.end(), IsDeletion);
    if (!wanted) life.unseen.clear();
    const Versions standing = StandingVersions();
    std::erase_if(life.unseen, [&](const std::string& version) { return !standing.contains(version); });
    open_.record.set_deleted(wanted && life.unseen.empty());
    if (wanted && !open_.record.deleted()) NameAuthors(life);
    WriteStanding(open_, kWholeRecord, {}, std::move(life));
    const bool in_conflict = wanted && !open_.record.deleted();
    if (in_conflict) result_.conflict_fields.push_back(kWholeRecord);
  }

  OpenRecord open_;
  const v1::MutationPayload& payload_;
  v1::Provenance provenance_;
  const MergeContext& context_;
  FieldSet incoming_;
  bool deleters_saw_it_ = false;  // a delete whose author saw this mutation was here before it
  bool stands_ = false;           // something of this mutation stands in the record
  MergeResult result_;
};

// A create of what nobody has written to: there is nothing to merge with.
absl::StatusOr<MergeResult> CreateAlone(const v1::MutationPayload& payload, v1::Provenance provenance) {
  MergeResult result;
  ASSIGN_OR_RETURN(*result.record.mutable_fields(), OrderFields(payload.fields()));
  provenance.clear_device();
  *result.record.mutable_created() = provenance;
  *result.record.mutable_last_changed() = std::move(provenance);
  return result;
}

}  // namespace

absl::StatusOr<MergeResult> Merge(const v1::Record* current, const v1::MutationPayload& payload,
                                  v1::Provenance provenance, const MergeContext& context) {
  const bool is_create = payload.action() == v1::MUTATION_ACTION_CREATE;
  if (current == nullptr && is_create) return CreateAlone(payload, std::move(provenance));
  ASSIGN_OR_RETURN(OpenRecord open, OpenForMerge(current));
  return Merger(std::move(open), payload, std::move(provenance), context).Run();
}

std::vector<IntentId> VersionsOf(const v1::Record& record, uint32_t field) {
  auto open = OpenForMerge(&record);
  std::vector<IntentId> versions;
  if (!open.ok()) return versions;
  for (const StandingValue& value : ReadStanding(*open, field).values) {
    if (auto id = IntentId::FromBytes(value.version())) versions.push_back(*id);
  }
  return versions;
}

}  // namespace opgang
