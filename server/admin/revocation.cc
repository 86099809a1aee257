#include "server/admin/revocation.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/admin/staff.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

std::string_view WordFor(v1::RevocationReason reason) {
  switch (reason) {
    case v1::REVOCATION_REASON_LOST: return "device-lost";
    case v1::REVOCATION_REASON_STOLEN: return "device-stolen";
    case v1::REVOCATION_REASON_LEFT: return "device-left";
    case v1::REVOCATION_REASON_REPLACED: return "device-replaced";
    default: return {};
  }
}

// What any of its replicas was given to read and has not said to be gone.
absl::StatusOr<std::set<Scope>> StillHeld(BaseReader& store, StoreId id) {
  ASSIGN_OR_RETURN(const auto replicas, store.ReplicasOf(id));
  std::set<Scope> held;
  for (const ReplicaState& replica : replicas) {
    ASSIGN_OR_RETURN(const auto holdings, store.Holdings(replica.id));
    for (const Holding& holding : holdings) {
      if (holding.removed_us == 0) held.insert(holding.scope);
    }
  }
  return held;
}

}  // namespace

absl::StatusOr<v1::RevokeDeviceResponse> RevokeDevice(BaseStore& store, const Caller& caller,
                                                      const v1::RevokeDeviceRequest& request,
                                                      absl::Time now) {
  ASSIGN_OR_RETURN(StoreAccount account, StoreInSight(store, caller, request.store_id()));
  const std::string word(WordFor(request.reason()));
  if (word.empty()) return MakeError(ErrorCode::kBadInput, "reason: lost, stolen, left or replaced");
  const bool turns_stolen =
      request.reason() == v1::REVOCATION_REASON_STOLEN && !account.is_stolen() && account.is_revoked();
  v1::RevokeDeviceResponse response;
  if (!account.is_revoked() || turns_stolen) {
    account.revoked.set_reason(request.reason());
    if (account.revoked.at_us() == 0) account.revoked.set_at_us(absl::ToUnixMicros(now));
    RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
      RETURN_IF_ERROR(store.PutStore(account));
      return store.Audit(request.actor(), word, account.id.ToBytes(), absl::ToUnixMicros(now));
    }));
  }
  *response.mutable_revoked() = account.revoked;
  return response;
}

absl::StatusOr<v1::DescribeIncidentResponse> DescribeIncident(BaseStore& store, const Caller& caller,
                                                              const v1::DescribeIncidentRequest& request,
                                                              absl::Time now) {
  ASSIGN_OR_RETURN(const StoreAccount account, StoreInSight(store, caller, request.store_id()));
  v1::DescribeIncidentResponse response;
  response.set_last_read_us(account.last_read_us);
  response.set_at_us(absl::ToUnixMicros(now));
  std::set<RecordId> people, health;
  ASSIGN_OR_RETURN(const std::set<Scope> held, StillHeld(store, account.id));
  for (const Scope& scope : held) {
    ASSIGN_OR_RETURN(const auto there, store.PeopleEverIn(scope));
    v1::IncidentScope& line = *response.add_scopes();
    *line.mutable_scope() = scope.ToProto();
    ASSIGN_OR_RETURN(*line.mutable_display_name(), store.ScopeName(scope));
    line.set_people_count(static_cast<uint32_t>(there.size()));
    people.insert(there.begin(), there.end());
    if (scope.kind == v1::SCOPE_KIND_AREA_HEALTH) health.insert(there.begin(), there.end());
  }
  response.set_people_count(static_cast<uint32_t>(people.size()));
  response.set_health_people_count(static_cast<uint32_t>(health.size()));
  RETURN_IF_ERROR(InTransaction(store, [&] {
    return store.Audit(request.actor(), "incident", account.id.ToBytes(), response.at_us());
  }));
  return response;
}

}  // namespace opgang
