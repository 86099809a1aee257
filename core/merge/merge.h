// Merge: what a mutation makes of a record. A pure function, used alike by the base (the record it stores) and by
// the device (confirmed + own queue = visible).
//
// Causality before clocks. A field's version is the intent id that wrote it. An edit names every version of the field
// that its author saw; it replaces those values and no others, whatever any clock says (I7). What remains beside it was
// written by someone whose value the author had not seen: both are kept and shown (FieldState.alternatives) until an
// edit that saw them all. Which of several stands in front is the field's policy's choice (field_policy.h), not the
// order of arrival. Different fields never clash.
//
// A version that an edit names and that has not arrived yet is remembered (FieldState.awaited): when it comes it goes
// to the field's history, which is the log, and not beside what replaced it. So the values that stand are those that no
// arrived edit has seen, in whatever order edits arrive.
//
// Whether the record is there is such a field too, number 0. A delete takes effect where it saw all that stands; what it
// had not seen beats it, and the delete stands beside as an open conflict until somebody keeps or deletes the record.
#ifndef OPGANG_CORE_MERGE_MERGE_H_
#define OPGANG_CORE_MERGE_MERGE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/ids.h"
#include "opgang/v1/mutation.pb.h"
#include "opgang/v1/record.pb.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

// What the log says of a mutation of this record: its provenance where it was merged before; nullopt where it was not.
using MergedBefore = std::function<std::optional<v1::Provenance>(const std::string& intent_id)>;

struct MergeContext {
  uint32_t record_type = 0;  // whose fields' policies hold
  // Asked only for a version that was seen and does not stand, and for who wrote a value that comes into conflict.
  // May be empty (on a device): then versions may be awaited that have been here, and authors may stay unknown.
  MergedBefore merged_before;
};

struct MergeResult {
  v1::Record record;
  std::vector<uint32_t> conflict_fields;  // fields in which another value stands beside one now
  // Why it came out so: each field in which there was something to merge with, in the order in which they were taken.
  std::vector<v1::MergedField> merged;
};

// Applies one mutation. `current` is null where the record is not known. `provenance` describes this mutation.
// A patch or delete of an unknown record applies to an empty one: a reference that is still unknown is no ground
// for refusal. A second create of the same record counts as a patch of all its fields that saw nothing.
// Error kDamaged: `payload.fields` is no sequence of protobuf fields.
absl::StatusOr<MergeResult> Merge(const v1::Record* current, const v1::MutationPayload& payload,
                                  v1::Provenance provenance, const MergeContext& context = {});

// Every version that an author who sees `record` sees of `field`: the one that stands, and the alternatives.
// Empty where the field has never been written and is absent. Field 0: of the whole record.
std::vector<IntentId> VersionsOf(const v1::Record& record, uint32_t field);

}  // namespace opgang

#endif  // OPGANG_CORE_MERGE_MERGE_H_
