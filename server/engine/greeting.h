// The greeting: what the base decides when a store says Hello. Runs on the writer's thread, in a transaction of its
// own: the next token is durable before the device hears of it.
//
//   token == the one handed out last              -> go on
//   token == the one before, last never presented -> its Welcome was lost: go on
//   any other token, or another replica           -> a copy or a restored image: a new replica, before anything else (I3)
#ifndef OPGANG_SERVER_ENGINE_GREETING_H_
#define OPGANG_SERVER_ENGINE_GREETING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/random.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

// Whom the certificate names.
struct Peer {
  std::string staff_code;
  StoreId store;
};

struct Greeting {
  std::optional<v1::GoAwayReason> go_away;  // set: the rest is empty
  Author author;
  bool reading = false;  // a read proof came and holds
  std::string next_token;
  std::optional<ReplicaId> new_replica;
  std::vector<v1::Verdict> changed_fates;  // by a person's decision, since the last session
};

// `now` is base time. An error is the store's: nothing was changed.
absl::StatusOr<Greeting> Greet(BaseStore& store, const Peer& peer, const v1::Hello& hello, absl::Time now,
                               Random& random);

// The end of a session: what the device still holds, for the board.
absl::Status NoteSessionEnd(BaseStore& store, ReplicaId replica, uint32_t unsent_count, absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_GREETING_H_
