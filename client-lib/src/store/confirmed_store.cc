#include "client-lib/src/store/confirmed_store.h"

#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "client-lib/src/store/schema.h"
#include "core/base/error.h"
#include "core/base/id_bytes.h"
#include "core/base/in_parallel.h"
#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"
#include "core/sqlite/transaction.h"

namespace opgang {
namespace {

constexpr uint32_t kRowFormat = 1;
constexpr size_t kRowsAtOnce = ConfirmedStore::kSlots / 2;  // one half is opened while the other is read
constexpr size_t kBlock = 64;                               // rows that a thread opens at a time
constexpr int64_t kKeepLog = 512 * 1024;  // read again at each open, in a fraction of a millisecond

sqlite::DatabaseOptions OptionsFor(const std::string& path, const std::string& vfs) {
  sqlite::DatabaseOptions options;
  options.path = path;
  options.application_id = kConfirmedApplicationId;
  options.migrations = kConfirmedMigrations;
  options.secure_delete = true;
  options.keep_log = kKeepLog;
  options.most_log_pages = kMostLogPages;
  options.vfs = vfs;
  return options;
}

void DeleteFiles(const std::string& path) {
  std::error_code ignored;  // what stays is reported by the open that follows
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path + suffix, ignored);
}

std::string Binding(std::string_view record_id, uint64_t rev) {
  return RowBinding("records", record_id, rev, kRowFormat);
}

// Walks memberships in record order beside a walk over the records.
class MembershipWalk {
 public:
  using ScopesByRecord = std::map<RecordId, std::vector<Scope>>;

  // Each of the two questions is answered by an index alone.
  static absl::StatusOr<MembershipWalk> Begin(sqlite::Database& db) {
    ASSIGN_OR_RETURN(auto statement,
                     db.Prepare("SELECT record_id, scope FROM memberships ORDER BY record_id"));
    MembershipWalk walk(std::move(statement));
    ASSIGN_OR_RETURN(auto left, db.Prepare("SELECT record_id, scope FROM memberships WHERE left_rev > 0"));
    for (;;) {
      ASSIGN_OR_RETURN(const bool row, left.Step());
      if (!row) break;
      walk.left_.emplace(left.Blob(0), left.Blob(1));
    }
    RETURN_IF_ERROR(walk.Next());
    return walk;
  }

  // Writes into `scopes` and `left` where the record stands, and where it stood until now.
  absl::Status TakeScopesOf(std::string_view record_id, std::vector<Scope>& scopes,
                            std::vector<Scope>& left) {
    scopes.clear();
    left.clear();
    while (more_ && record_ <= record_id) {
      const auto scope = Scope::FromKey(scope_);
      if (record_ < record_id) {
        NoteWithoutRow();
      } else if (scope) {
        (HasLeft() ? left : scopes).push_back(*scope);
      }
      RETURN_IF_ERROR(Next());
    }
    return absl::OkStatus();
  }

  // All memberships whose record has no row; to be asked at the end.
  absl::StatusOr<ScopesByRecord> TakeWithoutRow() {
    while (more_) {
      NoteWithoutRow();
      RETURN_IF_ERROR(Next());
    }
    return std::move(without_row_);
  }

 private:
  explicit MembershipWalk(sqlite::Statement statement) : statement_(std::move(statement)) {}
  absl::Status Next() {
    ASSIGN_OR_RETURN(more_, statement_.Step());
    if (!more_) return absl::OkStatus();
    record_ = statement_.Blob(0);
    scope_ = statement_.Blob(1);
    return absl::OkStatus();
  }
  bool HasLeft() const {
    return !left_.empty() && left_.contains({std::string(record_), std::string(scope_)});
  }
  void NoteWithoutRow() {
    const auto id = RecordId::FromBytes(record_);
    const auto scope = Scope::FromKey(scope_);
    if (id && scope && !HasLeft()) without_row_[*id].push_back(*scope);
  }

  sqlite::Statement statement_;
  std::set<std::pair<std::string, std::string>> left_;  // record, scope
  bool more_ = false;
  std::string_view record_, scope_;  // of the row at hand, until the next step
  ScopesByRecord without_row_;
};

enum class RowLook : char { kLacking, kOpened, kPassedOver };

// A copy: what one thread has taken from the heap another should not give back, or both wait for each other.
ConfirmedRecord WithContent(const ConfirmedRecord& sealed, std::string plain) {
  return {.id = sealed.id,
          .record_type = sealed.record_type,
          .subject = sealed.subject,
          .rev = sealed.rev,
          .stale = sealed.stale,
          .record = std::move(plain),
          .scopes = sealed.scopes,
          .left_scopes = sealed.left_scopes};
}

// Some rows, whose memory is used again by the next ones.
struct RowsAtOnce {
  std::vector<ConfirmedRecord> rows;
  size_t count = 0;  // of `rows`, from the first
  std::vector<RowLook> looks;
};

// The rows as they lie in the file, in id order, with where they stand.
class SealedRows {
 public:
  absl::Status Begin(sqlite::Database& db) {
    ASSIGN_OR_RETURN(walk_, MembershipWalk::Begin(db));
    ASSIGN_OR_RETURN(rows_,
                     db.Prepare("SELECT record_id, record_type, subject_id, rev, sealed, stale FROM records"
                                " ORDER BY record_id"));
    return absl::OkStatus();
  }

  // Puts the next rows in the place of those in `next`; none: there are no more. `record` is still sealed.
  absl::Status Take(RowsAtOnce& next) {
    next.count = 0;
    while (more_ && next.count < kRowsAtOnce) {
      ASSIGN_OR_RETURN(more_, rows_->Step());
      if (!more_) break;
      if (next.count == next.rows.size()) next.rows.emplace_back();
      ConfirmedRecord& record = next.rows[next.count];
      const std::string_view id = rows_->Blob(0);
      RETURN_IF_ERROR(walk_->TakeScopesOf(id, record.scopes, record.left_scopes));
      const auto record_id = RecordId::FromBytes(id);
      if (!record_id || (record.scopes.empty() && record.left_scopes.empty())) {
        strays_.emplace_back(id);
        continue;
      }
      record.id = *record_id;
      record.record_type = static_cast<uint32_t>(rows_->Int(1));
      record.subject = RecordId::FromBytes(rows_->Blob(2)).value_or(RecordId());
      record.rev = static_cast<uint64_t>(rows_->Int(3));
      record.record.assign(rows_->Blob(4));
      record.stale = rows_->Int(5) != 0;
      ++next.count;
    }
    next.looks.assign(next.count, RowLook::kLacking);
    return absl::OkStatus();
  }

  // At the end: memberships without a row, and rows that stand nowhere. No statement is open any more.
  absl::StatusOr<MembershipWalk::ScopesByRecord> TakeWithoutRow() { return walk_->TakeWithoutRow(); }
  std::vector<std::string> TakeStrays() {
    walk_.reset();
    rows_.reset();
    return std::move(strays_);
  }

 private:
  std::optional<MembershipWalk> walk_;
  std::optional<sqlite::Statement> rows_;
  bool more_ = true;  // a statement that is stepped after its last row begins anew
  std::vector<std::string> strays_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ConfirmedStore>> ConfirmedStore::Open(const std::string& path,
                                                                     const std::string& vfs, Random& random,
                                                                     const KnownSchema& schema) {
  auto store = std::unique_ptr<ConfirmedStore>(new ConfirmedStore(path, vfs, random, schema));
  absl::Status opened = store->OpenFile();
  if (!opened.ok() && GetErrorCode(opened) == ErrorCode::kDamaged) opened = store->StartAnew();
  if (!opened.ok()) return opened;
  return store;
}

absl::Status ConfirmedStore::OpenFile() {
  cursors_.clear();
  moved_.clear();
  ASSIGN_OR_RETURN(db_, sqlite::Database::Open(OptionsFor(path_, vfs_)));
  return LoadCursors();
}

absl::Status ConfirmedStore::StartAnew() {
  db_.reset();
  lacking_.clear();
  DeleteFiles(path_);
  return OpenFile();
}

absl::Status ConfirmedStore::LoadCursors() {
  ASSIGN_OR_RETURN(
      auto statement,
      db_->Prepare("SELECT scope, generation, rev, current, sweep, sweeping, skipped FROM cursors"));
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return absl::OkStatus();
    const auto scope = Scope::FromKey(statement.Blob(0));
    if (!scope) return MakeError(ErrorCode::kDamaged, "confirmed: a cursor without a scope");
    StoredCursor& cursor = cursors_[*scope];
    cursor = {static_cast<uint64_t>(statement.Int(1)),
              static_cast<uint64_t>(statement.Int(2)),
              static_cast<uint64_t>(statement.Int(3)),
              statement.Int(4),
              statement.Int(5) != 0,
              static_cast<uint32_t>(statement.Int(6))};
    // An older app passed over what this one may know: the scope is asked for anew.
    if (cursor.skipped != 0 && cursor.skipped < schema_.version)
      cursor.rev = cursor.current = cursor.skipped = 0;
  }
}

bool ConfirmedStore::Passed(const Scope& scope, uint64_t rev) const {
  const auto cursor = cursors_.find(scope);
  return cursor != cursors_.end() && cursor->second.current >= rev;
}

bool ConfirmedStore::IsGone(RecordId id, uint64_t rev) const {
  const auto gone = gone_.find(id);
  return !lacking_.contains(id) && gone != gone_.end() && gone->second >= rev;
}

absl::Status ConfirmedStore::ForEach(const SecretBytes& key,
                                     const std::function<void(size_t slot, ConfirmedRecord&&)>& make,
                                     const std::function<void(size_t slot)>& take,
                                     bool (*wanted)(uint32_t record_type)) {
  SealedRows rows;
  RETURN_IF_ERROR(rows.Begin(*db_));
  std::array<RowsAtOnce, 2> halves;
  MembershipWalk::ScopesByRecord unreadable;
  std::optional<ParallelWork> work;  // goes before what it works on
  for (size_t now = 0;; now = 1 - now) {
    RowsAtOnce& half = halves[now];
    RETURN_IF_ERROR(rows.Take(half));
    if (work) {
      work->Finish();
      RowsAtOnce& opened = halves[1 - now];
      for (size_t i = 0; i < opened.count; ++i) {
        if (opened.looks[i] == RowLook::kOpened) take((1 - now) * kRowsAtOnce + i);
        if (opened.looks[i] == RowLook::kLacking) unreadable[opened.rows[i].id] = opened.rows[i].scopes;
      }
    }
    if (half.count == 0) break;
    const size_t first_slot = now * kRowsAtOnce;
    work.emplace(half.count, kBlock, [&, first_slot](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const ConfirmedRecord& sealed = half.rows[i];
        if (wanted != nullptr && !wanted(sealed.record_type)) {
          if (!lacking_.contains(sealed.id)) half.looks[i] = RowLook::kPassedOver;
          continue;
        }
        auto plain = opgang::Open(key, sealed.record, Binding(BytesOf(sealed.id), sealed.rev));
        if (!plain.ok()) continue;
        half.looks[i] = RowLook::kOpened;
        make(first_slot + i, WithContent(sealed, *std::move(plain)));
      }
    });
  }
  ASSIGN_OR_RETURN(lacking_, rows.TakeWithoutRow());
  lacking_.merge(unreadable);
  const std::vector<std::string> strays = rows.TakeStrays();
  return strays.empty() ? absl::OkStatus() : RemoveStrays(strays);
}

absl::StatusOr<std::optional<ConfirmedRecord>> ConfirmedStore::Find(RecordId id, const SecretBytes& key) {
  const std::string id_bytes = id.ToBytes();
  ASSIGN_OR_RETURN(auto row, db_->Prepare("SELECT record_type, subject_id, rev, sealed, stale FROM records"
                                          " WHERE record_id = ?1"));
  ASSIGN_OR_RETURN(const bool found, row.BindBlob(1, id_bytes).Step());
  if (!found) return std::nullopt;
  ConfirmedRecord record;
  record.id = id;
  record.record_type = static_cast<uint32_t>(row.Int(0));
  record.subject = RecordId::FromBytes(row.Blob(1)).value_or(RecordId());
  record.rev = static_cast<uint64_t>(row.Int(2));
  auto opened = opgang::Open(key, row.Blob(3), Binding(id_bytes, record.rev));
  if (!opened.ok()) return std::nullopt;
  record.stale = row.Int(4) != 0;
  record.record = *std::move(opened);
  ASSIGN_OR_RETURN(record.scopes, ScopesOf(id_bytes, /*left=*/false));
  if (record.scopes.empty()) {
    ASSIGN_OR_RETURN(record.left_scopes, ScopesOf(id_bytes, /*left=*/true));
  }
  return record;
}

absl::StatusOr<std::vector<Scope>> ConfirmedStore::ScopesOf(const std::string& record_id, bool left) {
  ASSIGN_OR_RETURN(auto rows, db_->Prepare("SELECT scope FROM memberships WHERE record_id = ?1 AND"
                                           " (left_rev > 0) = ?2 ORDER BY scope"));
  rows.BindBlob(1, record_id).BindInt(2, left ? 1 : 0);
  std::vector<Scope> scopes;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return scopes;
    if (const auto scope = Scope::FromKey(rows.Blob(0))) scopes.push_back(*scope);
  }
}

absl::Status ConfirmedStore::WriteCursor(const Scope& scope, const StoredCursor& cursor) {
  ASSIGN_OR_RETURN(auto statement,
                   db_->Prepare("INSERT OR REPLACE INTO cursors(scope, generation, rev, current, sweep,"
                                " sweeping, skipped) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  return statement.BindBlob(1, scope.ToKey())
      .BindInt(2, static_cast<int64_t>(cursor.generation))
      .BindInt(3, static_cast<int64_t>(cursor.rev))
      .BindInt(4, static_cast<int64_t>(cursor.current))
      .BindInt(5, cursor.sweep)
      .BindInt(6, cursor.sweeping ? 1 : 0)
      .BindInt(7, cursor.skipped)
      .Run();
}

absl::StatusOr<std::vector<std::string>> ConfirmedStore::RecordIds(std::string_view sql,
                                                                   std::string_view parameter) {
  ASSIGN_OR_RETURN(auto rows, db_->Prepare(sql));
  rows.BindBlob(1, parameter);
  std::vector<std::string> ids;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return ids;
    ids.emplace_back(rows.Blob(0));
  }
}

absl::Status ConfirmedStore::Remove(const std::string& record_id) {
  ASSIGN_OR_RETURN(auto memberships, db_->Prepare("DELETE FROM memberships WHERE record_id = ?1"));
  RETURN_IF_ERROR(memberships.BindBlob(1, record_id).Run());
  ASSIGN_OR_RETURN(auto record, db_->Prepare("DELETE FROM records WHERE record_id = ?1"));
  return record.BindBlob(1, record_id).Run();
}

// No scope names them: nobody said that they may be here.
absl::Status ConfirmedStore::RemoveStrays(const std::vector<std::string>& record_ids) {
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  for (const std::string& id : record_ids) RETURN_IF_ERROR(Remove(id));
  return transaction.Commit();
}

}  // namespace opgang
