#include "core/rules/seat_escrow.h"

#include <algorithm>

namespace opgang {

bool TakeFromLease(SeatLease& lease) {
  if (lease.left() <= 0) return false;
  ++lease.promised;
  return true;
}

void HearGrant(SeatLease& lease, int granted) { lease.granted = std::max(lease.granted, granted); }

int ReturnToBase(SeatLease& lease, int chairs) {
  const int given = std::clamp(chairs, 0, std::max(lease.left(), 0));
  lease.returned += given;
  return given;
}

int SeatEscrow::lent() const {
  int chairs = 0;
  for (const auto& [replica, lease] : leases) chairs += std::max(lease.left(), 0);
  return chairs;
}

bool SeatEscrow::UseLent(ReplicaId replica) {
  const auto found = leases.find(replica);
  return found != leases.end() && TakeFromLease(found->second);
}

void SeatEscrow::Hear(ReplicaId replica, const SeatLease& told) {
  const auto found = leases.find(replica);
  if (found == leases.end()) return;
  SeatLease& lease = found->second;
  lease.returned = std::max(lease.returned, std::min(told.returned, lease.granted));
}

void SeatEscrow::HearFormer(ReplicaId replica, const SeatLease& told) {
  SeatLease& lease = leases[replica];
  lease.granted = std::max(lease.granted, told.granted);
  Hear(replica, told);
}

SeatLoanTotals SeatEscrow::Balance(ReplicaId replica, const SeatLease& told, int replicas, int reserved) {
  SeatLease& lease = leases[replica];
  const int holds = std::max(told.left(), 0);
  // After a reclaim the device believes in chairs that are others' by now: first they go back.
  if (holds > std::max(lease.left(), 0)) return {lease.granted, 0};
  const int unheard = std::max(told.promised - lease.promised, 0);
  const int spare = std::max(capacity - promised - unheard - wishes, 0);
  const int share = spare == 0 ? 0 : std::max(spare / std::max(replicas, 1), 1);
  lease.granted += std::clamp(share - holds, 0, std::max(free() - wishes - reserved, 0));
  return {lease.granted, share};
}

int SeatEscrow::Reclaim(ReplicaId replica) {
  const auto found = leases.find(replica);
  if (found == leases.end()) return 0;
  const int at_risk = std::max(found->second.left(), 0);
  found->second.returned += at_risk;
  return at_risk;
}

}  // namespace opgang
