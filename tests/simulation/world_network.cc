// Streams and sessions: each message is handed on by itself, so that any number of sessions stand at any point at
// once.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "core/packing/packing.h"
#include "tests/simulation/world.h"
#include "tests/support/pushed.h"

namespace opgang::simulation {
namespace {

constexpr size_t kWindow = 4;  // messages under way in one direction: what a transport buffers
constexpr size_t kMostBytes = 256 * 1024;

absl::Status Gone() { return MakeError(ErrorCode::kNoBase, "cut"); }

}  // namespace

std::string World::Describe(const v1::SyncRequest& request) {
  if (request.has_packed()) return absl::StrCat("packed ", Describe(Unpacked(request)));
  switch (request.message_case()) {
    case v1::SyncRequest::kHello:
      return absl::StrCat("Hello(unsent ", request.hello().unsent_count(), ", cursors ",
                          request.hello().cursors_size(),
                          request.hello().read_proof().empty() ? ", locked)" : ")");
    case v1::SyncRequest::kPush:
    case v1::SyncRequest::kOpenedPush: {
      std::string text = request.has_push() ? "Push(" : "OpenedPush(";
      for (const auto& mutation : PushedIn(request).mutations())
        absl::StrAppend(&text, " seq ", mutation.seq());
      return text + " )";
    }
    case v1::SyncRequest::kPageAck: return "PageAck";
    case v1::SyncRequest::kHeartbeat: return "Heartbeat";
    default: return "nothing";
  }
}

std::string World::Describe(const v1::SyncResponse& response) {
  if (response.has_packed()) return absl::StrCat("packed ", Describe(Unpacked(response)));
  switch (response.message_case()) {
    case v1::SyncResponse::kWelcome:
      return absl::StrCat("Welcome(grants ", response.welcome().grants_size(),
                          response.welcome().new_replica_id().empty() ? ")" : ", new replica)");
    case v1::SyncResponse::kAck: {
      std::string text = "Ack(";
      for (const auto& verdict : response.ack().verdicts()) {
        absl::StrAppend(
            &text, " seq ", verdict.seq(), verdict.has_applied() ? " applied rev " : " case ",
            verdict.has_applied() ? verdict.applied().rev() : static_cast<uint64_t>(verdict.outcome_case()));
      }
      return text + " )";
    }
    case v1::SyncResponse::kPage:
      return absl::StrCat("Page(entries ", response.page().entries_size(), ", to ", response.page().to_rev(),
                          response.page().reset() ? ", reset)" : ")");
    case v1::SyncResponse::kCurrent: return absl::StrCat("Current(", response.current().rev(), ")");
    case v1::SyncResponse::kHeartbeat: return "Heartbeat";
    case v1::SyncResponse::kGoAway: return v1::GoAwayReason_Name(response.go_away().reason());
    default: return "nothing";
  }
}

void World::StartSync(Tablet& tablet) {
  if (tablet.store == nullptr || tablet.attempts.has_value()) return;
  tablet.attempts.emplace(tablet.sync_options.attempts);
  OpenStream(tablet);
}

void World::OpenStream(Tablet& tablet) {
  tablet.pausing = false;
  tablet.compared = tablet.store->unlocked();
  tablet.stream = std::make_shared<Stream>();
  tablet.stream->id = next_stream_++;
  tablet.stream->tablet = tablet.number;
  tablet.stream->epoch = epochs_;
  tablet.stream->base = base_->Connect(tablet.peer, limits_);
  streams_.push_back(tablet.stream);
  Say(absl::StrCat("  tablet ", tablet.number, " opens stream ", tablet.stream->id));
  const auto parallel = std::count_if(streams_.begin(), streams_.end(), [&](const auto& other) {
    return other->base != nullptr &&
           tablets_[static_cast<size_t>(other->tablet)]->peer.store == tablet.peer.store;
  });
  if (parallel > 1) Reach("two sessions of one store at once");
  ClientSession::Opening opening = tablet.attempts->opening();
  opening.push_bytes = push_bytes_;
  tablet.run =
      std::make_unique<SessionRun>(tablet.store->sync_store(), tablet.clock, tablet.sync_options, opening);
  const absl::Status started = tablet.run->Start();
  if (!started.ok()) EndRun(tablet, started);
}

void World::EndRun(Tablet& tablet, const absl::Status& end) {
  tablet.stream->tablet_open = false;
  tablet.stream->down.clear();
  const auto next = tablet.attempts->AfterSession(end, tablet.run->session());
  if (tablet.run->session().new_replica()) Reach("a new replica was made");
  tablet.run.reset();
  tablet.stream.reset();
  switch (next) {
    case SyncAttempts::Next::kAtOnce: return OpenStream(tablet);
    case SyncAttempts::Next::kAfterPause:
      tablet.pausing = true;
      Reach("a sync tried again after a cut");
      return;
    case SyncAttempts::Next::kOver: break;
  }
  tablet.last_sync = tablet.attempts->outcome();
  tablet.attempts.reset();
  if (tablet.last_sync.ok()) {
    ++tablet.syncs_done;
    CheckRepaired(tablet);
    Reach("a sync ended well");
  }
  Say(absl::StrCat(
      "  tablet ", tablet.number, " ends its sync: ",
      tablet.last_sync.ok() ? "well" : std::string(ErrorCodeName(GetErrorCode(tablet.last_sync)))));
}

void World::Move(Tablet& tablet, int count, uint64_t draw) {
  Prng prng(draw);
  for (int i = 0; i < count && !failure_.has_value(); ++i) MoveOne(tablet, prng);
}

// One thing that can happen next around this tablet's streams. False: nothing can.
bool World::MoveOne(Tablet& tablet, Prng& prng) {
  HealAfterTrouble();
  if (tablet.pausing) {
    OpenStream(tablet);
    return true;
  }
  std::vector<std::function<void()>> enabled;
  if (tablet.run != nullptr && tablet.stream->up.size() < kWindow)
    enabled.push_back([&] { TabletSpeaks(tablet); });
  if (tablet.run != nullptr && !tablet.stream->stalled &&
      (!tablet.stream->down.empty() || tablet.stream->base == nullptr)) {
    enabled.push_back([&] { TabletHears(tablet); });
  }
  enabled.push_back([&] { BaseWorks(); });
  for (const auto& stream : streams_) {
    if (stream->tablet != tablet.number || stream->base == nullptr) continue;
    enabled.push_back([this, stream] { BaseHears(*stream); });
    if (stream->down.size() < kWindow) enabled.push_back([this, stream] { BaseSpeaks(*stream); });
  }
  const uint64_t before = said_;
  enabled[prng.Below(enabled.size())]();
  return said_ != before;
}

void World::TabletSpeaks(Tablet& tablet) {
  Stream& stream = *tablet.stream;
  if (tablet.run->Closes()) stream.half_closed = true;
  if (tablet.run->Leaves()) {  // with all that is still under way, either way
    stream.up.clear();
    DropBaseEnd(stream);
    return EndRun(tablet, tablet.run->End(absl::OkStatus()));
  }
  auto request = tablet.run->Speak();
  if (!request.ok()) return EndRun(tablet, request.status());
  if (!request->has_value()) return;
  Say(absl::StrCat("  stream ", stream.id, " > ", Describe(**request)));
  for (const v1::ScopeId& gone : (*request)->scopes_removed().scopes())
    said_gone_[{tablet.number, Scope::FromProto(gone).value_or(Scope())}] = now_;
  stream.up.push_back((*request)->SerializeAsString());
  if (stream.up.back().size() > kMostBytes) Fail("I15", "a tablet's message is over 256 KiB");
}

void World::TabletHears(Tablet& tablet) {
  Stream& stream = *tablet.stream;
  if (stream.down.empty()) {  // the base's end is gone, and everything it said was heard
    return EndRun(tablet, tablet.run->End(stream.half_closed ? absl::OkStatus() : Gone()));
  }
  v1::SyncResponse response;
  if (!response.ParseFromString(stream.down.front())) return Fail("wire", "a response does not parse");
  stream.down.pop_front();
  Say(absl::StrCat("  stream ", stream.id, " tablet ", tablet.number, " hears ", Describe(response)));
  if (response.welcome().reading()) NoteGained(tablet, response.welcome());
  const absl::Status heard = tablet.run->Hear(response);
  if (!heard.ok()) return EndRun(tablet, heard);
  const v1::SyncResponse said = Unpacked(response);
  if (said.has_ack()) NoteVerdicts(stream, said.ack());
}

void World::BaseHears(Stream& stream) {
  if (stream.up.empty()) {
    if (stream.half_closed && !stream.told_half_close) {
      stream.told_half_close = true;
      stream.base->session().OnHalfClose();
    }
    return;
  }
  v1::SyncRequest request;
  if (!request.ParseFromString(stream.up.front())) return Fail("wire", "a request does not parse");
  stream.up.pop_front();
  if (!stream.tablet_open) Reach("an old stream delivered late");
  const v1::SyncRequest said = Unpacked(request);
  if (said.has_opened_push()) Reach("an opened push arrived");
  if (Pushes(said) && !stream.hostile) {
    auto& heard = pushes_heard_[tablets_[static_cast<size_t>(stream.tablet)]->peer.store];
    heard.push_back(PushedIn(said));
    if (heard.size() > 8) heard.erase(heard.begin());
  }
  Say(absl::StrCat("  stream ", stream.id, " base hears ", Describe(request)));
  stream.base->Hear(request);
}

void World::BaseSpeaks(Stream& stream) {
  auto response = stream.base->session().NextResponse();
  if (response.has_value()) {
    Say(absl::StrCat("  stream ", stream.id, " < ", Describe(*response)));
    const std::string bytes = response->SerializeAsString();
    if (bytes.size() > kMostBytes) Fail("I15", "a message of the base is over 256 KiB");
    const v1::SyncResponse said = Unpacked(*response);
    if (said.has_page()) CheckPage(stream, said.page());
    if (response->has_go_away()) Reach(absl::StrCat("the base said ", Describe(*response)));
    if (stream.tablet_open) stream.down.push_back(bytes);
    return;
  }
  if (stream.base->session().over()) DropBaseEnd(stream);
}

void World::BaseWorks() {
  if (!base_->running()) return;
  if (base_->RunOneJob()) Say("  the base works");
  HealAfterTrouble();
}

void World::DropBaseEnd(Stream& stream) {
  if (stream.base == nullptr) return;
  const std::shared_ptr<BaseSession> session = std::exchange(stream.base, nullptr);
  if (base_->running()) (void)base_->End(session);
}

void World::Cut(Tablet& tablet, uint32_t who_notices) {
  if (tablet.stream == nullptr) return;
  Stream& stream = *tablet.stream;
  const bool answered = std::any_of(stream.down.begin(), stream.down.end(), [](const std::string& bytes) {
    v1::SyncResponse response;
    return response.ParseFromString(bytes) && response.has_ack();
  });
  const bool paged = !stream.down.empty() && [&] {
    v1::SyncResponse response;
    return response.ParseFromString(stream.down.front()) && response.has_page();
  }();
  if (answered) Reach("a cut between a commit and its Ack");
  if (paged) Reach("a cut between Ack and Page");
  Say(absl::StrCat("  stream ", stream.id, " is cut"));
  switch (who_notices % 4) {
    case 0:  // both, and what was under way is lost
      stream.up.clear();
      DropBaseEnd(stream);
      return EndRun(tablet, tablet.run->End(Gone()));
    case 1:  // the tablet only: what it said still arrives, now or much later
      Reach("a half-open stream");
      return EndRun(tablet, tablet.run->End(Gone()));
    case 2:  // the base only: the tablet waits in silence
      stream.up.clear();
      stream.down.clear();
      stream.stalled = true;
      return DropBaseEnd(stream);
    default:  // what the tablet said arrives, what the base said does not
      while (!stream.up.empty() && stream.base != nullptr && !failure_.has_value()) BaseHears(stream);
      stream.down.clear();
      stream.half_closed = true;
      return EndRun(tablet, tablet.run->End(Gone()));
  }
}

// Time is noticed at both ends.
void World::Tick() {
  for (const auto& stream : streams_) {
    if (stream->base == nullptr) continue;
    stream->base->session().OnTick();
    if (stream->base->session().over()) DropBaseEnd(*stream);
  }
  for (auto& tablet : tablets_) {
    if (tablet->run == nullptr) continue;
    const absl::Status silence = tablet->run->CheckSilence();
    if (silence.ok()) continue;
    Reach("a tablet gave up on a silent base");
    EndRun(*tablet, silence);
  }
}

// Streams that nobody holds any more.
void World::Sweep() {
  std::erase_if(streams_, [](const auto& stream) { return stream->base == nullptr && !stream->tablet_open; });
}

void World::CutAll() {
  for (auto& tablet : tablets_) {
    if (tablet->stream != nullptr) Cut(*tablet, 0);
    if (tablet->stream != nullptr) tablet->stream->tablet_open = false;  // it began anew at once
    tablet->run.reset();
    tablet->stream.reset();
    tablet->attempts.reset();
    tablet->pausing = false;
  }
  for (const auto& stream : streams_) DropBaseEnd(*stream);
  base_->RunJobs();
  Sweep();
}

}  // namespace opgang::simulation
