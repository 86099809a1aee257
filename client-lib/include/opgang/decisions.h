// Why a sync did what it did: one entry for each decision, told by whoever made it at the moment it was made, never
// worked out afterwards. What the base decided comes from its own words (Verdict, Page), what the device decided from
// the code that did. Ids, codes and numbers only: no content of any record.
#ifndef OPGANG_DECISIONS_H_
#define OPGANG_DECISIONS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/records/validation.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

// Why a mutation waits to be sent. Noted in its queue row when it was put there; stored numbers.
enum class WhyQueued : int {
  kSaved = 0,         // somebody saved it
  kCorrection = 1,    // it corrects one that the base refused
  kUndo = 2,          // it takes a save back
  kBaseRestored = 3,  // it was answered before, and the base has another history since (I13)
  kFormerStore = 4,   // it was on this device under a former enrolment
};

enum class SyncStep {
  // The device's work; `intent`, `seq`, `why_queued`.
  kSent,
  kStored,         // APPLIED: `rev`, `merged`, `saw`
  kRefused,        // QUARANTINED: `refusal`
  kDroppedErased,  // ERASED: its subject was erased
  kHeldBack,       // RETRY_LATER: `retry`
  kIdTaken,        // ID_REUSED
  kNotUnderstood,  // a verdict of a newer base: stays queued
  kRefusedAnew,    // refused before; a decision at the base has changed why: `refusal`
  kTakenIn,        // refused before; taken in since: `rev`
  // The base's records; `scope`, `rev`, and for kept ones `rev_before` (0: it was not here).
  kPut,
  kKeptNewer,  // a PUT of an older rev than this copy has by another scope
  kLeft,       // LEAVE
  kDeleted,
  kErased,
  kSkipped,   // a change that only a newer app knows: asked for again after this app's upgrade
  kSwept,     // the scope was sent anew and did not name it
  kMended,    // its leaf was repaired: it was missing or differed
  kTakenOut,  // its leaf was repaired: the base's leaf has no such record
  // A scope, or the whole.
  kAnew,        // the scope is sent from the beginning: `reset`
  kSumDiffers,  // this copy does not come to the base's sum: the leaves that differ are asked for
  kScopeLost,   // no longer granted: `count` records were removed
  kNewEpoch,    // the base was restored: `count` mutations wait to be sent again
  kNewReplica,  // this store goes on under another name: `count` mutations were numbered anew
};

struct SyncDecision {
  SyncStep step = SyncStep::kSent;
  RecordId record;
  uint32_t record_type = 0;  // may be one that only a newer app knows
  IntentId intent;
  uint64_t seq = 0;
  WhyQueued why_queued = WhyQueued::kSaved;
  bool again = false;  // of kSent: it went out before in this sync, and no verdict has come
  uint64_t rev = 0;
  uint64_t rev_before = 0;
  std::optional<Refusal> refusal;
  v1::RetryReason retry = v1::RETRY_REASON_UNSPECIFIED;
  std::vector<v1::MergedField> merged;  // as the base's merge told it
  std::vector<v1::FieldEdit>
      saw;  // the versions that this mutation's author saw; empty while the store is locked
  std::optional<Scope> scope;
  int leaf = -1;  // of kMended and kTakenOut
  v1::ResetReason reset = v1::RESET_REASON_UNSPECIFIED;
  uint64_t count = 0;
};

}  // namespace opgang

#endif  // OPGANG_DECISIONS_H_
