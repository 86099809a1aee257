#include "tests/simulation/prng.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace opgang::simulation {
namespace {

Prng sodium_prng(0);

const char* Name() { return "opgang-simulation"; }
uint32_t Draw() { return static_cast<uint32_t>(sodium_prng.Next()); }
void FillBuffer(void* const out, const size_t size) { sodium_prng.Fill(static_cast<uint8_t*>(out), size); }

randombytes_implementation kSeeded = {Name, Draw, nullptr, nullptr, FillBuffer, nullptr};

}  // namespace

uint64_t Prng::Next() {
  state_ += 0x9e3779b97f4a7c15u;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void Prng::Fill(uint8_t* out, size_t size) {
  while (size > 0) {
    const uint64_t word = Next();
    const size_t part = std::min(size, sizeof word);
    std::memcpy(out, &word, part);
    out += part;
    size -= part;
  }
}

void SeedSodium(uint64_t seed) {
  sodium_prng = Prng(seed);
  randombytes_set_implementation(&kSeeded);
}

}  // namespace opgang::simulation
