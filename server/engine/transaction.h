// One durable transaction around a few writes of the base's store.
#ifndef OPGANG_SERVER_ENGINE_TRANSACTION_H_
#define OPGANG_SERVER_ENGINE_TRANSACTION_H_

#include <utility>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "server/store/base_store.h"

namespace opgang {

// Runs `work` (a callable that returns absl::Status) and commits; on any error nothing of it happened.
template <typename Work>
absl::Status InTransaction(BaseStore& store, Work&& work) {
  RETURN_IF_ERROR(store.Begin());
  absl::Status status = std::forward<Work>(work)();
  if (!status.ok()) {
    store.Rollback();
    return status;
  }
  return store.Commit();
}

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_TRANSACTION_H_
