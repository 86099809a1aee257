#include "core/base/heap.h"

#include <malloc.h>

namespace opgang {

// What mallopt() refuses is no error: the heap then grows as it would have.
void GrowHeapInLargeSteps() { mallopt(M_TOP_PAD, 16 * 1024 * 1024); }

}  // namespace opgang
