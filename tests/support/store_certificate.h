// A store's certificate and key as the two programs make them together: the device the key and the request, the base the
// certificate.
#ifndef OPGANG_TESTS_SUPPORT_STORE_CERTIFICATE_H_
#define OPGANG_TESTS_SUPPORT_STORE_CERTIFICATE_H_

#include <string>
#include <utility>

#include "client-lib/src/keys/device_key.h"
#include "core/base/status_macros.h"
#include "server/identity/certificate_authority.h"

namespace opgang {

inline absl::StatusOr<CertifiedKey> IssueStoreCertificate(const CertifiedKey& ca, const PeerIdentity& store,
                                                          Random& random) {
  ASSIGN_OR_RETURN(SecretBytes key, MakeDeviceKey());
  ASSIGN_OR_RETURN(const std::string request, MakeCertificateRequest(key));
  ASSIGN_OR_RETURN(std::string certificate, CertifyStore(ca, store, request, random));
  return CertifiedKey{std::move(certificate), std::move(key)};
}

}  // namespace opgang

#endif  // OPGANG_TESTS_SUPPORT_STORE_CERTIFICATE_H_
