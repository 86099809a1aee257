#include "opgang/groups.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "core/base/clock.h"
#include "core/merge/open_conflicts.h"
#include "core/rules/breach_cause.h"

namespace opgang {
namespace {

const VisibleRecord* FindOf(const View& view, RecordType type, std::string_view bytes) {
  const auto id = RecordId::FromBytes(bytes);
  const VisibleRecord* record = id ? view.Find(*id) : nullptr;
  return record != nullptr && record->type->type == type ? record : nullptr;
}

RecordId IdOf(std::string_view bytes) { return RecordId::FromBytes(bytes).value_or(RecordId()); }

std::vector<AreaId> AreasOf(const VisibleRecord& record) {
  std::vector<AreaId> areas;
  for (const Scope& scope : record.scopes) {
    if (scope.kind == v1::SCOPE_KIND_AREA) areas.emplace_back(scope.id);
  }
  return areas;
}

MeetingLine LineOf(const View& view, const VisibleRecord& record) {
  const auto& meeting = record.As<v1::Meeting>();
  MeetingLine line;
  line.meeting = &record;
  line.group = FindOf(view, RecordType::kGroup, meeting.group_id());
  line.venue = FindOf(view, RecordType::kVenue, meeting.venue_id());
  line.start = MeetingStart(meeting);
  return line;
}

const v1::Meeting* ContentOf(const MeetingLine* line) {
  return line == nullptr ? nullptr : &line->meeting->As<v1::Meeting>();
}

// The day that an absence is about: of its meeting, else the worker's word, else the recording.
absl::CivilDay DayMissed(const VisibleRecord& record, const MeetingLine* meeting) {
  if (meeting != nullptr) return LocalDay(meeting->start);
  const auto& absence = record.As<v1::Absence>();
  const v1::StatedTime* word = absence.has_happened() ? &absence.happened() : nullptr;
  return LocalDay(HappenedAt(word, record.recorded).earliest);
}

// By what the task is about. Values of the same claim that stand side by side all hold.
std::map<RecordId, std::set<std::string>> HoldersIn(const View& view) {
  std::map<RecordId, std::set<std::string>> holders;
  for (const VisibleRecord* record : view.OfType(RecordType::kClaim)) {
    std::set<std::string>& of_task = holders[IdOf(record->As<v1::Claim>().task_id())];
    of_task.insert(record->As<v1::Claim>().holder());
    for (const OpenConflict& conflict : OpenConflictsOf(*record->record)) {
      for (const OpenValue& value : conflict.values) {
        v1::Claim beside;
        const bool holds =
            conflict.field == v1::Claim::kHolderFieldNumber && beside.ParseFromString(value.bytes);
        if (holds) of_task.insert(beside.holder());
      }
    }
  }
  for (auto& [task, of_task] : holders) of_task.erase("");
  return holders;
}

SeatWish WishOf(const CaseLine& line, absl::Time now) {
  SeatWish wish;
  wish.now = now;
  wish.due = line.response_case.due;
  if (line.citizen != nullptr) {
    const auto& citizen = line.citizen->As<v1::Citizen>();
    wish.language = citizen.language();
    wish.interpreter = citizen.interpreter_needed();
  }
  if (line.inquiry != nullptr) wish.areas = AreasOf(*line.inquiry);
  return wish;
}

std::string NameOf(const View& view, RecordId citizen) {
  const VisibleRecord* record = view.Find(citizen);
  const bool known = record != nullptr && record->type->type == RecordType::kCitizen;
  return known ? record->As<v1::Citizen>().name() : std::string();
}

}  // namespace

std::string_view TaskKindName(TaskKind kind) {
  switch (kind) {
    case TaskKind::kCase: return "case";
    case TaskKind::kNoGroupInTime: return "no-group-in-time";
    case TaskKind::kBrokenPromise: return "broken-promise";
    case TaskKind::kSeatToConfirm: return "seat-to-confirm";
    case TaskKind::kAbsenceFollowUp: return "absence-follow-up";
    case TaskKind::kOverbooked: return "overbooked";
    case TaskKind::kFourWeeks: return "four-weeks";
    case TaskKind::kSixMonths: return "six-months";
    case TaskKind::kHandOutToCheck: return "hand-out-to-check";
    case TaskKind::kBreachCause: return "breach-cause";
    case TaskKind::kLikelyDuplicate: return "likely-duplicate";
  }
  return "case";
}

GroupFacts::GroupFacts(const View& view) : view_(view), holders_(HoldersIn(view)) {
  for (const VisibleRecord* record : view.OfType(RecordType::kMeeting)) {
    meetings_.push_back(LineOf(view, *record));
  }
  std::ranges::sort(meetings_, {}, [](const MeetingLine& m) { return std::pair(m.start, m.meeting->id); });
  std::map<RecordId, MeetingLine*> lines;
  for (MeetingLine& line : meetings_) {
    lines[line.meeting->id] = &line;
    by_id_[line.meeting->id] = &line;
  }
  for (const VisibleRecord* record : view.OfType(RecordType::kSeat)) {
    const auto& seat = record->As<v1::Seat>();
    const auto found = lines.find(IdOf(seat.meeting_id()));
    if (found == lines.end()) continue;
    if (seat.state() == v1::SEAT_STATE_PROMISED) ++found->second->promised;
    if (seat.state() == v1::SEAT_STATE_TO_BE_CONFIRMED) ++found->second->wishes;
  }
  std::vector<MeetingFact> known;
  for (const MeetingLine& line : meetings_) {
    if (line.group == nullptr) continue;
    known.push_back({line.meeting->id, ContentOf(&line), &line.group->As<v1::Group>(), line.promised});
  }
  on_offer_.emplace(known);
}

const MeetingLine* GroupFacts::FindMeeting(RecordId meeting) const {
  const auto found = by_id_.find(meeting);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<const MeetingLine*> GroupFacts::MeetingsOf(RecordId group) const {
  std::vector<const MeetingLine*> lines;
  for (const MeetingLine& line : meetings_) {
    if (ContentOf(&line)->group_id() == group.ToBytes()) lines.push_back(&line);
  }
  return lines;
}

SeatChoice GroupFacts::SeatsFor(const CaseLine& line, absl::Time now) const {
  return ChooseSeats(*on_offer_, WishOf(line, now));
}

std::optional<SeatOffer> GroupFacts::LastSeatFor(const CaseLine& line, absl::Time now) const {
  return LastSeatInTime(*on_offer_, WishOf(line, now));
}

std::vector<SeatLine> GroupFacts::SeatsOf(RecordId citizen) const {
  std::vector<SeatLine> seats;
  for (const VisibleRecord* record : view_.About(citizen)) {
    if (record->type->type != RecordType::kSeat) continue;
    const auto& seat = record->As<v1::Seat>();
    const MeetingLine* meeting = FindMeeting(IdOf(seat.meeting_id()));
    seats.push_back({record, meeting, StateOfSeat(seat, ContentOf(meeting))});
  }
  std::ranges::stable_sort(seats, {}, [](const SeatLine& line) {
    return line.meeting == nullptr ? absl::InfiniteFuture() : line.meeting->start;
  });
  return seats;
}

std::optional<SeatLine> GroupFacts::SeatOfCase(RecordId citizen, absl::Time now) const {
  std::optional<SeatLine> broken;
  for (const SeatLine& line : SeatsOf(citizen)) {
    const bool ahead = line.meeting == nullptr || line.meeting->start > now;
    if (IsLive(line.state) && ahead) return line;
    if (line.state == PromiseState::kMeetingCancelled && ahead) broken = line;
  }
  return broken;
}

Attendance GroupFacts::AttendanceOf(RecordId citizen, RecordId meeting) const {
  const std::string id = meeting.ToBytes();
  Attendance attendance = Attendance::kExpected;
  for (const VisibleRecord* record : view_.About(citizen)) {
    if (record->type->type == RecordType::kParticipation &&
        record->As<v1::Participation>().meeting_id() == id) {
      return Attendance::kCame;
    }
    if (record->type->type == RecordType::kAbsence && record->As<v1::Absence>().meeting_id() == id) {
      attendance = Attendance::kAbsent;
    }
  }
  return attendance;
}

std::vector<AttendanceLine> GroupFacts::ListOf(const MeetingLine& meeting) const {
  const std::string group = ContentOf(&meeting)->group_id();
  const auto in_group = [&](std::string_view meeting_id) {
    const MeetingLine* line = FindMeeting(IdOf(meeting_id));
    return line != nullptr && ContentOf(line)->group_id() == group && line->start <= meeting.start;
  };
  std::map<RecordId, bool> expected;  // citizen -> has a seat in this meeting
  for (const VisibleRecord* record : view_.OfType(RecordType::kSeat)) {
    const auto& seat = record->As<v1::Seat>();
    const bool here = IdOf(seat.meeting_id()) == meeting.meeting->id;
    if (here && seat.state() != v1::SEAT_STATE_CANCELLED) expected[record->subject] = true;
  }
  std::set<RecordId> left;
  for (const VisibleRecord* record : view_.OfType(RecordType::kFollowUp)) {
    if (record->As<v1::FollowUp>().outcome() != v1::FOLLOW_UP_OUTCOME_STOPS) continue;
    const auto* absence = FindOf(view_, RecordType::kAbsence, record->As<v1::FollowUp>().absence_id());
    if (absence != nullptr && in_group(absence->As<v1::Absence>().meeting_id())) left.insert(record->subject);
  }
  for (const VisibleRecord* record : view_.OfType(RecordType::kParticipation)) {
    const std::string& at = record->As<v1::Participation>().meeting_id();
    const bool ticked_here = IdOf(at) == meeting.meeting->id;
    if (in_group(at) && (ticked_here || !left.contains(record->subject))) {
      expected.emplace(record->subject, false);
    }
  }
  std::vector<AttendanceLine> lines;
  for (const auto& [citizen, has_seat] : expected) {
    lines.push_back({citizen, AttendanceOf(citizen, meeting.meeting->id), has_seat});
  }
  std::ranges::sort(lines, [&](const AttendanceLine& a, const AttendanceLine& b) {
    const int by_name = CompareDanish(NameOf(view_, a.citizen), NameOf(view_, b.citizen));
    return by_name != 0 ? by_name < 0 : a.citizen < b.citizen;
  });
  return lines;
}

std::set<std::string> GroupFacts::HoldersOf(RecordId about) const {
  const auto found = holders_.find(about);
  return found == holders_.end() ? std::set<std::string>() : found->second;
}

void GroupFacts::AddCases(const std::vector<CaseLine>& cases, absl::Time now,
                          std::vector<TaskLine>& tasks) const {
  for (const CaseLine& line : cases) {
    if (!line.response_case.open()) continue;
    const absl::Time due = EndOfLocalDay(line.response_case.due.earliest);
    const std::optional<SeatLine> seat = SeatOfCase(line.response_case.citizen, now);
    const bool promised = seat && seat->state == PromiseState::kStands && seat->meeting != nullptr &&
                          seat->meeting->start < due;
    if (promised) continue;
    const bool none = !LastSeatFor(line, now).has_value();
    TaskLine task{none ? TaskKind::kNoGroupInTime : TaskKind::kCase, line.response_case.id,
                  line.response_case.citizen, due};
    task.overdue = line.response_case.state == CaseState::kOverdue;
    task.response_case = line.response_case;
    tasks.push_back(std::move(task));
  }
}

// A seat is settled before its meeting, and before the citizen's case is due.
absl::Time GroupFacts::DueOfSeat(RecordId citizen, absl::Time start, absl::Time now) const {
  absl::Time due = start;
  for (const CaseLine& line : view_.CasesOfCitizen(citizen, now)) {
    if (line.response_case.open()) due = std::min(due, EndOfLocalDay(line.response_case.due.earliest));
  }
  return due;
}

void GroupFacts::AddSeats(absl::Time now, std::vector<TaskLine>& tasks) const {
  for (const VisibleRecord* record : view_.OfType(RecordType::kSeat)) {
    const auto& seat = record->As<v1::Seat>();
    const MeetingLine* meeting = FindMeeting(IdOf(seat.meeting_id()));
    if (meeting == nullptr) continue;
    const PromiseState state = StateOfSeat(seat, ContentOf(meeting));
    const bool broken = state == PromiseState::kMoved || state == PromiseState::kMeetingCancelled;
    if (!broken && state != PromiseState::kToBeConfirmed) continue;
    if (meeting->start <= now && !broken) continue;
    if (AttendanceOf(record->subject, meeting->meeting->id) != Attendance::kExpected) continue;
    const absl::Time due = DueOfSeat(record->subject, meeting->start, now);
    TaskLine task{broken ? TaskKind::kBrokenPromise : TaskKind::kSeatToConfirm, record->id, record->subject,
                  due};
    task.overdue = now >= due;
    task.meeting = meeting->meeting;
    tasks.push_back(std::move(task));
  }
}

// Each promise is one that somebody was given; which of them is to be moved is for a person to say, before it begins.
void GroupFacts::AddOverbooked(absl::Time now, std::vector<TaskLine>& tasks) const {
  for (const MeetingLine& line : meetings_) {
    const bool planned = ContentOf(&line)->state() == v1::MEETING_STATE_PLANNED;
    if (line.group == nullptr || !planned || line.start <= now) continue;
    if (!IsOverbooked(line.group->As<v1::Group>(), line.promised)) continue;
    TaskLine task{TaskKind::kOverbooked, line.meeting->id, RecordId(), line.start};
    task.meeting = line.meeting;
    for (const VisibleRecord* record : view_.OfType(RecordType::kSeat)) {
      const auto& seat = record->As<v1::Seat>();
      const bool here = IdOf(seat.meeting_id()) == line.meeting->id;
      if (here && seat.state() == v1::SEAT_STATE_PROMISED) task.promises.push_back(record->id);
    }
    std::ranges::sort(task.promises);
    tasks.push_back(std::move(task));
  }
}

void GroupFacts::AddAbsences(absl::Time now, const RuleSettings& settings,
                             std::vector<TaskLine>& tasks) const {
  std::map<std::string, std::vector<const v1::FollowUp*>> follow_ups;
  for (const VisibleRecord* record : view_.OfType(RecordType::kFollowUp)) {
    const auto& follow_up = record->As<v1::FollowUp>();
    follow_ups[follow_up.absence_id()].push_back(&follow_up);
  }
  for (const VisibleRecord* record : view_.OfType(RecordType::kAbsence)) {
    const MeetingLine* meeting = FindMeeting(IdOf(record->As<v1::Absence>().meeting_id()));
    const FollowUpTask follow_up =
        FollowUpOf(DayMissed(*record, meeting), follow_ups[record->id.ToBytes()], now, settings.calendar);
    if (follow_up.done) continue;
    TaskLine task{TaskKind::kAbsenceFollowUp, record->id, record->subject, EndOfLocalDay(follow_up.due)};
    task.overdue = follow_up.overdue;
    task.meeting = meeting == nullptr ? nullptr : meeting->meeting;
    tasks.push_back(std::move(task));
  }
}

void GroupFacts::AddBreaches(const std::vector<CaseLine>& cases, std::vector<TaskLine>& tasks) const {
  std::vector<BreachCauseFact> causes;
  for (const VisibleRecord* record : view_.OfType(RecordType::kBreachCause))
    causes.push_back({record->id, &record->As<v1::BreachCause>(), record->recorded});
  for (const CaseLine& line : cases) {
    if (!line.response_case.breach || CauseOf(line.response_case, causes) != nullptr) continue;
    TaskLine task{TaskKind::kBreachCause, line.response_case.id, line.response_case.citizen,
                  absl::InfiniteFuture()};
    task.response_case = line.response_case;
    tasks.push_back(std::move(task));
  }
}

void GroupFacts::AddDuplicates(std::vector<TaskLine>& tasks) const {
  for (const LikelyPair& pair : LikelyPairs(view_)) {
    TaskLine task{TaskKind::kLikelyDuplicate, pair.newer->id, pair.newer->id, absl::InfiniteFuture()};
    task.duplicate = pair.older;
    tasks.push_back(std::move(task));
  }
}

std::vector<TaskLine> GroupFacts::Tasks(absl::Time now, const RuleSettings& settings) const {
  std::vector<TaskLine> tasks;
  const std::vector<CaseLine> cases = view_.Cases(now, /*open_only=*/false);
  AddCases(cases, now, tasks);
  AddSeats(now, tasks);
  AddOverbooked(now, tasks);
  AddAbsences(now, settings, tasks);
  AddCourses(now, tasks);
  AddBreaches(cases, tasks);
  AddDuplicates(tasks);
  for (TaskLine& task : tasks) task.holders = HoldersOf(task.about);
  std::ranges::sort(tasks, {}, [](const TaskLine& task) {
    return std::tuple(!task.overdue, task.due, task.about, task.kind);
  });
  return tasks;
}

}  // namespace opgang
