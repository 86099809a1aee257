// The response case: what an inquiry opens, and what its state is now. States are computed from facts and now,
// never stored; device and base call this same function.
//
//   inquiry ── opens ──> open ── 24 h before due ──> due soon ── due passed ──> overdue
//      taking part ends it: met (by the due time) or met late; undecidable where the evidence straddles the due time
//      closing ends it otherwise: closed, with its reason
//
// An inquiry that comes while a case is open joins it. Taking part meets every case opened before it. Replies and
// appointments are steps and stop nothing. Citizens joined as the same person (SamePerson) have one case, counted
// from the earliest open inquiry. An interval over several dates is a breach only after the latest due date.
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

// The facts about one person (one citizen, or several joined ones). Pointers stay owned by the caller.
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
std::string_view CaseStateName(CaseState state);  // "open", "due-soon", "overdue", "met", "met-late", "closed", "undecidable"

struct ResponseCase {
  RecordId id;       // the record id of the inquiry that opened it: the case's handle
  RecordId citizen;  // of that inquiry
  std::vector<RecordId> inquiries;  // all that joined it, oldest first
  DateSpan asked;
  DateSpan due;        // in a group by the end of this date; inexact: shown with "~", sorted by the earliest
  CaseState state = CaseState::kOpen;
  bool breach = false;  // overdue, met late, or closed after the due time
  std::optional<Interval> took_part;
  std::optional<v1::ClosingReason> closing_reason;
  std::optional<ReplyFact> last_step;  // the latest reply since it opened
  int steps = 0;
  bool open() const {
    return state == CaseState::kOpen || state == CaseState::kDueSoon || state == CaseState::kOverdue;
  }
};

// All cases of one person, oldest first, as of base time `now`.
std::vector<ResponseCase> CasesOf(const PersonFacts& facts, absl::Time now, const RuleSettings& settings);

// The order of every list of cases: overdue first, then by earliest due date, then by handle.
bool MoreUrgent(const ResponseCase& a, const ResponseCase& b);

}  // namespace opgang

#endif  // OPGANG_CORE_RULES_RESPONSE_CASE_H_
