// Who is at the other end of a mutual-TLS call, and errors as gRPC says them. The one place on this side where an
// absl::Status becomes a grpc::Status.
#ifndef OPGANG_SERVER_RPC_PEER_H_
#define OPGANG_SERVER_RPC_PEER_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/engine/caller.h"
#include "server/rpc/base_services.h"

namespace opgang {

// From the client certificate that the handshake has verified; behind a proxy (base.proxy_certificate) from the one that the
// proxy, and nobody else, hands on. kBaseRefused where it names no store.
absl::StatusOr<Peer> PeerOf(const BaseServices& base, const grpc::ServerContextBase& context);

// The store that an invitation's certificate names. kBaseRefused for any other.
absl::StatusOr<StoreId> InvitedStoreOf(const BaseServices& base, const grpc::ServerContextBase& context);

// The message is ours and holds no personal data; the ErrorCode's name goes before it ("not-found: ...").
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_PEER_H_
