#include "core/base/in_parallel.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace opgang {
namespace {

constexpr size_t kMostThreads = 4;  // the caller's is one of them

}  // namespace

ParallelWork::ParallelWork(size_t count, size_t block, std::function<void(size_t begin, size_t end)> part)
    : count_(count), block_(block), part_(std::move(part)) {
  const size_t cores = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
  const size_t blocks = (count + block - 1) / block;
  try {
    while (others_.size() + 1 < std::min(cores, blocks)) others_.emplace_back([this] { Work(); });
  } catch (const std::system_error&) {
  }  // no thread is to be had: the rest waits for Finish()
}

void ParallelWork::Finish() {
  Work();
  for (std::thread& thread : others_) thread.join();
  others_.clear();
}

void ParallelWork::Work() {
  for (size_t begin = next_.fetch_add(block_); begin < count_; begin = next_.fetch_add(block_))
    part_(begin, std::min(begin + block_, count_));
}

}  // namespace opgang
