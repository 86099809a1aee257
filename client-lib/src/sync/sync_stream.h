// The wire as the sync loop sees it: one bidirectional stream. gRPC in production (transport/grpc_sync_stream.h), an
// in-process base in tests.
#ifndef OPGANG_CLIENT_LIB_SRC_SYNC_SYNC_STREAM_H_
#define OPGANG_CLIENT_LIB_SRC_SYNC_SYNC_STREAM_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "opgang/v1/sync.pb.h"

namespace opgang {

// Used by one thread.
class SyncStream {
 public:
  virtual ~SyncStream() = default;  // cancels a stream that is still open

  // True: Write() may be called now.
  virtual bool writable() = 0;
  virtual void Write(v1::SyncRequest request) = 0;
  // No more writes; what was written is still sent.
  virtual void HalfClose() = 0;
  // Waits at most `at_most` for something to happen: a message (returned), or room to write, or the end (nullopt).
  virtual std::optional<v1::SyncResponse> Wait(absl::Duration at_most) = 0;
  // Set once the stream has ended and every message was returned: ok after an orderly end, else kNoBase, kBaseUntrusted,
  // kBaseRefused or kTryLater.
  virtual std::optional<absl::Status> ended() = 0;
};

class SyncDialer {
 public:
  virtual ~SyncDialer() = default;
  // Begins to connect on a thread of its own, where the dialer can; the next Dial() waits for that. What else the caller does
  // first costs no time then.
  virtual void Begin(absl::Duration /*timeout*/) {}
  // Connects; blocks for at most `timeout` for each address. Errors: kNoBase, kBaseUntrusted, kBaseRefused, kDamaged.
  virtual absl::StatusOr<std::unique_ptr<SyncStream>> Dial(absl::Duration timeout) = 0;
};

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_SYNC_SYNC_STREAM_H_
