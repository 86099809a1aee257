#include "server/store/leaf_ledger.h"

#include <iterator>

#include "core/base/error.h"
#include "core/base/id_bytes.h"
#include "core/base/status_macros.h"

namespace opgang {
namespace {

constexpr int kFewLeaves = 32;

absl::StatusOr<RowTally> ReadLeaf(sqlite::Database& db, std::string_view scope, int leaf) {
  ASSIGN_OR_RETURN(auto row, db.Prepare("SELECT count, sum FROM leaf_sums WHERE scope = ? AND leaf = ?"));
  ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, scope).BindInt(2, leaf).Step());
  if (!found) return RowTally{};
  const auto sum = Sum128::FromBytes(row.Blob(1));
  if (!sum.has_value()) return MakeError(ErrorCode::kDamaged, "a leaf's sum is no sum");
  return RowTally{static_cast<uint64_t>(row.Int(0)), *sum};
}

absl::Status WriteLeaf(sqlite::Database& db, std::string_view scope, int leaf, const RowTally& tally) {
  ASSIGN_OR_RETURN(
      auto put, db.Prepare("INSERT OR REPLACE INTO leaf_sums (scope, leaf, count, sum) VALUES (?, ?, ?, ?)"));
  return put.BindBlob(1, scope)
      .BindInt(2, leaf)
      .BindInt(3, static_cast<int64_t>(tally.count))
      .BindBlob(4, tally.sum.ToBytes())
      .Run();
}

}  // namespace

absl::StatusOr<LeafTallies> ReadLeafTallies(sqlite::Database& db, const Scope& scope) {
  ASSIGN_OR_RETURN(auto rows, db.Prepare("SELECT leaf, count, sum FROM leaf_sums WHERE scope = ?"));
  rows.BindBlob(1, scope.ToKey());
  LeafTallies tallies{};
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return tallies;
    const auto sum = Sum128::FromBytes(rows.Blob(2));
    const int64_t leaf = rows.Int(0);
    if (!sum.has_value() || leaf < 0 || leaf >= kLeafCount) {
      return MakeError(ErrorCode::kDamaged, "a leaf's sum is no sum");
    }
    tallies[leaf] = {static_cast<uint64_t>(rows.Int(1)), *sum};
  }
}

void LeafLedger::Add(const Scope& scope, RecordId id, const Sum128& row) {
  part_[{scope, LeafOf(id)}].Add(row);
}

void LeafLedger::Remove(const Scope& scope, RecordId id, const Sum128& row) {
  part_[{scope, LeafOf(id)}].Remove(row);
}

void LeafLedger::KeepPart() {
  for (const auto& [leaf, change] : part_) kept_[leaf].Add(change);
  part_.clear();
}

absl::Status LeafLedger::WriteTo(sqlite::Database& db) const {
  for (auto begin = kept_.begin(); begin != kept_.end();) {
    const Scope& scope = begin->first.first;
    const auto end = kept_.lower_bound({scope, kLeafCount});
    RETURN_IF_ERROR(WriteScope(db, scope, begin, end));
    begin = end;
  }
  return absl::OkStatus();
}

// Of a scope of which many leaves change, all are read at once: that is a tenth of looking each of them up.
absl::Status LeafLedger::WriteScope(sqlite::Database& db, const Scope& scope, Changes::const_iterator begin,
                                    Changes::const_iterator end) {
  const ScopeKey key(scope);
  const bool many = std::distance(begin, end) > kFewLeaves;
  LeafTallies all{};
  if (many) {
    ASSIGN_OR_RETURN(all, ReadLeafTallies(db, scope));
  }
  for (auto changed = begin; changed != end; ++changed) {
    const int leaf = changed->first.second;
    RowTally tally = all[static_cast<size_t>(leaf)];
    if (!many) {
      ASSIGN_OR_RETURN(tally, ReadLeaf(db, key.bytes(), leaf));
    }
    tally.Add(changed->second);
    RETURN_IF_ERROR(WriteLeaf(db, key.bytes(), leaf, tally));
  }
  return absl::OkStatus();
}

void LeafLedger::Forget() {
  kept_.clear();
  part_.clear();
}

}  // namespace opgang
