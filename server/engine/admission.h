// Admission: may this mutation take effect, and what does the record become? Reads the store, writes nothing.
#ifndef OPGANG_SERVER_ENGINE_ADMISSION_H_
#define OPGANG_SERVER_ENGINE_ADMISSION_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/records/validation.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

struct Admitted {
  std::optional<Refusal> refusal;  // set: the rest is empty
  StoredRecord record;             // merged; rev not yet assigned
  std::vector<uint32_t> conflict_fields;
  std::vector<v1::MergedField> merged;  // what the merge made of each field
};

// Authorises (role, scopes, the record's own scopes), validates (content as it would become) and merges. An error is
// the store's; a refusal is the mutation's.
absl::StatusOr<Admitted> Admit(BaseStore& store, const Author& author, const OpenedMutation& mutation,
                               const Interval& recorded, absl::Time received);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_ADMISSION_H_
