// Work in which nothing depends on order, spread over the machine's cores.
#ifndef OPGANG_CORE_BASE_IN_PARALLEL_H_
#define OPGANG_CORE_BASE_IN_PARALLEL_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace opgang {

// Calls `part(begin, end)` for neighbouring ranges of at most `block` (more than 0) that make up [0, count): on up to three threads
// of its own from its making on, and on the caller's in Finish(). `part` must not throw, and touches nothing that another range
// touches. One block alone waits for Finish(); so does everything where no thread can be started.
class ParallelWork {
 public:
  ParallelWork(size_t count, size_t block, std::function<void(size_t begin, size_t end)> part);
  ~ParallelWork() { Finish(); }
  ParallelWork(const ParallelWork&) = delete;
  ParallelWork& operator=(const ParallelWork&) = delete;

  // Does what is left, and returns when all has been done.
  void Finish();

 private:
  void Work();

  const size_t count_;
  const size_t block_;
  const std::function<void(size_t begin, size_t end)> part_;
  std::atomic<size_t> next_ = 0;
  std::vector<std::thread> others_;
};

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_IN_PARALLEL_H_
