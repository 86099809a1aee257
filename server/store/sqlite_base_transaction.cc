// SqliteBaseStore: transactions, parts of them, and what is known until their end.
#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/store/sqlite_base_writer.h"

namespace opgang {
namespace {

constexpr size_t kMostStanding = 20000;  // records; about 3 MB

}  // namespace

absl::Status SqliteBaseStore::Begin() {
  ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::BeginWrite(*db_));
  transaction_.emplace(std::move(transaction));
  rev_at_begin_ = newest_rev_;
  given_.clear();
  new_citizens_.clear();
  at_hand_ = {};
  queries_.RememberStanding(kMostStanding);
  audit_.Begin();
  return absl::OkStatus();
}

absl::Status SqliteBaseStore::Commit() {
  absl::Status status = absl::OkStatus();
  const bool wrote = newest_rev_ != rev_at_begin_;
  if (wrote) status = PutMeta("newest_rev", std::to_string(newest_rev_));
  if (status.ok() && wrote && !first_write_known_)
    status = PutMeta("first_write_us", std::to_string(last_received_us_));
  ledger_.KeepPart();  // what was written outside of any part
  if (status.ok()) status = ledger_.WriteTo(*db_);
  if (status.ok()) status = audit_.Finish();
  if (status.ok()) status = transaction_->Commit();
  if (!status.ok()) newest_rev_ = rev_at_begin_;
  if (!status.ok()) ForgetLooks();
  if (!status.ok()) TakeBackKeys(0);
  if (!status.ok()) audit_.Rollback();
  if (status.ok() && wrote) first_write_known_ = true;
  if (status.ok() && authority_changed_) ++authority_rev_;
  authority_changed_ = false;
  ledger_.Forget();
  transaction_.reset();
  return status;
}

void SqliteBaseStore::Rollback() {
  authority_changed_ = false;
  ledger_.Forget();
  part_.reset();
  transaction_.reset();
  newest_rev_ = rev_at_begin_;
  ForgetLooks();
  TakeBackKeys(0);
  audit_.Rollback();
}

absl::Status SqliteBaseStore::BeginPart() {
  ASSIGN_OR_RETURN(auto part, sqlite::Savepoint::Begin(*db_));
  part_.emplace(std::move(part));
  ledger_.KeepPart();
  rev_at_part_ = newest_rev_;
  given_at_part_ = given_.size();
  audit_.BeginPart();
  return absl::OkStatus();
}

absl::Status SqliteBaseStore::KeepPart() {
  const absl::Status status = part_->Release();
  part_.reset();
  ledger_.KeepPart();
  return status;
}

absl::Status SqliteBaseStore::DropPart() {
  part_.reset();
  ledger_.DropPart();
  newest_rev_ = rev_at_part_;
  ForgetLooks();
  TakeBackKeys(given_at_part_);
  audit_.DropPart();
  return absl::OkStatus();
}

absl::StatusOr<SecretBytes> SqliteBaseStore::KeyFor(const std::string& owner) {
  auto known = citizens_->KeyOf(owner);
  if (known.ok() || citizens_->SlotOf(owner).has_value()) return known;
  ASSIGN_OR_RETURN(const uint32_t slot, citizens_->Assign(owner, *options_.random));
  given_.push_back(owner);
  ASSIGN_OR_RETURN(auto put, db_->Prepare("INSERT INTO data_keys (owner, slot) VALUES (?, ?)"));
  RETURN_IF_ERROR(put.BindBlob(1, owner).BindInt(2, slot).Run());
  return citizens_->KeyOf(owner);
}

absl::StatusOr<const SecretBytes*> SqliteBaseStore::KeyAtHand(std::string_view owner) {
  if (at_hand_.first == owner) return &at_hand_.second;
  std::string name(owner);
  ASSIGN_OR_RETURN(at_hand_.second, KeyFor(name));
  at_hand_.first = std::move(name);
  return &at_hand_.second;
}

void SqliteBaseStore::TakeBackKeys(size_t keep) {
  for (size_t i = keep; i < given_.size(); ++i) citizens_->Forget(given_[i]);
  given_.resize(std::min(keep, given_.size()));
}

void SqliteBaseStore::ForgetLooks() {
  queries_.ForgetStanding();
  new_citizens_.clear();
  at_hand_ = {};
}

void SqliteBaseStore::NoteNew(const StoredRecord& record, bool is_new) {
  new_citizens_.erase(record.id);
  if (!is_new || !record.left.empty()) return;
  std::vector<Scope> scopes = record.scopes;
  std::sort(scopes.begin(), scopes.end());
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  if (record.type == static_cast<uint32_t>(RecordType::kCitizen)) {
    StoredRecord& known = new_citizens_[record.id] = record;
    known.scopes = scopes;
  }
  queries_.KnowStanding(record.id, std::move(scopes));
}

}  // namespace opgang
