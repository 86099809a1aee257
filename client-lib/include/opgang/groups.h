// The offer of groups as a worker sees it: meetings with their groups and seats, what a case can be offered, who is
// expected at a meeting, and what is to be done. Computed from the visible records and now; nothing of it is stored.
#ifndef OPGANG_GROUPS_H_
#define OPGANG_GROUPS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/rules/after_quitting.h"
#include "core/rules/follow_up.h"
#include "core/rules/nicotine.h"
#include "core/rules/seats.h"
#include "opgang/likely_duplicates.h"
#include "opgang/view.h"

namespace opgang {

// One meeting and what belongs to it. `group` and `venue` may be null: not known here.
struct MeetingLine {
  const VisibleRecord* meeting = nullptr;
  const VisibleRecord* group = nullptr;
  const VisibleRecord* venue = nullptr;
  absl::Time start;
  int promised = 0;  // seats, as far as this device knows
  int wishes = 0;    // seats to be confirmed
};

// A citizen's seat. `meeting` may be null: not known here.
struct SeatLine {
  const VisibleRecord* seat = nullptr;
  const MeetingLine* meeting = nullptr;
  PromiseState state = PromiseState::kStands;
};

enum class Attendance { kExpected, kCame, kAbsent };

// Somebody on a meeting's list: has a seat in it, took part in the group before, or is ticked already.
struct AttendanceLine {
  RecordId citizen;
  Attendance attendance = Attendance::kExpected;
  bool has_seat = false;
};

enum class TaskKind {
  kCase,             // must be in a group: no seat that stands before the due time
  kNoGroupInTime,    // the same, and no meeting fits: the coordinator's
  kBrokenPromise,    // a seat whose meeting was moved or cancelled: tell the citizen
  kSeatToConfirm,    // a wish in a limited group
  kAbsenceFollowUp,  // did not come
  kOverbooked,       // more seats of a limited meeting are promised than it has chairs: which, and how many
  kFourWeeks,        // ask how the days 15 to 28 after the quit date went
  kSixMonths,        // ring, half a year after the quit date
  kHandOutToCheck,   // nicotine beyond what is allowed, or corrected twice
  kBreachCause,      // a breach of the rule, and nobody has said why
  kLikelyDuplicate,  // two citizens who may be one: joined, or said to be two
};
std::string_view TaskKindName(TaskKind kind);  // "case", "no-group-in-time", ...

struct TaskLine {
  TaskKind kind;
  // The inquiry, seat, absence, quit date or hand-out, (kOverbooked) the meeting, or the newer of two citizens: its handle
  // ends the task.
  RecordId about;
  RecordId citizen;  // nil: of kOverbooked
  absl::Time due;    // to be done before this instant; infinite future = at leisure
  bool overdue = false;
  std::optional<ResponseCase> response_case;  // of kCase, kNoGroupInTime, kBreachCause
  const VisibleRecord* meeting = nullptr;     // of seats, absences and kOverbooked; may be null
  std::vector<RecordId> promises;  // of kOverbooked: its promised seats as far as known here, oldest first
  std::optional<SixMonthResult> six_months;   // of kSixMonths
  HandOutFlag hand_out = HandOutFlag::kNone;  // of kHandOutToCheck; kNone: corrected twice
  std::optional<LikelyDuplicate> duplicate;   // of kLikelyDuplicate: the older one
  std::set<std::string> holders;              // as HoldersOf(about)
};

// A snapshot: made once for each command, valid until the store's next save or sync.
class GroupFacts {
 public:
  explicit GroupFacts(const View& view);
  GroupFacts(GroupFacts&&) = default;  // its parts point at each other: never copied

  // Earliest first.
  const std::vector<MeetingLine>& meetings() const { return meetings_; }
  const MeetingLine* FindMeeting(RecordId meeting) const;
  std::vector<const MeetingLine*> MeetingsOf(RecordId group) const;  // earliest first

  SeatChoice SeatsFor(const CaseLine& line, absl::Time now) const;
  // `last` of it alone.
  std::optional<SeatOffer> LastSeatFor(const CaseLine& line, absl::Time now) const;
  // All of a citizen and of those joined to it, earliest meeting first.
  std::vector<SeatLine> SeatsOf(RecordId citizen) const;
  // The one that a line about the case shows: the first live one whose meeting has not begun, else one that is broken.
  std::optional<SeatLine> SeatOfCase(RecordId citizen, absl::Time now) const;

  // By name of the citizen, then id. Those whom a follow-up says to have left the group are not expected.
  std::vector<AttendanceLine> ListOf(const MeetingLine& meeting) const;
  // Nothing, presence or absence at that meeting.
  Attendance AttendanceOf(RecordId citizen, RecordId meeting) const;

  // Staff codes of those who have the task about this record in hand, rising. Several: they took it on without knowing
  // of each other.
  std::set<std::string> HoldersOf(RecordId about) const;

  // Most urgent first: overdue, then by due time; what has none comes last.
  std::vector<TaskLine> Tasks(absl::Time now, const RuleSettings& settings) const;

 private:
  void AddCases(const std::vector<CaseLine>& cases, absl::Time now, std::vector<TaskLine>& tasks) const;
  void AddSeats(absl::Time now, std::vector<TaskLine>& tasks) const;
  void AddOverbooked(absl::Time now, std::vector<TaskLine>& tasks) const;
  void AddBreaches(const std::vector<CaseLine>& cases, std::vector<TaskLine>& tasks) const;
  void AddDuplicates(std::vector<TaskLine>& tasks) const;
  void AddAbsences(absl::Time now, const RuleSettings& settings, std::vector<TaskLine>& tasks) const;
  void AddCourses(absl::Time now, std::vector<TaskLine>& tasks) const;  // courses.cc
  absl::Time DueOfSeat(RecordId citizen, absl::Time start, absl::Time now) const;

  const View& view_;
  std::vector<MeetingLine> meetings_;
  std::map<RecordId, const MeetingLine*> by_id_;
  std::optional<MeetingsOnOffer> on_offer_;  // of meetings whose group is known
  std::map<RecordId, std::set<std::string>> holders_;
};

}  // namespace opgang

#endif  // OPGANG_GROUPS_H_
