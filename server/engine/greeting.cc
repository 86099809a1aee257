#include "server/engine/greeting.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"
#include "server/engine/holdings.h"
#include "server/engine/horizon.h"
#include "server/engine/lease.h"
#include "server/engine/seat_leases.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr int kMostReceipts = 500;
constexpr int kMostErasures = 1000;

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

// Another replica of this store lives and has been heard: whoever comes without its token is a second one.
absl::StatusOr<bool> AnotherLives(BaseStore& store, StoreId id) {
  ASSIGN_OR_RETURN(const std::vector<ReplicaState> replicas, store.ReplicasOf(id));
  return std::any_of(replicas.begin(), replicas.end(), [](const ReplicaState& replica) {
    return !replica.retired && replica.last_sync_us > 0;
  });
}

// This name was given up, and here is somebody who goes by it: whoever gave it up was another. Not so where it asks again
// to give it up, because the Welcome was lost.
absl::StatusOr<bool> GivenUpByAnother(BaseStore& store, StoreId id, const v1::Hello& hello) {
  const auto named = ReplicaId::FromBytes(hello.replica_id());
  ASSIGN_OR_RETURN(const BackupFacts facts, store.Backup());
  // A restore gives up every name; a store that has never been here names no epoch.
  const bool by_restore =
      hello.epoch().empty() ? !facts.restored_from.empty() : hello.epoch() != store.epoch().ToBytes();
  if (!named.has_value() || by_restore) return false;
  ASSIGN_OR_RETURN(const auto replica, store.FindReplica(*named));
  if (!replica.has_value() || replica->store != id || !replica->retired) return false;
  return !(hello.gives_up_name() && TokenFits(*replica, hello.token()));
}

// A store that has lost its queue's state with its disk names no replica, and is no second one.
absl::Status NoteTwin(BaseStore& store, const v1::Hello& hello, absl::Time now, StoreAccount& account,
                      Greeting& greeting) {
  if (hello.replica_id().empty() || account.twin_since_us > 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool another, AnotherLives(store, account.id));
  ASSIGN_OR_RETURN(const bool given_up, GivenUpByAnother(store, account.id, hello));
  greeting.found_twice = another || given_up;
  if (greeting.found_twice) account.twin_since_us = absl::ToUnixMicros(now);
  return absl::OkStatus();
}

// Whoever lost its identity or a place, comes from a former epoch, or found another store's work in its places and so
// presents no token, will not come under its old name again.
absl::Status RetireFormer(BaseStore& store, const StoreAccount& account, const v1::Hello& hello) {
  const bool lost = hello.replica_id().empty();
  const auto named = lost ? std::optional(account.replica) : ReplicaId::FromBytes(hello.replica_id());
  const bool former_epoch = !hello.epoch().empty() && hello.epoch() != store.epoch().ToBytes();
  const bool gives_it_up = lost || former_epoch || hello.token().empty() || hello.gives_up_name();
  if (!named.has_value() || !gives_it_up) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto former, store.FindReplica(*named));
  if (!former.has_value() || former->store != account.id) return absl::OkStatus();
  former->retired = true;
  RETURN_IF_ERROR(store.PutReplica(*former));
  // The name that it was given instead went with a Welcome that it never heard; whoever comes under that is another.
  ASSIGN_OR_RETURN(auto unheard, store.FindReplica(account.replica));
  if (!hello.gives_up_name() || !unheard.has_value()) return absl::OkStatus();
  unheard->retired = true;
  return store.PutReplica(*unheard);
}

absl::Status BecomeNewReplica(BaseStore& store, StoreAccount& account, const v1::Hello& hello,
                              Greeting& greeting, absl::Time now, Random& random) {
  const ReplicaId named = ReplicaId::FromBytes(hello.replica_id()).value_or(account.replica);
  ASSIGN_OR_RETURN(const auto former, store.FindReplica(named));
  ReplicaState replica;
  replica.id = ReplicaId::Make(now, random);
  replica.store = account.id;
  replica.token = greeting.next_token;
  const bool own = former.has_value() && former->store == account.id;
  if (own) RETURN_IF_ERROR(InheritHoldings(store, named, replica.id));
  account.replica = replica.id;
  greeting.new_replica = replica.id;
  RETURN_IF_ERROR(store.PutStore(account));
  return store.PutReplica(replica);
}

// Which replica speaks; nullopt where it must become another one.
absl::StatusOr<std::optional<ReplicaState>> RecogniseReplica(BaseStore& store, const StoreAccount& account,
                                                             const v1::Hello& hello) {
  const auto id = ReplicaId::FromBytes(hello.replica_id());
  if (!id.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(std::optional<ReplicaState> replica, store.FindReplica(*id));
  if (!replica.has_value()) return std::nullopt;
  const bool same_epoch = hello.epoch().empty() || hello.epoch() == store.epoch().ToBytes();
  const bool recognised =
      replica->store == account.id && !replica->retired && same_epoch && TokenFits(*replica, hello.token());
  if (!recognised) return std::nullopt;
  return replica;
}

// What devices let go of, trusting a backup newer than the one that was restored, is gone: that must be seen.
absl::Status NoteLetGo(BaseStore& store, const v1::Hello& hello, const BackupFacts& facts) {
  const bool concerned = !facts.restored_from.empty() && hello.epoch() == facts.restored_from.ToBytes();
  if (!concerned || hello.durable_horizon() <= facts.let_go_rev) return absl::OkStatus();
  return store.NoteLetGo(hello.durable_horizon());
}

// What only a store that reads is told, and what the base notes of what it is given to read.
absl::Status TellReader(BaseStore& store, ReplicaId replica, const v1::Hello& hello, absl::Time now,
                        Greeting& greeting) {
  const Author& author = greeting.author;
  ASSIGN_OR_RETURN(greeting.lost_scopes, UpdateHoldings(store, replica, author.grants, now));
  ASSIGN_OR_RETURN(greeting.receipts, store.Receipts(author.staff_code, kMostReceipts));
  ASSIGN_OR_RETURN(greeting.loans, BalanceLeases(store, author, replica, hello, now));
  return absl::OkStatus();
}

// A store that was taken out of use is told that everything must go, and nothing else.
absl::Status GoOnRevoked(BaseStore& store, ReplicaState replica, const v1::Hello& hello, absl::Time now,
                         Greeting& greeting) {
  TurnToken(replica, hello.token(), greeting.next_token);
  replica.last_sync_us = absl::ToUnixMicros(now);
  replica.unsent_count = hello.unsent_count();
  RETURN_IF_ERROR(store.PutReplica(replica));
  ASSIGN_OR_RETURN(greeting.lost_scopes, UpdateHoldings(store, replica.id, /*grants=*/{}, now));
  return absl::OkStatus();
}

// What this session will be given to read, noted before the first page can leave: in the greeting's own commit.
absl::Status AuditDelivery(BaseStore& store, const StoreAccount& account, const Author& author,
                           absl::Time now) {
  AuditUse use;
  use.note.set_at_us(absl::ToUnixMicros(now));
  use.note.set_actor(account.staff_code);
  use.note.set_action(v1::AUDIT_ACTION_DELIVERED);
  use.note.set_store_id(account.id.ToBytes());
  for (const StoredGrant& grant : author.grants) {
    if (IsReadable(grant)) *use.note.add_scopes() = grant.scope.ToProto();
  }
  return use.note.scopes().empty() ? absl::OkStatus() : store.AuditUsed(use);
}

// Of what cannot be handed in, a base that came back without the citizen has its ledger alone to tell by (I12).
void TellOfDamaged(const BaseStore& store, const v1::Hello& hello, std::vector<v1::Erasure>& erasures) {
  const int asked = std::min(hello.damaged_subjects_size(), kMostErasures);
  for (int i = 0; i < asked; ++i) {
    const auto citizen = RecordId::FromBytes(hello.damaged_subjects(i));
    if (citizen.has_value() && store.ledger().Holds(*citizen)) erasures.push_back(store.ErasureOf(*citizen));
  }
}

absl::Status GoOn(BaseStore& store, StoreAccount& account, ReplicaState replica, const v1::Hello& hello,
                  absl::Time now, Greeting& greeting) {
  if (account.is_revoked()) return GoOnRevoked(store, std::move(replica), hello, now, greeting);
  greeting.reading = CheckReadProof(account.proof_public_key, replica.id, hello.token(), hello.read_proof());
  RETURN_IF_ERROR(RenewLease(store, account, replica.id, hello, now, greeting));
  ASSIGN_OR_RETURN(
      greeting.changed_fates,
      store.ChangedFates(account.id, replica.last_sync_us - absl::ToInt64Microseconds(kTellAgain)));
  // A token from before the last Welcome: that was lost, or this is the image of a moment before it.
  if (hello.token() != replica.token) RETURN_IF_ERROR(store.ForgetHeeded(replica.id));
  TurnToken(replica, hello.token(), greeting.next_token);
  replica.last_sync_us = absl::ToUnixMicros(now);
  replica.unsent_count = hello.unsent_count();
  // A locked store knows no due time: what was heard last stands.
  if (greeting.reading && !hello.due_follows()) replica.nearest_due_us = hello.nearest_due_us();
  RETURN_IF_ERROR(store.PutReplica(replica));
  ASSIGN_OR_RETURN(greeting.chairs_came_back, HearLeases(store, account.id, replica.id, hello));
  ASSIGN_OR_RETURN(greeting.erasures, store.ErasuresToTell(account.id, replica.id, kMostErasures));
  TellOfDamaged(store, hello, greeting.erasures);
  if (!greeting.reading) return absl::OkStatus();
  RETURN_IF_ERROR(TellReader(store, replica.id, hello, now, greeting));
  return AuditDelivery(store, account, greeting.author, now);
}

absl::StatusOr<Greeting> GreetKnown(BaseStore& store, StoreAccount account, const v1::Hello& hello,
                                    absl::Time now, Random& random) {
  Greeting greeting;
  greeting.next_token = random.Bytes(kTokenBytes);
  ASSIGN_OR_RETURN(greeting.author, AuthorOf(store, account));
  greeting.author.as_of = store.authority_rev();
  ASSIGN_OR_RETURN(const auto replica, RecogniseReplica(store, account, hello));
  if (replica.has_value() && !hello.gives_up_name()) {
    greeting.author.replica = replica->id;
    RETURN_IF_ERROR(GoOn(store, account, *replica, hello, now, greeting));
  } else {
    if (!replica.has_value()) RETURN_IF_ERROR(NoteTwin(store, hello, now, account, greeting));
    RETURN_IF_ERROR(RetireFormer(store, account, hello));
    RETURN_IF_ERROR(BecomeNewReplica(store, account, hello, greeting, now, random));
    if (!account.is_revoked()) {
      ASSIGN_OR_RETURN(greeting.chairs_came_back, HearLeases(store, account.id, ReplicaId(), hello));
    }
  }
  ASSIGN_OR_RETURN(const BackupFacts facts, store.Backup());
  RETURN_IF_ERROR(NoteLetGo(store, hello, facts));
  greeting.backup = BackupStatusOf(facts, now);
  return greeting;
}

}  // namespace

absl::StatusOr<Greeting> Greet(BaseStore& store, const Peer& peer, const v1::Hello& hello, absl::Time now,
                               Random& random) {
  ASSIGN_OR_RETURN(auto account, FindAccount(store, peer));
  if (!account.has_value()) return TurnedAway(v1::GO_AWAY_REASON_UNKNOWN_STORE);
  if (hello.protocol_version() != 1) return TurnedAway(v1::GO_AWAY_REASON_PROTOCOL);
  Greeting greeting;
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(greeting, GreetKnown(store, *std::move(account), hello, now, random));
    return absl::OkStatus();
  }));
  return greeting;
}

absl::Status SettleTwin(BaseStore& store, StoreId id, std::string_view actor, absl::Time now) {
  ASSIGN_OR_RETURN(auto account, store.FindStore(id));
  if (!account.has_value() || (account->twin_since_us == 0 && account->alarm_us == 0)) {
    return MakeError(ErrorCode::kNotFound, "no such store exists twice, or has an alarm");
  }
  ASSIGN_OR_RETURN(std::vector<ReplicaState> replicas, store.ReplicasOf(id));
  const auto heard_before = [](const ReplicaState& a, const ReplicaState& b) {
    return std::tuple(!a.retired, a.last_sync_us) < std::tuple(!b.retired, b.last_sync_us);
  };
  const auto last = std::max_element(replicas.begin(), replicas.end(), heard_before);
  return InTransaction(store, [&]() -> absl::Status {
    for (ReplicaState& replica : replicas) {
      if (account->twin_since_us == 0) break;
      replica.retired = replica.id != last->id;
      RETURN_IF_ERROR(store.PutReplica(replica));
    }
    if (account->twin_since_us > 0 && last != replicas.end()) account->replica = last->id;
    account->twin_since_us = 0;
    account->alarm_us = 0;
    RETURN_IF_ERROR(store.PutStore(*account));
    return store.Audit(actor, "twin-settled", id.ToBytes(), absl::ToUnixMicros(now));
  });
}

absl::Status NoteSessionEnd(BaseStore& store, ReplicaId id, const HeldByDevice& held, absl::Time now) {
  ASSIGN_OR_RETURN(auto replica, store.FindReplica(id));
  if (!replica.has_value()) return absl::OkStatus();
  replica->unsent_count = held.unsent_count;
  if (held.nearest_due_us.has_value()) replica->nearest_due_us = *held.nearest_due_us;
  replica->last_sync_us = absl::ToUnixMicros(now);
  return InTransaction(store, [&] { return store.PutReplica(*replica); });
}

}  // namespace opgang
