// Groups with limited chairs: who plans them, who books, and what becomes of leases.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error.h"
#include "core/rules/seats.h"
#include "server/admin/enrolment.h"
#include "server/engine/base_author.h"
#include "server/engine/seat_leases.h"
#include "tests/simulation/world.h"

namespace opgang::simulation {
namespace {

v1::StatedTime StartAt(absl::Time time) {
  const absl::CivilMinute local = absl::ToCivilMinute(time, CopenhagenTime());
  v1::StatedTime start;
  *start.mutable_date() = ToProto(absl::CivilDay(local));
  start.set_minute_of_day(local.hour() * 60 + local.minute());
  return start;
}

}  // namespace

std::vector<MeetingPlan> World::LimitedMeetings() {
  const auto meetings = base_->store().LimitedMeetings(0, INT64_MAX);
  return meetings.ok() ? *meetings : std::vector<MeetingPlan>();
}

// By somebody at the base who may plan.
bool World::CommitAsPlanner(std::vector<Submission> submissions) {
  for (Submission& submission : submissions) OwnAuthor(submission).role = Role::kCoordinator;
  const auto outcome = base_->committer().Commit(submissions);
  if (outcome.ok()) base_->Announce(outcome->touched);
  return outcome.ok();
}

// A group with few chairs, two meetings and somebody who leads it; everybody reads the directory from then on.
void World::PlanGroup(uint32_t chairs, uint32_t when) {
  for (int staff = 0; staff < plan_.cast.staff; ++staff) {
    const auto role = RoleFromName(RoleOf(staff));
    if (!GrantDirectory(base_->store(), StaffCode(staff), *role).ok()) return;
  }
  const auto next_seq = base_->store().NextSeq(BaseAuthor::ReplicaOf(base_->store().epoch()));
  if (!next_seq.ok()) return;
  BaseAuthor planner(base_->store().epoch(), *next_seq, base_clock_, SystemRandom());
  v1::Group group;
  group.set_name("Group " + Word());
  group.set_programme_id(std::string(16, 'p'));
  group.set_capacity(1 + static_cast<int>(chairs % 5));
  group.set_capacity_meaning(v1::CAPACITY_MEANING_LIMIT);
  group.set_rolling_entry(true);
  group.set_instructor(StaffCode(static_cast<int>(when / 4) % plan_.cast.staff));
  RecordId group_id, meeting_id;
  std::vector<Submission> submissions{planner.Create(group, kDirectoryScope, group_id)};
  for (const int days : {1 + static_cast<int>(when % 4), 9}) {
    v1::Meeting meeting;
    meeting.set_group_id(group_id.ToBytes());
    *meeting.mutable_start() = StartAt(now_ + absl::Hours(24 * days));
    meeting.set_minutes(120);
    meeting.set_venue_id(std::string(16, 'v'));
    meeting.set_state(v1::MEETING_STATE_PLANNED);
    submissions.push_back(planner.Create(meeting, kDirectoryScope, meeting_id));
  }
  const bool planned = CommitAsPlanner(std::move(submissions));
  Say(absl::StrCat("  a group with ", group.capacity(), " chairs is planned",
                   planned ? "" : ", which fails"));
  if (planned) Reach("a limited group was planned");
}

// One of the four ways in which a meeting may come to be overbooked: below what is promised or lent.
void World::ChangeCapacity(uint32_t which, uint32_t chairs) {
  const auto groups = base_->store().RecordsOfType(kDirectoryScope, v1::RecordBody::kGroup);
  const auto next_seq = base_->store().NextSeq(BaseAuthor::ReplicaOf(base_->store().epoch()));
  if (!groups.ok() || groups->empty() || !next_seq.ok()) return;
  const StoredRecord& record = (*groups)[which % groups->size()];
  v1::Group group;
  if (!group.ParseFromString(record.record.fields())) return;
  const int before = group.capacity();
  group.set_capacity(1 + static_cast<int>(chairs % 6));
  if (chairs % 3 == 0) group.set_instructor(StaffCode(static_cast<int>(which / 5) % plan_.cast.staff));
  BaseAuthor planner(base_->store().epoch(), *next_seq, base_clock_, SystemRandom());
  auto change = planner.Patch(record, group);
  if (!change.has_value()) return;
  const bool changed = CommitAsPlanner({*std::move(change)});
  Say(absl::StrCat("  ", before, " chairs become ", group.capacity(), changed ? "" : ", which fails"));
  // A commit that failed may have happened all the same.
  if (changed && group.capacity() >= before) return;
  for (const MeetingPlan& meeting : LimitedMeetings()) {
    const auto escrow = EscrowOf(base_->store(), meeting);
    const bool below = escrow.ok() && std::min(before, group.capacity()) < escrow->promised + escrow->lent();
    if (below) Excuse(meeting.meeting, "its capacity was cut");
  }
  Reach("a capacity was cut");
}

void World::Reclaim(Tablet& tablet) {
  v1::ReclaimLeasesRequest request;
  request.set_store_id(tablet.peer.store.ToBytes());
  request.set_actor("karen");
  const absl::Time now = base_clock_.WallNow();
  std::vector<RecordId> at_risk;
  for (const MeetingPlan& meeting : LimitedMeetings()) {
    request.set_meeting_id(meeting.meeting.ToBytes());
    const auto risk = ReclaimLeases(base_->store(), request, now);
    if (risk.ok() && risk->chairs_at_risk() > 0) at_risk.push_back(meeting.meeting);
  }
  request.clear_meeting_id();
  request.set_accept_risk(true);
  const auto reclaimed = ReclaimLeases(base_->store(), request, now);
  Say(absl::StrCat("  leases of ", tablet.peer.staff_code, " are reclaimed in ", at_risk.size(),
                   " meetings"));
  for (const RecordId& meeting : at_risk) Excuse(meeting, "a lease was reclaimed");
  if (!at_risk.empty()) Reach("a lease was reclaimed");
  std::set<Scope> touched;
  if (reclaimed.ok() && base_->committer().AnswerWishes(now, touched).ok()) base_->Announce(touched);
}

void World::Book(Tablet& tablet, uint32_t what, uint32_t which) {
  if (tablet.store == nullptr || !tablet.store->unlocked()) return;
  Bundle bundle(tablet.clock);
  const std::vector<RecordId> seats = Visible(tablet, RecordType::kSeat);
  if (what % 10 < 6 || seats.empty()) {
    BookNew(tablet, which, bundle);
  } else {
    ChangeSeat(tablet, what % 10, seats[which % seats.size()], bundle);
  }
  if (!bundle.empty()) Commit(tablet, bundle, "books");
}

v1::SeatState World::StateToBook(Tablet& tablet, RecordId meeting) {
  const bool lent = tablet.store->LentChairs(meeting) > 0;
  return lent ? v1::SEAT_STATE_PROMISED : v1::SEAT_STATE_TO_BE_CONFIRMED;
}

// As `opgang book`: a promise where a chair is lent, else a wish.
void World::BookNew(Tablet& tablet, uint32_t which, Bundle& bundle) {
  const std::vector<RecordId> citizens = Visible(tablet, RecordType::kCitizen);
  const std::vector<RecordId> meetings = Visible(tablet, RecordType::kMeeting);
  const auto view = tablet.store->view();
  if (citizens.empty() || meetings.empty() || !view.ok()) return;
  const VisibleRecord* meeting = (*view)->Find(meetings[which % meetings.size()]);
  v1::Seat seat;
  seat.set_citizen_id(citizens[which / 7 % citizens.size()].ToBytes());
  seat.set_meeting_id(meeting->id.ToBytes());
  seat.set_state(StateToBook(tablet, meeting->id));
  *seat.mutable_told_start() = meeting->As<v1::Meeting>().start();
  seat.set_told_venue_id(meeting->As<v1::Meeting>().venue_id());
  bundle.Create(seat);
  const bool last = tablet.store->LentChairs(meeting->id) == 1;
  if (last) Reach("the last chair of a lease was promised");
}

void World::ChangeSeat(Tablet& tablet, uint32_t how, RecordId id, Bundle& bundle) {
  const auto view = tablet.store->view();
  if (!view.ok()) return;
  v1::Seat seat = (*view)->Find(id)->As<v1::Seat>();
  const auto meeting = RecordId::FromBytes(seat.meeting_id());
  using S = v1::Seat;
  if (how == 6) {
    bundle.Delete(id, RecordTypeOf<v1::Seat>());
  } else if (how == 7) {
    seat.set_told_venue_id(std::string(16, static_cast<char>('a' + ledger_.entries().size() % 20)));
    bundle.Patch(id, seat, {S::kToldVenueIdFieldNumber});
  } else if (how == 8 && seat.state() != v1::SEAT_STATE_PROMISED && meeting.has_value()) {
    seat.set_state(StateToBook(tablet, *meeting));
    bundle.Patch(id, seat, {S::kStateFieldNumber});
  } else {
    seat.set_state(v1::SEAT_STATE_CANCELLED);
    bundle.Patch(id, seat, {S::kStateFieldNumber});
  }
}

void World::Excuse(RecordId meeting, const std::string& why) {
  if (excused_.emplace(meeting, why).second) Say("  from now on a meeting may be overbooked: " + why);
}

// A copy may promise what its original promises, and a base that went back does not know what it lent.
void World::ExcuseAll(const std::string& why) {
  for (const MeetingPlan& meeting : LimitedMeetings()) Excuse(meeting.meeting, why);
}

// Promises and leases never exceed the chairs, whatever is unheard; and no tablet believes to hold what the base does not
// know to have lent to it. Except where one of the four causes has befallen the meeting in this run.
void World::CheckSeats() {
  NoteSharedNames();
  if (!base_->running() || failure_.has_value()) return;
  for (const MeetingPlan& meeting : LimitedMeetings()) {
    const auto escrow = EscrowOf(base_->store(), meeting);
    if (!escrow.ok()) return;
    if (escrow->promised > meeting.capacity) Reach("a meeting was overbooked");
    if (excused_.contains(meeting.meeting)) continue;
    if (escrow->free() < 0) {
      return Fail("seats", absl::StrCat("without a cause a meeting of ", meeting.capacity, " has ",
                                        escrow->promised, " promised and ", escrow->lent(), " lent"));
    }
    for (const auto& tablet : tablets_) CheckLease(*tablet, meeting.meeting, *escrow);
  }
  NoteAnswers();
}

// What is lent to a name by which two go, before anybody has noticed, one of them uses and the other still has.
void World::NoteSharedNames() {
  std::set<std::string> names;
  for (const auto& tablet : tablets_) {
    const std::string& name = tablet->audit->state().replica_id();
    if (!names.insert(name).second) shared_names_.insert(ReplicaId::FromBytes(name).value_or(ReplicaId()));
  }
}

void World::CheckLease(const Tablet& tablet, RecordId meeting, const SeatEscrow& escrow) {
  if (tablet.store == nullptr) return;
  const int held = tablet.store->LentChairs(meeting);
  if (held > 0) Reach("chairs were lent");
  const auto replica = ReplicaId::FromBytes(tablet.audit->state().replica_id()).value_or(ReplicaId());
  const auto lease = escrow.leases.find(replica);
  const int known = lease == escrow.leases.end() ? 0 : lease->second.left();
  if (held > known && shared_names_.contains(replica)) return Excuse(meeting, "a copy was not noticed yet");
  if (held > known) {
    Fail("seats",
         absl::StrCat("tablet ", tablet.number, " holds ", held, " chairs, and the base lent ", known));
  }
}

// What the base says to a wish is in the log, as the base's word; a tablet may go on showing what a restored base forgot.
void World::NoteAnswers() {
  AuditBase();
  for (const BaseAudit::Entry& entry : base_audit_->entries()) {
    v1::MutationEnvelope envelope;
    const bool base = entry.logged.author == "base" && envelope.ParseFromString(entry.logged.envelope);
    if (!base || envelope.record_type() != v1::RecordBody::kSeat) continue;
    v1::MutationPayload payload;
    v1::Seat said;
    if (!payload.ParseFromString(entry.logged.payload) || !said.ParseFromString(payload.fields())) continue;
    answered_.insert(entry.logged.record);
    Reach(said.state() == v1::SEAT_STATE_PROMISED ? "the base confirmed a wish"
                                                  : "a promise without a chair became a wish");
  }
}

}  // namespace opgang::simulation
