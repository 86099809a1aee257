// Seats in meetings: which of them a citizen can be offered within the three-day rule, what a promise is worth now, and
// what may not be noted about a meeting. Pure; device and base call these same functions, and nothing of it is stored.
//
// A meeting fits a citizen where the group's language is the citizen's (or an interpreter is wanted anyway, or one of
// the two is not said) and where one may begin: at any planned meeting of a group with rolling entry, else at its first.
// Meetings in other areas are offered after those of the citizen's own; a limited group whose chairs are all promised
// comes last and is never hidden: the wish is taken, and somebody confirms it.
//
//   in time   it has not begun, and begins before the end of the earliest due date (so "~" dates are safe)
//   last      the latest of those in time that fit best; none: "no group in time"
//   later     fitting, but too late for the rule: better than nothing, and it does not meet the case
#ifndef OPGANG_CORE_RULES_SEATS_H_
#define OPGANG_CORE_RULES_SEATS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/base/ids.h"
#include "core/records/validation.h"
#include "core/rules/three_day_rule.h"
#include "opgang/v1/group.pb.h"

namespace opgang {

// The planned beginning as an instant; on the night of a clock change the earlier of two readings. A start without a
// valid date (a newer app's) lies in the infinite past: it is offered to nobody.
absl::Time MeetingStart(const v1::Meeting& meeting);
absl::Time MeetingEnd(const v1::Meeting& meeting);

// One meeting and its group. The pointers are the caller's and outlive what is made of them; never null.
struct MeetingFact {
  RecordId id;
  const v1::Meeting* meeting;
  const v1::Group* group;
  int promised = 0;  // seats that are promised in it, as far as is known here
};

struct SeatWish {
  absl::Time now;
  DateSpan due;
  std::string language;  // BCP 47; empty = not said
  bool interpreter = false;
  std::vector<AreaId> areas;  // where the citizen's records stand
};

struct SeatOffer {
  RecordId meeting;
  absl::Time start;
  bool elsewhere = false;  // held for another area
  bool full = false;       // limited, and every chair that is known of is promised
  bool needs_interpreter = false;
};

struct SeatChoice {
  std::vector<SeatOffer> in_time;  // best first: with room, in the own area, soonest
  std::optional<SeatOffer> last;   // nullopt: no group in time
  std::vector<SeatOffer> later;    // the same order
};

// Meetings prepared once for many wishes. Immutable.
class MeetingsOnOffer {
 public:
  explicit MeetingsOnOffer(const std::vector<MeetingFact>& meetings);

 private:
  friend SeatChoice ChooseSeats(const MeetingsOnOffer& meetings, const SeatWish& wish);
  friend std::optional<SeatOffer> LastSeatInTime(const MeetingsOnOffer& meetings, const SeatWish& wish);
  struct Evening {
    MeetingFact fact;
    absl::Time start;
    std::string language;  // the group's, without its region
  };
  // What the evening is for that citizen; nullopt: it does not fit, or has begun.
  static std::optional<SeatOffer> OfferOf(const Evening& evening, const SeatWish& wish,
                                          std::string_view language);

  std::vector<Evening> open_;  // planned, and one may begin there
};

// SeatChoice::last alone.
std::optional<SeatOffer> LastSeatInTime(const MeetingsOnOffer& meetings, const SeatWish& wish);
SeatChoice ChooseSeats(const MeetingsOnOffer& meetings, const SeatWish& wish);

// Whether a device may promise a seat by itself. Of a limited group it promises only what it was lent
// (core/rules/seat_escrow.h), and else takes the wish.
bool MayPromise(const v1::Group& group);
// Every chair of a limited group is promised.
bool IsFull(const v1::Group& group, int promised);

// More seats of a limited group are promised than it has chairs.
bool IsOverbooked(const v1::Group& group, int promised);

// What a seat is worth now. `meeting` may be null: not known here, then what was told stands.
enum class PromiseState {
  kStands,
  kToBeConfirmed,
  kMoved,             // the meeting has another time or venue than the citizen was told
  kMeetingCancelled,  // broken as well: a task, until the seat is cancelled or told anew
  kCancelled,
};
PromiseState StateOfSeat(const v1::Seat& seat, const v1::Meeting* meeting);
std::string_view PromiseStateName(PromiseState state);  // "stands", "to-be-confirmed", "moved", ...
// The citizen counts on coming.
bool IsLive(PromiseState state);

// What is wrong with a seat that is noted within `now`: the meeting is cancelled, or has certainly begun. Asked at
// capture only: where the meeting is moved later, a promise that was sound when it was made stays one.
std::optional<Refusal> RefuseSeat(const v1::Seat& seat, const v1::Meeting& meeting, const Interval& now);
// The same for presence and absence (`field`: which names the meeting): the meeting is cancelled, or certainly lies more
// than kEarlyTicking ahead.
inline constexpr absl::Duration kEarlyTicking = absl::Hours(1);
std::optional<Refusal> RefuseAttendance(int field, const v1::Meeting& meeting, const Interval& now);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_SEATS_H_
