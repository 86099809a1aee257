// What this store was used for while the base could not hear: the chain in queue.db (core/sealing/use_chain.h). A use is durable
// before anything is shown, handed in by the next session, and kept until a backup of the base holds it (I13).
//
// The store cannot read it again: each is sealed to the base alone. Errors are sqlite::Database's. Lives on its store's thread.
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_USE_LOG_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_USE_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sqlite/database.h"
#include "opgang/v1/audit.pb.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

class UseLog {
 public:
  // Queue database, key and random outlive it.
  UseLog(sqlite::Database& db, std::string base_public_key, Random& random)
      : db_(db), base_public_key_(std::move(base_public_key)), random_(random) {}

  absl::Status Note(const v1::DeviceUse& use);

  // What the base has not taken yet, oldest of one chain first; without uses: nothing.
  absl::StatusOr<v1::DeviceUses> Next();
  absl::Status Taken(const v1::UsesTaken& taken);
  // Another history at the base: it may have forgotten any of them.
  absl::Status HandInAgain();
  // This store exists twice, or came back from an image: what it notes from here on is no part of what the other notes.
  absl::Status BeginAnew();
  // Backups hold every rev up to here.
  absl::Status Forget(uint64_t horizon);

  // Everything that is there goes along into another store's log, to be handed in by that.
  absl::StatusOr<std::vector<v1::DeviceUses>> All();
  absl::Status TakeOver(const std::vector<v1::DeviceUses>& former);

 private:
  struct Chain {
    std::string id, sealed_start, last_link;
    std::string next_key;  // empty: nothing is added any more
    uint64_t next_number = 1;
  };
  absl::StatusOr<Chain> OpenChain();
  absl::Status Put(const Chain& chain);
  absl::StatusOr<std::vector<v1::DeviceUses>> Read(int64_t up_to_rev, int most);

  sqlite::Database& db_;
  const std::string base_public_key_;
  Random& random_;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_USE_LOG_H_
