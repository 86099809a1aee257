// Why a TLS connection to the base fails. gRPC reports every such failure as UNAVAILABLE, so that a
// certificate that the base refuses would look like a bad network and be retried for ever. Asked after gRPC
// failed, it makes one plain TLS connection of its own and says which of these it is:
//
//   ok              the base is ours and accepts us: the network was at fault, and is not any more
//   kNoBase         nobody there: refused, name not found, no answer in time, or hung up before showing who it is
//   kBaseUntrusted  somebody there, but not the base that invited us: another authority, another name, no TLS
//   kBaseRefused    the base is ours, but does not accept our certificate
//   kTryLater       the base says, before it shows itself, that it has no room for another connection
//   kDamaged        our own certificate, key or authority cannot be read
//
// Certificates are checked as gRPC checks them, the device's clock included: ours are valid from 1970 to
// 9999, so no clock can fail them (I16).
#ifndef OPGANG_CLIENT_LIB_TRANSPORT_TLS_PREFLIGHT_H_
#define OPGANG_CLIENT_LIB_TRANSPORT_TLS_PREFLIGHT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/sealing/secret.h"

namespace opgang {

struct TlsIdentity {
  std::string ca_pem;           // the pinned authority; no other is trusted
  std::string certificate_pem;  // ours
  SecretBytes private_key_pem;
};

// Blocks for at most `timeout` (and at most an hour). `address` is "host:port" or "[::1]:port". Sends nothing
// but the handshake and the opening of an HTTP/2 connection. Thread-safe.
absl::Status TlsPreflight(std::string_view address, const TlsIdentity& identity, absl::Duration timeout);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_TRANSPORT_TLS_PREFLIGHT_H_
