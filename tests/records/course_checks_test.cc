// What a quit date, a hand-out, a breath test and the outcomes of a course may contain: limits from both sides.
#include "core/records/course_checks.h"

#include <functional>

#include "gtest/gtest.h"
#include "tests/records/sound_records.h"

namespace opgang {
namespace {

template <typename T>
T With(T message, const std::function<void(T&)>& change) {
  change(message);
  return message;
}

TEST(CourseChecksTest, AQuitDateHasADateAndMayLieAheadOrBehind) {
  using Q = v1::QuitDate;
  ExpectRefused(With<Q>(SoundQuitDate(), [](auto& q) { q.clear_date(); }), v1::REFUSAL_CODE_REQUIRED,
                Q::kDateFieldNumber);
  ExpectSound(With<Q>(SoundQuitDate(), [](auto& q) { *q.mutable_date() = OnDay(kToday - 400).date(); }));
  ExpectSound(With<Q>(SoundQuitDate(), [](auto& q) { q.clear_moved_from_id(); }));
}

TEST(CourseChecksTest, AHandOutIsOfOneToEightWeeksAndAtLeastOnePiece) {
  using H = v1::NicotineHandOut;
  const auto weeks = [](int n) { return With<H>(SoundNicotineHandOut(), [&](auto& h) { h.set_weeks(n); }); };
  ExpectSound(weeks(1));
  ExpectSound(weeks(8));
  for (const int n : {-1, 0, 9}) ExpectRefused(weeks(n), v1::REFUSAL_CODE_OUT_OF_RANGE, H::kWeeksFieldNumber);
  for (const int n : {0, 2001}) {
    ExpectRefused(With<H>(SoundNicotineHandOut(), [&](auto& h) { h.set_amount(n); }),
                  v1::REFUSAL_CODE_OUT_OF_RANGE, H::kAmountFieldNumber);
  }
  ExpectRefused(With<H>(SoundNicotineHandOut(), [](auto& h) { h.set_strength_mg(50.5); }),
                v1::REFUSAL_CODE_OUT_OF_RANGE, H::kStrengthMgFieldNumber);
}

TEST(CourseChecksTest, OnlyACorrectionSaysThatNothingWasHandedOutAndThenOfNoWeek) {
  using H = v1::NicotineHandOut;
  const auto nothing = [](H& h) {
    h.set_corrects_id(kOtherId.ToBytes());
    h.set_amount(0);
    h.set_weeks(0);
  };
  ExpectSound(With<H>(SoundNicotineHandOut(), nothing));
  H some_weeks = With<H>(SoundNicotineHandOut(), nothing);
  some_weeks.set_weeks(1);
  ExpectRefused(some_weeks, v1::REFUSAL_CODE_OUT_OF_RANGE, H::kWeeksFieldNumber);
  H pieces = With<H>(SoundNicotineHandOut(), nothing);
  pieces.set_amount(7);
  ExpectRefused(pieces, v1::REFUSAL_CODE_OUT_OF_RANGE, H::kWeeksFieldNumber);
}

TEST(CourseChecksTest, AnEntryOfTheLedgerIsNeitherPatchedNorDeleted) {
  const RecordTypeInfo& info = RecordTypeOf<v1::NicotineHandOut>();
  v1::MutationPayload payload;
  for (const auto action : {v1::MUTATION_ACTION_PATCH, v1::MUTATION_ACTION_DELETE}) {
    payload.set_action(action);
    EXPECT_EQ(ValidatePatch(info, payload), (Refusal{v1::REFUSAL_CODE_LEDGER_ENTRY, 0}));
    EXPECT_FALSE(ValidatePatch(RecordTypeOf<v1::CourseEnd>(), payload));
  }
  payload.set_action(v1::MUTATION_ACTION_CREATE);
  EXPECT_FALSE(ValidatePatch(info, payload));
}

TEST(CourseChecksTest, CarbonMonoxideLiesBetweenNothingAndTwoHundred) {
  using T = v1::CarbonMonoxideTest;
  const auto ppm = [](double n) {
    return With<T>(SoundCarbonMonoxideTest(), [&](auto& t) { t.set_ppm(n); });
  };
  ExpectSound(ppm(0));
  ExpectSound(ppm(200));
  for (const double n : {-0.1, 200.1})
    ExpectRefused(ppm(n), v1::REFUSAL_CODE_OUT_OF_RANGE, T::kPpmFieldNumber);
  ExpectRefused(With<T>(SoundCarbonMonoxideTest(), [](auto& t) { t.clear_ppm(); }), v1::REFUSAL_CODE_REQUIRED,
                T::kPpmFieldNumber);
  ExpectRefused(With<T>(SoundCarbonMonoxideTest(), [](auto& t) { t.set_monitor(std::string(41, 'x')); }),
                v1::REFUSAL_CODE_TOO_LONG, T::kMonitorFieldNumber);
}

TEST(CourseChecksTest, AnEndSaysYesOrNoToCompletedAndOneToFiveToSatisfaction) {
  using E = v1::CourseEnd;
  ExpectSound(With<E>(SoundCourseEnd(), [](auto& e) { e.set_completed(v1::ANSWER_NO); }));
  ExpectRefused(With<E>(SoundCourseEnd(), [](auto& e) { e.set_completed(v1::ANSWER_WOULD_RATHER_NOT_SAY); }),
                v1::REFUSAL_CODE_UNKNOWN_FIELD_VALUE, E::kCompletedFieldNumber);
  for (const int n : {1, 5}) ExpectSound(With<E>(SoundCourseEnd(), [&](auto& e) { e.set_satisfaction(n); }));
  for (const int n : {0, 6}) {
    ExpectRefused(With<E>(SoundCourseEnd(), [&](auto& e) { e.set_satisfaction(n); }),
                  v1::REFUSAL_CODE_OUT_OF_RANGE, E::kSatisfactionFieldNumber);
  }
}

TEST(CourseChecksTest, SessionsAreSaidTogetherAndNobodyCameToMoreThanWerePlanned) {
  using E = v1::CourseEnd;
  ExpectSound(With<E>(SoundCourseEnd(), [](auto& e) { e.set_attended_sessions(8); }));
  ExpectRefused(With<E>(SoundCourseEnd(), [](auto& e) { e.set_attended_sessions(9); }),
                v1::REFUSAL_CODE_OUT_OF_RANGE, E::kAttendedSessionsFieldNumber);
  ExpectRefused(With<E>(SoundCourseEnd(), [](auto& e) { e.clear_planned_sessions(); }),
                v1::REFUSAL_CODE_REQUIRED, E::kPlannedSessionsFieldNumber);
  ExpectRefused(With<E>(SoundCourseEnd(), [](auto& e) { e.clear_attended_sessions(); }),
                v1::REFUSAL_CODE_REQUIRED, E::kAttendedSessionsFieldNumber);
}

TEST(CourseChecksTest, ProductsStandOnlyBesideReduced) {
  ExpectRefused(
      With<v1::CourseEnd>(SoundCourseEnd(), [](auto& e) { e.set_status(v1::COURSE_STATUS_SMOKE_FREE); }),
      v1::REFUSAL_CODE_BAD_FORM, v1::CourseEnd::kProductsFieldNumber);
  ExpectRefused(With<v1::CourseEnd>(SoundCourseEnd(), [](auto& e) { *e.add_products() = e.products(0); }),
                v1::REFUSAL_CODE_BAD_FORM, v1::CourseEnd::kProductsFieldNumber);
  v1::SixMonthStatus reduced = SoundSixMonthStatus();
  reduced.add_products()->set_product(v1::PRODUCT_SNUS);
  ExpectRefused(reduced, v1::REFUSAL_CODE_BAD_FORM, v1::SixMonthStatus::kProductsFieldNumber);
  reduced.set_answer(v1::SIX_MONTH_ANSWER_REDUCED);
  ExpectSound(reduced);
}

TEST(CourseChecksTest, HalfAYearLaterThereIsAnAnswerOrAReasonAndNotBoth) {
  using S = v1::SixMonthStatus;
  const S neither = With<S>(SoundSixMonthStatus(), [](auto& s) { s.clear_answer(); });
  ExpectRefused(neither, v1::REFUSAL_CODE_REQUIRED, S::kAnswerFieldNumber);
  ExpectSound(With<S>(neither, [](auto& s) { s.set_reason(v1::NO_ANSWER_REASON_DEAD); }));
  ExpectRefused(With<S>(SoundSixMonthStatus(), [](auto& s) { s.set_reason(v1::NO_ANSWER_REASON_DEAD); }),
                v1::REFUSAL_CODE_BAD_FORM, S::kReasonFieldNumber);
}

TEST(CourseChecksTest, AnAnswerAndNotReachedNameTheirQuitDateOtherReasonsNeedNot) {
  using S = v1::SixMonthStatus;
  ExpectRefused(With<S>(SoundSixMonthStatus(), [](auto& s) { s.clear_quit_date_id(); }),
                v1::REFUSAL_CODE_REQUIRED, S::kQuitDateIdFieldNumber);
  S reason = SoundSixMonthStatus();
  reason.clear_answer();
  reason.clear_quit_date_id();
  reason.set_reason(v1::NO_ANSWER_REASON_NOT_REACHED);
  ExpectRefused(reason, v1::REFUSAL_CODE_REQUIRED, S::kQuitDateIdFieldNumber);
  reason.set_reason(v1::NO_ANSWER_REASON_MOVED);
  ExpectSound(reason);
}

TEST(CourseChecksTest, WhoHasNotTakenUpSmokingSaysHowManyCigarettesItWereInAll) {
  using S = v1::SixMonthStatus;
  ExpectRefused(With<S>(SoundSixMonthStatus(), [](auto& s) { s.clear_cigarettes_since_quit(); }),
                v1::REFUSAL_CODE_REQUIRED, S::kCigarettesSinceQuitFieldNumber);
  ExpectSound(With<S>(SoundSixMonthStatus(), [](auto& s) {
    s.set_answer(v1::SIX_MONTH_ANSWER_SMOKING);
    s.clear_cigarettes_since_quit();
  }));
}

}  // namespace
}  // namespace opgang
