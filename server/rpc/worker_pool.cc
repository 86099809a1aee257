#include "server/rpc/worker_pool.h"

#include <utility>

namespace opgang {
namespace {

thread_local BaseReader* this_threads_reader = nullptr;

}  // namespace

WorkerPool::WorkerPool(std::vector<std::unique_ptr<BaseReader>> readers) : readers_(std::move(readers)) {
  for (const auto& reader : readers_) threads_.emplace_back([this, raw = reader.get()] { Loop(raw); });
}

WorkerPool::~WorkerPool() { Stop(); }

void WorkerPool::Post(Job job) {
  std::unique_lock lock(mutex_);
  if (stopping_) return;
  jobs_.push_back(std::move(job));
  wake_.notify_one();
}

BaseReader& WorkerPool::Reader() { return *this_threads_reader; }

void WorkerPool::Stop() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::Loop(BaseReader* reader) {
  this_threads_reader = reader;
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
  }
}

}  // namespace opgang
