#include "server/engine/give_grant.h"

#include <algorithm>

#include "core/base/status_macros.h"

namespace opgang {
namespace {

// The row that the next one takes the place of. One that stood until now ends now.
absl::Status RememberFormer(BaseStore& store, std::string_view staff_code, const Scope& scope,
                            uint64_t generation, int64_t now_us) {
  ASSIGN_OR_RETURN(auto rows, store.Grants(staff_code));
  ASSIGN_OR_RETURN(const auto taken, store.TakenGrants(staff_code));
  rows.insert(rows.end(), taken.begin(), taken.end());
  const auto row = std::ranges::find_if(
      rows, [&](const StoredGrant& grant) { return grant.scope == scope && grant.generation == generation; });
  if (row == rows.end()) return absl::OkStatus();
  if (row->taken_us == 0) row->taken_us = now_us;
  return store.PutFormerGrant(staff_code, *row);
}

}  // namespace

absl::Status GiveGrant(BaseStore& store, std::string_view staff_code, StoredGrant grant, absl::Time now) {
  ASSIGN_OR_RETURN(const uint64_t before, store.GrantGeneration(staff_code, grant.scope));
  if (before > 0) {
    grant.given_us = absl::ToUnixMicros(now);
    RETURN_IF_ERROR(RememberFormer(store, staff_code, grant.scope, before, grant.given_us));
  }
  grant.generation = before + 1;
  grant.taken_us = 0;
  return store.PutGrant(staff_code, grant);
}

}  // namespace opgang
