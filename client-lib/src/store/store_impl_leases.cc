// The part of StoreImpl that keeps chairs lent by the base (core/rules/seat_escrow.h). They lie in the queue's state,
// beside the replica that they were lent to: a promise takes one in the transaction that queues its seat, and where the
// state is lost or the replica becomes another one, so does the lease.
#include <algorithm>
#include <utility>

#include "client-lib/src/store/store_impl.h"
#include "core/rules/seat_escrow.h"

namespace opgang {
namespace {

SeatLease FromProto(const v1::LeaseTotals& totals) {
  return {static_cast<int>(totals.granted()), static_cast<int>(totals.promised()),
          static_cast<int>(totals.returned())};
}

void Note(const SeatLease& lease, v1::LeaseTotals& totals) {
  totals.set_granted(static_cast<uint32_t>(lease.granted));
  totals.set_promised(static_cast<uint32_t>(lease.promised));
  totals.set_returned(static_cast<uint32_t>(lease.returned));
}

// Of the replica as which the store goes on.
bool IsOwn(const v1::LeaseTotals& totals, const std::string& meeting_id, const v1::QueueState& state) {
  return totals.meeting_id() == meeting_id && totals.replica_id() == state.replica_id();
}

// nullptr: none.
v1::LeaseTotals* FindLease(const std::string& meeting_id, v1::QueueState& state) {
  for (v1::LeaseTotals& totals : *state.mutable_leases()) {
    if (IsOwn(totals, meeting_id, state)) return &totals;
  }
  return nullptr;
}

v1::LeaseTotals& LeaseOf(const std::string& meeting_id, v1::QueueState& state) {
  if (v1::LeaseTotals* found = FindLease(meeting_id, state)) return *found;
  v1::LeaseTotals& totals = *state.add_leases();
  totals.set_replica_id(state.replica_id());
  totals.set_meeting_id(meeting_id);
  return totals;
}

bool IsNamed(const v1::Welcome& welcome, const v1::LeaseTotals& lease) {
  return std::any_of(welcome.loans().begin(), welcome.loans().end(),
                     [&](const v1::SeatLoan& loan) { return loan.meeting_id() == lease.meeting_id(); });
}

}  // namespace

int StoreImpl::LentChairs(RecordId meeting) const {
  const v1::QueueState& state = queue_->state();
  for (const v1::LeaseTotals& totals : state.leases()) {
    if (IsOwn(totals, meeting.ToBytes(), state)) return std::max(FromProto(totals).left(), 0);
  }
  return 0;
}

absl::Status StoreImpl::TakeChair(RecordId meeting, v1::QueueState& state, v1::MutationPayload& payload) {
  v1::LeaseTotals* totals = FindLease(meeting.ToBytes(), state);
  SeatLease lease = totals == nullptr ? SeatLease() : FromProto(*totals);
  if (!TakeFromLease(lease)) {
    return RefusalError({v1::REFUSAL_CODE_NO_CHAIR, v1::Seat::kStateFieldNumber}, v1::RecordBody::kSeat);
  }
  Note(lease, *totals);
  payload.set_chair_of_replica_id(totals->replica_id());
  return absl::OkStatus();
}

// What former replicas gave up was told with the Hello that this Welcome answers.
void StoreImpl::TakeLoans(const v1::Welcome& welcome, int64_t last_sync_us, v1::QueueState& state) {
  if (welcome.base_us() < last_sync_us) return;  // overtaken by a later one
  for (const v1::SeatLoan& loan : welcome.loans()) {
    v1::LeaseTotals& totals = LeaseOf(loan.meeting_id(), state);
    SeatLease lease = FromProto(totals);
    HearGrant(lease, static_cast<int>(loan.granted()));
    ReturnToBase(lease, lease.left() - static_cast<int>(loan.keep()));
    Note(lease, totals);
  }
  auto& leases = *state.mutable_leases();
  const auto settled = [&](const v1::LeaseTotals& lease) {
    if (lease.replica_id() != state.replica_id()) return true;
    return !IsNamed(welcome, lease) && FromProto(lease).left() <= 0;
  };
  leases.erase(std::remove_if(leases.begin(), leases.end(), settled), leases.end());
}

// Nothing lent to a former replica is promised any more; what is left of it goes back.
void StoreImpl::GiveLeasesUp(v1::QueueState& state) {
  for (v1::LeaseTotals& totals : *state.mutable_leases()) {
    SeatLease lease = FromProto(totals);
    ReturnToBase(lease, lease.left());
    Note(lease, totals);
  }
}

}  // namespace opgang
