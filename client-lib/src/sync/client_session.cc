#include "client-lib/src/sync/client_session.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/packing/packing.h"
#include "core/records/registry.h"

namespace opgang {
namespace {

constexpr uint32_t kCreditBeforeWelcome = 64 * 1024;
constexpr size_t kLeastPushBytes = 4 * 1024;
constexpr size_t kLeastWindow = 16 * 1024;
constexpr absl::Duration kPushTime = absl::Seconds(1);    // that a push should take on its line
constexpr absl::Duration kWindowTime = absl::Seconds(4);  // pushed ahead of the verdicts
// Asked twice in vain, the copy is told to differ, and the session goes on.
constexpr int kMostRepairRounds = 2;

// A scope or a mode that only a newer app knows is not waited for.
bool Reads(const v1::Grant& grant) {
  const bool readable = grant.mode() == v1::GRANT_MODE_READ_WRITE || grant.mode() == v1::GRANT_MODE_READ;
  return readable && v1::ScopeKind_IsValid(grant.scope().kind()) &&
         Scope::FromProto(grant.scope()).has_value();
}

bool IsOpened(const v1::Push& push) {
  const auto& mutations = push.mutations();
  return std::any_of(mutations.begin(), mutations.end(),
                     [](const v1::SealedMutation& mutation) { return !mutation.opened_payload().empty(); });
}

std::string KeyOf(const v1::ScopeId& scope) { return Scope::FromProto(scope).value_or(Scope()).ToKey(); }

// Since-boot time: a wall clock may jump.
absl::Time SteadyNow(Clock& clock) { return absl::FromUnixMicros(clock.Read().boottime_us()); }

}  // namespace

ClientSession::ClientSession(SyncStore& store, Clock& clock, Opening opening)
    : store_(store), clock_(clock), opening_(opening), credit_bytes_(kCreditBeforeWelcome) {}

void ClientSession::Prepare() {
  auto hello = store_.MakeHello();
  if (hello.ok()) prepared_ = *std::move(hello);
}

absl::Status ClientSession::Start() {
  v1::SyncRequest request;
  v1::Hello& hello = *request.mutable_hello();
  if (prepared_.has_value()) {
    hello = *std::exchange(prepared_, std::nullopt);
  } else {
    ASSIGN_OR_RETURN(hello, store_.MakeHello());
  }
  hello_at_ = clock_.Read();
  *hello.mutable_clock() = hello_at_;
  hello.set_protocol_version(1);
  hello.set_schema_version(kSchemaVersion);
  hello.set_opens_packing(kPackingForm);
  hello.set_puts_back(true);
  hello_epoch_ = hello.epoch();
  if (opening_.as_copy) hello.clear_token();
  progress_.to_send = hello.unsent_count();
  owes_due_ = hello.due_follows();
  outbox_.push_back(std::move(request));
  return absl::OkStatus();
}

absl::Status ClientSession::OnResponse(const v1::SyncResponse& response) {
  switch (response.message_case()) {
    case v1::SyncResponse::kWelcome: return OnWelcome(response.welcome());
    case v1::SyncResponse::kAck: return OnAck(response.ack());
    case v1::SyncResponse::kPage: return OnPage(response.page());
    case v1::SyncResponse::kCurrent: return OnCurrent(response.current());
    case v1::SyncResponse::kLeafContent: return OnLeafContent(response.leaf_content());
    case v1::SyncResponse::kUsesTaken: return OnUsesTaken(response.uses_taken());
    case v1::SyncResponse::kHeartbeat: return absl::OkStatus();
    case v1::SyncResponse::kPacked: return OnPacked(response.packed());
    case v1::SyncResponse::kGoAway: go_away_ = response.go_away().reason(); return absl::OkStatus();
    case v1::SyncResponse::MESSAGE_NOT_SET: return absl::OkStatus();  // from a newer base: not for us
  }
  return absl::OkStatus();
}

absl::Status ClientSession::OnPacked(const std::string& packed) {
  v1::SyncResponse response;
  if (!UnpackMessage(packed, response))
    return MakeError(ErrorCode::kInternal, "the base sent what cannot be unpacked");
  return OnResponse(response);
}

absl::Status ClientSession::OnWelcome(const v1::Welcome& welcome) {
  if (!welcome.new_replica_id().empty()) {
    const auto replica = ReplicaId::FromBytes(welcome.new_replica_id());
    if (!replica.has_value()) return MakeError(ErrorCode::kInternal, "the base named a malformed replica");
    new_replica_ = true;
    // First what a new epoch puts back into the queue, so that all of it is numbered in the order of capture.
    RETURN_IF_ERROR(store_.ApplyWelcome(welcome, hello_at_, clock_.Read()));
    welcomed_ = true;
    return store_.BecomeReplica(*replica);
  }
  RETURN_IF_ERROR(store_.ApplyWelcome(welcome, hello_at_, clock_.Read()));
  welcomed_ = true;
  owes_due_ &= welcome.reading() && welcome.hears_due();
  credit_bytes_ = std::max(welcome.credit_bytes(), kCreditBeforeWelcome);
  // A new epoch puts acknowledged work back into the queue, below what was pushed already: from the beginning (I13).
  if (!hello_epoch_.empty() && welcome.epoch() != hello_epoch_) pushed_seq_ = 0;
  PushAgainWhatWasPassedOver(welcome);
  progress_.to_send = std::max(progress_.to_send, progress_.answered + store_.unsent_count());
  result_.read = welcome.reading();
  result_.revoked = welcome.has_revoked();
  got_share_ = !welcome.lease().share().empty();
  removes_ = welcome.reading() || welcome.has_revoked();
  if (!welcome.reading()) return absl::OkStatus();
  for (const v1::Grant& grant : welcome.grants()) {
    if (Reads(grant)) current_.emplace(KeyOf(grant.scope()), 0);
  }
  progress_.scopes_total = static_cast<uint32_t>(current_.size());
  return absl::OkStatus();
}

// Before its Welcome: an older base has come back, or this store was taken out of use.
void ClientSession::PushAgainWhatWasPassedOver(const v1::Welcome& welcome) {
  const auto first = std::find_if(in_flight_.begin(), in_flight_.end(), [&](const Flight& flight) {
    const bool packed = flight.packed && welcome.opens_packing() < kPackingForm;
    return packed || (flight.opened && !welcome.takes_opened());
  });
  if (first == in_flight_.end()) return;
  pushed_seq_ = std::min(pushed_seq_, first->after_seq);
  for (auto flight = first; flight != in_flight_.end(); ++flight) unacknowledged_bytes_ -= flight->bytes;
  in_flight_.erase(first, in_flight_.end());
  keys_sent_.clear();
  queue_drained_ = false;
}

absl::Status ClientSession::OnAck(const v1::Ack& ack) {
  ASSIGN_OR_RETURN(const VerdictCounts counts, store_.ApplyAck(ack));
  totals_.retry_later += counts.retry_later;
  totals_.id_reused += counts.id_reused;
  result_.applied += counts.applied;
  result_.refused += counts.refused;
  result_.side_by_side += counts.side_by_side;
  result_.sent += counts.applied + counts.refused;
  progress_.answered = result_.sent;
  uint64_t answered_seq = 0;
  for (const v1::Verdict& verdict : ack.verdicts()) {
    answered_seq = std::max(answered_seq, verdict.seq());
    newest_verdict_rev_ = std::max(newest_verdict_rev_, verdict.applied().rev());
  }
  while (!in_flight_.empty() && in_flight_.front().last_seq <= answered_seq) {
    line_.Passed(in_flight_.front().bytes, in_flight_.front().sent, SteadyNow(clock_));
    unacknowledged_bytes_ -= in_flight_.front().bytes;
    in_flight_.pop_front();
  }
  return absl::OkStatus();
}

// What is of no scope that we read gives its room back and is nobody's.
absl::Status ClientSession::OnPage(const v1::Page& page) {
  QueuePageAck();
  if (!current_.contains(KeyOf(page.scope()))) return absl::OkStatus();
  RETURN_IF_ERROR(store_.ApplyPage(page));
  owes_erasures_ |= std::any_of(page.entries().begin(), page.entries().end(), [](const v1::FeedEntry& entry) {
    return entry.change() == v1::FEED_CHANGE_ERASE;
  });
  result_.received += static_cast<uint32_t>(page.entries_size());
  progress_.received = result_.received;
  return absl::OkStatus();
}

absl::Status ClientSession::OnLeafContent(const v1::LeafContent& content) {
  QueuePageAck();
  if (!current_.contains(KeyOf(content.scope()))) return absl::OkStatus();
  ASSIGN_OR_RETURN(const uint32_t repaired, store_.ApplyLeafContent(content));
  result_.repaired += repaired;
  progress_.repaired = result_.repaired;
  return absl::OkStatus();
}

// What has not left yet is joined.
void ClientSession::QueuePageAck() {
  if (!outbox_.empty() && outbox_.back().has_page_ack()) {
    v1::PageAck& waiting = *outbox_.back().mutable_page_ack();
    return waiting.set_page_count(waiting.page_count() + 1);
  }
  v1::SyncRequest request;
  request.mutable_page_ack()->set_page_count(1);
  outbox_.push_back(std::move(request));
}

absl::Status ClientSession::OnCurrent(const v1::Current& current) {
  const auto known = current_.find(KeyOf(current.scope()));
  if (known == current_.end()) return absl::OkStatus();
  RETURN_IF_ERROR(store_.ApplyCurrent(current));
  if (known->second == 0) ++progress_.scopes_current;
  known->second = std::max<uint64_t>(current.rev(), 1);
  return Compare(known->first, current);
}

// While an answer is awaited, a Current that was under way before the question says nothing new.
absl::Status ClientSession::Compare(const std::string& scope, const v1::Current& current) {
  Repair& repair = repairs_[scope];
  if (repair.asked && !current.answers_leaf_sums()) return absl::OkStatus();
  repair.asked = false;
  ASSIGN_OR_RETURN(auto difference, store_.FindDifference(current));
  if (!difference.has_value()) {
    repair.rounds = 0;
    return absl::OkStatus();
  }
  if (repair.rounds >= kMostRepairRounds) {
    result_.differing += repair.rounds++ == kMostRepairRounds ? 1 : 0;
    return absl::OkStatus();
  }
  ++repair.rounds;
  repair.asked = true;
  v1::SyncRequest request;
  *request.mutable_leaf_sums() = *std::move(difference);
  outbox_.push_back(std::move(request));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::SyncRequest>> ClientSession::NextRequest() {
  if (outbox_.empty()) RETURN_IF_ERROR(QueueErasures());
  if (outbox_.empty()) RETURN_IF_ERROR(QueuePush());
  if (outbox_.empty()) RETURN_IF_ERROR(QueueDue());
  if (outbox_.empty()) RETURN_IF_ERROR(QueueUses());
  if (outbox_.empty()) RETURN_IF_ERROR(QueueRemovals());
  if (outbox_.empty()) return std::nullopt;
  std::optional<v1::SyncRequest> next = std::move(outbox_.front());
  outbox_.pop_front();
  return next;
}

absl::Status ClientSession::QueuePush() {
  if (go_away_.has_value() || new_replica_) return absl::OkStatus();
  const size_t most = opening_.push_bytes;
  const size_t size = line_.Worth(kPushTime, std::min(kLeastPushBytes, most), most);
  const auto fits = [this](size_t bytes) {
    if (unacknowledged_bytes_ > 0 && unacknowledged_bytes_ + bytes > Window()) return false;
    return welcomed_ || unacknowledged_bytes_ + bytes <= credit_bytes_;
  };
  if (!fits(std::max<size_t>(size, next_push_bytes_))) return absl::OkStatus();
  ASSIGN_OR_RETURN(v1::Push push, store_.NextPush(pushed_seq_, size));
  queue_drained_ = push.mutations().empty();
  if (queue_drained_) return absl::OkStatus();
  auto& keys = *push.mutable_queue_keys();
  keys.erase(std::remove_if(keys.begin(), keys.end(),
                            [&](const v1::QueueKey& key) { return keys_sent_.contains(key.queue_key_id()); }),
             keys.end());
  const auto bytes = static_cast<uint32_t>(push.ByteSizeLong());
  next_push_bytes_ = bytes;
  if (!fits(bytes)) return absl::OkStatus();
  next_push_bytes_ = 0;
  for (const auto& key : push.queue_keys()) keys_sent_.insert(key.queue_key_id());
  const uint64_t after_seq = std::exchange(pushed_seq_, push.mutations().rbegin()->seq());
  unacknowledged_bytes_ += bytes;
  v1::SyncRequest request;
  const bool opened = IsOpened(push);
  *(opened ? request.mutable_opened_push() : request.mutable_push()) = std::move(push);
  if (store_.base_opens_packing() >= kPackingForm) PackMessage(request, kMostPushExpansion);
  in_flight_.push_back({after_seq, pushed_seq_, bytes, SteadyNow(clock_), request.has_packed(), opened});
  outbox_.push_back(std::move(request));
  return absl::OkStatus();
}

// When all was pushed: from then on this device waits for the base and not the base for it.
absl::Status ClientSession::QueueDue() {
  const bool speaking = welcomed_ && !new_replica_ && !go_away_.has_value();
  if (!owes_due_ || !speaking || !queue_drained_) return absl::OkStatus();
  owes_due_ = false;
  v1::SyncRequest request;
  ASSIGN_OR_RETURN(*request.mutable_nearest_due(), store_.FindNearestDue());
  must_be_heard_ = true;
  outbox_.push_back(std::move(request));
  return absl::OkStatus();
}

// Once everything has its verdict: what is lost is of no more use for mending what was refused there.
absl::Status ClientSession::QueueRemovals() {
  const bool answered = queue_drained_ && in_flight_.empty();
  if (removed_lost_ || !welcomed_ || !removes_ || !answered) return absl::OkStatus();
  if (go_away_.has_value() || new_replica_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<Scope> removed, store_.RemoveLostScopes());
  removed_lost_ = true;
  if (removed.empty()) return absl::OkStatus();
  v1::SyncRequest request;
  for (const Scope& scope : removed) *request.mutable_scopes_removed()->add_scopes() = scope.ToProto();
  must_be_heard_ = true;
  outbox_.push_back(std::move(request));
  return absl::OkStatus();
}

// Before anything else is pushed: a base that was restored hears whom it had erased before it hears of them.
absl::Status ClientSession::QueueErasures() {
  const bool speaking = welcomed_ && !new_replica_ && !go_away_.has_value();
  if (!speaking || !std::exchange(owes_erasures_, false)) return absl::OkStatus();
  ASSIGN_OR_RETURN(v1::ErasuresHeeded heeded, store_.NextErasuresHeeded());
  if (heeded.erasures().empty()) return absl::OkStatus();
  v1::SyncRequest request;
  *request.mutable_erasures_heeded() = std::move(heeded);
  must_be_heard_ = true;
  outbox_.push_back(std::move(request));
  return absl::OkStatus();
}

// Behind what was pushed, so that the base knows the records.
absl::Status ClientSession::QueueUses() {
  const bool speaking = welcomed_ && !new_replica_ && !go_away_.has_value();
  if (!speaking || !owes_uses_ || uses_in_flight_ || !queue_drained_ || !in_flight_.empty())
    return absl::OkStatus();
  ASSIGN_OR_RETURN(v1::DeviceUses uses, store_.NextUses());
  // The same again was not taken: with the next session.
  const auto place = std::pair(uses.chain_id(), uses.first_number());
  owes_uses_ = uses_in_flight_ = !uses.uses().empty() && place != handed_in_;
  if (!owes_uses_) return absl::OkStatus();
  handed_in_ = place;
  v1::SyncRequest request;
  *request.mutable_device_uses() = std::move(uses);
  outbox_.push_back(std::move(request));
  return absl::OkStatus();
}

absl::Status ClientSession::OnUsesTaken(const v1::UsesTaken& taken) {
  uses_in_flight_ = false;
  return store_.ApplyUsesTaken(taken);
}

uint32_t ClientSession::Window() const {
  if (!line_.known()) return kCreditBeforeWelcome;
  return static_cast<uint32_t>(line_.Worth(kWindowTime, kLeastWindow, credit_bytes_));
}

void ClientSession::Tick() {
  if (!welcomed_ || !outbox_.empty()) return;
  v1::SyncRequest request;
  request.mutable_heartbeat()->set_time_us(absl::ToUnixMicros(clock_.WallNow()));
  outbox_.push_back(std::move(request));
}

bool ClientSession::done() const {
  if (new_replica_) return true;
  if (!welcomed_ || owes_due_ || owes_erasures_ || owes_uses_ || !outbox_.empty() || !queue_drained_ ||
      !in_flight_.empty())
    return false;
  if (removes_ && !removed_lost_) return false;
  const bool repairing =
      std::any_of(repairs_.begin(), repairs_.end(), [](const auto& repair) { return repair.second.asked; });
  if (repairing) return false;
  return std::all_of(current_.begin(), current_.end(), [&](const auto& scope) {
    return scope.second > 0 && scope.second >= newest_verdict_rev_;
  });
}

bool ClientSession::needs_no_end() const {
  return done() && !new_replica_ && !current_.empty() && !must_be_heard_;
}

}  // namespace opgang
