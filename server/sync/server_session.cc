#include "server/sync/server_session.h"

#include <algorithm>
#include <utility>

namespace opgang {
namespace {

constexpr size_t kMaxWaitingPushes = 16;
constexpr int kMaxVerdictsRepeated = 1000;  // in one message

bool Reads(const StoredGrant& grant) { return grant.mode != v1::GRANT_MODE_WRITE_ONLY; }

v1::Grant ToProto(const StoredGrant& grant) {
  v1::Grant proto;
  *proto.mutable_scope() = grant.scope.ToProto();
  proto.set_generation(grant.generation);
  proto.set_mode(grant.mode);
  proto.set_display_name(grant.display_name);
  return proto;
}

// What a Push costs of the credit: its bytes, and no less than the verdicts that it will be answered with.
uint32_t CreditOf(const v1::Push& push) {
  constexpr size_t kVerdictBytes = 64;
  const size_t answer = kVerdictBytes * static_cast<size_t>(push.mutations_size());
  return static_cast<uint32_t>(std::max(push.ByteSizeLong(), answer));
}

const v1::Cursor* FindCursor(const v1::Hello& hello, const StoredGrant& grant) {
  for (const v1::Cursor& cursor : hello.cursors()) {
    if (Scope::FromProto(cursor.scope()) == grant.scope && cursor.generation() == grant.generation)
      return &cursor;
  }
  return nullptr;
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

size_t ServerSession::held_bytes() const {
  size_t bytes = unacknowledged_bytes_;
  for (const Outgoing& next : outbox_) bytes += next.response.ByteSizeLong();
  return bytes;
}

void ServerSession::OnRequest(const v1::SyncRequest& request) {
  if (state_ == State::kEnding || state_ == State::kOver) return;
  last_heard_ = host_.Now();
  switch (request.message_case()) {
    case v1::SyncRequest::kHello: return OnHello(request.hello());
    case v1::SyncRequest::kPush: return OnPush(request.push());
    case v1::SyncRequest::kPageAck:
      pages_in_flight_ -= std::min(pages_in_flight_, request.page_ack().page_count());
      return;
    case v1::SyncRequest::kHeartbeat: return;
    case v1::SyncRequest::MESSAGE_NOT_SET: return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  }
}

void ServerSession::OnHello(const v1::Hello& hello) {
  if (state_ != State::kAwaitHello) return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  state_ = State::kGreeting;
  hello_ = hello;
  unsent_count_ = hello.unsent_count();
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
  host_.FenceOthers(author_->replica);
  if (greeting->reading) StartStretches();
  for (; !waiting_.empty(); waiting_.pop_front()) HandIn(waiting_.front());
}

void ServerSession::QueueWelcome(const Greeting& greeting) {
  v1::SyncResponse response;
  v1::Welcome& welcome = *response.mutable_welcome();
  welcome.set_epoch(epoch_.ToBytes());
  welcome.set_base_us(absl::ToUnixMicros(host_.Now()));
  welcome.set_next_token(greeting.next_token);
  welcome.set_credit_bytes(limits_.credit_bytes);
  welcome.set_reading(greeting.reading);
  welcome.set_schema_version(kSchemaVersion);
  if (greeting.new_replica.has_value()) welcome.set_new_replica_id(greeting.new_replica->ToBytes());
  if (greeting.reading) {
    for (const StoredGrant& grant : greeting.author.grants) *welcome.add_grants() = ToProto(grant);
  }
  outbox_.push_back({std::move(response)});
  QueueChangedFates(greeting.changed_fates);
}

// Without seq: they answer no Push of this session, and their place may be a former replica's.
void ServerSession::QueueChangedFates(const std::vector<v1::Verdict>& verdicts) {
  v1::Ack* ack = nullptr;
  for (const v1::Verdict& verdict : verdicts) {
    if (ack == nullptr || ack->verdicts_size() >= kMaxVerdictsRepeated) {
      ack = outbox_.emplace_back().response.mutable_ack();
    }
    *ack->add_verdicts() = verdict;
    ack->mutable_verdicts()->rbegin()->clear_seq();
  }
}

// Where each scope goes on. A foreign epoch or generation starts anew (RESET); so does a first sync, harmlessly.
void ServerSession::StartStretches() {
  const bool same_epoch = hello_.epoch() == epoch_.ToBytes();
  for (const StoredGrant& grant : author_->grants) {
    if (!Reads(grant)) continue;
    const v1::Cursor* cursor = same_epoch ? FindCursor(hello_, grant) : nullptr;
    Stretch stretch;
    stretch.grant = grant;
    stretch.position = cursor == nullptr ? 0 : cursor->rev();
    stretch.reset = cursor == nullptr;
    stretches_.push_back(std::move(stretch));
  }
}

void ServerSession::OnPush(const v1::Push& push) {
  const uint32_t bytes = CreditOf(push);
  const bool too_early = state_ == State::kAwaitHello || waiting_.size() >= kMaxWaitingPushes;
  if (too_early || unacknowledged_bytes_ + bytes > limits_.credit_bytes) {
    return GoAway(v1::GO_AWAY_REASON_PROTOCOL);
  }
  unacknowledged_bytes_ += bytes;
  if (state_ == State::kGreeting) {
    waiting_.push_back(push);
  } else {
    HandIn(push);
  }
}

void ServerSession::HandIn(const v1::Push& push) {
  for (const v1::QueueKey& key : push.queue_keys()) queue_keys_.Add(key, keys_.box);
  std::vector<OpenedMutation> opened;
  for (const v1::SealedMutation& sealed : push.mutations()) {
    opened.push_back(OpenMutation(sealed, queue_keys_, keys_.digest_key));
  }
  pushed_bytes_.push_back(CreditOf(push));
  host_.Submit(GroupBundles(std::move(opened), *author_, host_.Now(), anchor_));
}

void ServerSession::OnVerdicts(absl::StatusOr<std::vector<v1::Verdict>> verdicts) {
  if (pushed_bytes_.empty()) return;
  const uint32_t answered_bytes = pushed_bytes_.front();
  pushed_bytes_.pop_front();
  if (state_ != State::kOpen) return;  // after GoAway nothing: they are durable, and told again when asked
  if (!verdicts.ok()) return GoAway(v1::GO_AWAY_REASON_INTERNAL);
  if (verdicts->empty()) {
    unacknowledged_bytes_ -= answered_bytes;
    return;
  }
  v1::SyncResponse response;
  for (v1::Verdict& verdict : *verdicts) {
    if (!verdict.has_retry_later() && !verdict.has_id_reused() && unsent_count_ > 0) --unsent_count_;
    *response.mutable_ack()->add_verdicts() = std::move(verdict);
  }
  outbox_.push_back({std::move(response), answered_bytes});
  for (Stretch& stretch : stretches_) stretch.behind = stretch.owes_current = true;
}

void ServerSession::OnNews(const std::set<Scope>& touched) {
  for (Stretch& stretch : stretches_) {
    if (touched.contains(stretch.grant.scope)) stretch.behind = true;
  }
}

void ServerSession::OnHalfClose() { half_closed_ = true; }

void ServerSession::OnTick() {
  const absl::Time now = host_.Now();
  if (now - last_heard_ > limits_.silence) state_ = State::kOver;
  if (state_ != State::kOpen || now - last_sent_ < limits_.heartbeat || !outbox_.empty()) return;
  v1::SyncResponse response;
  response.mutable_heartbeat()->set_time_us(absl::ToUnixMicros(now));
  outbox_.push_back({std::move(response)});
}

void ServerSession::GoAway(v1::GoAwayReason reason) {
  if (state_ == State::kEnding || state_ == State::kOver) return;
  v1::SyncResponse response;
  response.mutable_go_away()->set_reason(reason);
  outbox_.push_back({std::move(response)});
  state_ = State::kEnding;
}

bool ServerSession::HasEnded() {
  if (state_ == State::kEnding) return true;
  const bool nothing_owed = state_ == State::kAwaitHello || (state_ == State::kOpen && pushed_bytes_.empty());
  return half_closed_ && nothing_owed;
}

std::optional<v1::SyncResponse> ServerSession::NextResponse() {
  if (state_ == State::kOver) return std::nullopt;
  std::optional<v1::SyncResponse> next;
  if (!outbox_.empty()) {
    // Only now: who does not read gets no credit back (I15).
    unacknowledged_bytes_ -= outbox_.front().answered_bytes;
    next = std::move(outbox_.front().response);
    outbox_.pop_front();
  } else if (HasEnded()) {
    state_ = State::kOver;
  } else if (state_ == State::kOpen) {
    next = NextPage();
  }
  if (next.has_value()) last_sent_ = host_.Now();
  return next;
}

std::optional<v1::SyncResponse> ServerSession::NextPage() {
  for (Stretch& stretch : stretches_) {
    if (!stretch.behind || pages_in_flight_ >= limits_.pages_in_flight) continue;
    auto feed = host_.Reader().ReadFeed(stretch.grant.scope, stretch.position, limits_.page_bytes);
    if (!feed.ok()) return CannotRead();
    stretch.behind = feed->more;
    stretch.living_records = feed->living_records;
    const uint64_t newest = feed->to_rev;
    const bool has_page =
        !feed->entries.empty() || stretch.reset || (stretch.owes_current && newest > stretch.position);
    if (has_page) return PageFrom(stretch, *std::move(feed));
    if (auto current = CurrentFor(stretch, newest)) return current;
  }
  for (Stretch& stretch : stretches_) {
    if (stretch.behind) continue;
    if (auto current = CurrentFor(stretch, stretch.position)) return current;
  }
  return std::nullopt;
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
  for (v1::FeedEntry& entry : feed.entries) *page.add_entries() = std::move(entry);
  page.set_to_rev(feed.to_rev);
  page.set_reset(stretch.reset);
  stretch.reset = false;
  stretch.position = feed.to_rev;
  stretch.owes_current = true;
  ++pages_in_flight_;
  return response;
}

std::optional<v1::SyncResponse> ServerSession::CurrentFor(Stretch& stretch, uint64_t rev) {
  if (!stretch.owes_current) return std::nullopt;
  stretch.owes_current = false;
  v1::SyncResponse response;
  v1::Current& current = *response.mutable_current();
  *current.mutable_scope() = stretch.grant.scope.ToProto();
  current.set_rev(rev);
  current.set_record_count(stretch.living_records);
  return response;
}

}  // namespace opgang
