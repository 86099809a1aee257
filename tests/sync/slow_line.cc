#include "tests/sync/slow_line.h"

#include <algorithm>
#include <deque>

#include "core/base/error.h"
#include "core/packing/packing.h"
#include "tests/support/pushed.h"

namespace opgang {
namespace {

// One direction: first in, first out.
template <typename Message>
class Pipe {
 public:
  Pipe(const SlowLine& line, absl::Time now) : line_(line), free_at_(now) {}

  bool HasRoom(absl::Time now) const {
    return absl::ToDoubleSeconds(free_at_ - now) * line_.bytes_per_second < line_.buffer_bytes;
  }
  void Put(Message message, absl::Time now) {
    const double seconds = static_cast<double>(message.ByteSizeLong()) / line_.bytes_per_second;
    free_at_ = std::max(free_at_, now) + absl::Seconds(seconds);
    under_way_.push_back({free_at_ + line_.delay, std::move(message)});
  }
  std::optional<Message> Take(absl::Time now) {
    if (under_way_.empty() || under_way_.front().first > now) return std::nullopt;
    Message message = std::move(under_way_.front().second);
    under_way_.pop_front();
    return message;
  }
  absl::Time next() const { return under_way_.empty() ? absl::InfiniteFuture() : under_way_.front().first; }

 private:
  const SlowLine line_;
  absl::Time free_at_;
  std::deque<std::pair<absl::Time, Message>> under_way_;
};

}  // namespace

class SlowStream : public SyncStream {
 public:
  explicit SlowStream(SlowLineDialer& dialer)
      : dialer_(dialer),
        session_(dialer.base_.Connect(dialer.peer_)),
        up_(dialer.line_, Now()),
        down_(dialer.line_, Now()),
        cut_at_(Now() + dialer.line_.cut_every) {}
  ~SlowStream() override { dialer_.base_.Disconnect(std::move(session_)); }

  bool writable() override { return !ended_.has_value() && up_.HasRoom(Now()); }

  void Write(v1::SyncRequest request) override {
    const v1::SyncRequest said = Unpacked(request);
    dialer_.mutations_put_on += static_cast<size_t>(PushedIn(said).mutations_size());
    if (Pushes(said)) dialer_.bytes_put_on += request.ByteSizeLong();
    up_.Put(std::move(request), Now());
  }

  // Arrives behind everything else; nothing that was written is lost by it.
  void HalfClose() override { closing_ = true; }

  std::optional<v1::SyncResponse> Wait(absl::Duration at_most) override {
    const absl::Time until = Now() + at_most;
    while (!ended_.has_value()) {
      CarryUp();
      while (down_.HasRoom(Now())) {
        auto response = session_->Say();
        if (!response.has_value()) break;
        down_.Put(*std::move(response), Now());
      }
      if (auto response = down_.Take(Now())) {
        if (dialer_.on_response) dialer_.on_response(Unpacked(*response));
        return response;
      }
      if (session_->session().over() && down_.next() == absl::InfiniteFuture()) ended_ = absl::OkStatus();
      if (Now() >= until || ended_.has_value()) return std::nullopt;
      LetTimePass(until);
    }
    return std::nullopt;
  }

  std::optional<absl::Status> ended() override { return ended_; }

 private:
  absl::Time Now() const { return dialer_.clock_.WallNow(); }

  void CarryUp() {
    while (auto request = up_.Take(Now())) {
      dialer_.mutations_arrived += static_cast<size_t>(PushedIn(Unpacked(*request)).mutations_size());
      session_->Hear(*request);
    }
    if (closing_ && up_.next() == absl::InfiniteFuture()) session_->session().OnHalfClose();
  }

  // To the next thing that happens, in steps of at most 20 ms.
  void LetTimePass(absl::Time until) {
    const absl::Time next =
        std::min({until, up_.next(), down_.next(), cut_at_, Now() + absl::Milliseconds(20)});
    dialer_.clock_.Advance(std::max(next - Now(), absl::Microseconds(100)));
    session_->session().OnTick();
    if (Now() < cut_at_) return;
    ++dialer_.cuts;
    ended_ = MakeError(ErrorCode::kNoBase, "cut");
  }

  SlowLineDialer& dialer_;
  std::shared_ptr<BaseSession> session_;
  Pipe<v1::SyncRequest> up_;
  Pipe<v1::SyncResponse> down_;
  const absl::Time cut_at_;
  bool closing_ = false;
  std::optional<absl::Status> ended_;
};

absl::StatusOr<std::unique_ptr<SyncStream>> SlowLineDialer::Dial(absl::Duration) {
  clock_.Advance(absl::Milliseconds(500));  // TCP and TLS
  return std::make_unique<SlowStream>(*this);
}

}  // namespace opgang
