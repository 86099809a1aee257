// How a program's heap grows.
#ifndef OPGANG_CORE_BASE_HEAP_H_
#define OPGANG_CORE_BASE_HEAP_H_

namespace opgang {

// For main(), before there are threads: memory is asked of the kernel 16 MiB at a time, and takes up room only once it is
// used. glibc else asks 4 KiB at a time for a thread that is not the first one, and meanwhile no other thread can have any
// (docs/performance.md, "What a search waits for").
void GrowHeapInLargeSteps();

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_HEAP_H_
