// SyncStream over gRPC's callback API.
#ifndef OPGANG_CLIENT_LIB_SRC_TRANSPORT_GRPC_SYNC_STREAM_H_
#define OPGANG_CLIENT_LIB_SRC_TRANSPORT_GRPC_SYNC_STREAM_H_

#include <future>
#include <memory>
#include <utility>

#include "client-lib/src/sync/sync_stream.h"
#include "client-lib/src/transport/channel.h"

namespace opgang {

class GrpcSyncDialer : public SyncDialer {
 public:
  explicit GrpcSyncDialer(BaseAddress base) : base_(std::move(base)) {}
  void Begin(absl::Duration timeout) override;
  absl::StatusOr<std::unique_ptr<SyncStream>> Dial(absl::Duration timeout) override;

 private:
  const BaseAddress base_;
  std::future<absl::StatusOr<std::shared_ptr<grpc::Channel>>> begun_;  // as it goes, waits for the thread
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_TRANSPORT_GRPC_SYNC_STREAM_H_
