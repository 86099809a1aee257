#include "server/engine/greeting.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr size_t kTokenBytes = 32;

// A decision made while a session was open, or told in a Welcome that was lost, is told again: the device takes each
// one once. People decide few.
constexpr absl::Duration kTellAgain = absl::Hours(24 * 30);

Greeting TurnedAway(v1::GoAwayReason reason) {
  Greeting greeting;
  greeting.go_away = reason;
  return greeting;
}

bool TokenFits(const ReplicaState& replica, const std::string& token) {
  if (token.empty()) return false;
  return token == replica.token || token == replica.previous_token;
}

// Hands out the next token of a replica that goes on.
void TurnToken(ReplicaState& replica, const std::string& presented, std::string next) {
  replica.previous_token = presented;
  replica.token = std::move(next);
}

absl::StatusOr<Author> AuthorOf(BaseStore& store, const StoreAccount& account) {
  Author author;
  author.staff_code = account.staff_code;
  author.store = account.id;
  author.replica = account.replica;
  author.device_label = account.device_label;
  author.enrolled = absl::FromUnixMicros(account.enrolled_us);
  ASSIGN_OR_RETURN(const auto staff, store.FindStaff(account.staff_code));
  if (staff.has_value()) author.role = staff->role;
  ASSIGN_OR_RETURN(author.grants, store.Grants(account.staff_code));
  return author;
}

absl::Status BecomeNewReplica(BaseStore& store, StoreAccount& account, Greeting& greeting, absl::Time now,
                              Random& random) {
  ReplicaState replica;
  replica.id = ReplicaId::Make(now, random);
  replica.store = account.id;
  replica.token = greeting.next_token;
  account.replica = replica.id;
  greeting.new_replica = replica.id;
  RETURN_IF_ERROR(store.PutStore(account));
  return store.PutReplica(replica);
}

absl::Status GoOn(BaseStore& store, const StoreAccount& account, ReplicaState replica, const v1::Hello& hello,
                  absl::Time now, Greeting& greeting) {
  greeting.reading = CheckReadProof(account.proof_public_key, replica.id, hello.token(), hello.read_proof());
  ASSIGN_OR_RETURN(
      greeting.changed_fates,
      store.ChangedFates(account.id, replica.last_sync_us - absl::ToInt64Microseconds(kTellAgain)));
  TurnToken(replica, hello.token(), greeting.next_token);
  replica.last_sync_us = absl::ToUnixMicros(now);
  replica.unsent_count = hello.unsent_count();
  // A locked store knows no due time: what was heard last stands.
  if (greeting.reading) replica.nearest_due_us = hello.nearest_due_us();
  return store.PutReplica(replica);
}

absl::StatusOr<Greeting> GreetKnown(BaseStore& store, StoreAccount account, const v1::Hello& hello,
                                    absl::Time now, Random& random) {
  Greeting greeting;
  greeting.next_token = random.Bytes(kTokenBytes);
  ASSIGN_OR_RETURN(greeting.author, AuthorOf(store, account));
  ASSIGN_OR_RETURN(const auto replica, store.FindReplica(account.replica));
  const bool same = replica.has_value() && account.replica.ToBytes() == hello.replica_id() &&
                    TokenFits(*replica, hello.token());
  RETURN_IF_ERROR(same ? GoOn(store, account, *replica, hello, now, greeting)
                       : BecomeNewReplica(store, account, greeting, now, random));
  return greeting;
}

}  // namespace

absl::StatusOr<Greeting> Greet(BaseStore& store, const Peer& peer, const v1::Hello& hello, absl::Time now,
                               Random& random) {
  ASSIGN_OR_RETURN(auto account, store.FindStore(peer.store));
  const bool known =
      account.has_value() && account->enrolled_us > 0 && account->staff_code == peer.staff_code;
  if (!known) return TurnedAway(v1::GO_AWAY_REASON_UNKNOWN_STORE);
  if (hello.protocol_version() != 1) return TurnedAway(v1::GO_AWAY_REASON_PROTOCOL);
  Greeting greeting;
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(greeting, GreetKnown(store, *std::move(account), hello, now, random));
    return absl::OkStatus();
  }));
  return greeting;
}

absl::Status NoteSessionEnd(BaseStore& store, ReplicaId id, uint32_t unsent_count, absl::Time now) {
  ASSIGN_OR_RETURN(auto replica, store.FindReplica(id));
  if (!replica.has_value()) return absl::OkStatus();
  replica->unsent_count = unsent_count;
  replica->last_sync_us = absl::ToUnixMicros(now);
  return InTransaction(store, [&] { return store.PutReplica(*replica); });
}

}  // namespace opgang
