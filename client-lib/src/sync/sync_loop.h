// The sync loop: sessions over streams until the work is handed in and everything is current, or the attempts are used
// up. Its own retries, with full jitter: gRPC cannot resume a stream.
#ifndef OPGANG_CLIENT_LIB_SRC_SYNC_SYNC_LOOP_H_
#define OPGANG_CLIENT_LIB_SRC_SYNC_SYNC_LOOP_H_

#include "absl/status/statusor.h"
#include "client-lib/src/sync/sync_store.h"
#include "client-lib/src/sync/sync_stream.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "opgang/sync.h"

namespace opgang {

// `pause` waits between attempts; passed in, so that tests need not.
using Pause = void (*)(absl::Duration);

absl::StatusOr<SyncResult> RunSync(SyncStore& store, SyncDialer& dialer, Clock& clock, Random& random,
                                   const SyncOptions& options, Pause pause);

}  // namespace opgang

#endif  // OPGANG_CLIENT_LIB_SRC_SYNC_SYNC_LOOP_H_
