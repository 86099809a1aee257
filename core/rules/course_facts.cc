#include "core/rules/course_facts.h"

#include <algorithm>
#include <iterator>

#include "opgang/v1/citizen.pb.h"

namespace opgang {
namespace {

constexpr RecordType kTypes[] = {RecordType::kParticipation,
                                 RecordType::kIntake,
                                 RecordType::kAbsence,
                                 RecordType::kConsent,
                                 RecordType::kQuitDate,
                                 RecordType::kNicotineHandOut,
                                 RecordType::kCarbonMonoxideTest,
                                 RecordType::kCourseEnd,
                                 RecordType::kFourWeekStatus,
                                 RecordType::kFollowUpCall,
                                 RecordType::kSixMonthStatus};

bool WithdrawsFollowUp(const v1::Consent& consent) {
  return consent.purpose() == v1::CONSENT_PURPOSE_FOLLOW_UP && consent.has_withdrawn();
}

}  // namespace

bool IsOfCourse(RecordType type) { return std::ranges::find(kTypes, type) != std::end(kTypes); }

void TakeInto(CourseFacts& facts, RecordType type, const RecordId& id,
              const google::protobuf::Message& content, const Interval& recorded) {
  const auto add = [&]<typename Fact>(std::vector<Fact>& to, const auto* message) {
    to.push_back(Fact{id, message, recorded});
  };
  switch (type) {
    case RecordType::kParticipation:
      return add(facts.participations, static_cast<const v1::Participation*>(&content));
    case RecordType::kIntake: return add(facts.intakes, static_cast<const v1::Intake*>(&content));
    case RecordType::kAbsence: return add(facts.absences, static_cast<const v1::Absence*>(&content));
    case RecordType::kConsent:
      facts.follow_up_withdrawn |= WithdrawsFollowUp(static_cast<const v1::Consent&>(content));
      return;
    case RecordType::kQuitDate: return add(facts.quit_dates, static_cast<const v1::QuitDate*>(&content));
    case RecordType::kNicotineHandOut:
      return add(facts.hand_outs, static_cast<const v1::NicotineHandOut*>(&content));
    case RecordType::kCarbonMonoxideTest:
      return add(facts.tests, static_cast<const v1::CarbonMonoxideTest*>(&content));
    case RecordType::kCourseEnd: return add(facts.ends, static_cast<const v1::CourseEnd*>(&content));
    case RecordType::kFourWeekStatus:
      return add(facts.four_weeks, static_cast<const v1::FourWeekStatus*>(&content));
    case RecordType::kFollowUpCall: return add(facts.calls, static_cast<const v1::FollowUpCall*>(&content));
    case RecordType::kSixMonthStatus:
      return add(facts.six_months, static_cast<const v1::SixMonthStatus*>(&content));
    default: return;
  }
}

}  // namespace opgang
