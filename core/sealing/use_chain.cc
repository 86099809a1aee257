#include "core/sealing/use_chain.h"

#include "core/sealing/sealing.h"

namespace opgang {
namespace {

constexpr size_t kLinkSize = 16;

std::string EightBytes(uint64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return bytes;
}

}  // namespace

SecretBytes NextUseKey(const SecretBytes& key) { return DeriveKey(key, "opgang use chain 1"); }

std::string UseLink(const SecretBytes& key, uint64_t number, std::string_view before,
                    std::string_view sealed) {
  return KeyedDigest(
      key, EightBytes(number) + EightBytes(before.size()) + std::string(before) + std::string(sealed),
      kLinkSize);
}

}  // namespace opgang
