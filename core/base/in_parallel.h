// Work in which nothing depends on order, spread over the machine's cores.
#ifndef OPGANG_CORE_BASE_IN_PARALLEL_H_
#define OPGANG_CORE_BASE_IN_PARALLEL_H_

#include <cstddef>
#include <functional>

namespace opgang {

// Calls `part(begin, end)` for neighbouring ranges that make up [0, count), on up to four threads of which the caller's is one,
// and returns when all have returned. A range has at least `least` of them (more than 0), so that little work starts no thread; where
// none can be started, the caller's does it all. `part` must not throw, and touches nothing that another range touches.
void InParallel(size_t count, size_t least, const std::function<void(size_t begin, size_t end)>& part);

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_IN_PARALLEL_H_
