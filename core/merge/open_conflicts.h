// Open conflicts: the fields of a record in which values of several people stand side by side. The same function on
// device and base, over the same bytes; a conflict is nothing but what a record says of itself, and it is settled by an
// ordinary patch (or delete) whose author saw all of it.
#ifndef OPGANG_CORE_MERGE_OPEN_CONFLICTS_H_
#define OPGANG_CORE_MERGE_OPEN_CONFLICTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/merge/standing.h"
#include "opgang/v1/record.pb.h"

namespace opgang {

struct OpenValue {
  std::string bytes;          // the field as serialized; empty = cleared, or in kWholeRecord: deleted
  v1::Provenance provenance;  // of the one who stands for it; author and device may be unknown on a device
  std::vector<v1::Provenance> same;  // others who wrote the same
};

struct OpenConflict {
  uint32_t field = 0;             // kWholeRecord: some deleted it, others had not seen that and edited it
  std::vector<OpenValue> values;  // the one in front first; of kWholeRecord: the record as it stands
};

// In field order. None of a deleted record.
std::vector<OpenConflict> OpenConflictsOf(const v1::Record& record);
bool HasOpenConflict(const v1::Record& record);
// Among these: some deleted it, others had not seen that and edited it.
bool DeleteIsDisputed(const v1::Record& record);

}  // namespace opgang

#endif  // OPGANG_CORE_MERGE_OPEN_CONFLICTS_H_
