// The device's own TLS key: made here, and never sent. The base certifies its public half (PKCS #10, RFC 2986).
#ifndef OPGANG_CLIENT_LIB_SRC_KEYS_DEVICE_KEY_H_
#define OPGANG_CLIENT_LIB_SRC_KEYS_DEVICE_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/sealing/secret.h"

namespace opgang {

// ECDSA on P-256, PEM, unencrypted PKCS #8. kInternal where OpenSSL fails, which takes running out of memory.
absl::StatusOr<SecretBytes> MakeDeviceKey();

// DER, signed with the key, without a name: the base knows whose it is. kDamaged where `key_pem` is no key.
absl::StatusOr<std::string> MakeCertificateRequest(const SecretBytes& key_pem);

// Whether the certificate (PEM) is for this key.
bool IsCertificateFor(const std::string& certificate_pem, const SecretBytes& key_pem);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_KEYS_DEVICE_KEY_H_
