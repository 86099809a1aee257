#include "client-lib/src/store/scope_audit.h"

#include <algorithm>

#include "core/base/id_bytes.h"

namespace opgang {
namespace {

v1::LeafSums ToProto(const Scope& scope, const LeafTallies& leaves) {
  v1::LeafSums sums;
  *sums.mutable_scope() = scope.ToProto();
  for (int leaf = 0; leaf < kLeafCount; ++leaf) {
    if (leaves[leaf] == RowTally{}) continue;
    v1::LeafSum& sum = *sums.add_leaves();
    sum.set_leaf(static_cast<uint32_t>(leaf));
    sum.set_count(leaves[leaf].count);
    sum.set_sum(leaves[leaf].sum.ToBytes());
  }
  return sums;
}

}  // namespace

ScopeAudit::ScopeAudit(const std::map<Scope, SecretBytes>& keys) {
  for (const auto& [scope, key] : keys) scopes_[scope].key = key;
}

// A row of a former epoch says nothing about this one's, whatever its bytes: as one that is lacking.
ScopeAudit::Summed ScopeAudit::Sum(const ConfirmedRecord& record) const {
  Summed summed{.id = record.id, .rev = record.stale ? 0 : record.rev};
  const SummedRow row{BytesOf(record.id), record.record_type, record.rev, BytesOf(record.subject),
                      record.record};
  for (const Scope& scope : record.scopes) {
    const auto counted = scopes_.find(scope);
    if (counted == scopes_.end()) continue;
    summed.sums.emplace_back(scope, record.stale ? Sum128() : RowSum(counted->second.key, row));
  }
  return summed;
}

void ScopeAudit::Take(const Summed& row) {
  Drop(row.id);
  for (const auto& [scope, sum] : row.sums) Count(scopes_.at(scope), row.id, {row.rev, sum});
}

void ScopeAudit::TakePut(RecordId id, const v1::FeedEntry& entry, const Scope& scope) {
  const SummedRow row{entry.record_id(), entry.record_type(), entry.rev(), entry.subject_id(),
                      entry.record()};
  for (auto& [counted_scope, counted] : scopes_) {
    const auto before = counted.rows.find(id);
    if (before == counted.rows.end() && counted_scope != scope) continue;
    if (before != counted.rows.end()) counted.leaves[LeafOf(id)].Remove(before->second.sum);
    Count(counted, id, {entry.rev(), RowSum(counted.key, row)});
  }
}

void ScopeAudit::TakeLacking(RecordId id, const std::vector<Scope>& scopes) {
  Drop(id);
  for (const Scope& scope : scopes) {
    const auto counted = scopes_.find(scope);
    if (counted != scopes_.end()) Count(counted->second, id, {0, Sum128()});
  }
}

void ScopeAudit::Count(Counted& scope, RecordId id, const Row& row) {
  scope.rows[id] = row;
  scope.leaves[LeafOf(id)].Add(row.sum);
}

void ScopeAudit::Drop(RecordId id) {
  for (auto& [scope, counted] : scopes_) {
    const auto row = counted.rows.find(id);
    if (row == counted.rows.end()) continue;
    counted.leaves[LeafOf(id)].Remove(row->second.sum);
    counted.rows.erase(row);
  }
}

std::optional<v1::LeafSums> ScopeAudit::DifferenceFrom(const v1::Current& current) const {
  const auto scope = Scope::FromProto(current.scope());
  const auto sum = Sum128::FromBytes(current.sum());
  const auto counted = scope ? scopes_.find(*scope) : scopes_.end();
  if (counted == scopes_.end() || !sum) return std::nullopt;
  const RowTally said{current.record_count(), *sum};
  if (TotalOf(counted->second.leaves) == said) return std::nullopt;
  const auto& rows = counted->second.rows;
  const bool ahead =
      std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.second.rev > current.rev(); });
  if (ahead) return std::nullopt;
  return ToProto(*scope, counted->second.leaves);
}

}  // namespace opgang
