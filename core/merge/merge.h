// Merge: what a mutation makes of a record. A pure function, used alike by the base (the record it stores) and by
// the device (confirmed + own queue = visible).
//
// Causality before clocks. A field's version is the intent id that wrote it. An edit names every version of the field
// that its author saw; it replaces those values and no others. What remains beside it was written by someone whose
// value the author had not seen: both are kept and shown (FieldState.alternatives) until an edit that saw them all.
// Which of several stands in front is decided by the order of arrival, not by clocks: the one that was there stays.
// Different fields never clash. A concurrent edit beats a delete.
#ifndef OPGANG_CORE_MERGE_MERGE_H_
#define OPGANG_CORE_MERGE_MERGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/ids.h"
#include "opgang/v1/mutation.pb.h"
#include "opgang/v1/record.pb.h"

namespace opgang {

struct MergeResult {
  v1::Record record;
  std::vector<uint32_t> conflict_fields;  // fields in which another value stands beside one now
  bool changed = true;  // false: the mutation changed nothing (a second create, a delete of a deleted)
};

// Applies one mutation. `current` is null where the record is not known. `provenance` describes this mutation.
// A patch or delete of an unknown record applies to an empty one: a reference that is still unknown is no ground
// for refusal. A second create of the same record counts as a patch of all its fields that saw nothing.
// Error kDamaged: `payload.fields` is no sequence of protobuf fields.
absl::StatusOr<MergeResult> Merge(const v1::Record* current, const v1::MutationPayload& payload,
                                  const v1::Provenance& provenance);

// Every version that an author who sees `record` sees of `field`: the one that stands, and the alternatives.
// Empty where the field has never been written and is absent.
std::vector<IntentId> VersionsOf(const v1::Record& record, uint32_t field);

}  // namespace opgang

#endif  // OPGANG_CORE_MERGE_MERGE_H_
