// What a certificate says about its holder: hosts for the base, staff code and store for a device. Pure
// functions; thread-safe.
#ifndef OPGANG_SERVER_IDENTITY_CERTIFICATE_NAMES_H_
#define OPGANG_SERVER_IDENTITY_CERTIFICATE_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/ids.h"

namespace opgang {

// Who is at the other end of a connection. The author of every mutation is this certificate's person.
struct PeerIdentity {
  std::string staff_code;  // 1 to 64 of A-Z a-z 0-9 . _ -: a code, never a person's name
  StoreId store_id;        // not nil

  friend bool operator==(const PeerIdentity&, const PeerIdentity&) = default;
};

// ok, or kBadInput where a field breaks the limits above.
absl::Status CheckPeerIdentity(const PeerIdentity& identity);

// "opgang:store:0190a6e0-...": the URI in a store's certificate.
std::string StoreUri(StoreId store_id);

// "opgang:invitation:0190a6e0-...": the URI in the certificate of an invitation, which opens the enrolment of that store and
// nothing else.
std::string InvitationUri(StoreId store_id);
// kBaseRefused for anything but such a certificate.
absl::StatusOr<StoreId> ParseInvitedStore(std::string_view certificate_pem);

// From a store's certificate as gRPC hands it out (x509_pem_cert): the common name and the store URI, each
// exactly once. It checks no signature: the TLS handshake has done that. kBaseRefused for anything else,
// for instance the base's own certificate.
absl::StatusOr<PeerIdentity> ParsePeerIdentity(std::string_view certificate_pem);

// DNS names in lower case and addresses in their shortest form, sorted, each once: "2001:DB8::0:1" is
// "2001:db8::1". Without ports and brackets. kBadInput for an empty list or what is neither.
absl::StatusOr<std::vector<std::string>> CanonicalHosts(const std::vector<std::string>& hosts);

// The same form, from the subject alternative names of a certificate; empty where it has none or is none.
std::vector<std::string> HostsOf(std::string_view certificate_pem);

// 4 or 16 bytes in network order; empty where `host` is no IP address.
std::string IpAddressBytes(const std::string& host);

}  // namespace opgang

#endif  // OPGANG_SERVER_IDENTITY_CERTIFICATE_NAMES_H_
