// A fuzzer's input, cut into parts: each is two bytes of length (little endian) and that many bytes, the last one what is
// left. Any bytes are a valid input, and a small change of them is a small change of the parts.
#ifndef OPGANG_TESTS_FUZZ_FUZZ_INPUT_H_
#define OPGANG_TESTS_FUZZ_FUZZ_INPUT_H_

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/stubs/logging.h"

namespace opgang::fuzz {

// As in the programs: what cannot be parsed is no news.
inline const bool kQuiet = [] {
  google::protobuf::SetLogHandler(nullptr);
  return true;
}();

class Parts {
 public:
  Parts(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  std::optional<std::string> Next() {
    if (rest_.size() < 2) return std::nullopt;
    const size_t wanted = static_cast<uint8_t>(rest_[0]) | static_cast<size_t>(static_cast<uint8_t>(rest_[1]))
                                                               << 8;
    rest_.remove_prefix(2);
    std::string part(rest_.substr(0, wanted));
    rest_.remove_prefix(std::min(wanted, rest_.size()));
    return part;
  }
  // The next part as a message; nullopt after the last. What cannot be parsed is passed over.
  template <typename Message>
  std::optional<Message> NextMessage() {
    Message message;
    while (const auto part = Next()) {
      if (message.ParseFromString(*part)) return message;
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

// One part, as Parts reads it; at most 65,535 bytes.
inline std::string AsPart(std::string_view bytes) {
  const size_t size = std::min<size_t>(bytes.size(), 0xffff);
  std::string part = {static_cast<char>(size & 0xff), static_cast<char>(size >> 8)};
  return part.append(bytes.substr(0, size));
}

// Ends the program: the fuzzer keeps the input that led here.
inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace opgang::fuzz

#endif  // OPGANG_TESTS_FUZZ_FUZZ_INPUT_H_
