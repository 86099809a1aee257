// The switch of the mutants. scripts/mutants writes copies of whole source files into build-mutants/ in which each site
// asks here whether it is the one to differ in this process: OPGANG_MUTANT=N in the environment, one build for all.
// This header is put before each copy by the compiler's -include; the sources that ship know nothing of it.
//
// A site is noted as reached where its difference could have been seen: a comparison when both forms disagree, an
// operand when it alone decides, any other site when it runs.
#ifndef OPGANG_TESTS_MUTANTS_SWITCH_H_
#define OPGANG_TESTS_MUTANTS_SWITCH_H_

#include <cstdlib>
#include <type_traits>

#include "absl/time/time.h"

namespace opgang::mutants {

inline constexpr int kMostSites = 65536;
inline unsigned char reached[kMostSites];  // written by several threads, with the one value only
inline const int chosen = [] {
  const char* number = std::getenv("OPGANG_MUTANT");
  return number == nullptr ? 0 : std::atoi(number);
}();

constexpr bool On(int site) {
  if (std::is_constant_evaluated()) return false;
  reached[site] = 1;
  return site == chosen;
}

constexpr bool Flip(int site, bool value) { return On(site) ? !value : value; }

// `first` and `second` are what the two forms come to. Unevaluated differences are not noted.
constexpr bool Either(int site, bool first, bool second) {
  if (first == second) return first;
  return On(site) ? second : first;
}

template <typename A, typename B>
constexpr bool Less(int site, const A& a, const B& b) {
  return Either(site, a < b, a <= b);
}

template <typename A, typename B>
constexpr bool LessEqual(int site, const A& a, const B& b) {
  return Either(site, a <= b, a < b);
}

template <typename A, typename B>
constexpr bool Greater(int site, const A& a, const B& b) {
  return Either(site, a > b, a >= b);
}

template <typename A, typename B>
constexpr bool GreaterEqual(int site, const A& a, const B& b) {
  return Either(site, a >= b, a > b);
}

template <typename A, typename B>
constexpr auto Plus(int site, const A& a, const B& b) {
  return On(site) ? a - b : a + b;
}

template <typename A, typename B>
constexpr auto Minus(int site, const A& a, const B& b) {
  return On(site) ? a + b : a - b;
}

template <typename A, typename B>
constexpr auto Times(int site, const A& a, const B& b) {
  return On(site) ? a + b : a * b;
}

template <typename A, typename B>
constexpr auto Over(int site, const A& a, const B& b) {
  return On(site) ? a * b : a / b;
}

template <typename A, typename B>
constexpr auto Rest(int site, const A& a, const B& b) {
  return On(site) ? a / b : a % b;
}

// 0 becomes 1, 1 becomes 0, another small one its successor, a large one half of itself.
template <typename T>
constexpr T Constant(int site, T value) {
  if (!On(site)) return value;
  if (value == T(0)) return T(1);
  if (value == T(1)) return T(0);
  return value > T(0) && value <= T(16) ? T(value + 1) : T(value / 2);
}

inline absl::Duration Constant(int site, absl::Duration value) { return On(site) ? value / 2 : value; }

}  // namespace opgang::mutants

#endif  // OPGANG_TESTS_MUTANTS_SWITCH_H_
