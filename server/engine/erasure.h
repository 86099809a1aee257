// Erasing a citizen (GDPR art. 17), so that nothing brings the content back: no upload, no reset, no restore (I12).
//
//   1 ledger     a line with the citizen's keyed hash, durable by itself: the point of no return
//   2 contents   one transaction: records, log, quarantine and referrals lose their content, fates become ERASED, the feed says
//                ERASE wherever anything stood; who may hold something is noted, and the audit
//   3 key        overwritten in place, so that what is left in free pages, journals and backups opens for nobody
//
// A crash behind 1 is finished at the next start, before anything is served (FinishErasures), and so is a restored backup that
// brings an erased citizen along. From 1 on every mutation about the citizen is answered ERASED and nothing of it is stored;
// parts of the same bundle that are about others take effect as the bundle that is left.
#ifndef OPGANG_SERVER_ENGINE_ERASURE_H_
#define OPGANG_SERVER_ENGINE_ERASURE_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

struct ErasureOrder {
  std::string actor;  // staff code
  v1::ErasureReason reason = v1::ERASURE_REASON_REQUEST;
  absl::Time now;  // base time
};

// Idempotent. On an error after step 1 the citizen counts as erased, and calling it again, or a start, goes on. Chairs that
// become free are given out by Committer::AnswerWishes(). Makes its own transactions.
absl::Status EraseCitizen(BaseStore& store, RecordId citizen, const ErasureOrder& order,
                          std::set<Scope>& touched);

// At the start of a base, before it serves: brings about what the ledger says and the database or the key file does not
// show yet. How many citizens went.
absl::StatusOr<int> FinishErasures(BaseStore& store, absl::Time now);

// A replica says that nothing about these citizens is left on it. One whose erasure this base has forgotten, because it was
// restored, is erased anew: the proof shows that it was this base's own. Others are passed over.
absl::Status HearErasures(BaseStore& store, const SecretBytes& storage_key, ReplicaId replica,
                          const std::vector<v1::Erasure>& erasures, absl::Time now, std::set<Scope>& touched);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_ERASURE_H_
