#include "server/identity/certificate_names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/openssl_handles.h"

namespace opgang {
namespace {

constexpr std::string_view kStoreUriPrefix = "opgang:store:";
constexpr std::string_view kInvitationUriPrefix = "opgang:invitation:";
constexpr size_t kMaxStaffCode = 64;  // ub-common-name, RFC 5280 appendix A
constexpr size_t kMaxDnsName = 253;
constexpr size_t kMaxDnsLabel = 63;

bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

std::string_view TextOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

std::string IpAddressText(std::string_view bytes) {
  char text[INET6_ADDRSTRLEN];
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if (bytes.size() != 4 && bytes.size() != 16) return {};
  return inet_ntop(family, bytes.data(), text, sizeof(text)) == nullptr ? std::string() : std::string(text);
}

bool IsDnsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxDnsLabel && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return IsAlphanumeric(c) || c == '-'; });
}

// RFC 1123 names, without wildcards: the base is one machine.
bool IsDnsName(std::string_view name) {
  if (name.empty() || name.size() > kMaxDnsName) return false;
  while (true) {
    const size_t dot = name.find('.');
    if (!IsDnsLabel(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

absl::StatusOr<std::string> CanonicalHost(const std::string& host) {
  const std::string address = IpAddressBytes(host);
  if (!address.empty()) return IpAddressText(address);
  if (!IsDnsName(host)) return MakeError(ErrorCode::kBadInput, "neither a host name nor an IP address");
  return absl::AsciiStrToLower(host);
}

NamesPtr AlternativeNames(const CertificatePtr& certificate) {
  return NamesPtr(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
}

// The text of the only common name; nullopt where there is none or more than one.
std::optional<std::string> OnlyCommonName(const CertificatePtr& certificate) {
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const int first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (first < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, first) >= 0) return std::nullopt;
  return std::string(TextOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first))));
}

// The store of the only alternative name; nullopt where there is another kind of name, or another number.
std::optional<StoreId> OnlyStoreUri(const CertificatePtr& certificate, std::string_view prefix) {
  const NamesPtr names = AlternativeNames(certificate);
  if (names == nullptr || sk_GENERAL_NAME_num(names.get()) != 1) return std::nullopt;
  const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), 0);
  if (name->type != GEN_URI) return std::nullopt;
  const std::string_view uri = TextOf(name->d.uniformResourceIdentifier);
  if (!uri.starts_with(prefix)) return std::nullopt;
  const std::optional<Uuid> uuid = UuidFromString(uri.substr(prefix.size()));
  return uuid.has_value() ? std::optional<StoreId>(StoreId(*uuid)) : std::nullopt;
}

}  // namespace

absl::Status CheckPeerIdentity(const PeerIdentity& identity) {
  const std::string& code = identity.staff_code;
  const bool well_formed =
      !code.empty() && code.size() <= kMaxStaffCode && std::all_of(code.begin(), code.end(), [](char c) {
        return IsAlphanumeric(c) || c == '.' || c == '_' || c == '-';
      });
  if (!well_formed) return MakeError(ErrorCode::kBadInput, "a staff code has 1 to 64 of A-Z a-z 0-9 . _ -");
  if (identity.store_id.empty()) return MakeError(ErrorCode::kBadInput, "the store id is missing");
  return absl::OkStatus();
}

std::string StoreUri(StoreId store_id) { return std::string(kStoreUriPrefix) + store_id.ToString(); }

absl::StatusOr<PeerIdentity> ParsePeerIdentity(std::string_view certificate_pem) {
  const absl::Status no_store = MakeError(ErrorCode::kBaseRefused, "the certificate names no store");
  const CertificatePtr certificate = ParseCertificate(certificate_pem);
  if (certificate == nullptr) return no_store;
  const std::optional<std::string> staff_code = OnlyCommonName(certificate);
  const std::optional<StoreId> store_id = OnlyStoreUri(certificate, kStoreUriPrefix);
  if (!staff_code.has_value() || !store_id.has_value()) return no_store;
  PeerIdentity identity{*staff_code, *store_id};
  if (!CheckPeerIdentity(identity).ok()) return no_store;
  return identity;
}

std::string InvitationUri(StoreId store_id) {
  return std::string(kInvitationUriPrefix) + store_id.ToString();
}

absl::StatusOr<StoreId> ParseInvitedStore(std::string_view certificate_pem) {
  const CertificatePtr certificate = ParseCertificate(certificate_pem);
  std::optional<StoreId> store;
  if (certificate != nullptr) store = OnlyStoreUri(certificate, kInvitationUriPrefix);
  if (store.has_value() && !store->empty()) return *store;
  return MakeError(ErrorCode::kBaseRefused, "the certificate is no invitation's");
}

std::string IpAddressBytes(const std::string& host) {
  if (host.find('\0') != std::string::npos) return {};  // inet_pton would read no further
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    return std::string(reinterpret_cast<const char*>(&v4), sizeof(v4));
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    return std::string(reinterpret_cast<const char*>(&v6), sizeof(v6));
  }
  return {};
}

absl::StatusOr<std::vector<std::string>> CanonicalHosts(const std::vector<std::string>& hosts) {
  if (hosts.empty())
    return MakeError(ErrorCode::kBadInput, "the base needs at least one host name or address");
  std::vector<std::string> canonical;
  for (const std::string& host : hosts) {
    ASSIGN_OR_RETURN(std::string one, CanonicalHost(host));
    canonical.push_back(std::move(one));
  }
  std::sort(canonical.begin(), canonical.end());
  canonical.erase(std::unique(canonical.begin(), canonical.end()), canonical.end());
  return canonical;
}

std::vector<std::string> HostsOf(std::string_view certificate_pem) {
  const CertificatePtr certificate = ParseCertificate(certificate_pem);
  const NamesPtr names = certificate == nullptr ? nullptr : AlternativeNames(certificate);
  std::vector<std::string> hosts;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) hosts.emplace_back(TextOf(name->d.dNSName));
    if (name->type == GEN_IPADD) hosts.push_back(IpAddressText(TextOf(name->d.iPAddress)));
  }
  return CanonicalHosts(hosts).value_or(std::vector<std::string>());
}

}  // namespace opgang
