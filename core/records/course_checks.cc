#include "core/records/course_checks.h"

#include <algorithm>
#include <vector>

namespace opgang {
namespace {

constexpr int kMaxProducts = 50;  // list elements: far above what a form offers
constexpr double kMaxStrengthMg = 50;
constexpr int kMaxPieces = 2000;
constexpr int kMaxWeeks = 8;
constexpr double kMaxPpm = 200;
constexpr double kMaxHours = 10000;
constexpr size_t kMonitorChars = 40;  // code points
constexpr int kMaxSessions = 200;

constexpr v1::RefusalCode kRequired = v1::REFUSAL_CODE_REQUIRED;
constexpr v1::RefusalCode kBadForm = v1::REFUSAL_CODE_BAD_FORM;

// Where it makes its own sense of a field only beside another one, a value without that one is malformed.
void OnlyWith(FieldChecks& check, bool there, bool allowed, int field) {
  check.Expect(!there || allowed, kBadForm, field);
}

void CheckSessions(FieldChecks& check, const v1::CourseEnd& end) {
  using M = v1::CourseEnd;
  check.Expect(end.has_planned_sessions() || !end.has_attended_sessions(), kRequired,
               M::kPlannedSessionsFieldNumber);
  check.Expect(end.has_attended_sessions() || !end.has_planned_sessions(), kRequired,
               M::kAttendedSessionsFieldNumber);
  check.InRange(M::kPlannedSessionsFieldNumber, end.planned_sessions(), 0, kMaxSessions);
  check.InRange(M::kAttendedSessionsFieldNumber, end.attended_sessions(), 0, end.planned_sessions());
}

}  // namespace

void CheckProductUses(FieldChecks& check, int field,
                      const google::protobuf::RepeatedPtrField<v1::ProductUse>& uses) {
  check.InRange(field, uses.size(), 0, kMaxProducts);
  std::vector<int> seen;
  for (const v1::ProductUse& use : uses) {
    check.RequiredEnum(field, use.product(), v1::Product_IsValid);
    check.Expect(std::ranges::find(seen, use.product()) == seen.end(), kBadForm, field);
    if (use.has_daily_amount()) check.InRange(field, use.daily_amount(), 0.0, 200.0);
    seen.push_back(use.product());
  }
}

void CheckFields(FieldChecks& check, const v1::QuitDate& quit) {
  using M = v1::QuitDate;
  check.RequiredId(M::kCitizenIdFieldNumber, quit.citizen_id());
  check.Expect(quit.has_date(), kRequired, M::kDateFieldNumber);
  check.Date(M::kDateFieldNumber, quit.date());
  check.OptionalId(M::kMovedFromIdFieldNumber, quit.moved_from_id());
  if (quit.has_happened()) check.PastTime(M::kHappenedFieldNumber, quit.happened());
}

void CheckFields(FieldChecks& check, const v1::NicotineHandOut& hand_out) {
  using M = v1::NicotineHandOut;
  check.RequiredId(M::kCitizenIdFieldNumber, hand_out.citizen_id());
  check.RequiredEnum(M::kProductFieldNumber, hand_out.product(), v1::NicotineProduct_IsValid);
  if (hand_out.has_strength_mg()) {
    check.InRange(M::kStrengthMgFieldNumber, hand_out.strength_mg(), 0.0, kMaxStrengthMg);
  }
  check.OptionalId(M::kCorrectsIdFieldNumber, hand_out.corrects_id());
  // Only a correction may say that nothing was handed out.
  const int least = hand_out.corrects_id().empty() ? 1 : 0;
  check.InRange(M::kAmountFieldNumber, hand_out.amount(), least, kMaxPieces);
  check.InRange(M::kWeeksFieldNumber, hand_out.weeks(), hand_out.amount() > 0 ? 1 : 0,
                hand_out.amount() > 0 ? kMaxWeeks : 0);
  if (hand_out.has_happened()) check.PastTime(M::kHappenedFieldNumber, hand_out.happened());
}

void CheckFields(FieldChecks& check, const v1::CarbonMonoxideTest& test) {
  using M = v1::CarbonMonoxideTest;
  check.RequiredId(M::kCitizenIdFieldNumber, test.citizen_id());
  check.RequiredEnum(M::kOccasionFieldNumber, test.occasion(), v1::TestOccasion_IsValid);
  check.Expect(test.has_ppm(), kRequired, M::kPpmFieldNumber);
  check.InRange(M::kPpmFieldNumber, test.ppm(), 0.0, kMaxPpm);
  if (test.has_happened()) check.PastTime(M::kHappenedFieldNumber, test.happened());
  check.Line(M::kMonitorFieldNumber, test.monitor(), kMonitorChars);
  if (test.has_hours_since_last_cigarette()) {
    check.InRange(M::kHoursSinceLastCigaretteFieldNumber, test.hours_since_last_cigarette(), 0.0, kMaxHours);
  }
}

void CheckFields(FieldChecks& check, const v1::CourseEnd& end) {
  using M = v1::CourseEnd;
  check.RequiredId(M::kCitizenIdFieldNumber, end.citizen_id());
  check.RequiredEnum(M::kStatusFieldNumber, end.status(), v1::CourseStatus_IsValid);
  check.RequiredEnum(M::kCompletedFieldNumber, end.completed(), v1::Answer_IsValid);
  const bool yes_or_no = end.completed() == v1::ANSWER_YES || end.completed() == v1::ANSWER_NO;
  check.Expect(yes_or_no, v1::REFUSAL_CODE_UNKNOWN_FIELD_VALUE, M::kCompletedFieldNumber);
  CheckProductUses(check, M::kProductsFieldNumber, end.products());
  OnlyWith(check, !end.products().empty(), end.status() == v1::COURSE_STATUS_REDUCED,
           M::kProductsFieldNumber);
  if (end.has_satisfaction()) check.InRange(M::kSatisfactionFieldNumber, end.satisfaction(), 1, 5);
  CheckSessions(check, end);
  if (end.has_happened()) check.PastTime(M::kHappenedFieldNumber, end.happened());
  check.Note(M::kNoteFieldNumber, end.note());
}

void CheckFields(FieldChecks& check, const v1::FourWeekStatus& status) {
  using M = v1::FourWeekStatus;
  check.RequiredId(M::kCitizenIdFieldNumber, status.citizen_id());
  check.RequiredId(M::kQuitDateIdFieldNumber, status.quit_date_id());
  check.RequiredEnum(M::kAnswerFieldNumber, status.answer(), v1::FourWeekAnswer_IsValid);
  if (status.has_happened()) check.PastTime(M::kHappenedFieldNumber, status.happened());
}

void CheckFields(FieldChecks& check, const v1::FollowUpCall& call) {
  using M = v1::FollowUpCall;
  check.RequiredId(M::kCitizenIdFieldNumber, call.citizen_id());
  check.RequiredId(M::kQuitDateIdFieldNumber, call.quit_date_id());
  check.RequiredEnum(M::kOutcomeFieldNumber, call.outcome(), v1::CallOutcome_IsValid);
  if (call.has_happened()) check.PastTime(M::kHappenedFieldNumber, call.happened());
  check.Note(M::kNoteFieldNumber, call.note());
}

void CheckFields(FieldChecks& check, const v1::SixMonthStatus& status) {
  using M = v1::SixMonthStatus;
  const bool answered = status.answer() != v1::SIX_MONTH_ANSWER_UNSPECIFIED;
  const bool reasoned = status.reason() != v1::NO_ANSWER_REASON_UNSPECIFIED;
  check.RequiredId(M::kCitizenIdFieldNumber, status.citizen_id());
  check.Expect(answered || reasoned, kRequired, M::kAnswerFieldNumber);
  const bool about_calls = answered || status.reason() == v1::NO_ANSWER_REASON_NOT_REACHED;
  if (about_calls) check.RequiredId(M::kQuitDateIdFieldNumber, status.quit_date_id());
  check.OptionalId(M::kQuitDateIdFieldNumber, status.quit_date_id());
  if (answered) {
    check.RequiredEnum(M::kAnswerFieldNumber, status.answer(), v1::SixMonthAnswer_IsValid);
    // A reason beside an answer is none; one of a newer app is not known, and kept.
    OnlyWith(check, reasoned && v1::NoAnswerReason_IsValid(status.reason()), false, M::kReasonFieldNumber);
  } else {
    check.RequiredEnum(M::kReasonFieldNumber, status.reason(), v1::NoAnswerReason_IsValid);
  }
  const bool continuous = status.answer() == v1::SIX_MONTH_ANSWER_CONTINUOUS;
  if (continuous) {
    check.RequiredEnum(M::kCigarettesSinceQuitFieldNumber, status.cigarettes_since_quit(),
                       v1::CigarettesSinceQuit_IsValid);
  }
  CheckProductUses(check, M::kProductsFieldNumber, status.products());
  OnlyWith(check, !status.products().empty(), status.answer() == v1::SIX_MONTH_ANSWER_REDUCED,
           M::kProductsFieldNumber);
  if (status.has_happened()) check.PastTime(M::kHappenedFieldNumber, status.happened());
  check.Note(M::kNoteFieldNumber, status.note());
}

}  // namespace opgang
