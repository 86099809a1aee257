// The response case: what an inquiry opens, and what its state is now. States are computed from facts and
// now, never stored; device and base call this same function.
//
//   inquiry -- opens --> open -- less than 24 h left --> due soon -- due passed --> overdue
//      taking part ends it: met, met late, or undecidable
//      closing ends it otherwise: closed, with its reason
//
// Which fact belongs to which case. D is the case's asked date, the earliest that its evidence allows; facts
// are ordered by their earliest instant.
//  - An inquiry that comes while a case is open joins it: inquiries that the same fact ends, or that nothing
//    has ended yet, are one case. It counts from the earliest of them and keeps that one's handle. Citizens
//    joined as the same person (SamePerson) share their cases.
//  - Taking part meets every case opened before it, and asking is known by its date: taking part on the day
//    of asking meets the case, also where the inquiry was typed afterwards; on a date before D it never does.
//  - Closing ends the case that is open then; an inquiry asked later, be it on the same day, opens a new one.
//    Where their times overlap (two words without a time of day), what was recorded later came later.
//  - An ended case stays ended: taking part after a closing changes nothing. Where it is not known which of
//    the two came first, taking part did.
//  - Replies and appointments are steps and stop nothing.
//
// What is not known never takes a citizen off the list. A closing whose evidence begins before D may be about
// something older: it closes nothing. A participation of that kind leaves the case open until its due time,
// and undecidable (instead of overdue) after it. A case is met where one participation certainly lies from D
// to the due time; it is met late where all of them certainly lie after it; else it is undecidable: the
// evidence straddles the due time. An asked interval over several dates is a breach only after the latest due
// date.
#ifndef OPGANG_CORE_RULES_RESPONSE_CASE_H_
#define OPGANG_CORE_RULES_RESPONSE_CASE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/base/ids.h"
#include "core/rules/three_day_rule.h"
#include "opgang/v1/response.pb.h"

namespace opgang {

// The facts about one person (one citizen, or several joined ones), in any order. `recorded` is what clock
// evidence tells of the recording (core/rules/clock_evidence.h). Deleted records are not among them. The
// pointers are never null; what they point to is the caller's, and is not kept, except in
// ResponseCase::last_step.
struct InquiryFact {
  RecordId id;
  RecordId citizen;
  const v1::Inquiry* inquiry;
  Interval recorded;
};
struct ReplyFact {
  RecordId id;
  const v1::Reply* reply;
  Interval recorded;
};
struct ParticipationFact {
  RecordId id;
  const v1::Participation* participation;
  Interval recorded;
};
struct ClosingFact {
  RecordId id;
  const v1::Closing* closing;
  Interval recorded;
};
struct PersonFacts {
  std::vector<InquiryFact> inquiries;
  std::vector<ReplyFact> replies;
  std::vector<ParticipationFact> participations;
  std::vector<ClosingFact> closings;
};

enum class CaseState { kOpen, kDueSoon, kOverdue, kMet, kMetLate, kClosed, kUndecidable };
// "open", "due-soon", "overdue", "met", "met-late", "closed", "undecidable".
std::string_view CaseStateName(CaseState state);

struct ResponseCase {
  RecordId id;                      // the record id of the inquiry that opened it: the case's handle
  RecordId citizen;                 // of that inquiry
  std::vector<RecordId> inquiries;  // all that joined it, oldest first; never empty
  DateSpan asked;
  DateSpan due;  // in a group by the end of this date; inexact: shown with "~", sorted by the earliest
  CaseState state = CaseState::kOpen;
  // Overdue, met late, or certainly closed after the due time. A case closed as recorded by mistake is never
  // a breach: nobody asked, so nobody waited. It has its own row in reports, where misuse would show.
  bool breach = false;
  std::optional<Interval> took_part;                // the participation that decided the state
  std::optional<Interval> closed_at;                // set where `state` is kClosed
  std::optional<v1::ClosingReason> closing_reason;  // as `closed_at`
  std::optional<ReplyFact> last_step;  // the latest reply from the day of asking until the case ended
  int steps = 0;                       // how many such replies; each counts for one case only
  bool open() const {
    return state == CaseState::kOpen || state == CaseState::kDueSoon || state == CaseState::kOverdue;
  }
};

// All cases of one person, oldest first, as of base time `now`. Facts later than `now` count as well: the
// caller's facts are what is known now, and a wrong clock must not hide one.
std::vector<ResponseCase> CasesOf(const PersonFacts& facts, absl::Time now, const RuleSettings& settings);

// The order of every list of cases: overdue first, then by earliest due date, then by handle.
bool MoreUrgent(const ResponseCase& a, const ResponseCase& b);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_RESPONSE_CASE_H_
