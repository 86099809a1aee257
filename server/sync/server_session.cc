#include "server/sync/server_session.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "core/packing/packing.h"
#include "core/sealing/lease_sealing.h"
#include "server/engine/device_uses.h"

namespace opgang {
namespace {

constexpr uint32_t kNoPacking = 0;
constexpr int kMaxVerdicts = 1000;  // in one message
constexpr size_t kMaxPushBytes = 256 * 1024;
// What a mutation, and a Push, costs of the credit at least: its verdict takes that much room until it has left.
constexpr uint32_t kLeastBytes = 64;
constexpr size_t kLeastPageBytes = 8 * 1024;
constexpr absl::Duration kPageTime = absl::Seconds(1);    // that a page should take on its line
constexpr absl::Duration kWindowTime = absl::Seconds(2);  // that verdicts may wait behind pages

bool Reads(const StoredGrant& grant) {
  return grant.mode == v1::GRANT_MODE_READ_WRITE || grant.mode == v1::GRANT_MODE_READ;
}

// What is large or often there; the rest is keys and digests.
bool IsWorthPacking(const v1::SyncResponse& response) {
  return response.has_ack() || response.has_page() || response.has_leaf_content();
}

uint32_t CostOf(const v1::Push& push) {
  const auto mutations = static_cast<uint32_t>(std::max(push.mutations_size(), 1));
  return std::max(static_cast<uint32_t>(push.ByteSizeLong()), kLeastBytes * mutations);
}

// nullopt: no sums of leaves.
std::optional<LeafTallies> TalliesIn(const v1::LeafSums& sums) {
  LeafTallies tallies{};
  for (const v1::LeafSum& leaf : sums.leaves()) {
    const auto sum = Sum128::FromBytes(leaf.sum());
    if (!sum.has_value() || leaf.leaf() >= kLeafCount) return std::nullopt;
    tallies[leaf.leaf()] = {leaf.count(), *sum};
  }
  return tallies;
}

v1::Grant ToProto(const StoredGrant& grant) {
  v1::Grant proto;
  *proto.mutable_scope() = grant.scope.ToProto();
  proto.set_generation(grant.generation);
  proto.set_mode(grant.mode);
  proto.set_display_name(grant.display_name);
  if (Reads(grant)) proto.set_sum_key(std::string(grant.sum_key.Reveal()));
  return proto;
}

const v1::Cursor* FindCursor(const v1::Hello& hello, const StoredGrant& grant) {
  for (const v1::Cursor& cursor : hello.cursors()) {
    if (Scope::FromProto(cursor.scope()) == grant.scope) return &cursor;
  }
  return nullptr;
}

// Why a scope cannot go on from where the device is; nullopt: it can.
std::optional<v1::ResetReason> WhyAnew(const v1::Hello& hello, const v1::Cursor* cursor,
                                       const StoredGrant& grant, EpochId epoch) {
  if (cursor == nullptr) return v1::RESET_REASON_NO_CURSOR;
  if (hello.epoch() != epoch.ToBytes()) return v1::RESET_REASON_EPOCH;
  if (cursor->generation() != grant.generation) return v1::RESET_REASON_GENERATION;
  return std::nullopt;
}

}  // namespace

ServerSession::ServerSession(SessionHost& host, const SessionKeys& keys, EpochId epoch, Peer peer,
                             SessionLimits limits)
    : host_(host),
      keys_(keys),
      epoch_(epoch),
      peer_(std::move(peer)),
      limits_(limits),
      last_heard_(host.Now()),
      last_sent_(last_heard_) {}

std::optional<ReplicaId> ServerSession::replica() const {
  if (!author_.has_value()) return std::nullopt;
  return author_->replica;
}

void ServerSession::OnRequest(const v1::SyncRequest& request) {
  CheckAuthority();
  if (state_ == State::kEnding || state_ == State::kOver) return;
  last_heard_ = host_.Now();
  switch (request.message_case()) {
    case v1::SyncRequest::kHello: return OnHello(request.hello());
    case v1::SyncRequest::kPush: return OnPush(request.push());
    case v1::SyncRequest::kPageAck: return OnPageAck(request.page_ack());
    case v1::SyncRequest::kHeartbeat: return;
    case v1::SyncRequest::kLeafSums: return OnLeafSums(request.leaf_sums());
    case v1::SyncRequest::kScopesRemoved: return OnScopesRemoved(request.scopes_removed());
    case v1::SyncRequest::kErasuresHeeded: return OnErasuresHeeded(request.erasures_heeded());
    case v1::SyncRequest::kDeviceUses: return OnDeviceUses(request.device_uses());
    case v1::SyncRequest::kPacked: return OnPacked(request.packed());
    case v1::SyncRequest::kOpenedPush: return OnPush(request.opened_push());
    case v1::SyncRequest::kNearestDue: return OnNearestDue(request.nearest_due());
    case v1::SyncRequest::MESSAGE_NOT_SET: break;
  }
  // What only a newer client knows to say is left out; nothing at all is no message.
  if (request.GetReflection()->GetUnknownFields(request).empty()) GoAway(v1::GO_AWAY_REASON_PROTOCOL);
}

// A base that opens none passes it over, as bases of before do.
void ServerSession::OnPacked(const std::string& packed) {
  if (keys_.schema.packing == kNoPacking) return;
  v1::SyncRequest request;
  const bool sound =
      UnpackMessage(packed, request) && request.ByteSizeLong() <= kMostPushExpansion * packed.size();
  if (!sound) return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  OnRequest(request);
}

void ServerSession::OnHello(const v1::Hello& hello) {
  if (state_ != State::kAwaitHello) return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  state_ = State::kGreeting;
  hello_ = hello;
  held_.unsent_count = hello.unsent_count();
  anchor_ = Anchor{host_.Now(), hello.clock(), absl::ZeroDuration()};
  host_.Greet(peer_, hello);
}

void ServerSession::OnGreeted(absl::StatusOr<Greeting> greeting) {
  if (state_ != State::kGreeting) return;
  if (!greeting.ok()) return GoAway(v1::GO_AWAY_REASON_INTERNAL);
  if (greeting->go_away.has_value()) return GoAway(*greeting->go_away);
  QueueWelcome(*greeting);
  if (greeting->new_replica.has_value()) {
    state_ = State::kEnding;
    return;
  }
  author_ = greeting->author;
  state_ = State::kOpen;
  reading_ = greeting->reading;
  removes_all_ = author_->is_revoked();
  host_.FenceOthers(author_->replica);
  if (greeting->reading) StartStretches();
  for (; !waiting_.empty(); waiting_.pop_front()) {
    if (PassesOver(waiting_.front())) {
      unacknowledged_bytes_ -= CostOf(waiting_.front());
    } else {
      HandIn(waiting_.front());
    }
  }
}

void ServerSession::QueueWelcome(const Greeting& greeting) {
  v1::SyncResponse response;
  v1::Welcome& welcome = *response.mutable_welcome();
  welcome.set_epoch(epoch_.ToBytes());
  welcome.set_base_us(absl::ToUnixMicros(host_.Now()));
  welcome.set_next_token(greeting.next_token);
  welcome.set_credit_bytes(limits_.credit_bytes);
  welcome.set_reading(greeting.reading);
  welcome.set_schema_version(keys_.schema.version);
  welcome.set_opens_packing(keys_.schema.packing);
  welcome.set_takes_opened(keys_.schema.takes_opened && !greeting.author.is_revoked());
  welcome.set_hears_due(keys_.schema.hears_due);
  welcome.set_durable_horizon(greeting.backup.durable_horizon());
  *welcome.mutable_backup() = greeting.backup;
  welcome.set_role(std::string(RoleName(greeting.author.role)));
  if (greeting.author.is_revoked()) *welcome.mutable_revoked() = greeting.author.revoked;
  if (greeting.lease_until_us > 0) welcome.mutable_lease()->set_until_us(greeting.lease_until_us);
  if (greeting.gives_share) {
    const SecretBytes share = LeaseShareOf(keys_.storage_key, greeting.author.store);
    welcome.mutable_lease()->set_share(std::string(share.Reveal()));
  }
  for (const v1::Erasure& erasure : greeting.erasures) *welcome.add_erasures() = erasure;
  if (greeting.new_replica.has_value()) welcome.set_new_replica_id(greeting.new_replica->ToBytes());
  for (const Scope& scope : greeting.lost_scopes) *welcome.add_lost_scopes() = scope.ToProto();
  if (greeting.reading) {
    for (const StoredGrant& grant : greeting.author.grants) *welcome.add_grants() = ToProto(grant);
    for (const v1::ReferralReceipt& receipt : greeting.receipts) *welcome.add_receipts() = receipt;
    for (const v1::SeatLoan& loan : greeting.loans) *welcome.add_loans() = loan;
  }
  outbox_.push_back({std::move(response)});
  QueueChangedFates(greeting.changed_fates);
}

// Without seq: they answer no Push of this session, and their place may be a former replica's.
void ServerSession::QueueChangedFates(const std::vector<v1::Verdict>& verdicts) {
  std::vector<v1::Verdict> told = verdicts;
  for (v1::Verdict& verdict : told) verdict.clear_seq();
  QueueAcks(std::move(told), /*gives_back=*/0);
}

// What has not left yet is joined: the device makes one commit of each Ack.
void ServerSession::QueueAcks(std::vector<v1::Verdict> verdicts, uint32_t gives_back) {
  v1::Ack* ack = nullptr;
  if (!outbox_.empty() && outbox_.back().message.has_ack()) ack = outbox_.back().message.mutable_ack();
  for (v1::Verdict& verdict : verdicts) {
    if (ack == nullptr || ack->verdicts_size() >= kMaxVerdicts) {
      ack = outbox_.emplace_back().message.mutable_ack();
    }
    *ack->add_verdicts() = std::move(verdict);
  }
  if (ack != nullptr) outbox_.back().gives_back += gives_back;
}

// Where each scope goes on. A foreign epoch or generation starts anew (RESET); so does a first sync, harmlessly.
void ServerSession::StartStretches() {
  for (const StoredGrant& grant : author_->grants) {
    if (!Reads(grant)) continue;
    const v1::Cursor* cursor = FindCursor(hello_, grant);
    Stretch stretch;
    stretch.grant = grant;
    stretch.reset = WhyAnew(hello_, cursor, grant, epoch_);
    stretch.position = stretch.reset.has_value() ? 0 : cursor->rev();
    stretches_.push_back(std::move(stretch));
  }
}

// What this base's Welcome says that it does not take: the device sends it again as it is stored.
bool ServerSession::PassesOver(const v1::Push& push) const {
  const auto& mutations = push.mutations();
  const bool opened = std::any_of(mutations.begin(), mutations.end(), &CameOpened);
  return opened && (!keys_.schema.takes_opened || (author_.has_value() && author_->is_revoked()));
}

void ServerSession::OnPush(const v1::Push& push) {
  if (PassesOver(push)) return;
  const uint32_t cost = CostOf(push);
  const bool too_early = state_ == State::kAwaitHello;
  const bool too_much = unacknowledged_bytes_ + cost > limits_.credit_bytes;
  if (too_early || too_much || push.ByteSizeLong() > kMaxPushBytes)
    return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  unacknowledged_bytes_ += cost;
  if (state_ == State::kGreeting) {
    waiting_.push_back(push);
  } else {
    HandIn(push);
  }
}

void ServerSession::OnPageAck(const v1::PageAck& ack) {
  for (uint32_t i = 0; i < ack.page_count() && !pages_in_flight_.empty(); ++i) {
    const SentPage& page = pages_in_flight_.front();
    line_.Passed(page.bytes, page.at, last_heard_);
    page_bytes_in_flight_ -= page.bytes;
    pages_in_flight_.pop_front();
  }
}

// The device's rows do not come to the sums of its Current: what it lacks goes out leaf by leaf, in its scope's turn.
void ServerSession::OnLeafSums(const v1::LeafSums& sums) {
  Stretch* stretch = FindStretch(sums.scope());
  const auto theirs = TalliesIn(sums);
  if (state_ != State::kOpen || stretch == nullptr || !theirs.has_value()) {
    return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  }
  const auto ours = host_.Reader().ReadLeafSums(stretch->grant.scope);
  if (!ours.ok()) return GoAway(v1::GO_AWAY_REASON_INTERNAL);
  const std::vector<int> differing = DifferingLeaves(*ours, *theirs);
  stretch->repair.assign(differing.begin(), differing.end());
  stretch->repaired = RecordId();
  stretch->behind = stretch->owes_current = stretch->answers_leaf_sums = true;
  host_.NoteLeafRepair(author_->replica, stretch->grant.scope, differing.size());
}

// Whoever may not read cannot say what was read before: a locked store holds what it held. One that was taken out of use
// removes everything, which takes no passphrase.
void ServerSession::OnScopesRemoved(const v1::ScopesRemoved& removed) {
  const bool reading = state_ == State::kOpen && (reading_ || removes_all_);
  if (!reading) return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  std::vector<Scope> scopes;
  for (const v1::ScopeId& id : removed.scopes()) {
    if (const auto scope = Scope::FromProto(id)) scopes.push_back(*scope);
  }
  host_.NoteRemoved(author_->replica, std::move(scopes));
}

// From a locked store too: it removes what it cannot read.
void ServerSession::OnErasuresHeeded(const v1::ErasuresHeeded& heeded) {
  if (state_ != State::kOpen) return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  const auto& erasures = heeded.erasures();
  host_.NoteErasures(author_->replica, std::vector<v1::Erasure>(erasures.begin(), erasures.end()));
}

void ServerSession::OnNearestDue(const v1::NearestDue& nearest) {
  if (reading_ && keys_.schema.hears_due) held_.nearest_due_us = nearest.due_us();
}

// From a locked store, or one taken out of use, too: who looked at what was noted when somebody could.
void ServerSession::OnDeviceUses(const v1::DeviceUses& uses) {
  if (state_ != State::kOpen || takes_uses_ || !IsWellFormed(uses))
    return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  takes_uses_ = true;
  host_.TakeUses(author_->store, author_->staff_code, uses);
}

void ServerSession::OnUsesTaken(absl::StatusOr<v1::UsesTaken> taken) {
  takes_uses_ = false;
  if (state_ != State::kOpen) return;
  if (!taken.ok()) return GoAway(v1::GO_AWAY_REASON_INTERNAL);
  v1::SyncResponse response;
  *response.mutable_uses_taken() = *std::move(taken);
  outbox_.push_back({std::move(response)});
}

ServerSession::Stretch* ServerSession::FindStretch(const v1::ScopeId& scope) {
  const auto wanted = Scope::FromProto(scope);
  for (Stretch& stretch : stretches_) {
    if (stretch.grant.scope == wanted) return &stretch;
  }
  return nullptr;
}

void ServerSession::HandIn(const v1::Push& push) {
  for (const v1::QueueKey& key : push.queue_keys()) queue_keys_.Add(key, keys_.box);
  std::vector<OpenedMutation> opened;
  opened.reserve(static_cast<size_t>(push.mutations_size()));
  for (const v1::SealedMutation& sealed : push.mutations()) {
    opened.push_back(author_->is_revoked()
                         ? OpenRevoked(sealed, queue_keys_, keys_.digest_key, author_->is_stolen())
                         : OpenMutation(sealed, queue_keys_, keys_.digest_key, keys_.schema));
    if (hello_.puts_back() && CameOpened(sealed)) sent_.Note(opened.back());
  }
  pushed_bytes_.push_back(CostOf(push));
  host_.Submit(GroupBundles(std::move(opened), *author_, host_.Now(), anchor_));
}

// The credit comes back when the Ack leaves: a device that does not read soon may push no more (I15).
void ServerSession::OnVerdicts(absl::StatusOr<std::vector<v1::Verdict>> verdicts) {
  if (pushed_bytes_.empty()) return;
  const uint32_t cost = pushed_bytes_.front();
  pushed_bytes_.pop_front();
  if (state_ != State::kOpen) return;  // after GoAway nothing: they are durable, and told again when asked
  if (!verdicts.ok()) return GoAway(v1::GO_AWAY_REASON_INTERNAL);
  if (verdicts->empty()) {
    unacknowledged_bytes_ -= cost;
    return;
  }
  for (const v1::Verdict& verdict : *verdicts) {
    sent_.NoteVerdict(verdict);
    if (!verdict.has_retry_later() && !verdict.has_id_reused() && held_.unsent_count > 0)
      --held_.unsent_count;
  }
  QueueAcks(*std::move(verdicts), cost);
  for (Stretch& stretch : stretches_) stretch.behind = stretch.owes_current = true;
}

void ServerSession::OnNews(const std::set<Scope>& touched) {
  for (Stretch& stretch : stretches_) {
    if (touched.contains(stretch.grant.scope)) stretch.behind = true;
  }
}

void ServerSession::OnHalfClose() { half_closed_ = true; }

void ServerSession::CheckAuthority() {
  if (state_ != State::kOpen || !author_.has_value()) return;
  const uint64_t rev = host_.AuthorityRev();
  if (rev == author_->as_of) return;
  const auto account = host_.Reader().FindStore(author_->store);
  if (!account.ok() || !account->has_value()) return GoAway(v1::GO_AWAY_REASON_INTERNAL);
  const auto now = AuthorOf(host_.Reader(), **account);
  if (!now.ok()) return GoAway(v1::GO_AWAY_REASON_INTERNAL);
  if (!SameAuthority(*now, *author_)) return GoAway(v1::GO_AWAY_REASON_SHUTTING_DOWN);
  author_->as_of = rev;
}

void ServerSession::OnTick() {
  CheckAuthority();
  const absl::Time now = host_.Now();
  if (now - last_heard_ > limits_.silence) state_ = State::kOver;
  if (state_ != State::kOpen || now - last_sent_ < limits_.heartbeat || !outbox_.empty()) return;
  v1::SyncResponse response;
  response.mutable_heartbeat()->set_time_us(absl::ToUnixMicros(now));
  outbox_.push_back({std::move(response)});
}

void ServerSession::GoAway(v1::GoAwayReason reason) {
  fenced_ |= reason == v1::GO_AWAY_REASON_FENCED;
  if (state_ == State::kEnding || state_ == State::kOver) return;
  v1::SyncResponse response;
  response.mutable_go_away()->set_reason(reason);
  outbox_.push_back({std::move(response)});
  state_ = State::kEnding;
}

bool ServerSession::HasEnded() {
  if (state_ == State::kEnding) return true;
  const bool nothing_owed =
      state_ == State::kAwaitHello || (state_ == State::kOpen && pushed_bytes_.empty() && !takes_uses_);
  return half_closed_ && nothing_owed;
}

size_t ServerSession::held_bytes() const {
  size_t bytes = 0;
  for (const v1::Push& push : waiting_) bytes += push.ByteSizeLong();
  for (const uint32_t pushed : pushed_bytes_) bytes += pushed;
  for (const Outgoing& outgoing : outbox_) bytes += outgoing.message.ByteSizeLong();
  return bytes;
}

std::optional<v1::SyncResponse> ServerSession::NextResponse() {
  CheckAuthority();
  if (state_ == State::kOver) return std::nullopt;
  MaybeResponse next;
  if (!outbox_.empty()) {
    next = std::move(outbox_.front().message);
    unacknowledged_bytes_ -= outbox_.front().gives_back;
    outbox_.pop_front();
  } else if (HasEnded()) {
    state_ = State::kOver;
  } else if (state_ == State::kOpen) {
    next = NextPage();
  }
  if (!next.has_value()) return next;
  last_sent_ = host_.Now();
  const bool packs = keys_.schema.packing != kNoPacking && hello_.opens_packing() >= kPackingForm;
  if (packs && IsWorthPacking(*next)) PackMessage(*next);
  return next;
}

std::optional<v1::SyncResponse> ServerSession::NextPage() {
  for (size_t i = 0; i < stretches_.size(); ++i) {
    const size_t index = (turn_ + i) % stretches_.size();
    auto next = NextOf(stretches_[index]);
    if (!next.ok()) return CannotRead();
    if (!next->has_value()) continue;
    turn_ = index + 1;
    return *std::move(next);
  }
  return std::nullopt;
}

// News of a scope that the device had come to the end of waits until what the device pushed is answered: it comes in
// fuller pages then, and with one Current.
// Pages first, then leaves under repair, then Current: which so is of the rev that they bring the device to.
absl::StatusOr<ServerSession::MaybeResponse> ServerSession::NextOf(Stretch& stretch) {
  if (stretch.behind) {
    const bool verdicts_first = stretch.caught_up && !pushed_bytes_.empty();
    if (verdicts_first || !HasRoom()) return std::nullopt;
    ASSIGN_OR_RETURN(FeedPage feed, ReadStretch(stretch));
    stretch.behind = feed.more;
    stretch.caught_up = !feed.more;
    stretch.tally = {feed.living_records, feed.sum};
    const bool moved = feed.to_rev > stretch.position;
    if (!feed.entries.empty() || stretch.reset.has_value() || (stretch.owes_current && moved)) {
      return PageFrom(stretch, std::move(feed));
    }
    stretch.position = feed.to_rev;
  }
  if (!stretch.repair.empty()) return NextLeafContent(stretch);
  return CurrentFor(stretch);
}

// A device that may lack a tombstone that is gone, or that has seen what this base has not, starts anew.
absl::StatusOr<FeedPage> ServerSession::ReadStretch(Stretch& stretch) {
  BaseReader& reader = host_.Reader();
  const Scope& scope = stretch.grant.scope;
  if (!stretch.reset.has_value()) {
    ASSIGN_OR_RETURN(FeedPage feed,
                     reader.ReadFeedAnew(scope, stretch.position, PageBytes(), stretch.tombstones_after));
    const uint64_t complete_to = std::max(stretch.position, stretch.tombstones_after);
    const bool told_all = feed.tombstone_floor <= complete_to && stretch.position <= feed.newest_rev;
    if (told_all) return feed;
    stretch.reset = stretch.position > feed.newest_rev ? v1::RESET_REASON_AHEAD : v1::RESET_REASON_TOO_OLD;
  }
  ASSIGN_OR_RETURN(FeedPage feed, reader.ReadFeedAnew(scope, 0, PageBytes(), UINT64_MAX));
  stretch.tombstones_after = feed.newest_rev;
  return feed;
}

// A row that cannot be read stops reading, and not handing in: what was pushed is answered first.
std::optional<v1::SyncResponse> ServerSession::CannotRead() {
  if (!pushed_bytes_.empty()) return std::nullopt;
  GoAway(v1::GO_AWAY_REASON_INTERNAL);
  return NextResponse();
}

v1::SyncResponse ServerSession::PageFrom(Stretch& stretch, FeedPage feed) {
  v1::SyncResponse response;
  v1::Page& page = *response.mutable_page();
  *page.mutable_scope() = stretch.grant.scope.ToProto();
  page.set_generation(stretch.grant.generation);
  for (v1::FeedEntry& entry : feed.entries) {
    sent_.LeaveOutOf(entry, stretch.grant.scope);
    *page.add_entries() = std::move(entry);
  }
  page.set_to_rev(feed.to_rev);
  page.set_reset(stretch.reset.has_value());
  page.set_reset_reason(stretch.reset.value_or(v1::RESET_REASON_UNSPECIFIED));
  stretch.reset.reset();
  stretch.position = feed.to_rev;
  stretch.owes_current = true;
  NotePage(response);
  return response;
}

absl::StatusOr<ServerSession::MaybeResponse> ServerSession::NextLeafContent(Stretch& stretch) {
  if (!HasRoom()) return std::nullopt;
  const int leaf = stretch.repair.front();
  ASSIGN_OR_RETURN(LeafPart part, host_.Reader().ReadLeaf(stretch.grant.scope, leaf, stretch.repaired,
                                                          stretch.position, PageBytes()));
  v1::SyncResponse response;
  v1::LeafContent& content = *response.mutable_leaf_content();
  *content.mutable_scope() = stretch.grant.scope.ToProto();
  content.set_leaf(static_cast<uint32_t>(leaf));
  content.set_after_record_id(stretch.repaired.ToBytes());
  if (part.through.has_value()) content.set_through_record_id(part.through->ToBytes());
  for (v1::FeedEntry& entry : part.entries) *content.add_entries() = std::move(entry);
  for (const RecordId& id : part.later) content.add_later_record_ids(id.ToBytes());
  stretch.repaired = part.through.value_or(RecordId());
  if (!part.through.has_value()) stretch.repair.pop_front();
  NotePage(response);
  return response;
}

std::optional<v1::SyncResponse> ServerSession::CurrentFor(Stretch& stretch) {
  if (stretch.behind || !stretch.owes_current) return std::nullopt;
  stretch.owes_current = false;
  v1::SyncResponse response;
  v1::Current& current = *response.mutable_current();
  *current.mutable_scope() = stretch.grant.scope.ToProto();
  current.set_rev(stretch.position);
  current.set_record_count(stretch.tally.count);
  current.set_sum(stretch.tally.sum.ToBytes());
  current.set_answers_leaf_sums(std::exchange(stretch.answers_leaf_sums, false));
  return response;
}

// The first page of a session is small; from then on the line says how much may be under way.
bool ServerSession::HasRoom() const {
  if (pages_in_flight_.empty()) return true;
  const size_t most = limits_.page_bytes * limits_.pages_in_flight;
  const size_t window = line_.Worth(kWindowTime, 2 * kLeastPageBytes, most);
  if (pages_in_flight_.size() >= limits_.pages_in_flight) return false;
  return window == most || page_bytes_in_flight_ < window;
}

size_t ServerSession::PageBytes() const {
  return line_.Worth(kPageTime, kLeastPageBytes, limits_.page_bytes);
}

void ServerSession::NotePage(const v1::SyncResponse& page) {
  pages_in_flight_.push_back({page.ByteSizeLong(), host_.Now()});
  page_bytes_in_flight_ += pages_in_flight_.back().bytes;
}

}  // namespace opgang
