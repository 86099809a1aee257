// Who is at the other end of a mutual-TLS call, and errors as gRPC says them. The one place on this side where an
// absl::Status becomes a grpc::Status.
#ifndef OPGANG_SERVER_RPC_PEER_H_
#define OPGANG_SERVER_RPC_PEER_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/engine/caller.h"

namespace opgang {

// From the verified client certificate. kBaseRefused where it names no store.
absl::StatusOr<Peer> PeerOf(const grpc::ServerContextBase& context);

// The store that an invitation's certificate names. kBaseRefused for any other.
absl::StatusOr<StoreId> InvitedStoreOf(const grpc::ServerContextBase& context);

// The message is ours and holds no personal data; the ErrorCode's name goes before it ("not-found: ...").
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_PEER_H_
