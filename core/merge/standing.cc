#include "core/merge/standing.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/status_macros.h"

namespace opgang {
namespace {

// Values that say the same, the one in front of them first.
using Group = std::vector<const StandingValue*>;

v1::Provenance WithVersion(v1::Provenance provenance, const std::string& version) {
  provenance.set_intent_id(version);
  return provenance;
}

v1::Provenance WithoutVersion(v1::Provenance provenance) {
  provenance.clear_intent_id();  // said once, in `version`
  return provenance;
}

// What the record knows of who wrote the value that stands: beside it in a conflict, else only where that mutation is
// the create or the last change.
v1::Provenance ProvenanceOfFront(const v1::Record& record, const v1::FieldState& state) {
  if (state.has_provenance()) return WithVersion(state.provenance(), state.version());
  if (record.created().intent_id() == state.version()) return record.created();
  if (record.last_changed().intent_id() == state.version()) return record.last_changed();
  v1::Provenance provenance;
  provenance.set_intent_id(state.version());
  provenance.set_received_us(state.received_us());
  return provenance;
}

void AddSame(const google::protobuf::RepeatedPtrField<v1::Provenance>& same, const std::string& bytes,
             Standing& standing) {
  for (const v1::Provenance& provenance : same) standing.values.push_back({bytes, provenance});
}

void Order(const FieldPolicy& policy, std::vector<StandingValue>& values) {
  const auto key = [&](const StandingValue& value) {
    const int64_t rank = value.bytes == kKept ? 1 : FrontRank(policy, value.bytes);
    return std::tuple(rank, VersionTime(value.provenance), std::string_view(value.version()));
  };
  std::sort(values.begin(), values.end(),
            [&](const StandingValue& a, const StandingValue& b) { return key(a) > key(b); });
}

std::vector<Group> GroupsOf(const std::vector<StandingValue>& values) {
  std::vector<Group> groups;
  for (const StandingValue& value : values) {
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&](const Group& group) { return group.front()->bytes == value.bytes; });
    if (same == groups.end()) {
      groups.push_back({&value});
    } else {
      same->push_back(&value);
    }
  }
  return groups;
}

void WriteFront(const OpenRecord& open, const Group& group, bool in_conflict, v1::FieldState& state) {
  const v1::Provenance& provenance = group.front()->provenance;
  state.set_version(provenance.intent_id());
  const bool known = open.record.created().intent_id() == provenance.intent_id();
  const bool clamped =
      provenance.received_us() != 0 && provenance.received_us() / 1000 == VersionTime(provenance);
  if (in_conflict) {
    *state.mutable_provenance() = WithoutVersion(provenance);
  } else if (clamped && !known) {
    state.set_received_us(provenance.received_us());
  }
  for (size_t i = 1; i < group.size(); ++i) *state.add_same() = group[i]->provenance;
}

void WriteAlternative(const Group& group, v1::FieldAlternative& other) {
  other.set_version(group.front()->version());
  other.set_field_bytes(group.front()->bytes);
  *other.mutable_provenance() = WithoutVersion(group.front()->provenance);
  for (size_t i = 1; i < group.size(); ++i) *other.add_same() = group[i]->provenance;
}

// A field without a state has one value, the create's. What was unseen stands beside a delete, an alternative.
bool NeedsNoState(const OpenRecord& open, const v1::FieldState& state) {
  const bool plain = state.alternatives().empty() && state.same().empty() && state.awaited().empty();
  return plain && (state.version().empty() || state.version() == open.record.created().intent_id());
}

}  // namespace

absl::StatusOr<OpenRecord> OpenForMerge(const v1::Record* current) {
  OpenRecord open;
  if (current == nullptr) return open;
  open.record = *current;
  ASSIGN_OR_RETURN(open.fields, SplitFields(current->fields()));
  for (const auto& state : current->field_states()) open.states[state.field()] = state;
  return open;
}

v1::Record CloseAfterMerge(OpenRecord open) {
  open.record.set_fields(JoinFields(open.fields));
  open.record.clear_field_states();
  for (auto& [number, state] : open.states) *open.record.add_field_states() = std::move(state);
  return std::move(open.record);
}

Standing ReadStanding(const OpenRecord& open, uint32_t field) {
  Standing standing;
  const auto value = open.fields.find(field);
  std::string bytes = value == open.fields.end() ? "" : value->second;
  if (field == kWholeRecord) bytes = kKept;
  const auto found = open.states.find(field);
  if (found == open.states.end()) {
    const bool written = !bytes.empty() && field != kWholeRecord;
    if (written) standing.values.push_back({bytes, open.record.created()});
    return standing;
  }
  const v1::FieldState& state = found->second;
  if (!state.version().empty()) {
    standing.values.push_back({bytes, ProvenanceOfFront(open.record, state)});
    AddSame(state.same(), bytes, standing);
  }
  for (const v1::FieldAlternative& other : state.alternatives()) {
    standing.values.push_back({other.field_bytes(), WithVersion(other.provenance(), other.version())});
    AddSame(other.same(), other.field_bytes(), standing);
  }
  standing.awaited.insert(state.awaited().begin(), state.awaited().end());
  standing.unseen.insert(state.unseen().begin(), state.unseen().end());
  return standing;
}

bool WriteStanding(OpenRecord& open, uint32_t field, const FieldPolicy& policy, Standing standing) {
  Order(policy, standing.values);
  std::vector<Group> groups = GroupsOf(standing.values);
  v1::FieldState state;
  state.set_field(field);
  // Of the whole record only "kept" can be in front; the deletes stand beside.
  const bool has_front = !groups.empty() && (field != kWholeRecord || groups.front().front()->bytes == kKept);
  const bool in_conflict = groups.size() > 1;
  if (has_front) WriteFront(open, groups.front(), in_conflict, state);
  for (size_t i = has_front ? 1 : 0; i < groups.size(); ++i)
    WriteAlternative(groups[i], *state.add_alternatives());
  while (standing.awaited.size() > kMaxAwaited) standing.awaited.erase(standing.awaited.begin());
  for (const std::string& version : standing.awaited) state.add_awaited(version);
  for (const std::string& version : standing.unseen) state.add_unseen(version);
  const std::string front = has_front && field != kWholeRecord ? groups.front().front()->bytes : "";
  if (front.empty()) {
    open.fields.erase(field);
  } else {
    open.fields[field] = front;
  }
  if (NeedsNoState(open, state)) {
    open.states.erase(field);
  } else {
    open.states[field] = std::move(state);
  }
  return in_conflict;
}

}  // namespace opgang
