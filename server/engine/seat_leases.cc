#include "server/engine/seat_leases.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/records/registry.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

constexpr int kMostReserved = 4;  // wishes that one session is thought to bring
constexpr int kMostChairs = 500;  // of a group (core/records/group_checks.h)

SeatLease FromProto(const v1::LeaseTotals& totals) {
  const auto bounded = [](uint32_t count) { return static_cast<int>(std::min<uint32_t>(count, 1'000'000)); };
  return {bounded(totals.granted()), bounded(totals.promised()), bounded(totals.returned())};
}

// Reads and writes the area's people, so that it may book there. A group for every area is open to whoever has one.
bool MayBook(Role role, const std::vector<StoredGrant>& grants, AreaId area) {
  if (!MayWrite(role, RecordTypeOf<v1::Seat>())) return false;
  return std::any_of(grants.begin(), grants.end(), [&](const StoredGrant& grant) {
    const bool in_area = grant.scope.kind == v1::SCOPE_KIND_AREA && grant.taken_us == 0;
    const bool this_one = area.empty() || grant.scope == AreaScope(area);
    return in_area && this_one && grant.mode == v1::GRANT_MODE_READ_WRITE;
  });
}

// Who else could be lent chairs: asked once in a session, and only where there are any.
class Borrowers {
 public:
  Borrowers(BaseReader& store, ReplicaId speaker, MunicipalityId municipality, absl::Time now)
      : store_(store),
        speaker_(speaker),
        municipality_(municipality),
        since_us_(absl::ToUnixMicros(now - kHeardLately)) {}

  // Replicas that were heard lately and may book in this area; the one that speaks is among them.
  absl::StatusOr<int> CountFor(AreaId area) {
    RETURN_IF_ERROR(Load());
    int count = 1;
    for (const auto& [role, grants] : others_) count += MayBook(role, grants, area) ? 1 : 0;
    return count;
  }

 private:
  absl::Status Load() {
    if (loaded_) return absl::OkStatus();
    loaded_ = true;
    ASSIGN_OR_RETURN(const auto devices, store_.Devices());
    for (const auto& [account, replica] : devices) {
      if (replica.retired || replica.last_sync_us < since_us_ || replica.id == speaker_) continue;
      ASSIGN_OR_RETURN(const auto staff, store_.FindStaff(account.staff_code));
      ASSIGN_OR_RETURN(auto grants, store_.Grants(account.staff_code));
      const bool in_use = staff.has_value() && !account.is_revoked();
      if (in_use && staff->municipality == municipality_)
        others_.emplace_back(staff->role, std::move(grants));
    }
    return absl::OkStatus();
  }

  BaseReader& store_;
  const ReplicaId speaker_;
  const MunicipalityId municipality_;
  const int64_t since_us_;
  bool loaded_ = false;
  std::vector<std::pair<Role, std::vector<StoredGrant>>> others_;
};

// Another municipality's meetings are nobody's business here: their ids and chairs are not told.
absl::StatusOr<bool> IsOffered(BaseReader& store, const MeetingPlan& meeting, MunicipalityId municipality) {
  ASSIGN_OR_RETURN(const auto scopes, store.ScopesOf(meeting.meeting));
  return std::ranges::find(scopes, DirectoryOf(municipality)) != scopes.end();
}

using Leases = std::map<RecordId, SeatLease>;

Leases ToldBy(const v1::Hello& hello, ReplicaId replica) {
  Leases told;
  for (const v1::LeaseTotals& totals : hello.leases()) {
    const auto meeting = RecordId::FromBytes(totals.meeting_id());
    if (meeting.has_value() && totals.replica_id() == replica.ToBytes()) told[*meeting] = FromProto(totals);
  }
  return told;
}

absl::StatusOr<Leases> LentTo(BaseReader& store, ReplicaId replica) {
  ASSIGN_OR_RETURN(const auto entries, store.LeasesOf(replica));
  Leases leases;
  for (const LeaseEntry& entry : entries) leases[entry.meeting] = entry.lease;
  return leases;
}

v1::SeatLoan LoanOf(RecordId meeting, const SeatLoanTotals& totals) {
  v1::SeatLoan loan;
  loan.set_meeting_id(meeting.ToBytes());
  loan.set_granted(static_cast<uint32_t>(totals.granted));
  loan.set_keep(static_cast<uint32_t>(totals.keep));
  return loan;
}

// Whose the former name is, and that nobody goes by it any more. A copy's other half does, until a person has settled it.
absl::StatusOr<bool> IsGivenUp(BaseReader& store, StoreId id, ReplicaId replica) {
  ASSIGN_OR_RETURN(const auto state, store.FindReplica(replica));
  return state.has_value() && state->store == id && state->retired;
}

// Of its own lease a replica is believed what it gave back; of one that a store gave up for good also what was lent, for a
// restored base may have forgotten it.
SeatLease Heard(ReplicaId replica, bool is_known, const SeatLease& before, SeatLease told, bool own) {
  SeatEscrow escrow;
  if (is_known) escrow.leases[replica] = before;
  told.granted = std::min(told.granted, kMostChairs);
  own ? escrow.Hear(replica, told) : escrow.HearFormer(replica, told);
  const auto after = escrow.leases.find(replica);
  return after == escrow.leases.end() ? before : after->second;
}

// Nothing is lent of this meeting any more, as far as this replica goes: all of it comes back, and then it is forgotten.
absl::Status WindUp(BaseStore& store, const LeaseEntry& entry, const SeatLease& told,
                    std::vector<v1::SeatLoan>& loans) {
  if (entry.lease.left() <= 0 && told.left() <= 0) return store.DropLease(entry.replica, entry.meeting);
  loans.push_back(LoanOf(entry.meeting, {entry.lease.granted, 0}));
  return absl::OkStatus();
}

// The Hello comes before the work. Where chairs are few, a wish in it is answered rather than the tablet that brings it lent
// the chair.
int ReservedFor(const v1::Hello& hello, const SeatLease& told, const SeatLease& heard) {
  const int promises = std::max(told.promised - heard.promised, 0);
  const int unsent = static_cast<int>(std::min<uint32_t>(hello.unsent_count(), 1000));
  return std::clamp(unsent - promises, 0, kMostReserved);
}

absl::StatusOr<std::string> StaffOf(BaseReader& store, ReplicaId replica) {
  ASSIGN_OR_RETURN(const auto state, store.FindReplica(replica));
  if (!state.has_value()) return std::string();
  ASSIGN_OR_RETURN(const auto account, store.FindStore(state->store));
  return account.has_value() ? account->staff_code : std::string();
}

}  // namespace

absl::StatusOr<SeatEscrow> EscrowOf(BaseReader& store, const MeetingPlan& meeting) {
  SeatEscrow escrow;
  escrow.capacity = meeting.capacity;
  ASSIGN_OR_RETURN(const auto seats, store.SeatsIn(meeting.meeting));
  for (const SeatPlace& seat : seats) {
    escrow.promised += seat.state == v1::SEAT_STATE_PROMISED ? 1 : 0;
    escrow.wishes += seat.state == v1::SEAT_STATE_TO_BE_CONFIRMED ? 1 : 0;
  }
  ASSIGN_OR_RETURN(const auto leases, store.LeasesIn(meeting.meeting));
  for (const LeaseEntry& entry : leases) escrow.leases[entry.replica] = entry.lease;
  return escrow;
}

absl::StatusOr<bool> HearLeases(BaseStore& store, StoreId id, ReplicaId speaker, const v1::Hello& hello) {
  bool came_back = false;
  std::map<ReplicaId, Leases> known;  // of those whose word counts
  for (const v1::LeaseTotals& totals : hello.leases()) {
    const auto replica = ReplicaId::FromBytes(totals.replica_id());
    const auto meeting = RecordId::FromBytes(totals.meeting_id());
    if (!replica.has_value() || !meeting.has_value()) continue;
    const bool own = *replica == speaker;
    if (!known.contains(*replica)) {
      ASSIGN_OR_RETURN(const bool given_up, own ? false : IsGivenUp(store, id, *replica));
      if (!own && !given_up) continue;
      ASSIGN_OR_RETURN(known[*replica], LentTo(store, *replica));
    }
    const auto found = known[*replica].find(*meeting);
    const bool is_known = found != known[*replica].end();
    const SeatLease before = is_known ? found->second : SeatLease{};
    const SeatLease after = Heard(*replica, is_known, before, FromProto(totals), own);
    if (after == before) continue;
    RETURN_IF_ERROR(store.PutLease({*replica, *meeting, after}));
    came_back |= after.left() < before.left();
  }
  return came_back;
}

absl::StatusOr<std::vector<v1::SeatLoan>> BalanceLeases(BaseStore& store, const Author& author,
                                                        ReplicaId replica, const v1::Hello& hello,
                                                        absl::Time now) {
  std::vector<v1::SeatLoan> loans;
  ASSIGN_OR_RETURN(const auto meetings,
                   store.LimitedMeetings(absl::ToUnixMicros(now), absl::ToUnixMicros(now + kLendAhead)));
  ASSIGN_OR_RETURN(Leases lent, LentTo(store, replica));
  Leases told = ToldBy(hello, replica);
  Borrowers borrowers(store, replica, author.municipality, now);
  for (const MeetingPlan& meeting : meetings) {
    if (!MayBook(author.role, author.grants, meeting.area)) continue;
    ASSIGN_OR_RETURN(const bool offered, IsOffered(store, meeting, author.municipality));
    if (!offered) continue;
    ASSIGN_OR_RETURN(const int replicas, borrowers.CountFor(meeting.area));
    ASSIGN_OR_RETURN(SeatEscrow escrow, EscrowOf(store, meeting));
    const SeatLease& held = told[meeting.meeting];
    const int reserved = ReservedFor(hello, held, lent[meeting.meeting]);
    const SeatLoanTotals totals = escrow.Balance(replica, held, replicas, reserved);
    const SeatLease lease = escrow.leases.at(replica);
    const bool changed = !(lease == lent[meeting.meeting]);
    told.erase(meeting.meeting);
    lent.erase(meeting.meeting);
    if (lease.granted == 0) continue;
    if (changed) RETURN_IF_ERROR(store.PutLease({replica, meeting.meeting, lease}));
    loans.push_back(LoanOf(meeting.meeting, totals));
  }
  for (const auto& [meeting, lease] : lent) {
    RETURN_IF_ERROR(WindUp(store, {replica, meeting, lease}, std::exchange(told[meeting], {}), loans));
  }
  // What the device believes to hold and the base knows nothing of.
  for (const auto& [meeting, lease] : told) {
    if (lease.left() > 0) loans.push_back(LoanOf(meeting, {}));
  }
  return loans;
}

// Another's lease is nobody's to use: it is the same person's, be it on a store enrolled anew.
absl::StatusOr<bool> UseLentChair(BaseStore& store, const Author& author, ReplicaId lent_to,
                                  RecordId meeting) {
  ASSIGN_OR_RETURN(const std::string staff, StaffOf(store, lent_to));
  if (staff != author.staff_code) return false;
  ASSIGN_OR_RETURN(const Leases lent, LentTo(store, lent_to));
  const auto found = lent.find(meeting);
  if (found == lent.end()) return false;
  SeatLease lease = found->second;
  if (!TakeFromLease(lease)) return false;
  RETURN_IF_ERROR(store.PutLease({lent_to, meeting, lease}));
  return true;
}

absl::StatusOr<v1::ListLeasesResponse> ListLeases(BaseReader& store, absl::Time now) {
  v1::ListLeasesResponse response;
  ASSIGN_OR_RETURN(const auto meetings, store.LimitedMeetings(absl::ToUnixMicros(now), INT64_MAX));
  for (const MeetingPlan& meeting : meetings) {
    ASSIGN_OR_RETURN(const SeatEscrow escrow, EscrowOf(store, meeting));
    v1::MeetingChairs& chairs = *response.add_meetings();
    chairs.set_meeting_id(meeting.meeting.ToBytes());
    chairs.set_start_us(meeting.start_us);
    chairs.set_capacity(static_cast<uint32_t>(meeting.capacity));
    chairs.set_promised_count(static_cast<uint32_t>(escrow.promised));
    chairs.set_wish_count(static_cast<uint32_t>(escrow.wishes));
    for (const auto& [replica, lease] : escrow.leases) {
      if (lease.left() <= 0) continue;
      v1::LeaseHolder& holder = *chairs.add_holders();
      holder.set_replica_id(replica.ToBytes());
      holder.set_left_count(static_cast<uint32_t>(lease.left()));
      ASSIGN_OR_RETURN(*holder.mutable_device_label(), store.DeviceLabelOf(replica));
      ASSIGN_OR_RETURN(*holder.mutable_holder(), StaffOf(store, replica));
      ASSIGN_OR_RETURN(const auto state, store.FindReplica(replica));
      if (state.has_value()) holder.set_last_sync_us(state->last_sync_us);
    }
  }
  return response;
}

absl::StatusOr<v1::ReclaimLeasesResponse> ReclaimLeases(BaseStore& store,
                                                        const v1::ReclaimLeasesRequest& request,
                                                        absl::Time now) {
  const auto id = StoreId::FromBytes(request.store_id());
  ASSIGN_OR_RETURN(const auto account, store.FindStore(id.value_or(StoreId())));
  if (!account.has_value()) return MakeError(ErrorCode::kNotFound, "no such device");
  v1::ReclaimLeasesResponse response;
  std::vector<LeaseEntry> reclaimed;
  ASSIGN_OR_RETURN(const auto replicas, store.ReplicasOf(account->id));
  for (const ReplicaState& replica : replicas) {
    ASSIGN_OR_RETURN(const auto entries, store.LeasesOf(replica.id));
    for (LeaseEntry entry : entries) {
      ASSIGN_OR_RETURN(const auto meeting, store.FindMeeting(entry.meeting));
      const bool ahead = meeting.has_value() && meeting->start_us > absl::ToUnixMicros(now);
      const bool meant = request.meeting_id().empty() || request.meeting_id() == entry.meeting.ToBytes();
      SeatEscrow escrow;
      escrow.leases[replica.id] = entry.lease;
      const int at_risk = escrow.Reclaim(replica.id);
      if (!ahead || !meant || at_risk == 0) continue;
      response.set_chairs_at_risk(response.chairs_at_risk() + static_cast<uint32_t>(at_risk));
      entry.lease = escrow.leases[replica.id];
      reclaimed.push_back(entry);
    }
  }
  response.set_meeting_count(static_cast<uint32_t>(reclaimed.size()));
  if (!request.accept_risk() || reclaimed.empty()) return response;
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    for (const LeaseEntry& entry : reclaimed) {
      RETURN_IF_ERROR(store.PutLease(entry));
      RETURN_IF_ERROR(store.Audit(request.actor(), "lease-reclaimed",
                                  account->id.ToBytes() + entry.meeting.ToBytes(), absl::ToUnixMicros(now)));
    }
    return absl::OkStatus();
  }));
  return response;
}

}  // namespace opgang
