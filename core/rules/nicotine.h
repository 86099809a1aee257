// Free nicotine replacement [nikotinerstatning]: for up to 8 weeks (D1). The first hand-out of a course opens a window of 56
// days, itself the first; the hand-outs of the course make up at most 8 weeks of use; only who takes part gets any.
//
//   first hand-out Mon 5 Jan 2026 -> the last possible day is Sun 1 Mar
//
// The ledger is asked before a hand-out is noted, and again of all that has arrived: two tablets that hand out at once, each
// rightly as far as it knows, may together go beyond it. Then both entries stay, and the later one is flagged: a task for a
// person, until an entry that corrects it (be it by the same words) says that somebody has looked.
#ifndef OPGANG_CORE_RULES_NICOTINE_H_
#define OPGANG_CORE_RULES_NICOTINE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "core/rules/quit_attempt.h"

namespace opgang {

inline constexpr int kNicotineDays = 56;
inline constexpr int kNicotineWeeks = 8;

struct HandOutFact {
  RecordId id;
  const v1::NicotineHandOut* hand_out;
  Interval recorded;
};

// When somebody takes part: from the first meeting to the end of the course, both days included.
struct ActiveSpan {
  absl::CivilDay first;
  absl::CivilDay last;  // absl::CivilDay::max() where the course has not ended
};

enum class HandOutFlag { kNone, kNotParticipating, kAfterWindow, kTooManyWeeks };
std::string_view HandOutFlagName(
    HandOutFlag flag);  // "none", "not-participating", "after-window", "too-many-weeks"

// An entry that stands.
struct LedgerLine {
  RecordId id;
  absl::CivilDay day;
  const v1::NicotineHandOut* hand_out;
  std::optional<size_t> course;  // position among the spans; nullopt: nobody took part on that day
  HandOutFlag flag = HandOutFlag::kNone;
  bool is_correction = false;
  bool disputed = false;  // corrected by two people who did not know of each other
  // Somebody has to look at it.
  bool open() const { return disputed || (flag != HandOutFlag::kNone && !is_correction); }
};

struct NicotineLedger {
  std::vector<LedgerLine> lines;  // by day, then as recorded
  int corrected = 0;              // entries that stand no more

  // Of one course.
  std::optional<absl::CivilDay> FirstDay(size_t course) const;
  int Weeks(size_t course) const;
};
NicotineLedger LedgerOf(const std::vector<HandOutFact>& facts, const std::vector<ActiveSpan>& courses);

// What may be handed out on a day.
struct NicotineAllowance {
  HandOutFlag refused = HandOutFlag::kNone;  // why nothing may be
  int weeks = 0;                             // that are left
  std::optional<absl::CivilDay> last_day;    // of the window, where one is open
};
NicotineAllowance AllowanceOn(absl::CivilDay day, const NicotineLedger& ledger,
                              const std::vector<ActiveSpan>& courses);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_NICOTINE_H_
