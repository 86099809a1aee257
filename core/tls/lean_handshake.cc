#include "core/tls/lean_handshake.h"

#include <openssl/ssl.h>

namespace opgang {
namespace {

// The first is what a client offers a share of: half as long as P-256's, which is what gRPC asks for, and so what a base or a
// tablet of before knows.
constexpr char kGroups[] = "X25519:P-256";
// What certificates and their keys may be signed with: ours, and what a proxy's may be. Left out of OpenSSL's list: DSA,
// SHA-224, and keys that nobody makes.
constexpr char kSignatures[] =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_"
    "sha512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512";

// OpenSSL calls it at the end of SSL_new(), when what the context says has been taken over.
void BeLean(void* parent, void*, CRYPTO_EX_DATA*, int, long, void*) {
  SSL* connection = static_cast<SSL*>(parent);
  SSL_set_num_tickets(connection, 0);
  SSL_set_mode(connection, SSL_MODE_NO_AUTO_CHAIN);
  SSL_set_client_CA_list(connection, sk_X509_NAME_new_null());  // the connection owns it
  SSL_set1_groups_list(connection, kGroups);
  SSL_set1_sigalgs_list(connection, kSignatures);
}

}  // namespace

void LeanHandshakes() {
  static const int registered = SSL_get_ex_new_index(0, nullptr, BeLean, nullptr, nullptr);
  static_cast<void>(registered);
}

}  // namespace opgang
