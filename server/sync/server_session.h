// One Sync session at the base, sans I/O: messages in, messages out. It owns order, credit and paging; it knows no
// socket, no thread and no clock of its own.
//
//   kAwaitHello --Hello--> kGreeting --OnGreeted()--> kOpen --half-close, all answered--> kOver
//        any state --protocol broken, fenced, shutting down--> kEnding (GoAway is the last message) --> kOver
//
// All calls on one session are made one at a time (the caller's lock, or one thread). Results of Greet() and Submit()
// come back through OnGreeted() and OnVerdicts(), at once or later. After every call the caller asks NextResponse()
// for as long as there is one and it can be sent: a slow reader costs the base a cursor and a page (I15). Scopes are
// served in turn, a page each, and verdicts before pages: neither news nor answers wait for a large scope.
#ifndef OPGANG_SERVER_SYNC_SERVER_SESSION_H_
#define OPGANG_SERVER_SYNC_SERVER_SESSION_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/line_rate.h"
#include "core/sealing/sealing.h"
#include "opgang/v1/sync.pb.h"
#include "server/engine/greeting.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"
#include "server/sync/sent_creates.h"

namespace opgang {

// What a session asks of the base around it. Must outlive the session.
class SessionHost {
 public:
  virtual ~SessionHost() = default;
  virtual absl::Time Now() = 0;  // base time
  // For reading pages, in the calling thread, until the call returns.
  virtual BaseReader& Reader() = 0;
  // The durable result comes through OnGreeted().
  virtual void Greet(const Peer& peer, const v1::Hello& hello) = 0;
  // The durable verdicts come through OnVerdicts(), one call for each Submit(), in order.
  virtual void Submit(std::vector<Submission> submissions) = 0;
  // This replica's older session, if there is one, must end (FENCED).
  virtual void FenceOthers(ReplicaId replica) = 0;
  // The device says that nothing of these scopes is left on it. Nothing comes back: until it is durable the next Welcome
  // asks again.
  virtual void NoteRemoved(ReplicaId replica, std::vector<Scope> scopes) = 0;
  // BaseStore::authority_rev() of what Reader() reads, or less.
  virtual uint64_t AuthorityRev() = 0;
  // The device says that nothing about these citizens is left on it. Nothing comes back, as above.
  virtual void NoteErasures(ReplicaId replica, std::vector<v1::Erasure> erasures) = 0;
  // What a store was used for. The durable answer comes through OnUsesTaken().
  virtual void TakeUses(StoreId from, const std::string& staff_code, const v1::DeviceUses& uses) = 0;
  // A device's rows differ from the base's in so many leaves; they are on their way. For the log.
  virtual void NoteLeafRepair(ReplicaId replica, const Scope& scope, size_t leaves) {
    static_cast<void>(replica), static_cast<void>(scope), static_cast<void>(leaves);
  }
};

// The base's own keys, as sessions need them.
struct SessionKeys {
  BoxKeyPair box;           // queue keys are wrapped to its public key
  SecretBytes digest_key;   // 32 bytes
  SecretBytes storage_key;  // leases' shares come from it
  KnownSchema schema{};     // what this base knows of records
};

struct SessionLimits {
  uint32_t credit_bytes = 1 << 20;  // unacknowledged Push bytes
  size_t page_bytes = 48 * 1024;    // about; a rev (at most 200 KiB) is never split
  uint32_t pages_in_flight = 8;     // not yet acknowledged by the device
  absl::Duration heartbeat = absl::Seconds(10);
  absl::Duration silence = absl::Seconds(60);  // nothing heard for so long: the session is over
};

class ServerSession {
 public:
  ServerSession(SessionHost& host, const SessionKeys& keys, EpochId epoch, Peer peer,
                SessionLimits limits = {});

  void OnRequest(const v1::SyncRequest& request);
  void OnHalfClose();
  void OnGreeted(absl::StatusOr<Greeting> greeting);
  void OnVerdicts(absl::StatusOr<std::vector<v1::Verdict>> verdicts);
  void OnUsesTaken(absl::StatusOr<v1::UsesTaken> taken);
  void OnNews(const std::set<Scope>& touched);  // something was committed in these scopes
  void OnTick();                                // about once a second
  // What this store may do has changed since it was greeted, or been taken: nothing more is sent or taken in, it is told to
  // come back. Asked before every message in either direction.
  void CheckAuthority();
  void GoAway(v1::GoAwayReason reason);

  // The next message to send, if there is one now.
  std::optional<v1::SyncResponse> NextResponse();
  // Nothing will be sent any more: end the stream.
  bool over() const { return state_ == State::kOver; }

  // Speaks for this staff member, by the certificate.
  // Set once greeted.
  std::optional<ReplicaId> replica() const;
  // For NoteSessionEnd(); nullopt where a newer stream speaks for the device, and knows better.
  std::optional<HeldByDevice> held() const { return fenced_ ? std::nullopt : std::optional(held_); }
  // Bytes of messages that the session keeps for its device, pushed or to be sent: at most the credit, beside
  // Welcome and the page in the caller's hands (I15). For the log, and for a checker.
  size_t held_bytes() const;

 private:
  enum class State { kAwaitHello, kGreeting, kOpen, kEnding, kOver };

  // How far one scope's feed was sent.
  struct Stretch {
    StoredGrant grant;
    uint64_t position = 0;
    // The device lacks no LEAVE or DELETE at or below it, though its position be lower: it starts anew, and sweeps.
    uint64_t tombstones_after = 0;
    RowTally tally;  // as of position, once not behind
    // Set: the next page starts the device's copy anew, and this is why.
    std::optional<v1::ResetReason> reset;
    bool behind = true;      // the feed may hold more
    bool caught_up = false;  // once, in this session, it held no more
    bool owes_current = true;
    std::deque<int> repair;          // leaves to be sent, then Current
    bool answers_leaf_sums = false;  // the next Current does
    RecordId repaired;               // how far the first of them was sent
  };
  struct Outgoing {
    v1::SyncResponse message;
    uint32_t gives_back = 0;  // of the credit, once it leaves
  };
  struct SentPage {
    size_t bytes;
    absl::Time at;
  };
  using MaybeResponse = std::optional<v1::SyncResponse>;

  void OnPacked(const std::string& packed);
  void OnHello(const v1::Hello& hello);
  void OnPush(const v1::Push& push);
  void OnPageAck(const v1::PageAck& ack);
  void OnLeafSums(const v1::LeafSums& sums);
  void OnScopesRemoved(const v1::ScopesRemoved& removed);
  void OnErasuresHeeded(const v1::ErasuresHeeded& heeded);
  void OnDeviceUses(const v1::DeviceUses& uses);
  void OnNearestDue(const v1::NearestDue& nearest);
  void HandIn(const v1::Push& push);
  bool PassesOver(const v1::Push& push) const;
  void StartStretches();
  void QueueWelcome(const Greeting& greeting);
  void QueueAcks(std::vector<v1::Verdict> verdicts, uint32_t gives_back);
  void QueueChangedFates(const std::vector<v1::Verdict>& verdicts);
  Stretch* FindStretch(const v1::ScopeId& scope);

  MaybeResponse NextPage();
  absl::StatusOr<MaybeResponse> NextOf(Stretch& stretch);
  absl::StatusOr<FeedPage> ReadStretch(Stretch& stretch);
  absl::StatusOr<MaybeResponse> NextLeafContent(Stretch& stretch);
  v1::SyncResponse PageFrom(Stretch& stretch, FeedPage feed);
  MaybeResponse CurrentFor(Stretch& stretch);
  MaybeResponse CannotRead();
  bool HasRoom() const;
  size_t PageBytes() const;
  void NotePage(const v1::SyncResponse& page);
  bool HasEnded();

  SessionHost& host_;
  const SessionKeys& keys_;
  const EpochId epoch_;
  const Peer peer_;
  const SessionLimits limits_;

  State state_ = State::kAwaitHello;
  std::optional<Author> author_;
  bool reading_ = false;          // a read proof came and held
  bool removes_all_ = false;      // taken out of use, and told so
  std::optional<Anchor> anchor_;  // the Hello's clocks at receive time
  v1::Hello hello_;
  QueueKeys queue_keys_;
  SentCreates sent_;                   // of a device that puts back
  std::deque<v1::Push> waiting_;       // came before the greeting was durable
  std::deque<uint32_t> pushed_bytes_;  // of each Submit() not yet answered
  uint32_t unacknowledged_bytes_ = 0;  // pushed, and the Ack has not left
  std::deque<Outgoing> outbox_;        // Welcome, Acks, GoAway: small, bounded by credit
  std::vector<Stretch> stretches_;
  size_t turn_ = 0;  // whose turn it is among them
  std::deque<SentPage> pages_in_flight_;
  size_t page_bytes_in_flight_ = 0;
  LineRate line_;
  HeldByDevice held_;
  bool fenced_ = false;
  bool half_closed_ = false;
  bool takes_uses_ = false;  // some are under way into the audit: one message at a time
  absl::Time last_heard_;
  absl::Time last_sent_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_SYNC_SERVER_SESSION_H_
