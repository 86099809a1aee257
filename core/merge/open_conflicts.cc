#include "core/merge/open_conflicts.h"

#include <algorithm>
#include <utility>

namespace opgang {
namespace {

bool IsOpen(const v1::FieldState& state) { return !state.alternatives().empty(); }

OpenConflict ConflictIn(const OpenRecord& open, uint32_t field) {
  OpenConflict conflict;
  conflict.field = field;
  std::vector<StandingValue> values = ReadStanding(open, field).values;
  // A record that stands without anybody having said so stands for the sake of its last change.
  const bool said = std::any_of(values.begin(), values.end(),
                                [](const StandingValue& value) { return value.bytes == kKept; });
  if (field == kWholeRecord && !said)
    values.insert(values.begin(), {std::string(kKept), open.record.last_changed()});
  for (StandingValue& value : values) {
    const bool same = !conflict.values.empty() && conflict.values.back().bytes == value.bytes;
    if (same) {
      conflict.values.back().same.push_back(std::move(value.provenance));
    } else {
      conflict.values.push_back({std::move(value.bytes), std::move(value.provenance), {}});
    }
  }
  return conflict;
}

}  // namespace

std::vector<OpenConflict> OpenConflictsOf(const v1::Record& record) {
  std::vector<OpenConflict> conflicts;
  if (!HasOpenConflict(record)) return conflicts;
  const auto open = OpenForMerge(&record);
  if (!open.ok()) return conflicts;
  for (const v1::FieldState& state : record.field_states()) {
    if (IsOpen(state)) conflicts.push_back(ConflictIn(*open, state.field()));
  }
  return conflicts;
}

bool DeleteIsDisputed(const v1::Record& record) {
  return !record.deleted() && std::any_of(record.field_states().begin(), record.field_states().end(),
                                          [](const v1::FieldState& state) {
                                            return state.field() == kWholeRecord && IsOpen(state);
                                          });
}

bool HasOpenConflict(const v1::Record& record) {
  return !record.deleted() && std::any_of(record.field_states().begin(), record.field_states().end(), IsOpen);
}

}  // namespace opgang
