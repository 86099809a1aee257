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
  // The refusal depends on what others wrote: its author, who may write and not read, is told APPLIED.
  bool refusal_tells_of_others = false;
  StoredRecord record;  // merged; rev not yet assigned
  std::vector<uint32_t> conflict_fields;
  std::vector<v1::MergedField> merged;  // what the merge made of each field
};

// What was captured under a grant counts for so long after it was taken: a worker who is moved to another area hands in
// what she noted in the former one. After that it waits in quarantine for a person.
inline constexpr absl::Duration kTakenGrantCounts = absl::Hours(24 * 30);

// The author is one who may write and not read, where the mutation stands. Every verdict that depends on other people's
// data is then told as APPLIED.
bool WritesBlind(const Author& author, const v1::MutationEnvelope& envelope);

// What is wrong with a mutation by itself and by its author's own grants, whatever others wrote; nullopt: nothing.
std::optional<Refusal> AdmitAlone(const Author& author, const OpenedMutation& mutation,
                                  const Interval& recorded, absl::Time received);

// Authorises (role, scopes, the record's own scopes), validates (content as it would become) and merges. An error is
// the store's; a refusal is the mutation's.
absl::StatusOr<Admitted> Admit(BaseStore& store, const Author& author, const OpenedMutation& mutation,
                               const Interval& recorded, absl::Time received);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_ADMISSION_H_
