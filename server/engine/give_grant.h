// Writing a grant: an administrator's, or one that a coordinator's word brings with it (group_leaders.cc).
#ifndef OPGANG_SERVER_ENGINE_GIVE_GRANT_H_
#define OPGANG_SERVER_ENGINE_GIVE_GRANT_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/store/base_store.h"

namespace opgang {

// Gives one, with the generation that comes next; where it was there before, that time is remembered apart. The first time
// counts from the beginning: a base that was restored does not know when that was. Inside the caller's transaction.
absl::Status GiveGrant(BaseStore& store, std::string_view staff_code, StoredGrant grant, absl::Time now);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_GIVE_GRANT_H_
