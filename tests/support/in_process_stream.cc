#include "tests/support/in_process_stream.h"

#include <gtest/gtest.h>

#include <utility>

#include "core/base/error.h"
#include "core/packing/packing.h"

namespace opgang {
namespace {

// A session that is quiet for so long, virtual time, will never end.
constexpr int kMostIdleSteps = 5000;

// Through the wire's form, as gRPC would bring it.
template <typename Message>
Message Travelled(const Message& message) {
  Message arrived;
  EXPECT_TRUE(arrived.ParseFromString(message.SerializeAsString()));
  return arrived;
}

}  // namespace

class InProcessStream : public SyncStream {
 public:
  InProcessStream(InProcessDialer& dialer, std::optional<Cut> cut)
      : dialer_(dialer), session_(dialer.base_.Connect(dialer.peer_, dialer.limits)), cut_(cut) {}

  ~InProcessStream() override { dialer_.base_.Disconnect(std::move(session_)); }

  bool writable() override { return !ended_.has_value(); }

  void Write(v1::SyncRequest request) override {
    EXPECT_LE(request.ByteSizeLong(), 256u * 1024);
    if (!Pass()) return;
    session_->Hear(Travelled(request));
    if (dialer_.on_request) dialer_.on_request(Unpacked(request));
  }

  void HalfClose() override {
    ++dialer_.half_closes_;
    if (session_ != nullptr) session_->session().OnHalfClose();
  }

  std::optional<v1::SyncResponse> Wait(absl::Duration at_most) override {
    if (ended_.has_value()) return std::nullopt;
    const auto response = session_->Say();
    if (response.has_value()) {
      EXPECT_LE(response->ByteSizeLong(), 256u * 1024);
      if (!Pass()) return std::nullopt;
      idle_steps_ = 0;
      if (dialer_.on_response) dialer_.on_response(Unpacked(*response));
      return Travelled(*response);
    }
    if (session_->session().over()) {
      ended_ = absl::OkStatus();
    } else {
      Idle(at_most);
    }
    return std::nullopt;
  }

  std::optional<absl::Status> ended() override { return ended_; }

 private:
  bool Pass() {
    if (ended_.has_value()) return false;
    if (!cut_.has_value() || passed_ < cut_->after) {
      ++passed_;
      ++dialer_.passed_;
      return true;
    }
    ended_ = MakeError(ErrorCode::kNoBase, "cut");
    if (cut_->kind == Cut::Kind::kBaseDies) {
      session_.reset();
      dialer_.base_.Crash();
    } else {
      dialer_.base_.RunJobs();
    }
    return false;
  }

  void Idle(absl::Duration step) {
    if (++idle_steps_ > kMostIdleSteps) {
      ADD_FAILURE() << "the session hangs";
      ended_ = MakeError(ErrorCode::kNoBase, "hangs");
      return;
    }
    dialer_.clock_.Advance(step);
    session_->session().OnTick();
    if (dialer_.on_idle) dialer_.on_idle();
  }

  InProcessDialer& dialer_;
  std::shared_ptr<BaseSession> session_;
  std::optional<Cut> cut_;
  std::optional<absl::Status> ended_;
  int passed_ = 0;
  int idle_steps_ = 0;
};

absl::StatusOr<std::unique_ptr<SyncStream>> InProcessDialer::Dial(absl::Duration) {
  ++dials_;
  return std::make_unique<InProcessStream>(*this, std::exchange(cut_, std::nullopt));
}

}  // namespace opgang
