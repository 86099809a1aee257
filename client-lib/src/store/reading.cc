#include "client-lib/src/store/reading.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/merge/open_conflicts.h"
#include "core/packing/packing.h"

namespace opgang {
namespace {

constexpr size_t kFewRecords = 500;  // read one by one in less time than all together

}  // namespace

std::set<Scope> ReadableScopes(const v1::QueueState& state) {
  std::set<Scope> scopes;
  for (const v1::StoredGrant& grant : state.grants()) {
    if (grant.mode() != v1::GRANT_MODE_READ_WRITE && grant.mode() != v1::GRANT_MODE_READ) continue;
    if (const auto scope = Scope::FromProto(grant.scope())) scopes.insert(*scope);
  }
  return scopes;
}

ReadableCopy::ReadableCopy(const v1::QueueState& state, const ConfirmedStore& confirmed)
    : confirmed_(confirmed), readable_(ReadableScopes(state)) {
  uint64_t newest = 0;
  for (const Scope& scope : readable_) {
    const auto cursor = confirmed.cursors().find(scope);
    const bool here = cursor != confirmed.cursors().end();
    if (here) newest = std::max(newest, cursor->second.rev);
    current_ = std::min(current_, here ? cursor->second.current : 0);
  }
  complete_ = current_ >= newest;
}

bool ReadableCopy::Reads(const v1::MutationEnvelope& envelope) const {
  return std::any_of(envelope.scopes().begin(), envelope.scopes().end(), [&](const v1::ScopeId& id) {
    const auto scope = Scope::FromProto(id);
    return scope && readable_.contains(*scope);
  });
}

bool ReadableCopy::Passed(const v1::MutationEnvelope& envelope, uint64_t rev) const {
  if (!complete_ || rev > current_ || !Reads(envelope)) return false;
  const auto record = RecordId::FromBytes(envelope.record_id());
  return !record || !confirmed_.lacking().contains(*record);
}

absl::StatusOr<const ViewIndex*> Reading::View() {
  Refresh();
  if (view_ != nullptr) return view_.get();
  absl::Status loaded = Load();
  if (!loaded.ok() && GetErrorCode(loaded) == ErrorCode::kDamaged) {
    RETURN_IF_ERROR(confirmed_.StartAnew());
    loaded = Load();
  }
  if (!loaded.ok()) return loaded;
  return view_.get();
}

absl::StatusOr<absl::Time> Reading::NearestDue(absl::Time now) {
  if (view_ == nullptr && !cases_only_) {
    Reading cases(keys_, author_, device_, queue_, confirmed_, keyring_, clock_);
    cases.cases_only_ = true;
    return cases.NearestDue(now);
  }
  ASSIGN_OR_RETURN(const ViewIndex* view, View());
  absl::Time nearest = absl::InfiniteFuture();
  for (const CaseLine& line : view->Cases(now, /*open_only=*/true)) {
    nearest = std::min(nearest, EndOfLocalDay(line.response_case.due.earliest));
  }
  return nearest;
}

absl::Status Reading::ForEachConfirmed(const std::function<void(size_t slot, ConfirmedRecord&&)>& make,
                                       const std::function<void(size_t slot)>& take) {
  struct Noted {
    RecordId id;
    bool has_field_states = false;
  };
  std::vector<Noted> noted(ConfirmedStore::kSlots);
  may_be_open_.emplace();
  const absl::Status read = confirmed_.ForEach(
      keys_.confirmed_rows,
      [&](size_t slot, ConfirmedRecord&& record) {
        noted[slot] = {record.id, HasFieldStates(record.record)};
        make(slot, std::move(record));
      },
      [&](size_t slot) {
        if (noted[slot].has_field_states) may_be_open_->insert(noted[slot].id);
        take(slot);
      });
  if (!read.ok()) may_be_open_.reset();
  if (read.ok() || GetErrorCode(read) != ErrorCode::kDamaged) return read;
  view_.reset();  // shows what is gone
  return confirmed_.StartAnew();
}

absl::StatusOr<std::optional<size_t>> Reading::OpenConflictsWithoutView() {
  const bool few = may_be_open_ && may_be_open_->size() <= kFewRecords;
  if (view_ != nullptr || !few || !queue_.live().empty()) return std::nullopt;
  size_t count = 0;
  for (const RecordId& id : *may_be_open_) {
    ASSIGN_OR_RETURN(auto confirmed, confirmed_.Find(id, keys_.confirmed_rows));
    const auto visible = MakeVisible(std::move(confirmed), {});
    if (visible) count += OpenConflictsOf(*visible->record).size();
  }
  return count;
}

absl::Status Reading::Load() {
  own_.clear();
  record_at_.clear();
  changed_rows_.clear();
  changed_records_.clear();
  time_changed_ = false;
  const StoreTime time(clock_, queue_.state());
  for (const auto& [position, row] : queue_.live()) TakeRow(position, time);
  view_ = std::make_unique<ViewIndex>(RuleSettings{});
  std::set<RecordId> only_own;
  for (const auto& [id, own] : own_) only_own.insert(id);
  struct Made {
    RecordId id;
    std::unique_ptr<const VisibleRecord> visible;
  };
  std::vector<Made> made(ConfirmedStore::kSlots);
  const ReadableCopy copy(queue_.state(), confirmed_);
  const absl::Status read = confirmed_.ForEach(
      keys_.confirmed_rows,
      [&](size_t slot, ConfirmedRecord&& confirmed) {
        made[slot].id = confirmed.id;
        const OwnMutations pending = Pending(confirmed.id, {}, copy);
        auto visible = MakeVisible(std::move(confirmed), pending);
        if (visible) made[slot].visible = std::make_unique<const VisibleRecord>(*std::move(visible));
      },
      [&](size_t slot) {
        only_own.erase(made[slot].id);
        if (made[slot].visible != nullptr) view_->Put(std::move(made[slot].visible));
      },
      cases_only_ ? &MakesCases : nullptr);
  if (!read.ok()) {
    view_.reset();
    return read;
  }
  for (const RecordId& id : only_own) Show(id, std::nullopt, copy);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Reading::PayloadOf(const QueueRow& row) const {
  const v1::QueueKey* key = queue_.FindKey(row.key_id);
  if (row.damaged || key == nullptr) return MakeError(ErrorCode::kDamaged, "a mutation that cannot be read");
  ASSIGN_OR_RETURN(const std::string captured,
                   keyring_.Open(*key, row.sealed_payload, row.envelope, keys_.box));
  return UnpackPayload(captured);
}

std::optional<OwnMutation> Reading::OpenRow(const QueueRow& row, const StoreTime& time) const {
  if (cases_only_ && !MakesCases(row.record_type())) return std::nullopt;
  OwnMutation own;
  own.envelope = row.ParsedEnvelope();
  const auto intent = IntentId::FromBytes(row.intent_id);
  const auto record = RecordId::FromBytes(own.envelope.record_id());
  if (row.damaged || !intent || !record) return std::nullopt;
  const auto payload = PayloadOf(row);
  if (!payload.ok() || !own.payload.ParseFromString(*payload)) return std::nullopt;
  own.position = row.position;
  own.intent = *intent;
  own.record = *record;
  own.state = row.state;
  own.rev = row.rev;
  own.settled = row.settled;
  const Interval recorded = time.RecordedBy(own.payload.evidence());
  own.provenance.set_intent_id(row.intent_id);
  own.provenance.set_author(author_);
  own.provenance.set_device(device_);
  if (!own.payload.replaces_intent_id().empty())
    own.provenance.add_replaces(own.payload.replaces_intent_id());
  own.provenance.mutable_recorded()->set_earliest_us(absl::ToUnixMicros(recorded.earliest));
  own.provenance.mutable_recorded()->set_latest_us(absl::ToUnixMicros(recorded.latest));
  return own;
}

// Brings `own_` in line with the queue's row at `position`.
void Reading::TakeRow(int64_t position, const StoreTime& time) {
  const auto row = queue_.live().find(position);
  const auto known = record_at_.find(position);
  if (row == queue_.live().end()) {
    if (known == record_at_.end()) return;
    own_[known->second].erase(position);
    if (own_[known->second].empty()) own_.erase(known->second);
    record_at_.erase(known);
    return;
  }
  if (known != record_at_.end()) {
    OwnMutation& own = own_[known->second][position];
    own.state = row->second.state;
    own.rev = row->second.rev;
    own.settled = row->second.settled;
    return;
  }
  if (auto own = OpenRow(row->second, time)) {
    const RecordId record = own->record;
    record_at_[position] = record;
    own_[record][position] = *std::move(own);
  }
}

OwnMutations Reading::Pending(RecordId id, const std::set<std::string>& except,
                              const ReadableCopy& copy) const {
  OwnMutations pending;
  const auto found = own_.find(id);
  if (found == own_.end()) return pending;
  for (const auto& [position, own] : found->second) {
    if (own.settled || except.contains(own.provenance.intent_id())) continue;
    const bool contained = own.state == RowState::kAcknowledged &&
                           (confirmed_.IsGone(id, own.rev) || copy.Passed(own.envelope, own.rev));
    if (!contained) pending.push_back(&own);
  }
  return pending;
}

void Reading::Show(RecordId id, std::optional<ConfirmedRecord> confirmed, const ReadableCopy& copy) {
  if (auto visible = MakeVisible(std::move(confirmed), Pending(id, {}, copy))) {
    view_->Put(std::make_unique<const VisibleRecord>(*std::move(visible)));
  } else {
    view_->Remove(id);
  }
}

std::optional<KnownRecord> Reading::Find(RecordId id, const std::set<std::string>& except) {
  if (!View().ok()) return std::nullopt;
  KnownRecord known;
  const OwnMutations own = Pending(id, except, ReadableCopy(queue_.state(), confirmed_));
  for (const OwnMutation* mutation : own) known.own.push_back(*mutation);
  if (except.empty()) {
    const VisibleRecord* visible = view_->Find(id);
    if (visible == nullptr) return std::nullopt;
    known.visible = *visible;
    return known;
  }
  auto confirmed = confirmed_.Find(id, keys_.confirmed_rows);
  if (!confirmed.ok()) return std::nullopt;
  auto visible = MakeVisible(*std::move(confirmed), own);
  if (!visible) return std::nullopt;
  known.visible = *std::move(visible);
  return known;
}

void Reading::RowsChanged(const std::vector<int64_t>& positions) {
  if (view_ != nullptr) changed_rows_.insert(positions.begin(), positions.end());
}

void Reading::RowsRemoved() {
  std::vector<int64_t> gone;
  for (const auto& [position, record] : record_at_) {
    if (!queue_.live().contains(position)) gone.push_back(position);
  }
  RowsChanged(gone);
}

void Reading::LeaveViewToTheKernel() {
  [[maybe_unused]] static const ViewIndex* left = nullptr;  // a leak checker sees that somebody knows of it
  left = view_.release();
}

void Reading::KeysClosed(const std::set<std::string>& key_ids) {
  for (const std::string& id : key_ids) keyring_.Forget(id);
  std::set<RecordId> records;
  for (const auto& [position, row] : queue_.live()) {
    const auto known = record_at_.find(position);
    if (known == record_at_.end() || !key_ids.contains(row.key_id)) continue;
    records.insert(known->second);
    own_[known->second].erase(position);
    if (own_[known->second].empty()) own_.erase(known->second);
    record_at_.erase(known);
  }
  RecordsChanged(records);
}

void Reading::RecordsChanged(const std::set<RecordId>& records) {
  if (view_ != nullptr) changed_records_.insert(records.begin(), records.end());
  if (may_be_open_) may_be_open_->insert(records.begin(), records.end());
}

void Reading::TimeChanged() { time_changed_ = view_ != nullptr; }

void Reading::Refresh() {
  if (view_ == nullptr) return;
  std::set<int64_t> rows = std::exchange(changed_rows_, {});
  std::set<RecordId> records = std::exchange(changed_records_, {});
  const auto note_record_at = [&](int64_t position) {
    const auto known = record_at_.find(position);
    if (known != record_at_.end()) records.insert(known->second);
  };
  for (const int64_t position : rows) note_record_at(position);
  if (std::exchange(time_changed_, false)) {
    for (const auto& [position, record] : record_at_) {
      rows.insert(position);
      records.insert(record);
    }
    own_.clear();
    record_at_.clear();
  }
  const StoreTime time(clock_, queue_.state());
  for (const int64_t position : rows) {
    TakeRow(position, time);
    note_record_at(position);
  }
  const ReadableCopy copy(queue_.state(), confirmed_);
  for (const RecordId& id : records) {
    auto confirmed = confirmed_.Find(id, keys_.confirmed_rows);
    Show(id, confirmed.ok() ? *std::move(confirmed) : std::nullopt, copy);
  }
}

}  // namespace opgang
