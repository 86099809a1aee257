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

int SeatEscrow::free() const {
  int held = confirmed_ - cancelled_;
  for (const auto& [store, lease] : leases_) held += lease.promised + std::max(lease.left(), 0);
  return capacity_ - held;
}

int SeatEscrow::Lend(StoreId store, int wanted) {
  SeatLease& lease = leases_[store];
  lease.granted += std::clamp(wanted, 0, std::max(free(), 0));
  return lease.granted;
}

void SeatEscrow::Hear(StoreId store, const SeatLease& told) {
  SeatLease& lease = leases_[store];
  lease.promised = std::max(lease.promised, told.promised);
  lease.returned = std::max(lease.returned, told.returned);
}

bool SeatEscrow::Confirm() {
  if (free() <= 0) return false;
  ++confirmed_;
  return true;
}

int SeatEscrow::Reclaim(StoreId store) {
  SeatLease& lease = leases_[store];
  const int at_risk = std::max(lease.left(), 0);
  lease.returned += at_risk;
  return at_risk;
}

}  // namespace opgang
