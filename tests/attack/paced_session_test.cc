// A session whose device brings more than it may: what comes too fast is not read until its time has come, and work beyond the
// day's waits in its order. The strand that ships, between real threads and without gRPC.
#include <condition_variable>
#include <future>
#include <mutex>
#include <vector>

#include "gtest/gtest.h"
#include "opgang/v1/record.pb.h"
#include "server/rpc/sync_strand.h"
#include "tests/attack/shared_clock.h"
#include "tests/support/hand_device.h"
#include "tests/threads/threaded_base.h"

namespace opgang {
namespace {

// Hears what the base says; speaks when the base reads.
class ByHand : public StreamEnd {
 public:
  ByHand(BaseServices& base, Peer peer) : strand_(std::make_shared<SyncStrand>(base, std::move(peer), this)) {
    base.sessions.Add(strand_);
    strand_->Read();
  }
  ~ByHand() override { strand_->OnDone(); }

  // What was asked of the session before has been done.
  void Settle() {
    std::promise<void> done;
    strand_->Do([&](ServerSession&) { done.set_value(); });
    done.get_future().wait();
  }
  // False: the base does not read, and nothing was said.
  bool Say(const v1::SyncRequest& request) {
    Settle();
    const std::unique_lock lock(mutex_);
    if (reading_ == nullptr) return false;
    *std::exchange(reading_, nullptr) = request;
    strand_->OnReadDone(true);
    return true;
  }
  v1::SyncResponse Hear() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(heard_some_.wait_for(lock, std::chrono::seconds(30), [&] { return next_ < heard_.size(); }));
    return next_ < heard_.size() ? heard_[next_++] : v1::SyncResponse();
  }
  // The next so many verdicts.
  std::vector<v1::Verdict> HearVerdicts(size_t count) {
    std::vector<v1::Verdict> verdicts;
    for (int i = 0; i < 50 && verdicts.size() < count; ++i) {
      const v1::SyncResponse response = Hear();
      verdicts.insert(verdicts.end(), response.ack().verdicts().begin(), response.ack().verdicts().end());
    }
    return verdicts;
  }

  void BeginRead(v1::SyncRequest* into) override {
    const std::unique_lock lock(mutex_);
    reading_ = into;
  }
  void BeginWrite(const v1::SyncResponse* message) override {
    const std::unique_lock lock(mutex_);
    heard_.push_back(*message);
    heard_some_.notify_all();
    strand_->OnWriteDone(true);
  }
  void EndStream() override {}

 private:
  std::mutex mutex_;
  std::condition_variable heard_some_;
  v1::SyncRequest* reading_ = nullptr;
  std::vector<v1::SyncResponse> heard_;
  size_t next_ = 0;
  std::shared_ptr<SyncStrand> strand_;
};

class PacedSessionTest : public testing::Test {
 protected:
  void Limit(const BaseLimits& limits) {
    base_.services().devices = std::make_unique<DeviceLimits>(limits, limits_clock_);
  }
  v1::SyncRequest PushOf(int citizens) {
    std::vector<v1::SealedMutation> sealed;
    for (int i = 0; i < citizens; ++i) {
      v1::Citizen citizen;
      citizen.set_name("Kept");
      sealed.push_back(amal_.Seal(amal_.Create(citizen, area_)));
    }
    return amal_.Request(amal_.Push(sealed));
  }
  static v1::SyncRequest Heartbeat() {
    v1::SyncRequest request;
    request.mutable_heartbeat();
    return request;
  }

  ManualClock clock_{absl::FromUnixSeconds(1'775'000'000)};
  SharedClock limits_clock_;
  TestBase made_{clock_};
  const Scope area_ = AreaScope(made_.Area("Testby"));
  HandDevice amal_{made_, clock_, "amal", "outreach", {"Testby"}};
  ThreadedBase base_{(made_.Close(), made_)};
};

TEST_F(PacedSessionTest, MessagesBeyondThePaceAreReadWhenTheirTimeHasCome) {
  Limit({.messages_per_second = 1});
  ByHand stream(base_.services(), amal_.peer);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(stream.Say(Heartbeat())) << i;
  EXPECT_FALSE(stream.Say(Heartbeat())) << "four seconds' worth, and one that goes beyond it";
  limits_clock_.Advance(absl::Seconds(2));
  base_.services().sessions.Tick();
  EXPECT_TRUE(stream.Say(Heartbeat()));
}

TEST_F(PacedSessionTest, OnceADayIsUsedUpTheRestOfTheSessionWaitsInItsOrder) {
  Limit({.mutations_per_day = 4});
  ByHand stream(base_.services(), amal_.peer);
  ASSERT_TRUE(stream.Say(amal_.HelloRequest()));
  EXPECT_TRUE(stream.Hear().has_welcome());
  EXPECT_TRUE(stream.Say(PushOf(1)) && stream.Say(PushOf(4)) && stream.Say(PushOf(1)));
  const auto verdicts = stream.HearVerdicts(6);
  ASSERT_EQ(verdicts.size(), 6u);
  for (size_t i = 0; i < verdicts.size(); ++i) {
    EXPECT_EQ(verdicts[i].seq(), i + 1);
    EXPECT_EQ(verdicts[i].has_applied(), i == 0) << verdicts[i].DebugString();
    EXPECT_EQ(verdicts[i].retry_later().reason(),
              i == 0 ? v1::RETRY_REASON_UNSPECIFIED : v1::RETRY_REASON_OVERLOAD);
  }
}

}  // namespace
}  // namespace opgang
