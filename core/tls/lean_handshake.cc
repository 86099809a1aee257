#include "core/tls/lean_handshake.h"

#include <openssl/ssl.h>

namespace opgang {
namespace {

// OpenSSL calls it at the end of SSL_new(), when what the context says has been taken over.
void BeLean(void* parent, void*, CRYPTO_EX_DATA*, int, long, void*) {
  SSL* connection = static_cast<SSL*>(parent);
  SSL_set_num_tickets(connection, 0);
  SSL_set_mode(connection, SSL_MODE_NO_AUTO_CHAIN);
}

}  // namespace

void LeanHandshakes() {
  static const int registered = SSL_get_ex_new_index(0, nullptr, BeLean, nullptr, nullptr);
  static_cast<void>(registered);
}

}  // namespace opgang
