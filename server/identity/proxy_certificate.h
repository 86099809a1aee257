// A proxy before the base (docs/under-attack.md): it ends the devices' TLS with a certificate of the base's authority, and
// speaks to the base with one that nobody else has. The base then takes connections of that certificate only, and believes it
// whose device's certificate a call came with.
#ifndef OPGANG_SERVER_IDENTITY_PROXY_CERTIFICATE_H_
#define OPGANG_SERVER_IDENTITY_PROXY_CERTIFICATE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/identity/certificate_authority.h"

namespace opgang {

// The header in which the proxy hands on the device's certificate: PEM, percent-encoded (nginx: $ssl_client_escaped_cert).
inline constexpr char kForwardedCertificateHeader[] = "opgang-device-certificate";

// For the proxy's side towards the base: signed by itself, clientAuth, so that trusting it is trusting nobody else.
absl::StatusOr<CertifiedKey> IssueProxyCertificate(Random& random);

// Whether both are the same certificate, byte for byte.
bool IsSameCertificate(std::string_view pem, std::string_view other_pem);

// The certificate in such a header, as PEM. kBaseRefused where it is none, or `ca` did not sign it: a proxy that was taken over
// or set up wrongly makes up no device.
absl::StatusOr<std::string> ForwardedCertificate(std::string_view header, const CertifiedKey& ca);

}  // namespace opgang

#endif  // OPGANG_SERVER_IDENTITY_PROXY_CERTIFICATE_H_
