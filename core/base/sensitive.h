// What somebody said, in a type that cannot be printed, logged, formatted or joined to a text by accident: name, telephone,
// note, search words. Whoever needs the value says Reveal(), which a reader and `grep` can find.
//
// Not for keys: those are wiped too (core/sealing/secret.h).
#ifndef OPGANG_CORE_BASE_SENSITIVE_H_
#define OPGANG_CORE_BASE_SENSITIVE_H_

#include <ostream>
#include <utility>

namespace opgang {

template <typename T>
class Sensitive {
 public:
  Sensitive() = default;
  explicit Sensitive(T value) : value_(std::move(value)) {}

  const T& Reveal() const& { return value_; }
  T Reveal() && { return std::move(value_); }

  friend bool operator==(const Sensitive&, const Sensitive&) = default;

  // No stream takes it, GoogleTest's neither.
  friend std::ostream& operator<<(std::ostream&, const Sensitive&) = delete;
  template <typename Sink>
  friend void AbslStringify(Sink&, const Sensitive&) = delete;

 private:
  T value_{};
};

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_SENSITIVE_H_
