// The history of a record's fields: every value that was written, by whom, what became of it, and what replaced it.
// Derived from the log and the record as it stands (I8), so that there is no second copy of a value to keep, to seal or
// to erase. At the base the log is whole; a device has its own mutations, and what stands in the record.
#ifndef OPGANG_CORE_MERGE_HISTORY_H_
#define OPGANG_CORE_MERGE_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "opgang/v1/mutation.pb.h"
#include "opgang/v1/record.pb.h"

namespace opgang {

// One mutation of the record, as merged.
struct LoggedChange {
  v1::MutationPayload payload;
  v1::Provenance provenance;  // with its intent id
};

enum class ValueFate {
  kStands,
  kStandsBeside,  // in an open conflict
  kReplaced,
  kCameLate,  // after what replaced it: it never stood
};

struct HistoryValue {
  uint32_t field = 0;  // kWholeRecord: deleted (no bytes), or kept
  std::string bytes;   // the field as serialized; empty = cleared
  v1::Provenance provenance;
  ValueFate fate = ValueFate::kStands;
  v1::Provenance replaced_by;  // the first that replaced it; without intent id where that is not known
};

// `changes` in the order in which they took effect. By field, then in that order; what stands in the record and is in
// none of the changes comes last in its field.
std::vector<HistoryValue> HistoryOf(const std::vector<LoggedChange>& changes, const v1::Record& record);

}  // namespace opgang

#endif  // OPGANG_CORE_MERGE_HISTORY_H_
