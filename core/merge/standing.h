// The values of one field that stand side by side, taken out of a record and put back. A record is stored in the form
// that is cheapest for the common case, one value in each field; this is the one place that knows it.
#ifndef OPGANG_CORE_MERGE_STANDING_H_
#define OPGANG_CORE_MERGE_STANDING_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/merge/field_policy.h"
#include "core/merge/field_set.h"
#include "opgang/v1/record.pb.h"

namespace opgang {

// Whether the record is there at all, as a field: a kept record's version, and the deletes beside it.
inline constexpr uint32_t kWholeRecord = 0;
// Versions that a field waits for. Beyond these the oldest are forgotten: one that comes then stands beside.
inline constexpr size_t kMaxAwaited = 64;

// One value with the mutation that wrote it. Empty bytes: the field was cleared; in kWholeRecord: deleted.
struct StandingValue {
  std::string bytes;
  v1::Provenance provenance;  // with its intent id
  const std::string& version() const { return provenance.intent_id(); }
};

// What bytes say in kWholeRecord, for "it is to stay".
inline constexpr std::string_view kKept = "kept";

struct Standing {
  std::vector<StandingValue> values;  // the one in front first; several may say the same
  std::set<std::string> awaited;
  std::set<std::string> unseen;  // of kWholeRecord (FieldState.unseen)
};

// A record taken apart for merging.
struct OpenRecord {
  v1::Record record;
  FieldSet fields;
  std::map<uint32_t, v1::FieldState> states;
};

absl::StatusOr<OpenRecord> OpenForMerge(const v1::Record* current);
v1::Record CloseAfterMerge(OpenRecord open);

Standing ReadStanding(const OpenRecord& open, uint32_t field);
// Puts the values in the policy's order and writes them. True where different values stand side by side now.
bool WriteStanding(OpenRecord& open, uint32_t field, const FieldPolicy& policy, Standing standing);

}  // namespace opgang

#endif  // OPGANG_CORE_MERGE_STANDING_H_
