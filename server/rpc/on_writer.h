// What the admin services share: a piece of work on the writer's thread, waited for.
#ifndef OPGANG_SERVER_RPC_ON_WRITER_H_
#define OPGANG_SERVER_RPC_ON_WRITER_H_

#include <future>
#include <memory>
#include <utility>

#include "core/base/error.h"
#include "server/engine/writer.h"
#include "server/rpc/peer.h"

namespace opgang {

// Runs `work` (a callable that takes store and committer and returns absl::Status) on the writer's thread and waits. A base
// that is stopping answers kTryLater.
template <typename Work>
grpc::Status OnWriter(Writer& writer, Work work) {
  auto done = std::make_shared<std::promise<absl::Status>>();
  std::future<absl::Status> result = done->get_future();
  writer.Run([done = std::move(done), work = std::move(work)](BaseStore& store, Committer& committer) {
    done->set_value(work(store, committer));
  });
  try {
    return ToGrpc(result.get());
  } catch (const std::future_error&) {  // the job was dropped: the base is stopping
    return ToGrpc(MakeError(ErrorCode::kTryLater, "the base is stopping"));
  }
}

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_ON_WRITER_H_
