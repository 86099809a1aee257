// One Sync session at the device, sans I/O: messages in, messages out. It owns order, credit and progress; the store
// owns what is durable; it knows no socket, no thread and no timer.
//
//   Start() -> Hello, and pipelined behind it what credit allows
//   Welcome -> grants, token, base time; a new replica id ends the session (the next one goes on under it)
//   Ack     -> verdicts; Page -> applied with its cursor, then PageAck; Current -> caught up with a scope
//   all answered, and the Welcome took a scope -> removed, then ScopesRemoved
//   all answered, and this store was used for something -> DeviceUses, one message at a time; UsesTaken
//   Current whose sum is not the store's -> LeafSums; LeafContent... -> applied, then PageAck; Current again
//   done()  -> every mutation pushed has its verdict, and every scope is current beyond the newest of them
//
// A push is about what the line carries in a second, so that a line that is cut every few seconds loses little each
// time, and something always arrives.
//
// Lives on one thread: its store's. Errors are the store's; after one the session is of no more use.
#ifndef OPGANG_CLIENT_LIB_SRC_SYNC_CLIENT_SESSION_H_
#define OPGANG_CLIENT_LIB_SRC_SYNC_CLIENT_SESSION_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "client-lib/src/sync/sync_store.h"
#include "core/base/clock.h"
#include "core/base/line_rate.h"
#include "opgang/sync.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

class ClientSession {
 public:
  // How the session begins.
  struct Opening {
    // Presents no token, so that the base names another replica: after ID_REUSED, when another store has used
    // this replica's places (I3).
    bool as_copy = false;
    // About how much one Push carries at most; a bundle (at most 200 KiB) is never split.
    size_t push_bytes = 48 * 1024;
  };

  // Store and clock outlive the session.
  ClientSession(SyncStore& store, Clock& clock, Opening opening);

  // Makes the Hello, but for the clock, before there is a stream. Need not be called; what fails is told by Start().
  void Prepare();
  absl::Status Start();
  absl::Status OnResponse(const v1::SyncResponse& response);
  // The next message to send, if there is one now and credit allows it.
  absl::StatusOr<std::optional<v1::SyncRequest>> NextRequest();
  // Asks for a sign of life to be sent.
  void Tick();

  bool done() const;
  // Done, and the stream's end would tell nothing: a Current was heard, which comes behind all that the base repeats after its
  // Welcome, and nothing was said that the base keeps and does not answer.
  bool needs_no_end() const;
  bool new_replica() const { return new_replica_; }
  // The base gave back what the passphrase lacked: the next session reads.
  bool got_share() const { return got_share_; }
  std::optional<v1::GoAwayReason> go_away() const { return go_away_; }
  const SyncProgress& progress() const { return progress_; }
  // Counts of this session; `unsent` is the caller's to fill in.
  const SyncResult& result() const { return result_; }
  uint32_t retry_later() const { return totals_.retry_later; }
  uint32_t id_reused() const { return totals_.id_reused; }

 private:
  absl::Status OnPacked(const std::string& packed);
  absl::Status OnWelcome(const v1::Welcome& welcome);
  void PushAgainWhatWasPassedOver(const v1::Welcome& welcome);
  absl::Status OnAck(const v1::Ack& ack);
  absl::Status OnPage(const v1::Page& page);
  absl::Status OnCurrent(const v1::Current& current);
  absl::Status Compare(const std::string& scope, const v1::Current& current);
  absl::Status OnLeafContent(const v1::LeafContent& content);
  void QueuePageAck();
  uint32_t Window() const;
  absl::Status QueueErasures();
  absl::Status QueueUses();
  absl::Status OnUsesTaken(const v1::UsesTaken& taken);
  absl::Status QueuePush();
  absl::Status QueueDue();
  absl::Status QueueRemovals();

  SyncStore& store_;
  Clock& clock_;
  const Opening opening_;

  std::deque<v1::SyncRequest> outbox_;
  std::optional<v1::Hello> prepared_;
  v1::ClockReading hello_at_;
  std::string hello_epoch_;
  bool welcomed_ = false;
  bool new_replica_ = false;
  bool got_share_ = false;
  bool removes_ = false;  // something may have to go from this device, and be confirmed
  std::optional<v1::GoAwayReason> go_away_;

  uint64_t pushed_seq_ = 0;  // everything at or below it went out in this session
  bool queue_drained_ = false;
  bool owes_due_ = false;  // Hello said that it follows
  bool owes_erasures_ =
      true;                // something may be to be said of them: at Welcome, and behind a page that erased
  bool owes_uses_ = true;  // the store may hold some that the base does not know
  bool uses_in_flight_ = false;                 // and is told of the last ones before it hears the next
  std::pair<std::string, uint64_t> handed_in_;  // where those began
  bool must_be_heard_ = false;                  // what it said has no answer but the stream's end
  bool removed_lost_ = false;                   // what the Welcome took is gone, or waits for a later session
  uint32_t credit_bytes_;
  uint32_t unacknowledged_bytes_ = 0;
  uint32_t next_push_bytes_ = 0;  // of the push that there was no room for; 0: not known
  struct Flight {
    uint64_t after_seq, last_seq;
    uint32_t bytes;
    absl::Time sent;
    bool packed, opened;
  };
  std::deque<Flight> in_flight_;  // pushes without all their verdicts, in order
  std::set<std::string> keys_sent_;

  uint64_t newest_verdict_rev_ = 0;
  std::map<std::string, uint64_t> current_;  // readable scope -> rev of its last Current; 0 = none yet
  struct Repair {
    bool asked = false;  // LeafSums went out, and its answer is not complete
    int rounds = 0;
  };
  std::map<std::string, Repair> repairs_;  // by scope
  LineRate line_;

  SyncProgress progress_;
  SyncResult result_;
  VerdictCounts totals_;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_SYNC_CLIENT_SESSION_H_
