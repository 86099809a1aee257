// Randomness of one simulated run: everything that is drawn follows from its seed.
#ifndef OPGANG_TESTS_SIMULATION_PRNG_H_
#define OPGANG_TESTS_SIMULATION_PRNG_H_

#include <cstddef>
#include <cstdint>

#include "core/base/random.h"

namespace opgang::simulation {

// SplitMix64 (Steele, Lea, Flood 2014): small, quick, and good enough to choose among steps.
class Prng : public Random {
 public:
  explicit Prng(uint64_t seed) : state_(seed) {}

  uint64_t Next();
  // 0 .. n-1; n > 0.
  uint64_t Below(uint64_t n) { return Next() % n; }
  bool Percent(uint64_t chance) { return Below(100) < chance; }
  void Fill(uint8_t* out, size_t size) override;

 private:
  uint64_t state_;
};

// From now on libsodium (and so SystemRandom(), nonces and sealed boxes) draws from this seed, in this process.
void SeedSodium(uint64_t seed);

}  // namespace opgang::simulation

#endif  // OPGANG_TESTS_SIMULATION_PRNG_H_
