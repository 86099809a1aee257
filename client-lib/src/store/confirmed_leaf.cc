// The half of ConfirmedStore that brings one leaf of a scope in line with the base (I18).
#include <algorithm>
#include <set>
#include <utility>

#include "client-lib/src/store/confirmed_store.h"
#include "core/base/error.h"
#include "core/base/id_bytes.h"
#include "core/base/status_macros.h"
#include "core/checksum/scope_sum.h"
#include "core/sqlite/transaction.h"

namespace opgang {
namespace {

// Whatever stands there: the base's word for a leaf is never older than ours.
constexpr std::string_view kPutOver =
    "INSERT OR REPLACE INTO records(record_id, record_type, subject_id, rev, stale, sealed)"
    " VALUES(?1, ?2, ?3, ?4, 0, ?5)";

bool IsInside(std::string_view record_id, const v1::LeafContent& content) {
  const auto id = RecordId::FromBytes(record_id);
  if (!id || LeafOf(*id) != static_cast<int>(content.leaf())) return false;
  const bool ends = !content.through_record_id().empty();
  return record_id > content.after_record_id() && (!ends || record_id <= content.through_record_id());
}

std::set<std::string> NamedIn(const v1::LeafContent& content) {
  std::set<std::string> named(content.later_record_ids().begin(), content.later_record_ids().end());
  for (const v1::FeedEntry& entry : content.entries()) named.insert(entry.record_id());
  return named;
}

void NoteRepaired(std::string_view record_id, ConfirmedChange& change) {
  if (const auto id = RecordId::FromBytes(record_id)) change.records.insert(*id);
  ++change.repaired;
}

}  // namespace

absl::StatusOr<ConfirmedChange> ConfirmedStore::ApplyLeafContent(const v1::LeafContent& content,
                                                                 const SecretBytes& key) {
  const auto scope = Scope::FromProto(content.scope());
  if (!scope) return MakeError(ErrorCode::kBadInput, "leaf content: no scope");
  const std::string scope_key = scope->ToKey();
  const int64_t mark = cursors_.contains(*scope) ? cursors_.at(*scope).sweep : 0;
  ConfirmedChange change;
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  RETURN_IF_ERROR(TakeOutUnnamed(content, scope_key, change));
  for (const v1::FeedEntry& entry : content.entries()) {
    if (entry.change() != v1::FEED_CHANGE_PUT || !IsInside(entry.record_id(), content)) {
      return MakeError(ErrorCode::kBadInput, "leaf content: an entry that is not of the leaf");
    }
    ASSIGN_OR_RETURN(const bool same, HoldsExactly(entry, *scope, key));
    if (same) continue;
    ASSIGN_OR_RETURN(const uint64_t rev_here, RevHere(entry.record_id()));
    if (auto* note = Note(SyncStep::kMended, entry.record_id(), *scope, change)) {
      note->record_type = entry.record_type();
      note->rev = entry.rev();
      note->rev_before = rev_here;
      note->leaf = static_cast<int>(content.leaf());
    }
    RETURN_IF_ERROR(PutRow(kPutOver, entry, key));
    RETURN_IF_ERROR(Join(entry.record_id(), scope_key, mark));
    NoteRepaired(entry.record_id(), change);
  }
  RETURN_IF_ERROR(transaction.Commit());
  for (const RecordId& id : change.records) lacking_.erase(id);
  return change;
}

// Out of this scope: a record that another one names stays.
absl::Status ConfirmedStore::TakeOutUnnamed(const v1::LeafContent& content, const std::string& scope_key,
                                            ConfirmedChange& change) {
  const std::set<std::string> named = NamedIn(content);
  ASSIGN_OR_RETURN(
      const auto ids,
      RecordIds("SELECT record_id FROM memberships WHERE scope = ?1 AND left_rev = 0", scope_key));
  for (const std::string& id : ids) {
    if (!IsInside(id, content) || named.contains(id)) continue;
    const Scope scope = Scope::FromKey(scope_key).value_or(Scope());
    if (auto* note = Note(SyncStep::kTakenOut, id, scope, change))
      note->leaf = static_cast<int>(content.leaf());
    RETURN_IF_ERROR(Leave(id, scope_key));
    NoteRepaired(id, change);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ConfirmedStore::HoldsExactly(const v1::FeedEntry& entry, const Scope& scope,
                                                  const SecretBytes& key) {
  ASSIGN_OR_RETURN(const auto held, Find(*RecordId::FromBytes(entry.record_id()), key));
  if (!held || held->stale || held->rev != entry.rev() || held->record_type != entry.record_type())
    return false;
  if (BytesOf(held->subject) != entry.subject_id() || held->record != entry.record()) return false;
  return std::find(held->scopes.begin(), held->scopes.end(), scope) != held->scopes.end();
}

}  // namespace opgang
