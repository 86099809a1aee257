#include "core/base/in_parallel.h"

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

namespace opgang {
namespace {

constexpr size_t kMostThreads = 4;

}  // namespace

void InParallel(size_t count, size_t least, const std::function<void(size_t begin, size_t end)>& part) {
  const size_t cores = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
  const size_t ranges = std::clamp<size_t>(count / least, 1, cores);
  const size_t each = (count + ranges - 1) / ranges;
  std::vector<std::thread> others;
  size_t begun = 0;
  try {
    for (; begun + each < count; begun += each) others.emplace_back(part, begun, begun + each);
  } catch (const std::system_error&) {
  }  // no thread is to be had: the rest is done here
  if (begun < count) part(begun, count);
  for (std::thread& thread : others) thread.join();
}

}  // namespace opgang
