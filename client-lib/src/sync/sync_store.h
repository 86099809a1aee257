// The store as the sync session sees it. Every Apply... is one durable transaction.
#ifndef OPGANG_CLIENT_LIB_SRC_SYNC_SYNC_STORE_H_
#define OPGANG_CLIENT_LIB_SRC_SYNC_SYNC_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/ids.h"
#include "opgang/v1/mutation.pb.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

class SyncObserver;

struct VerdictCounts {
  uint32_t applied = 0;
  uint32_t refused = 0;
  uint32_t side_by_side = 0;
  uint32_t retry_later = 0;
  uint32_t id_reused = 0;
};

class SyncStore {
 public:
  virtual ~SyncStore() = default;

  // From now on each decision is told to `observer`; null: to nobody.
  virtual void ExplainTo(SyncObserver* observer) = 0;

  // Everything of Hello that the store knows: replica, token, epoch, cursors, read proof (empty where locked),
  // unsent count, nearest due or that it follows. The session fills in clock and versions.
  virtual absl::StatusOr<v1::Hello> MakeHello() = 0;
  // As of now. Not quick: what is not open yet of cases is opened.
  virtual absl::StatusOr<v1::NearestDue> FindNearestDue() = 0;

  // Unanswered mutations with seq > after_seq, in seq order, whole bundles, at most about max_bytes (at least one
  // bundle); with the queue keys they need. An empty Push: nothing more.
  virtual absl::StatusOr<v1::Push> NextPush(uint64_t after_seq, size_t max_bytes) = 0;
  virtual uint32_t unsent_count() = 0;
  // Welcome.opens_packing as last heard.
  virtual uint32_t base_opens_packing() = 0;

  // Epoch, next token, grants, base time. `sent` and `received` are this device's clocks around the round trip: the
  // anchor is their middle. A foreign epoch empties every cursor and puts what was ever answered back into the queue. Grants
  // are only taken over where welcome.reading(); what is lost with them goes with RemoveLostScopes().
  virtual absl::Status ApplyWelcome(const v1::Welcome& welcome, const v1::ClockReading& sent,
                                    const v1::ClockReading& received) = 0;
  // APPLIED: leaves the overlay when the cursors of its scopes have passed rev. QUARANTINED: needs attention. ERASED:
  // gone. ID_REUSED and RETRY_LATER: stays queued. A verdict for an unknown intent is ignored.
  virtual absl::StatusOr<VerdictCounts> ApplyAck(const v1::Ack& ack) = 0;
  // Entries and cursor in one commit. `page.reset`: records of the scope not seen again until Current are swept then.
  virtual absl::Status ApplyPage(const v1::Page& page) = 0;
  virtual absl::Status ApplyCurrent(const v1::Current& current) = 0;
  // After ApplyCurrent(): do this store's rows come to the count and sum that the base names? nullopt: they do, or it
  // cannot be told. Else what they come to, for the base to answer with the leaves that differ. Counts from opened rows
  // once after each MakeHello().
  virtual absl::StatusOr<std::optional<v1::LeafSums>> FindDifference(const v1::Current& current) = 0;
  // Returns how many rows were not as the base has them.
  virtual absl::StatusOr<uint32_t> ApplyLeafContent(const v1::LeafContent& content) = 0;
  // Everything that was pushed has its verdict. Removes what the last Welcome took from this store: records, and of own
  // mutations all but the base's wrapping (I11). A scope in which work still waits for the base stays until that has its
  // verdict. Returns the scopes of which nothing is left in the files: to be confirmed to the base.
  virtual absl::StatusOr<std::vector<Scope>> RemoveLostScopes() = 0;
  // What the base is to hear of erasures now: that nothing is left of those that it named in this session, and once in a
  // session those that a base of another epoch had named. Empty: nothing.
  virtual absl::StatusOr<v1::ErasuresHeeded> NextErasuresHeeded() = 0;
  // What this store was used for and the base does not know (use_log.h), as much as fits one message; without uses: nothing.
  virtual absl::StatusOr<v1::DeviceUses> NextUses() = 0;
  virtual absl::Status ApplyUsesTaken(const v1::UsesTaken& taken) = 0;
  // Goes on as another replica: renumbers the unanswered mutations from 1, intent ids unchanged.
  virtual absl::Status BecomeReplica(ReplicaId replica) = 0;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_SYNC_SYNC_STORE_H_
