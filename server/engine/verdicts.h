// What an author is told of his mutations, and what the log keeps of them: verdicts and log entries, made from what was decided.
#ifndef OPGANG_SERVER_ENGINE_VERDICTS_H_
#define OPGANG_SERVER_ENGINE_VERDICTS_H_

#include <vector>

#include "absl/time/time.h"
#include "core/base/ids.h"
#include "opgang/v1/sync.pb.h"
#include "server/engine/admission.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

// What the log calls a mutation whose envelope names no id: its digest, which is as unique.
IntentId LogIdOf(const OpenedMutation& mutation);

v1::Verdict AppliedVerdict(const OpenedMutation& mutation, uint64_t rev, const Admitted& admitted);
// For the author who may write and not read: as if it had taken effect.
v1::Verdict ToldAsApplied(const OpenedMutation& mutation, uint64_t rev);
v1::Verdict QuarantinedVerdict(const OpenedMutation& mutation, const Refusal& refusal);
v1::Verdict ErasedVerdict(const OpenedMutation& mutation);
v1::Verdict IdReusedVerdict(const OpenedMutation& mutation);
// One for each mutation.
std::vector<v1::Verdict> RetryLater(const Submission& submission, v1::RetryReason reason);

LoggedMutation LogEntry(const Author& author, const OpenedMutation& mutation, absl::Time received,
                        const Interval& recorded, v1::Verdict verdict);
// A place that is taken, and nothing else: without it the next mutation of this replica would seem to pass one over.
LoggedMutation ErasedEntry(const Submission& submission, const OpenedMutation& mutation);
// LoggedMutation.recorded.
Interval FromProto(const v1::InstantInterval& proto);

// Any of it was written under a grant to write and not to read.
bool IsBlind(const Submission& submission);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_VERDICTS_H_
