// Bytes that are wiped when they go, and that cannot be printed.
#ifndef OPGANG_CORE_SEALING_SECRET_H_
#define OPGANG_CORE_SEALING_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace opgang {

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::string_view bytes);
  SecretBytes(const SecretBytes& other);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes other) noexcept;
  ~SecretBytes();  // wipes

  const uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  // A view of the raw bytes: for handing to libsodium, never for printing.
  std::string_view Reveal() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }
  // Constant time.
  friend bool operator==(const SecretBytes& a, const SecretBytes& b);

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace opgang

#endif  // OPGANG_CORE_SEALING_SECRET_H_
