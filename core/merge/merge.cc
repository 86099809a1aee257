#include "core/merge/merge.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/status_macros.h"
#include "core/merge/field_set.h"

namespace opgang {
namespace {

// One value of one field, with the mutation that wrote it. Empty bytes: the field was cleared.
struct Value {
  std::string bytes;
  v1::Provenance provenance;
  const std::string& version() const { return provenance.intent_id(); }
};

// All values of one field that stand side by side: the one in front, then the alternatives. Empty: never written.
using Standing = std::vector<Value>;

// A record taken apart for merging.
struct OpenRecord {
  v1::Record record;
  FieldSet fields;
  std::map<uint32_t, v1::FieldState> states;

  bool has_create() const { return record.has_created(); }
};

absl::StatusOr<OpenRecord> Open(const v1::Record* current) {
  OpenRecord open;
  if (current == nullptr) return open;
  open.record = *current;
  ASSIGN_OR_RETURN(open.fields, SplitFields(current->fields()));
  for (const auto& state : current->field_states()) open.states[state.field()] = state;
  return open;
}

v1::Record Close(OpenRecord open) {
  open.record.set_fields(JoinFields(open.fields));
  open.record.clear_field_states();
  for (auto& [number, state] : open.states) *open.record.add_field_states() = std::move(state);
  return std::move(open.record);
}

Standing StandingValues(const OpenRecord& open, uint32_t field) {
  Standing standing;
  const auto value = open.fields.find(field);
  const std::string bytes = value == open.fields.end() ? "" : value->second;
  const auto state = open.states.find(field);
  if (state == open.states.end()) {
    if (!bytes.empty()) standing.push_back({bytes, open.record.created()});
    return standing;
  }
  Value front{bytes, {}};
  front.provenance.set_intent_id(state->second.version());
  standing.push_back(std::move(front));
  for (const auto& other : state->second.alternatives()) {
    standing.push_back({other.field_bytes(), other.provenance()});
    standing.back().provenance.set_intent_id(other.version());
  }
  return standing;
}

void WriteStanding(OpenRecord& open, uint32_t field, Standing standing) {
  if (standing.front().bytes.empty()) {
    open.fields.erase(field);
  } else {
    open.fields[field] = standing.front().bytes;
  }
  std::sort(standing.begin() + 1, standing.end(),
            [](const Value& a, const Value& b) { return a.version() < b.version(); });
  if (standing.size() == 1 && standing.front().version() == open.record.created().intent_id()) {
    open.states.erase(field);
    return;
  }
  v1::FieldState state;
  state.set_field(field);
  state.set_version(standing.front().version());
  for (size_t i = 1; i < standing.size(); ++i) {
    v1::FieldAlternative& other = *state.add_alternatives();
    other.set_version(standing[i].version());
    other.set_field_bytes(standing[i].bytes);
    *other.mutable_provenance() = standing[i].provenance;
    other.mutable_provenance()->clear_intent_id();  // said once, in `version`
  }
  open.states[field] = std::move(state);
}

// The heart of the merge: `edit` replaces the values that its author saw. The rest stays: in front, what was in front.
Standing Replace(const Standing& before, const std::set<std::string>& seen, Value edit) {
  Standing after;
  const bool front_stays = !before.empty() && !seen.contains(before.front().version());
  for (const Value& value : before) {
    if (!seen.contains(value.version())) after.push_back(value);
  }
  const bool already_said =
      std::any_of(after.begin(), after.end(), [&](const Value& value) { return value.bytes == edit.bytes; });
  if (already_said) return after;
  after.insert(front_stays ? after.end() : after.begin(), std::move(edit));
  return after;
}

class Merger {
 public:
  Merger(OpenRecord open, const v1::MutationPayload& payload, const v1::Provenance& provenance)
      : open_(std::move(open)), payload_(payload), provenance_(provenance) {}

  absl::StatusOr<MergeResult> Run() && {
    ASSIGN_OR_RETURN(incoming_, SplitFields(payload_.fields()));
    switch (payload_.action()) {
      case v1::MUTATION_ACTION_CREATE: Create(); break;
      case v1::MUTATION_ACTION_DELETE: Delete(); break;
      default: Patch(); break;
    }
    if (result_.changed) *open_.record.mutable_last_changed() = provenance_;
    result_.record = Close(std::move(open_));
    return std::move(result_);
  }

 private:
  void Create() {
    if (open_.has_create()) {  // the same record made twice: nobody's value is lost
      for (const auto& [field, bytes] : incoming_) Edit(field, {});
      return;
    }
    *open_.record.mutable_created() = provenance_;
    for (const auto& [field, bytes] : incoming_) {
      // Whoever edited the record had seen its create: an edit that came first stands.
      if (!open_.states.contains(field)) open_.fields[field] = bytes;
    }
  }

  void Patch() {
    open_.record.set_deleted(false);  // a concurrent edit beats a delete
    for (const auto& edit : payload_.edits()) {
      Edit(edit.field(), {edit.seen_versions().begin(), edit.seen_versions().end()});
    }
  }

  // Deletes only what its author saw; the create counts as seen.
  void Delete() {
    std::set<std::string> seen{open_.record.created().intent_id()};
    for (const auto& edit : payload_.edits()) {
      seen.insert(edit.seen_versions().begin(), edit.seen_versions().end());
    }
    for (const auto& [field, state] : open_.states) {
      for (const Value& value : StandingValues(open_, field)) {
        if (seen.contains(value.version())) continue;
        result_.conflict_fields.push_back(field);
        break;
      }
    }
    result_.changed = result_.conflict_fields.empty() && !open_.record.deleted();
    if (result_.conflict_fields.empty()) open_.record.set_deleted(true);
  }

  void Edit(uint32_t field, const std::set<std::string>& seen) {
    const auto bytes = incoming_.find(field);
    Value edit{bytes == incoming_.end() ? "" : bytes->second, provenance_};
    Standing after = Replace(StandingValues(open_, field), seen, std::move(edit));
    if (after.size() > 1) result_.conflict_fields.push_back(field);
    WriteStanding(open_, field, std::move(after));
  }

  OpenRecord open_;
  const v1::MutationPayload& payload_;
  const v1::Provenance& provenance_;
  FieldSet incoming_;
  MergeResult result_;
};

}  // namespace

absl::StatusOr<MergeResult> Merge(const v1::Record* current, const v1::MutationPayload& payload,
                                  const v1::Provenance& provenance) {
  ASSIGN_OR_RETURN(OpenRecord open, Open(current));
  return Merger(std::move(open), payload, provenance).Run();
}

std::vector<IntentId> VersionsOf(const v1::Record& record, uint32_t field) {
  auto open = Open(&record);
  std::vector<IntentId> versions;
  if (!open.ok()) return versions;
  for (const Value& value : StandingValues(*open, field)) {
    if (auto id = IntentId::FromBytes(value.version())) versions.push_back(*id);
  }
  return versions;
}

}  // namespace opgang
