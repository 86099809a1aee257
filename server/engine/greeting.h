// The greeting: what the base decides when a store says Hello. Runs on the writer's thread, in a transaction of its
// own: the next token is durable before the device hears of it.
//
//   token == the one handed out last              -> go on
//   token == the one before, last never presented -> its Welcome was lost: go on
//   any other token, or an unknown replica        -> a copy or a restored image: a new replica, before anything else (I3)
//   another epoch, or a retired replica           -> the base was restored: a new replica, so that no place (replica, seq)
//                                                    is ever given twice, whatever the backup had forgotten
//
// A copy goes on beside the store it was copied from, each as a replica of its own. Where the base knows that another one
// lives, "this device exists twice" stands until a person settles it; a restored base knows of none and says nothing.
#ifndef OPGANG_SERVER_ENGINE_GREETING_H_
#define OPGANG_SERVER_ENGINE_GREETING_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/random.h"
#include "server/engine/caller.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

struct Greeting {
  std::optional<v1::GoAwayReason> go_away;  // set: the rest is empty
  Author author;
  bool reading = false;  // a read proof came and holds
  std::string next_token;
  std::optional<ReplicaId> new_replica;
  std::vector<v1::Verdict> changed_fates;  // by a person's decision, since the last session
  v1::BackupStatus backup;
  // Of a reading session, or of a store that was taken out of use: what may still lie on the device and must go (holdings.h).
  // Of a reading session: what its author referred.
  std::vector<Scope> lost_scopes;
  std::vector<v1::ReferralReceipt> receipts;
  std::vector<v1::SeatLoan> loans;    // what it may promise (seat_leases.h)
  bool chairs_came_back = false;      // a wish may have a chair now: Committer::AnswerWishes()
  bool found_twice = false;           // by this Hello, the first to show it
  int64_t lease_until_us = 0;         // renewed by this session (lease.h); 0: it was not
  bool gives_share = false;           // a lease proof came and holds
  std::vector<v1::Erasure> erasures;  // of whom something may lie on the device still
};

// `now` is base time. An error is the store's: nothing was changed.
absl::StatusOr<Greeting> Greet(BaseStore& store, const Peer& peer, const v1::Hello& hello, absl::Time now,
                               Random& random);

// A person has looked into a store that exists twice: the replica that was heard last goes on, whoever comes as another
// is told a new name (and found again, if it is a second device). kNotFound: no such store, or not flagged.
absl::Status SettleTwin(BaseStore& store, StoreId id, std::string_view actor, absl::Time now);

// What a device still held when last heard, for the board.
struct HeldByDevice {
  uint32_t unsent_count = 0;
  std::optional<int64_t> nearest_due_us;  // as in v1::NearestDue; nullopt: none was said since the Hello
};

// The end of a session.
absl::Status NoteSessionEnd(BaseStore& store, ReplicaId replica, const HeldByDevice& held, absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_GREETING_H_
