#include "server/identity/proxy_certificate.h"

#include <optional>

#include "core/base/error.h"
#include "core/sealing/openssl_handles.h"

namespace opgang {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr size_t kLongestHeader = 8192;  // a store's certificate takes about 900 bytes of it

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

// RFC 3986 section 2.1; nullopt where a % is not followed by two digits.
std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
    if (!high.has_value() || !low.has_value()) return std::nullopt;
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

}  // namespace

bool IsSameCertificate(std::string_view pem, std::string_view other_pem) {
  const CertificatePtr one = ParseCertificate(pem);
  const CertificatePtr other = ParseCertificate(other_pem);
  return one != nullptr && other != nullptr && X509_cmp(one.get(), other.get()) == 0;
}

absl::StatusOr<std::string> ForwardedCertificate(std::string_view header, const CertifiedKey& ca) {
  const auto pem = header.size() <= kLongestHeader ? PercentDecoded(header) : std::nullopt;
  const bool is_one =
      pem.has_value() && pem->starts_with(kBegin) && pem->find(kBegin, 1) == std::string::npos;
  if (!is_one || !IsIssuedBy(*pem, ca))
    return MakeError(ErrorCode::kBaseRefused, "the proxy hands on no certificate of this base");
  return *pem;
}

}  // namespace opgang
