// The half of ConfirmedStore that takes over the base's feed: pages, sweeps, lost scopes, a new epoch.
#include <algorithm>
#include <utility>

#include "client-lib/src/store/confirmed_store.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"
#include "core/sqlite/transaction.h"

namespace opgang {

absl::StatusOr<ConfirmedChange> ConfirmedStore::ApplyPage(const v1::Page& page, const SecretBytes& key) {
  const auto scope = Scope::FromProto(page.scope());
  if (!scope) return MakeError(ErrorCode::kBadInput, "page: no scope");
  StoredCursor cursor = cursors_.contains(*scope) ? cursors_.at(*scope) : StoredCursor{};
  // From the beginning means mark and sweep, whether the base says so or we had no cursor to go on from.
  const bool anew = page.reset() || cursor.rev == 0;
  if (anew) {
    ++cursor.sweep;
    cursor.sweeping = true;
    cursor.current = 0;
    cursor.skipped = 0;
  }
  cursor.generation = page.generation();
  cursor.rev = page.to_rev();

  ConfirmedChange change;
  change.scope = *scope;
  if (auto* note = page.reset() ? Note(SyncStep::kAnew, "", *scope, change) : nullptr)
    note->reset = page.reset_reason();
  if (!anew && page.entries().empty()) {  // the Current behind it writes down where the scope is
    cursors_[*scope] = cursor;
    return change;
  }
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  for (const v1::FeedEntry& entry : page.entries()) {
    RETURN_IF_ERROR(Take(entry, *scope, cursor, key, change));
  }
  RETURN_IF_ERROR(WriteCursor(*scope, cursor));
  RETURN_IF_ERROR(transaction.Commit());
  cursors_[*scope] = cursor;
  moved_.erase(*scope);
  NoteGone(page);
  // It happened, whatever becomes of the checkpoint: a later one, at the latest on close, wipes the rest.
  if (!change.erased.empty()) (void)db_->Checkpoint();
  return change;
}

// A change that only a newer app knows is passed over, so that the rest of the page arrives, and asked for again when
// this app is upgraded. Until then the sums tell whether this copy differs (I18).
absl::Status ConfirmedStore::Take(const v1::FeedEntry& entry, const Scope& scope, StoredCursor& cursor,
                                  const SecretBytes& key, ConfirmedChange& change) {
  const auto id = RecordId::FromBytes(entry.record_id());
  if (!id) return MakeError(ErrorCode::kBadInput, "page: an entry without a record id");
  change.records.insert(*id);
  change.put.erase(*id);
  if (noting_) RETURN_IF_ERROR(NoteEntry(entry, scope, change));
  switch (entry.change()) {
    case v1::FEED_CHANGE_PUT: return Put(entry, scope.ToKey(), cursor.sweep, key, change);
    case v1::FEED_CHANGE_LEAVE: return LeaveAt(entry.record_id(), scope, entry.rev());
    case v1::FEED_CHANGE_DELETE: return Leave(entry.record_id(), scope.ToKey());
    case v1::FEED_CHANGE_ERASE: return Erase(entry, change);
    default: cursor.skipped = schema_.version; return absl::OkStatus();
  }
}

// The decision that is about to be made of an entry.
absl::Status ConfirmedStore::NoteEntry(const v1::FeedEntry& entry, const Scope& scope,
                                       ConfirmedChange& change) {
  ASSIGN_OR_RETURN(const uint64_t rev_here, RevHere(entry.record_id()));
  SyncDecision& decision = *Note(SyncStep::kSkipped, entry.record_id(), scope, change);
  decision.record_type = entry.record_type();
  decision.rev = entry.rev();
  decision.rev_before = rev_here;
  switch (entry.change()) {
    case v1::FEED_CHANGE_PUT:
      decision.step = rev_here > entry.rev() ? SyncStep::kKeptNewer : SyncStep::kPut;
      break;
    case v1::FEED_CHANGE_LEAVE: decision.step = SyncStep::kLeft; break;
    case v1::FEED_CHANGE_DELETE: decision.step = SyncStep::kDeleted; break;
    case v1::FEED_CHANGE_ERASE: decision.step = SyncStep::kErased; break;
    default: break;
  }
  return absl::OkStatus();
}

// 0: the record is not here, or of a former epoch.
absl::StatusOr<uint64_t> ConfirmedStore::RevHere(const std::string& record_id) {
  ASSIGN_OR_RETURN(auto row, db_->Prepare("SELECT rev FROM records WHERE record_id = ?1 AND stale = 0"));
  ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, record_id).Step());
  return found ? static_cast<uint64_t>(row.Int(0)) : 0;
}

// Null where nobody asked.
SyncDecision* ConfirmedStore::Note(SyncStep step, const std::string& record_id, const Scope& scope,
                                   ConfirmedChange& change) const {
  if (!noting_) return nullptr;
  SyncDecision& decision = change.decisions.emplace_back();
  decision.step = step;
  decision.record = RecordId::FromBytes(record_id).value_or(RecordId());
  decision.scope = scope;
  return &decision;
}

// The rev that all scopes must have passed before what left `left` at `rev` is known to be in none of them: it may have
// gone on since, out of a scope that came here without it and has told so.
uint64_t ConfirmedStore::Awaited(const Scope& left, uint64_t rev) const {
  uint64_t awaited = rev;
  for (const Scope& other : expected_) {
    const auto cursor = cursors_.find(other);
    if (other != left && cursor != cursors_.end()) awaited = std::max(awaited, cursor->second.rev);
  }
  return awaited;
}

// A scope that may hold the record is not here yet.
bool ConfirmedStore::MayCome(const Scope& left, uint64_t awaited) const {
  return std::any_of(expected_.begin(), expected_.end(),
                     [&](const Scope& other) { return other != left && !Passed(other, awaited); });
}

void ConfirmedStore::NoteGone(const v1::Page& page) {
  const Scope scope = Scope::FromProto(page.scope()).value_or(Scope());
  for (const v1::FeedEntry& entry : page.entries()) {
    const RecordId id = RecordId::FromBytes(entry.record_id()).value_or(RecordId());
    const bool on_its_way =
        entry.change() == v1::FEED_CHANGE_LEAVE && MayCome(scope, Awaited(scope, entry.rev()));
    if (entry.change() == v1::FEED_CHANGE_PUT) {
      gone_.erase(id);
    } else if (v1::FeedChange_IsValid(entry.change()) && !on_its_way) {
      gone_[id] = entry.rev();
    }
  }
}

// The newest rev wins: pages of two scopes may bring one record in either order.
absl::Status ConfirmedStore::Put(const v1::FeedEntry& entry, const std::string& scope_key, int64_t mark,
                                 const SecretBytes& key, ConfirmedChange& change) {
  RETURN_IF_ERROR(
      PutRow("INSERT INTO records(record_id, record_type, subject_id, rev, stale, sealed)"
             " VALUES(?1, ?2, ?3, ?4, 0, ?5) ON CONFLICT(record_id) DO UPDATE SET"
             " record_type = ?2, subject_id = ?3, rev = ?4, stale = 0, sealed = ?5"
             " WHERE stale = 1 OR rev <= ?4",
             entry, key));
  const auto id = RecordId::FromBytes(entry.record_id());
  if (id && db_->changes() > 0) change.put[*id] = &entry;
  return Join(entry.record_id(), scope_key, mark);
}

absl::Status ConfirmedStore::PutRow(std::string_view sql, const v1::FeedEntry& entry,
                                    const SecretBytes& key) {
  const std::string binding = RowBinding("records", entry.record_id(), entry.rev(), 1);
  ASSIGN_OR_RETURN(auto record, db_->Prepare(sql));
  RETURN_IF_ERROR(record.BindBlob(1, entry.record_id())
                      .BindInt(2, entry.record_type())
                      .BindBlob(3, entry.subject_id())
                      .BindInt(4, static_cast<int64_t>(entry.rev()))
                      .BindBlob(5, Seal(key, entry.record(), binding, random_))
                      .Run());
  return absl::OkStatus();
}

absl::Status ConfirmedStore::Join(const std::string& record_id, const std::string& scope_key, int64_t mark) {
  ASSIGN_OR_RETURN(
      auto membership,
      db_->Prepare("INSERT OR REPLACE INTO memberships(scope, record_id, mark) VALUES(?1, ?2, ?3)"));
  return membership.BindBlob(1, scope_key).BindBlob(2, record_id).BindInt(3, mark).Run();
}

// A record goes with its last membership.
absl::Status ConfirmedStore::Leave(const std::string& record_id, const std::string& scope_key) {
  ASSIGN_OR_RETURN(auto membership,
                   db_->Prepare("DELETE FROM memberships WHERE scope = ?1 AND record_id = ?2"));
  RETURN_IF_ERROR(membership.BindBlob(1, scope_key).BindBlob(2, record_id).Run());
  ASSIGN_OR_RETURN(auto record, db_->Prepare("DELETE FROM records WHERE record_id = ?1 AND NOT EXISTS"
                                             " (SELECT 1 FROM memberships WHERE record_id = ?1)"));
  return record.BindBlob(1, record_id).Run();
}

// Out of one scope at `rev`, and perhaps into another whose page has not come yet: until all have been current at that
// rev it stays where it was, so that nothing flickers away in between (I10). What has left one scope before and leaves
// another one now has gone on to a third, or back: it waits as long as that.
absl::Status ConfirmedStore::LeaveAt(const std::string& record_id, const Scope& scope, uint64_t rev) {
  const uint64_t awaited = Awaited(scope, std::max<uint64_t>(rev, 1));
  if (!MayCome(scope, awaited)) return Leave(record_id, scope.ToKey());
  ASSIGN_OR_RETURN(auto note, db_->Prepare("UPDATE memberships SET left_rev = ?3 WHERE record_id = ?2"
                                           " AND (scope = ?1 OR (left_rev > 0 AND left_rev < ?3))"));
  return note.BindBlob(1, scope.ToKey())
      .BindBlob(2, record_id)
      .BindInt(3, static_cast<int64_t>(awaited))
      .Run();
}

// `scope` has come to `moved`: what left a scope at a rev that all have passed by now is gone.
absl::Status ConfirmedStore::LetGoOfLeft(const StoredCursor& moved, const Scope& scope,
                                         ConfirmedChange& change) {
  uint64_t passed = moved.current;
  for (const Scope& other : expected_) {
    if (other == scope) continue;
    const auto cursor = cursors_.find(other);
    passed = std::min(passed, cursor == cursors_.end() ? 0 : cursor->second.current);
  }
  ASSIGN_OR_RETURN(auto left, db_->Prepare("SELECT record_id, scope FROM memberships"
                                           " WHERE left_rev > 0 AND left_rev <= ?1"));
  left.BindInt(1, static_cast<int64_t>(std::min<uint64_t>(passed, INT64_MAX)));
  std::vector<std::pair<std::string, std::string>> gone;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, left.Step());
    if (!row) break;
    gone.emplace_back(left.Blob(0), left.Blob(1));
  }
  for (const auto& [id, scope_key] : gone) {
    if (const auto record_id = RecordId::FromBytes(id)) change.records.insert(*record_id);
    RETURN_IF_ERROR(Leave(id, scope_key));
    RETURN_IF_ERROR(NoteIfGone(id, passed, change));
  }
  return absl::OkStatus();
}

absl::Status ConfirmedStore::NoteIfGone(const std::string& id, uint64_t rev, ConfirmedChange& change) {
  ASSIGN_OR_RETURN(const auto standing,
                   RecordIds("SELECT record_id FROM memberships WHERE record_id = ?1", id));
  const auto record_id = RecordId::FromBytes(id);
  if (standing.empty() && record_id) change.gone[*record_id] = rev;
  return absl::OkStatus();
}

// In every scope at once, with everything else about the same person.
absl::Status ConfirmedStore::Erase(const v1::FeedEntry& entry, ConfirmedChange& change) {
  std::vector<std::string> gone = {entry.record_id()};
  change.erased.push_back(entry.record_id());
  if (!entry.subject_id().empty()) {
    change.erased.push_back(entry.subject_id());
    ASSIGN_OR_RETURN(auto of_subject, RecordIds("SELECT record_id FROM records WHERE subject_id = ?1 AND"
                                                " subject_id <> x''",
                                                entry.subject_id()));
    gone.insert(gone.end(), of_subject.begin(), of_subject.end());
  }
  for (const std::string& id : gone) {
    if (const auto record_id = RecordId::FromBytes(id)) change.records.insert(*record_id);
    RETURN_IF_ERROR(Remove(id));
  }
  return absl::OkStatus();
}

absl::StatusOr<ConfirmedChange> ConfirmedStore::EraseAbout(const std::vector<std::string>& citizens) {
  ConfirmedChange change;
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  for (const std::string& citizen : citizens) {
    v1::FeedEntry entry;
    entry.set_record_id(citizen);
    entry.set_subject_id(citizen);
    RETURN_IF_ERROR(Erase(entry, change));
  }
  RETURN_IF_ERROR(transaction.Commit());
  RETURN_IF_ERROR(db_->Checkpoint());
  return change;
}

absl::StatusOr<ConfirmedChange> ConfirmedStore::ApplyCurrent(const v1::Current& current,
                                                             uint64_t generation) {
  const auto scope = Scope::FromProto(current.scope());
  if (!scope) return MakeError(ErrorCode::kBadInput, "current: no scope");
  StoredCursor cursor{.generation = generation};
  if (cursors_.contains(*scope)) cursor = cursors_.at(*scope);
  cursor.rev = std::max(cursor.rev, current.rev());
  cursor.current = std::max(cursor.current, current.rev());
  const bool sweeping = std::exchange(cursor.sweeping, false);

  ConfirmedChange change;
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  if (sweeping) RETURN_IF_ERROR(Sweep(*scope, cursor, change));
  RETURN_IF_ERROR(LetGoOfLeft(cursor, *scope, change));
  if (sweeping) RETURN_IF_ERROR(WriteCursor(*scope, cursor));
  RETURN_IF_ERROR(transaction.Commit());  // no disk sync where nothing was written
  StoredCursor& known = cursors_[*scope];
  if (!sweeping && cursor != known) moved_.insert(*scope);
  known = cursor;
  for (const auto& [id, rev] : change.gone) gone_[id] = rev;
  RETURN_IF_ERROR(WriteMovedCursors());
  return change;
}

// Once all scopes have come as far: one commit, where each Current would have had its own.
absl::Status ConfirmedStore::WriteMovedCursors() {
  uint64_t rev = UINT64_MAX;
  for (const Scope& scope : moved_) rev = std::min(rev, cursors_.at(scope).current);
  const bool all =
      std::all_of(expected_.begin(), expected_.end(), [&](const Scope& scope) { return Passed(scope, rev); });
  if (moved_.empty() || !all) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  for (const Scope& scope : moved_) RETURN_IF_ERROR(WriteCursor(scope, cursors_.at(scope)));
  RETURN_IF_ERROR(transaction.Commit());
  moved_.clear();
  return absl::OkStatus();
}

absl::Status ConfirmedStore::Sweep(const Scope& scope, const StoredCursor& cursor, ConfirmedChange& change) {
  ASSIGN_OR_RETURN(auto unseen,
                   db_->Prepare("SELECT record_id FROM memberships WHERE scope = ?1 AND mark <> ?2"
                                " AND left_rev = 0"));
  unseen.BindBlob(1, scope.ToKey()).BindInt(2, cursor.sweep);
  std::vector<std::string> gone;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, unseen.Step());
    if (!row) break;
    gone.emplace_back(unseen.Blob(0));
  }
  // What had left another scope may have come here and gone on, and a scope that starts anew does not say so.
  ASSIGN_OR_RETURN(auto waits,
                   db_->Prepare("UPDATE memberships SET left_rev = ?1 WHERE left_rev > 0 AND left_rev < ?1"));
  RETURN_IF_ERROR(waits.BindInt(1, static_cast<int64_t>(cursor.current)).Run());
  for (const std::string& id : gone) {
    if (const auto record_id = RecordId::FromBytes(id)) change.records.insert(*record_id);
    Note(SyncStep::kSwept, id, scope, change);
    RETURN_IF_ERROR(LeaveAt(id, scope, cursor.current));
    RETURN_IF_ERROR(NoteIfGone(id, cursor.current, change));
  }
  return absl::OkStatus();
}

absl::Status ConfirmedStore::BecomeStale() {
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  RETURN_IF_ERROR(
      db_->Execute("UPDATE cursors SET rev = 0, current = 0; UPDATE records SET stale = 1;"
                   " UPDATE memberships SET left_rev = 1 WHERE left_rev > 0;"));
  RETURN_IF_ERROR(transaction.Commit());
  for (auto& [scope, cursor] : cursors_) cursor.rev = cursor.current = 0;
  moved_.clear();
  gone_.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::set<Scope>> ConfirmedStore::Scopes() {
  ASSIGN_OR_RETURN(const auto keys, ScopeKeys());
  std::set<Scope> scopes;
  for (const std::string& key : keys) {
    if (const auto scope = Scope::FromKey(key)) scopes.insert(*scope);
  }
  return scopes;
}

absl::StatusOr<std::vector<std::string>> ConfirmedStore::ScopeKeys() {
  return RecordIds("SELECT DISTINCT scope FROM memberships UNION SELECT scope FROM cursors WHERE scope <> ?1",
                   "");
}

absl::StatusOr<ConfirmedChange> ConfirmedStore::KeepOnly(const std::set<Scope>& kept) {
  ConfirmedChange change;
  ASSIGN_OR_RETURN(const auto keys, ScopeKeys());
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  bool lost = false;
  for (const std::string& key : keys) {
    const auto scope = Scope::FromKey(key);
    if (scope && kept.contains(*scope)) continue;
    lost = true;
    ASSIGN_OR_RETURN(const auto ids, RecordIds("SELECT record_id FROM memberships WHERE scope = ?1", key));
    for (const std::string& id : ids) {
      if (const auto record_id = RecordId::FromBytes(id)) change.records.insert(*record_id);
      RETURN_IF_ERROR(Leave(id, key));
    }
    if (auto* note = Note(SyncStep::kScopeLost, "", scope.value_or(Scope()), change))
      note->count = ids.size();
    ASSIGN_OR_RETURN(auto cursor, db_->Prepare("DELETE FROM cursors WHERE scope = ?1"));
    RETURN_IF_ERROR(cursor.BindBlob(1, key).Run());
  }
  RETURN_IF_ERROR(transaction.Commit());
  std::erase_if(cursors_, [&](const auto& item) { return !kept.contains(item.first); });
  std::erase_if(moved_, [&](const Scope& scope) { return !kept.contains(scope); });
  if (!lost) return change;
  (void)db_->Checkpoint();
  return change;
}

}  // namespace opgang
