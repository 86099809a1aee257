// What a device pushes in a message, opened or as it is stored.
#ifndef OPGANG_TESTS_SUPPORT_PUSHED_H_
#define OPGANG_TESTS_SUPPORT_PUSHED_H_

#include "opgang/v1/sync.pb.h"

namespace opgang {

inline bool Pushes(const v1::SyncRequest& request) { return request.has_push() || request.has_opened_push(); }

// Empty where it pushes nothing.
inline const v1::Push& PushedIn(const v1::SyncRequest& request) {
  return request.has_opened_push() ? request.opened_push() : request.push();
}

}  // namespace opgang

#endif  // OPGANG_TESTS_SUPPORT_PUSHED_H_
