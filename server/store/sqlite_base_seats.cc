// Meetings, seats and leases: what the chairs of limited groups need, beside the sealed records it is derived from.
#include <utility>

#include "core/base/status_macros.h"
#include "core/rules/seats.h"
#include "server/store/sqlite_base_reader.h"

namespace opgang {
namespace {

// Planned, with a capacity that is a limit: of a group that is not known there is no row.
constexpr std::string_view kMeetingColumns =
    "SELECT m.meeting_id, m.start_us, m.planned, coalesce(g.capacity, 0), coalesce(g.area_id, x'')"
    " FROM seat_meetings m ";

MeetingPlan PlanFrom(const sqlite::Statement& row) {
  return {RecordId::FromBytes(row.Blob(0)).value_or(RecordId()), row.Int(1), row.Int(2) != 0,
          static_cast<int>(row.Int(3)), AreaId::FromBytes(row.Blob(4)).value_or(AreaId())};
}

absl::StatusOr<std::vector<MeetingPlan>> PlansFrom(sqlite::Statement rows) {
  std::vector<MeetingPlan> plans;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return plans;
    plans.push_back(PlanFrom(rows));
  }
}

SeatPlace SeatFrom(const sqlite::Statement& row) {
  return {RecordId::FromBytes(row.Blob(0)).value_or(RecordId()),
          RecordId::FromBytes(row.Blob(1)).value_or(RecordId()), static_cast<v1::SeatState>(row.Int(2))};
}

absl::StatusOr<std::vector<LeaseEntry>> LeasesFrom(sqlite::Statement rows) {
  std::vector<LeaseEntry> leases;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return leases;
    leases.push_back(
        {ReplicaId::FromBytes(rows.Blob(0)).value_or(ReplicaId()),
         RecordId::FromBytes(rows.Blob(1)).value_or(RecordId()),
         {static_cast<int>(rows.Int(2)), static_cast<int>(rows.Int(3)), static_cast<int>(rows.Int(4))}});
  }
}

absl::Status PutGroup(sqlite::Database& db, const StoredRecord& record, const v1::Group& group) {
  const std::string id = record.id.ToBytes();
  ASSIGN_OR_RETURN(auto drop, db.Prepare("DELETE FROM seat_groups WHERE group_id = ?"));
  RETURN_IF_ERROR(drop.BindBlob(1, id).Run());
  if (record.record.deleted() || MayPromise(group)) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto put,
                   db.Prepare("INSERT INTO seat_groups (group_id, capacity, area_id) VALUES (?, ?, ?)"));
  return put.BindBlob(1, id).BindInt(2, group.capacity()).BindBlob(3, group.area_id()).Run();
}

absl::Status PutMeeting(sqlite::Database& db, const StoredRecord& record, const v1::Meeting& meeting) {
  const absl::Time start = MeetingStart(meeting);
  const bool planned = !record.record.deleted() && meeting.state() == v1::MEETING_STATE_PLANNED;
  ASSIGN_OR_RETURN(auto put,
                   db.Prepare("INSERT OR REPLACE INTO seat_meetings (meeting_id, group_id, start_us,"
                              " planned) VALUES (?, ?, ?, ?)"));
  return put.BindBlob(1, record.id.ToBytes())
      .BindBlob(2, meeting.group_id())
      .BindInt(3, start == absl::InfinitePast() ? 0 : absl::ToUnixMicros(start))
      .BindInt(4, planned)
      .Run();
}

absl::Status PutSeat(sqlite::Database& db, const StoredRecord& record, const v1::Seat& seat) {
  ASSIGN_OR_RETURN(auto put,
                   db.Prepare("INSERT OR REPLACE INTO seats (seat_id, meeting_id, state) VALUES (?, ?, ?)"));
  return put.BindBlob(1, record.id.ToBytes())
      .BindBlob(2, seat.meeting_id())
      .BindInt(3, record.record.deleted() ? v1::SEAT_STATE_UNSPECIFIED : seat.state())
      .Run();
}

template <typename T, typename Put>
absl::Status PutParsed(sqlite::Database& db, const StoredRecord& record, Put put) {
  T content;
  // What does not parse was never admitted; without a row it has no chair.
  if (!content.ParseFromString(record.record.fields())) return absl::OkStatus();
  return put(db, record, content);
}

}  // namespace

absl::Status PutSeatRows(sqlite::Database& db, const StoredRecord& record) {
  switch (static_cast<RecordType>(record.type)) {
    case RecordType::kGroup: return PutParsed<v1::Group>(db, record, PutGroup);
    case RecordType::kMeeting: return PutParsed<v1::Meeting>(db, record, PutMeeting);
    case RecordType::kSeat: return PutParsed<v1::Seat>(db, record, PutSeat);
    default: return absl::OkStatus();
  }
}

absl::StatusOr<std::vector<MeetingPlan>> SqliteBaseQueries::LimitedMeetings(int64_t after_us,
                                                                            int64_t until_us) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare(std::string(kMeetingColumns) +
                                          "JOIN seat_groups g ON g.group_id = m.group_id WHERE m.planned = 1"
                                          " AND m.start_us > ? AND m.start_us <= ? ORDER BY m.start_us,"
                                          " m.meeting_id"));
  rows.BindInt(1, after_us).BindInt(2, until_us);
  return PlansFrom(std::move(rows));
}

absl::StatusOr<std::optional<MeetingPlan>> SqliteBaseQueries::FindMeeting(RecordId meeting) {
  ASSIGN_OR_RETURN(auto row, db_.Prepare(std::string(kMeetingColumns) +
                                         "LEFT JOIN seat_groups g ON g.group_id = m.group_id"
                                         " WHERE m.meeting_id = ?"));
  row.BindBlob(1, meeting.ToBytes());
  ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return std::nullopt;
  return PlanFrom(row);
}

absl::StatusOr<std::optional<SeatPlace>> SqliteBaseQueries::FindSeat(RecordId seat) {
  ASSIGN_OR_RETURN(auto row, db_.Prepare("SELECT seat_id, meeting_id, state FROM seats WHERE seat_id = ?"));
  row.BindBlob(1, seat.ToBytes());
  ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return std::nullopt;
  return SeatFrom(row);
}

absl::StatusOr<std::vector<SeatPlace>> SqliteBaseQueries::SeatsIn(RecordId meeting) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT seat_id, meeting_id, state FROM seats WHERE meeting_id = ?"
                                          " ORDER BY seat_id"));
  rows.BindBlob(1, meeting.ToBytes());
  std::vector<SeatPlace> seats;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return seats;
    seats.push_back(SeatFrom(rows));
  }
}

absl::StatusOr<std::vector<MeetingPlan>> SqliteBaseQueries::MeetingsWithWishes(int64_t after_us) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare(std::string(kMeetingColumns) +
                                          "JOIN seat_groups g ON g.group_id = m.group_id WHERE m.planned = 1"
                                          " AND m.start_us > ? AND m.meeting_id IN (SELECT meeting_id FROM"
                                          " seats WHERE state = 2) ORDER BY m.start_us, m.meeting_id"));
  rows.BindInt(1, after_us);
  return PlansFrom(std::move(rows));
}

absl::StatusOr<std::vector<LeaseEntry>> SqliteBaseQueries::LeasesIn(RecordId meeting) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT replica_id, meeting_id, granted, promised, returned"
                                          " FROM leases WHERE meeting_id = ? ORDER BY replica_id"));
  rows.BindBlob(1, meeting.ToBytes());
  return LeasesFrom(std::move(rows));
}

absl::StatusOr<std::vector<LeaseEntry>> SqliteBaseQueries::LeasesOf(ReplicaId replica) {
  ASSIGN_OR_RETURN(auto rows, db_.Prepare("SELECT replica_id, meeting_id, granted, promised, returned"
                                          " FROM leases WHERE replica_id = ? ORDER BY meeting_id"));
  rows.BindBlob(1, replica.ToBytes());
  return LeasesFrom(std::move(rows));
}

}  // namespace opgang
