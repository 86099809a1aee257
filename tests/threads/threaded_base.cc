#include "tests/threads/threaded_base.h"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

#include "core/base/error.h"
#include "server/store/sqlite_base_store.h"

namespace opgang {
namespace {

constexpr std::chrono::milliseconds kTick{2};
constexpr std::chrono::milliseconds kIdle{5};

}  // namespace

ThreadedBase::ThreadedBase(const TestBase& base, int workers)
    : clock_(const_cast<TestBase&>(base).clock().WallNow()) {
  services_.clock = &clock_;
  services_.random = &SystemRandom();
  services_.keys = base.keys();
  services_.session_keys = base.session_keys();
  services_.directory = base.directory();
  auto store = OpenSqliteBaseStore({base.file(), base.keys().storage_key, &SystemRandom(), ""});
  EXPECT_TRUE(store.ok()) << store.status();
  services_.epoch = (*store)->epoch();
  std::vector<std::unique_ptr<BaseReader>> readers;
  for (int i = 0; i < workers; ++i) readers.push_back((*store)->OpenReader().value());
  services_.backup_reader = (*store)->OpenReader().value();
  services_.pool = std::make_unique<WorkerPool>(std::move(readers));
  Writer::Callbacks callbacks;
  callbacks.on_news = [this](const std::set<Scope>& touched) {
    services_.sessions.DoForAll([touched](ServerSession& session) { session.OnNews(touched); });
  };
  callbacks.let_go = [this](std::shared_ptr<const std::vector<Submission>> answered) {
    services_.pool->Post([answered = std::move(answered)] {});
  };
  services_.writer = std::make_unique<Writer>(*std::move(store), std::move(callbacks));
  ticker_ = std::thread([this] { Tick(); });
}

ThreadedBase::~ThreadedBase() { Stop(); }

void ThreadedBase::Tick() {
  std::unique_lock lock(mutex_);
  while (!stops_.wait_for(lock, kTick, [this] { return stopped_; })) {
    services_.sessions.Tick();
  }
}

void ThreadedBase::TellAllToGo() {
  services_.sessions.DoForAll(
      [](ServerSession& session) { session.GoAway(v1::GO_AWAY_REASON_SHUTTING_DOWN); });
}

void ThreadedBase::Stop() {
  {
    std::unique_lock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    stops_.notify_all();
  }
  ticker_.join();
  services_.writer->Stop();
  services_.pool->Stop();
  {
    const std::unique_lock no_backup_goes_on(services_.backing_up);
    services_.backup_reader.reset();
  }
  services_.pool.reset();
  services_.writer.reset();
}

ThreadedStream::ThreadedStream(ThreadedBase& base, Peer peer)
    : strand_(std::make_shared<SyncStrand>(base.services(), std::move(peer), static_cast<StreamEnd*>(this))) {
  base.services().sessions.Add(strand_);
  strand_->Read();
}

ThreadedStream::~ThreadedStream() {
  strand_->OnCancel();
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_; });
  }
  strand_->OnDone();
}

bool ThreadedStream::writable() {
  std::unique_lock lock(mutex_);
  return !ended_ && !half_closed_ && up_.size() < 2;
}

void ThreadedStream::Write(v1::SyncRequest request) {
  {
    std::unique_lock lock(mutex_);
    up_.push_back(std::move(request));
  }
  CarryUp();
}

void ThreadedStream::HalfClose() {
  {
    std::unique_lock lock(mutex_);
    half_closed_ = true;
  }
  CarryUp();
}

void ThreadedStream::CarryUp() {
  std::unique_lock lock(mutex_);
  if (reading_ == nullptr || ended_) return;
  if (up_.empty() && (!half_closed_ || std::exchange(told_half_closed_, true))) return;
  const bool more = !up_.empty();
  v1::SyncRequest* into = std::exchange(reading_, nullptr);
  if (more) {
    *into = std::move(up_.front());
    up_.pop_front();
  }
  lock.unlock();
  strand_->OnReadDone(more);
}

std::optional<v1::SyncResponse> ThreadedStream::Wait(absl::Duration) {
  CarryUp();
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kIdle, [this] { return !down_.empty() || ended_ || (reading_ && !up_.empty()); });
  if (down_.empty()) return std::nullopt;
  v1::SyncResponse response = std::move(down_.front());
  down_.pop_front();
  lock.unlock();
  strand_->OnWriteDone(true);  // the reader was slow, or not
  return response;
}

std::optional<absl::Status> ThreadedStream::ended() {
  std::unique_lock lock(mutex_);
  if (!ended_ || !down_.empty()) return std::nullopt;
  return absl::OkStatus();
}

void ThreadedStream::BeginRead(v1::SyncRequest* into) {
  std::unique_lock lock(mutex_);
  reading_ = into;
  changed_.notify_all();
}

void ThreadedStream::BeginWrite(const v1::SyncResponse* message) {
  std::unique_lock lock(mutex_);
  down_.push_back(*message);
  changed_.notify_all();
}

void ThreadedStream::EndStream() {
  std::unique_lock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace opgang
