// What this store's own rows come to, scope by scope (core/checksum/scope_sum.h): counted once a session from opened
// rows, never from a number kept beside them, and kept in step with what the session brings. Compared with the base's
// word at each Current; where they differ, the leaves say where (I18).
#ifndef OPGANG_CLIENT_LIB_SRC_STORE_SCOPE_AUDIT_H_
#define OPGANG_CLIENT_LIB_SRC_STORE_SCOPE_AUDIT_H_

#include <map>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client-lib/src/store/confirmed_store.h"
#include "core/checksum/scope_sum.h"
#include "core/sealing/secret.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

class ScopeAudit {
 public:
  // The keys of the scopes that the base lets this store read.
  explicit ScopeAudit(const std::map<Scope, SecretBytes>& keys);

  // A row as it is now; takes the place of what was counted for it.
  void Take(const ConfirmedRecord& record) { Take(Sum(record)); }
  // The same in two steps: the first, which takes the time, on any thread.
  struct Summed {
    RecordId id;
    uint64_t rev = 0;
    std::vector<std::pair<Scope, Sum128>> sums;
  };
  Summed Sum(const ConfirmedRecord& record) const;
  void Take(const Summed& row);
  // A row that a page has just put, or put anew, where it stands in `scope` and perhaps in others: the same, without reading it
  // back.
  void TakePut(RecordId id, const v1::FeedEntry& entry, const Scope& scope);
  // A record that should be here and cannot be read: counts as one that adds up to nothing, so that its leaf differs.
  void TakeLacking(RecordId id, const std::vector<Scope>& scopes);
  void Drop(RecordId id);

  // nullopt: the rows are what the base says, or that cannot be told from this Current (no key; or a page of another
  // scope has brought a record of this one in a newer form: the next Current tells). Else what they come to.
  std::optional<v1::LeafSums> DifferenceFrom(const v1::Current& current) const;

 private:
  struct Row {
    uint64_t rev;
    Sum128 sum;
  };
  struct Counted {
    SecretBytes key;
    LeafTallies leaves;
    absl::flat_hash_map<RecordId, Row> rows;
  };
  void Count(Counted& scope, RecordId id, const Row& row);

  std::map<Scope, Counted> scopes_;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_STORE_SCOPE_AUDIT_H_
