// Where randomness comes from. Passed in, so that a simulated run repeats.
#ifndef OPGANG_CORE_BASE_RANDOM_H_
#define OPGANG_CORE_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace opgang {

// Not required to be thread-safe, except SystemRandom().
class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(uint8_t* out, size_t size) = 0;

  std::string Bytes(size_t size) {
    std::string bytes(size, '\0');
    Fill(reinterpret_cast<uint8_t*>(bytes.data()), size);
    return bytes;
  }
};

// libsodium's generator. Thread-safe; lives for ever.
Random& SystemRandom();

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_RANDOM_H_
