// That somebody was turned away, noted.
#ifndef OPGANG_SERVER_RPC_REFUSALS_H_
#define OPGANG_SERVER_RPC_REFUSALS_H_

#include <string_view>

#include "server/engine/caller.h"
#include "server/rpc/base_services.h"

namespace opgang {

// In the log, and in the audit: there once in a while for each store and method ("SyncService/Sync"). Waits for nothing.
// Thread-safe.
void NoteRefusal(BaseServices& base, const Peer& who, std::string_view method);

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_REFUSALS_H_
