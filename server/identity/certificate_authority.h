// The base is its own certificate authority: it issues its own server certificate and one client
// certificate for each store, and trusts no other.
//
// ECDSA on P-256, X.509 version 3 (RFC 5280). Every certificate is valid from 1970-01-01 00:00:00 to
// 9999-12-31 23:59:59 UTC ("no expiry", RFC 5280 section 4.1.2.5), so that no wrong clock can invalidate one
// (I16): what lives, expires or is revoked is a row at the base.
//
//              CA                     server                 store                    invitation
//   subject    Opgang base <random>   Opgang base            <staff code>             Opgang invitation
//   names                             the hosts (DNS, IP)    URI opgang:store:<uuid>  URI opgang:invitation:<uuid>
//   may        sign certificates      serverAuth             clientAuth               clientAuth: Enroll, once
//
// A store's key is its own: the base sees the public half, in a request (PKCS #10, RFC 2986).
//
// Pure functions of their arguments, `random` (serial numbers) and OpenSSL's generator (keys); thread-safe
// where `random` is. kInternal where OpenSSL fails, which takes running out of memory.
#ifndef OPGANG_SERVER_IDENTITY_CERTIFICATE_AUTHORITY_H_
#define OPGANG_SERVER_IDENTITY_CERTIFICATE_AUTHORITY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/random.h"
#include "core/sealing/secret.h"
#include "server/identity/certificate_names.h"

namespace opgang {

// A certificate with its private key, both as PEM text: what gRPC takes. The key is unencrypted PKCS #8.
struct CertifiedKey {
  std::string certificate_pem;
  SecretBytes private_key_pem;
};

absl::StatusOr<CertifiedKey> MakeCertificateAuthority(Random& random);

// `hosts`: what devices dial, without ports. kBadInput as CanonicalHosts; kDamaged where `ca` is no
// authority.
absl::StatusOr<CertifiedKey> IssueServerCertificate(const CertifiedKey& ca,
                                                    const std::vector<std::string>& hosts, Random& random);

// For an invitation to be this store. kDamaged where `ca` is no authority.
absl::StatusOr<CertifiedKey> IssueInvitationCertificate(const CertifiedKey& ca, StoreId store,
                                                        Random& random);

// SHA-256 of the public key that `request` (DER) asks a certificate for. kBadInput where it is no request, its signature
// does not hold, or its key is no P-256.
absl::StatusOr<std::string> RequestedKey(std::string_view request);
// PEM, for the requested key. Names come from `store`, never from the request. kBadInput as RequestedKey and
// CheckPeerIdentity; kDamaged where `ca` is no authority.
absl::StatusOr<std::string> CertifyStore(const CertifiedKey& ca, const PeerIdentity& store,
                                         std::string_view request, Random& random);

// Whether certificate and key parse and belong together.
bool IsKeyPair(const CertifiedKey& certified);

// Whether `certificate_pem` was signed by `ca`'s key.
bool IsIssuedBy(const std::string& certificate_pem, const CertifiedKey& ca);

}  // namespace opgang

#endif  // OPGANG_SERVER_IDENTITY_CERTIFICATE_AUTHORITY_H_
