// gRPC channels to the base: mutual TLS with the store's own certificate, the pinned authority and no other. The one
// place on this side where a grpc::Status becomes an absl::Status.
#ifndef OPGANG_CLIENT_LIB_SRC_TRANSPORT_CHANNEL_H_
#define OPGANG_CLIENT_LIB_SRC_TRANSPORT_CHANNEL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client-lib/src/transport/tls_preflight.h"

namespace opgang {

struct BaseAddress {
  std::vector<std::string> addresses;  // "host:port", in the order to try
  TlsIdentity identity;
};

// A connected channel to the first address that answers, each tried for at most `timeout`. Where none does, the first
// error that says more than kNoBase, else kNoBase. Every failure is classified: no silent endless retry.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const BaseAddress& base, absl::Duration timeout);

// An error that the base worded ("not-found: ...") keeps its code; UNAVAILABLE and the like are kNoBase.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_TRANSPORT_CHANNEL_H_
