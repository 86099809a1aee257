// The half of SqliteBaseQueries that reads the feed: pages, and the leaves of a scope.
#include <algorithm>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sqlite/transaction.h"
#include "server/store/erasure_ledger.h"
#include "server/store/leaf_ledger.h"
#include "server/store/sqlite_base_reader.h"
#include "server/store/sqlite_base_schema.h"

namespace opgang {
namespace {

constexpr size_t kEntryOverhead = 64;  // ids, rev, tags and lengths
constexpr size_t kIdOverhead = 18;

RecordId IdIn(const sqlite::Statement& row) { return RecordId::FromBytes(row.Blob(2)).value_or(RecordId()); }

std::string NameOf(const Scope& scope) {
  return v1::ScopeKind_Name(scope.kind) + " " + UuidToString(scope.id);
}

}  // namespace

absl::StatusOr<uint64_t> SqliteBaseQueries::TombstoneFloor() {
  const auto text = Meta(kTombstoneFloor);
  if (!text.ok() && GetErrorCode(text.status()) == ErrorCode::kNotFound) return 0;
  if (!text.ok()) return text.status();
  return std::stoull(*text);
}

absl::StatusOr<FeedPage> SqliteBaseQueries::ReadFeed(const Scope& scope, uint64_t after_rev, size_t max_bytes,
                                                     uint64_t tombstones_after) {
  ASSIGN_OR_RETURN(auto snapshot, sqlite::Transaction::BeginRead(db_));
  FeedPage page;
  ASSIGN_OR_RETURN(page.newest_rev, NewestRev());
  ASSIGN_OR_RETURN(page.tombstone_floor, TombstoneFloor());
  page.to_rev = page.newest_rev;
  ASSIGN_OR_RETURN(auto rows,
                   db_.Prepare("SELECT f.rev, f.change, f.record_id, r.type, r.subject, r.rev, r.sealed"
                               " FROM feed f JOIN records r ON r.record_id = f.record_id"
                               " WHERE f.scope = ?1 AND f.rev > ?2 AND f.change > ?3"
                               " AND (f.rev > ?4 OR f.change NOT IN (?5, ?6)) ORDER BY f.rev"));
  const uint64_t omitted = std::min<uint64_t>(tombstones_after, INT64_MAX);
  rows.BindBlob(1, scope.ToKey())
      .BindInt(2, static_cast<int64_t>(after_rev))
      .BindInt(3, kToldToNobody)
      .BindInt(4, static_cast<int64_t>(omitted))
      .BindInt(5, v1::FEED_CHANGE_LEAVE)
      .BindInt(6, v1::FEED_CHANGE_DELETE);
  size_t bytes = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) break;
    ASSIGN_OR_RETURN(const bool room, AddFeedEntry(rows, max_bytes, bytes, page));
    if (room) continue;
    page.to_rev = page.entries.back().rev();
    page.more = true;
    return page;
  }
  ASSIGN_OR_RETURN(const LeafTallies leaves, ReadLeafTallies(db_, scope));
  const RowTally total = TotalOf(leaves);
  page.living_records = total.count;
  page.sum = total.sum;
  return page;
}

// False: the page is full, and the row begins another rev than the last one on it.
absl::StatusOr<bool> SqliteBaseQueries::AddFeedEntry(const sqlite::Statement& row, size_t max_bytes,
                                                     size_t& bytes, FeedPage& page) {
  const auto rev = static_cast<uint64_t>(row.Int(0));
  const bool new_rev = page.entries.empty() || page.entries.back().rev() != rev;
  if (bytes >= max_bytes && new_rev) return false;
  ASSIGN_OR_RETURN(v1::FeedEntry entry, EntryFrom(row));
  bytes += entry.record().size() + kEntryOverhead;
  page.entries.push_back(std::move(entry));
  return true;
}

absl::StatusOr<v1::FeedEntry> SqliteBaseQueries::EntryFrom(const sqlite::Statement& row) {
  v1::FeedEntry entry;
  entry.set_rev(static_cast<uint64_t>(row.Int(0)));
  entry.set_change(static_cast<v1::FeedChange>(row.Int(1)));
  entry.set_record_id(std::string(row.Blob(2)));
  entry.set_record_type(static_cast<uint32_t>(row.Int(3)));
  entry.set_subject_id(std::string(row.Blob(4)));
  if (entry.change() == v1::FEED_CHANGE_ERASE && !entry.subject_id().empty())
    entry.set_erasure_proof(ErasureProof(key_, entry.subject_id()));
  if (entry.change() != v1::FEED_CHANGE_PUT) return entry;
  ASSIGN_OR_RETURN(*entry.mutable_record(), OpenRow("records", row.Blob(2), static_cast<uint64_t>(row.Int(5)),
                                                    row.Blob(6), row.Blob(4)));
  return entry;
}

absl::StatusOr<LeafTallies> SqliteBaseQueries::ReadLeafSums(const Scope& scope) {
  ASSIGN_OR_RETURN(auto snapshot, sqlite::Transaction::BeginRead(db_));
  return ReadLeafTallies(db_, scope);
}

absl::StatusOr<LeafPart> SqliteBaseQueries::ReadLeaf(const Scope& scope, int leaf, RecordId after,
                                                     uint64_t at_rev, size_t max_bytes) {
  ASSIGN_OR_RETURN(auto snapshot, sqlite::Transaction::BeginRead(db_));
  // The record is looked up for rows of the leaf only.
  ASSIGN_OR_RETURN(auto rows,
                   db_.Prepare("SELECT f.rev, f.change, f.record_id, r.type, r.subject, r.rev, r.sealed"
                               " FROM feed f CROSS JOIN records r ON r.record_id = f.record_id"
                               " WHERE f.scope = ?1 AND f.record_id > ?2 AND substr(f.record_id, 16, 1) = ?3"
                               " ORDER BY f.record_id"));
  const char last_byte = static_cast<char>(leaf);
  rows.BindBlob(1, scope.ToKey()).BindBlob(2, after.ToBytes()).BindBlob(3, std::string_view(&last_byte, 1));
  LeafPart part;
  size_t bytes = 0;
  RecordId last = after;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return part;
    if (bytes >= max_bytes) break;
    last = IdIn(rows);
    if (static_cast<uint64_t>(rows.Int(0)) > at_rev) {
      part.later.push_back(last);
      bytes += kIdOverhead;
    } else if (rows.Int(1) == v1::FEED_CHANGE_PUT) {
      ASSIGN_OR_RETURN(v1::FeedEntry entry, EntryFrom(rows));
      bytes += entry.record().size() + kEntryOverhead;
      part.entries.push_back(std::move(entry));
    }
  }
  part.through = last;
  return part;
}

// What a row adds up to; where it does not open, which is told elsewhere, or there is no key, what was written of it.
absl::StatusOr<Sum128> SqliteBaseQueries::SumOfRow(const Scope& scope, const sqlite::Statement& row) {
  const auto entry = key_.empty() ? absl::UnavailableError("no key") : EntryFrom(row);
  if (!entry.ok()) return Sum128::FromBytes(row.Blob(8)).value_or(Sum128());
  return RowSum(ScopeSumKey(key_, scope), {entry->record_id(), entry->record_type(), entry->rev(),
                                           entry->subject_id(), entry->record()});
}

// Adds everything up anew and compares it with what is written beside it.
absl::Status SqliteBaseQueries::CheckSums(BaseReader::Soundness& result) {
  std::map<Scope, LeafTallies> counted;
  ASSIGN_OR_RETURN(auto scopes, db_.Prepare("SELECT scope FROM leaf_sums UNION SELECT scope FROM feed"));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, scopes.Step());
    if (!more) break;
    if (const auto scope = Scope::FromKey(scopes.Blob(0))) counted[*scope] = LeafTallies{};
  }
  ASSIGN_OR_RETURN(auto rows,
                   db_.Prepare("SELECT f.rev, f.change, f.record_id, r.type, r.subject, r.rev, r.sealed,"
                               " f.scope, f.row_sum FROM feed f JOIN records r ON r.record_id = f.record_id"
                               " WHERE f.change = ?"));
  rows.BindInt(1, v1::FEED_CHANGE_PUT);
  int64_t strays = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) break;
    const Scope scope = Scope::FromKey(rows.Blob(7)).value_or(Scope());
    ASSIGN_OR_RETURN(const Sum128 sum, SumOfRow(scope, rows));
    if (rows.Int(0) != rows.Int(5) || sum.ToBytes() != rows.Blob(8)) ++strays;
    counted[scope][LeafOf(IdIn(rows))].Add(sum);
  }
  if (strays > 0) result.problems.push_back(std::to_string(strays) + " feed rows are not their records'");
  for (const auto& [scope, tallies] : counted) {
    ASSIGN_OR_RETURN(const LeafTallies written, ReadLeafTallies(db_, scope));
    const size_t differing = DifferingLeaves(tallies, written).size();
    if (differing == 0) continue;
    result.problems.push_back("scope " + NameOf(scope) + ": the sums of " + std::to_string(differing) +
                              " leaves are not those of their records");
  }
  return absl::OkStatus();
}

}  // namespace opgang
