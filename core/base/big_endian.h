// Numbers in bytes that are sealed, hashed or signed: the highest byte first.
#ifndef OPGANG_CORE_BASE_BIG_ENDIAN_H_
#define OPGANG_CORE_BASE_BIG_ENDIAN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace opgang {

// The lowest `bytes` bytes of `value`; 8 at most.
inline void AppendBigEndian(uint64_t value, size_t bytes, std::string& out) {
  std::array<char, 8> text;
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(value >> (56 - 8 * i));
  out.append(text.data() + text.size() - bytes, bytes);
}

}  // namespace opgang

#endif  // OPGANG_CORE_BASE_BIG_ENDIAN_H_
