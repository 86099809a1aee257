// The part of the committer that keeps limited meetings: it counts the chairs that promises use, and gives the base's own
// answers, which are mutations of the base like any other: in the log, with its provenance, under a rev.
//
//   a wish, and a chair that nobody holds         -> promised
//   a seat that became promised anew by a change
//   which names no chair (a settled conflict,
//   a delete that somebody's edit beat), and no
//   chair is free                                 -> a wish again
//
// A promise at the door is never taken back here, whatever it makes of the count: an overbooked meeting is a task.
#include <algorithm>

#include "core/base/status_macros.h"
#include "core/merge/open_conflicts.h"
#include "server/engine/base_author.h"
#include "server/engine/committer.h"
#include "server/engine/seat_leases.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

// The base's clock is right, and it answers at the moment of the commit that it answers.
class MomentClock : public Clock {
 public:
  explicit MomentClock(absl::Time now) : now_(now) {}
  absl::Time WallNow() override { return now_; }
  v1::ClockReading Read() override {
    v1::ClockReading reading;
    reading.set_wall_us(absl::ToUnixMicros(now_));
    reading.set_boot_id(std::string(16, '\0'));
    return reading;
  }

 private:
  const absl::Time now_;
};

SeatPlace PlaceIn(const StoredRecord& record) {
  v1::Seat seat;
  const bool stands = !record.record.deleted() && seat.ParseFromString(record.record.fields());
  return {record.id, RecordId::FromBytes(seat.meeting_id()).value_or(RecordId()),
          stands ? seat.state() : v1::SEAT_STATE_UNSPECIFIED};
}

// Takes the place of the state in front, and of no other that stands beside it: the conflict stays a person's.
v1::MutationPayload AnswerTo(const v1::Record& record, v1::SeatState state) {
  v1::Seat said;
  said.set_state(state);
  v1::MutationPayload payload;
  payload.set_action(v1::MUTATION_ACTION_PATCH);
  payload.set_fields(said.SerializeAsString());
  v1::FieldEdit& edit = *payload.add_edits();
  edit.set_field(v1::Seat::kStateFieldNumber);
  for (const v1::FieldState& field : record.field_states()) {
    if (field.field() == v1::Seat::kStateFieldNumber) edit.add_seen_versions(field.version());
  }
  return payload;
}

bool ConcernsSeats(uint32_t type) {
  return type == v1::RecordBody::kSeat || type == v1::RecordBody::kMeeting || type == v1::RecordBody::kGroup;
}

}  // namespace

absl::Status Committer::NoteSeat(const Author& author, const OpenedMutation& mutation,
                                 const StoredRecord& record) {
  if (!ConcernsSeats(record.type)) return absl::OkStatus();
  seats_moved_ = true;
  if (record.type != v1::RecordBody::kSeat) return absl::OkStatus();
  const SeatPlace after = PlaceIn(record);
  if (const auto lent_to = ReplicaId::FromBytes(mutation.payload.chair_of_replica_id())) {
    return UseLentChair(store_, author, *lent_to, after.meeting).status();
  }
  const bool created = mutation.payload.action() == v1::MUTATION_ACTION_CREATE;
  if (after.state != v1::SEAT_STATE_PROMISED || created || author.role == Role::kBase) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto before, store_.FindSeat(record.id));
  const bool promised_before =
      before.has_value() && before->state == v1::SEAT_STATE_PROMISED && before->meeting == after.meeting;
  if (!promised_before) uncovered_.insert(record.id);
  return absl::OkStatus();
}

absl::Status Committer::SettleSeats(absl::Time now, std::set<Scope>& touched) {
  const std::set<RecordId> uncovered = std::exchange(uncovered_, {});
  if (!std::exchange(seats_moved_, false)) return absl::OkStatus();
  for (const RecordId& seat : uncovered) {
    ASSIGN_OR_RETURN(const auto place, store_.FindSeat(seat));
    if (!place.has_value() || place->state != v1::SEAT_STATE_PROMISED) continue;
    ASSIGN_OR_RETURN(const auto meeting, store_.FindMeeting(place->meeting));
    if (!meeting.has_value() || meeting->capacity == 0) continue;
    ASSIGN_OR_RETURN(const SeatEscrow escrow, EscrowOf(store_, *meeting));
    if (escrow.free() < 0) RETURN_IF_ERROR(Answer(seat, v1::SEAT_STATE_TO_BE_CONFIRMED, now, touched));
  }
  ASSIGN_OR_RETURN(const auto meetings, store_.MeetingsWithWishes(absl::ToUnixMicros(now)));
  for (const MeetingPlan& meeting : meetings) RETURN_IF_ERROR(AnswerWishesIn(meeting, now, touched));
  seats_moved_ = false;
  return absl::OkStatus();
}

// The oldest wish first.
absl::Status Committer::AnswerWishesIn(const MeetingPlan& meeting, absl::Time now, std::set<Scope>& touched) {
  ASSIGN_OR_RETURN(const SeatEscrow escrow, EscrowOf(store_, meeting));
  ASSIGN_OR_RETURN(const auto seats, store_.SeatsIn(meeting.meeting));
  int free = escrow.free();
  for (const SeatPlace& seat : seats) {
    if (free <= 0) break;
    if (seat.state != v1::SEAT_STATE_TO_BE_CONFIRMED) continue;
    RETURN_IF_ERROR(Answer(seat.seat, v1::SEAT_STATE_PROMISED, now, touched));
    --free;
  }
  return absl::OkStatus();
}

// Where people disagree about a seat, they decide before the base says anything to it. What it may not write as things
// stand (the citizen is gone) stays as it is.
absl::Status Committer::Answer(RecordId seat, v1::SeatState state, absl::Time now, std::set<Scope>& touched) {
  ASSIGN_OR_RETURN(const auto record, store_.FindRecord(seat));
  if (!record.has_value() || record->scopes.empty()) return absl::OkStatus();
  if (state == v1::SEAT_STATE_PROMISED && HasOpenConflict(record->record)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const uint64_t next_seq, store_.NextSeq(BaseAuthor::ReplicaOf(store_.epoch())));
  MomentClock clock(now);
  BaseAuthor base(store_.epoch(), next_seq, clock, random_);
  const Submission answer = base.InTheNameOf({"base", Role::kBase}, *record, AnswerTo(record->record, state));
  ASSIGN_OR_RETURN(const Admitted admitted,
                   Admit(store_, *answer.author, answer.mutations[0], Interval{now, now}, now));
  if (admitted.refusal.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Decided verdicts, ApplyOrQuarantine(answer, touched));
  return NotePlaces(answer.author->replica, verdicts);
}

absl::Status Committer::AnswerWishes(absl::Time now, std::set<Scope>& touched) {
  standings_.clear();
  seats_moved_ = true;
  return InTransaction(store_, [&] { return SettleSeats(now, touched); });
}

}  // namespace opgang
