// The base's leaf sums (core/checksum/scope_sum.h), kept in step with the feed: what a transaction changes is gathered
// in memory and written once, at its end, in the same transaction as the feed rows. A group of a thousand mutations
// costs at most 256 rows of each scope it touches.
//
//   BeginPart() ... KeepPart() | DropPart(): as the store's parts; what a dropped part changed is forgotten
//   WriteTo(): before the commit; Forget(): after it, or after a rollback
#ifndef OPGANG_SERVER_STORE_LEAF_LEDGER_H_
#define OPGANG_SERVER_STORE_LEAF_LEDGER_H_

#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/checksum/scope_sum.h"
#include "core/sqlite/database.h"

namespace opgang {

// The leaf sums of one scope as they are written.
absl::StatusOr<LeafTallies> ReadLeafTallies(sqlite::Database& db, const Scope& scope);

class LeafLedger {
 public:
  void Add(const Scope& scope, RecordId id, const Sum128& row);
  void Remove(const Scope& scope, RecordId id, const Sum128& row);

  void BeginPart() { part_.clear(); }
  void KeepPart();
  void DropPart() { part_.clear(); }

  absl::Status WriteTo(sqlite::Database& db) const;
  void Forget();

 private:
  // Differences, mod 2^64 and mod 2^128: a leaf may lose more than it gains.
  using Changes = std::map<std::pair<Scope, int>, RowTally>;

  static absl::Status WriteScope(sqlite::Database& db, const Scope& scope, Changes::const_iterator begin,
                                 Changes::const_iterator end);

  Changes kept_;
  Changes part_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_STORE_LEAF_LEDGER_H_
